"""What falls due when, for whom, at what risk: the open clock that is due first of each case, as lists show it.

Read from the projection, so that it costs what its rows cost and not what the log costs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from plaint.cases.clocks import AT_RISK, LAST_DAY
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
    """What is due until a moment, soonest first; `total` is how many there are, `uncounted` the cases without a date because of a calendar."""

    dues: tuple[Due, ...]
    total: int
    uncounted: tuple[CaseRow, ...] = ()


def ahead(stores: Stores, person: Person, *, firm: str | None, until: datetime, now: datetime, zone: ZoneInfo) -> Ahead:
    """Everything due before `until`, what is over too, of the firms the person may see; needs the right to read cases."""
    asked = CaseFilter(firm=firm, states=OPEN_STATES, due_before=iso(until), limit=MOST)
    listed = list_cases(stores, person, asked, now)
    broken = list_cases(stores, person, replace(asked, due_before=None, marks=(TROUBLE,), limit=50), now)
    return Ahead(dues=tuple(_dues(listed.rows, now, zone)), total=listed.total, uncounted=broken.rows)


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


def risk(row: CaseRow, at: datetime, now: datetime) -> Risk:
    """How it stands: over, at risk after three quarters of its time or on its last day, else on track."""
    if row.facts.get("provisional"):
        return Risk.WOULD_BE
    if at < now:
        return Risk.OVER
    began = moment_of(row.facts.get("start") or row.opened)
    is_late = at - now < LAST_DAY or (at > began and (now - began) / (at - began) >= AT_RISK)
    return Risk.AT_RISK if is_late else Risk.ON_TRACK


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
