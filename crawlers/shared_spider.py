"""The spider of a walk that several processes share: what it would ask next goes into the common list, and it asks what it takes from there.

A page counts as done once it is stored and what follows from it is in the list. The walk is whole only for all processes
together, so the marks of its end are made once, from what all of them saw.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from crawlers.closing import Shown, weigh
from crawlers.shared_walk import Share, SharedWalk, Sum, Wanted
from crawlers.spider import Job, WalkSpider
from plaint.desk.sweeps import Reach

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawlers.page import RawPost
    from crawlers.reading import Reading
    from crawlers.slips import Done, TakeIn
    from plaint.model import Capture

IN_HAND = 8
"""Requests that one process has in hand at most, so that the others have some too."""

LOOK = 0.2
"""Seconds after which one looks again whether there is something to take."""


class SharedSpider(WalkSpider):
    """Walks one source for one firm together with others."""

    def __init__(self, job: Job, walk: SharedWalk, **kwargs: Any) -> None:
        super().__init__(job, **kwargs)
        self._walk, self._share = walk, Share()
        self._tasks: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._is_lost = False
        """Whether the common list could not be reached, so that nothing can be said of the walk."""

    async def start(self) -> AsyncIterator[Any]:
        """What is taken from the common list, until the walk is over. Whoever comes first puts the beginning there."""
        try:
            await self._walk.join()
            beginning = [_wanted(request) async for request in super().start()]
            if not await self._walk.is_begun():
                await self._walk.want(beginning)
            self._later(self._keep())
            while not await self._walk.is_over():
                wanted = await self._walk.take() if len(self._walk.in_hand) < IN_HAND else None
                if wanted is None:
                    self._woken.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._woken.wait(), LOOK)
                    continue
                request = self._made(wanted.follow, depth=wanted.depth, listing=wanted.listing)
                request.meta["wanted"] = wanted.name
                yield request
        except RedisError as error:
            self._lose(error)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._walk.lease / 3)
            await self._walk.keep()

    async def read(self, response: Response) -> AsyncIterator[Request]:
        """Read one answer, put what follows from it into the list, and then strike it off there."""
        name, onward = response.meta["wanted"], []
        async for request in super().read(response):
            wanted = _wanted(request)
            if wanted.name == name:  # the same page again, because its evidence is lost: it stays in hand
                request.meta["wanted"] = name
                yield request
                return
            onward.append(wanted)
        await self._finish(name, onward)

    async def _finish(self, name: str, onward: list[Wanted]) -> None:
        await self.job.outbox.settled()
        share, self._share = self._share, Share()
        if self._is_cut:
            share.troubles.add("cut")
        if not self._is_whole:
            share.troubles.add("part")
        if self.ledger.run.errors:
            share.troubles.add("error")
        try:
            if onward:
                await self._walk.want(onward)
            await self._walk.done(name, share)
        except RedisError as error:
            self._lose(error)
        self._woken.set()

    def _slip(self, response: Response, reading: Reading, earlier: Capture | None, posts: tuple[RawPost, ...]) -> TakeIn:
        rejected = {one.ref for one in reading.rejected if one.ref is not None}
        self._share.items |= rejected | {post.ref for post in posts if post.within is None}
        self._share.seen |= rejected | {post.ref for post in posts}
        if reading.announced is not None:
            self._share.said[response.meta["listing"]] = reading.announced
        return super()._slip(response, reading, earlier, posts)

    def _stored(self, done: Done) -> None:
        super()._stored(done)
        if done.tally is not None:
            self._share.seen |= done.tally.refs
            self._share.words |= done.tally.words
            self._share.nameless += done.tally.nameless

    def failed(self, failure: Failure) -> None:
        """A request without an answer; the others get it back where this process is only told to stop."""
        super().failed(failure)
        if not self.pace.stopped:
            self._later(self._finish(failure.request.meta["wanted"], []))  # type: ignore[attr-defined] # Scrapy ties it on

    def surprised(self, failure: Failure, response: Response, spider: Spider) -> None:
        """An error of ours: the page is struck off all the same, or it would be the error of each process in turn."""
        super().surprised(failure, response, spider)
        self._later(self._finish(response.meta["wanted"], []))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _lose(self, error: RedisError) -> None:
        self._is_cut = self._is_lost = True
        self.ledger.error("shared list lost", type(error).__name__)

    async def closed(self, reason: str) -> None:
        """Close our ledger; the one that finds the walk over also weighs what all of them saw."""
        for task in tuple(self._tasks):
            task.cancel()
        await self._leave()
        is_stopped = reason == "shutdown" or self.pace.stopped
        try:
            if is_stopped or self._is_lost:
                await self._walk.give_back()
            else:
                await self._end()
        except RedisError as error:
            self._lose(error)
        finally:
            with suppress(RedisError):
                await self._walk.leave()
        self.ledger.close("stopped" if is_stopped else "failed" if self._is_cut else "done", datetime.now(UTC))

    async def _end(self) -> None:
        is_ours, all_saw = await self._walk.close(), await self._walk.sum()
        self.ledger.compare()
        if "cut" in all_saw.troubles and not self._is_cut:
            self._is_cut = True
            self.ledger.alarm("trouble in another share", "another process that shares this walk names it in its ledger")
        self._is_whole = self._is_whole and not all_saw.troubles & {"cut", "part"}
        if self._is_whole:
            self.ledger.reaches(Reach.FULL)
        if not is_ours or all_saw.items != self.ledger.items:
            self.ledger.withdraw()
        if is_ours and self._is_whole:
            weigh(self.stores, self.site, self.ledger, self.job.ask.firm.key, _shown(all_saw))


def _wanted(request: Request) -> Wanted:
    return Wanted(follow=request.meta["follow"], depth=request.meta["depth_of_walk"], listing=request.meta["listing"])


def _shown(all_saw: Sum) -> Shown:
    return Shown(
        announced=all_saw.announced, items=all_saw.items, seen=all_saw.seen, new_words=all_saw.words,
        is_clean="error" not in all_saw.troubles and not all_saw.nameless,
    )  # fmt: skip
