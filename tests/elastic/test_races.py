"""Many at once: processes on the same cases, crawlers on the same posts. Nothing is lost and nothing is done twice."""

from __future__ import annotations

import threading
from multiprocessing import get_context
from pathlib import Path

import pytest

from indexer.connect import connect
from plaint.desk import log
from plaint.ports import Conflict, Draft, Outcome, Stores
from tests.contract.test_posts import post
from tests.elastic.server import Emptied

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic")]
AT = "2026-11-24T10:00:00Z"
PROCESSES, CASES = 8, 100


def _work(address: str, name: str, folder: str) -> None:
    """One note by this process on every case, each against the version it saw; and every command sent twice."""
    stores = connect(address, evidence=Path(folder))
    for number in range(CASES):
        _insist(stores, f"c-{number}", name)
    stores.close()


def _insist(stores: Stores, case: str, name: str) -> None:
    command, draft = f"{name}-{case}", Draft(kind="Noted", said={"by": name}, bodies={"text": f"{name} on {case}"})
    while True:
        try:
            stores.cases.append(case, stores.cases.version(case), [draft], at=AT, by=name, command=command)
        except Conflict:
            continue
        stores.cases.append(case, 0, [draft], at=AT, by=name, command=command)
        return


def test_eight_processes_on_a_hundred_cases_lose_and_double_nothing(emptied: Emptied, tmp_path: Path) -> None:
    address = emptied.address()
    spawn = get_context("spawn")
    workers = [spawn.Process(target=_work, args=(address, f"p{number}", str(tmp_path))) for number in range(PROCESSES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(240)
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    stores = connect(address, evidence=tmp_path)
    entries = list(stores.cases.walk())
    assert len(entries) == PROCESSES * CASES
    assert {(entry.stream, entry.by) for entry in entries} == {(f"c-{case}", f"p{process}") for case in range(CASES) for process in range(PROCESSES)}
    assert log.verify(stores).holds
    assert sorted(body.text or "" for body in stores.cases.walk_bodies()) == sorted(f"{entry.by} on {entry.stream}" for entry in entries)
    stores.close()
    emptied.take_back()


def test_of_several_crawlers_the_newest_capture_stays(emptied: Emptied, tmp_path: Path) -> None:
    address = emptied.address()
    outcomes: list[Outcome] = []

    def crawl(day: int) -> None:
        stores = connect(address, evidence=tmp_path)
        outcomes.extend(stores.posts.put([post(str(ref), text=f"as on day {day}", day=day) for ref in range(20)]))
        stores.close()

    threads = [threading.Thread(target=crawl, args=(day,)) for day in (5, 1, 7, 3, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stores = connect(address, evidence=tmp_path)
    for ref in range(20):
        assert stores.posts.get([f"board:{ref}"])[0].text == "as on day 7"
        assert [revision.post.text for revision in stores.posts.revisions(f"board:{ref}")] == [f"as on day {day}" for day in (1, 2, 3, 5, 7)]
    assert outcomes.count(Outcome.NEW) == 20
    assert len(outcomes) == 100
    stores.close()
    emptied.take_back()


def test_putting_known_posts_again_writes_nothing(emptied: Emptied, tmp_path: Path) -> None:
    from indexer.elastic_stores import ElasticStores

    stores = connect(emptied.address(), evidence=tmp_path)
    assert isinstance(stores, ElasticStores)
    posts = [post(str(number), reply_to=str(number + 1)) for number in range(20)]
    stores.posts.put(posts)

    def written() -> int:
        found = stores.cluster.client.indices.stats(index=f"{stores.cluster.place.name}-*", metric="indexing")
        return int(found["_all"]["primaries"]["indexing"]["index_total"])

    before = written()
    assert set(stores.posts.put(posts)) == {Outcome.KNOWN}
    assert written() == before
    stores.close()
    emptied.take_back()
