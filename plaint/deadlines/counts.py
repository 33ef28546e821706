"""Counting that needs no more than a day, a clock and a calendar: days that pass, periods that a day lies in, holidays passed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from plaint.deadlines.calendars import Calendar, spoken
from plaint.deadlines.days import half_year, month_end, months_on, next_date
from plaint.deadlines.deadline import Day, Value
from plaint.deadlines.regimes import Clock


def period(clock: Clock, amount: int, start: date) -> tuple[Value, date, str]:
    """The period or fixed date that a clock of such a unit names for a day 0: its value, its last day, and the step of the trace."""
    match clock.unit:
        case "half_year":
            first, last = half_year(start)
            return (first, last), last, f"{spoken(start)} lies in the half-year {first} to {last}"
        case "quarter":
            number = (start.month + 2) // 3
            found = f"{start.year}Q{number}"
            return found, month_end(start.year, number * 3), f"{spoken(start)} lies in {found}"
        case "month_window":
            opens, end = start + timedelta(days=1), months_on(start.replace(day=1), amount)
            last = month_end(end.year, end.month)
            return (opens, last), last, f"from {spoken(opens)} to {spoken(last)}"
        case "day_of_next_month":
            last = months_on(start.replace(day=1), 1).replace(day=amount)
            return last, last, f"day {amount} of the month after {spoken(start)} = {spoken(last)}"
        case _:
            last = min(next_date(text, start) for text in clock.dates)
            said = f"fixed by the rule: the first of {' and '.join(clock.dates)} (month-day) after {spoken(start)} = {spoken(last)}"
            return last, last, said


def passing(start: date, amount: int, still: Mapping[date, str]) -> Iterator[Day]:
    """So many calendar days after `start`, those on which the clock stood still left out."""
    day, number = start, 0
    while number < amount:
        day += timedelta(days=1)
        number += day not in still
        yield Day(day=day, number=None if day in still else number, skipped=still.get(day))


def passed_over(days: Sequence[Day], on: Calendar) -> str:
    """Which weekday holidays a count passed over."""
    passed = [day for day in days if day.skipped and day.day.weekday() < 5]
    if not passed:
        return "no weekday holiday falls inside the count"
    names = (f"{spoken(day.day)} ({day.skipped}{_doubt(day.day, on)})" for day in passed)
    return f"skipped besides weekends: {', '.join(names)}"


def _doubt(day: date, on: Calendar) -> str:
    holiday = on.holidays.get(day)
    return ", forecast" if holiday and holiday.certainty == "unverified" else ""
