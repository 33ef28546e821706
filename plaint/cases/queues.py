"""What to do next: cases in the order of their due dates, each with the reasons for its place.

The reasons come from the same comparison as the order; a case that nothing puts before others says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from plaint.cases.case import State
from plaint.cases.clocks import spoken_span
from plaint.model import moment_of
from plaint.ports import CaseRow

MOST_REASONS = 3
"""Reasons that are given for one case, in falling weight."""

OPEN_STATES = (State.CANDIDATE.value, State.CONFIRMED_COMPLAINT.value)
"""States in which somebody has to do something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A case with its place's reasons, the weightiest first."""

    row: CaseRow
    reasons: tuple[str, ...]


def in_order(rows: Iterable[CaseRow], now: datetime) -> list[Queued]:
    """Cases that wait for somebody: urgent ones, then soonest due; without a due date the longest open first. Equal ones go by id."""
    waiting = [row for row in rows if row.state in OPEN_STATES]
    waiting.sort(key=lambda row: (row.facts.get("priority") != "urgent", row.due is None, row.due or row.opened, row.case))
    return [Queued(row=row, reasons=tuple(_reasons(row, now))[:MOST_REASONS]) for row in waiting]


def _reasons(row: CaseRow, now: datetime) -> Iterable[str]:
    """Why a case stands where it does, the weightiest first."""
    if row.facts.get("priority") == "urgent":
        yield "somebody said that it is urgent"
    if row.due is not None:
        due = moment_of(row.due)
        clock = row.due_clock or "a clock"
        would = "would be" if row.state == State.CANDIDATE else "is"
        if due < now:
            yield f"its {clock} {would} {spoken_span(now - due)} over"
        elif due - now < timedelta(days=1):
            yield f"its {clock} {would} due in {spoken_span(due - now)}"
        else:
            yield f"its {clock} {would} due on {row.facts.get('due_day', row.due[:10])}, in {spoken_span(due - now)}"
    else:
        yield f"no clock with a date runs yet; it has been open for {spoken_span(now - moment_of(row.opened))}"
    if row.state == State.CANDIDATE:
        yield "nobody has decided yet whether it is a complaint"
    if row.assignee is None:
        yield "nobody has it"
    if row.state == State.CONFIRMED_COMPLAINT and not row.facts.get("acknowledged"):
        yield "it has not been acknowledged"
