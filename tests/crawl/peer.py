"""A made-up review site on loopback, and the source file that reads it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from crawlers.page import Announced, Ask, Broken, Follow, Kind, Page, RawPost, Rejection, Role, SaidBy, Site
from crawlers.registry import Source

Answer = tuple[int, Mapping[str, str], bytes]


@dataclass
class Asked:
    """One request that the site got."""

    path: str
    headers: Mapping[str, str]
    at: float
    body: bytes = b""


@dataclass
class Peer:
    """A site: what it answers by path, what it was asked."""

    address: str = ""
    answers: dict[str, Callable[[Asked], Answer] | Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def paths(self, *, robots: bool = False) -> list[str]:
        return [one.path for one in self.asked if robots or one.path != "/robots.txt"]

    def pages(self, pages: list[list[dict[str, Any]]], *, total: int | None = -1, etag: bool = False) -> None:
        """Serve a listing; `total` -1: as many as there are."""
        count = sum(len(page) for page in pages) if total == -1 else total
        for number, posts in enumerate(pages, 1):
            more = f"/firm?page={number + 1}" if number < len(pages) else None
            self.answers[f"/firm?page={number}"] = listing(posts, count, more, etag=etag)

    def reply(self, asked: Asked) -> Answer:
        answer = self.answers.get(asked.path)
        if answer is None:
            return 404, {}, b"nothing here"
        return answer(asked) if callable(answer) else answer


def listing(posts: list[dict[str, Any]], total: int | None, more: str | None, *, etag: bool = False, **rest: Any) -> Callable[[Asked], Answer]:
    body = json.dumps({"total": total, "posts": posts, "next": more, **rest}).encode()
    tag = f'"{hash(body)}"'

    def answer(asked: Asked) -> Answer:
        if etag and asked.headers.get("if-none-match") == tag:
            return 304, {"ETag": tag}, b""
        return 200, {"Content-Type": "application/json", **({"ETag": tag} if etag else {})}, body

    return answer


def dressed(posts: list[dict[str, Any]], more: str | None, head: str = "", body: str = "") -> Answer:
    """The same listing as a page for people."""
    said = json.dumps({"total": None, "posts": posts, "next": more})
    shown = f'<html><head>{head}</head><body><script type="application/json" id="said">{said}</script>{body}</body></html>'
    return 200, {"Content-Type": "text/html; charset=utf-8"}, shown.encode()


def post(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"r{number}", "text": f"Complaint number {number}: the card was blocked.", "date": "2026-10-01T10:00:00Z", **more}


@contextmanager
def serving(peer: Peer | None = None) -> Iterator[Peer]:
    """The site at work."""
    site = peer or Peer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.path, headers, time.monotonic(), self.rfile.read(length))
            site.asked.append(asked)
            status, headers, body = site.reply(asked)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def start(ask: Ask) -> SaidBy:
    yield Follow(f"{ask.home}/firm?page=1", secrets={"X-Key": "PEER_KEY"} if "keyed" in ask.firm.aliases else {})


def parse(page: Page) -> SaidBy:
    if b"sign in" in page.body:
        raise Broken("a form instead of posts", "login wall")
    said = json.loads(page.css("script#said::text").get() or "") if "html" in page.headers.get("content-type", "") else page.json
    if said.get("total") is not None:
        yield Announced(said["total"])
    for item in said["posts"]:
        if "bad" in item:
            yield Rejection(reason="not understood", field="text", seen=item["bad"], ref=item["id"])
            continue
        yield RawPost(ref=item["id"], text=item["text"], published=item.get("date"), rating=item.get("rating"), url=page.url, lang="en")
        if "reply" in item:
            yield RawPost(
                ref=f"{item['id']}/reply", within=item["id"], reply_to=item["id"], kind=Kind.REPLY, role=Role.FIRM, text=item["reply"], lang="en"
            )
    for href in said.get("details", ()):
        yield Follow(page.link(href) or "", next=False)
    if said.get("next"):
        yield Follow(page.link(said["next"]) or "")
    if said.get("half"):
        raise Broken("the rest is missing")


def peer_source(**more: Any) -> Source:
    facts: dict[str, Any] = {
        "key": "peer",
        "name": "Peer",
        "home": f"http://{urlsplit('//peer.example').netloc}",
        "kind": Kind.REVIEW,
        "access": "pages that robots.txt allows",
        "proof": "described",
        "delay": 0,
    }
    return Source(site=Site(**{**facts, **more}), parse=parse, start=start)
