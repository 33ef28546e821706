"""Moving everything: between the stores in both directions, and to a new version of an index while others write."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.connect import connect
from indexer.copying import Mixed, copy, counted
from indexer.elastic_move import move, with_words_of_today
from indexer.elastic_setup import Layout
from indexer.elastic_stores import ElasticStores
from plaint.cases.chain import body_digest
from plaint.desk import log
from plaint.model import Approval, Capture, Firm, Gone, PartialDate, Person, Post, Quarantined, Rejection, Run
from plaint.ports import CaseRow, Draft, Stores
from plaint.query.parse import parse_query
from plaint.query.tree import CaseMark, Search, Sort
from tests.contract.test_posts import post
from tests.elastic.server import Emptied, asked
from tests.made_up import FIGURE, TABLE

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic")]
AT = "2026-11-24T10:00:00Z"


class Killed(Exception):
    """Stands for the end of a process."""


@pytest.fixture
def cluster(emptied: Emptied, tmp_path: Path) -> Iterator[ElasticStores]:
    opened = connect(emptied.address(), evidence=tmp_path / "cluster.evidence")
    assert isinstance(opened, ElasticStores)
    yield opened
    opened.close()
    emptied.take_back()


def silent(_what: str, _count: int) -> None:
    """Hears nothing."""


def everything(stores: Stores) -> None:
    """Some of all that a store can hold."""
    dated = PartialDate(earliest="2026-01-05", latest="2026-01-05")
    stores.posts.put([post(str(number), text=f"refund {number}", published=dated if number % 2 else None) for number in range(30)])
    stores.posts.put([post("3", text="edited", day=5), post("4", text="older words", day=1), post("40", reply_to="7")])
    stores.posts.put([post("4", text="the oldest words", capture=Capture(url="https://b", at="2026-02-01T00:00:00Z", sha256="1" * 64))])
    stores.posts.put([post("5", gone=Gone.REMOVED, day=6)])
    stores.posts.vanish(["board:6"], "2026-03-09T00:00:00Z")
    stores.posts.mark("board:7", CaseMark(case="c-a", state="CANDIDATE"))
    stores.cases.append(
        "c-a", 0, [Draft(kind="CaseOpened", said={"n": 1}, bodies={"note": "a"}), Draft(kind="Noted", said={})], at=AT, by="tom", command="k1"
    )
    stores.cases.append("access", None, [Draft(kind="Seen", said={"x": [1, None]})], at=AT, by="tom", command="k2")
    stores.cases.seal(AT)
    stores.cases.append("c-a", 2, [Draft(kind="Noted", said={}, bodies={"note": "b", "other": "c"})], at=AT, by="tom", command="k3")
    stores.cases.save_case(
        CaseRow(case="c-a", version=3, firm="orbit", state="CANDIDATE", title="t", source="board", posts=("board:7",), opened=AT, changed=AT)
    )
    stores.registers.save_firms([Firm(key="orbit", name="Orbit")])
    stores.registers.save_approval(Approval(source="board", firm="orbit", approved=True))
    stores.registers.save_person(Person(key="tom", name="Tom", roles=("agent",)), "hash")
    stores.registers.save_table(TABLE, [FIGURE])
    stores.runs.save(Run(id="r1", source="board", firm="orbit", started=AT, state="done", new=30))
    stores.runs.quarantine([Quarantined(id=name, run="r1", source="board", at=AT, rejection=Rejection(reason="no date")) for name in ("q1", "q2")])
    stores.runs.settle(["q2"], "dismissed")
    stores.runs.note_page("https://board.example", {"etag": "a"})


def answers(stores: Stores) -> list[object]:
    questions = ["", "refund", "is:edited", "is:gone", "is:case", "has:reply", "older", "collected:>2026-02-15"]
    return [
        stores.posts.search(Search(query=parse_query(asked), sort=sort, limit=100)).hits
        for asked in questions
        for sort in (Sort.NEWEST, Sort.COLLECTED)
    ]


@pytest.mark.parametrize("towards", ["cluster", "file"])
def test_a_whole_archive_arrives_as_it_was(cluster: ElasticStores, tmp_path: Path, towards: str) -> None:
    file = connect(f"sqlite:///{tmp_path}/a.db")
    source, target = (file, cluster) if towards == "cluster" else (cluster, file)
    everything(source)
    done = copy(source, target, silent)
    assert done.differs == ()
    assert (done.target.posts, done.target.states, done.target.entries, done.target.bodies, done.target.seals) == (31, 3, 4, 3, 1)
    assert answers(target) == answers(source)
    assert [target.posts.revisions(f"board:{ref}") for ref in "34"] == [source.posts.revisions(f"board:{ref}") for ref in "34"]
    assert log.verify(target).holds
    assert target.cases.behind() == []
    assert all(body_digest(body.secret or "", body.text or "") for body in target.cases.walk_bodies())
    assert target.cases.append("c-a", 3, [Draft(kind="Noted", said={})], at=AT, by="tom", command="k4")[0].position == 5
    file.close()


def test_a_copy_that_was_killed_goes_on_and_one_made_again_brings_what_is_new(cluster: ElasticStores, tmp_path: Path) -> None:
    file = connect(f"sqlite:///{tmp_path}/a.db")
    everything(file)

    def dying(what: str, count: int) -> None:
        if (what, count) == ("log entries", 3):
            raise Killed

    with pytest.raises(Killed):
        copy(file, cluster, dying)
    assert copy(file, cluster, silent).differs == ()
    file.cases.erase("c-a", 1, "note")
    file.posts.put([post("8", text="edited later", day=9)])
    file.posts.mark("board:7", None)
    assert copy(file, cluster, silent).differs == ()
    assert cluster.cases.bodies("c-a")[1, "note"] is None
    file.close()


def test_a_difference_is_found_and_named(cluster: ElasticStores, tmp_path: Path) -> None:
    file = connect(f"sqlite:///{tmp_path}/a.db")
    everything(file)
    copy(file, cluster, silent)
    cluster.posts.put([post("bent")])
    here, there = counted(file), counted(cluster)
    assert {part for part in here.digests if here.digests[part] != there.digests[part]} == {"posts"}
    file.close()


def test_two_logs_are_never_mixed(cluster: ElasticStores, tmp_path: Path) -> None:
    file = connect(f"sqlite:///{tmp_path}/a.db")
    everything(file)
    cluster.cases.append("people", None, [Draft(kind="Added", said={})], at=AT, by="root", command="x")
    with pytest.raises(Mixed, match="another log"):
        copy(file, cluster, silent)
    file.close()


def test_a_new_index_takes_over_while_others_write_and_search(emptied: Emptied, cluster: ElasticStores) -> None:
    cluster.posts.put([post(str(number)) for number in range(300)])
    name = cluster.cluster.name("posts")
    (before,) = asked(emptied.server, "GET", f"/_alias/{name}")
    acknowledged: list[str] = []
    troubles: list[object] = []
    ended = threading.Event()

    def write(name: str) -> None:
        number = 0
        while not ended.is_set():
            number += 1
            batch: list[Post] = [post(f"{name}{number}x{place}") for place in range(5)]
            cluster.posts.put(batch)
            acknowledged.extend(one.id for one in batch)

    def look() -> None:
        while not ended.is_set():
            total = cluster.posts.search(Search(limit=1)).total
            if total < 300:
                troubles.append(total)

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"] + [threading.Thread(target=look)]
    for thread in threads:
        thread.start()
    try:
        assert move(cluster.cluster, "posts", Layout(shards=2), silent, made=with_words_of_today) >= 300
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert troubles == []
    assert len(acknowledged) > 10
    assert {f"board:{ref}" for ref in cluster.posts.refs("board")} == {*acknowledged, *(f"board:{number}" for number in range(300))}
    assert cluster.posts.search(Search(query=parse_query("refund"))).total == 300 + len(acknowledged)
    (index,) = asked(emptied.server, "GET", f"/_alias/{name}")
    assert index == f"{name}-{int(before.rpartition('-')[2]) + 1}"
