"""Why a post must be looked at now, and what hints at a vulnerable customer: phrases that people use, in several languages.

The phrases are data (`data/urgency.toml`), written as `plaint.understand.phrases` says. A hit names the queue or the driver and where
it stands; it is a reason to look, never a finding about a person.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from plaint.understand.phrases import Phrase, Phrases
from plaint.understand.understanding import Driver, Flag, Queue

_file = Path(__file__).parent / "data" / "urgency.toml"
REACH = 120
"""Characters on each side of a hit within which a phrase that takes it back is looked for."""
LOOKED_AT = 20_000
"""Characters of a text that are read; a longer one is read at its beginning."""
_signs = str.maketrans("’‘`´", "''''")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    version: int
    phrases: Phrases
    unless: Phrases


def flags(text: str) -> tuple[tuple[Flag, ...], tuple[Flag, ...]]:
    """The special queues a post belongs in and the drivers of vulnerability it hints at, each name once, in the order of the text."""
    found = {flag.name: flag for flag in sorted(_found(text), key=lambda flag: flag.start)}
    if (harm := found.get(Queue.SELF_HARM)) is not None:
        found.setdefault(str(Driver.HEALTH), Flag(name=str(Driver.HEALTH), start=harm.start, end=harm.end))
    urgent = tuple(flag for flag in found.values() if flag.name in _queues)
    return urgent, tuple(flag for flag in found.values() if flag.name in _drivers)


def version() -> str:
    """Which phrases spoke."""
    return f"urgency phrases {_known().version}"


_queues, _drivers = frozenset(map(str, Queue)), frozenset(map(str, Driver))


def _found(text: str) -> Iterator[Flag]:
    known, low = _known(), _lowered(text[:LOOKED_AT])
    done: set[str] = set()
    unless: dict[str, list[Phrase]] | None = None
    for phrase in known.phrases.possible(known.phrases.present(low)):
        if phrase.name in done:
            continue
        for seen in phrase.seen(low):
            unless = _by_name(known.unless, low) if unless is None else unless
            if not _is_taken_back(unless.get(phrase.name, ()), low, *seen.span()):
                done.add(phrase.name)
                yield Flag(name=phrase.name, start=seen.start(), end=seen.end())
                break


def _by_name(unless: Phrases, low: str) -> dict[str, list[Phrase]]:
    found: dict[str, list[Phrase]] = {}
    for phrase in unless.possible(unless.present(low)):
        found.setdefault(phrase.name, []).append(phrase)
    return found


def _is_taken_back(unless: Iterable[Phrase], low: str, start: int, end: int) -> bool:
    first, last = max(0, start - REACH), min(len(low), end + REACH)
    return any(seen.start() < end and start < seen.end() for one in unless for seen in one.seen(low, first, last))


def _lowered(text: str) -> str:
    """The text in small letters, letter for letter, so that places in it stay true."""
    if text.isascii():
        return text.replace("`", "'").lower()
    low = text.translate(_signs).lower()
    return low if len(low) == len(text) else "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text.translate(_signs))


@cache
def _known() -> _Known:
    tables = tomllib.loads(_file.read_text(encoding="utf-8"))
    each: Mapping[str, Mapping[str, Sequence[str]]] = {**tables["queue"], **tables["driver"]}
    return _Known(
        version=tables["version"],
        phrases=Phrases({name: table["phrases"] for name, table in each.items()}, tables["words"]),
        unless=Phrases({name: table["unless"] for name, table in each.items()}, tables["words"]),
    )
