"""A node of three is killed at the worst moment: nothing that was acknowledged is lost, nothing is done twice, no export is cut short.

Takes minutes and three servers, so it runs only where `PLAINT_TEST_FAULTS` is set.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from indexer.connect import connect
from plaint.desk import log
from plaint.model import PartialDate, Post
from plaint.ports import Conflict, Draft, Stores
from plaint.query.tree import Search
from tests.contract.test_posts import post

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic")]
AT = "2026-11-24T10:00:00Z"


@pytest.fixture
def stores(three: Any, addresses: str, tmp_path: Path) -> Iterator[Stores]:
    opened = connect(addresses, evidence=tmp_path)
    three.wait(120)
    yield opened
    opened.close()


def dated(number: int) -> Post:
    day = PartialDate.exact(datetime(2026, 1, 1, number // 3600, number // 60 % 60, number % 60, tzinfo=UTC))
    return post(f"{number:05}", published=day)


def beside(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def master(three: Any) -> int:
    """The number of the node that leads the others."""
    found = three.ask("/_cluster/state/master_node,nodes")
    return int(found["nodes"][found["master_node"]]["name"].removeprefix("node-"))


def test_no_acknowledged_post_is_lost_when_the_leading_node_dies_while_posts_come_in(three: Any, stores: Stores) -> None:
    acknowledged: list[str] = []
    begun = threading.Event()

    def ingest() -> None:
        for start in range(0, 4_000, 50):
            batch = [dated(number) for number in range(start, start + 50)]
            stores.posts.put(batch)
            acknowledged.extend(one.id for one in batch)
            if start >= 500:
                begun.set()

    worker = beside(ingest)
    assert begun.wait(120)
    three.kill(master(three))
    worker.join(240)
    assert len(acknowledged) == 4_000
    assert [one.id for one in stores.posts.get(acknowledged)] == acknowledged
    assert stores.posts.search(Search()).total == 4_000


def test_no_act_on_a_case_is_lost_or_doubled_when_a_node_dies(three: Any, stores: Stores) -> None:
    acknowledged: list[tuple[str, int]] = []
    begun = threading.Event()

    def work(name: str) -> None:
        for number in range(150):
            case = f"c-{number % 15}"
            while True:
                try:
                    stores.cases.append(case, stores.cases.version(case), [Draft(kind="Noted", said={"n": number}, bodies={"text": name})],
                                        at=AT, by=name, command=f"{name}-{number}")  # fmt: skip
                except Conflict:
                    continue
                break
            acknowledged.append((name, number))
            if number == 30:
                begun.set()

    workers = [beside(lambda name=name: work(name)) for name in ("anna", "tom")]  # type: ignore[misc]
    assert begun.wait(120)
    shards = three.ask(f"/_cat/shards/{stores.address.rpartition('/')[2]}-log?format=json")
    holder = next(shard["node"] for shard in shards if shard["prirep"] == "p")
    three.kill(int(holder.removeprefix("node-")))
    for worker in workers:
        worker.join(240)
    entries = [(entry.by, entry.said["n"]) for entry in stores.cases.walk()]
    assert sorted(entries) == sorted(acknowledged) == [(name, number) for name in ("anna", "tom") for number in range(150)]
    assert log.verify(stores).holds


def test_an_export_under_way_is_complete_though_a_node_dies(three: Any, stores: Stores) -> None:
    for start in range(0, 3_000, 500):
        stores.posts.put([dated(number) for number in range(start, start + 500)])
    scan = stores.posts.scan(Search())
    ids = [one.id for one in islice(scan, 700)]
    shards = three.ask(f"/_cat/shards/{stores.address.rpartition('/')[2]}-posts?format=json")
    for node in {shard["node"] for shard in shards if shard["node"]}:
        three.kill(int(node.removeprefix("node-")))
        break
    ids += [one.id for one in scan]
    assert ids == [f"board:{number:05}" for number in range(2_999, -1, -1)]
