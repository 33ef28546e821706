"""The firm's own service levels on one case: when each is due, and how it stands.

They run from the moment that the level names, whoever owns the channel and whether or not anybody has decided that it is
a complaint: the firm promised itself an answer, not a decision.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from plaint.cases.case import Case
from plaint.cases.caseclock import CaseClock, Status, done_at, met, spoken_span
from plaint.deadlines.levels import fitting, promised, used
from plaint.deadlines.service import ServiceLevel
from plaint.model import Firm, moment_of


def service_clocks(case: Case, firm: Firm, now: datetime) -> Iterator[CaseClock]:
    """The clocks of the service levels that fit the case, one for each level's id."""
    starts = {
        "published": moment_of(case.times.published.earliest) if case.times.published else None,
        "collected": moment_of(case.times.collected) if case.times.collected else None,
        "opened": moment_of(case.opened_at) if case.opened_at else None,
    }
    for level in fitting(firm.levels, source=case.source, kind=case.kind, priority=case.priority, starts=starts):
        start = starts[level.starts]
        if start is not None:
            yield _clock(case, level, start, firm, now)


def _clock(case: Case, level: ServiceLevel, start: datetime, firm: Firm, now: datetime) -> CaseClock:
    promise = promised(level, start, share=firm.at_risk, closures=firm.closures)
    due, deadline = promise.deadline.due, promise.deadline
    if due is None:
        return CaseClock(deadline=deadline, status=Status.NOT_APPLICABLE, why=deadline.no_date or "no date")
    clock = CaseClock(deadline=deadline, status=Status.NOT_APPLICABLE, why="", due=due, due_latest=due, risky_from=promise.risky_from)
    met_at = done_at(case, deadline)
    if met_at is not None:
        return met(case, clock, met_at)
    if case.closed_at is not None:
        return clock.standing(Status.NOT_APPLICABLE, f"closed: {case.closed_how}")
    share = used(level, start, now, firm.closures)
    if now > due:
        return clock.standing(Status.BREACHED, f"over by {spoken_span(now - due)}", used=share)
    is_risky = promise.risky_from is not None and now >= promise.risky_from
    said = f"{spoken_span(due - now)} left" + ("" if share is None else f", {share:.0%} of the staffed time used")
    return clock.standing(Status.AT_RISK if is_risky else Status.ON_TRACK, said, used=share)
