"""A made-up Bluesky stream and a made-up Mastodon on loopback, for measuring how soon a post is known. Run as a process of its own.

Prints its address; begins to speak once the stream is listened to and the timeline was asked for; each post says when it appeared.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

RATE = 100.0
"""Posts a second on the stream."""

EVERY = 1.7
"""Seconds between two statuses of the timeline."""


class Site:
    """Who listens, and what the timeline shows."""

    def __init__(self) -> None:
        self.listening = asyncio.Event()
        self.asked = asyncio.Event()
        self.lines: set[ServerConnection] = set()
        self.statuses: list[dict[str, Any]] = []

    def answer(self, line: ServerConnection, request: Request) -> Response | None:
        """Answer a request that is no websocket; those go on."""
        if request.path.startswith("/subscribe"):
            return None
        is_timeline = request.path.startswith("/api/v1/timelines")
        response = line.respond(200 if is_timeline else 404, json.dumps(self.statuses[::-1][:40] if is_timeline else {}))
        response.headers["Content-Type"] = "application/json"
        if is_timeline:
            self.asked.set()
        return response

    async def hear(self, line: ServerConnection) -> None:
        """Keep a listener until it goes."""
        self.lines.add(line)
        self.listening.set()
        await line.wait_closed()
        self.lines.discard(line)

    async def stream(self, count: int) -> None:
        """Say so many posts at the rate; each fifth has the firm's hashtag of complaint."""
        await self.listening.wait()
        began = time.monotonic()
        for number in range(count):
            await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
            message = json.dumps(_post(number))
            for line in self.lines:
                await line.send(message)

    async def timeline(self, count: int) -> None:
        """Put so many statuses on the timeline, one after another."""
        await self.asked.wait()
        for number in range(count):
            self.statuses.append(_status(number))
            await asyncio.sleep(EVERY)


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def _post(number: int) -> dict[str, Any]:
    tags = ["northgate", "northgatefail"] if number % 5 == 0 else ["northgate"]
    features = [{"$type": "app.bsky.richtext.facet#tag", "tag": tag} for tag in tags]
    record = {"$type": "app.bsky.feed.post", "text": f"The card of my daughter was refused at the till, number {number}", "createdAt": _now(),
              "langs": ["en"], "facets": [{"index": {"byteStart": 0, "byteEnd": 3}, "features": features}]}  # fmt: skip
    commit = {"rev": "1", "operation": "create", "collection": "app.bsky.feed.post", "rkey": f"k{number}", "record": record, "cid": "c"}
    return {"did": f"did:plc:p{number % 50}", "time_us": time.time_ns() // 1000, "kind": "commit", "commit": commit}


def _status(number: int) -> dict[str, Any]:
    account = {"id": "7", "username": "kim", "acct": "kim", "display_name": "Kim", "url": "https://social.example/@kim"}
    return {"id": str(number), "created_at": _now(), "url": f"https://social.example/@kim/{number}", "content": f"<p>Nobody answers, {number}</p>",
            "language": "en", "visibility": "public", "account": account, "tags": [{"name": "northgate"}, {"name": "northgatefail"}],
            "mentions": [], "media_attachments": []}  # fmt: skip


async def main(posts: int, statuses: int) -> None:
    """Serve until everything is said and nobody asks any more."""
    site = Site()
    async with serve(site.hear, "127.0.0.1", 0, process_request=site.answer, ping_interval=None) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        await asyncio.gather(site.stream(posts), site.timeline(statuses))
        await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
