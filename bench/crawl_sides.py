"""The two sides of the measurement of a crawl, each in a process of its own: `python -m bench.crawl_sides ours|bare ADDRESS MORE`."""

from __future__ import annotations

import json
import logging
import multiprocessing
import resource
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from crawlers.page import Announced, Ask, Follow, Kind, Page, RawPost, SaidBy, Site
from crawlers.reading import each
from crawlers.registry import Source

SITE = Site(key="measured", name="Measured", home="https://measured.example", kind=Kind.REVIEW, access="made up", proof="described",
            delay=0, languages=("en",))  # fmt: skip


def start(ask: Ask) -> SaidBy:
    """The first page."""
    yield Follow(f"{ask.home}/reviews?page=1")


def parse(page: Page) -> SaidBy:
    """The reviews of a page and its next link, read as most sites are."""
    yield Announced(int(page.css("h1::attr(data-total)").get("0")))
    yield from each(page.css("article.review"), _review)
    if onward := page.link(page.css("a[rel=next]::attr(href)").get()):
        yield Follow(onward)


def _review(card: Any) -> SaidBy:
    yield RawPost(
        ref=card.attrib["id"], title=card.css("h3::text").get(), text=card.css("p.body::text").get(), author=card.css("p.by::text").get(),
        rating=card.css(".stars::text").get(), published=card.css("time::attr(datetime)").get(),
    )  # fmt: skip


def ours(address: str, file: str) -> dict[str, Any]:
    """A crawl into a fresh store; the clock starts when the first request may go out."""
    import crawlers.spider  # noqa: F401 - so that the clock does not measure imports
    from crawlers.run import Manners, crawl_sources
    from indexer.connect import connect
    from plaint.model import Approval, Firm, Run

    stores = connect(f"sqlite:///{Path(file)}")
    stores.registers.save_firms([Firm(key="merrow", name="Merrow Bank", aliases=("Merrow",), handles={"measured": "merrow"})])
    review = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    stores.registers.save_approval(Approval(source="measured", approved=True, by="bench", review_on=review))
    early: list[float] = []

    def watched(run: Run) -> None:
        if not early and run.announced and run.new >= run.announced / 10:
            early.append(_peak())

    began, busy = perf_counter(), _busy()
    sources = [Source(site=replace(SITE, home=address), parse=parse, start=start)]
    (run,) = crawl_sources(stores, sources, ["merrow"], manners=Manners(homes={"measured": address}), progress=watched)
    seconds, cpu, all_cpu = perf_counter() - began, process_time() - busy[0], _busy()[1] - busy[1]
    stores.close()
    return {
        "seconds": seconds,
        "cpu": cpu,
        "all_cpu": all_cpu,
        "new": run.new,
        "alarms": run.alarms,
        "peak_mb": _peak(),
        "early_mb": early[0] if early else _peak(),
    }


def bare(address: str, pages: str) -> dict[str, Any]:
    """A spider that downloads the pages and does nothing with them."""
    from scrapy import Request, Spider
    from scrapy.crawler import CrawlerProcess

    got = []

    class Bare(Spider):
        name = "bare"

        async def start(self) -> Any:
            for number in range(1, int(pages) + 1):
                yield Request(f"{address}/reviews?page={number}")

        def parse(self, response: Any) -> None:
            got.append(len(response.body))

    began, busy = perf_counter(), process_time()
    logging.disable()
    process = CrawlerProcess({"CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_DELAY": 0, "LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False})
    process.crawl(Bare)
    process.start()
    return {"seconds": perf_counter() - began, "cpu": process_time() - busy, "pages": len(got)}


def _busy() -> tuple[float, float]:
    """Seconds of processor time: of this process, and together with its clerk once that has ended."""
    clerk = resource.getrusage(resource.RUSAGE_CHILDREN)
    return process_time(), process_time() + clerk.ru_utime + clerk.ru_stime


def _peak() -> float:
    """The most memory that this process and its clerk have had, in MB."""
    own, ended = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    at_work = [Path(f"/proc/{clerk.pid}/status").read_text() for clerk in multiprocessing.active_children()]
    return own + max([ended, *(int(said.partition("VmHWM:")[2].split()[0]) / 1024 for said in at_work)])


if __name__ == "__main__":
    side, address, more = sys.argv[1:]
    print(json.dumps((ours if side == "ours" else bare)(address, more)))
