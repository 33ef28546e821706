"""Mapping: which code of one table leads to which of another, who reviewed it, how many posts, and what persons propose to change."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import acts, address, here
from dashboard.widgets import chips
from dashboard.widgets.html import NOTHING, Html, join, tag, text
from dashboard.widgets.tables import Column, table
from dashboard.wording import say
from plaint.desk import mapping
from plaint.desk.mapping import Line
from plaint.desk.rights import Right, may
from plaint.model import Person
from plaint.query.tree import EVERYTHING, Term
from plaint.understand.taxonomy import taxonomies

COLUMNS = (
    Column(say("mapping.code")), Column(say("mapping.posts"), number=True), Column(say("mapping.leads"), grow=True),
    Column(say("mapping.reviewed"), hide=True),
)  # fmt: skip


def page() -> None:
    """Read the address, ask the desk, show."""
    person = here.visitor()
    firm = here.firm(person)
    lines = mapping.lines(here.stores(), person, Term(firm.key, "firm") if firm else EVERYTHING)
    here.show(join([tag("h1", say("page.mapping")), tag("p", say("mapping.why"), class_="soft")]))
    acts.told()
    names = list(dict.fromkeys(line.from_taxonomy for line in lines))
    keep = address.follows("from", "m_from", names[0], names)
    st.segmented_control(say("mapping.from"), names, key="m_from", format_func=_title, required=True, on_change=keep)
    chosen = address.one("from", names[0])
    shown = [line for line in lines if line.from_taxonomy == (chosen if chosen in names else names[0])]
    for kind in dict.fromkeys(line.kind for line in shown):
        of_kind = [line for line in shown if line.kind == kind]
        here.show(_table(of_kind, firm.name if firm else None))
    if may(person, Right.KEEP_MAP):
        _change(person, lines, shown)


def _title(taxonomy: str) -> str:
    known = taxonomies()[taxonomy]
    return f"{known.title} ({known.version})"


def _table(lines: Sequence[Line], firm: str | None) -> Html:
    return table(f"{_title(lines[0].from_taxonomy)}: {lines[0].kind}", COLUMNS, [_row(line, firm) for line in lines], shown=True)


def _row(line: Line, firm: str | None) -> list[Html]:
    to = join([text(f"{line.to_label} ", 120), tag("span", f"{line.to_taxonomy} {line.to_code}", class_="soft")]) if line.to_code else _nowhere(line)
    return [
        text(line.from_label, 120), _posts(f"{line.from_taxonomy}/{line.from_code}", line.posts, firm),
        join([to, tag("div", line.note, class_="soft") if line.note else NOTHING, _proposed(line)], " "),
        tag("span", f"{line.reviewer}, {line.date}", class_="soft"),
    ]  # fmt: skip


def _nowhere(line: Line) -> Html:
    return tag("span", f"{say('mapping.nowhere')} ({line.to_taxonomy})", class_="soft")


def _posts(code: str, number: int, firm: str | None) -> Html:
    return chips.link("search", f"{number:,}", code=code, per="all", firm=firm) if number else text("0")


def _proposed(line: Line) -> Html:
    if line.change is None:
        return NOTHING
    said = [say("mapping.proposed", by=line.change.by, to=line.change.to_code or say("mapping.nowhere"), reason=line.change.reason)]
    said += [say("mapping.approved", by=line.change.approved_by)] if line.change.approved_by else []
    return tag("div", "; ".join(said), class_="soft")


def _change(person: Person, lines: Sequence[Line], shown: Sequence[Line]) -> None:
    """The form to propose a change, and what waits for somebody else than who proposed it."""
    waiting = [line.change for line in lines if line.change is not None and line.change.approved_by is None and line.change.by != person.key]
    if waiting:
        here.show(tag("h2", say("mapping.open")))
    for change in waiting:
        acts.button(say("mapping.approve", number=change.number), f"map_{change.number}", _approve, (change.number,))
    with st.popover(say("mapping.propose"), key="m_propose"):
        line = st.selectbox(say("mapping.line"), range(len(shown)), key="m_line", format_func=lambda at: shown[at].from_label)
        codes = ["", *taxonomies()[shown[line].to_taxonomy].labels(shown[line].kind)]
        st.selectbox(say("mapping.to"), codes, key="m_to", format_func=lambda code: code or say("mapping.nowhere"))
        st.text_input(say("mapping.reason"), key="m_reason")
        acts.button(say("mapping.propose"), "map", _propose, (shown[line],), kind="primary")


def _propose(line: Line, command: str) -> None:
    person, code = here.visitor(), f"{line.from_taxonomy}/{line.from_code}"
    to, reason = f"{line.to_taxonomy}/{st.session_state['m_to']}", str(st.session_state["m_reason"])
    if acts.do(lambda: mapping.propose(here.stores(), person, code, to=to, reason=reason, now=here.now(), command=command), say("mapping.kept")):
        st.session_state.pop("command_map", None)


def _approve(number: int, command: str) -> None:
    person = here.visitor()
    acts.do(lambda: mapping.approve(here.stores(), person, number, now=here.now(), command=command), say("mapping.done"))


page()
