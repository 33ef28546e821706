"""One Scrapy spider that runs any source file: its `start`, its pages, its `parse`, and the end of its walk.

What a page says goes through `plaint.desk.intake`; what goes wrong gets a name in the ledger. The walk ends where the
source ends it, where a page adds nothing, or at a limit, and says which of these it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.exceptions import CloseSpider, DownloadCancelledError, IgnoreRequest, UnsupportedURLSchemeError

from crawlers.captured import page_of
from crawlers.ledger import Ledger
from crawlers.page import Ask, Broken, Follow, Page, RawPost, Rejection
from crawlers.politeness import BUSY, LOST, Pace, TurnedAway
from crawlers.reading import Reading, is_cut, read, refuse_wall
from crawlers.registry import Source
from crawlers.secrecy import MissingSecret
from plaint.desk import intake
from plaint.model import Capture, Post, iso
from plaint.posts.filling import words_key

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from plaint.ports import Fetched, Stores
    from plaint.posts.brands import Names

MAX_PAGES = 5_000
"""Pages that one walk may ask for; a list that is longer is narrowed with `--since`."""

MOST_VANISHED = 0.5
"""Share of the posts held that may vanish in one walk of a source that announces no number; more is a changed layout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One walk: a source for one firm, where it writes, and its limits."""

    source: Source
    ask: Ask
    stores: Stores
    names: Names
    ledger: Ledger
    pace: Pace
    delay: float | None = None
    max_pages: int = MAX_PAGES


class WalkSpider(Spider):
    """Walks one source for one firm."""

    name = "plaint"

    def __init__(self, job: Job, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job, self.ledger, self.stores = job, job.ledger, job.stores
        self.site = job.source.site
        self.pace, self.wanted_delay = job.pace, job.delay
        self._asked: set[tuple[str, str, str | None]] = set()
        self._hosts: set[tuple[str, int]] = {_host(job.ask.home)}
        self._is_cut = False
        """Whether trouble ended the list before its end."""
        self._is_whole = job.ask.limit is None and job.ask.since is None
        """Whether everything that the source has was asked for and read."""

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
                self._hosts.add(_host(said.url))
                request = self._request(said, depth=0, listing=listing)
                if request is not None:
                    yield request

    def read(self, response: Response) -> Iterator[Request]:
        """Read one answer: store what it says, and ask for what comes after it."""
        fetched: Fetched = response.meta["fetched"]
        self.ledger.page(len(fetched.body))
        try:
            yield from self._read(response, fetched)
        except Broken as broken:
            self._broke(response, broken)
        finally:
            self.ledger.save()

    def _read(self, response: Response, fetched: Fetched) -> Iterator[Request]:
        if response.status == 304:
            again = self._unchanged(response)
            if isinstance(again, Request):
                yield again
                return
            fetched, capture = again
        elif response.status >= 400:
            self._refused(response, fetched)
            return
        else:
            capture = response.meta["capture"]
        capture = replace(capture, parser=f"{self.site.key}@{self.site.version}")
        page = page_of(fetched, response.meta["follow"].meta)
        reading = read(self.job.source, page)
        tally = self._take_in(reading, capture, response.meta["listing"])
        self._note(response, capture, reading)
        yield from self._go_on(response, page, reading, tally)

    def _take_in(self, reading: Reading, capture: Capture, listing: int) -> intake.Tally:
        if reading.announced is not None:
            self.ledger.announce(reading.announced, listing)
        before = len(self.ledger.seen)
        tally = intake.receive(
            self.stores,
            site=self.site,
            capture=capture,
            said=[*self._within_limit(reading.posts), *reading.rejected],
            run=self.ledger.run.id,
            asked=self.job.ask.firm,
            names=self.job.names,
            now=datetime.now(UTC),
            seen=self.ledger.seen,
            since=self.job.ask.since,
        )
        self.ledger.add(tally)
        return replace(tally, refs=frozenset() if len(self.ledger.seen) == before else tally.refs)

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

    def _go_on(self, response: Response, page: Page, reading: Reading, tally: intake.Tally) -> Iterator[Request]:
        """The requests that follow from a page; the list goes on only from a page that added something."""
        depth, listing = response.meta["depth_of_walk"], response.meta["listing"]
        limit = self.job.ask.limit
        if limit is not None and self.ledger.items >= limit:
            raise CloseSpider("limit")
        onward = [follow for follow in reading.follow if follow.next]
        details = [follow for follow in reading.follow if not follow.next and _key(follow) not in self._asked]
        if tally.broken or (not onward and is_cut(page)):
            self._is_cut = self._is_cut or not onward
            self.ledger.error("half page", "the page ends before it is complete", page.url)
        for follow in details:
            yield from self._asked_for(follow, depth + 1, listing)
        if onward and self._ends_here(page, reading, tally, onward, details, depth):
            return
        for follow in onward:
            yield from self._asked_for(follow, depth + 1, listing)

    def _ends_here(
        self, page: Page, reading: Reading, tally: intake.Tally, onward: Sequence[Follow], details: Sequence[Follow], depth: int
    ) -> bool:  # fmt: skip
        """Whether the list ends though the page names a next one; with the alarm that is due."""
        if self.site.newest_first and tally.older and not tally.items and not details:
            return True
        adds = bool(tally.refs) or tally.older > 0 or bool(details) or (depth == 0 and not reading.posts)
        if adds and not all(_key(follow) in self._asked for follow in onward):
            return False
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
        key = _key(follow)
        if not fresh:
            if key in self._asked:
                return None
            if not self._leads_on(follow) or not self._has_room(follow):
                return None
            self._asked.add(key)
        is_plain = follow.method == "GET" and follow.body is None
        noted = dict(self.stores.runs.seen_page(_page_key(follow))) if is_plain and not fresh else {}
        return Request(
            follow.url,
            method=follow.method,
            body=follow.body or b"",
            headers={**follow.headers, **_conditions(noted)},
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
        return urlsplit(url).scheme in {"http", "https"} and any(_is_same_site(_host(url), ours) for ours in self._hosts)

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

    def _note(self, response: Response, capture: Capture, reading: Reading) -> None:
        """Remember the validators of a page that was read whole, after it was stored."""
        headers = response.headers
        etag, modified = ((headers.get(name) or b"").decode("latin-1") for name in ("ETag", "Last-Modified"))
        is_whole = not any(rejection.field == intake.PAGE for rejection in reading.rejected)
        if response.status != 304 and (etag or modified) and is_whole and not response.meta.get("redirect_urls") and capture.warc:
            noted = {"etag": etag, "last_modified": modified, "sha256": capture.sha256, "at": capture.at, "warc": capture.warc}
            self.stores.runs.note_page(_page_key(response.meta["follow"]), {name: value for name, value in noted.items() if value})

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

    def _broke(self, response: Response, broken: Broken) -> None:
        """A page that could not be read: kept in the quarantine, so that it can be read again when the source file is mended."""
        self._lost(response.meta)
        self.ledger.error(broken.alarm, str(broken), response.url)
        rejection = Rejection(reason=str(broken), field=intake.PAGE, seen=broken.alarm)
        capture: Capture = response.meta["capture"]
        intake.set_aside(self.stores, source=self.site.key, capture=capture, rejection=rejection, run=self.ledger.run.id, now=datetime.now(UTC))

    def failed(self, failure: Failure) -> None:
        """A request without an answer."""
        request: Request = failure.request  # type: ignore[attr-defined] # Scrapy ties it on
        alarm, reason = _named(failure.value)
        self._lost(request.meta)
        if not self.pace.stopped:
            self.ledger.error(alarm, reason, request.url)
            self.ledger.save()

    def _lost(self, meta: Any) -> None:
        self._is_whole = False
        if meta["follow"].next or meta["depth_of_walk"] == 0:
            self._is_cut = True

    def surprised(self, failure: Failure, response: Response, spider: Spider) -> None:  # noqa: ARG002 - names that Scrapy gives
        """An error of ours while reading a page."""
        self._is_cut = True
        self.ledger.error("internal error", f"{type(failure.value).__name__}: {failure.value}", response.url)

    def closed(self, reason: str) -> None:
        """Close the ledger: with what vanished where everything was read, with alarms where the numbers do not fit."""
        if reason == "shutdown" or self.pace.stopped:
            self.ledger.close("stopped", datetime.now(UTC))
            return
        self.ledger.compare()
        is_whole = self._is_whole and not self._is_cut and reason == "finished"
        if is_whole:
            self._weigh()
            if self.site.whole and not self.ledger.run.errors and not self.ledger.nameless and self._agrees():
                self._mark_vanished()
        self.ledger.close("failed" if self._is_cut else "done", datetime.now(UTC))

    def _agrees(self) -> bool:
        announced, items = self.ledger.run.announced, self.ledger.items
        return announced == items if announced is not None else items > 0

    def _weigh(self) -> None:
        """Alarms of a full walk whose number is not what was announced or is usual."""
        announced, items = self.ledger.run.announced, self.ledger.items
        least, most = self.site.expect or (0, None)
        if announced is not None and items < announced:
            self.ledger.alarm("fewer than announced", f"{items} of {announced}")
        if items == 0 and (least or announced or self._held_some()):
            self.ledger.alarm("no posts", "a full walk without a post")
        elif items < least:
            self.ledger.alarm("fewer than expected", f"{items}, usually at least {least}")
        elif most is not None and items > most:
            self.ledger.alarm("more than expected", f"{items}, usually at most {most}")

    def _held_some(self) -> bool:
        return next(iter(self.stores.posts.refs(self.site.key, self.job.ask.firm.key)), None) is not None

    def _mark_vanished(self) -> None:
        """Mark posts of this firm's listing that a full walk no longer showed."""
        firm = self.job.ask.firm.key
        held, gone = 0, []
        for ref in self.stores.posts.refs(self.site.key, firm):
            held += 1
            if ref not in self.ledger.seen:
                gone.append(f"{self.site.key}:{ref}")
        lost = [post for post in self.stores.posts.get(gone) if _is_of_listing(post, firm)]
        if self.ledger.run.announced is None and len(lost) > 10 and len(lost) > held * MOST_VANISHED:
            self.ledger.alarm("too many vanished", f"{len(lost)} of {held} were not shown; none was marked")
            return
        if any(words_key(post) in self.ledger.new_words for post in lost):
            self.ledger.alarm("same words under another id", f"of {len(lost)} that were not shown; none was marked")
            return
        if lost:
            self.ledger.vanished(self.stores.posts.vanish([post.id for post in lost], iso(datetime.now(UTC))))


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


