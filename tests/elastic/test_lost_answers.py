"""The server did it, and its answer was lost: what is sent again must not be done again, and must not undo it."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from indexer.connect import connect
from plaint.desk import log
from plaint.ports import Draft
from tests.contract.test_posts import post
from tests.elastic.server import Emptied

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic")]
AT = "2026-11-24T10:00:00Z"


@contextmanager
def _losing(server: str, part: str) -> Iterator[tuple[str, list[str]]]:
    """A way to the server on which the first answer to a request whose path has `part` gets lost; and the paths of those lost."""
    lost: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kept = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "content-length", "connection"}}
            request = urllib.request.Request(f"{server}{self.path}", data=body or None, method=self.command, headers=kept)
            try:
                answer = urllib.request.urlopen(request, timeout=30)
            except urllib.error.HTTPError as error:
                answer = error
            said = answer.read()
            if part in self.path and not lost:
                lost.append(self.path)
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name in ("Content-Type", "X-elastic-product"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass_on  # noqa: N815 names of the standard library

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    way = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=way.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{way.server_port}", lost
    way.shutdown()
    way.server_close()


def test_an_append_whose_answer_was_lost_happens_once_and_keeps_its_texts(emptied: Emptied, tmp_path: Path) -> None:
    address = emptied.address()
    with _losing(emptied.server, "/_create/append-") as (way, lost):
        stores = connect(f"{way}/{address.rpartition('/')[2]}", evidence=tmp_path)
        done = stores.cases.append("c-a", 0, [Draft(kind="Noted", said={}, bodies={"text": "stays"})], at=AT, by="tom", command="k1")
        assert len(lost) == 1
        assert stores.cases.read("c-a") == done
        assert stores.cases.bodies("c-a") == {(1, "text"): "stays"}
        assert log.verify(stores).holds
        stores.close()
    emptied.take_back()


def test_a_batch_of_posts_whose_answer_was_lost_is_there_once(emptied: Emptied, tmp_path: Path) -> None:
    address = emptied.address()
    with _losing(emptied.server, "/_bulk") as (way, lost):
        stores = connect(f"{way}/{address.rpartition('/')[2]}", evidence=tmp_path)
        stores.posts.put([post("1"), post("2")])
        assert len(lost) == 1
        assert sorted(stores.posts.refs("board")) == ["1", "2"]
        assert len(stores.posts.revisions("board:1")) == 1
        stores.close()
    emptied.take_back()
