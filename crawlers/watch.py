"""`plaint watch`: walks each source at its own rhythm and follows streams, until it is told to stop.

Any number of these processes share the work: whoever has the lease of a source does it. Every walk is a process of its
own, forked from one that has everything loaded, so that a walk that dies costs itself.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing.context import ForkServerProcess
from time import monotonic
from typing import TYPE_CHECKING

import structlog

from crawlers.ledger import DIED as DIED_ALARM
from crawlers.ledger import worker
from crawlers.politeness import user_agent
from crawlers.registry import Source, source
from crawlers.stream import Follower
from crawlers.stream_page import Listen
from crawlers.watch_leases import Held
from crawlers.watch_plan import Given, listens, plans
from crawlers.watch_walk import DIED, Ended, Place, Walking, walk
from plaint.desk import watching
from plaint.desk.watching import Plan, Walks
from plaint.leases import Lease, LeaseLost
from plaint.model import iso, moment_of
from plaint.ports import StoreDown, Stores
from plaint.posts.language import detect

if TYPE_CHECKING:
    from crawlers.run import Manners

log = structlog.get_logger()

TICK = 0.5
"""Seconds between two looks at what is due."""

AT_ONCE = 8
"""Walks of one process at the same time."""

LISTEN = 5.0
"""Seconds between two looks at which streams are to be followed."""

WARM = "The words of a complaint, long enough for the models of languages to be loaded before the first post comes."

THREADS = 48
"""Calls of the store, and waits for walks, at the same time."""

PATIENCE = 45.0
"""Seconds in which a walk must have ended that was told to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How this process watches. `length` is that of a lease in seconds; `once`: one round of what is due, and no streams."""

    place: Place
    manners: Manners
    given: Given = field(default_factory=Given)
    length: float = 30.0
    once: bool = False


@dataclass(slots=True)
class Pulse:
    """What health and readiness are told by: the last moment (of the steady clock) at which the process looked for work and the store answered."""

    beat: float = field(default_factory=monotonic)
    answered: float | None = None
    walks: int = 0
    streams: int = 0
    stopping: bool = False


class Watch:
    """One process that watches."""

    def __init__(self, stores: Stores, terms: Terms) -> None:
        self._stores, self._terms = stores, terms
        self._me = worker()
        self._held = Held(stores.leases, terms.length)
        self._walks: dict[str, asyncio.Task[None]] = {}
        self._done: set[str] = set()
        self._streams: dict[str, tuple[Follower, asyncio.Task[None]]] = {}
        self._listened = -LISTEN
        self._stop = asyncio.Event()
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["crawlers.warm"])
        self.pulse = Pulse()

    async def run(self) -> None:
        """Watch until SIGTERM or SIGINT, or for one round."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(THREADS))
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        keeping = asyncio.create_task(self._held.keep())
        await asyncio.to_thread(detect, WARM)
        try:
            await self._rounds()
        finally:
            self.stop()
            for follower, _ in self._streams.values():
                follower.stop()
            await asyncio.gather(*self._walks.values(), *(task for _, task in self._streams.values()), return_exceptions=True)
            keeping.cancel()

    def stop(self) -> None:
        """End: walks after the page at hand, with their ledgers saying so."""
        self.pulse.stopping = True
        self._stop.set()

    async def _rounds(self) -> None:
        while not self._stop.is_set():
            self.pulse.beat = monotonic()
            try:
                await self._round()
                if not self._terms.once and monotonic() - self._listened >= LISTEN:
                    self._listened = monotonic()
                    await self._listen()
                self.pulse.answered = monotonic()
            except StoreDown as down:
                log.warning("watch_waits", reason=str(down))
            if self._terms.once and not self._walks:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), TICK)

    async def _round(self) -> None:
        now = datetime.now(UTC)
        for plan in await asyncio.to_thread(plans, self._stores, self._terms.given, now):
            name = watching.name_of(plan.source, plan.firm)
            if plan.is_due(now) and name not in self._walks and len(self._walks) < AT_ONCE and name not in self._done:
                self._walks[name] = asyncio.create_task(self._walk(name, plan))
                self._walks[name].add_done_callback(lambda task, name=name: self._ended(name, task))  # type: ignore[misc]
        self.pulse.walks = len(self._walks)

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        self._walks.pop(name, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("watch_failed", name=name, error=f"{type(error).__name__}: {error}")

    async def _walk(self, name: str, plan: Plan) -> None:
        """Walk one source for one firm, if nobody else does and its hosts are free."""
        running = _Running()
        lease = await asyncio.to_thread(self._held.take, name, self._me, running.end)
        if lease is None:
            return
        try:
            if (walks := await asyncio.to_thread(self._begin, lease, plan)) is not None:
                ended = await self._process(self._walking(lease, walks, plan), running)
                await asyncio.to_thread(self._note_end, lease, walks, ended)
                self._done |= {name} if self._terms.once else set()
        except LeaseLost:
            self._held.forget(lease)
        finally:
            await asyncio.to_thread(self._held.let_go, lease)

    def _begin(self, lease: Lease, plan: Plan) -> Walks | None:
        """Note that the walk begins, if it is still due; None when it is not."""
        now, before = datetime.now(UTC), watching.walks_of(lease)
        again = watching.plan(source(plan.source).site, plan.firm, rhythm=plan.rhythm, lease=replace(lease, owner=None), used=plan.used, now=now)
        if not again.is_due(now):
            return None
        if before.state == "running":
            self._close_left(lease, plan, before, now)
        failures = before.failures + (before.state == "running")
        walks = Walks(since=before.since or iso(now), ran=iso(now), state="running", run=before.run, failures=failures)
        self._held.note(lease, watching.noted(walks))
        return walks

    def _walking(self, lease: Lease, walks: Walks, plan: Plan) -> Walking:
        manners = self._terms.manners if plan.used is None else replace(self._terms.manners, max_pages=plan.used.left)
        watched = moment_of(walks.since) if walks.since else None
        return Walking(source=plan.source, firm=plan.firm, lease=replace(lease, said={}), manners=manners, watched=watched)

    def _close_left(self, lease: Lease, plan: Plan, before: Walks, now: datetime) -> None:
        """Close the run of an owner that died at it, be it on another machine."""
        stores = self._stores.fenced(lease)
        for run in stores.runs.newest(plan.source, 50):
            if run.state == "running" and run.firm == plan.firm and run.started >= (before.ran or iso(now)):
                stores.runs.save(replace(run, state="failed", ended=iso(now), alarms=(*run.alarms, DIED_ALARM)))
                log.warning("run_died", run=run.id, source=run.source)

    async def _process(self, given: Walking, running: _Running) -> Ended:
        """Let a process do the walk; how it ended."""
        ours, theirs = self._processes.Pipe(duplex=False)
        process = self._processes.Process(target=walk, args=(self._terms.place, given, theirs))
        await asyncio.to_thread(process.start)
        theirs.close()
        running.process = process
        stopping = asyncio.create_task(self._stop.wait())
        ending = asyncio.create_task(asyncio.to_thread(process.join))
        try:
            await asyncio.wait([stopping, ending], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            if not ending.done():
                await self._ended_in_time(running, ending)
        return _said(ours)

    async def _ended_in_time(self, running: _Running, ending: asyncio.Task[None]) -> None:
        """Have a walk end: after its page at hand, else at once."""
        running.end()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(ending), PATIENCE)
        if not ending.done() and running.process is not None:
            running.process.kill()
            await ending

    async def _listen(self) -> None:
        """Follow the streams that nobody follows, and leave those that are no longer to be followed, or not for the same firms."""
        wanted = await asyncio.to_thread(listens, self._stores, self._terms.given, datetime.now(UTC))
        for name, (follower, _) in self._streams.items():
            listen = wanted[name][1] if name in wanted else None
            if listen is None or (listen.url, listen.firms) != (follower.listen.url, follower.listen.firms):
                follower.stop()
        for name, (one, listen) in wanted.items():
            if name not in self._streams:
                await self._follow(name, one, listen)
        self.pulse.streams = len(self._streams)

    async def _follow(self, name: str, one: Source, listen: Listen) -> None:
        """Follow a stream in a task of its own, if nobody else does."""
        lease = await asyncio.to_thread(self._held.take, name, self._me, lambda: self._streams[name][0].stop() if name in self._streams else None)
        if lease is None:
            return
        manners, running = self._terms.manners, _Running()

        async def fill(position: int | None) -> bool:
            asked = Walking(source=one.site.key, firm="", lease=replace(lease, said={}), manners=manners, cursor=str(position) if position else None)
            ended = [await self._process(replace(asked, firm=firm), running) for firm in listen.firms]
            return all(one.state == "done" for one in ended)

        follower = Follower(
            self._stores.fenced(lease), one, listen, dict(lease.said), note=partial(self._held.note, lease), fill=fill,
            agent=user_agent(manners.contact) if manners.contact else None,
        )  # fmt: skip
        task = asyncio.create_task(follower.run())
        task.add_done_callback(lambda task: self._left(name, lease, task))
        self._streams[name] = (follower, task)

    def _left(self, name: str, lease: Lease, task: asyncio.Task[None]) -> None:
        """A stream is followed no longer: let go of it, so that it is taken up again if it should be."""
        self._streams.pop(name, None)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, LeaseLost):
            self._held.forget(lease)
            return
        if error is not None:
            log.error("watch_failed", name=name, error=f"{type(error).__name__}: {error}")
        self._held.let_go(lease)

    def _note_end(self, lease: Lease, walks: Walks, ended: Ended) -> None:
        failures = walks.failures + 1 if ended.state == "failed" else 0
        self._held.note(lease, watching.noted(replace(walks, state=ended.state, run=ended.run, failures=failures, reason=ended.reason)))
        log.info("watch_walked", name=lease.name, state=ended.state, run=ended.run)


@dataclass(slots=True)
class _Running:
    """The process of a walk, so that it can be told to end."""

    process: ForkServerProcess | None = None

    def end(self) -> None:
        if self.process is not None and self.process.is_alive():
            self.process.terminate()


def _said(line: multiprocessing.connection.Connection) -> Ended:
    """What a process said that has ended."""
    with line:
        try:
            said = line.recv() if line.poll() else DIED
        except EOFError:
            said = DIED
    return said if isinstance(said, Ended) else DIED
