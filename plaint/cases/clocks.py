"""The clocks of one case: every deadline of its regimes and of the firm's service levels, how each stands now, which is due first.

Before a decision the clocks are provisional: they say what would be due if it is a complaint, where the start does not
wait for that decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from plaint.cases.case import Case, State
from plaint.cases.caseclock import CaseClock as CaseClock
from plaint.cases.caseclock import Status as Status
from plaint.cases.caseclock import done_at, met
from plaint.cases.caseclock import spoken_span as spoken_span
from plaint.cases.service import service_clocks
from plaint.deadlines.engine import Answer, BadInputs, Deadline, Stop, deadlines
from plaint.deadlines.regimes import Clock, Regime, regimes
from plaint.deadlines.start import Start, start_of
from plaint.model import Firm, moment_of

AT_RISK = 0.75
"""Share of a clock's time after which it is at risk, where the firm has set no other."""

LAST_DAY = timedelta(days=1)
"""With less left than this a clock that counts days is at risk whatever its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """All clocks of a case, soonest due first, those without a date last.

    `start` is where they start and why, None while none can run; `receipts` say day 0 for each regime; `trouble` names
    regimes that cannot be counted.
    """

    start: Start | None
    receipts: tuple[str, ...] = ()
    clocks: tuple[CaseClock, ...] = ()
    trouble: tuple[str, ...] = ()

    def waiting(self) -> tuple[CaseClock, ...]:
        """The open clocks with a date whose passing would be a breach, soonest due first."""
        return tuple(clock for clock in self.clocks if clock.is_open and clock.due is not None and not clock.deadline.clock.optional)

    def next_due(self) -> CaseClock | None:
        """The one of those that is due first."""
        return next(iter(self.waiting()), None)


def clocks_of(case: Case, firm: Firm, now: datetime) -> Clocks:
    """The clocks of a case as they stand `now`."""
    if case.status not in {State.CANDIDATE, State.CONFIRMED_COMPLAINT}:
        return Clocks(start=case.start)
    start = case.start or start_of(case.ownership, case.times)
    found: list[CaseClock] = list(service_clocks(case, firm, now))
    if start is None:
        return Clocks(start=None, clocks=_sorted(found, now))
    receipts: list[str] = []
    trouble: list[str] = []
    for name in case.regimes if case.regimes is not None else firm.regimes:
        try:
            regime, stops = _regime(name), _stops(case, name)
            first = counted(regime, start.at, firm, case.facts.get(name), stops)
            last = counted(regime, start.latest, firm, case.facts.get(name), stops) if start.is_span else first
        except BadInputs as bad:
            trouble.append(f"{name}: {bad}")
            continue
        receipts.append(f"{name}: {first.receipt}")
        latest = {deadline.key: deadline for deadline in last.deadlines}
        found += [_standing(case, deadline, latest[deadline.key], start, now, firm.at_risk) for deadline in first.deadlines]
    return Clocks(start=start, receipts=tuple(receipts), clocks=_sorted(found, now), trouble=tuple(trouble))


def _sorted(clocks: list[CaseClock], now: datetime) -> tuple[CaseClock, ...]:
    return tuple(sorted(clocks, key=lambda clock: (clock.due is None, clock.due or now, clock.deadline.key)))


def _regime(id: str) -> Regime:
    if id not in regimes():
        raise BadInputs(f"no regime {id!r}; correct the firm's regimes")
    return regimes()[id]


def _stops(case: Case, regime: str) -> tuple[Stop, ...]:
    """When the clocks of a regime stood still."""
    return tuple(
        Stop(why=one.why.replace("_", " "), since=moment_of(one.since), until=moment_of(one.until) if one.until else None)
        for one in case.pauses.get(regime, ())
    )


def counted(regime: Regime, at: str, firm: Firm, facts: Mapping[str, bool | str] | None = None, stops: Sequence[Stop] = ()) -> Answer:
    """The regime's answer for a start (ISO 8601); raises BadInputs. Where a regime spans several zones the firm's own counts, else the regime's.

    `facts` are what is known besides of what the regime asks to know, `stops` when its clocks stood still.
    """
    inputs: dict[str, object] = {regime.receipt: at, **(facts or {})}
    if regime.local == "firm" and firm.zone != "UTC":
        inputs["received_tz"] = firm.zone
    if firm.calendar in regime.calendars:
        inputs["calendar"] = firm.calendar
    if "written" in regime.inputs:
        inputs["written"] = True
    closures = [date.fromisoformat(day) for day in firm.closures]
    return deadlines(regime.id, inputs, closes=time.fromisoformat(firm.closes), closures=closures, stops=stops)


def _standing(case: Case, deadline: Deadline, latest: Deadline, start: Start, now: datetime, at_risk: float) -> CaseClock:
    """How one deadline stands for a case."""
    clock = CaseClock(
        deadline=deadline, status=Status.NOT_APPLICABLE, why="", due=deadline.due, due_latest=latest.due,
        provisional=case.status is State.CANDIDATE,
    )  # fmt: skip
    if deadline.refused:
        return replace(clock, why=deadline.no_date or "")
    if not deadline.in_force:
        return replace(clock, why="the rule was not in force on day 0")
    if deadline.clock.role != "deadline":
        return replace(clock, why="for information")
    met_at = done_at(case, deadline)
    if met_at is not None:
        return met(case, clock, met_at)
    if deadline.paused is not None:
        return replace(clock, status=Status.PAUSED, why=deadline.no_date or "")
    if clock.due is None:
        return replace(clock, why=deadline.no_date or "no date")
    if case.closed_at is not None:
        return replace(clock, why=f"closed: {case.closed_how}")
    return _running(clock, clock.due, moment_of(start.at), now, at_risk)


def _running(clock: CaseClock, due: datetime, began: datetime, now: datetime, at_risk: float) -> CaseClock:
    """A clock for which nothing was done yet."""
    used = round((now - began) / (due - began), 4) if due > began else 1.0
    risky_from = _risky_from(clock.deadline.clock, began, due, at_risk)
    clock = replace(clock, risky_from=risky_from)
    if now > due and clock.deadline.clock.optional:
        return replace(clock, why="its time has passed, which is no breach; the other clocks run on")
    if now > due:
        return replace(clock, status=Status.BREACHED, why=f"over by {spoken_span(now - due)}", used=used)
    status = Status.AT_RISK if now >= risky_from else Status.ON_TRACK
    return replace(clock, status=status, why=f"{spoken_span(due - now)} left, {used:.0%} used", used=used)


def _risky_from(clock: Clock, began: datetime, due: datetime, firms_share: float) -> datetime:
    """When a clock comes at risk: after its own share of the time, else the firm's, and on its last day at the latest."""
    share = firms_share if clock.at_risk is None else clock.at_risk
    after = began + (due - began) * share if due > began else began
    return after if clock.unit == "hour" else min(after, due - LAST_DAY)
