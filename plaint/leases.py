"""Who does a piece of work that only one may do at a time, until when, and how a new owner takes over.

Pure: the stores keep these and change them by compare and set. Moments are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from plaint.model import iso, moment_of


class LeaseLost(Exception):
    """The work has another owner by now: whoever held it before writes nothing more."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has another owner by now")
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One piece of work. `token` grows with each change of owner; a write under an older one is refused.

    `owner` is None when nobody has it, `until` (ISO 8601 in UTC) is when it lapses. `said` is what owners note with it,
    as the position in a stream; it outlives them.
    """

    name: str
    owner: str | None
    token: int
    until: str
    said: Mapping[str, str] = field(default_factory=dict)


def taken(held: Lease | None, name: str, owner: str, now: datetime, until: datetime) -> Lease | None:
    """The lease once `owner` has it; None while somebody else does. Who has it already keeps the token."""
    if held is None:
        return Lease(name=name, owner=owner, token=1, until=iso(until))
    if held.owner == owner:
        return replace(held, until=iso(until))
    if held.owner is not None and moment_of(held.until) > now:
        return None
    return replace(held, owner=owner, token=held.token + 1, until=iso(until))


def kept(held: Lease | None, lease: Lease, until: datetime, said: Mapping[str, str] | None) -> Lease:
    """The lease held on, with what is noted now (None: as before); raises LeaseLost. A lapsed one that nobody took is still held."""
    held = holds(held, lease)
    return replace(held, until=iso(until), said=held.said if said is None else said)


def holds(held: Lease | None, lease: Lease) -> Lease:
    """What is held, if it is `lease`; else raises LeaseLost."""
    if held is None or (held.owner, held.token) != (lease.owner, lease.token):
        raise LeaseLost(lease.name)
    return held
