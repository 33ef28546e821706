"""How soon a post is known: from its appearing to its standing in the search and, where a rule opens one, its case in the queue.

`plaint watch` runs as it does for people, on a store of its own, beside a made-up Bluesky stream and a made-up Mastodon on loopback.
An observer looks every twentieth of a second which of the posts and cases are there; what it finds is never earlier than it was.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, percentile
from bench.watch_site import RATE
from indexer.connect import connect
from plaint.desk.opening import case_id
from plaint.model import Approval, Firm
from plaint.ports import CaseFilter, Stores

ROOT = Path(__file__).parents[1]
INTERVAL = 5.0
"""Seconds between two walks of the timeline."""

LOOK = 0.05
PATIENCE = 120.0
FIRM = Firm(
    key="northgate", name="Northgate Bank", handles={"bluesky": "#northgate", "mastodon": "#northgate"}, hashtags=("northgatefail",)
)  # fmt: skip


def watch(count: int = 3000) -> list[Figure]:
    """Seconds for `count` posts of a stream at 100 a second, and for a few of a timeline that is walked every five seconds."""
    statuses = max(5, int(count / RATE / 2))
    with TemporaryDirectory(prefix="plaint-bench-") as folder, _site(count, statuses) as port:
        address = f"sqlite:///{folder}/plaint.db"
        _prepare(address)
        with _watching(address, Path(folder), port):
            stores = connect(address)
            streamed = {f"bluesky:at://did:plc:p{number % 50}/app.bsky.feed.post/k{number}": number % 5 == 0 for number in range(count)}
            took = _observed(stores, streamed | {f"mastodon:{number}": True for number in range(statuses)})
            stores.close()
    heard = [seconds for post, seconds in took.items() if post in streamed]
    walked = [seconds for post, seconds in took.items() if post not in streamed]
    return [
        _figure("stream, median", percentile(heard, 0.5), 2.0, f"{len(heard):,} posts at {RATE:.0f} a second, a case for each fifth"),
        _figure("stream, 99 of 100", percentile(heard, 0.99), 5.0, None),
        _figure("walked, slowest", max(walked), INTERVAL + 2, f"{len(walked)} posts of a timeline walked every {INTERVAL:.0f} s, a case for each"),
    ]


def _figure(name: str, seconds: float, most: float, note: str | None) -> Figure:
    return Figure(part="watch", name=name, value=seconds, unit="s", aim=f"<= {most:g} s", met=seconds <= most, note=note)


def _prepare(address: str) -> None:
    stores = connect(address)
    stores.registers.save_firms([FIRM])
    review = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    for source in ("bluesky", "mastodon"):
        stores.registers.save_approval(Approval(source=source, approved=True, by="bench", review_on=review))
    stores.close()


def _observed(stores: Stores, awaited: dict[str, bool]) -> dict[str, float]:
    """Seconds from each post's publication until it, and its case where it has one, was seen here."""
    took: dict[str, float] = {}
    waiting, last = dict(awaited), time.monotonic()
    appeared: dict[str, datetime] = {}
    while waiting:
        if time.monotonic() - last > PATIENCE:
            raise RuntimeError(f"{len(waiting)} of {len(awaited)} posts never came, the first {next(iter(waiting))}")
        time.sleep(LOOK)
        for post in stores.posts.get([post for post in waiting if post not in appeared][:500]):
            if post.published is not None:
                appeared[post.id] = post.published.start
        for key in [key for key in appeared if key in waiting and (not waiting[key] or _is_in_queue(stores, key))]:
            took[key] = (datetime.now(UTC) - appeared[key]).total_seconds()
            del waiting[key]
            last = time.monotonic()
    return took


def _is_in_queue(stores: Stores, post: str) -> bool:
    rows, _ = stores.cases.cases(CaseFilter(post=post, limit=1))
    return bool(rows) and rows[0].case == case_id(FIRM.key, post)


@contextmanager
def _site(posts: int, statuses: int) -> Iterator[int]:
    command = [sys.executable, "-m", "bench.watch_site", str(posts), str(statuses)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
    try:
        yield int(server.stdout.readline() if server.stdout is not None else "0")
    finally:
        server.terminate()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()


@contextmanager
def _watching(address: str, folder: Path, port: int) -> Iterator[None]:
    home = f"http://127.0.0.1:{port}"
    said = {"PLAINT_STORE": address, "PLAINT_HOMES": json.dumps({"bluesky": home, "mastodon": home}), "PLAINT_LOG": "error",
            "PLAINT_STREAMS": json.dumps({"bluesky": f"ws://127.0.0.1:{port}", "mastodon": "ws://127.0.0.1:1"}),
            "PLAINT_RHYTHMS": json.dumps({"bluesky": 3600, "mastodon": INTERVAL}), "BLUESKY_AUTHORIZATION": "Bearer of the bench"}  # fmt: skip
    with (folder / "stderr").open("wb") as errors:
        process = subprocess.Popen([sys.executable, str(ROOT / "manage.py"), "watch"], cwd=folder, env={**os.environ, **said}, stderr=errors)  # noqa: S603
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
