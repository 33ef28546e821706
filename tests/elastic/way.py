"""A way to a real server on which things go wrong: answers that get lost, come late, or say that the server is full."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that passes: its number from 1, its path, and its body."""

    number: int
    method: str
    path: str
    body: bytes

    @property
    def documents(self) -> int:
        """Lines of a bulk request, two for each document that is written whole."""
        return self.body.count(b"\n") // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What happens to a request: the server is not asked and this is answered; or it is asked and the answer is lost or late."""

    status: int | None = None
    reason: str = ""
    is_lost: bool = False
    seconds: float = 0


FULL = Trouble(status=429, reason="es_rejected_execution_exception")
RED = Trouble(status=503, reason="no_shard_available_action_exception")
LOST = Trouble(is_lost=True)


@dataclass(slots=True)
class Way:
    """The address to use instead of the server's, and what went over it. `trouble` decides for each request; None: it passes."""

    trouble: Callable[[Asked], Trouble | None]
    address: str = ""
    seen: list[Asked] = field(default_factory=list)
    troubled: list[Asked] = field(default_factory=list)


@contextmanager
def way_to(server: str, trouble: Callable[[Asked], Trouble | None]) -> Iterator[Way]:
    """A way to the server on loopback."""
    way, turn = Way(trouble), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with turn:
                asked = Asked(number=len(way.seen) + 1, method=self.command, path=self.path, body=body)
                way.seen.append(asked)
                met = way.trouble(asked)
                if met is not None:
                    way.troubled.append(asked)
            if met is not None and met.status is not None:
                said = f'{{"error": {{"type": "{met.reason}", "reason": "{met.reason}"}}, "status": {met.status}}}'.encode()
                self._answer(met.status, said, "application/json")
                return
            status, said, kind = _from(server, self, body)
            if met is not None and met.is_lost:
                self.close_connection = True
                return
            time.sleep(met.seconds if met is not None else 0)
            self._answer(status, said, kind)

        def _answer(self, status: int, said: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass_on  # noqa: N815 names of the standard library

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    way.address = f"http://127.0.0.1:{listening.server_port}"
    yield way
    listening.shutdown()
    listening.server_close()


def _from(server: str, asking: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes, str]:
    """The server's own answer."""
    kept = {name: value for name, value in asking.headers.items() if name.lower() not in {"host", "content-length", "connection"}}
    request = urllib.request.Request(f"{server}{asking.path}", data=body or None, method=asking.command, headers=kept)
    try:
        answer = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, answer.read(), answer.headers.get("Content-Type", "application/json")


def times(number: int, trouble: Trouble, part: str) -> Callable[[Asked], Trouble | None]:
    """The trouble for the first so many requests whose path has `part`."""
    left = iter(range(number))
    return lambda asked: trouble if part in asked.path and next(left, None) is not None else None
