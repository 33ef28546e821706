"""What can have happened in the daily work on a case: whose it is, what comes first, what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Somebody took it for themselves until a moment (ISO 8601 in UTC); after that anybody may."""

    BODIES: ClassVar[tuple[str, ...]] = ()
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """It was given to somebody with words about where it stands."""

    BODIES: ClassVar[tuple[str, ...]] = ("words",)
    to: str
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """It stands in a team's queue; None: in no team's."""

    BODIES: ClassVar[tuple[str, ...]] = ()
    team: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prioritised:
    """How urgent it is, one of `work.Priority`."""

    BODIES: ClassVar[tuple[str, ...]] = ()
    priority: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Labels were put on it and taken off it."""

    BODIES: ClassVar[tuple[str, ...]] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed:
    """It is left out of the queue until a moment (ISO 8601 in UTC); None: it is back. Its clocks run on."""

    BODIES: ClassVar[tuple[str, ...]] = ("reason",)
    until: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedInto:
    """It is the same complaint as another case, which has taken over its posts."""

    BODIES: ClassVar[tuple[str, ...]] = ()
    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed:
    """Another case was merged into this one, with its posts (ids, one a line)."""

    BODIES: ClassVar[tuple[str, ...]] = ("posts",)
    case: str
    posts: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PutUnder:
    """It belongs under another case, such as one about a cause that many share; None: under none."""

    BODIES: ClassVar[tuple[str, ...]] = ()
    parent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentChecked:
    """Somebody saw that a letter says what its rule asks for: items of the letter's checklist."""

    BODIES: ClassVar[tuple[str, ...]] = ()
    letter: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSent:
    """A letter with all it has to say was sent; `meets` is what clocks look for, None where none does.

    `states` are facts of the regime that sending it states, such as exceptional circumstances. `on` is when it was sent
    where that was not when it was noted (ISO 8601 in UTC); then `reason` says why it was noted later.
    """

    BODIES: ClassVar[tuple[str, ...]] = ("reason",)
    letter: str
    meets: str | None = None
    regime: str | None = None
    states: Mapping[str, bool | str] = field(default_factory=dict)
    on: str | None = None
    reason: str | None = None


WorkEvent = (
    Claimed
    | HandedOver
    | Routed
    | Prioritised
    | Labelled
    | Snoozed
    | MergedInto
    | Absorbed
    | PutUnder
    | ContentChecked
    | LetterSent
)  # fmt: skip
"""Every event of this module."""
