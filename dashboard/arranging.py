"""Acts that arrange the work on a case: hand over, priority, team and labels, merging and tying to another case."""

from __future__ import annotations

import re
from collections.abc import Iterator

import streamlit as st

from dashboard import acts, deeds, here, timing
from dashboard.acts import Ask
from dashboard.widgets import states
from dashboard.wording import say
from plaint.cases.case import Case, State
from plaint.cases.commands import Command
from plaint.cases.work import Label, Prioritise, Priority, Route
from plaint.desk import casework, teamwork
from plaint.desk.rights import Refused, Right, may
from plaint.model import Person, moment_of

_CASE = re.compile(r"c(?:-[a-z0-9]{4}){2,3}")
"""A case's id, also inside the address of its page."""


def menu(case: Case, person: Person) -> None:
    """The acts that are needed less often, in one place beside the daily ones."""
    with st.popover(say("case.more"), key="c_more"):
        asked = (case.id, case.version)
        if case.assignee is None and case.closed_at is None:
            acts.button(say("act.claim"), f"claim_{case.id}_{case.version}", deeds.claim, asked)
        if case.assignee == person.key and case.closed_at is None:
            _item("hand_over", "H", asked)
        _item("arrange", "L", asked)
        if case.status in {State.CANDIDATE, State.CONFIRMED_COMPLAINT} and case.closed_at is None:
            _item("tie", None, asked)
        timing.menu(case)
        if case.snoozed_until and moment_of(case.snoozed_until) > here.now():
            acts.button(say("act.wake"), f"wake_{case.id}_{case.version}", _wake, asked)


def _item(what: str, shortcut: str | None, asked: tuple[str, int]) -> None:
    st.button(say(f"act.{what}"), key=f"c_{what}", shortcut=shortcut, on_click=acts.ask, args=(what, *asked), width="stretch")


def _wake(case: str, version: int, command: str) -> None:
    person, stores = here.visitor(), here.stores()
    acts.do(lambda: teamwork.snooze(stores, person, case, until=None, now=here.now(), command=command, expected=version), say("act.awake"))


def hand_over(person: Person, asked: Ask) -> None:
    """Give it to somebody with words about where it stands."""
    firm = casework.load(here.stores(), person, asked.case, here.now()).case.firm
    able = [one for one in here.stores().registers.people() if may(one, Right.WORK_CASES, firm) and one.key != person.key]
    names = {one.key: one.name for one in sorted(able, key=lambda one: one.name.casefold())}
    st.selectbox(say("ask.whose"), list(names), key=f"to_{asked.command}", format_func=names.__getitem__)
    acts.field(asked, say("ask.where_it_stands"))
    st.button(say("act.hand_over"), key="ask_do", type="primary", on_click=_handed_over, args=(asked,))


def _handed_over(asked: Ask) -> None:
    person, stores = here.visitor(), here.stores()
    to, words = st.session_state.get(f"to_{asked.command}") or "", str(st.session_state.get(f"words_{asked.command}") or "")
    acts.finish(
        asked,
        lambda version: teamwork.hand_over(
            stores, person, asked.case, to=to, words=words, now=here.now(), command=asked.command, expected=version
        ),
        say("act.handed_over", who=here.people().get(to, to)),
    )  # fmt: skip


def arrange(person: Person, asked: Ask) -> None:
    """Priority, team and labels of a case; only what was changed becomes an act."""
    case = casework.load(here.stores(), person, asked.case, here.now()).case
    levels = [level.value for level in Priority]
    st.segmented_control(say("case.priority"), levels, key=f"level_{asked.command}", default=case.priority, format_func=str.capitalize, required=True)
    st.text_input(say("arrange.team"), value=case.team or "", key=f"team_{asked.command}", placeholder="cards")
    st.text_input(say("arrange.labels"), value=" ".join(case.labels), key=f"labels_{asked.command}", placeholder="refund waiting-for-branch")
    st.button(say("act.arrange_do"), key="ask_do", type="primary", on_click=_arranged, args=(asked,))


def _arranged(asked: Ask) -> None:
    person, stores = here.visitor(), here.stores()

    def act(version: int) -> Case:
        case = casework.load(stores, person, asked.case, here.now()).case
        changes = list(_changes(case, asked.command))
        if not changes:
            raise Refused(say("arrange.nothing"))
        for number, change in enumerate(changes):
            once = f"{asked.command}:{version}:{type(change).__name__}"
            case = casework.perform(stores, person, asked.case, change, now=here.now(), command=once, expected=version + number)
        return case

    acts.finish(asked, act, say("act.arranged"))


def _changes(case: Case, command: str) -> Iterator[Command]:
    level = str(st.session_state.get(f"level_{command}") or case.priority)
    team = str(st.session_state.get(f"team_{command}") or "").strip() or None
    labels = set(re.split(r"[\s,]+", str(st.session_state.get(f"labels_{command}") or "").strip())) - {""}
    if level != case.priority:
        yield Prioritise(priority=level)
    if team != case.team:
        yield Route(team=team)
    if labels != set(case.labels):
        yield Label(add=tuple(sorted(labels - set(case.labels))), remove=tuple(sorted(set(case.labels) - labels)))


def tie(person: Person, asked: Ask) -> None:
    """Merge it into another case, or put it under one; the other is named by its id or its address."""
    case = casework.load(here.stores(), person, asked.case, here.now()).case
    st.text_input(say("tie.other"), key=f"other_{asked.command}", placeholder="c-ab2c-3def-4ghi")
    here.show(states.note(say("tie.what")))
    with st.container(key="acts_tie", horizontal=True, gap="small"):
        st.button(say("act.merge"), key="ask_merge", type="primary", on_click=_merged, args=(asked,))
        st.button(say("act.under"), key="ask_under", on_click=_under, args=(asked,))
        if case.parent:
            st.button(say("act.out"), key="ask_out", on_click=_out, args=(asked,))


def _other(asked: Ask) -> str:
    """The case that was named; what holds no id goes to the desk as it is, which says so."""
    said = str(st.session_state.get(f"other_{asked.command}") or "").strip()
    found = _CASE.search(said)
    return found.group() if found else said


def _merged(asked: Ask) -> None:
    person, stores, into = here.visitor(), here.stores(), _other(asked)
    acts.finish(
        asked, lambda version: teamwork.merge(stores, person, asked.case, into=into, now=here.now(), command=asked.command, expected=version),
        say("act.merged"),
    )  # fmt: skip


def _under(asked: Ask) -> None:
    _put_under(asked, _other(asked), say("act.was_put_under"))


def _out(asked: Ask) -> None:
    _put_under(asked, None, say("act.was_taken_out"))


def _put_under(asked: Ask, parent: str | None, done: str) -> None:
    person, stores = here.visitor(), here.stores()
    acts.finish(
        asked,
        lambda version: teamwork.put_under(stores, person, asked.case, parent=parent, now=here.now(), command=asked.command, expected=version),
        done,
    )


DIALOGS = {"hand_over": hand_over, "arrange": arrange, "tie": tie}
"""The dialogs by the act that asks for them."""
