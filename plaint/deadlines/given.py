"""What is given to the clock engine, read: the zone, the receipt, and each input as its kind."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_YEARS = range(1970, 2200)


class BadInputs(Exception):
    """What was given cannot be counted from; the message names the input and what it should be."""


def zone_of(name: Any) -> ZoneInfo:
    """The time zone of an IANA name; raises BadInputs."""
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInputs(f"received_tz is {name!r}; it should be an IANA time zone, like Europe/London") from None


def receipt_of(name: str, said: Any, zone: ZoneInfo) -> tuple[datetime | None, date]:
    """The moment of receipt, where one is given, and its local date, which is day 0."""
    found = _moment_or_day(name, said)
    day = found.astimezone(zone).date() if isinstance(found, datetime) else found
    if day.year not in _YEARS:
        raise BadInputs(f"{name} is in the year {day.year}; years from {_YEARS[0]} to {_YEARS[-1]} can be counted")
    return (found if isinstance(found, datetime) else None), day


def _moment_or_day(name: str, said: Any) -> datetime | date:
    should = "it should be ISO 8601 with an offset, like 2026-01-05T09:00:00Z, or a date"
    if not isinstance(said, str):
        raise BadInputs(f"{name} is {'not given' if said is None else repr(said)}; {should}")
    try:
        if len(said) == 10:
            return date.fromisoformat(said)
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise BadInputs(f"{name} is {said!r}; {should}") from None
    if moment.tzinfo is None:
        raise BadInputs(f"{name} is {said!r}, without an offset from UTC; {should}")
    return moment


def read(name: str, kind: str, said: Any, zone: ZoneInfo) -> bool | date | str:
    """An input as its kind; a moment given for a date is its local day."""
    if kind == "bool":
        if not isinstance(said, bool):
            raise BadInputs(f"{name} is {said!r}; it should be true or false")
        return said
    if kind == "date":
        found = _moment_or_day(name, said)
        return found.astimezone(zone).date() if isinstance(found, datetime) else found
    if not isinstance(said, str):
        raise BadInputs(f"{name} is {said!r}; it should be a text")
    return said
