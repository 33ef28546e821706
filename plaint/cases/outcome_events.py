"""What can have been decided about a complaint's substance: what it is about, and how it was answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintClassified:
    """Product and cause in a regulator's terms: codes of the taxonomy `scheme`, whose version is kept; None: not said.

    `vulnerability` are drivers, one a line: they may speak of health, so they are a body, like the root cause's words.
    """

    BODIES: ClassVar[tuple[str, ...]] = ("root_cause", "vulnerability")
    scheme: str
    scheme_version: str
    product: str | None = None
    cause: str | None = None
    root_cause: str | None = None
    vulnerability: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """It was answered: `how` is `final_response` or `summary_resolution`, `outcome` one of `outcomes.Outcome`.

    `redress` is an amount of money as decimal text, paid or offered, in `currency`; None: none. `on` is when the answer
    was sent where that was not when it was noted (ISO 8601 in UTC); then `reason` says why it was noted later.
    """

    BODIES: ClassVar[tuple[str, ...]] = ("reason",)
    how: str
    outcome: str
    redress: str | None = None
    currency: str | None = None
    on: str | None = None
    reason: str | None = None
