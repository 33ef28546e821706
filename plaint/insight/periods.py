"""Periods that people choose, cut into bars in the viewer's time zone.

A bar's edges are ISO 8601 in UTC, as a `Search` wants them; days that change the clock are 23 or 25 hours long.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from plaint.model import iso
from plaint.query.tree import And, Node, Range


class Step(StrEnum):
    """How long one bar is."""

    HOUR = "hour"
    QUARTER_DAY = "6 hours"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


MOST_BARS = 400
"""Edges that are made at most, so that an absurd date cannot ask for a million bars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start` up to, not including, `end` (aware, UTC), in bars of `step` counted in `zone`."""

    start: datetime
    end: datetime
    step: Step
    zone: ZoneInfo

    def edges(self) -> tuple[str, ...]:
        """The limits of the bars; the last one is the first step that begins at or after `end`."""
        said = []
        for moment in islice(_steps(self.start.astimezone(self.zone), self.step, self.zone), MOST_BARS):
            said.append(iso(moment))
            if moment >= self.end:
                break
        return tuple(said)

    def range(self) -> Range:
        """Exactly what the bars hold, as a condition on when a post was published; it stays the same until the next bar begins."""
        edges = self.edges()
        return Range(field="published", low=edges[0], high=edges[-1], with_high=False)


def within(query: Node, period: Period | None) -> Node:
    """`query`, limited to the posts published in `period`."""
    return query if period is None else And((query, period.range()))


def last(name: str, now: datetime, zone: ZoneInfo) -> Period:
    """One of the named periods up to `now`: `24 h`, `7 d`, `30 d`, `12 m`; raises KeyError for another name."""
    span, step = {
        "24 h": (timedelta(hours=23), Step.HOUR),
        "7 d": (timedelta(days=6), Step.QUARTER_DAY),
        "30 d": (timedelta(days=29), Step.DAY),
        "12 m": (timedelta(days=335), Step.MONTH),
    }[name]
    begins = Step.DAY if step == Step.QUARTER_DAY else step
    start = _floor((now - span).astimezone(zone), begins, zone)
    return Period(start=start, end=now + timedelta(microseconds=1), step=step, zone=zone)


def days(first: date, until: date, zone: ZoneInfo) -> Period:
    """From the first to the last day, both whole, with bars that fit the length."""
    start = datetime.combine(first, time(), zone).astimezone(UTC)
    end = datetime.combine(until + timedelta(days=1), time(), zone).astimezone(UTC)
    return Period(start=start, end=end, step=fitting(start, end), zone=zone)


def spanning(earliest: datetime, latest: datetime, zone: ZoneInfo) -> Period:
    """From the first to the last of some posts, whatever the length."""
    step = fitting(earliest, latest)
    return Period(start=_floor(earliest.astimezone(zone), step, zone), end=latest + timedelta(microseconds=1), step=step, zone=zone)


def fitting(start: datetime, end: datetime) -> Step:
    """The shortest step that gives at most about sixty bars."""
    length = end - start
    for step, longest in ((Step.HOUR, 2), (Step.QUARTER_DAY, 15), (Step.DAY, 62), (Step.WEEK, 430), (Step.MONTH, 1830)):
        if length <= timedelta(days=longest):
            return step
    return Step.YEAR


def _floor(local: datetime, step: Step, zone: ZoneInfo) -> datetime:
    day = local.date()
    if step == Step.WEEK:
        day -= timedelta(days=day.weekday())
    elif step == Step.MONTH:
        day = day.replace(day=1)
    elif step == Step.YEAR:
        day = day.replace(month=1, day=1)
    hour = {Step.HOUR: local.hour, Step.QUARTER_DAY: local.hour - local.hour % 6}.get(step, 0)
    return datetime.combine(day, time(hour), zone).replace(fold=local.fold).astimezone(UTC)


def _steps(local: datetime, step: Step, zone: ZoneInfo) -> Iterator[datetime]:
    here = _floor(local, step, zone)
    while True:
        yield here
        here = _next(here, step, zone)


def _next(here: datetime, step: Step, zone: ZoneInfo) -> datetime:
    if step == Step.HOUR:
        return here + timedelta(hours=1)
    local = here.astimezone(zone)
    if step == Step.QUARTER_DAY and local.hour < 18:
        return datetime.combine(local.date(), time(local.hour - local.hour % 6 + 6), zone).astimezone(UTC)
    days_on = {Step.QUARTER_DAY: 1, Step.DAY: 1, Step.WEEK: 7, Step.MONTH: 32, Step.YEAR: 367}[step]
    return _floor((datetime.combine(local.date(), time(), zone) + timedelta(days=days_on)), _rounding(step), zone)


def _rounding(step: Step) -> Step:
    return step if step in {Step.MONTH, Step.YEAR} else Step.DAY
