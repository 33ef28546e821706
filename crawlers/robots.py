"""robots.txt: asked for once, kept to, its Crawl-delay and Request-rate taken over. Scrapy keeps to the paths only."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog
from protego import Protego
from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest, UnsupportedURLSchemeError
from scrapy.http.request import NO_CALLBACK

from crawlers.pace import TurnedAway
from crawlers.politeness import AGENT, BUSY, LOST, walker

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

log = structlog.get_logger()

ROBOTS_LIMIT = 512 * 1024
"""Bytes of robots.txt that are read (RFC 9309 2.5 asks for at least 500 KiB)."""


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
