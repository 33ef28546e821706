"""One answer: the embedded store, Elasticsearch with one shard and with three, and looking at every post.

`PLAINT_TEST_QUERIES` sets how many questions are asked; nightly 5000.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.connect import connect
from plaint.model import Gone, Post
from plaint.ports import Stores
from plaint.query.tree import CaseMark, Found, Search, Sort
from tests.elastic.server import Emptied, asked
from tests.made_up import archives, searches
from tests.oracle import Oracle

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic")]

EACH = 25
"""Questions to one archive."""

ARCHIVES = max(1, int(os.environ.get("PLAINT_TEST_QUERIES", "500")) // EACH)


@pytest.fixture(scope="module")
def shards(elastic: str) -> Iterator[list[Emptied]]:
    """Stores with one shard and with three."""
    pools = [Emptied(elastic, shards=1), Emptied(elastic, shards=3)]
    yield pools
    for pool in pools:
        pool.close()


def _filled(stores: Stores, posts: list[Post], cases: dict[str, tuple[str, str]], gone: dict[str, Gone]) -> None:
    stores.posts.put(posts[: len(posts) // 2])
    stores.posts.put(posts[len(posts) // 2 :])
    for marked, (case, state) in cases.items():
        stores.posts.mark(marked, CaseMark(case=case, state=state))
    stores.posts.vanish(list(gone), "2026-03-03T00:00:00Z")


def _walked(stores: Stores, search: Search) -> list[str]:
    ids: list[str] = []
    cursor: str | None = None
    while True:
        found = stores.posts.search(replace(search, cursor=cursor))
        ids += [hit.post.id for hit in found.hits]
        cursor = found.next
        if cursor is None:
            return ids
        assert len(found.hits) == search.limit


def _compared(stores: Stores, oracle: Oracle, question: Search) -> Found:
    expected = oracle.ids(question)
    found = stores.posts.search(question)
    assert found.total == len(expected)
    assert [hit.post.id for hit in found.hits] == expected[: question.limit]
    assert found.facets == oracle.facets(question)
    assert found.histogram == oracle.histogram(question)
    assert _walked(stores, question) == expected
    return found


@settings(max_examples=ARCHIVES, deadline=None, suppress_health_check=list(HealthCheck))
@given(archive=archives(), questions=st.lists(searches, min_size=EACH, max_size=EACH), number=st.integers(0, EACH - 1))
def test_every_store_gives_the_same_answer(
    shards: list[Emptied], tmp_path_factory: pytest.TempPathFactory, archive: tuple[Any, ...], questions: list[Search], number: int
) -> None:
    posts, cases, gone = archive
    folder: Path = tmp_path_factory.mktemp("agrees")
    several = [connect(address, evidence=folder / "e") for address in (f"sqlite:///{folder}/a.db", *(pool.address() for pool in shards))]
    try:
        for stores in several:
            _filled(stores, posts, cases, gone)
        oracle = Oracle([replace(post, gone=gone.get(post.id)) for post in posts], cases)
        for question in questions:
            answers = [_compared(stores, oracle, question) for stores in several]
            assert [answer.hits for answer in answers] == [answers[0].hits] * len(answers)
        question = questions[number]
        for stores in several:
            assert [post.id for post in stores.posts.scan(question)] == oracle.ids(question)
            assert sorted(_walked(stores, replace(question, sort=Sort.RELEVANCE))) == sorted(oracle.ids(question))
    finally:
        for stores in several:
            stores.close()
        for pool in shards:
            pool.take_back()


def test_three_shards_are_three(shards: list[Emptied]) -> None:
    address = shards[1].address()
    name = address.rpartition("/")[2]
    found = asked(shards[1].server, "GET", f"/{name}-posts/_settings")
    assert [index["settings"]["index"]["number_of_shards"] for index in found.values()] == ["3"]
    shards[1].take_back()
