"""How fast a whole crawl is, from socket to store, beside a bare Scrapy spider that only downloads the same pages.

The site is made up and answers on loopback from a process of its own; both sides ask for one page at a time, as one host is
asked, without pauses. Evidence, normalisation, language detection and the store are all at work on our side.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.figures import Figure

ROOT = Path(__file__).parents[1]
A_PAGE = 20
"""Reviews on one page."""


def crawl(count: int = 20_000) -> list[Figure]:
    """Pages a second of a full crawl of `count` reviews, its memory, and whether everything arrived."""
    pages = max(1, count // A_PAGE)
    with site(pages) as address, TemporaryDirectory(prefix="plaint-bench-") as folder:
        bare = side("bare", address, str(pages))
        ours = side("ours", address, f"{folder}/plaint.db")
    if ours["new"] != pages * A_PAGE or ours["alarms"] or bare["pages"] != pages:
        raise RuntimeError(f"not everything arrived: {ours['new']} of {pages * A_PAGE}, {ours['alarms']}; bare {bare['pages']} of {pages}")
    figures = [
        _speed("seconds", "wall clock", pages, ours, bare),
        _speed("cpu", "processor time of the process that downloads", pages, ours, bare),
        _speed("all_cpu", "processor time of all, the clerk included", pages, ours, bare | {"all_cpu": bare["cpu"]}),
    ]
    memory = ours["peak_mb"] / ours["early_mb"]
    return [
        *figures,
        Figure(part="crawl", name="most memory of the crawl", value=ours["peak_mb"], unit="MB", baseline_name="after a tenth of the pages",
               baseline=ours["early_mb"], ratio=memory, aim="<= 1.25", met=memory <= 1.25),
    ]  # fmt: skip


def _speed(measured: str, named: str, pages: int, ours: dict[str, Any], bare: dict[str, Any]) -> Figure:
    ratio = bare[measured] / ours[measured]
    each = [f"{1000 * side[measured] / pages:.2f} ms" for side in (ours, bare)]
    return Figure(
        part="crawl", name=f"{pages * A_PAGE:,} reviews on {pages:,} pages, {named}", value=pages / ours[measured], unit="pages/s",
        baseline_name="bare Scrapy spider that only downloads them", baseline=pages / bare[measured], ratio=ratio, aim=">= 0.7", met=ratio >= 0.7,
        note=f"{each[0]} a page against {each[1]}, one page at a time on both sides; evidence, normalisation, language and store are on",
    )  # fmt: skip


@contextmanager
def site(pages: int) -> Iterator[str]:
    """The made-up site at work; its address."""
    server = subprocess.Popen([sys.executable, "-m", "bench.crawl_site", str(pages)], cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
    try:
        yield (server.stdout.readline() if server.stdout is not None else "").strip()
    finally:
        server.terminate()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()


def side(which: str, address: str, more: str) -> dict[str, Any]:
    """What one side measured in a process of its own: seconds, processor time, memory."""
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "bench.crawl_sides", which, address, more], cwd=ROOT, capture_output=True, text=True, check=True
    )  # fmt: skip
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said
