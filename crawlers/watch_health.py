"""Health and readiness of a process that watches, over HTTP on loopback: `/health` while it lives, `/ready` while its store answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawlers.watch import Pulse

STILL = 30.0
"""Seconds without a look for work after which the process counts as stuck, and without an answer of the store as not ready."""


@contextmanager
def answering(pulse: Pulse, port: int) -> Iterator[int]:
    """Answer on a port of 127.0.0.1 (0: any free one), until the block ends; the port. OSError when it is taken."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            now = monotonic()
            alive = now - pulse.beat < STILL
            ready = alive and not pulse.stopping and pulse.answered is not None and now - pulse.answered < STILL
            known = {"/health": alive, "/ready": ready}
            body = json.dumps({"alive": alive, "ready": ready, "walks": pulse.walks, "streams": pulse.streams}).encode()
            self.send_response((200 if known[self.path] else 503) if self.path in known else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Probes are not logged."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.2,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
