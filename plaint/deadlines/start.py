"""When the clocks of a public complaint start, and why there: by who owns the channel it was published on.

The five times are kept apart: published, edited, first collected, the firm aware of it, and the start that follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from plaint.model import Ownership, PartialDate


class Basis(StrEnum):
    """Why a clock starts where it does (`clock_start_basis` of the regulation tables)."""

    PUBLISHED_ON_OWNED_CHANNEL = "PUBLISHED_ON_OWNED_CHANNEL"
    NOTIFIED_BY_PLATFORM = "NOTIFIED_BY_PLATFORM"
    COLLECTED = "COLLECTED"
    TRIAGE_DECISION = "TRIAGE_DECISION"
    SENT_BY_REGULATOR = "SENT_BY_REGULATOR"
    DIRECT_RECEIPT = "DIRECT_RECEIPT"
    MANUAL_OVERRIDE = "MANUAL_OVERRIDE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What is known about when. `collected`, `notified` and `aware` are moments, ISO 8601 in UTC.

    `sent` is when a regulator sent it to the firm, or when the firm received it directly: a moment or a bare date.
    """

    published: PartialDate | None = None
    edited: PartialDate | None = None
    collected: str | None = None
    notified: str | None = None
    sent: str | None = None
    aware: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where the clocks start: a moment or a bare local date; `latest` differs from `at` where the source gives only a span."""

    at: str
    latest: str
    basis: Basis
    because: str

    @property
    def is_span(self) -> bool:
        """Whether both ends have to be shown."""
        return self.at != self.latest


def start_of(ownership: Ownership, times: Times) -> Start | None:
    """The default start by ownership; None while it depends on something that has not happened yet."""
    match ownership:
        case Ownership.OWNED:
            return _published(times)
        case Ownership.CLAIMED:
            return _claimed(times)
        case Ownership.THIRD_PARTY:
            return _exact(
                times.aware, Basis.TRIAGE_DECISION, "nobody has to search channels of others; it starts when the firm decided that it is a complaint"
            )
        case Ownership.REGULATOR:
            return _exact(times.sent, Basis.SENT_BY_REGULATOR, "it starts on the date the regulator sent it to the firm") or _collected(times)
        case Ownership.DIRECT:
            return _exact(times.sent, Basis.DIRECT_RECEIPT, "it was sent to the firm and starts on receipt") or _published(times)


def _published(times: Times) -> Start | None:
    """On the firm's own channel a post was made to the firm when it was published."""
    if times.published is None:
        return _collected(times)
    span = times.published
    because = "it was published on a channel that the firm owns, so it was made to the firm then"
    if span.earliest != span.latest:
        because += f"; the source says only {span.said or 'a span'}, so the earlier end counts and the later one is shown"
    return Start(at=span.earliest, latest=span.latest, basis=Basis.PUBLISHED_ON_OWNED_CHANNEL, because=because)


def _claimed(times: Times) -> Start | None:
    """On a claimed profile: the earlier of the platform's notice and the first collection."""
    if times.notified is not None and (times.collected is None or times.notified <= times.collected):
        return _exact(times.notified, Basis.NOTIFIED_BY_PLATFORM, "the firm has a profile there and the platform gave notice before it was collected")
    return _exact(times.collected, Basis.COLLECTED, "the firm has a profile there; it was collected before any notice by the platform")


def _collected(times: Times) -> Start | None:
    return _exact(times.collected, Basis.COLLECTED, "the source gives no date, so it starts when it was first collected")


def _exact(at: str | None, basis: Basis, because: str) -> Start | None:
    return None if at is None else Start(at=at, latest=at, basis=basis, because=because)
