"""Posts made again from their captures: the same on a cluster as in a file, while others write and search."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import rebuild
from indexer.connect import connect
from indexer.elastic_remake import remake
from indexer.elastic_setup import Layout
from indexer.elastic_stores import ElasticStores
from indexer.restated import Remade
from plaint.model import AboutFirm, Capture, Post
from plaint.ports import Stores
from plaint.query.parse import parse_query
from plaint.query.tree import CaseMark, Search
from tests.contract.test_posts import post
from tests.elastic.server import Emptied

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic")]
ASKED = ["", "refund", "is:edited", "is:gone", "is:case", "has:reply", "spoilt", "firm:orbit"]


@pytest.fixture
def cluster(emptied: Emptied, tmp_path: Path) -> Iterator[ElasticStores]:
    opened = connect(emptied.address(), evidence=tmp_path / "cluster.evidence")
    assert isinstance(opened, ElasticStores)
    yield opened
    opened.close()
    emptied.take_back()


def on_day(ref: str, day: int, text: str = "a refund", **more: object) -> Post:
    return post(ref, text=text, day=day, **more)


def as_an_older_parser_read_them(stores: Stores) -> None:
    """What is held: some of it wrong, some of it captured since."""
    asked = (AboutFirm(key="orbit", score=1.0, how="asked"),)
    said = [f"spoilt {number}" if number % 3 == 0 else "a refund" for number in range(30)]
    stores.posts.put([replace(on_day(str(number), 2, text=text), firms=asked) for number, text in enumerate(said)])
    stores.posts.put([on_day("40", 2, reply_to="7"), on_day("41", 2, reply_to="8"), on_day("42", 2, reply_to="8")])
    stores.posts.put([on_day("5", 9, text="captured since")])
    stores.posts.mark("board:6", CaseMark(case="c-a", state="CANDIDATE"))
    stores.posts.vanish(["board:9"], "2026-03-09T00:00:00Z")


def as_read_today() -> list[list[Post]]:
    """What each capture gives: one state of post 1 that was not seen before, answers of other posts, a post that was missed."""
    return [
        [on_day(str(number), 2) for number in range(30)],
        [on_day("1", 1, text="how it was said first"), on_day("50", 1, text="missed at first")],
        [on_day("50", 3, text="missed at first, then edited"), on_day("40", 2, reply_to="9"), on_day("41", 2, reply_to="8")],
    ]


def answers(stores: Stores) -> dict[str, object]:
    found = {asked: stores.posts.search(Search(query=parse_query(asked), limit=100)) for asked in ASKED}
    hits = {asked: {hit.post.ref: hit for hit in one.hits} for asked, one in found.items()}
    return {**hits, "states": [stores.posts.revisions(f"board:{ref}") for ref in ("1", "3", "5", "9", "50")]}


def silent(_what: str, _count: int) -> None:
    """Hears nothing."""


def test_posts_are_made_again_on_a_cluster_as_they_are_in_a_file(cluster: ElasticStores, tmp_path: Path) -> None:
    file = connect(f"sqlite:///{tmp_path}/a.db")
    for stores in (file, cluster):
        as_an_older_parser_read_them(stores)
    in_file = rebuild.remake(tmp_path / "a.db", as_read_today(), silent)
    rebuild.reindex(tmp_path / "a.db", silent)
    on_cluster, total = remake(cluster.cluster, Layout(), as_read_today(), silent)
    assert on_cluster == in_file
    assert (on_cluster.added, on_cluster.newer) == (1, 1)
    assert on_cluster.corrected >= 11
    assert total == 34
    there, here = answers(cluster), answers(file)
    for asked in here:
        assert there[asked] == here[asked], asked
    assert {hit.post.ref for hit in cluster.posts.search(Search(query=parse_query("has:reply"))).hits} == {"8", "9"}
    again, _ = remake(cluster.cluster, Layout(), as_read_today(), silent)
    assert again == Remade(same=again.same, newer=1)
    file.close()


def test_while_posts_are_made_again_others_write_and_search(cluster: ElasticStores) -> None:
    cluster.posts.put([on_day(str(number), 2, text="spoilt") for number in range(300)])
    acknowledged: list[str] = []
    troubles: list[int] = []
    ended = threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            cluster.posts.put([on_day(f"x{number}", 3), on_day(str(number % 300), 5, text=f"captured since {number}")])
            acknowledged.append(f"board:x{number}")

    def look() -> None:
        while not ended.is_set():
            if (total := cluster.posts.search(Search(limit=1)).total) < 300:
                troubles.append(total)

    threads = [threading.Thread(target=write), threading.Thread(target=look)]
    for thread in threads:
        thread.start()
    try:
        done, _ = remake(cluster.cluster, Layout(shards=2), [[on_day(str(number), 2) for number in range(300)]], silent)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert troubles == []
    assert acknowledged
    assert done.corrected + done.newer == 300
    assert len(cluster.posts.get(acknowledged)) == len(acknowledged)
    spoilt = cluster.posts.search(Search(query=parse_query("spoilt"))).total
    assert spoilt == 0
    assert cluster.posts.search(Search(query=parse_query("since"))).total > 0


def test_killed_before_the_switch_nothing_has_changed(cluster: ElasticStores) -> None:
    as_an_older_parser_read_them(cluster)
    before = answers(cluster)

    class Killed(Exception):
        """Stands for the end of a process."""

    def dying(what: str, _count: int) -> None:
        if what == "documents":
            raise Killed

    with pytest.raises(Killed):
        remake(cluster.cluster, Layout(), as_read_today(), dying)
    assert answers(cluster) == before
    assert remake(cluster.cluster, Layout(), as_read_today(), silent)[0].corrected >= 11


def test_what_a_capture_gives_and_the_server_does_not_take_stays_out(cluster: ElasticStores) -> None:
    capture = Capture(url="https://b.example", at="2026-03-01T00:00:00Z", sha256="1" * 64)
    endless = replace(post("x" * 40_000), id="board:" + "x" * 40_000, capture=capture)
    done, total = remake(cluster.cluster, Layout(), [[endless, on_day("1", 2)]], silent)
    assert (done.added, total) == (1, 1)
