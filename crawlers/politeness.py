"""How a crawl behaves towards a site: robots.txt, one request at a time with a pause, waiting when told to, giving up in time.

Scrapy asks robots.txt but does not keep its Crawl-delay, and retries without reading Retry-After; both are done here.
Nothing is disguised: the User-Agent says who asks and how to reach them.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import urlsplit

import structlog
from protego import Protego
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http.request import NO_CALLBACK

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from plaint.model import Site
    from plaint.ports import Stores

log = structlog.get_logger()

AGENT = "Plaint"
"""The name by which robots.txt can speak to this crawler."""

LONGEST_WAIT = 600.0
"""Seconds that a crawl waits when a site asks it to; for longer ones it ends and says so."""

BUSY = frozenset({429, 503})
FAILING = frozenset({408, 500, 502, 504, 520, 521, 522, 523, 524})

LOST = (CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError, DownloadTimeoutError, ResponseDataLossError, OSError)
"""What a request raises that got no whole answer; another try may help."""

ROBOTS_LIMIT = 512 * 1024
"""Bytes of robots.txt that are read (RFC 9309 2.5 asks for at least 500 KiB)."""


class TurnedAway(IgnoreRequest):
    """A request that is not made, or not made again; `alarm` is its name in the ledger."""

    def __init__(self, alarm: str, reason: str) -> None:
        super().__init__(reason)
        self.alarm, self.reason = alarm, reason


class Walker(Protocol):
    """What the middlewares know of the spider that they serve."""

    site: Site
    stores: Stores
    pace: Pace
    wanted_delay: float | None

    def is_at_home(self, url: str) -> bool:
        """Whether an address belongs to the site that is walked."""


def walker(crawler: Crawler) -> Walker:
    """The spider of a crawler at work."""
    return cast("Walker", crawler.spider)


def user_agent(contact: str | None) -> str:
    """The User-Agent header: name, version and how to reach whoever crawls."""
    return f"{AGENT}/{version('plaint')}" + (f" (+{contact})" if contact else "")


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def own_delay(url: str, site_delay: float, wanted: float | None) -> float:
    """Seconds between requests before robots.txt is asked: the site file's, or more where the settings say so.

    This machine has no site to spare, so there only the settings count.
    """
    return max(0.0 if is_loopback(url) else site_delay, wanted or 0.0)


def asked_to_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that an answer asks to wait: `Retry-After`, else the reset of a quota that is used up. None: nothing said.

    `headers` has lower-case names. Forms: `120`, `Fri, 31 Dec 2027 23:59:59 GMT`, epoch seconds in reset headers.
    """
    if (said := headers.get("retry-after", "").strip()) and (wait := _seconds(said, now)) is not None:
        return wait
    for prefix in ("x-ratelimit-", "x-rate-limit-", "ratelimit-"):
        if headers.get(f"{prefix}remaining", "").strip() == "0":
            return _seconds(headers.get(f"{prefix}reset", "").strip(), now)
    return None


def _seconds(said: str, now: datetime) -> float | None:
    try:
        number = float(said)
    except ValueError:
        try:
            moment = parsedate_to_datetime(said)
        except ValueError:
            return None
        return max(0.0, ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds())
    if not number >= 0:  # NaN too
        return None
    return max(0.0, number - now.timestamp()) if number > 1_000_000_000 else number


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt says to us; `decision` is how the evidence words it."""

    decision: str
    parser: Any = None
    allows_all: bool = True

    def allows(self, url: str) -> bool:
        """Whether we may ask for `url`."""
        return self.allows_all if self.parser is None else bool(self.parser.can_fetch(url, AGENT))

    @property
    def delay(self) -> float:
        """Seconds between requests that it asks for; 0 when it does not say."""
        if self.parser is None:
            return 0.0
        rate = self.parser.request_rate(AGENT)
        per_request = rate.seconds / rate.requests if rate and rate.requests else 0.0
        return max(float(self.parser.crawl_delay(AGENT) or 0.0), per_request)


def rules_of(status: int, body: bytes) -> Rules:
    """The rules in an answer for robots.txt: a site without one allows all, one that fails allows nothing (RFC 9309 2.3.1)."""
    if 200 <= status < 300:
        return Rules("allowed by robots.txt", Protego.parse(body[:ROBOTS_LIMIT].decode("utf-8-sig", errors="ignore")))
    if 400 <= status < 500 and status not in BUSY:
        return Rules("allowed: the site has no robots.txt")
    return Rules(f"refused: robots.txt answered {status}", allows_all=False)


@dataclass(slots=True)
class Pace:
    """When each host may be asked next, and by which rules; shared by all walks of a process.

    Times are seconds of one steady clock; `robots` are the rules by origin, once they are read.
    """

    delays: dict[str, float] = field(default_factory=dict)
    free: dict[str, float] = field(default_factory=dict)
    robots: dict[str, asyncio.Future[Rules]] = field(default_factory=dict)
    stopped: bool = False
    _bell: asyncio.Event = field(default_factory=asyncio.Event)

    def slow(self, host: str, delay: float) -> None:
        """Leave at least `delay` seconds between two requests to `host`; never shortens an earlier word."""
        self.delays[host] = max(delay, self.delays.get(host, 0.0))

    def hold(self, host: str, now: float, wait: float) -> None:
        """Ask `host` nothing for `wait` seconds."""
        self.free[host] = max(self.free.get(host, now), now + wait)

    def wait(self, host: str, now: float) -> float:
        """Seconds until `host` may be asked; 0 when it is our turn."""
        return max(0.0, self.free.get(host, now) - now)

    def take(self, host: str, now: float) -> None:
        """Count a request to `host` that is made now."""
        self.free[host] = now + self.delays.get(host, 0.0)

    async def turn(self, host: str) -> None:
        """Wait for our turn at `host`; raises TurnedAway when the crawl is told to stop meanwhile."""
        while not self.stopped and (wait := self.wait(host, monotonic())) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), wait)
        if self.stopped:
            raise TurnedAway("stopped", "the crawl was told to stop")
        self.take(host, monotonic())

    def stop(self) -> None:
        """Let nobody wait any longer: the crawl ends."""
        self.stopped = True
        self._bell.set()


class Fence:
    """Downloader middleware: no redirect leads the crawl to another site, or to an address inside somebody's network."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Fence:
        """As Scrapy makes it."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Turn away what is not at the site."""
        if not walker(self._crawler).is_at_home(request.url):
            raise TurnedAway("link leads elsewhere", f"not followed: {urlsplit(request.url).netloc}")


