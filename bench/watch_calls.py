"""Who is called in the bench of the watching: a webhook's receiver on loopback that notes when each alert's message came."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

SECRET = "whsec_b2YgdGhlIGJlbmNo"  # noqa: S105 - made up
"""What deliveries are signed with; the receiver does not check it (tests/responders does)."""


@contextmanager
def receiver() -> Iterator[tuple[str, Mapping[str, datetime]]]:
    """Its address, and when the first message of each alert came."""
    came: dict[str, datetime] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            came.setdefault(said["data"]["alert"], datetime.now(UTC))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is told."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/calls", came
        finally:
            server.shutdown()
