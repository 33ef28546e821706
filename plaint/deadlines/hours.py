"""Staffed hours: when so many minutes of them have passed since a moment, and which of them were counted or skipped.

Hours are intervals of local wall time on the days of a week, without the holidays of a calendar and the firm's closures.
Each is counted by the real time between its two ends: the hour that a change of the clocks takes away is not counted,
the one that it gives is. Nothing depends on the server's zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from plaint.deadlines.calendars import WEEKDAYS, calendars, spoken
from plaint.deadlines.service import Hours

NOTHING = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """One interval of a count: `hours` is `09:00-12:00`, or empty for a day without any; `counted` of it, or why it was `skipped`."""

    day: date
    hours: str = ""
    counted: timedelta = NOTHING
    skipped: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffed:
    """When a count ended (UTC), and every interval that it met, in order."""

    at: datetime
    intervals: tuple[Interval, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shift:
    """An interval in UTC; without ends a day on which nobody is there, and why."""

    day: date
    hours: str = ""
    opens: datetime | None = None
    closes: datetime | None = None
    closed_because: str | None = None


def minutes_of(interval: str) -> tuple[int, int]:
    """The two ends of `09:00-12:00` in minutes of the day; raises ValueError for anything else."""
    first, _, last = interval.partition("-")
    opens, closes = _minute(first), 1440 if last == "24:00" else _minute(last)
    if opens >= closes:
        raise ValueError(f"{interval!r} does not end after it begins")
    return opens, closes


def after(hours: Hours, start: datetime, span: timedelta, closures: Sequence[str] = ()) -> Staffed:
    """When `span` of staffed time has passed since `start`; raises OutsideCalendar. `closures` are the firm's, beside those of the hours.

    A span of nothing ends with the first staffed moment from the start on.
    """
    left = span
    met: list[Interval] = []
    for shift in _shifts(hours, start, closures):
        if shift.opens is None or shift.closes is None:
            met.append(Interval(day=shift.day, skipped=shift.closed_because))
            continue
        begins = max(shift.opens, start)
        there = shift.closes - begins
        if there <= NOTHING:
            met.append(Interval(day=shift.day, hours=shift.hours, skipped="over before the start" if shift.opens < start else "not on this day"))
            continue
        if left <= there:
            met.append(Interval(day=shift.day, hours=shift.hours, counted=left))
            return Staffed(at=begins + left, intervals=tuple(met))
        met.append(Interval(day=shift.day, hours=shift.hours, counted=there))
        left -= there
    raise AssertionError("a week without staffed hours")


def between(hours: Hours, start: datetime, end: datetime, closures: Sequence[str] = ()) -> timedelta:
    """How much staffed time lies between two moments; raises OutsideCalendar."""
    found = NOTHING
    for shift in _shifts(hours, start, closures):
        if shift.day > end.astimezone(ZoneInfo(hours.zone)).date():
            break
        if shift.opens is not None and shift.closes is not None:
            found += max(NOTHING, min(shift.closes, end) - max(shift.opens, start))
    return found


def told(interval: Interval) -> str:
    """An interval as a sentence of a trace."""
    where = f"{spoken(interval.day)} {interval.hours}".rstrip()
    return f"{where}: skipped ({interval.skipped})" if interval.skipped else f"{where}: {_spoken(interval.counted)} counted"


def _spoken(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    return f"{minutes} min" + (f" {seconds} s" if seconds else "")


def _shifts(hours: Hours, start: datetime, closures: Sequence[str]) -> Iterator[_Shift]:
    """Every shift from the local day of `start` on; days without one are named too."""
    zone = ZoneInfo(hours.zone)
    on = calendars()[hours.calendar] if hours.calendar else None
    closed = {date.fromisoformat(day) for day in (*hours.closures, *closures)}
    day = start.astimezone(zone).date()
    while True:
        holiday = on.holidays.get(day) if on is not None else None
        if on is not None:
            on.closed_because(day)  # refuses a day outside the loaded years
        shifts = hours.week[day.weekday()]
        if holiday is not None or day in closed:
            yield _Shift(day=day, closed_because=holiday.name if holiday else "closed by the firm")
        elif not shifts:
            yield _Shift(day=day, closed_because=f"no hours on a {WEEKDAYS[day.weekday()]}")
        else:
            for one in shifts:
                opens, closes = minutes_of(one)
                yield _Shift(day=day, hours=one, opens=_moment(day, opens, hours.zone), closes=_moment(day, closes, hours.zone))
        day += timedelta(days=1)


@lru_cache(maxsize=4096)
def _moment(day: date, minute: int, zone: str) -> datetime:
    """The moment (UTC) of a local wall time: the first where it comes twice, the change itself where it does not come at all."""
    here = ZoneInfo(zone)
    wall = datetime.combine(day, time(), here) + timedelta(minutes=minute)
    moment = wall.astimezone(UTC)
    if moment.astimezone(here).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    before, after = int(wall.replace(fold=1).timestamp()), int(moment.timestamp())
    old = datetime.fromtimestamp(before, here).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if datetime.fromtimestamp(middle, here).utcoffset() == old else (before, middle)
    return datetime.fromtimestamp(after, UTC)


def _minute(said: str) -> int:
    at = time.fromisoformat(said)
    if len(said) != 5 or at.tzinfo is not None:
        raise ValueError(f"{said!r} is no time of day; write it like 09:00")
    return at.hour * 60 + at.minute
