"""Whole crawls over loopback: what is asked of a site, what is kept, what the ledger says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.connect import connect
from tests.crawl.peer import Peer, post, serving
from tests.crawl.walk import prepare

pytestmark = pytest.mark.crawl

WALK = Path(__file__).with_name("walk.py")


@pytest.fixture
def peer() -> Iterator[Peer]:
    with serving() as site:
        yield site


@pytest.fixture
def store(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address)
    return address


def walk(store: str, peer: Peer, env: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """One crawl; its ledger."""
    given = json.dumps({"store": store, "home": peer.address, **more})
    done = subprocess.run(
        [sys.executable, str(WALK), given], capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **(env or {})}
    )
    assert done.returncode == 0, done.stderr[-3000:]
    runs: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return {**runs[0], "stderr": done.stderr, "stdout": done.stdout}


def refs(store: str) -> set[str]:
    stores = connect(store)
    try:
        return set(stores.posts.refs("peer"))
    finally:
        stores.close()


def sums(run: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(run[name] for name in ("announced", "new", "known", "changed", "rejected", "missing"))


def test_all_pages_are_walked_and_a_second_run_finds_nothing_new(peer: Peer, store: str) -> None:
    peer.pages([[post(n) for n in range(5)], [post(n) for n in range(5, 10)], [post(10)]])
    first = walk(store, peer)
    assert sums(first) == (11, 11, 0, 0, 0, 0)
    assert (first["state"], first["alarms"], first["pages"], first["errors"]) == ("done", [], 3, 0)
    second = walk(store, peer)
    assert sums(second) == (11, 0, 11, 0, 0, 0)
    assert len(refs(store)) == 11
