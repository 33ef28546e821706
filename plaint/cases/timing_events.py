"""What can have happened to the clocks of a complaint: they stood still, they went on, and what a regime asks to know was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class ClocksPaused:
    """The clocks of a regime that may stand still do; `why` is one of the regime's pauses, `on` when it began (ISO 8601 in UTC)."""

    BODIES: ClassVar[tuple[str, ...]] = ("reason",)
    regime: str
    why: str
    on: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClocksResumed:
    """They go on; `on` is when the pause ended (ISO 8601 in UTC)."""

    BODIES: ClassVar[tuple[str, ...]] = ("reason",)
    regime: str
    on: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsStated:
    """What a regime asks to know of a complaint, by the names of its inputs; what is not named stays as it was."""

    BODIES: ClassVar[tuple[str, ...]] = ("reason",)
    regime: str
    facts: Mapping[str, bool | str]
    reason: str | None = None


TimingEvent = ClocksPaused | ClocksResumed | FactsStated
"""Every event of this module."""
