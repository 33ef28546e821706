"""Deadlines by month: counted by the store over all cases, so that a month of a hundred thousand costs what a small one costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import address, casebook, here
from dashboard.widgets import cases, chips, month, states, times
from dashboard.widgets.html import NOTHING, Html, join, tag
from dashboard.wording import say
from plaint.cases.queues import OPEN_STATES
from plaint.deadlines.calendars import Calendar
from plaint.desk import board, casework
from plaint.desk.shelf import ME
from plaint.model import Firm, Person
from plaint.ports import CaseFilter

ROWS = 50


def show(person: Person, firm: Firm | None, places: Sequence[Calendar], now: datetime, zone: ZoneInfo) -> None:
    """The month that the address names, else this one; below it the cases of the day that was chosen."""
    today = now.astimezone(zone).date()
    first = address.day_of(f"{address.one('month', f'{today:%Y-%m}')}-01")
    if first is None:
        here.show(states.note(say("app.ignored", what=address.one("month"))))
        first = today.replace(day=1)
    wanted = _filters(person, firm)
    loads = board.month(here.stores(), person, year=first.year, month=first.month, wanted=wanted, now=now)
    view = address.here("firm", "view", "month", "team", "owner")
    chosen = address.day("day")
    here.show(join([month.turn(first, view), month.summary(loads)]))
    with st.popover(say("dates.defined"), type="tertiary", key="d_month_defined"):
        here.show(tag("p", say("dates.month_definition")))
    here.show(month.table(loads, today, places, view, here.names(person), chosen=chosen))
    load = next((one for one in loads if one.day == chosen), None)
    if load is not None:
        _day(load, wanted, person, now, zone)


def _filters(person: Person, firm: Firm | None) -> CaseFilter:
    """Team and owner, each with its place in the address."""
    people = here.people()
    teams, _ = casebook.teams_and_labels(person, firm)
    owners = {"": say("dates.everybody"), ME: say("board.me"), "-": say("queue.nobody"), **{key: people[key] for key in people if key != person.key}}
    with st.container(key="d_month_filters", horizontal=True, gap="small"):
        keep = address.follows("team", "d_month_team", "", ["", *teams])
        team = st.selectbox(say("board.team"), ["", *teams], key="d_month_team", format_func=lambda key: key or say("board.any.team"),
                            on_change=keep, width=200)  # fmt: skip
        keep = address.follows("owner", "d_month_owner", "", list(owners))
        owner = st.selectbox(say("dates.owner"), list(owners), key="d_month_owner", format_func=owners.__getitem__, on_change=keep, width=200)
    return CaseFilter(
        firm=firm.key if firm else None, marks=(f"team:{team}",) if team else (), unassigned=owner == "-",
        assignee=person.key if owner == ME else owner if owner not in {"", "-"} else None,
    )  # fmt: skip


def _day(load: board.DayLoad, wanted: CaseFilter, person: Person, now: datetime, zone: ZoneInfo) -> None:
    said = address.one("start", "0")
    start = int(said) if said.isdigit() else 0
    asked = replace(wanted, marks=(*wanted.marks, *load.wanted.marks), states=OPEN_STATES, limit=ROWS, offset=start)
    listed = casework.list_cases(here.stores(), person, asked, now)
    title = say("dates.on", day=times.long_day(load.day))
    table = cases.listed(listed.rows, here.names(person), here.people(), now, zone, caption=title, firm=address.one("firm") or None)
    back = chips.link("deadlines", say("dates.whole"), {**address.here(), "day": None, "start": None})
    head = tag("div", join([tag("h2", title), back], " "), class_="row")
    here.show(join([head, table, _pages(start, len(listed.rows), listed.total)]))


def _pages(start: int, shown: int, total: int) -> Html:
    if total <= shown:
        return NOTHING
    now = address.here()
    before = chips.link("deadlines", say("post.previous"), {**now, "start": str(max(0, start - ROWS))}) if start else NOTHING
    after = chips.link("deadlines", say("post.next"), {**now, "start": str(start + shown)}) if start + shown < total else NOTHING
    where = tag("span", say("search.where", first=f"{start + 1:,}", last=f"{start + shown:,}", total=f"{total:,}"))
    return tag("nav", join([where, tag("span", join([before, after], " "))]), class_="pager", aria_label=say("search.pages"))
