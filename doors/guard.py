"""Keeps spam and floods out of the form: tickets that a form carries, and how often one address may send.

Nothing about a visitor is kept: addresses live in memory only, as keyed digests, and are forgotten after the window.
Pure: time and chance are given.
"""

from __future__ import annotations

import hmac
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import sha256

SOONEST = 3.0
"""Seconds that a person needs at least to write a complaint; programs need less."""

LONGEST = 24 * 3600.0
"""Seconds after which an open form has to be sent again."""

WINDOW = 600.0
"""Seconds over which entries are counted."""

EACH = 5
"""Entries that one address may send in the window."""

ALL = 300
"""Entries that are taken from everybody in the window."""

REMEMBERED = 10_000
"""Addresses that are counted at once; the one that was quiet longest is forgotten first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a form carries: an id of its own, which becomes the entry's, and when it was drawn (epoch seconds)."""

    id: str
    drawn: float


def sign(ticket: Ticket, door: str, secret: bytes) -> str:
    """The ticket as it stands in the form of `door`: `id.seconds.signature`."""
    said = f"{ticket.id}.{int(ticket.drawn)}"
    return f"{said}.{_signature(said, door, secret)}"


def check(text: str, door: str, secret: bytes, now: float) -> Ticket | str:
    """The ticket, or why it is not taken: `forged`, `too soon` or `too old`."""
    said, _, signature = text.rpartition(".")
    key, _, drawn = said.partition(".")
    if not (key.isalnum() and drawn.isdecimal() and hmac.compare_digest(signature.encode(), _signature(said, door, secret).encode())):
        return "forged"
    age = now - int(drawn)
    if age < SOONEST:
        return "too soon"
    return "too old" if age > LONGEST else Ticket(id=key, drawn=float(drawn))


def _signature(said: str, door: str, secret: bytes) -> str:
    return hmac.new(secret, f"{door}\x1f{said}".encode(), sha256).hexdigest()[:32]


@dataclass(slots=True)
class Limit:
    """How often entries are taken; times are seconds of one steady clock."""

    secret: bytes
    each: int = EACH
    all: int = ALL
    _sent: OrderedDict[str, list[float]] = field(default_factory=OrderedDict)
    _total: list[float] = field(default_factory=list)

    def wait(self, address: str, now: float) -> float:
        """Seconds until `address` may send; 0 counts an entry that is sent now."""
        key = hmac.new(self.secret, address.encode(), sha256).hexdigest()[:16]
        mine = [time for time in self._sent.get(key, ()) if time > now - WINDOW]
        self._total = [time for time in self._total if time > now - WINDOW]
        if len(mine) >= self.each:
            return mine[-self.each] + WINDOW - now
        if len(self._total) >= self.all:
            return self._total[-self.all] + WINDOW - now
        self._sent[key] = [*mine, now]
        self._sent.move_to_end(key)
        self._total.append(now)
        while len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)
        return 0.0
