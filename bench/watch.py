"""How soon a post is known: from its appearing to its standing in the search and, where it calls for them, its case in the queue and its alarm.

`plaint watch` runs as it does for people, on a store of its own, beside a made-up Bluesky stream and a made-up Mastodon on loopback.
An observer looks every twentieth of a second which of the posts, cases and alarms are there; what it finds is never earlier than it was. A receiver
on loopback takes the messages of a few alerts.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, percentile
from bench.watch_calls import SECRET, receiver
from bench.watch_site import RATE
from indexer.connect import connect
from plaint.alerts.alert import Alert, Channel
from plaint.desk import alerting
from plaint.desk.opening import case_id
from plaint.insight import time_to_identify
from plaint.model import Approval, Firm, Person
from plaint.ports import CaseFilter, Stores

ROOT = Path(__file__).parents[1]
INTERVAL = 5.0
"""Seconds between two walks of the timeline."""

LOOK = 0.05
SOURCES = ("bluesky", "mastodon")
TOLD = 10
"""Posts of the stream about which somebody is called by a webhook."""

EACH = "each"
"""The alert that each post with the hashtag meets."""

PATIENCE = 120.0
FIRM = Firm(
    key="northgate", name="Northgate Bank", handles={"bluesky": "#northgate", "mastodon": "#northgate"}, hashtags=("northgatefail",)
)  # fmt: skip


def watch(count: int = 3000) -> list[Figure]:
    """Seconds for `count` posts of a stream at 100 a second, and for a few of a timeline that is walked every five seconds."""
    statuses, told = max(5, int(count / RATE / 2)), range(count // TOLD // 2, count, count // TOLD)
    streamed = {_post(number): number % 5 == 0 for number in range(count)}
    with TemporaryDirectory(prefix="plaint-bench-") as folder, _site(count, statuses) as port, receiver() as (hook, came):
        address = f"sqlite:///{folder}/plaint.db"
        stores = connect(address)
        _prepare(stores, told, hook)
        with _watching(address, Path(folder), port):
            took, appeared = _observed(stores, streamed | {f"mastodon:{number}": True for number in range(statuses)})
            _wait_for(came, len(told))
        stages = {source: time_to_identify.together(run.times for run in stores.runs.newest(source)) for source in SOURCES}
        stores.close()
    heard = [seconds for post, seconds in took.items() if post in streamed]
    walked = [seconds for post, seconds in took.items() if post not in streamed]
    called = [(came[_alert(number)] - appeared[_post(number)]).total_seconds() for number in told]
    both = "a case and an alarm"
    return [
        _figure("stream, median", percentile(heard, 0.5), 2.0, f"{len(heard):,} posts at {RATE:.0f} a second, {both} for each fifth"),
        _figure("stream, 99 of 100", percentile(heard, 0.99), 5.0, None),
        _figure("walked, slowest", max(walked), INTERVAL + 2, f"{len(walked)} posts of a timeline walked every {INTERVAL:.0f} s, {both} for each"),
        _figure("alert's message, median", percentile(called, 0.5), 2.0, f"{len(called)} posts of the stream, until a webhook's receiver had it"),
        _figure("alert's message, slowest", max(called), 5.0, None),
        *(_stage(source, stage, stages[source]) for source in SOURCES for stage in (time_to_identify.NOTICED, time_to_identify.STORED)),
    ]


def _figure(name: str, seconds: float, most: float, note: str | None) -> Figure:
    return Figure(part="watch", name=name, value=seconds, unit="s", aim=f"<= {most:g} s", met=seconds <= most, note=note)


def _stage(source: str, stage: str, times: time_to_identify.Times) -> Figure:
    """Where the time goes, as the runs say it: of half of the posts, in steps."""
    return Figure(part="watch", name=f"{source}, {stage}", value=time_to_identify.within(times, 0.5, stage) or 0.0, unit="s",
                  note=f"half of {sum(times.get(stage, ())):,} posts, the upper end of a step")  # fmt: skip


def _post(number: int) -> str:
    return f"bluesky:at://did:plc:p{number % 50}/app.bsky.feed.post/k{number}"


def _alert(number: int) -> str:
    return f"told-{number}"


def _prepare(stores: Stores, told: Iterable[int], hook: str) -> None:
    stores.registers.save_firms([FIRM])
    bench, now = Person(key="bench", name="Bench", roles=("agent",)), datetime.now(UTC)
    stores.registers.save_person(bench)
    review = (now + timedelta(days=30)).date().isoformat()
    for source in SOURCES:
        stores.registers.save_approval(Approval(source=source, approved=True, by="bench", review_on=review))
    called = (Channel(kind="hook", address=hook),)
    wanted = [Alert(key=_alert(number), owner="", query=f'"number {number}"', channels=called) for number in told]
    for alert in (Alert(key=EACH, owner="", query="hashtag:northgatefail"), *wanted):
        alerting.save(stores, bench, alert, now, f"make {alert.key}")


def _observed(stores: Stores, awaited: dict[str, bool]) -> tuple[dict[str, float], dict[str, datetime]]:
    """Seconds from each post's publication until it, and its case and alarm where it has them, were seen here; and when it was published."""
    took: dict[str, float] = {}
    waiting, last, reading = dict(awaited), time.monotonic(), alerting.Reading()
    appeared: dict[str, datetime] = {}
    alert = alerting.known(stores)[EACH]
    while waiting:
        if time.monotonic() - last > PATIENCE:
            raise RuntimeError(f"{len(waiting)} of {len(awaited)} posts never came, the first {next(iter(waiting))}")
        time.sleep(LOOK)
        for post in stores.posts.get([post for post in waiting if post not in appeared][:500]):
            if post.published is not None:
                appeared[post.id] = post.published.start
        alarmed = {post for alarm in reading.alarms(stores, alert, datetime.now(UTC)) for post in alarm.posts}
        here = [key for key in appeared if key in waiting and (not waiting[key] or (key in alarmed and _is_in_queue(stores, key)))]
        for key in here:
            took[key] = (datetime.now(UTC) - appeared[key]).total_seconds()
            del waiting[key]
            last = time.monotonic()
    return took, appeared


def _wait_for(came: Mapping[str, datetime], many: int) -> None:
    end = time.monotonic() + PATIENCE
    while len(came) < many:
        if time.monotonic() > end:
            raise RuntimeError(f"{many - len(came)} of {many} messages of alerts never came")
        time.sleep(LOOK)


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
            "PLAINT_RHYTHMS": json.dumps({"bluesky": 3600, "mastodon": INTERVAL}), "BLUESKY_AUTHORIZATION": "Bearer of the bench",
            "PLAINT_HOOK_SECRET": SECRET}  # fmt: skip
    with (folder / "stderr").open("wb") as errors:
        process = subprocess.Popen([sys.executable, str(ROOT / "manage.py"), "watch"], cwd=folder, env={**os.environ, **said}, stderr=errors)  # noqa: S603
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
