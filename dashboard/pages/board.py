"""Board: all open work as columns of cards, by state, team or priority; acting on some of them or on all that match."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import acts, address, asked, casebook, columns, here, together, views
from dashboard.asked import Asked
from dashboard.columns import Column
from dashboard.widgets import board, chips, states
from dashboard.widgets.board import Look
from dashboard.widgets.html import NOTHING, Html, join, tag, text
from dashboard.wording import count, say
from plaint.cases.work import Priority
from plaint.desk import bulk, casework, presence
from plaint.desk.rights import Right, may
from plaint.model import Firm, Person

CARDS = 12
"""Cards of one column while all columns are shown."""

PAGE = 48
"""Cards of one column that is looked at alone."""


def page() -> None:
    """Read the address, ask the desk, show."""
    person = here.visitor()
    firm = here.firm(person)
    now, zone = here.now(), here.zone(firm)
    wanted, wrong = asked.asked()
    teams, labels = casebook.teams_and_labels(person, firm)
    with st.container(key="b_head", horizontal=True, vertical_alignment="center", gap="medium"):
        here.show(tag("h1", say("page.board")))
        keep = address.follows("by", "b_by", "state", columns.BY)
        st.segmented_control(say("board.by"), columns.BY, key="b_by", format_func=lambda by: say(f"board.by.{by}"), required=True,
                             on_change=keep, label_visibility="collapsed")  # fmt: skip
        views.menu(person, wanted, firm, now)
    if wrong:
        here.show(states.note(say("app.ignored", what=", ".join(wrong))))
    views.listed(person, wanted, now)
    _filters(person, wanted, teams, labels)
    acts.told()
    picked = address.many("pick")
    together.outcome(person)
    parts = columns.columns(str(st.session_state["b_by"]), wanted.filter(person, firm, now), state=wanted.state, teams=teams)
    total = bulk.count(here.stores(), person, wanted.filter(person, firm, now), now) if may(person, Right.WORK_CASES) else 0
    _acts(person, wanted, firm, picked, total)
    here.show(_board(parts, person, now, zone, picked))
    acts.dialogs(person)


def _filters(person: Person, wanted: Asked, teams: list[str], labels: list[str]) -> None:
    """Each filter keeps its place in the address; a value from elsewhere stays on offer."""
    people = here.people()
    others = sorted((key for key in people if key != person.key), key=lambda key: people[key].casefold())
    who = {"": say("dates.everybody"), "me": say("board.me"), asked.NOBODY: say("queue.nobody")}
    with st.container(key="b_filters", horizontal=True, gap="small", vertical_alignment="bottom"):
        _choice("who", wanted.who, {**who, **{key: people[key] for key in others}})
        _choice("team", wanted.team, {"": say("board.any.team"), **{team: team for team in teams}})
        _choice("priority", wanted.priority, {"": say("board.any.priority"), **{level.value: level.capitalize() for level in Priority}})
        _choice("label", wanted.label, {"": say("board.any.label"), **{label: label for label in labels}})
        _choice("due", wanted.due, {key: say(f"board.any.due{key}") for key in ("", *asked.WITHIN)})
        st.session_state["b_aside"] = wanted.aside
        st.checkbox(say("board.show_aside"), key="b_aside", on_change=_aside)


def _choice(name: str, chosen: str, words: dict[str, str]) -> None:
    values = {**words, chosen: words.get(chosen, chosen)}
    keep = address.follows(name, f"b_{name}", "", list(values))
    st.selectbox(say(f"board.{name}"), list(values), key=f"b_{name}", on_change=keep, width=150, format_func=values.__getitem__)


def _aside() -> None:
    address.change(aside="1" if st.session_state["b_aside"] else None)


def _acts(person: Person, wanted: Asked, firm: Firm | None, picked: tuple[str, ...], total: int) -> None:
    if not may(person, Right.WORK_CASES):
        return
    with st.container(key="acts_board", horizontal=True, gap="small", vertical_alignment="center"):
        if picked:
            here.show(tag("p", join([tag("strong", say("board.chosen", cases=count(len(picked), "case"))),
                                     chips.link("board", say("board.let_go"), address.here(), pick=None)], " "), role="status"))  # fmt: skip
            acts.button(say("act.claim"), f"b_claim_{'_'.join(picked)}", together.claim, (picked,), kind="primary")
            st.button(say("board.act"), key="b_some", shortcut="A", on_click=together.ask, args=(picked, None, len(picked)))
        elif total:
            here.show(tag("p", say("board.pick_what"), class_="soft"))
            st.button(say("board.act_all", cases=count(total, "case")), key="b_all", on_click=together.ask, args=((), (wanted, firm), total))


def _board(parts: list[Column], person: Person, now: datetime, zone: ZoneInfo, picked: tuple[str, ...]) -> Html:
    alone = next((part for part in parts if part.key == address.one("column")), None)
    said = address.one("start", "0")
    start = int(said) if alone and said.isdigit() else 0
    shown = [alone] if alone else parts
    listed = [casework.list_cases(here.stores(), person, replace(part.wanted, limit=PAGE if alone else CARDS, offset=start), now) for part in shown]
    cases = [row.case for one in listed for row in one.rows]
    people = here.people()
    there: dict[str, str] = {}
    for one in presence.who_is_here(here.stores(), person, cases, now):
        there.setdefault(one.case, say(f"here.{one.doing.value}", who=people.get(one.person, one.person)))
    look = Look(names=here.names(person), people=people, now=now, zone=zone, view=address.here(), picked=picked, present=there,
                can_pick=may(person, Right.WORK_CASES))  # fmt: skip
    drawn = []
    for part, found in zip(shown, listed, strict=True):
        pager = _pager(start, len(found.rows), found.total) if alone else NOTHING
        drawn.append(board.column(part.title, part.key, found.rows, found.total, look, pager=pager))
    back = tag("p", chips.link("board", say("board.back"), address.here(), column=None, start=None)) if alone else NOTHING
    return join([back, board.columns(drawn)])


def _pager(start: int, shown: int, total: int) -> Html:
    if total <= shown:
        return text(" ")
    now = address.here()
    before = chips.link("board", say("post.previous"), {**now, "start": str(max(0, start - PAGE)) if start > PAGE else None}) if start else NOTHING
    after = chips.link("board", say("post.next"), {**now, "start": str(start + shown)}) if start + shown < total else NOTHING
    where = tag("span", say("search.where", first=f"{start + 1:,}", last=f"{start + shown:,}", total=f"{total:,}"))
    return tag("nav", join([where, tag("span", join([before, after], " "))]), class_="pager", aria_label=say("search.pages"))


page()
