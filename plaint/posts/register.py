"""From a row of a firms file (CSV or TOML) to a `Firm`; a value that is not understood is an error that says what to write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from plaint.model import Firm
from plaint.posts.context import sectors

COLUMNS = (
    "key", "name", "country", "aliases", "handles", "sites", "zone", "calendar", "regimes", "closures", "closes", "at_risk", "hashtags", "sector",
    "group", "legal",
)  # fmt: skip
SEPARATOR = " | "
"""Between the parts of a list in a CSV cell."""
SPARSE = r"\s*\|\s*"
"""The same where no part can hold a bar: countries and sites."""

_key = re.compile(r"[\w.-]{1,80}")
_handle = re.compile(r"([a-z][a-z0-9_]*)\s*=\s*(\S.*)")


def firm_of(row: Mapping[str, Any]) -> Firm:
    """The firm that a row describes; raises ValueError that names the column and what was seen.

    A list is a list, or text split by " | ". `handles` is a table of source and name, or parts `source=name`; a part without
    a source is a handle that any network may use and becomes an alias with an `@`.
    """
    if unknown := sorted(row.keys() - {*COLUMNS}):
        raise ValueError(f"no column is called {unknown[0]}; there are {', '.join(COLUMNS)}")
    key, name = _text(row, "key"), _text(row, "name")
    if not _key.fullmatch(key):
        raise ValueError(f"key {key!r}: give 1 to 80 letters, digits, `.`, `_` or `-`")
    if not name:
        raise ValueError(f"{key}: no name")
    handles, loose = _handles(row.get("handles"))
    zone = _text(row, "zone") or "UTC"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{key}: zone {zone!r} is no IANA time zone; one is Europe/London") from None
    return Firm(
        key=key,
        name=name,
        country=SEPARATOR.join(_parts(row.get("country"), SPARSE)) or None,
        aliases=tuple(dict.fromkeys((*_parts(row.get("aliases")), *loose))),
        handles=handles,
        sites=tuple(_parts(row.get("sites"), SPARSE)),
        zone=zone,
        calendar=_text(row, "calendar") or None,
        regimes=tuple(_parts(row.get("regimes"))),
        hashtags=tuple(_hashtags(_parts(row.get("hashtags")), key)),
        sector=_sector(key, _text(row, "sector")),
        group=_text(row, "group") or None,
        legal=tuple(_parts(row.get("legal"))),
        closures=tuple(_day(key, part) for part in _parts(row.get("closures"), SPARSE)),
        closes=_time(key, _text(row, "closes") or "17:00"),
        at_risk=_share(key, row.get("at_risk")),
    )


def _sector(key: str, said: str) -> str | None:
    if said and said not in sectors():
        raise ValueError(f"{key}: sector {said!r}: give one of {', '.join(sorted(sectors()))}")
    return said or None


def _day(key: str, said: str) -> str:
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        raise ValueError(f"{key}: closures {said!r}: give days like 2026-12-24") from None


def _time(key: str, said: str) -> str:
    try:
        return f"{time.fromisoformat(said):%H:%M}"
    except ValueError:
        raise ValueError(f"{key}: closes {said!r}: give a local time like 17:00") from None


def _share(key: str, said: Any) -> float:
    try:
        share = 0.75 if said in {None, ""} else float(said)
    except (TypeError, ValueError):
        share = 0
    if not 0 < share <= 1:
        raise ValueError(f"{key}: at_risk {said!r}: give a share of the time, more than 0 and at most 1")
    return share


def _text(row: Mapping[str, Any], column: str) -> str:
    value = row.get(column)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{column} {value!r}: give a text")
    return (value or "").strip()


def _parts(value: Any, separator: str = r"\s\|\s") -> list[str]:
    if value is None:
        return []
    parts = re.split(separator, value) if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ValueError(f"{value!r}: give a list of texts")
    return [part.strip() for part in parts if part.strip()]


def _hashtags(parts: Iterable[str], key: str) -> Iterator[str]:
    """Hashtags without their sign; one with a space in it could never be met."""
    for part in parts:
        if re.search(r"\s", tag := part.lstrip("#＃")) or not tag:
            raise ValueError(f"{key}: hashtag {part!r}: one word, as #fennelfail")
        yield tag


def _handles(value: Any) -> tuple[dict[str, str], list[str]]:
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) and name.strip() for name in value.values()):
            raise ValueError(f"handles {value!r}: give texts")
        return {source: name.strip() for source, name in value.items()}, []
    found = [(_handle.fullmatch(part), part) for part in _parts(value)]
    return {match[1]: match[2] for match, _ in found if match}, [f"@{part.lstrip('@')}" for match, part in found if not match]
