"""A made-up Mastodon on loopback, a store that may read it, and `plaint watch` as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from indexer.connect import connect
from plaint.model import Approval, Firm, Person, iso

ROOT = Path(__file__).parents[2]
FIRM = Firm(
    key="acme", name="Acme Bank", handles={"mastodon": "#acme", "bluesky": "#acme", "hellopeter": "acme"}, hashtags=("acmefail",)
)  # fmt: skip


def prepare(address: str, *sources: str, firms: tuple[Firm, ...] = (FIRM,)) -> None:
    stores = connect(address)
    stores.registers.save_firms(firms)
    stores.registers.save_person(Person(key="boss", name="Boss", roles=("compliance",)))
    review = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
    for source in sources:
        stores.registers.save_approval(Approval(source=source, approved=True, by="boss", review_on=review))
    stores.close()


def status(number: int, text: str = "My card is blocked", *, at: str | None = None, tags: tuple[str, ...] = ("acme",), **more: Any) -> dict[str, Any]:
    """A status of somebody made up."""
    return {
        "id": str(number), "created_at": at or iso(datetime.now(UTC)), "url": f"https://social.example/@kim/{number}", "language": "en",
        "content": f"<p>{text} {number}</p>", "visibility": "public", "in_reply_to_id": None, "replies_count": 0, "reblogs_count": 0,
        "favourites_count": 0, "account": {"id": "7", "username": "kim", "acct": "kim", "display_name": "Kim", "url": "https://social.example/@kim"},
        "tags": [{"name": tag} for tag in tags], "mentions": [], "media_attachments": [], **more,
    }  # fmt: skip


@dataclass
class Town:
    """The server: its statuses by id, what it was asked, and whether it answers at all."""

    address: str = ""
    statuses: dict[int, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[float, str]] = field(default_factory=list)
    status: int = 200
    delay: float = 0.0
    page: int = 40

    def paths(self) -> list[str]:
        return [path for _, path in self.asked if path != "/robots.txt"]

    def answer(self, path: str) -> tuple[int, Any, dict[str, str]]:
        parts = urlsplit(path)
        query = parse_qs(parts.query)
        if parts.path.startswith("/api/v1/timelines/tag/"):
            newest = [self.statuses[number] for number in sorted(self.statuses, reverse=True)]
            since, below = int(query.get("since_id", ["0"])[0]), int(query.get("max_id", [str(2**63)])[0])
            shown = [one for one in newest if since < int(one["id"]) < below]
            more = {"Link": f'<{self.address}{parts.path}?max_id={shown[self.page - 1]["id"]}>; rel="next"'} if len(shown) > self.page else {}
            return 200, shown[: self.page], more
        if parts.path == "/api/v1/statuses":
            return 200, [self.statuses[int(ref)] for ref in query.get("id[]", ()) if int(ref) in self.statuses], {}
        return 404, {"error": "Record not found"}, {}


@contextmanager
def town(**more: Any) -> Iterator[Town]:
    """The server at work."""
    made = Town(**more)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            made.asked.append((time.monotonic(), self.path))
            time.sleep(made.delay if self.path != "/robots.txt" else 0)
            code, said, headers = (404, {}, {}) if self.path == "/robots.txt" else made.answer(self.path)
            code = made.status if code == 200 else code
            body = json.dumps(said).encode()
            with suppress(ConnectionError):
                self.send_response(code)
                for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


class Watcher:
    """`plaint watch` as a process of its own."""

    def __init__(self, address: str, folder: Path, homes: dict[str, str], *options: str, **settings: Any) -> None:
        self.again = lambda: Watcher(address, folder, homes, *options, **settings)
        said = {"PLAINT_STORE": address, "PLAINT_HOMES": json.dumps(homes), "PLAINT_LOG": "info", "MASTODON_AUTHORIZATION": "Bearer t0ken-t0ken",
                "BLUESKY_AUTHORIZATION": "Bearer t0ken-t0ken"}  # fmt: skip
        said |= {f"PLAINT_{name.upper()}": value if isinstance(value, str) else json.dumps(value) for name, value in settings.items()}
        self.errors = folder / f"stderr-{time.monotonic_ns()}"
        command = [sys.executable, str(ROOT / "manage.py"), "watch", *options]
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(command, cwd=folder, env={**os.environ, **said}, stderr=errors, stdout=subprocess.PIPE, text=True)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def watching(address: str, folder: Path, homes: dict[str, str], *options: str, **settings: Any) -> Iterator[Watcher]:
    """The process at work; it is stopped at the end."""
    watcher = Watcher(address, folder, homes, *options, **settings)
    try:
        yield watcher
    finally:
        if watcher.process.poll() is None:
            watcher.process.send_signal(signal.SIGCONT)
            watcher.stop()
        if watcher.process.stdout is not None:
            watcher.process.stdout.close()


def until(holds: Callable[[], object], errors: Path | None = None, patience: float = 60.0) -> Any:
    """Wait until something holds, and give it; fails with what was said on standard error."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError(errors.read_text()[-3000:] if errors is not None else "never held")
