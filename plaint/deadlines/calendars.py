"""Which days are business days where, read from `data/`; days outside the loaded years are refused, never guessed."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class OutsideCalendar(Exception):
    """A day lies outside the years for which a calendar is loaded; the message says which and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A weekday that is no business day; `certainty` is `verified`, `secondary` or `unverified` (a forecast)."""

    name: str
    certainty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The business days of one place. `first` and `last` are the first and last day that are known."""

    id: str
    title: str
    version: str
    first: date
    last: date
    holidays: Mapping[date, Holiday]

    def closed_because(self, day: date) -> str | None:
        """Why `day` is no business day: a weekday's or a holiday's name; None for a business day.

        Raises OutsideCalendar for a day of a year that is not loaded.
        """
        if not self.first <= day <= self.last:
            raise OutsideCalendar(
                f"{spoken(day)} is outside the calendar {self.id} {self.version}, which is loaded for "
                f"{self.first.year} to {self.last.year}: load that year's holidays first"
            )
        if day.weekday() >= 5:
            return WEEKDAYS[day.weekday()]
        holiday = self.holidays.get(day)
        return holiday.name if holiday else None

    def without(self, closures: Iterable[date]) -> Calendar:
        """The same calendar with days on which the firm itself is closed; a named holiday keeps its name."""
        closed = {day: Holiday(name="closed by the firm", certainty="verified") for day in closures}
        return replace(self, holidays={**closed, **self.holidays}) if closed else self

    def is_business_day(self, day: date) -> bool:
        """Whether business is done on `day`; raises OutsideCalendar."""
        return self.closed_because(day) is None

    def following(self, day: date) -> date:
        """`day` itself if it is a business day, else the next one; raises OutsideCalendar."""
        while not self.is_business_day(day):
            day += timedelta(days=1)
        return day


def spoken(day: date) -> str:
    """A day as traces write it, the same in every locale: `Mon 05 Jan 2026`."""
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day:02} {MONTHS[day.month - 1]} {day.year}"


@cache
def calendars() -> Mapping[str, Calendar]:
    """All loaded calendars by id."""
    with (DATA / "calendars.toml").open("rb") as file:
        facts = tomllib.load(file)
    return {
        key: Calendar(
            id=key, title=title, version=facts["version"], first=date(facts["first"], 1, 1), last=date(facts["last"], 12, 31), holidays=_holidays(key)
        )
        for key, title in facts["titles"].items()
    }


def _holidays(id: str) -> dict[date, Holiday]:
    with (DATA / "calendars" / f"{id}.csv").open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["date"]): Holiday(name=row["name"], certainty=row["certainty"]) for row in csv.DictReader(file)}
