"""The acts of the daily work that need a dialog: what a complaint is about, how it was answered, its clocks' start, putting it aside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial

import streamlit as st

from dashboard import acts, here
from dashboard.acts import Ask
from dashboard.widgets import states, times
from dashboard.wording import say
from plaint.cases.commands import Command, MoveStart
from plaint.cases.outcomes import ANSWERS, SCHEME, Classify, Outcome, Resolve, Vulnerability
from plaint.cases.replying import PostedReply, SendBackReply
from plaint.cases.taxonomies import Term, taxonomies
from plaint.desk import casework, teamwork, undoing
from plaint.model import Person, iso

MORNING = time(9)


def _said(asked: Ask, name: str) -> str:
    return str(st.session_state.get(f"{name}_{asked.command}") or "").strip()


def _perform(asked: Ask, act: Command, done: str) -> None:
    person, stores = here.visitor(), here.stores()
    acts.finish(
        asked, lambda version: casework.perform(stores, person, asked.case, act, now=here.now(), command=asked.command, expected=version), done
    )


def about_fields(asked: Ask, product: str | None = None, cause: str | None = None) -> None:
    """Two choices: product and cause, in the regulator's own terms."""
    taxonomy = taxonomies()[SCHEME]
    for name, terms, chosen in (("product", taxonomy.products, product), ("cause", taxonomy.causes, cause)):
        codes = ["", *terms]
        st.selectbox(
            say(f"about.{name}"), codes, key=f"{name}_{asked.command}", index=codes.index(chosen) if chosen in codes else 0,
            format_func=partial(_label, terms),
        )  # fmt: skip


def _label(terms: Mapping[str, Term], code: str) -> str:
    if not code:
        return say("about.later")
    term = terms[code]
    return f"{term.label} ({say('about.missing')})" if term.is_missing else term.label


def about(asked: Ask) -> Classify | None:
    """What was chosen; None where nothing was."""
    product, cause = _said(asked, "product") or None, _said(asked, "cause") or None
    return Classify(product=product, cause=cause) if product or cause else None


def classify(person: Person, asked: Ask) -> None:
    """Say what it is about."""
    case = casework.load(here.stores(), person, asked.case, here.now()).case
    known = case.classified.get(SCHEME)
    about_fields(asked, known.product if known else None, known.cause if known else None)
    st.text_input(say("about.root_cause"), value=case.root_cause or "", key=f"root_{asked.command}")
    st.multiselect(
        say("about.vulnerability"), [one.value for one in Vulnerability], default=list(case.vulnerability), key=f"drivers_{asked.command}",
        format_func=lambda driver: driver.replace("_", " "),
    )  # fmt: skip
    st.button(say("act.classify"), key="ask_do", type="primary", on_click=_classified, args=(asked,))


def _classified(asked: Ask) -> None:
    drivers = tuple(st.session_state.get(f"drivers_{asked.command}") or ())
    chosen = Classify(
        product=_said(asked, "product") or None, cause=_said(asked, "cause") or None, root_cause=_said(asked, "root") or None, vulnerability=drivers
    )
    _perform(asked, chosen, say("act.classified"))


def resolve(_: Person, asked: Ask) -> None:
    """Note how it was answered."""
    st.radio(say("resolve.how"), ANSWERS, key=f"how_{asked.command}", format_func=lambda how: how.replace("_", " ").capitalize())
    st.radio(say("resolve.outcome"), [one.value for one in Outcome], key=f"outcome_{asked.command}",
             format_func=lambda how: how.replace("_", " ").capitalize())  # fmt: skip
    st.text_input(say("resolve.redress"), key=f"redress_{asked.command}", placeholder="120.50")
    st.button(say("act.resolve"), key="ask_do", type="primary", on_click=_resolved, args=(asked,))


def _resolved(asked: Ask) -> None:
    answer = Resolve(how=_said(asked, "how"), outcome=_said(asked, "outcome"), redress=_said(asked, "redress") or None)
    _perform(asked, answer, say("act.resolved"))


