"""When something was done that is written down only now: never still to come, not before the complaint, and with a reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from plaint.cases.refusal import Refusal
from plaint.model import iso, moment_of

if TYPE_CHECKING:
    from plaint.cases.standing import Case

AT_ONCE = timedelta(minutes=10)
"""What is written down so soon after it was done needs no reason for its date."""


def dated(case: Case, on: str | None, reason: str | None, now: datetime) -> str | Refusal | None:
    """The moment (ISO 8601 in UTC) at which it was done; None for now. `on` is a moment with its offset."""
    if on is None:
        return None
    try:
        at = datetime.fromisoformat(on)
    except ValueError:
        return Refusal(f"{on!r} is no moment; write 2026-01-05T09:00:00Z, with its offset, or a day")
    if at.tzinfo is None:
        return Refusal(f"{on!r} has no offset from UTC; write it like 2026-01-05T09:00:00Z")
    if at > now:
        return Refusal(f"{iso(at)} is still to come; what was not done yet cannot be noted")
    if case.start is not None and at < moment_of(case.start.at):
        return Refusal(f"{iso(at)} lies before the complaint, whose clocks start {case.start.at}")
    if now - at > AT_ONCE and not (reason or "").strip():
        return Refusal(f"it is dated {iso(at)} and noted now: say why it was not noted then")
    return iso(at.astimezone(UTC))
