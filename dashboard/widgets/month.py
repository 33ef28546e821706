"""Deadlines of one month: a day's cases as a link to exactly those, the clocks behind them counted apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from dashboard.widgets import calendar, chips, times
from dashboard.widgets.chips import Names, Parameters
from dashboard.widgets.html import NOTHING, Html, join, tag, text
from dashboard.wording import count, say
from plaint.deadlines.calendars import Calendar
from plaint.desk.board import DayLoad
from plaint.desk.due import monday


def table(loads: Sequence[DayLoad], today: date, places: Sequence[Calendar], view: Parameters, names: Names, *, chosen: date | None = None) -> Html:
    """The month as weeks, Monday first; days of other months stay empty."""
    by_day = {one.day: one for one in loads}
    first, last = loads[0].day, loads[-1].day
    head = tag("tr", join([tag("th", say("dates.week"), scope="col", class_="wk"), *(tag("th", name, scope="col") for name in calendar.DAYS)]))
    rows, start = [], monday(first)
    while start <= last:
        cells = [_day(start + timedelta(days=at), by_day, today, places, view, names, chosen) for at in range(7)]
        rows.append(tag("tr", join([tag("th", f"{start.day} {start:%b}", scope="row", class_="wk"), *cells])))
        start += timedelta(days=7)
    caption = tag("caption", say("dates.calendar", first=times.long_day(first), last=times.long_day(last)), class_="quiet")
    return tag("table", join([caption, tag("thead", head), tag("tbody", join(rows))]), class_="cal month")


def _day(
    day: date, by_day: Mapping[date, DayLoad], today: date, places: Sequence[Calendar], view: Parameters, names: Names, chosen: date | None
) -> Html:  # fmt: skip
    load = by_day.get(day)
    if load is None:
        return tag("td", class_="off")
    number = tag("span", f"{day.day}", class_="n")
    said = [tag("strong", join([number, text(" " + say("dates.today"))])) if day == today else number]
    if load.cases:
        said += [_cases(load, view, names), tag("span", _clocks(load), class_="soft clocks")]
    said.append(calendar.closed(day, places))
    kinds = {"off": day.weekday() >= 5, "today": day == today, "chosen": day == chosen}
    return tag("td", join(said), class_=" ".join(word for word, holds in kinds.items() if holds) or None)


def _cases(load: DayLoad, view: Parameters, names: Names) -> Html:
    """How many cases have a clock due then; by firm, team and regime in the title."""
    parts = [f"{names.firm(key)} {number:,}" for key, number in sorted(load.firms.items())]
    parts += [f"{say('board.no_team') if key is None else say('board.in_team', team=key)} {number:,}" for key, number in load.teams.items()]
    parts += [f"{key} {number:,}" for key, number in sorted(load.regimes.items())]
    return chips.link("deadlines", count(load.cases, "case"), view, day=load.day.isoformat(), start=None, title="; ".join(parts))


def _clocks(load: DayLoad) -> str:
    said = [count(load.clocks, "clock")] if load.clocks else []
    return ", ".join([*said, say("dates.would_be", number=f"{load.would_be:,}")] if load.would_be else said)


def turn(first: date, view: Parameters) -> Html:
    """To the month before and after."""
    before, after = first - timedelta(days=1), (first + timedelta(days=32)).replace(day=1)
    links = [chips.link("deadlines", f"{one:%B %Y}", view, month=f"{one:%Y-%m}", day=None, start=None) for one in (before, after)]
    return tag("nav", join([links[0], tag("strong", f"{first:%B %Y}"), links[1]], " "), class_="pager", aria_label=say("dates.months"))


def summary(loads: Sequence[DayLoad]) -> Html:
    """The month's sums; a case with clocks on several days counts on each of them, so cases are not summed."""
    clocks, would = sum(one.clocks for one in loads), sum(one.would_be for one in loads)
    parts = [tag("strong", count(clocks, "open clock"))]
    return tag("p", join([*parts, text(say("dates.would_be", number=f"{would:,}")) if would else NOTHING], " · "), class_="trail")
