"""What a firm promises itself: staffed hours, and service levels counted in them. Types only; `hours` and `levels` count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A week of staffed hours in a zone (IANA): seven days from Monday, each with its intervals as `09:00-12:00`, in order.

    On holidays of `calendar` (None: of none) and on `closures` (ISO 8601) nobody is there. `24:00` is the day's end.
    """

    zone: str
    week: tuple[tuple[str, ...], ...]
    calendar: str | None = None
    closures: tuple[str, ...] = ()


ALWAYS = Hours(zone="UTC", week=(("00:00-24:00",),) * 7)
"""Every minute of every day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """One version of one service level: so many `minutes` of `hours` from the start until one of `met_by` was done.

    It is for cases from `channels` (keys of sources), opened from posts of `kinds`, of `priorities`; an empty part is for
    all. Of several with the same `id` the first that fits counts, so that special ones stand before general ones. It
    `starts` when the post was published, collected, or its case opened. The days are the first and last local day of the
    start for which it holds, ISO 8601.
    """

    id: str
    label: str
    minutes: int
    hours: Hours = ALWAYS
    channels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    met_by: tuple[str, ...] = ("first_answer", "acknowledged", "final_response", "summary_resolution")
    starts: Literal["published", "collected", "opened"] = "collected"
    at_risk: float | None = None
    effective_from: str | None = None
    effective_to: str | None = None

    def fits(self, *, source: str, kind: str | None, priority: str, start: datetime) -> bool:
        """Whether it is the level for such a case."""
        day = start.astimezone(ZoneInfo(self.hours.zone)).date().isoformat()
        return (
            (not self.channels or source in self.channels)
            and (not self.kinds or kind in self.kinds)
            and (not self.priorities or priority in self.priorities)
            and (self.effective_from is None or self.effective_from <= day)
            and (self.effective_to is None or day <= self.effective_to)
        )
