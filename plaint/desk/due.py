"""What falls due when, for whom, at what risk: the open clock that is due first of each case, as lists show it.

Read from the projection, so that it costs what its rows cost and not what the log costs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from plaint.cases.clocks import LAST_DAY
from plaint.cases.queues import OPEN_STATES
from plaint.desk.casework import list_cases
from plaint.model import Person, iso, moment_of
from plaint.ports import CaseFilter, CaseRow, Stores

MOST = 5_000
"""Cases that are looked at together at most; those due first."""

TROUBLE = "trouble"
"""The mark of a case of which a clock cannot be counted; its facts say why under the same name."""


class Risk(StrEnum):
    """How the clock that is due first stands. A case that nobody has decided about has no deadline yet, only one it would have."""

    OVER = "over"
    AT_RISK = "at_risk"
    ON_TRACK = "on_track"
    WOULD_BE = "would_be"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One case with its clock that is due first: `at` is the last moment, `day` the last day as the rule counts it."""

    row: CaseRow
    at: datetime
    day: date
    risk: Risk
    regime: str
    label: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What is due until a moment, soonest first: `dues` has each case once, with its clock that is due first, `clocks` every clock.

    `total` is how many cases there are, `uncounted` the cases without a date because of a calendar.
    """

    dues: tuple[Due, ...]
    clocks: tuple[Due, ...]
    total: int
    uncounted: tuple[CaseRow, ...] = ()


def ahead(stores: Stores, person: Person, *, firm: str | None, until: datetime, now: datetime, zone: ZoneInfo) -> Ahead:
    """Everything due before `until`, what is over too, of the firms the person may see; needs the right to read cases."""
    asked = CaseFilter(firm=firm, states=OPEN_STATES, due_before=iso(until), limit=MOST)
    listed = list_cases(stores, person, asked, now)
    broken = list_cases(stores, person, replace(asked, due_before=None, marks=(TROUBLE,), limit=50), now)
    clocks = sorted(_clocks(listed.rows, until, now), key=lambda one: (one.at, one.row.case))
    return Ahead(dues=tuple(_dues(listed.rows, now, zone)), clocks=tuple(clocks), total=listed.total, uncounted=broken.rows)


def _dues(rows: Iterable[CaseRow], now: datetime, zone: ZoneInfo) -> Iterable[Due]:
    for row in rows:
        if row.due is None:
            continue
        at = moment_of(row.due)
        day = row.facts.get("due_day")
        label = str(row.facts.get("due_label") or "")
        yield Due(
            row=row, at=at, day=date.fromisoformat(day) if day else at.astimezone(zone).date(), risk=risk(row, at, now),
            regime=(row.due_clock or "").removesuffix(label).strip(), label=label, rule=str(row.facts.get("due_rule") or ""),
        )  # fmt: skip


def _clocks(rows: Iterable[CaseRow], until: datetime, now: datetime) -> Iterable[Due]:
    """Every open clock that is due before a moment."""
    for row in rows:
        for clock in row.clocks:
            at = moment_of(clock.due)
            if at < until:
                standing = _standing(at, moment_of(clock.risky_from), now)
                yield Due(
                    row=row, at=at, day=date.fromisoformat(clock.day), risk=Risk.WOULD_BE if clock.provisional else standing,
                    regime=clock.regime, label=clock.label, rule=clock.rule,
                )  # fmt: skip


def risk(row: CaseRow, at: datetime, now: datetime) -> Risk:
    """How the clock of a case that is due first, `at`, stands: over, at risk from its own moment on, else on track."""
    if row.facts.get("provisional"):
        return Risk.WOULD_BE
    return _standing(at, moment_of(row.facts.get("risky_from") or iso(at - LAST_DAY)), now)


def _standing(at: datetime, risky_from: datetime, now: datetime) -> Risk:
    if at < now:
        return Risk.OVER
    return Risk.AT_RISK if now >= risky_from else Risk.ON_TRACK


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
