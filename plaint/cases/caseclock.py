"""How one clock of a case stands: on track, at risk, met, breached, or not one to hold the case to, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from plaint.cases.case import Case
from plaint.deadlines.engine import Deadline
from plaint.model import moment_of


class Status(StrEnum):
    """How a clock stands."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    MET = "met"
    BREACHED = "breached"
    PAUSED = "paused"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClock:
    """One clock of a case.

    `due` is the last moment (UTC), None where there is no date; `due_latest` differs where the start is known only as a
    span. `risky_from` is the moment from which it is at risk. `used` is the share of the time that has passed (more than
    1: over). `met_at` is when it was met. `why` says in a sentence why the status is what it is.
    """

    deadline: Deadline
    status: Status
    why: str
    due: datetime | None = None
    due_latest: datetime | None = None
    risky_from: datetime | None = None
    used: float | None = None
    met_at: str | None = None
    provisional: bool = False

    def standing(self, status: Status, why: str, *, used: float | None = None) -> CaseClock:
        """The same with how it stands."""
        return replace(self, status=status, why=why, used=used)

    @property
    def is_open(self) -> bool:
        """Whether something still has to be done for it."""
        return self.status in {Status.ON_TRACK, Status.AT_RISK} or (self.status is Status.BREACHED and self.met_at is None)


def done_at(case: Case, deadline: Deadline) -> str | None:
    """When the first of the things was done that meet a clock."""
    return min((case.done[what] for what in deadline.clock.met_by if what in case.done), default=None)


def met(case: Case, clock: CaseClock, at: str) -> CaseClock:
    """The clock of something that was done, in time or too late; an earlier date that was given later is said."""
    in_time = clock.due is None or moment_of(at) <= clock.due
    status, why = (Status.MET, "done in time") if in_time else (Status.BREACHED, "done too late")
    noted = next((case.noted_later[what] for what in clock.deadline.clock.met_by if case.done.get(what) == at and what in case.noted_later), None)
    return replace(clock, status=status, why=why if noted is None else f"{why}: dated {at}, noted {noted}", met_at=at)


def spoken_span(span: timedelta) -> str:
    """A span of time in its largest fitting unit: `3 days`, `5 hours`, `12 minutes`."""
    for unit, seconds in (("day", 86400), ("hour", 3600), ("minute", 60)):
        number = int(span.total_seconds() // seconds)
        if number >= 1:
            return f"{number} {unit}{'s' * (number != 1)}"
    return "less than a minute"
