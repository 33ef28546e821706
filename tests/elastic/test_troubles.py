"""A cluster that is full, slow, red, or does not take a document: bounded patience, one line, nothing lost, the rest of the batch lives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crawlers.registry import source
from indexer.connect import connect
from indexer.elastic_bulk import MOST
from indexer.elastic_client import Cluster, place_of
from indexer.elastic_posts import ElasticPosts
from indexer.elastic_stores import ElasticStores
from plaint.desk import intake
from plaint.model import Capture, RawPost
from plaint.ports import NotTaken, StoreDown
from plaint.posts.brands import Names
from plaint.query.tree import Search
from tests.conftest import NOW
from tests.contract.test_posts import post
from tests.elastic.server import Emptied
from tests.elastic.way import FULL, RED, Asked, Trouble, times, way_to

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic")]
SITE = source("schema_org").site


@pytest.fixture
def address(emptied: Emptied) -> Iterator[str]:
    yield emptied.address()
    emptied.take_back()


def over(way: str, address: str) -> str:
    """The same store, reached over another way."""
    return f"{way}/{address.rpartition('/')[2]}"


def test_a_full_cluster_gets_smaller_requests_until_it_takes_them(emptied: Emptied, address: str, tmp_path: Path) -> None:
    def too_much(asked: Asked) -> Trouble | None:
        return FULL if "/_bulk" in asked.path and asked.documents > 60 else None

    with way_to(emptied.server, too_much) as way:
        stores = connect(over(way.address, address), evidence=tmp_path)
        stores.posts.put([post(str(number)) for number in range(400)])
        assert isinstance(stores, ElasticStores)
        assert len(set(stores.posts.refs("board"))) == 400
        assert way.troubled[0].documents == 400
        sizes = [asked.documents for asked in way.troubled]
        assert sizes == sorted(sizes, reverse=True)
        assert len(sizes) < 8
        stores.close()


def test_a_cluster_that_stays_full_is_told_with_what_was_not_written_and_the_same_again_is_right(
    emptied: Emptied, address: str, tmp_path: Path
) -> None:  # fmt: skip
    is_full = [True]
    with way_to(emptied.server, lambda asked: FULL if "/_bulk" in asked.path and is_full[0] else None) as way:
        cluster = Cluster(place_of(over(way.address, address)), patience=0.5)
        with pytest.raises(StoreDown, match=r"overloaded and turns requests away.*; 30 of 30 documents were not written"):
            ElasticPosts(cluster).put([post(str(number)) for number in range(30)])
        is_full[0] = False
        assert len(ElasticPosts(cluster).put([post(str(number)) for number in range(30)])) == 30
        cluster.close()
    stores = connect(address, evidence=tmp_path)
    assert len(set(stores.posts.refs("board"))) == 30
    stores.close()


def test_after_a_while_a_cluster_is_asked_for_more_at_once_again(emptied: Emptied, address: str) -> None:
    with way_to(emptied.server, times(3, FULL, "/_bulk")) as way:
        cluster = Cluster(place_of(over(way.address, address)), patience=20)
        posts = ElasticPosts(cluster)
        posts.put([post(str(number)) for number in range(200)])
        narrow = cluster._flow.room
        for start in range(200, 2_000, 200):
            posts.put([post(str(number)) for number in range(start, start + 200)])
        assert narrow < 200 < cluster._flow.room <= MOST
        assert posts.search(Search()).total == 2_000
        cluster.close()


@pytest.mark.parametrize(
    ("trouble", "said"), [(RED, "some of its shards are not there"), (Trouble(status=429, reason="circuit_breaking_exception"), "overloaded")]
)
def test_what_passes_is_waited_for_while_reading_and_then_told(emptied: Emptied, address: str, trouble: Trouble, said: str) -> None:
    with way_to(emptied.server, times(2, trouble, "/_search")) as way:
        cluster = Cluster(place_of(over(way.address, address)), patience=20)
        assert ElasticPosts(cluster).search(Search()).total == 0
        way.trouble = lambda asked: trouble if "/_search" in asked.path else None
        impatient = Cluster(place_of(over(way.address, address)), patience=0.3)
        with pytest.raises(StoreDown, match=said):
            ElasticPosts(impatient).search(Search())
        cluster.close()
        impatient.close()


def test_a_server_that_does_not_answer_in_time_is_told_and_its_work_is_not_done_twice(
    emptied: Emptied, address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:  # fmt: skip
    monkeypatch.setattr("indexer.elastic_client.ANSWER", 0.5)
    with way_to(emptied.server, times(1, Trouble(seconds=2), "/_bulk")) as way:
        stores = connect(over(way.address, address), evidence=tmp_path)
        stores.posts.put([post("1")])
        assert [one.ref for one in stores.posts.get(["board:1"])] == ["1"]
        assert len(stores.posts.revisions("board:1")) == 1
        way.trouble = lambda asked: Trouble(seconds=2) if "/_search" in asked.path else None
        impatient = Cluster(place_of(over(way.address, address)), patience=0.3)
        with pytest.raises(StoreDown, match="no answer within"):
            ElasticPosts(impatient).search(Search())
        impatient.close()
        stores.close()


def test_once_patience_has_ended_nobody_waits_so_long_again_until_something_is_answered(emptied: Emptied, address: str) -> None:
    with way_to(emptied.server, lambda asked: RED if "/_search" in asked.path else None) as way:
        cluster = Cluster(place_of(over(way.address, address)), patience=4)
        with pytest.raises(StoreDown):
            cluster.search("posts", {})
        before = len(way.troubled)
        with pytest.raises(StoreDown):
            cluster.search("posts", {})
        assert len(way.troubled) - before <= before
        assert cluster._patience(None) < 4
        way.trouble = lambda _: None
        cluster.search("posts", {})
        assert cluster._patience(None) == 4
        cluster.close()


def test_what_the_server_does_not_take_lies_in_the_quarantine_with_its_reason_and_the_rest_is_stored(address: str, tmp_path: Path) -> None:
    stores = connect(address, evidence=tmp_path)
    capture = Capture(url="https://b.example", at="2026-11-24T09:00:00Z", sha256="0" * 64)
    endless = RawPost(ref="e" * 40_000, url="https://b.example/e", text="words")
    said = [RawPost(ref="1", url="https://b.example/1", text="one"), endless, RawPost(ref="2", url="https://b.example/2", text="two")]
    tally = intake.receive(stores, site=SITE, capture=capture, said=said, run="r", asked=None, names=Names([]), now=NOW)
    assert (tally.new, tally.rejected, tally.items) == (2, 1, 3)
    (item,) = stores.runs.quarantined()
    assert item.rejection.reason == "the store does not take it"
    assert "field [id]" in (item.rejection.seen or "")
    assert "eeee" not in (item.rejection.seen or "")
    assert tally.set_aside == {item.id}
    assert len(list(stores.posts.refs("schema_org"))) == 2
    stores.close()


def test_a_request_that_is_too_large_as_a_whole_is_parted_and_only_the_document_that_is_too_large_is_refused(
    emptied: Emptied, address: str
) -> None:  # fmt: skip
    too_large = Trouble(status=413, reason="content_too_long")
    with way_to(emptied.server, lambda asked: too_large if "/_bulk" in asked.path and b"gigantic" in asked.body else None) as way:
        cluster = Cluster(place_of(over(way.address, address)), patience=5)
        posts = [post(str(number), text="gigantic" if number == 17 else f"words {number}") for number in range(40)]
        with pytest.raises(NotTaken) as some:
            ElasticPosts(cluster).put(posts)
        assert list(some.value.reasons) == ["board:17"]
        assert len(set(ElasticPosts(cluster).refs("board"))) == 39
        cluster.close()


def test_one_document_that_is_no_json_costs_only_itself(address: str, tmp_path: Path) -> None:
    stores = connect(address, evidence=tmp_path)
    assert isinstance(stores, ElasticStores)
    results = stores.cluster.bulk([
        ({"index": {"_index": "ledger", "_id": name}}, {"what": "page", "id": name, "said": said}) for name, said in (("a", "x"), ("b", "\ud800"))
    ])  # fmt: skip
    assert [result["status"] for result in results] == [201, 400]
    stores.close()


def test_posts_are_replaced_only_as_they_were_read_though_the_first_answer_was_429(emptied: Emptied, address: str, tmp_path: Path) -> None:
    stores = connect(address, evidence=tmp_path)
    stores.posts.put([post("1")])
    with way_to(emptied.server, times(1, FULL, "/_bulk")) as way:
        other = connect(over(way.address, address), evidence=tmp_path)
        other.posts.put([replace(post("1", text="new words", day=3))])
        other.close()
    assert stores.posts.get(["board:1"])[0].text == "new words"
    assert len(stores.posts.revisions("board:1")) == 2
    stores.close()
