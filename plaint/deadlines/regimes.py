"""The clocks of every regime as frozen types, read from `data/clocks.toml`; what each field means is said there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Literal

import msgspec

from plaint.deadlines.calendars import DATA

Unit = Literal[
    "business_day", "calendar_day", "week", "month", "year", "hour", "minute", "half_year", "quarter", "month_window",
    "day_of_next_month", "fixed_date", "same_as", "earlier_of", "rolled", "on_time", "in_force", "none",
]  # fmt: skip
Ends = Literal["end_of_day", "close_of_business", "moment", "date"]
Role = Literal["deadline", "information", "period", "keep"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountBy:
    """Amounts that depend on an input's value."""

    input: str
    amounts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartsBy:
    """Starts that depend on an input's value."""

    input: str
    starts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One version of one clock; several clocks of a regime with the same `key` are its versions by effective date."""

    id: str
    key: str
    label: str
    unit: Unit
    rule: str
    certainty: Literal["verified", "secondary", "partly verified", "unverified", "missing"]
    starts: str = "receipt"
    starts_by: StartsBy | None = None
    amount: int | None = None
    amount_by: AmountBy | None = None
    calendar: str | None = None
    roll: Literal["none", "following"] = "none"
    ends: Ends = "end_of_day"
    role: Role = "deadline"
    of: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    when: Mapping[str, bool | str] = field(default_factory=dict)
    met_by: tuple[str, ...] = ()
    optional: bool = False
    stops: bool = False
    at_risk: float | None = None
    because: str | None = None
    note: str | None = None
    source: str | None = None
    effective_from: str | None = None
    effective_to: str | None = None
    effective_input: str | None = None
    before_force: Literal["counted", "none"] = "counted"

    def looks_at(self) -> set[str]:
        """The inputs on which this clock depends by itself; what another clock starts it with is not followed."""
        starts = [self.starts, *(self.starts_by.starts.values() if self.starts_by else ())]
        named = {start.partition(":")[2] for start in starts if start.startswith("input:")}
        others = (self.starts_by and self.starts_by.input, self.amount_by and self.amount_by.input, self.effective_input)
        return {*named, *self.when, *(name for name in others if name)}

    def in_force(self, day: date, begins: date | None = None) -> bool:
        """Whether this version holds for a day 0; `begins` stands in for `effective_from` where a firm names the day."""
        first = begins or (date.fromisoformat(self.effective_from) if self.effective_from else date.min)
        last = date.fromisoformat(self.effective_to) if self.effective_to else date.max
        return first <= day <= last


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """One regime with its clocks. `inputs` are what it may be given besides receipt, zone and calendar, with their kind.

    `local` says whose zone counts the days of a firm's complaints: the regime's own, or the firm's where a regime spans
    several zones.
    """

    id: str
    name: str
    zone: str
    clocks: tuple[Clock, ...]
    receipt: str = "received_at"
    calendars: tuple[str, ...] = ()
    inputs: Mapping[str, Literal["bool", "date", "text"]] = field(default_factory=dict)
    pauses: tuple[str, ...] = ()
    version: str = ""
    local: Literal["regime", "firm"] = "regime"

    def versions(self, key: str) -> list[Clock]:
        """All versions of one clock."""
        return [clock for clock in self.clocks if clock.key == key]

    def choices(self, name: str) -> tuple[str, ...]:
        """The values that an input may have where an amount depends on it; empty: any of its kind."""
        return next((tuple(clock.amount_by.amounts) for clock in self.clocks if clock.amount_by is not None and clock.amount_by.input == name), ())

    def looking_at(self, name: str) -> list[str]:
        """The labels of the clocks whose start, length or existence depends on an input, each once."""
        return list(dict.fromkeys(clock.label for clock in self.clocks if name in clock.looks_at()))

    @property
    def keys(self) -> list[str]:
        """The clocks' keys, each once, in the order of the data."""
        return list(dict.fromkeys(clock.key for clock in self.clocks))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    version: str
    regimes: tuple[Regime, ...]


@cache
def regimes() -> Mapping[str, Regime]:
    """All regimes by id; a mistake in the data raises msgspec.ValidationError that names the place."""
    with (DATA / "clocks.toml").open("rb") as file:
        table = msgspec.convert(tomllib.load(file), _Table)
    return {regime.id: replace(regime, version=table.version) for regime in table.regimes}
