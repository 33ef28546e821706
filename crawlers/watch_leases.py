"""The leases of one process: taken, kept as long as the work lasts, and whoever does the work is told when one is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock

import structlog

from plaint.leases import Lease, LeaseLost
from plaint.ports import Leases, StoreDown

log = structlog.get_logger()

Lost = Callable[[], object]


class Held:
    """What this process has. `length` is in seconds: for so long nobody else takes over when it dies."""

    def __init__(self, leases: Leases, length: float) -> None:
        self._leases, self._length = leases, timedelta(seconds=length)
        self._mine: dict[str, tuple[Lease, Lost]] = {}
        self._lock = Lock()

    def take(self, name: str, owner: str, lost: Lost) -> Lease | None:
        """Have a piece of work, or None while somebody else does; `lost` is called when it goes to another."""
        now = datetime.now(UTC)
        lease = self._leases.take(name, owner, now, now + self._length)
        if lease is not None:
            with self._lock:
                self._mine[name] = (lease, lost)
        return lease

    def note(self, lease: Lease, said: Mapping[str, str]) -> None:
        """Note something with it; raises LeaseLost."""
        self._leases.keep(lease, datetime.now(UTC) + self._length, said)

    def let_go(self, lease: Lease) -> None:
        """Let go of it, for others to have at once."""
        self.forget(lease)
        self._leases.release(lease)

    def forget(self, lease: Lease) -> None:
        """Keep it no longer without a word to the store: it is lost, or left to lapse."""
        with self._lock:
            self._mine.pop(lease.name, None)

    async def keep(self) -> None:
        """Keep all of them, until cancelled."""
        while True:
            await asyncio.sleep(self._length.total_seconds() / 3)
            with self._lock:
                mine = list(self._mine.values())
            for lease, lost in mine:
                try:
                    await asyncio.to_thread(self._leases.keep, lease, datetime.now(UTC) + self._length)
                except LeaseLost:
                    log.warning("lease_lost", name=lease.name)
                    self.forget(lease)
                    lost()
                except StoreDown as down:
                    log.warning("watch_waits", reason=str(down))
