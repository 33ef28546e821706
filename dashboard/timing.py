"""Acts on the clocks of a complaint: letting those of a regime stand still where it has pauses, and letting them go on."""

from __future__ import annotations

import streamlit as st

from dashboard import acts, here
from dashboard.acts import Ask
from dashboard.widgets import states, times
from dashboard.wording import say
from plaint.cases.case import Case, State
from plaint.cases.timing import Pause, Resume
from plaint.deadlines.regimes import regimes
from plaint.desk import casework
from plaint.model import Person


def menu(case: Case) -> None:
    """The acts that the case's regimes have; nothing where none of them has a pause."""
    if case.status is not State.CONFIRMED_COMPLAINT or case.closed_at is not None:
        return
    if set(_pausing(case)) - set(_standing(case)):
        st.button(say("act.pause"), key="c_pause", on_click=acts.ask, args=("pause", case.id, case.version), width="stretch")
    if _standing(case):
        st.button(say("act.resume"), key="c_resume", on_click=acts.ask, args=("resume", case.id, case.version), width="stretch")


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


def _perform(asked: Ask, act: Pause | Resume, done: str) -> None:
    person, stores = here.visitor(), here.stores()
    acts.finish(
        asked, lambda version: casework.perform(stores, person, asked.case, act, now=here.now(), command=asked.command, expected=version), done
    )


DIALOGS = {"pause": pause, "resume": resume}
"""The dialogs by the act that asks for them."""
