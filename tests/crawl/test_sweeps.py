"""Newest first until known; a full sweep at intervals, and wherever there may be a gap."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from indexer.connect import connect
from plaint.desk.sweeps import Reach, next_sweep
from plaint.model import Run
from tests.crawl.peer import Peer, peer_source, post, serving
from tests.crawl.walk import begin, prepare

NEWEST_FIRST = {"newest_first": True}


@pytest.fixture
def peer() -> Iterator[Peer]:
    with serving() as site:
        yield site


@pytest.fixture
def store(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address)
    return address


def walk(store: str, peer: Peer, **more: Any) -> tuple[dict[str, Any], list[str]]:
    """One crawl: its ledger, and which pages it asked for."""
    folder, before = Path(store.removeprefix("sqlite:///")).parent, len(peer.asked)
    status = os.waitpid(begin({"store": store, "home": peer.address, "site": NEWEST_FIRST, **more}, folder), 0)[1]
    assert status == 0, (folder / "stderr").read_text()[-3000:]
    (run,) = json.loads((folder / "runs.json").read_bytes())
    return run, [one.path[-1] for one in peer.asked[before:] if one.path != "/robots.txt"]


@pytest.mark.crawl
def test_a_list_is_read_until_what_is_known_and_to_its_end_when_a_sweep_is_due(peer: Peer, store: str) -> None:
    posts = [post(number) for number in range(8, -1, -1)]
    peer.pages([posts[:3], posts[3:6], posts[6:]])
    run, asked = walk(store, peer)
    assert (run["reach"], asked) == ("full", ["1", "2", "3"])

    posts = [post(9), *posts[:-1]]  # one is new, the oldest is gone
    peer.pages([posts[:3], posts[3:6], posts[6:]])
    run, asked = walk(store, peer)
    assert (run["reach"], asked) == ("known", ["1", "2"])  # the second page held nothing new
    assert (run["new"], run["gone"], run["announced"], run["missing"], run["state"], run["alarms"]) == (1, 0, None, 0, "done", [])

    run, asked = walk(store, peer, full=True)
    assert (run["reach"], asked, run["gone"]) == ("full", ["1", "2", "3"], 1)


@pytest.mark.crawl
@pytest.mark.parametrize("gap", [{"limit": 2}, {"since": "2020-01-01"}])
def test_what_was_read_in_part_is_followed_by_a_full_walk(peer: Peer, store: str, gap: dict[str, Any]) -> None:
    peer.pages([[post(1), post(2)], [post(3)]])
    walk(store, peer)
    assert walk(store, peer)[1] == ["1"]
    assert walk(store, peer, **gap)[0]["reach"] == "part"
    assert walk(store, peer)[1] == ["1", "2"]


@pytest.mark.crawl
def test_an_edited_post_on_the_way_is_not_taken_for_known(peer: Peer, store: str) -> None:
    peer.pages([[post(1), post(2)], [post(3)], [post(4)]])
    walk(store, peer)
    peer.pages([[post(1), post(2, text="Solved meanwhile, thank you all.")], [post(3)], [post(4)]])
    run, asked = walk(store, peer)
    assert (asked, run["changed"]) == (["1", "2"], 1)


@pytest.mark.crawl
def test_a_crawl_that_died_is_followed_by_a_full_walk(peer: Peer, store: str) -> None:
    peer.pages([[post(1)], [post(2)]])
    walk(store, peer)
    stores = connect(store)
    stores.runs.save(Run(id="99990101T000000Z-peer-x", source="peer", firm="acme", started="9999-01-01T00:00:00Z", state="failed"))
    stores.close()
    assert walk(store, peer)[1] == ["1", "2"]


NOW = datetime(2026, 11, 24, tzinfo=UTC)


def run(days: int, reach: Reach | None, state: str = "done") -> Run:
    at = (NOW - timedelta(days=days)).isoformat()
    return Run(id=f"r{days}", source="peer", firm="acme", started=at, ended=at, state=state, reach=reach)


@pytest.mark.pure
def test_when_the_next_full_sweep_is_due() -> None:
    site = peer_source(newest_first=True, sweep=7).site
    assert next_sweep(site, []) is None
    assert next_sweep(site, [run(1, Reach.KNOWN), run(2, Reach.KNOWN), run(3, Reach.FULL)]) == NOW + timedelta(days=4)
    assert next_sweep(site, [run(1, Reach.KNOWN), run(2, Reach.PART), run(3, Reach.FULL)]) is None
    assert next_sweep(site, [run(1, Reach.KNOWN), run(2, None), run(3, Reach.FULL)]) is None  # saved pages were taken in
    assert next_sweep(site, [run(1, Reach.FULL, "stopped"), run(3, Reach.FULL)]) is None
    assert next_sweep(replace(site, newest_first=False), [run(1, Reach.FULL)]) is None
    assert next_sweep(replace(site, sweep=0), [run(1, Reach.FULL)]) is None
