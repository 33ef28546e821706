"""How a crawl behaves towards a site: no way out of it, a pause between requests, waiting when told to, giving up in time.

Scrapy retries without reading Retry-After, and its AutoThrottle knows one process only; both are done here and in `pace`.
Nothing is disguised: the User-Agent says who asks and how to reach them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urlsplit

import structlog
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

from crawlers.pace import Pace, TurnedAway

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawlers.outbox import Outbox
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


class Walker(Protocol):
    """What the middlewares know of the spider that they serve."""

    site: Site
    stores: Stores
    pace: Pace
    outbox: Outbox
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

    async def process_response(self, request: Request, response: Response) -> Response:
        """Go slower where answers come slowly; hold the host when a quota is used up, so that the limit is never run into."""
        host, pace = urlsplit(request.url).netloc, walker(self._crawler).pace
        pace.throttle(host, request.meta.get("download_latency", 0.0), is_well=response.status < 400)
        wait = asked_to_wait(plain_headers(response), datetime.now(UTC))
        if wait is not None and wait <= LONGEST_WAIT:
            await pace.hold_for_all(host, wait)
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

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Another try, or the answer as it is."""
        if response.status not in BUSY | FAILING:
            return response
        wait = asked_to_wait(plain_headers(response), datetime.now(UTC))
        if wait is not None and wait > LONGEST_WAIT:
            raise TurnedAway("told to wait", f"status {response.status}: the site asks to wait {wait:.0f} seconds; crawl again after that")
        return await self._again(request, wait) or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Another try after a connection that failed."""
        return await self._again(request, None) if isinstance(exception, LOST) else None

    async def _again(self, request: Request, wait: float | None) -> Request | None:
        tried = request.meta.get("tried", 0) + 1
        if tried > self._tries:
            return None
        host = urlsplit(request.url).netloc
        await walker(self._crawler).pace.hold_for_all(host, self._pause * 2 ** (tried - 1) if wait is None else wait)
        log.info("tried_again", host=host, tried=tried)
        again = request.copy()
        again.meta["tried"] = tried
        again.dont_filter = True
        return again


def plain_headers(response: Response) -> dict[str, str]:
    """The headers of an answer, names in lower case, the last of equal ones."""
    return {name.decode("latin-1").lower(): many[-1].decode("latin-1") for name, many in response.headers.items() if many}
