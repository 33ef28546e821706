"""What the clock engine answers: deadlines with their days, the time in which clocks stood still, and all of a complaint's together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from plaint.deadlines.hours import Interval
from plaint.deadlines.regimes import Clock

Value = date | datetime | tuple[date, date] | str | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of a count: `number` when it was counted, else `skipped` says why not."""

    day: date
    number: int | None = None
    skipped: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A time in which clocks that may stand still did, and why; `until` None: they still do."""

    why: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """What one clock says.

    `value` is None where there is no date; then `no_date` says why, `refused` whether that is because a calendar's years
    do not reach, and `paused` why the clock stands still. `last` is the last local day, `due` the last moment (UTC);
    `start` is day 0. A rule that was not `in_force` on day 0 is counted as information only. `steps` is the trace in
    sentences, `days` the same day by day for clocks that count days, `intervals` for those that count staffed time.
    """

    key: str
    clock: Clock
    regime: str
    version: str
    value: Value | None = None
    last: date | None = None
    due: datetime | None = None
    start: date | None = None
    no_date: str | None = None
    refused: bool = False
    paused: str | None = None
    in_force: bool = True
    calendar: str | None = None
    calendar_version: str | None = None
    days: tuple[Day, ...] = ()
    intervals: tuple[Interval, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All deadlines of a complaint under one regime. `day0` is the local day of receipt, `receipt` the sentence that says why."""

    regime: str
    day0: date
    zone: str
    receipt: str
    deadlines: tuple[Deadline, ...]
    unused: tuple[str, ...] = ()

    @property
    def refused(self) -> list[Deadline]:
        """Those that were not computed because a calendar's years do not reach."""
        return [deadline for deadline in self.deadlines if deadline.refused]
