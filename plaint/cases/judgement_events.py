"""What can have been thought about whether it is a complaint: a machine's proposal, a second look, more regimes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintProposed:
    """A model proposed that it is a complaint: how sure (0 to 1, as decimal text), and which version of it."""

    BODIES: ClassVar[tuple[str, ...]] = ()
    score: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionReviewed:
    """A second person looked at the decision that it is no complaint."""

    BODIES: ClassVar[tuple[str, ...]] = ("words",)
    agrees: bool
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimesAdded:
    """More clocks run on the same complaint, from the same start, such as those of data protection."""

    BODIES: ClassVar[tuple[str, ...]] = ("reason",)
    regimes: tuple[str, ...]
    reason: str | None = None


JudgementEvent = ComplaintProposed | DecisionReviewed | RegimesAdded
"""Every event of this module."""
