"""A real Elasticsearch for the tests: the one at PLAINT_TEST_ELASTICSEARCH, or a node that is started once for all of them."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from tests.conftest import need

GIVEN = "PLAINT_TEST_ELASTICSEARCH"
_numbers, _own = count(1), token_hex(4)


def elastic_server() -> ModuleType:
    """The script that starts servers, as a module."""
    if "elastic_server" not in sys.modules:
        spec = importlib.util.spec_from_file_location("elastic_server", Path(__file__).parents[2] / "scripts/elastic_server.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules["elastic_server"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["elastic_server"])
    return sys.modules["elastic_server"]


def need_server() -> None:
    """Skip (or in CI fail) where no server can be started."""
    why = elastic_server().missing()
    need("elastic", why is None, f"{why}; or set {GIVEN} to the address of one")


@contextmanager
def folder_for_nodes() -> Iterator[Path]:
    """A folder that the user who runs the nodes can reach; pytest's own are closed to others."""
    with TemporaryDirectory(prefix="plaint-elastic-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def served() -> Iterator[str]:
    """The address of a node."""
    if given := os.environ.get(GIVEN):
        yield given.rstrip("/")
        return
    need_server()
    script = elastic_server()
    try:
        script.fetched()
    except script.Unavailable as error:
        need("elastic", present=False, hint=f"{error}; or set {GIVEN} to the address of one")
    with folder_for_nodes() as folder:
        cluster = script.Cluster(folder)
        try:
            cluster.start(240)
            yield cluster.addresses[0]
        finally:
            cluster.stop()


class Emptied:
    """Stores of one server, each under a name of its own: given out empty, taken back, emptied for the next test."""

    def __init__(self, server: str, *, shards: int = 1) -> None:
        self.server, self._shards = server, shards
        self._free: list[str] = []
        self._taken: list[str] = []

    def address(self) -> str:
        """The address of an empty store."""
        name = self._free.pop() if self._free else self._make(f"t-{_own}-{next(_numbers)}")
        self._taken.append(name)
        return f"{self.server}/{name}"

    def take_back(self) -> None:
        """Empty all that were given out; documents go one by one, because making indices takes a server long."""
        for name in self._taken:
            self._empty(name)
        self._free += self._taken
        self._taken = []

    def _empty(self, name: str) -> None:
        self._ask("POST", f"/{name}-*/_refresh")
        while hits := self._ask("POST", f"/{name}-*/_search", {"size": 10_000, "_source": False})["hits"]["hits"]:
            self._ask("POST", "/_bulk?refresh=true", *({"delete": {"_index": hit["_index"], "_id": hit["_id"]}} for hit in hits))

    def close(self) -> None:
        """Take all away."""
        for name in (*self._free, *self._taken):
            removed(self.server, name)

    def _make(self, name: str) -> str:
        from indexer.elastic_client import place_of
        from indexer.elastic_setup import Layout
        from indexer.elastic_stores import opened

        opened(name, place_of(f"{self.server}/{name}"), Layout(shards=self._shards), Path("never-kept.evidence")).close()
        self._ask("PUT", f"/{name}-cases/_settings", {"index.gc_deletes": "0s"})
        return name

    def _ask(self, method: str, path: str, *lines: Any) -> Any:
        return asked(self.server, method, path, *lines)


def asked(server: str, method: str, path: str, *lines: Any) -> Any:
    """The JSON answer of a server; several `lines` go as NDJSON."""
    body = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    request = urllib.request.Request(f"{server}{path}", method=method, data=body or None)
    request.add_header("Content-Type", "application/json" if len(lines) < 2 and "_bulk" not in path else "application/x-ndjson")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def removed(server: str, name: str) -> None:
    """Take away the indices of a store."""
    if indices := sorted(asked(server, "GET", f"/_alias/{name}-*?ignore_unavailable=true")):
        asked(server, "DELETE", f"/{','.join(indices)}")
