"""The same act on several cases: those that were chosen, or all that match. Counted first, done with its progress shown, taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import streamlit as st

from dashboard import acts, here
from dashboard.asked import Asked
from dashboard.widgets import board, states
from dashboard.wording import count, say
from plaint.cases import work
from plaint.cases.commands import Acknowledge, Assign, Close, Command
from plaint.cases.standing import Ending
from plaint.desk import bulk
from plaint.desk.rights import Refused, Right, may
from plaint.model import Firm, Person, iso

MORNING = time(9)
ACTS = ("assign", "hand_over", "route", "priority", "label", "unlabel", "snooze", "acknowledge", "close")
"""What can be done to several cases at once; whether something is a complaint is decided case by case."""

_NO_UNDO = frozenset({"claim", "acknowledge"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """The cases that a dialog asks about: those that were chosen, or (`all_of`) all that a question matches, counted when it was asked."""

    cases: tuple[str, ...]
    all_of: tuple[Asked, Firm | None] | None
    number: int
    command: str


def ask(cases: tuple[str, ...], all_of: tuple[Asked, Firm | None] | None, number: int) -> None:
    """Open the dialog; nothing is done yet."""
    st.session_state["several"] = Several(cases=cases, all_of=all_of, number=number, command=here.command())
    st.session_state["ask"] = acts.Ask(what="several", case="", version=0, command="")
    st.session_state["told"] = None


def claim(cases: tuple[str, ...], command: str) -> None:
    """Take the chosen cases for a while; what somebody else has stays theirs and is told."""
    person = here.visitor()

    def take() -> None:
        _keep(bulk.run_on(here.stores(), person, cases, work.Claim(by=person.key), now=here.now(), command=command))

    if acts.do(take):
        st.session_state.pop(f"command_b_claim_{'_'.join(cases)}", None)


def dialog(person: Person, _: acts.Ask) -> None:
    """Which act, its one value, how many cases it reaches; then it is done while one looks."""
    several: Several = st.session_state["several"]
    mark = several.command
    act = st.selectbox(say("bulk.act"), ACTS, key=f"act_{mark}", format_func=lambda name: say(f"bulk.{name}"))
    build = _value(act, mark)
    number = several.number
    here.show(states.note(say("bulk.reaches_all" if several.all_of else "bulk.reaches", cases=count(number, "case"))))
    if st.button(say("bulk.do", cases=count(number, "case")), key="ask_do", type="primary", disabled=not number):
        _run(person, several, build)


def _value(act: str, mark: str) -> Callable[[], Command]:
    """The field for the act's value, and what makes the command of it."""
    key = f"value_{act}_{mark}"
    match act:
        case "assign" | "hand_over":
            able = sorted((one for one in here.stores().registers.people() if may(one, Right.WORK_CASES)), key=lambda one: one.name.casefold())
            names = {one.key: one.name for one in able}
            to = st.selectbox(say("ask.whose"), [*names, *([""] if act == "assign" else [])], key=key,
                              format_func=lambda one: names.get(one, say("ask.nobody")))  # fmt: skip
            if act == "assign":
                return lambda: Assign(to=to or None)
            words = st.text_area(say("ask.where_it_stands"), key=f"words_{mark}", height=80)
            return lambda: work.HandOver(to=to, words=words)
        case "route" | "label" | "unlabel":
            said = st.text_input(say(f"bulk.value.{act}"), key=key).strip()
            if act == "route":
                return lambda: work.Route(team=said or None)
            return lambda: work.Label(add=(said,)) if act == "label" else work.Label(remove=(said,))
        case "priority":
            level = st.selectbox(say("board.priority"), [one.value for one in work.Priority], key=key, format_func=str.capitalize)
            return lambda: work.Prioritise(priority=level)
        case "snooze":
            days = st.selectbox(say("bulk.value.snooze"), (1, 3, 7), key=key, format_func=lambda one: count(one, "day"))
            return lambda: work.Snooze(until=_morning(days))
        case "close":
            how = st.selectbox(say("ask.how"), [one.value for one in Ending], key=key, format_func=lambda one: one.replace("_", " ").capitalize())
            return lambda: Close(how=how)
        case _:
            return Acknowledge


def _morning(days: int) -> str:
    zone = here.zone(None)
    return iso(datetime.combine(here.now().astimezone(zone).date() + timedelta(days=days), MORNING, zone).astimezone(UTC))


def _run(person: Person, several: Several, build: Callable[[], Command]) -> None:
    """Do it, saying how far it is; a refusal of the whole stands in the dialog, and what was typed stays."""
    progress = st.progress(0.0, text=say("bulk.running"))

    def told(done: int, of: int) -> None:
        progress.progress(done / of, text=say("bulk.progress", done=f"{done:,}", of=f"{of:,}"))

    now = here.now()
    try:
        if several.all_of is None:
            result = bulk.run_on(here.stores(), person, several.cases, build(), now=now, command=several.command, told=told)
        else:
            wanted, firm = several.all_of
            result = bulk.run(here.stores(), person, wanted.filter(person, firm, now), build(), expect=several.number, now=now,
                              command=several.command, told=told)  # fmt: skip
    except Refused as refused:
        here.show(states.refusal(refused.reason))
        return
    _keep(result)
    st.session_state["ask"] = None
    st.rerun()


def _keep(result: bulk.Bulk) -> None:
    st.session_state["several_done"] = result


def outcome(person: Person) -> None:
    """What the last act on several came to, and its undo, until it is taken back or the next one."""
    result: bulk.Bulk | None = st.session_state.get("several_done")
    if result is None or not may(person, Right.WORK_CASES):
        return
    with st.container(key="b_done", horizontal=True, gap="small", vertical_alignment="center"):
        here.show(board.outcome(len(result.done), result.refused, _said(result.act), {}))
        if result.done and result.act not in _NO_UNDO and not result.act.startswith("take back"):
            acts.button(say("bulk.undo", cases=count(len(result.done), "case")), f"several_{result.id}", _take_back, (result.id,), shortcut="U")
        st.button(say("bulk.seen"), key="b_seen", type="tertiary", on_click=_seen)


def _said(act: str) -> str:
    return say("bulk.what.taken_back") if act.startswith("take back") else say(f"bulk.what.{act}")


def _take_back(id: str, command: str) -> None:
    person = here.visitor()

    def back() -> None:
        _keep(bulk.take_back(here.stores(), person, id, now=here.now(), command=command))

    acts.do(back)


def _seen() -> None:
    st.session_state["several_done"] = None
