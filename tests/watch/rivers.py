"""Made-up streams on loopback: a Jetstream that replays from a cursor, and the websockets of a Mastodon, which does not."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve

from plaint.model import iso


@dataclass
class River:
    """A server of one stream: what was said so far, who listens, and how it can be cut."""

    replays: bool
    address: str = ""
    said: list[tuple[int, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    lines: set[ServerConnection] = field(default_factory=set)
    loop: asyncio.AbstractEventLoop | None = None

    def say(self, message: dict[str, Any]) -> None:
        """Say something to everybody who listens now; a stream that replays says it later to others too."""
        assert self.loop is not None
        asyncio.run_coroutine_threadsafe(self._say(message), self.loop).result(10)

    async def _say(self, message: dict[str, Any]) -> None:
        at = time.time_ns() // 1000
        if self.said and at <= self.said[-1][0]:
            at = self.said[-1][0] + 1
        text = json.dumps({**message, "time_us": at} if self.replays else message)
        self.said.append((at, text))
        for line in list(self.lines):
            with suppress(Exception):
                await line.send(text)

    def cut(self) -> None:
        """Break all connections off, without a word."""
        assert self.loop is not None
        for line in list(self.lines):
            self.loop.call_soon_threadsafe(line.transport.abort)

    async def hear(self, line: ServerConnection) -> None:
        assert line.request is not None
        self.asked.append(line.request.path)
        cursor = parse_qs(urlsplit(line.request.path).query).get("cursor")
        sent = 0
        if self.replays and cursor:
            sent = next((number for number, (at, _) in enumerate(self.said) if at >= int(cursor[0])), len(self.said))
            while sent < len(self.said):  # no await between the last look and joining the others, so nothing falls between
                await line.send(self.said[sent][1])
                sent += 1
        self.lines.add(line)
        try:
            await line.wait_closed()
        finally:
            self.lines.discard(line)


@contextmanager
def river(*, replays: bool) -> Iterator[River]:
    """The server at work."""
    made, ready, done = River(replays=replays), threading.Event(), threading.Event()

    async def work() -> None:
        made.loop = asyncio.get_running_loop()
        async with serve(made.hear, "127.0.0.1", 0, ping_interval=None) as server:
            made.address = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
            ready.set()
            while not done.is_set():
                await asyncio.sleep(0.02)
            for line in list(made.lines):
                line.transport.abort()

    thread = threading.Thread(target=lambda: asyncio.run(work()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield made
    finally:
        done.set()
        thread.join(10)


def skeet(number: int, text: str = "My card is blocked", *, tags: tuple[str, ...] = ("acme",), operation: str = "create") -> dict[str, Any]:
    """A message of a Jetstream about a post of somebody made up."""
    features = [{"$type": "app.bsky.richtext.facet#tag", "tag": tag} for tag in tags]
    record = {"$type": "app.bsky.feed.post", "text": f"{text} {number}", "createdAt": iso(datetime.now(UTC)), "langs": ["en"],
              "facets": [{"index": {"byteStart": 0, "byteEnd": 2}, "features": features}]}  # fmt: skip
    commit = {"rev": "1", "operation": operation, "collection": "app.bsky.feed.post", "rkey": f"k{number}"}
    return {"did": "did:plc:kim", "kind": "commit", "commit": commit if operation == "delete" else {**commit, "record": record, "cid": "c"}}


def uri(number: int) -> str:
    return f"at://did:plc:kim/app.bsky.feed.post/k{number}"
