"""The letters of each regime and what each has to say before it may be called sent, read from `data/letters.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import msgspec

from plaint.cases.taxonomies import DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter: its rule, its checklist (item to what the text has to say), and what clocks look for once it is sent."""

    id: str
    regime: str
    title: str
    rule: str
    certainty: str
    items: Mapping[str, str]
    meets: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    letters: tuple[Letter, ...]


@cache
def letters() -> Mapping[str, Letter]:
    """All letters by id; a mistake in the data raises msgspec.ValidationError that names the place."""
    with (DATA / "letters.toml").open("rb") as file:
        return {letter.id: letter for letter in msgspec.convert(tomllib.load(file), _Table).letters}
