"""A firm's own service levels on the clock engine: which of them a case has, when each is due, and why then.

They are promises of the firm to itself, beside the clocks of the law: `plaint.cases.service` shows how they stand on a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from plaint.deadlines.calendars import OutsideCalendar, calendars, spoken
from plaint.deadlines.engine import Deadline
from plaint.deadlines.hours import after, between, told
from plaint.deadlines.regimes import Clock
from plaint.deadlines.service import ALWAYS, ServiceLevel

REGIME = "SERVICE"
"""What stands in the place of a regime on clocks that the firm sets itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A level counted from a start: its deadline with the trace, and the moment (UTC) from which it is at risk."""

    deadline: Deadline
    risky_from: datetime | None = None


def promised(level: ServiceLevel, start: datetime, *, share: float, closures: Sequence[str] = ()) -> Promise:
    """The deadline of a level; without a date, and refused, where a calendar's years do not reach.

    `share` of the staffed time may pass before it is at risk, unless the level says its own; `closures` are the firm's.
    """
    zone = ZoneInfo(level.hours.zone)
    local = start.astimezone(zone)
    deadline = Deadline(key=level.id, clock=_clock(level), regime=REGIME, version=level.effective_from or "always", start=local.date())
    try:
        span, closed = timedelta(minutes=level.minutes), _closed(level, closures)
        counted = after(level.hours, start, span, closed)
        risky = after(level.hours, start, span * (share if level.at_risk is None else level.at_risk), closed)
    except OutsideCalendar as outside:
        return Promise(deadline=replace(deadline, no_date=str(outside), refused=True, steps=(f"no date, because {outside}",)))
    end = counted.at.astimezone(zone)
    on = calendars()[level.hours.calendar] if level.hours.calendar else None
    steps = (
        f"starts {spoken(local.date())} {local:%H:%M:%S} {local.tzname()}, when it was {level.starts}",
        *(told(one) for one in counted.intervals),
        f"{level.minutes} staffed minutes are over on {spoken(end.date())} {end:%H:%M:%S} {end.tzname()}",
    )
    return Promise(
        deadline=replace(
            deadline, value=end, last=end.date(), due=counted.at, steps=steps, intervals=counted.intervals,
            calendar=on.id if on else None, calendar_version=on.version if on else None,
        ),
        risky_from=risky.at,
    )  # fmt: skip


def used(level: ServiceLevel, start: datetime, now: datetime, closures: Sequence[str] = ()) -> float | None:
    """The share of a level's staffed time that has passed; None where a calendar's years do not reach."""
    try:
        return round(between(level.hours, start, now, _closed(level, closures)) / timedelta(minutes=level.minutes), 4)
    except OutsideCalendar:
        return None


def _closed(level: ServiceLevel, closures: Sequence[str]) -> Sequence[str]:
    """The firm's closures, unless somebody is always there."""
    return () if level.hours == ALWAYS else closures


def fitting(
    levels: Iterable[ServiceLevel], *, source: str, kind: str | None, priority: str, starts: Mapping[str, datetime | None]
) -> list[ServiceLevel]:  # fmt: skip
    """The level of each id that counts for a case: the first that fits. `starts` maps a kind of start to its moment."""
    found: dict[str, ServiceLevel] = {}
    for level in levels:
        start = starts.get(level.starts)
        if start is not None and level.id not in found and level.fits(source=source, kind=kind, priority=priority, start=start):
            found[level.id] = level
    return list(found.values())


def _clock(level: ServiceLevel) -> Clock:
    """The level as a clock."""
    return Clock(
        id=level.id, key=level.id, label=level.label, unit="minute", amount=level.minutes, rule="the firm's own service level", certainty="verified",
        calendar=level.hours.calendar, ends="moment", met_by=level.met_by, at_risk=level.at_risk,
        effective_from=level.effective_from, effective_to=level.effective_to,
    )  # fmt: skip
