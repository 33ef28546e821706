"""One Scrapy spider that runs any source file: its `start`, its pages, its `parse`, and the end of its walk.

What a page says is handed to the clerk, which stores it while the next page is under way; what goes wrong gets a name in
the ledger. The walk ends where the source ends it, where a page adds nothing, or at a limit, and says which of these it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.exceptions import CloseSpider, DownloadCancelledError, IgnoreRequest, UnsupportedURLSchemeError

from crawlers.addresses import conditions, host_of, is_same_site, key_of, page_key
from crawlers.captured import page_of
from crawlers.closing import weigh
from crawlers.ledger import Ledger
from crawlers.named_secrets import MissingSecret
from crawlers.pace import Pace, TurnedAway
from crawlers.page import Ask, Broken, Follow, Page, RawPost, Rejection
from crawlers.pictures import take
from crawlers.politeness import BUSY, LOST
from crawlers.reading import Reading, is_cut, read, refuse_wall
from crawlers.registry import Source
from crawlers.slips import Book, Done, SetAside, TakeIn
from plaint.desk import intake
from plaint.desk.sweeps import Reach
from plaint.model import Capture

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawlers.outbox import Outbox
    from crawlers.pictures import Studio
    from plaint.ports import Fetched, Stores
    from plaint.posts.brands import Names

MAX_PAGES = 5_000
"""Pages that one walk may ask for; a list that is longer is narrowed with `--since`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One walk: a source for one firm, where it writes, and its limits."""

    source: Source
    ask: Ask
    stores: Stores
    names: Names
    ledger: Ledger
    pace: Pace
    outbox: Outbox
    round: int
    reach: Reach = Reach.FULL
    delay: float | None = None
    max_pages: int = MAX_PAGES
    studio: Studio | None = None


class WalkSpider(Spider):
    """Walks one source for one firm."""

    name = "plaint"

    def __init__(self, job: Job, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job, self.ledger, self.stores = job, job.ledger, job.stores
        self.site = job.source.site
        self.pace, self.wanted_delay, self.outbox = job.pace, job.delay, job.outbox
        self._asked: set[tuple[str, str, str | None]] = set()
        self._shown: dict[int, set[str]] = {}
        """Refs that pages have shown so far."""
        self._turn = asyncio.Lock()
        self._hosts: set[tuple[str, int]] = {host_of(job.ask.home)}
        self._is_cut = False
        """Whether trouble ended the list before its end."""
        self._is_whole = job.ask.limit is None and job.ask.since is None
        """Whether everything that the source has was asked for and read."""
        self._goes_step_by_step = not self._is_whole or job.reach is Reach.KNOWN
        """Whether a page has to be stored before it is known if the walk goes on from it."""
        job.outbox.listen(job.round, self._stored)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> WalkSpider:
        """As Scrapy makes it; failures inside the walk itself are booked too."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.surprised, signal=signals.spider_error)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The requests with which the source file begins."""
        begin = self.job.source.start
        for listing, said in enumerate(begin(self.job.ask) if begin is not None else ()):
            if isinstance(said, Follow):
                self._hosts.add(host_of(said.url))
                request = self._request(said, depth=0, listing=listing)
                if request is not None:
                    yield request

    async def read(self, response: Response) -> AsyncIterator[Request]:
        """Read one answer: hand over what it says, and ask for what comes after it."""
        fetched: Fetched = response.meta["fetched"]
        self.ledger.page(len(fetched.body))
        try:
            async for request in self._read(response, fetched):
                yield request
        except Broken as broken:
            await self._broke(response, broken)
        await self._book()

    async def _read(self, response: Response, fetched: Fetched) -> AsyncIterator[Request]:
        earlier: Capture | None = None
        if response.status == 304:
            again = self._unchanged(response)
            if isinstance(again, Request):
                yield again
                return
            fetched, earlier = again
        elif response.status >= 400 and not _answers_look_up(response):
            self._refused(response, fetched)
            return
        page = page_of(fetched, response.meta["follow"].meta)
        reading = read(self.job.source, page)
        told = await self._hand_over(response, reading, earlier)
        has_picture = bool(reading.posts) and earlier is None
        if has_picture and self._goes_step_by_step:  # the walk may end with this page, and then it asks the site for nothing more
            await take(self, page, response.meta["kept"])
        for request in await self._go_on(response, page, reading, told):
            yield request
        if has_picture and not self._goes_step_by_step:
            await take(self, page, response.meta["kept"])

    async def _hand_over(self, response: Response, reading: Reading, earlier: Capture | None) -> _Told:
        """Give what a page says to the clerk; where the walk depends on what becomes of it, wait for that."""
        if reading.announced is not None:
            self.ledger.announce(reading.announced, response.meta["listing"])
        if not self._goes_step_by_step:
            await self.job.outbox.hand(self._slip(response, reading, earlier, reading.posts))
            return _Told(adds=self._adds(reading, response))
        async with self._turn:
            posts = tuple(self._within_limit(reading.posts))
            answer = await self.job.outbox.hand(self._slip(response, reading, earlier, posts))
            tally = (await answer).tally or intake.Tally()
            is_known = tally.known > 0 and tally.items == tally.known - tally.gone
            return _Told(adds=self._adds(reading, response), older=tally.older, items=tally.items, is_known=is_known)

    def _slip(self, response: Response, reading: Reading, earlier: Capture | None, posts: tuple[RawPost, ...]) -> TakeIn:
        return TakeIn(
            number=self.job.outbox.number(), round=self.job.round, posts=posts, rejected=reading.rejected, capture=earlier,
            kept=None if earlier is not None else response.meta["kept"], note=_noted(response, reading),
        )  # fmt: skip

    def _adds(self, reading: Reading, response: Response) -> bool:
        """Whether a page shows anything that no page of its list has shown. Others may have: a search and a hashtag overlap."""
        shown = self._shown.setdefault(response.meta["listing"], set()) if response.meta["follow"].next else set()
        before = len(shown)
        shown.update(post.ref for post in reading.posts)
        shown.update(one.ref for one in reading.rejected if one.ref is not None)
        return len(shown) > before

    def _stored(self, done: Done) -> None:
        """Book what became of a page."""
        if done.tally is not None:
            self.ledger.add(done.tally)
        if done.trouble is not None:
            self._is_cut = True
            self.ledger.error("internal error", done.trouble)

    async def _book(self) -> None:
        """Have it written how far the run is."""
        self.ledger.show()
        await self.job.outbox.hand(Book(number=self.job.outbox.number(), run=self.ledger.run))

    def _within_limit(self, posts: Sequence[RawPost]) -> Iterator[RawPost]:
        """The posts of a page up to the limit of the run; what came inside an item goes with it."""
        limit = self.job.ask.limit
        left = None if limit is None else limit - self.ledger.items
        taken: set[str] = set()
        for post in posts:
            if post.within is None and post.ref not in self.ledger.seen and post.ref not in taken:
                if left is not None and len(taken) >= left:
                    return
                taken.add(post.ref)
            yield post

    async def _go_on(self, response: Response, page: Page, reading: Reading, told: _Told) -> list[Request]:
        """The requests that follow from a page; the list goes on only from a page that added something."""
        depth, listing = response.meta["depth_of_walk"], response.meta["listing"]
        limit = self.job.ask.limit
        if limit is not None and self.ledger.items >= limit:
            raise CloseSpider("limit")
        onward = [follow for follow in reading.follow if follow.next]
        details = [follow for follow in reading.follow if not follow.next and key_of(follow) not in self._asked]
        if any(one.field == intake.PAGE for one in reading.rejected) or (not onward and is_cut(page)):
            self._is_cut = self._is_cut or not onward
            self.ledger.error("half page", "the page ends before it is complete", page.url)
        asked = [request for follow in details for request in self._asked_for(follow, depth + 1, listing)]
        if onward and await self._ends_here(page, reading, told, onward, details, depth):
            return asked
        return [*asked, *(request for follow in onward for request in self._asked_for(follow, depth + 1, listing))]

    async def _ends_here(
        self, page: Page, reading: Reading, told: _Told, onward: Sequence[Follow], details: Sequence[Follow], depth: int
    ) -> bool:  # fmt: skip
        """Whether the list ends though the page names a next one; with the alarm that is due."""
        if self.site.newest_first and told.older and not told.items and not details:
            return True
        if self.job.reach is Reach.KNOWN and told.is_known and not details:
            self._is_whole = False
            return True
        adds = told.adds or told.older > 0 or bool(details) or (depth == 0 and not reading.posts)
        if adds and not all(key_of(follow) in self._asked for follow in onward):
            return False
        await self.job.outbox.settled()
        if self.ledger.run.announced != self.ledger.items:
            self._is_cut = True
            self.ledger.error("endless list", "a page that adds nothing new names a next one", page.url)
        return True

    def _asked_for(self, follow: Follow, depth: int, listing: int) -> Iterator[Request]:
        request = self._request(follow, depth=depth, listing=listing)
        if request is not None:
            yield request

    def _request(self, follow: Follow, *, depth: int, listing: int, fresh: bool = False) -> Request | None:
        """The request for `follow`; None, and an alarm where it is due, for one that is not made."""
        key = key_of(follow)
        if not fresh:
            if key in self._asked:
                return None
            if not self._leads_on(follow) or not self._has_room(follow):
                return None
            self._asked.add(key)
        return self._made(follow, depth=depth, listing=listing, fresh=fresh)

    def _made(self, follow: Follow, *, depth: int, listing: int, fresh: bool = False) -> Request:
        """The request as Scrapy makes it; `fresh` without the conditions under which a site may say that nothing has changed."""
        is_plain = follow.method == "GET" and follow.body is None
        noted = dict(self.stores.runs.seen_page(page_key(follow))) if is_plain and not fresh else {}
        return Request(
            follow.url,
            method=follow.method,
            body=follow.body or b"",
            headers={**follow.headers, **conditions(noted)},
            callback=self.read,
            errback=self.failed,
            dont_filter=True,
            priority=0 if follow.next else 1,
            meta={
                "follow": follow,
                "depth_of_walk": depth,
                "listing": listing,
                "noted": noted,
                "secrets": dict(follow.secrets),
                "secrets_for": urlsplit(follow.url).netloc,
            },
        )

    def is_at_home(self, url: str) -> bool:
        """Whether an address is at the site: its home, a host that `start` named, or one below or above those."""
        return urlsplit(url).scheme in {"http", "https"} and any(is_same_site(host_of(url), ours) for ours in self._hosts)

    def _leads_on(self, follow: Follow) -> bool:
        """Whether a link stays at the site; an alarm where it does not."""
        if self.is_at_home(follow.url):
            return True
        self._is_whole = False
        self.ledger.error("link leads elsewhere", f"not followed: {urlsplit(follow.url).netloc or follow.url[:80]}", follow.url)
        return False

    def _has_room(self, follow: Follow) -> bool:
        if len(self._asked) < self.job.max_pages:
            return True
        self._is_cut = True
        self.ledger.error("too many pages", f"more than {self.job.max_pages} pages", follow.url)
        return False

    def _unchanged(self, response: Response) -> Request | tuple[Fetched, Capture]:
        """What an unchanged page said when it was last read, from the evidence; a request without conditions where that is lost."""
        noted = response.meta["noted"]
        try:
            earlier = self.stores.evidence.fetch(noted["warc"])
        except LookupError:
            meta = response.meta
            again = self._request(meta["follow"], depth=meta["depth_of_walk"], listing=meta["listing"], fresh=True)
            if again is None:
                raise Broken("an unchanged page whose evidence is lost", "error answer") from None
            return again
        return earlier, Capture(url=earlier.url, at=earlier.at, sha256=noted["sha256"], warc=noted["warc"], robots=earlier.robots)

    def _refused(self, response: Response, fetched: Fetched) -> None:
        """An answer that is an error: the end of the list, a wall, or trouble, each under its name."""
        depth = response.meta["depth_of_walk"]
        if response.status in {404, 410} and depth > 0:
            self._is_whole = self._is_whole and self.ledger.run.announced == self.ledger.items and response.meta["follow"].next
            return
        if response.status in {404, 410}:
            raise Broken(f"status {response.status}: the site knows no such page", "not found")
        if response.status in BUSY:
            raise Broken(f"status {response.status}: still busy after several tries", "told to wait")
        if response.status == 401:
            raise Broken("status 401: the site wants a sign-in or a key", "login wall")
        refuse_wall(page_of(fetched))
        raise Broken(f"status {response.status}", "error answer")

    async def _broke(self, response: Response, broken: Broken) -> None:
        """A page that could not be read: kept in the quarantine, so that it can be read again when the source file is mended."""
        self._lost(response.meta)
        self.ledger.error(broken.alarm, str(broken), response.url)
        rejection = Rejection(reason=str(broken), field=intake.PAGE, seen=broken.alarm)
        await self.job.outbox.hand(SetAside(number=self.job.outbox.number(), round=self.job.round, kept=response.meta["kept"], rejection=rejection))

    def failed(self, failure: Failure) -> None:
        """A request without an answer."""
        request: Request = failure.request  # type: ignore[attr-defined] # Scrapy ties it on
        alarm, reason = _named(failure.value)
        self._lost(request.meta)
        if not self.pace.stopped:
            self.ledger.error(alarm, reason, request.url)

    def _lost(self, meta: Any) -> None:
        self._is_whole = False
        if meta["follow"].next or meta["depth_of_walk"] == 0:
            self._is_cut = True

    def surprised(self, failure: Failure, response: Response, spider: Spider) -> None:  # noqa: ARG002 - names that Scrapy gives
        """An error of ours while reading a page."""
        self._is_cut = True
        self.ledger.error("internal error", f"{type(failure.value).__name__}: {failure.value}", response.url)

    async def closed(self, reason: str) -> None:
        """Close the ledger: with what vanished where everything was read, with alarms where the numbers do not fit."""
        await self._leave()
        if reason == "shutdown" or self.pace.stopped:
            self.ledger.close("stopped", datetime.now(UTC))
            return
        self.ledger.compare()
        if self._is_whole:
            self.ledger.reaches(Reach.FULL)
        if self._is_whole and not self._is_cut and reason == "finished":
            weigh(self.stores, self.site, self.ledger, self.job.ask.firm.key)
        self.ledger.close("failed" if self._is_cut else "done", datetime.now(UTC))

    async def _leave(self) -> None:
        """Wait until all of it is stored, and let go of the clerk and the studio."""
        await self._book()
        await self.job.outbox.settled()
        await self.job.outbox.leave(self.job.round)
        if self.job.studio is not None:
            await self.job.studio.leave()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What the walk has to know of a page: whether it adds anything, how many posts are too old, its items, whether all are known."""

    adds: bool
    older: int = 0
    items: int = 0
    is_known: bool = False


def _answers_look_up(response: Response) -> bool:
    """Whether an error is the answer to a look-up of held posts, which its source file reads: it may say that they are no longer there."""
    return response.status in {400, 404, 410} and "asked" in response.meta["follow"].meta


def _named(error: BaseException | None) -> tuple[str, str]:
    """The alarm and the reason of a request that got no answer."""
    match error:
        case TurnedAway():
            return error.alarm, error.reason
        case DownloadCancelledError():
            return "response too large", "an answer above the size limit"
        case MissingSecret():
            return "secret missing", str(error)
        case IgnoreRequest() | UnsupportedURLSchemeError():
            return "error answer", str(error)
        case _ if isinstance(error, LOST):
            return "no answer", type(error).__name__
        case _:
            return "internal error", f"{type(error).__name__}: {error}"


def _noted(response: Response, reading: Reading) -> tuple[str, dict[str, str]] | None:
    """The validators of a page that was read whole, under its name; None where there are none, or where they are not its own."""
    headers = response.headers
    found = {name: (headers.get(header) or b"").decode("latin-1") for name, header in (("etag", "ETag"), ("last_modified", "Last-Modified"))}
    is_whole = not any(rejection.field == intake.PAGE for rejection in reading.rejected)
    if response.status == 304 or not any(found.values()) or not is_whole or response.meta.get("redirect_urls"):
        return None
    return page_key(response.meta["follow"]), {name: value for name, value in found.items() if value}
