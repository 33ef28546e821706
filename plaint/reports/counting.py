"""Confirmed complaints as a return counts them: day 0, when and in which band closed, product, cause, upheld, redress.

Counted from the log alone: the same events give the same facts, whenever and wherever they are counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from plaint.cases.case import Case, Ending, State, evolve
from plaint.cases.clocks import counted
from plaint.cases.events import recorded
from plaint.cases.outcomes import Outcome
from plaint.deadlines.engine import BadInputs
from plaint.deadlines.regimes import regimes
from plaint.model import Firm, moment_of
from plaint.ports import CASE_STREAM, Entry, RowComplaint

SUMMARY, FINAL = "summary_resolution_last_day", "eight_week_response_last_day"
"""The clocks whose ends divide the bands."""


class BadPeriod(Exception):
    """The period cannot be read or is none of the form's; the message says what it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A reporting half-year: first and last local day."""

    label: str
    first: date
    last: date

    def holds(self, day: date | None) -> bool:
        """Whether a day lies in it."""
        return day is not None and self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One confirmed complaint. Days are local to the regime; `band` is the figure that counts its closing.

    `trouble` says why it cannot be counted at all, such as a day 0 in a year without a calendar.
    """

    case: str
    version: int
    opened: date
    closed: date | None = None
    band: str | None = None
    product: str | None = None
    cause: str | None = None
    scheme_version: str | None = None
    outcome: str | None = None
    redress: Decimal = Decimal(0)
    currency: str | None = None
    withdrawn: bool = False
    trouble: str | None = None

    @property
    def is_upheld(self) -> bool:
        """Whether the answer counts as upheld."""
        return self.outcome is not None and Outcome(self.outcome).is_upheld


def period_of(said: str) -> Period:
    """A period as it is typed: `2026H2`, or a firm's own half-year as `2026-04-01..2026-09-30`; raises BadPeriod."""
    half = re.fullmatch(r"(\d{4})[- ]?H([12])", said.strip(), re.IGNORECASE)
    if half:
        year, number = int(half[1]), int(half[2])
        first = date(year, 1, 1) if number == 1 else date(year, 7, 1)
        return Period(label=f"{year}H{number}", first=first, last=date(year, 6, 30) if number == 1 else date(year, 12, 31))
    own = re.fullmatch(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", said.strip())
    if own is None:
        raise BadPeriod(f"{said!r} is no half-year; write it like 2026H2, or with the firm's own days like 2026-04-01..2026-09-30")
    try:
        first, last = date.fromisoformat(own[1]), date.fromisoformat(own[2])
    except ValueError as error:
        raise BadPeriod(f"{said!r}: {error}") from None
    following = last + timedelta(days=1)
    if first.day != 1 or following.day != 1 or (following.year - first.year) * 12 + following.month - first.month != 6:
        raise BadPeriod(f"{said!r} is no half-year: it begins on the first of a month and ends six months on, on the last of one")
    return Period(label=f"{first}..{last}", first=first, last=last)


def cases_in(entries: Iterable[Entry], *, until: str | None = None) -> dict[str, Case]:
    """All cases from the entries of the whole log, by id; with `until` (ISO 8601) as they were then. Texts are left out."""
    cases: dict[str, Case] = {}
    for entry in entries:
        if entry.stream.startswith(CASE_STREAM) and (until is None or moment_of(entry.at) <= moment_of(until)):
            cases[entry.stream] = evolve(cases.get(entry.stream) or Case(id=entry.stream), recorded(entry, {}))
    return cases


def counted_in(case: Case) -> RowComplaint | None:
    """What a return counts of a case, as lists keep it; None for what is no confirmed complaint."""
    if case.status is not State.CONFIRMED_COMPLAINT or case.start is None:
        return None
    return RowComplaint(
        start=case.start.at, regimes=case.regimes or (), ended=case.resolved_at or case.closed_at, withdrawn=case.closed_how == Ending.WITHDRAWN,
        outcome=case.outcome, redress=case.redress, currency=case.currency,
        about={scheme: (one.version, one.product, one.cause) for scheme, one in case.classified.items()},
    )  # fmt: skip


def complaints_of(cases: Iterable[Case], firm: Firm, regime: str, scheme: str) -> list[Complaint]:
    """What a return under `regime` counts of a firm's cases, by day 0 and id: confirmed complaints to which it applies."""
    found = ((case.id, case.version, counted_in(case)) for case in cases if case.firm == firm.key)
    return complaints_in(found, firm, regime, scheme)


def complaints_in(rows: Iterable[tuple[str, int, RowComplaint | None]], firm: Firm, regime: str, scheme: str) -> list[Complaint]:
    """The same from what lists keep of the firm's cases: each with its id and version."""
    found = [_complaint(case, version, one, firm, regime, scheme) for case, version, one in rows if one is not None and regime in one.regimes]
    return sorted(found, key=lambda one: (one.opened, one.case))


def _complaint(case: str, version: int, said: RowComplaint, firm: Firm, regime: str, scheme: str) -> Complaint:
    about = said.about.get(scheme)
    zone = ZoneInfo(regimes()[regime].zone)
    closed = moment_of(said.ended).astimezone(zone).date() if said.ended else None
    trouble, band = None, None
    try:
        opened, three_days, eight_weeks = _limits(regime, _day0(said.start, regime, firm), firm.zone, firm.calendar, firm.closures, firm.closes)
        if said.ended is not None:
            band = _band(moment_of(said.ended), three_days, eight_weeks)
    except BadInputs as bad:
        opened, trouble = moment_of(said.start).astimezone(zone).date(), str(bad)
    return Complaint(
        case=case, version=version, opened=opened, closed=closed, band=band,
        scheme_version=about[0] if about else None, product=about[1] if about else None, cause=about[2] if about else None,
        outcome=said.outcome, redress=Decimal(said.redress or 0), currency=said.currency, withdrawn=said.withdrawn, trouble=trouble,
    )  # fmt: skip


def _day0(start: str, regime: str, firm: Firm) -> str:
    """The local day of a start, on which alone both limits depend: a half-year has few days, however many complaints it has."""
    if "T" not in start:
        return start
    zone = firm.zone if regimes()[regime].local == "firm" and firm.zone != "UTC" else regimes()[regime].zone
    return moment_of(start).astimezone(ZoneInfo(zone)).date().isoformat()


@lru_cache(maxsize=4096)
def _limits(regime: str, start: str, zone: str, calendar: str | None, closures: tuple[str, ...], closes: str) -> tuple[date, datetime, datetime]:
    """Day 0, and the last moments of the two bands; raises BadInputs where they cannot be counted."""
    answer = counted(regimes()[regime], start, Firm(key="", name="", zone=zone, calendar=calendar, closures=closures, closes=closes))
    ends = {deadline.key: deadline for deadline in answer.deadlines}
    three, eight = ends[SUMMARY].due, ends[FINAL].due
    if three is None or eight is None:
        raise BadInputs(ends[SUMMARY].no_date or ends[FINAL].no_date or "no date")
    return answer.day0, three, eight


def _band(closed: datetime, three_days: datetime, eight_weeks: datetime) -> str:
    if closed <= three_days:
        return "closed_3bd"
    return "closed_8w" if closed <= eight_weeks else "closed_later"


def pounds(amount: Decimal) -> int:
    """Whole pounds, rounded half up."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


Counter = Callable[[Complaint, Period], bool]

WHICH: Mapping[str, Counter] = {
    "opened": lambda one, period: period.holds(one.opened),
    "closed_3bd": lambda one, period: period.holds(one.closed) and one.band == "closed_3bd",
    "closed_8w": lambda one, period: period.holds(one.closed) and one.band == "closed_8w",
    "closed_later": lambda one, period: period.holds(one.closed) and one.band == "closed_later",
    "closed": lambda one, period: period.holds(one.closed),
    "upheld": lambda one, period: period.holds(one.closed) and one.is_upheld,
    "redress_upheld": lambda one, period: period.holds(one.closed) and one.is_upheld and one.redress > 0,
    "redress_not_upheld": lambda one, period: period.holds(one.closed) and not one.is_upheld and one.redress > 0,
    "redress": lambda one, period: period.holds(one.closed) and one.redress > 0,
    "outstanding_start": lambda one, period: one.opened < period.first and (one.closed is None or one.closed >= period.first),
    "outstanding_end": lambda one, period: one.opened <= period.last and (one.closed is None or one.closed > period.last),
}
"""Which complaints a figure counts; sums of money add up the redress of those, each figure rounded at the end."""


def figure(key: str, of: Iterable[Complaint], period: Period) -> tuple[int, tuple[str, ...]]:
    """A figure with the ids of the complaints behind it. Total redress is the sum of its two rounded parts."""
    chosen = [one for one in of if WHICH[key](one, period)]
    cases = tuple(one.case for one in chosen)
    if key == "redress":
        return figure("redress_upheld", chosen, period)[0] + figure("redress_not_upheld", chosen, period)[0], cases
    if key.startswith("redress"):
        return pounds(sum((one.redress for one in chosen), Decimal(0))), cases
    return len(chosen), cases
