"""Arithmetic of months, half-years and fixed dates."""

from __future__ import annotations

import calendar as months
from datetime import date


def months_on(day: date, amount: int) -> date:
    """The same day of the month so many months on, held to that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + amount, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, months.monthrange(year, month)[1])


def half_year(day: date) -> tuple[date, date]:
    """The first and last day of the half of the calendar year that holds a day."""
    return (date(day.year, 1, 1), date(day.year, 6, 30)) if day.month <= 6 else (date(day.year, 7, 1), date(day.year, 12, 31))


def next_date(text: str, after: date) -> date:
    """The first day with this month and day after `after`."""
    month, day = (int(part) for part in text.split("-"))
    found = date(after.year, month, day)
    return found if found > after else date(after.year + 1, month, day)
