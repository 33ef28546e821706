"""The crawl's side of its clerk: starts it, hands it slips without ever waiting for the disk, and hears what became of them."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from crawlers.clerk import serve
from crawlers.slips import Done, Goodbye, Keep, Round, Slip, packed, whole
from plaint.ports import Fetched, StoreDown

if TYPE_CHECKING:
    from plaint.ports import Stores
    from plaint.posts.brands import Names

IN_HAND = 400
"""Slips that may be on their way; with more the crawl waits for its clerk."""

ROOM = 4 * 1024 * 1024
"""Bytes that may wait to be sent, beside what the system's own buffer takes."""

Heard = Callable[[Done], None]


class Outbox:
    """The way to the clerk. Made before the crawl's event loop runs, used within it, closed after it."""

    def __init__(self, stores: Stores, names: Names, rounds: Sequence[Round]) -> None:
        ours, theirs = socket.socketpair()
        self._clerk = multiprocessing.get_context("fork").Process(
            target=_clerk, args=(theirs, ours, stores, names, tuple(rounds), os.getpid()), daemon=True
        )  # fmt: skip
        self._clerk.start()
        theirs.close()
        self._line = ours
        self._number = 0
        self._at_work = set(range(len(rounds)))
        self._waiting: dict[int, asyncio.Future[Done]] = {}
        self._hears: dict[int, Heard] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    def number(self) -> int:
        """A number for a new slip."""
        self._number += 1
        return self._number

    def listen(self, round: int, heard: Heard) -> None:
        """Tell `heard` what became of the pages of a run, as soon as that is known."""
        self._hears[round] = heard

    async def keep(self, fetched: Fetched) -> int:
        """Keep an exchange; the number under which later slips speak of it."""
        number = self.number()
        await self._send(Keep(number, fetched))
        return number

    async def hand(self, slip: Slip) -> asyncio.Future[Done]:
        """Hand a slip over, once there is room for it; the future is what becomes of it. Raises StoreDown when the clerk is gone."""
        while len(self._waiting) >= IN_HAND:
            await asyncio.wait(self._waiting.values(), return_when=asyncio.FIRST_COMPLETED)
        answer = asyncio.get_running_loop().create_future()
        if not isinstance(slip, Keep | Goodbye):
            self._waiting[slip.number] = answer
        await self._send(slip)
        return answer

    async def settled(self) -> None:
        """Wait until everything that was handed over is done."""
        while self._waiting:
            await asyncio.wait(list(self._waiting.values()))

    async def leave(self, round: int) -> None:
        """Say that a run has nothing more to hand over; with the last one the listening ends."""
        self._at_work.discard(round)
        if self._at_work or self._reading is None or self._writer is None:
            return
        self._reading.cancel()
        with suppress(asyncio.CancelledError):
            await self._reading
        self._writer.close()

    def close(self) -> None:
        """Say goodbye and wait until the clerk has gone; safe after a loop that has ended."""
        with suppress(OSError):
            self._line.setblocking(True)
            self._line.sendall(packed(Goodbye()))
        self._clerk.join()
        self._line.close()

    async def _send(self, slip: Slip) -> None:
        if self._writer is None:
            async with self._lock:
                await self._open()
        assert self._writer is not None
        self._writer.write(packed(slip))
        try:
            await self._writer.drain()
        except ConnectionError:
            raise StoreDown("the process that stores what is crawled has ended") from None

    async def _open(self) -> None:
        if self._writer is not None:
            return
        line = self._line.dup()
        reader, self._writer = await asyncio.open_connection(sock=line)
        self._writer.transport.set_write_buffer_limits(high=ROOM)
        self._reading = asyncio.create_task(self._hear(reader))

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        buffer = bytearray()
        with suppress(ConnectionError):
            while heard := await reader.read(1 << 18):
                buffer += heard
                for done in whole(buffer):
                    if isinstance(done, Done):
                        self._settle(done)
        for number in list(self._waiting):
            self._settle(Done(number, trouble="the process that stores what is crawled has ended"))

    def _settle(self, done: Done) -> None:
        answer = self._waiting.pop(done.number, None)
        if done.round is not None and done.round in self._hears:
            self._hears[done.round](done)
        if answer is not None and not answer.done():
            answer.set_result(done)


def _clerk(line: socket.socket, other: socket.socket, stores: Stores, names: Names, rounds: Sequence[Round], parent: int) -> None:
    """The clerk's process: without the crawl's end of the line, or it would never hear that the crawl is gone."""
    other.close()
    serve(line, stores, names, rounds, parent)
