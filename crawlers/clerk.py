"""The clerk of a crawl: a process beside the download that keeps the evidence, understands what pages said and stores it.

So the next page is under way while the last ones are written, and whatever has come meanwhile is written together: one
sync of the evidence and one transaction for many pages. Nothing counts before it is stored: the clerk answers then.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog

from crawlers.slips import Book, Done, Goodbye, Keep, KeepPicture, Round, SetAside, Slip, TakeIn, packed, whole
from plaint.desk import intake
from plaint.model import Capture, Run
from plaint.ports import StoreDown, Stores
from plaint.posts.brands import Names

log = structlog.get_logger()

TOGETHER = 150
"""Slips that are done in one go at most (a page has about three), so that others come to write too."""

REMEMBERED = 1_000
"""The newest captures, which pages are read from and pictures taken of."""

AT_ONCE = 1 << 18
MOST = 1 << 23
"""Bytes that are read in one go, and before what has come is worked on."""

TROUBLES = (ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError, StoreDown)
"""What one page may cost: it is booked under its name, and the next one is taken."""


def serve(line: socket.socket, stores: Stores, names: Names, rounds: Sequence[Round], parent: int) -> None:
    """Do what comes over the line until the crawl says goodbye, or is gone. The body of the clerk's process."""
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.SIG_IGN)  # the crawl hears it, ends, and says so
    clerk, buffer = Clerk(stores=stores, names=names, rounds=rounds, parent=parent), bytearray()
    while _heard(line, buffer):
        slips = [slip for slip in whole(buffer) if not isinstance(slip, Done)]
        for start in range(0, len(slips), TOGETHER):
            some = slips[start : start + TOGETHER]
            line.sendall(b"".join(map(packed, clerk.work(some))))
            if any(isinstance(slip, Goodbye) for slip in some):
                stores.close()
                return


def _heard(line: socket.socket, buffer: bytearray) -> bool:
    """Wait for something to come and read all that is there; whether the line is still open."""
    heard = line.recv(AT_ONCE)
    buffer += heard
    with suppress(BlockingIOError):
        while heard and len(buffer) < MOST:
            heard = line.recv(AT_ONCE, socket.MSG_DONTWAIT)
            buffer += heard
    return bool(buffer) or bool(heard)


@dataclass(slots=True, kw_only=True)
class Clerk:
    """The clerk at work: what it has in hand. `seen` are the refs that each run has counted."""

    stores: Stores
    names: Names
    rounds: Sequence[Round]
    parent: int
    seen: dict[int, set[str]] = field(default_factory=dict)
    _captures: dict[int, Capture] = field(default_factory=dict)
    _waiting: list[tuple[TakeIn, intake.Heard]] = field(default_factory=list)
    _there: set[tuple[str, str]] = field(default_factory=set)

    def work(self, slips: Iterable[Slip]) -> list[Done]:
        """Do all of it, pages together where that can be; what became of each."""
        done: list[Done] = []
        books: dict[str, Run] = {}
        for slip in slips:
            match slip:
                case Keep():
                    self._keep(slip)
                case TakeIn():
                    done += self._gather(slip)
                case SetAside():
                    done.append(self._set_aside(slip))
                case KeepPicture():
                    done.append(self._keep_picture(slip))
                case Book():
                    books[slip.run.id] = slip.run
                    done.append(Done(slip.number))
                case Goodbye():
                    pass
        done += self._store()
        if os.getppid() == self.parent:  # a run that was killed is closed by the next one, which must have the last word
            for run in books.values():
                self.stores.runs.save(run)
        return done

    def _keep(self, slip: Keep) -> None:
        try:
            self._captures[slip.number] = self.stores.evidence.keep(slip.fetched)
        except OSError as error:  # the page that is read from it will miss it, and say so
            log.error("evidence_not_kept", error=str(error))
        if len(self._captures) > REMEMBERED:
            del self._captures[next(iter(self._captures))]

    def _keep_picture(self, slip: KeepPicture) -> Done:
        capture = self._captures.get(slip.kept)
        try:
            if capture is None:
                raise LookupError("its page is no longer at hand")
            self.stores.evidence.keep(replace(slip.picture, picture_of=capture.warc))
        except (LookupError, OSError) as error:
            return Done(slip.number, trouble=str(error))
        return Done(slip.number)

    def _gather(self, slip: TakeIn) -> list[Done]:
        """Put a page to those that are stored together; a post that is among them already ends the batch before it."""
        capture = slip.capture or self._captures.get(slip.kept or 0)
        if capture is None:
            return [Done(slip.number, slip.round, trouble="the evidence could not be kept")]
        about = self.rounds[slip.round]
        heard = intake.Heard(
            site=about.site, capture=replace(capture, parser=f"{about.site.key}@{about.site.version}"), said=(*slip.posts, *slip.rejected),
            run=about.run, asked=about.asked, seen=self.seen.setdefault(slip.round, set()), since=about.since,
        )  # fmt: skip
        there = {(about.site.key, str(said.ref)) for said in heard.said if said.ref is not None}
        done = [] if self._there.isdisjoint(there) else self._store()
        self._there |= there
        self._waiting.append((slip, heard))
        return done

    def _store(self) -> list[Done]:
        """Store the pages in hand together; where that fails, one by one, so that each costs only itself."""
        waiting, self._waiting, self._there = self._waiting, [], set()
        try:
            return self._stored(waiting)
        except TROUBLES:
            return [one for page in waiting for one in self._alone(page)]

    def _alone(self, page: tuple[TakeIn, intake.Heard]) -> list[Done]:
        try:
            return self._stored([page])
        except TROUBLES as error:
            return [Done(page[0].number, page[0].round, trouble=f"{type(error).__name__}: {error}")]

    def _stored(self, waiting: Sequence[tuple[TakeIn, intake.Heard]]) -> list[Done]:
        if not waiting:
            return []
        tallies = intake.receive_all(self.stores, [heard for _, heard in waiting], names=self.names, now=datetime.now(UTC))
        done = []
        for (slip, heard), tally in zip(waiting, tallies, strict=True):
            self.seen[slip.round] |= tally.refs
            if slip.note is not None and heard.capture.warc:
                key, noted = slip.note
                capture = heard.capture
                self.stores.runs.note_page(key, {**noted, "sha256": capture.sha256, "at": capture.at, "warc": capture.warc or ""})
            done.append(Done(slip.number, slip.round, tally))
        return done

    def _set_aside(self, slip: SetAside) -> Done:
        about, capture = self.rounds[slip.round], self._captures.get(slip.kept)
        if capture is None:
            return Done(slip.number, slip.round, trouble="the evidence could not be kept")
        try:
            intake.set_aside(self.stores, source=about.site.key, capture=capture, rejection=slip.rejection, run=about.run, now=datetime.now(UTC))
        except TROUBLES as error:
            return Done(slip.number, slip.round, trouble=f"{type(error).__name__}: {error}")
        return Done(slip.number)