class Robots:
    """Downloader middleware: asks each host's robots.txt once, keeps to it, and takes its Crawl-delay over."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Robots:
        """As Scrapy makes it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Turn away what robots.txt refuses; note the decision for the evidence."""
        if request.meta.get("is_robots"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        rules = await self._rules(origin)
        if not rules.allows(request.url):
            reason = rules.decision if rules.parser is None else "robots.txt refuses this address"
            raise TurnedAway("refused by robots.txt", f"{origin}: {reason}")
        request.meta["robots"] = rules.decision
        walker(self._crawler).pace.slow(parts.netloc, rules.delay)

    async def _rules(self, origin: str) -> Rules:
        """The rules of a host; whoever comes while they are asked for waits for the same answer."""
        known = walker(self._crawler).pace.robots
        if origin in known:
            return await asyncio.shield(known[origin])
        known[origin] = asyncio.get_running_loop().create_future()
        rules = Rules("refused: robots.txt was not read", allows_all=False)
        try:
            rules = await self._ask(origin)
        finally:
            known[origin].set_result(rules)
        return rules

    async def _ask(self, origin: str) -> Rules:
        request = Request(f"{origin}/robots.txt", meta={"is_robots": True}, callback=NO_CALLBACK, dont_filter=True, priority=1000)
        try:
            answer = await self._crawler.engine.download_async(request)
        except TurnedAway as away:
            return Rules(f"refused: robots.txt could not be read ({away.alarm})", allows_all=False)
        except (IgnoreRequest, *LOST, DownloadCancelledError, UnsupportedURLSchemeError) as error:
            return Rules(f"refused: robots.txt could not be read ({type(error).__name__})", allows_all=False)
        rules = rules_of(answer.status, answer.body)
        log.info("robots_read", origin=origin, status=answer.status, delay=rules.delay)
        return rules


class Pacing:
    """Downloader middleware just before the network: waits for the host's next free moment, and hears what answers ask."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Pacing:
        """As Scrapy makes it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Wait for our turn."""
        host = urlsplit(request.url).netloc
        spider = walker(self._crawler)
        spider.pace.slow(host, own_delay(request.url, spider.site.delay, spider.wanted_delay))
        await spider.pace.turn(host)

    def process_response(self, request: Request, response: Response) -> Response:
        """Hold the host when a quota is used up, so that the limit is never run into."""
        wait = asked_to_wait(plain_headers(response), datetime.now(UTC))
        if wait is not None and wait <= LONGEST_WAIT:
            host = urlsplit(request.url).netloc
            walker(self._crawler).pace.hold(host, monotonic(), wait)
            log.info("asked_to_wait", host=host, status=response.status, seconds=round(wait, 1))
        return response


class Patience:
    """Downloader middleware: tries a busy or failing site again a bounded number of times, never sooner than it asked."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._tries = crawler.settings.getint("RETRY_TIMES")
        self._pause = crawler.settings.getfloat("PLAINT_PAUSE")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Patience:
        """As Scrapy makes it."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Another try, or the answer as it is."""
        if response.status not in BUSY | FAILING:
            return response
        wait = asked_to_wait(plain_headers(response), datetime.now(UTC))
        if wait is not None and wait > LONGEST_WAIT:
            raise TurnedAway("told to wait", f"status {response.status}: the site asks to wait {wait:.0f} seconds; crawl again after that")
        return self._again(request, wait) or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Another try after a connection that failed."""
        return self._again(request, None) if isinstance(exception, LOST) else None

    def _again(self, request: Request, wait: float | None) -> Request | None:
        tried = request.meta.get("tried", 0) + 1
        if tried > self._tries:
            return None
        host = urlsplit(request.url).netloc
        walker(self._crawler).pace.hold(host, monotonic(), self._pause * 2 ** (tried - 1) if wait is None else wait)
        log.info("tried_again", host=host, tried=tried)
        again = request.copy()
        again.meta["tried"] = tried
        again.dont_filter = True
        return again


def plain_headers(response: Response) -> dict[str, str]:
    """The headers of an answer, names in lower case, the last of equal ones."""
    return {name.decode("latin-1").lower(): many[-1].decode("latin-1") for name, many in response.headers.items() if many}
