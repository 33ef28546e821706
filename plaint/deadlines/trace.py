"""Deadlines as they are printed: their values as JSON has them, and each clock's "why this date"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from plaint.deadlines.engine import Answer, Day, Deadline, Value
from plaint.deadlines.hours import Interval

Shown = str | bool | tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedDay:
    """One day of a count: its number, or why it was skipped."""

    day: str
    number: int | None
    skipped: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedInterval:
    """One interval of a count of staffed time: its local hours, the minutes counted of it, or why it was skipped."""

    day: str
    hours: str
    minutes: float
    skipped: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """Why a clock says what it says. `why` are sentences in order; `days` is every day, for clocks that count days."""

    key: str
    value: Shown
    label: str
    why: tuple[str, ...]
    regime: str
    clock: str | None = None
    rule: str | None = None
    rule_version: str | None = None
    certainty: str | None = None
    source: str | None = None
    note: str | None = None
    start: str | None = None
    due: str | None = None
    in_force: bool = True
    refused: bool = False
    calendar: str | None = None
    calendar_version: str | None = None
    days: tuple[TracedDay, ...] = ()
    intervals: tuple[TracedInterval, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What `plaint deadlines` prints for one complaint; `error` names clocks that a calendar's years do not reach."""

    id: str | int | None
    regime: str
    deadlines: dict[str, Shown]
    trace: tuple[Traced, ...]
    error: str | None = None


def printed(answer: Answer, id: str | int | None = None) -> Printed:
    """An answer as it is printed."""
    refused = "; ".join(f"{deadline.key}: {deadline.no_date}" for deadline in answer.refused)
    return Printed(
        id=id, regime=answer.regime, deadlines={deadline.key: shown(deadline.value) for deadline in answer.deadlines},
        trace=traces(answer), error=refused or None,
    )  # fmt: skip


def traces(answer: Answer) -> tuple[Traced, ...]:
    """Day 0 first, then every clock."""
    why = [answer.receipt]
    if answer.unused:
        why.append(f"{answer.regime} does not look at {', '.join(answer.unused)}")
    day0 = Traced(key="day0", value=answer.day0.isoformat(), label="day 0", why=tuple(why), regime=answer.regime, start=answer.day0.isoformat())
    return (day0, *(traced(deadline) for deadline in answer.deadlines))


def traced(deadline: Deadline) -> Traced:
    """One clock with its trace."""
    clock = deadline.clock
    return Traced(
        key=deadline.key, value=shown(deadline.value), label=clock.label, why=deadline.steps, regime=deadline.regime, clock=clock.id,
        rule=clock.rule, rule_version=deadline.version, certainty=clock.certainty, source=clock.source, note=clock.note,
        start=deadline.start.isoformat() if deadline.start else None,
        due=deadline.due.isoformat(timespec="milliseconds").replace("+00:00", "Z") if deadline.due else None,
        in_force=deadline.in_force, refused=deadline.refused, calendar=deadline.calendar, calendar_version=deadline.calendar_version,
        days=tuple(_day(day) for day in deadline.days), intervals=tuple(_interval(one) for one in deadline.intervals),
    )  # fmt: skip


def shown(value: Value | None) -> Shown:
    """A deadline's value as JSON has it: dates in ISO 8601, a moment with its local offset, a span as two dates."""
    match value:
        case (date() as first, date() as last):
            return (first.isoformat(), last.isoformat())
        case datetime() | date():
            return value.isoformat()
        case _:
            return value


def _interval(one: Interval) -> TracedInterval:
    return TracedInterval(day=one.day.isoformat(), hours=one.hours, minutes=one.counted.total_seconds() / 60, skipped=one.skipped)


def _day(day: Day) -> TracedDay:
    return TracedDay(day=day.day.isoformat(), number=day.number, skipped=day.skipped)
