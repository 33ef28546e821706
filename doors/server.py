"""The doors over HTTP: `/FIRM` shows a form and takes what is sent, `/hooks/SOURCE` takes signed deliveries. Nothing else is answered.

Plain HTTP/1.1 for a proxy that speaks TLS. No cookies, no scripts, no logs of visitors. What one connection can cost is
bounded: size, time, and how many are served at once.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Lock
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

from doors import form, guard, hooks, words
from doors.pages import STYLE, Pages
from doors.replies import Reply, plain
from doors.take import is_open, take_in
from plaint.desk.rights import Refused
from plaint.model import Firm
from plaint.ports import StoreDown, Stores

log = structlog.get_logger()

AT_ONCE = 32
"""Connections that are served at the same time; others wait in the queue of the system."""

PATIENCE = 10.0
"""Seconds in which a visitor's browser must have said everything."""

DRAINED = 16 * 1024 * 1024
"""Bytes of a delivery that is too large which are read and forgotten before it is refused."""

HEADERS = (
    ("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("Vary", "Accept-Language"),
)


@dataclass(slots=True)
class Door:
    """What the server knows: the stores, and who may send how often. `clock` gives epoch seconds."""

    stores: Stores
    clock: Callable[[], float] = time.time
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    behind_proxy: bool = False
    limit: guard.Limit = field(init=False)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.limit = guard.Limit(self.secret)

    def show(self, path: str, accepted: str | None = None) -> Reply:
        """The answer to GET; `accepted` is the browser's `Accept-Language`."""
        parts = urlsplit(path)
        if parts.path.startswith(hooks.ROOT):
            return hooks.challenge(parts.path.removeprefix(hooks.ROOT), parts.query)
        if parts.path == "/door.css":
            return Reply(status=200, body=STYLE, kind="text/css; charset=utf-8", headers=(("Cache-Control", "max-age=3600"),))
        pages = pages_for(path, accepted)
        firm = self._firm(parts.path, pages)
        if isinstance(firm, Reply):
            return firm
        return Reply(status=200, body=pages.form(firm.name, self._ticket(firm), pages.kept.get("place")))

    def send(self, path: str, body: bytes, visitor: str, accepted: str | None = None) -> Reply:
        """The answer to POST."""
        pages = pages_for(path, accepted)
        firm = self._firm(urlsplit(path).path, pages)
        if isinstance(firm, Reply):
            return firm
        entry = form.read_form(body)
        if isinstance(entry, form.Faults):
            if entry.is_spam:
                return _turned_away(firm, "spam", pages)
            return Reply(status=422, body=pages.form(firm.name, self._ticket(firm), None, entry))
        ticket = guard.check(entry.ticket, firm.key, self.secret, self.clock())
        if isinstance(ticket, str):
            log.info("door_turned_away", firm=firm.key, reason=ticket)
            return Reply(status=409, body=pages.form(firm.name, self._ticket(firm), None, form.Faults(wrong={"text": "again"}, entered=_shown(body))))
        with self._lock:
            wait = self.limit.wait(visitor, self.clock())
        if wait:
            return _turned_away(firm, "too many", pages, (("Retry-After", str(int(wait) + 1)),))
        now = datetime.fromtimestamp(self.clock(), UTC)
        understood = take_in(self.stores, firm, entry, ticket.id, now, f"door:{firm.key}")
        log.info("door_entry", firm=firm.key, understood=understood)
        return Reply(status=200, body=pages.thanks(firm.name, ticket.id))

    def _ticket(self, firm: Firm) -> str:
        return guard.sign(guard.Ticket(id=secrets.token_hex(6), drawn=self.clock()), firm.key, self.secret)

    def _firm(self, path: str, pages: Pages) -> Firm | Reply:
        """The firm whose door it is; a reply where there is none or it is closed."""
        key = unquote(path.strip("/"))
        firm = next((one for one in self.stores.registers.firms() if one.key == key), None)
        if firm is None:
            return Reply(status=404, body=pages.word(pages.words.nothing_here, pages.words.no_form))
        try:
            is_open(self.stores, firm, datetime.fromtimestamp(self.clock(), UTC))
        except Refused as refused:
            log.warning("door_closed", firm=key, reason=refused.args[0])
            return Reply(status=503, body=pages.word(pages.words.closed, pages.words.closed_now))
        return firm


def pages_for(path: str, accepted: str | None) -> Pages:
    """The pages in the visitor's language; the place of the address goes with it. Raises ValueError for an address of too many parts."""
    said = {name: many[-1] for name, many in parse_qs(urlsplit(path).query, max_num_fields=10).items()}
    place = form.place_of(said.get("place"))
    return Pages(words.chosen(said.get("lang"), accepted), {"place": place} if place else {})


def _shown(body: bytes) -> dict[str, str]:
    """What was entered, for a form that has to be sent once more."""
    said = parse_qs(body.decode("utf-8", "replace"), max_num_fields=30)
    return {name: values[-1][: form.TEXT if name == "text" else form.LINE] for name, values in said.items()}


def _turned_away(firm: Firm, reason: str, pages: Pages, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    log.info("door_turned_away", firm=firm.key, reason=reason)
    return Reply(status=429, body=pages.word(pages.words.not_sent, pages.words.try_later), headers=headers)


def server_of(door: Door, host: str, port: int) -> ThreadingHTTPServer:
    """The server, bound and ready for `serve_forever`."""
    seats = BoundedSemaphore(AT_ONCE)

    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE
        server_version = "Plaint"
        sys_version = ""

        def handle(self) -> None:
            with seats:
                try:
                    super().handle()
                except (ConnectionError, TimeoutError):
                    self.close_connection = True

        def do_GET(self) -> None:
            self._answer(lambda: door.show(self.path, self._accepted()))

        def do_HEAD(self) -> None:
            self._answer(lambda: door.show(self.path, self._accepted()))

        def do_POST(self) -> None:
            if urlsplit(self.path).path.startswith(hooks.ROOT):
                self._hook()
                return
            length = self.headers.get("Content-Length", "")
            kind = self.headers.get_content_type()
            if not length.isdecimal() or int(length) > form.LARGEST or kind != "application/x-www-form-urlencoded":
                pages = self._pages()
                self._say(Reply(status=413, body=pages.word(pages.words.not_sent, pages.words.only_form)))
                return
            body = self.rfile.read(int(length))
            self._answer(lambda: door.send(self.path, body, self._visitor(), self._accepted()))

        def _hook(self) -> None:
            """A delivery: read whole, as its signature covers every byte."""
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > hooks.LARGEST:
                self._pass_over(int(length) if length.isdecimal() else 0)
                self._say(plain(413, f"At most {hooks.LARGEST:,} bytes, and their number in Content-Length."))
                return
            body = self.rfile.read(int(length))
            if len(body) < int(length):
                raise ConnectionError("a delivery that was cut off")
            key = urlsplit(self.path).path.removeprefix(hooks.ROOT)
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._answer(lambda: hooks.deliver(door.stores, key, body, headers, door.clock))

        def _pass_over(self, length: int) -> None:
            """Take what is sent off the line, up to a bound: who is still sending when the line is cut never hears why."""
            left = min(length, DRAINED)
            while left and (piece := self.rfile.read(min(left, 65_536))):
                left -= len(piece)

        def _accepted(self) -> str | None:
            return self.headers.get("Accept-Language")

        def _pages(self) -> Pages:
            """The pages for a visitor whose address may be unreadable."""
            return Pages(words.chosen(None, self._accepted()))

        def _visitor(self) -> str:
            """The visitor's address; behind a proxy the one that the proxy saw, which is the last it names."""
            named = self.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
            return named if door.behind_proxy and named else self.client_address[0]

        def _answer(self, reply: Callable[[], Reply]) -> None:
            try:
                self._say(reply())
            except (StoreDown, Refused) as error:
                log.warning("door_closed", reason=str(error))
                pages = self._pages()
                self._say(Reply(status=503, body=pages.word(pages.words.closed, pages.words.closed_now)))
            except ValueError as error:
                log.warning("door_odd_request", reason=type(error).__name__)
                pages = self._pages()
                self._say(Reply(status=400, body=pages.word(pages.words.not_sent, pages.words.unread)))

        def _say(self, reply: Reply) -> None:
            body = reply.body.encode("utf-8", "replace")
            self.send_response(reply.status)
            overridden = {name for name, _ in reply.headers}
            for name, value in (*(pair for pair in HEADERS if pair[0] not in overridden), *reply.headers):
                self.send_header(name, value)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Visitors are not logged."""

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    return server
