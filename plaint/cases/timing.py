"""Pauses, only where a regime has them, and the facts on which the length of its clocks depends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from plaint.cases.dated import dated
from plaint.cases.refusal import Refusal, unknown
from plaint.cases.standing import STATE_WORDS, Case, State
from plaint.cases.timing_events import ClocksPaused, ClocksResumed, FactsStated, TimingEvent
from plaint.deadlines.regimes import Regime, regimes
from plaint.model import iso, moment_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Let the clocks of a regime stand still, for one of its pauses; `on` (a moment, ISO 8601) where it began earlier."""

    regime: str
    why: str
    reason: str
    on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Let them go on; `on` (a moment, ISO 8601) where the pause ended earlier."""

    regime: str
    reason: str
    on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFacts:
    """Say what a regime asks to know of a complaint, by the names of its inputs."""

    regime: str
    facts: Mapping[str, bool | str]
    reason: str


TimingCommand = Pause | Resume | StateFacts


def decide(case: Case, command: TimingCommand, now: datetime) -> tuple[TimingEvent] | Refusal:
    """What happens if `command` is given to `case` now."""
    if case.status is not State.CONFIRMED_COMPLAINT or case.closed_at is not None:
        return Refusal(f"{case.id} is {STATE_WORDS[case.state]}; the clocks of an open confirmed complaint are changed")
    if command.regime not in (case.regimes or ()):
        return Refusal(f"{command.regime!r} does not apply to {case.id}; its regimes are {', '.join(case.regimes or ()) or 'none'}")
    if not command.reason.strip():
        return Refusal("say why: the reason stays with the case, as every change of a clock does")
    regime = regimes()[command.regime]
    if isinstance(command, StateFacts):
        return _state(case, command, regime)
    on = dated(case, command.on, command.reason, now)
    if isinstance(on, Refusal):
        return on
    return _pause(case, command, regime, on or iso(now)) if isinstance(command, Pause) else _resume(case, command, on or iso(now))


def _pause(case: Case, command: Pause, regime: Regime, on: str) -> tuple[TimingEvent] | Refusal:
    if not regime.pauses:
        return Refusal(f"{regime.id} has no pauses: its clocks never stand still")
    if command.why not in regime.pauses:
        return unknown(f"pause of {regime.id}", command.why, regime.pauses)
    before = case.pauses.get(regime.id, ())
    if before and before[-1].until is None:
        return Refusal(f"the clocks of {regime.id} stand still already, since {before[-1].since}")
    if before and moment_of(on) < moment_of(before[-1].until or on):
        return Refusal(f"{on} lies in the pause before, which ended {before[-1].until}")
    return (ClocksPaused(regime=regime.id, why=command.why, on=on, reason=command.reason.strip()),)


def _resume(case: Case, command: Resume, on: str) -> tuple[TimingEvent] | Refusal:
    before = case.pauses.get(command.regime, ())
    if not before or before[-1].until is not None:
        return Refusal(f"the clocks of {command.regime} do not stand still")
    if moment_of(on) < moment_of(before[-1].since):
        return Refusal(f"{on} lies before the pause, which began {before[-1].since}")
    return (ClocksResumed(regime=command.regime, on=on, reason=command.reason.strip()),)


def _state(case: Case, command: StateFacts, regime: Regime) -> tuple[TimingEvent] | Refusal:
    if not regime.inputs:
        return Refusal(f"{regime.id} asks to know nothing besides")
    known = case.facts.get(regime.id, {})
    for name, value in command.facts.items():
        if name not in regime.inputs:
            return unknown(f"fact of {regime.id}", name, regime.inputs)
        if isinstance(wrong := _wrong(regime, name, value), Refusal):
            return wrong
    new = {name: value for name, value in command.facts.items() if known.get(name) != value}
    if not new:
        return Refusal(f"{case.id} says that already")
    return (FactsStated(regime=regime.id, facts=new, reason=command.reason.strip()),)


def _wrong(regime: Regime, name: str, value: bool | str) -> Refusal | None:  # noqa: FBT001 - a fact of the complaint, not a switch
    """A refusal of a value that is not of its kind, or none of those on which an amount depends."""
    kind = regime.inputs[name]
    if (kind == "bool") != isinstance(value, bool):
        return Refusal(f"{name} is {value!r}; it should be {'true or false' if kind == 'bool' else f'a {kind}'}")
    if kind == "date":
        try:
            date.fromisoformat(str(value))
        except ValueError:
            return Refusal(f"{name} is {value!r}; write a day like 2026-01-05")
    choices = regime.choices(name)
    if kind == "text" and choices and value not in choices:
        return unknown(name, str(value), choices)
    return None
