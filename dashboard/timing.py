"""Acts on the clocks of a complaint: pauses where a regime has them, and what a regime asks to know before it can count."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import streamlit as st

from dashboard import acts, here
from dashboard.acts import Ask
from dashboard.widgets import states, times
from dashboard.wording import say
from plaint.cases.case import Case, State
from plaint.cases.timing import Pause, Resume, StateFacts
from plaint.deadlines.regimes import Regime, regimes
from plaint.desk import casework
from plaint.model import Person


def menu(case: Case) -> None:
    """The acts that the case's regimes have: what they ask to know, and pauses."""
    if case.status is not State.CONFIRMED_COMPLAINT or case.closed_at is not None:
        return
    if _asking(case):
        st.button(say("act.facts"), key="c_facts", on_click=acts.ask, args=("facts", case.id, case.version), width="stretch")
    if set(_pausing(case)) - set(_standing(case)):
        st.button(say("act.pause"), key="c_pause", on_click=acts.ask, args=("pause", case.id, case.version), width="stretch")
    if _standing(case):
        st.button(say("act.resume"), key="c_resume", on_click=acts.ask, args=("resume", case.id, case.version), width="stretch")


def _asking(case: Case) -> list[str]:
    """The case's regimes that ask to know something."""
    return [name for name in case.regimes or () if name in regimes() and regimes()[name].inputs]


def _pausing(case: Case) -> list[str]:
    """The case's regimes that have pauses."""
    return [name for name in case.regimes or () if name in regimes() and regimes()[name].pauses]


def _standing(case: Case) -> list[str]:
    """The regimes whose clocks stand still now."""
    return [name for name, spans in case.pauses.items() if spans and spans[-1].until is None]


def pause(person: Person, asked: Ask) -> None:
    """Let the clocks of a regime stand still: which pause of which regime, since when, and why."""
    case = casework.load(here.stores(), person, asked.case, here.now()).case
    here.show(states.note(say("pause.what")))
    able = [name for name in _pausing(case) if name not in _standing(case)]
    choices = [(name, why) for name in able for why in regimes()[name].pauses]
    st.selectbox(say("pause.which"), choices, key=f"pause_{asked.command}", format_func=lambda one: f"{one[0]}: {one[1].replace('_', ' ')}")
    _when_and_why(asked)
    st.button(say("act.pause"), key="ask_do", type="primary", on_click=_paused, args=(asked,))


def resume(person: Person, asked: Ask) -> None:
    """Let them go on: of which regime, since when, and why."""
    view = casework.load(here.stores(), person, asked.case, here.now())
    zone = here.zone(view.firm)
    since = {name: view.case.pauses[name][-1].since for name in _standing(view.case)}
    st.selectbox(say("pause.whose"), list(since), key=f"resume_{asked.command}",
                 format_func=lambda name: say("pause.since", regime=name, when=times.moment_text(since[name], here.now(), zone)))  # fmt: skip
    _when_and_why(asked)
    st.button(say("act.resume"), key="ask_do", type="primary", on_click=_resumed, args=(asked,))


NOT_SAID = ""
"""The choice for a fact that nobody has said yet."""


def facts(person: Person, asked: Ask) -> None:
    """Say what a regime asks to know, on which the starts and lengths of its clocks depend; what is known already stands in the fields."""
    case = casework.load(here.stores(), person, asked.case, here.now()).case
    here.show(states.note(say("facts.what")))
    name = st.selectbox(say("facts.regime"), _asking(case), key=f"regime_{asked.command}")
    regime = regimes()[name]
    for fact in regime.inputs:
        _fact(regime, fact, case.facts.get(name, {}).get(fact), asked)
    acts.field(asked, say("facts.why"))
    st.button(say("act.facts_do"), key="ask_do", type="primary", on_click=_stated, args=(asked, name))


def _fact(regime: Regime, name: str, known: bool | str | None, asked: Ask) -> None:  # noqa: FBT001 - a fact of the complaint, not a switch
    """The field of one fact, and which clocks look at it."""
    label, key = name.replace("_", " ").capitalize(), _field(regime.id, name, asked)
    labels = regime.looking_at(name)
    why = say("facts.looked_at", clocks=", ".join(labels)) if labels else None
    choices = ("true", "false") if regime.inputs[name] == "bool" else regime.choices(name)
    if not choices:
        st.text_input(label, value=str(known or ""), key=key, help=why, placeholder="2026-11-20" if regime.inputs[name] == "date" else None)
        return
    said = NOT_SAID if known is None else str(known).lower() if isinstance(known, bool) else known
    offered = [*([NOT_SAID] if known is None else []), *choices]
    st.selectbox(label, offered, index=offered.index(said), key=key, help=why, format_func=partial(_choice, regime.inputs[name]))


def _choice(kind: str, said: str) -> str:
    if said == NOT_SAID:
        return say("facts.not_said")
    return say(f"facts.{said}") if kind == "bool" else said.replace("_", " ")


def _field(regime: str, name: str, asked: Ask) -> str:
    return f"fact_{regime}_{name}_{asked.command}"


def _stated(asked: Ask, regime: str) -> None:
    _perform(asked, StateFacts(regime=regime, facts=dict(_typed(regimes()[regime], asked)), reason=_said(asked, "words")), say("act.facts_stated"))


def _typed(regime: Regime, asked: Ask) -> Iterator[tuple[str, bool | str]]:
    """The facts whose fields say something; an empty field says nothing."""
    for name, kind in regime.inputs.items():
        said = str(st.session_state.get(_field(regime.id, name, asked)) or "").strip()
        if said != NOT_SAID:
            yield name, said == "true" if kind == "bool" else said


def _when_and_why(asked: Ask) -> None:
    st.text_input(say("dated.on"), key=f"on_{asked.command}", placeholder="2026-11-20")
    acts.field(asked, say("pause.why"))


def _paused(asked: Ask) -> None:
    regime, why = st.session_state.get(f"pause_{asked.command}") or ("", "")
    _perform(asked, Pause(regime=regime, why=why, reason=_said(asked, "words"), on=_said(asked, "on") or None), say("act.paused"))


def _resumed(asked: Ask) -> None:
    regime = _said(asked, "resume")
    _perform(asked, Resume(regime=regime, reason=_said(asked, "words"), on=_said(asked, "on") or None), say("act.was_resumed"))


def _said(asked: Ask, name: str) -> str:
    return str(st.session_state.get(f"{name}_{asked.command}") or "").strip()


def _perform(asked: Ask, act: Pause | Resume | StateFacts, done: str) -> None:
    person, stores = here.visitor(), here.stores()
    acts.finish(
        asked, lambda version: casework.perform(stores, person, asked.case, act, now=here.now(), command=asked.command, expected=version), done
    )


DIALOGS = {"pause": pause, "resume": resume, "facts": facts}
"""The dialogs by the act that asks for them."""