def _key(follow: Follow) -> tuple[str, str, str | None]:
    return follow.method, follow.url, follow.body


def _page_key(follow: Follow) -> str:
    """Under what the validators of a page are kept: its address, and the headers that may change what is there."""
    if not follow.headers:
        return follow.url
    said = "\n".join(f"{name.lower()}: {value}" for name, value in sorted(follow.headers.items()))
    return f"{follow.url}#{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def _conditions(noted: dict[str, str]) -> dict[str, str]:
    if "warc" not in noted:
        return {}
    asked = {"If-None-Match": noted.get("etag"), "If-Modified-Since": noted.get("last_modified")}
    return {name: value for name, value in asked.items() if value}


def _host(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return (parts.hostname or "").lower(), port or {"http": 0, "https": 0}.get(parts.scheme, -1)


def _is_same_site(there: tuple[str, int], ours: tuple[str, int]) -> bool:
    """Whether two hosts belong together: equal, or one below the other by name (`www.`, `api.`); never by number."""
    if there[1] != ours[1]:
        return False
    if there[0] == ours[0]:
        return True
    short, long = sorted((there[0], ours[0]), key=len)
    return short.count(".") >= 1 and long.endswith(f".{short}") and not short.replace(".", "").isdecimal()


def _is_of_listing(post: Post, firm: str) -> bool:
    """Whether a post was found under its firm (and not only names it)."""
    return bool(post.firms) and post.firms[0].key == firm and post.firms[0].how in {"asked", "handle"}
