"""Pictures of pages as they were captured, taken by Chromium while the crawl goes on; an extra that a crawl does without.

Chromium gets no network. The page that it shows is the bytes that were kept, scripts do not run, and what the page is dressed in
(style sheets, images, fonts) is fetched by the crawl itself: from the host of the page only, by its robots.txt, each in its turn, kept as
evidence. A picture that cannot be had costs an alarm that says why, and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest, UnsupportedURLSchemeError
from scrapy.http.request import NO_CALLBACK

from crawlers.captured import page_of
from crawlers.page import Broken, Page
from crawlers.politeness import LOST
from crawlers.slips import KeepPicture
from plaint.model import iso
from plaint.ports import Fetched

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright, Route
    from scrapy.crawler import Crawler

    from crawlers.spider import WalkSpider

PATIENCE = 30.0
"""Seconds that one picture may take, with all that it is dressed in."""

PARTS = 20
"""Style sheets, images and fonts that one picture asks a site for at most; the rest is left out."""

REMEMBERED = 200
"""Parts that are not asked for again in a crawl: the pages of a site share them."""

WIDTH, HEIGHT, TALLEST = 1280, 800, 8000
"""Pixels of the window, and of the tallest picture; a longer page is cut."""

SWITCHES = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=http://127.0.0.1:9", "--proxy-bypass-list=<-loopback>",
)  # fmt: skip
"""Chromium reaches nothing by itself: no name leads anywhere, and the only way out is a port that discards all."""

Fetch = Callable[[str], Awaitable[Page | None]]
"""Asks the site for one part; None where it may not be asked for, or is not there."""


class NoPicture(Exception):
    """A picture that cannot be had; `alarm` is its name in the ledger."""

    def __init__(self, alarm: str, reason: str) -> None:
        super().__init__(reason)
        self.alarm = f"no picture: {alarm}"


class Studio:
    """Chromium, started for the first picture, for all walks of a process; one picture at a time."""

    def __init__(self, chromium: Path, walks: int) -> None:
        self._chromium, self._walks = chromium, walks
        self._turn = asyncio.Lock()
        self._driver: Playwright | None = None
        self._browser: Browser | None = None
        self._known: dict[str, Page | None] = {}
        self._trouble: NoPicture | None = None

    async def picture(self, page: Page, fetch: Fetch) -> bytes:
        """How a captured page looks, as PNG; raises NoPicture."""
        from playwright.async_api import Error

        async with self._turn:
            try:
                async with asyncio.timeout(PATIENCE):
                    context = await self._context()
                    try:
                        return await self._take(context, page, fetch)
                    finally:
                        await context.close()
            except TimeoutError:
                raise NoPicture("too slow", f"not finished after {PATIENCE:.0f} seconds") from None
            except Error as error:
                raise NoPicture("Chromium failed", error.message.splitlines()[0] if error.message else "without a word") from None

    async def leave(self) -> None:
        """Say that a walk takes no more pictures; with the last one Chromium goes."""
        from playwright.async_api import Error

        self._walks -= 1
        if self._walks > 0:
            return
        async with self._turn:
            with suppress(Error):
                if self._browser is not None:
                    await self._browser.close()
                if self._driver is not None:
                    await self._driver.stop()
            self._browser = self._driver = None

    async def _context(self) -> BrowserContext:
        if self._trouble is not None:
            raise self._trouble
        if self._browser is None or not self._browser.is_connected():
            await self._start()
        assert self._browser is not None
        return await self._browser.new_context(
            java_script_enabled=False, accept_downloads=False, service_workers="block", viewport={"width": WIDTH, "height": HEIGHT}
        )  # fmt: skip

    async def _start(self) -> None:
        from playwright.async_api import Error, async_playwright

        try:
            self._driver = self._driver or await async_playwright().start()
            self._browser = await self._driver.chromium.launch(
                executable_path=str(self._chromium), args=list(SWITCHES), handle_sigint=False, handle_sigterm=False, handle_sighup=False
            )  # fmt: skip
        except (Error, OSError) as error:
            self._trouble = NoPicture("Chromium does not start", str(error).splitlines()[0])
            raise self._trouble from None

    async def _take(self, context: BrowserContext, page: Page, fetch: Fetch) -> bytes:
        tab = await context.new_page()
        dress = _Dress(page, fetch, self._known)
        await tab.route("**/*", dress.answer)
        await tab.goto(page.url, wait_until="load", timeout=PATIENCE * 1000)
        box = await tab.locator("html").bounding_box()
        tall = min(max(box["height"] if box else HEIGHT, HEIGHT), TALLEST)
        return await tab.screenshot(full_page=True, animations="disabled", clip={"x": 0, "y": 0, "width": WIDTH, "height": tall})


class _Dress:
    """What Chromium gets for one picture: the page, then parts from its own host; everything else is cut off."""

    def __init__(self, page: Page, fetch: Fetch, known: dict[str, Page | None]) -> None:
        self._page, self._fetch, self._known = page, fetch, known
        self._is_shown = False
        self._left = PARTS

    async def answer(self, route: Route) -> None:
        """Give Chromium what it asks for, or nothing."""
        asked = route.request
        if not self._is_shown and asked.is_navigation_request():
            self._is_shown = True
            await route.fulfill(status=200, headers={"Content-Type": self._page.headers.get("content-type", "text/html")}, body=self._page.body)
            return
        is_part = asked.method == "GET" and asked.resource_type in {"stylesheet", "image", "font"}
        part = await self._part(urldefrag(asked.url).url) if is_part else None
        if part is None:
            await route.abort("aborted")  # any other word for it would put an error page in the place of ours
        else:
            await route.fulfill(status=200, headers={"Content-Type": part.headers.get("content-type", "")}, body=part.body)

    async def _part(self, url: str) -> Page | None:
        if urlsplit(url)[:2] != urlsplit(self._page.url)[:2]:
            return None
        if url not in self._known and self._left > 0:
            self._left -= 1
            if len(self._known) >= REMEMBERED:
                del self._known[next(iter(self._known))]
            try:
                self._known[url] = await self._fetch(url)
            except Broken:
                self._known[url] = None
        return self._known.get(url)


def studio(chromium: Path, walks: int) -> Studio:
    """A studio with that Chromium for so many walks; raises NoPicture where the extra is not installed."""
    from importlib.util import find_spec

    if find_spec("playwright") is None:
        raise NoPicture("playwright is missing", "install the extra: pip install '.[screenshots]'")
    if not chromium.exists():
        raise NoPicture("Chromium is missing", f"there is none at {chromium}: install it, or set PLAINT_CHROMIUM")
    return Studio(chromium, walks)


async def take(spider: WalkSpider, page: Page, kept: int) -> None:
    """Take the picture of a page of a walk and have it kept beside the capture `kept`; an alarm says why there is none."""
    if spider.job.studio is None or spider.pace.stopped or "html" not in page.headers.get("content-type", ""):
        return
    try:
        picture = Fetched(
            url=page.url, at=iso(datetime.now(UTC)), status=0, headers=(("Content-Type", "image/png"),), source=spider.site.key,
            body=await spider.job.studio.picture(page, _fetcher(spider.crawler)),
        )  # fmt: skip
        done = await (await spider.outbox.hand(KeepPicture(number=spider.outbox.number(), kept=kept, picture=picture)))
        if done.trouble is not None:
            raise NoPicture("not kept", done.trouble)
    except NoPicture as none:
        if not spider.pace.stopped:
            spider.ledger.alarm(none.alarm, str(none), page.url)


def _fetcher(crawler: Crawler) -> Fetch:
    """Asks a site as the walk does: within its fence, by robots.txt, in turn, kept as evidence; a redirect is not followed."""

    async def fetch(url: str) -> Page | None:
        request = Request(url, callback=NO_CALLBACK, dont_filter=True, meta={"dont_redirect": True})
        try:
            response = await crawler.engine.download_async(request)
        except (IgnoreRequest, UnsupportedURLSchemeError, *LOST):
            return None
        return page_of(response.meta["fetched"]) if response.status == 200 else None

    return fetch
