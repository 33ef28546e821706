"""Serves the made-up web on loopback: one address for each site, with robots.txt, ETag, Last-Modified and 304.

Only ever listens on 127.0.0.1. The pages are those of `demo.sites`; nothing is decided here.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

from demo.paper import Answer, Asked
from demo.sites import SITES
from demo.story import Story, tell

HOST = "127.0.0.1"
FIRST_PORT = 8511
TRIES = 200
"""How many ports are tried, one after the other, before giving up."""


class NoPort(Exception):
    """Every port that was tried is taken; the message names them."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request that came in: what was asked where, and how it was answered."""

    site: str
    path: str
    status: int
    agent: str


@dataclass(slots=True)
class Web:
    """The web while it is served. Setting `step` moves it on; `visits` is what has been asked so far."""

    story: Story
    step: int = 0
    addresses: dict[str, str] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)
    _servers: list[ThreadingHTTPServer] = field(default_factory=list)

    def answer(self, site: str, address: str) -> Answer:
        """What a site answers now."""
        parts = urlsplit(address)
        today = datetime.combine(self.story.today, time(), UTC)
        return SITES[site](Asked(path=parts.path, query=parts.query, said=self.story.at(self.step), today=today))

    def close(self) -> None:
        """Stop listening; safe to call twice."""
        while self._servers:
            server = self._servers.pop()
            server.shutdown()
            server.server_close()


@contextmanager
def serve(seed: int, today: date, *, step: int = 0, port: int = FIRST_PORT) -> Iterator[Web]:
    """The web for a seed and a day, until the block ends. Sites take the free ports from `port` on; raises NoPort."""
    web = Web(tell(seed, today), step)
    try:
        for site in SITES:
            server, port = _listening(web, site, port)
            web._servers.append(server)
            web.addresses[site] = f"http://{HOST}:{server.server_port}"
            Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name=f"demo-{site}", daemon=True).start()
        yield web
    finally:
        web.close()


def _listening(web: Web, site: str, port: int) -> tuple[ThreadingHTTPServer, int]:
    """A server for one site on the first free port from `port` on, and the port to try next."""
    handler = type(f"{site.title()}Visits", (_Visits,), {"web": web, "site": site})
    for number in range(port, min(port + TRIES, 65_536)):
        try:
            return _Server((HOST, number), handler), number + 1
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
    raise NoPort(f"no free port on {HOST} from {port} to {min(port + TRIES, 65_536) - 1}; name another with --web-port")


class _Server(ThreadingHTTPServer):
    allow_reuse_address = True
    allow_reuse_port = False
    daemon_threads = True


class _Visits(BaseHTTPRequestHandler):
    """Answers GET and HEAD for one site."""

    web: Web
    site: str
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "made-up", ""
    timeout = 30

    def do_GET(self) -> None:
        self._send(self.web.answer(self.site, self.path), with_body=True)

    def do_HEAD(self) -> None:
        self._send(self.web.answer(self.site, self.path), with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the crawl has a ledger."""

    def _send(self, answer: Answer, *, with_body: bool) -> None:
        etag = f'"{sha256(answer.body).hexdigest()[:24]}"'
        is_known = answer.status == 200 and self._has(etag, answer.modified)
        status = 304 if is_known else answer.status
        self.web.visits.append(Visit(self.site, self.path, status, self.headers.get("User-Agent", "")))
        self.send_response(status)
        self.send_header("ETag", etag)
        self.send_header("Cache-Control", "max-age=0, must-revalidate")
        if answer.modified is not None:
            self.send_header("Last-Modified", _http_date(answer.modified))
        if is_known:
            self.end_headers()
            return
        self.send_header("Content-Type", answer.type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if with_body:
            self._write(answer)

    def _write(self, answer: Answer) -> None:
        if answer.cut is not None:
            self.close_connection = True
        try:
            self.wfile.write(answer.body[: answer.cut])
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _has(self, etag: str, modified: datetime | None) -> bool:
        """Whether the visitor holds this already: If-None-Match decides where it is sent (RFC 9110 13.2.2)."""
        if (tags := self.headers.get("If-None-Match")) is not None:
            return etag in tags or tags.strip() == "*"
        since = self.headers.get("If-Modified-Since")
        if since is None or modified is None or self.web.step > 0:
            return False
        try:
            return modified.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False


def _http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