def move(person: Person, asked: Ask) -> None:
    """Move the start of the clocks; the old one stays in the history."""
    view = casework.load(here.stores(), person, asked.case, here.now())
    zone = here.zone(view.firm)
    if view.clocks.start:
        here.show(states.note(say("move.now", when=times.moment_text(view.clocks.start.at, here.now(), zone), why=view.clocks.start.because)))
    st.text_input(say("move.to", zone=zone.key), key=f"to_{asked.command}", placeholder="2026-11-20 09:00")
    acts.field(asked, say("move.why"))
    st.button(say("act.move"), key="ask_do", type="primary", on_click=_moved, args=(asked, zone.key))


def _moved(asked: Ask, zone: str) -> None:
    _perform(asked, MoveStart(to=_moment(_said(asked, "to"), zone), reason=_said(asked, "words")), say("act.moved"))


def _moment(said: str, zone: str) -> str:
    """A moment typed without an offset is one of the firm's zone; what cannot be read goes to the desk as it is, which says so."""
    from zoneinfo import ZoneInfo

    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return said
    return said if found.tzinfo or len(said) == 10 else iso(found.replace(tzinfo=ZoneInfo(zone)))


def snooze(person: Person, asked: Ask) -> None:
    """Put it aside until a morning; its clocks run on."""
    view = casework.load(here.stores(), person, asked.case, here.now())
    zone = here.zone(view.firm)
    today = here.now().astimezone(zone).date()
    here.show(states.note(say("snooze.what")))
    for number, days in enumerate((1, 3, 7), 1):
        until = datetime.combine(today + timedelta(days=days), MORNING, zone)
        st.button(say("snooze.until", day=times.short_day(until.date())), key=f"ask_{number}", shortcut=str(number), width="stretch",
                  on_click=_snoozed, args=(asked, iso(until)))  # fmt: skip
    acts.field(asked, say("ask.optional"))


def _snoozed(asked: Ask, until: str) -> None:
    person, stores, words = here.visitor(), here.stores(), _said(asked, "words") or None
    acts.finish(
        asked,
        lambda version: teamwork.snooze(
            stores, person, asked.case, until=until, reason=words, now=here.now(), command=asked.command, expected=version
        ),
        say("act.snoozed"),
    )


def send_back(_: Person, asked: Ask) -> None:
    """Ask for a change of a reply, with a reason."""
    acts.field(asked, say("reply.why"))
    st.button(say("act.send_back"), key="ask_do", type="primary", on_click=_sent_back, args=(asked,))


def _sent_back(asked: Ask) -> None:
    _perform(asked, SendBackReply(number=int(asked.more), reason=_said(asked, "words")), say("act.sent_back"))


def posted(_: Person, asked: Ask) -> None:
    """Note where an approved reply was posted by hand."""
    st.text_input(say("reply.url"), key=f"url_{asked.command}", placeholder="https://")
    st.button(say("act.posted"), key="ask_do", type="primary", on_click=_was_posted, args=(asked,))


def _was_posted(asked: Ask) -> None:
    _perform(asked, PostedReply(number=int(asked.more), url=_said(asked, "url")), say("act.was_posted"))


DIALOGS = {"classify": classify, "resolve": resolve, "move": move, "snooze": snooze, "send_back": send_back, "posted": posted}
"""The dialogs by the act that asks for them."""


def perform(case: str, version: int, act: Command, done: str, command: str) -> None:
    """Do an act that needs no dialog."""
    person, stores = here.visitor(), here.stores()
    acts.do(lambda: casework.perform(stores, person, case, act, now=here.now(), command=command, expected=version), done)


def claim(case: str, version: int, command: str) -> None:
    """Take a case for a while."""
    person, stores = here.visitor(), here.stores()
    acts.do(lambda: teamwork.claim(stores, person, case, now=here.now(), command=command, expected=version), say("act.claimed"))


def undo_line(person: Person) -> None:
    """A button that takes back the person's last act, as long as nobody has acted since and an act can bring it back."""
    last = st.session_state.get("last_act")
    if last and undoing.can_take_back(here.stores(), person, *last):
        acts.button(say("act.undo"), f"undo_{last[0]}_{last[1]}", _undo, last, kind="tertiary", shortcut="U")


def _undo(case: str, version: int, command: str) -> None:
    person, stores = here.visitor(), here.stores()
    if acts.do(lambda: undoing.take_back(stores, person, case, version, now=here.now(), command=command), say("act.undone")):
        st.session_state["last_act"] = None
