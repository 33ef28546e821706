"""Downloader middleware that keeps every answer as evidence before anything looks at it, robots.txt and redirects too."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crawlers.politeness import walker
from plaint.model import iso
from plaint.ports import Fetched

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class Witness:
    """Has the exchange kept; it is handed on as `request.meta["fetched"]`, with the number under which the clerk knows it as `["kept"]`."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Witness:
        """As Scrapy makes it."""
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Keep the exchange as it was on the wire: still packed, status and headers as sent."""
        spider = walker(self._crawler)
        fetched = Fetched(
            url=request.url,
            at=iso(datetime.now(UTC)),
            status=response.status,
            headers=_plain(response.headers),
            body=response.body,
            method=request.method,
            request_headers=_plain(request.headers),
            request_body=request.body,
            robots=request.meta.get("robots"),
            source=spider.site.key,
        )
        request.meta["kept"] = await spider.outbox.keep(fetched)
        request.meta["fetched"] = fetched
        return response


def _plain(headers: Any) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values)
