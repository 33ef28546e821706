"""When each host may be asked next: by all walks of this process, and by every process that crawls into the same store.

A turn at a host is a lease of the store that lapses after the delay, so two processes that crawl one host keep one pause
between them, on one machine or on several (whose clocks should agree to a fraction of the delay).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest

from plaint.leases import Lease, LeaseLost

if TYPE_CHECKING:
    from crawlers.robots import Rules
    from plaint.ports import Leases

SLOWEST = 60.0
"""Seconds to which a site that answers slowly may stretch the pause; more only where it asks for it."""

LOOKS = 10
"""How often in a pause one looks whether another process's turn is over."""


class TurnedAway(IgnoreRequest):
    """A request that is not made, or not made again; `alarm` is its name in the ledger."""

    def __init__(self, alarm: str, reason: str) -> None:
        super().__init__(reason)
        self.alarm, self.reason = alarm, reason


@dataclass(slots=True)
class Pace:
    """When each host may be asked next, and by which rules; shared by all walks of a process.

    Times are seconds of one steady clock; `robots` are the rules by origin, once they are read. With `leases` turns are
    shared with other processes; `owner` names this one.
    """

    delays: dict[str, float] = field(default_factory=dict)
    free: dict[str, float] = field(default_factory=dict)
    robots: dict[str, asyncio.Future[Rules]] = field(default_factory=dict)
    stopped: bool = False
    leases: Leases | None = None
    owner: str = ""
    _stretched: dict[str, float] = field(default_factory=dict)
    _turns: dict[str, Lease] = field(default_factory=dict)
    _taken: int = 0
    _lag: timedelta = timedelta()
    """How long the store took to give the last turn: so much later than its turn began a request leaves."""
    _bell: asyncio.Event = field(default_factory=asyncio.Event)

    def slow(self, host: str, delay: float) -> None:
        """Leave at least `delay` seconds between two requests to `host`; never shortens an earlier word."""
        self.delays[host] = max(delay, self.delays.get(host, 0.0))

    def throttle(self, host: str, latency: float, *, is_well: bool) -> None:
        """Stretch the pause at a host that answers slowly, by the rule of Scrapy's AutoThrottle for one request at a time.

        The pause goes half the way to `latency` (seconds until the answer began), never below the delay of the host nor
        above `SLOWEST`; an answer that is an error (`is_well` false) never shortens it. A host without a delay keeps none.
        """
        delay = self.delays.get(host, 0.0)
        if delay <= 0:
            return
        before = self._stretched.get(host, delay)
        after = min(max(latency, (before + latency) / 2, delay), max(SLOWEST, delay))
        self._stretched[host] = after if is_well else max(after, before)

    def pause(self, host: str) -> float:
        """Seconds between two requests to `host` as things stand."""
        return max(self.delays.get(host, 0.0), self._stretched.get(host, 0.0))

    def hold(self, host: str, now: float, wait: float) -> None:
        """Ask `host` nothing for `wait` seconds."""
        self.free[host] = max(self.free.get(host, now), now + wait)

    async def hold_for_all(self, host: str, wait: float) -> None:
        """Ask `host` nothing for `wait` seconds, from no process that crawls into this store."""
        self.hold(host, monotonic(), wait)
        turn = self._turns.pop(host, None)
        if self.leases is not None and turn is not None:
            with suppress(LeaseLost):  # another process has asked since, and will be told the same
                await asyncio.to_thread(self.leases.keep, turn, datetime.now(UTC) + timedelta(seconds=wait))

    def wait(self, host: str, now: float) -> float:
        """Seconds until `host` may be asked; 0 when it is our turn."""
        return max(0.0, self.free.get(host, now) - now)

    def take(self, host: str, now: float) -> None:
        """Count a request to `host` that is made now."""
        self.free[host] = now + self.pause(host)

    async def turn(self, host: str) -> None:
        """Wait for our turn at `host`; raises TurnedAway when the crawl is told to stop meanwhile."""
        while not self.stopped:
            if (wait := self.wait(host, monotonic())) > 0:
                await self._sleep(wait)
            elif await self._shared(host):
                break
            else:
                await self._sleep(self.pause(host) / LOOKS)
        if self.stopped:
            raise TurnedAway("stopped", "the crawl was told to stop")
        self.take(host, monotonic())

    async def _shared(self, host: str) -> bool:
        """Whether the turn at a host is ours among all processes; each turn has an owner of its own, so that ours end too."""
        pause = self.pause(host)
        if self.leases is None or pause <= 0:
            return True
        self._taken += 1
        now = datetime.now(UTC)
        until = now + timedelta(seconds=pause) + self._lag
        lease = await asyncio.to_thread(self.leases.take, f"host:{host}", f"{self.owner}#{self._taken}", now, until)
        self._lag = min(datetime.now(UTC) - now, timedelta(seconds=pause))
        if lease is not None:
            self._turns[host] = lease
        return lease is not None

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._bell.wait(), seconds)

    def stop(self) -> None:
        """Let nobody wait any longer: the crawl ends."""
        self.stopped = True
        self._bell.set()
