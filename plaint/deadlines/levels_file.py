"""A file of service levels (TOML), read: hours by name, and the levels of each firm; a mistake names its place."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from plaint.deadlines.calendars import WEEKDAYS, calendars
from plaint.deadlines.hours import minutes_of
from plaint.deadlines.service import ALWAYS, Hours, ServiceLevel

MOST_MINUTES = 60 * 24 * 366
"""More than a year of minutes is taken for a slip of the hand."""

DAYS = tuple(day[:3].lower() for day in WEEKDAYS)


class BadLevels(Exception):
    """A file of service levels that cannot be used; the message names the place."""


def levels_in(text: str) -> dict[str, tuple[ServiceLevel, ...]]:
    """The levels of each firm in a TOML file, in their order; raises BadLevels that names the place.

    The file has a table `[hours.NAME]` for each week of staffed hours, and a `[[levels]]` for each version of a level with
    its `firm` and the NAME of its hours (`always` is every minute).
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadLevels(str(error)) from None
    _known("the file", tables, ("hours", "levels"))
    plans = {"always": ALWAYS} | {name: _hours(f"hours.{name}", table) for name, table in dict(tables.get("hours", {})).items()}
    found: dict[str, list[ServiceLevel]] = {}
    for number, table in enumerate(tables.get("levels", ()), 1):
        firm, level = _level(f"level {number}", table, plans)
        found.setdefault(firm, []).append(level)
    return {firm: tuple(levels) for firm, levels in found.items()}


def _level(place: str, table: Any, plans: Mapping[str, Hours]) -> tuple[str, ServiceLevel]:
    """A firm's key with one of its levels."""
    if not isinstance(table, dict) or not isinstance(table.get("firm"), str):
        raise BadLevels(f"{place}: firm is missing; it is the key of a firm in the register")
    _known(place, table, ("firm", *(field.name for field in fields(ServiceLevel))))
    name = table.get("hours", "always")
    if name not in plans:
        raise BadLevels(f"{place}: no hours {name!r}; there are {', '.join(plans)}")
    said = {key: _day(place, key, value) if isinstance(value, date) else value for key, value in table.items() if key not in {"firm", "hours"}}
    try:
        level = msgspec.convert({**said, "hours": msgspec.to_builtins(plans[name])}, ServiceLevel)
    except msgspec.ValidationError as error:
        raise BadLevels(f"{place}: {error}") from None
    for key in ("effective_from", "effective_to"):
        _day(place, key, getattr(level, key))
    if not 0 < level.minutes <= MOST_MINUTES:
        raise BadLevels(f"{place}: minutes is {level.minutes}; give a number from 1 to {MOST_MINUTES:,}")
    if level.at_risk is not None and not 0 < level.at_risk <= 1:
        raise BadLevels(f"{place}: at_risk is {level.at_risk}; give a share of the time, more than 0 and at most 1")
    if not level.met_by:
        raise BadLevels(f"{place}: met_by is empty: nothing would ever meet it")
    return table["firm"], level


def _hours(place: str, table: Any) -> Hours:
    """A week: each day, or span of days such as `mon-fri`, has a list of intervals."""
    days = {key: value for key, value in table.items() if key not in {"zone", "calendar", "closures"}} if isinstance(table, dict) else {}
    if not days:
        raise BadLevels(f'{place}: no day has hours; write mon-fri = ["09:00-12:00", "13:00-17:30"]')
    zone, calendar = table.get("zone"), table.get("calendar")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise BadLevels(f"{place}: zone is {zone!r}; it should be an IANA time zone, like Europe/London") from None
    if calendar is not None and calendar not in calendars():
        raise BadLevels(f"{place}: no calendar {calendar!r}; there are {', '.join(calendars())}")
    week: list[tuple[str, ...]] = [()] * 7
    for key, intervals in days.items():
        for number in _days(place, key):
            week[number] = _intervals(f"{place}.{key}", intervals)
    if not any(week):
        raise BadLevels(f"{place}: nobody is ever there")
    closures = tuple(_day(place, "closures", day) or "" for day in table.get("closures", ()))
    return Hours(zone=zone, week=tuple(week), calendar=calendar, closures=closures)


def _days(place: str, said: str) -> range:
    first, _, last = said.partition("-")
    if first not in DAYS or (last or first) not in DAYS or DAYS.index(last or first) < DAYS.index(first):
        raise BadLevels(f"{place}: {said!r} is no day; write {', '.join(DAYS)}, or a span like mon-fri")
    return range(DAYS.index(first), DAYS.index(last or first) + 1)


def _intervals(place: str, said: Any) -> tuple[str, ...]:
    """Intervals in order, none over another."""
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise BadLevels(f'{place}: give a list of intervals like "09:00-12:00"')
    try:
        ends = sorted((minutes_of(one), one) for one in said)
    except ValueError as error:
        raise BadLevels(f"{place}: {error}") from None
    for (before, one), (later, other) in pairwise(ends):
        if later[0] < before[1]:
            raise BadLevels(f"{place}: {one} and {other} lie over each other")
    return tuple(one for _, one in ends)


def _day(place: str, key: str, said: Any) -> str | None:
    try:
        return None if said is None else said.isoformat() if isinstance(said, date) else date.fromisoformat(said).isoformat()
    except (TypeError, ValueError):
        raise BadLevels(f"{place}: {key} is {said!r}; give a day like 2026-12-24") from None


def _known(place: str, table: Mapping[str, Any], names: Iterable[str]) -> None:
    known = list(names)
    if unknown := sorted(table.keys() - set(known)):
        raise BadLevels(f"{place}: nothing is called {unknown[0]!r}; there are {', '.join(known)}")
