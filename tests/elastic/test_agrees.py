"""One answer: the embedded store, Elasticsearch with one shard and with three, and looking at every post.

`PLAINT_TEST_QUERIES` sets how many questions are asked; nightly 5000.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench import made
from indexer.connect import connect
from plaint.ports import Stores
from plaint.query.parse import parse_query
from plaint.query.tree import Search
from tests.agreeing import Archive, Overlap, answered, fill, listed_whole, oracle_of
from tests.elastic.server import Emptied, asked
from tests.made_up import archives, searches

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic")]

EACH = 25
"""Questions to one archive."""

ARCHIVES = max(1, int(os.environ.get("PLAINT_TEST_QUERIES", "500")) // EACH)

COMMON = range(1, 150, 5)
"""How frequent the invented words are that are looked for by relevance: the first is the most frequent."""


@pytest.fixture(scope="module")
def shards(elastic: str) -> Iterator[list[Emptied]]:
    """Stores with one shard and with three."""
    pools = [Emptied(elastic, shards=1), Emptied(elastic, shards=3)]
    yield pools
    for pool in pools:
        pool.close()


@contextmanager
def opened(folder: Path, shards: Sequence[Emptied]) -> Iterator[list[Stores]]:
    """An empty embedded store, and one of each pool; taken back at the end."""
    several = [connect(address, evidence=folder / "e") for address in (f"sqlite:///{folder}/a.db", *(pool.address() for pool in shards))]
    try:
        yield several
    finally:
        for stores in several:
            stores.close()
        for pool in shards:
            pool.take_back()


@settings(max_examples=ARCHIVES, deadline=None, suppress_health_check=list(HealthCheck))
@given(archive=archives(), questions=st.lists(searches, min_size=EACH, max_size=EACH), number=st.integers(0, EACH - 1))
def test_every_store_gives_the_same_answer(
    shards: list[Emptied], tmp_path_factory: pytest.TempPathFactory, archive: Archive, questions: list[Search], number: int
) -> None:
    oracle = oracle_of(archive)
    with opened(tmp_path_factory.mktemp("agrees"), shards) as several:
        for stores in several:
            fill(stores, archive)
        for question in questions:
            answers = [answered(stores, oracle, question) for stores in several]
            assert [answer.hits for answer in answers] == [answers[0].hits] * len(answers)
        for stores in several:
            listed_whole(stores, oracle, questions[number])


def test_by_relevance_the_engines_find_the_same_posts_and_mostly_the_same_first(shards: list[Emptied], tmp_path: Path) -> None:
    """Only the set is promised; how far the first ten agree is printed."""
    posts = list(islice(made.posts(), 2_000))
    words = [made.word(rank) for rank in COMMON]
    with opened(tmp_path, shards) as several:
        for stores in several:
            fill(stores, (posts, {}, {}, {}))
        for other, name in zip(several[1:], ("one shard", "three shards"), strict=True):
            overlap = Overlap()
            for one, another in pairwise(words):
                for typed in (one, f"{one} OR {another}", f"{one} {another}", f"{one[:3]}*", f"title:{one} OR refund"):
                    search = Search(query=parse_query(typed), limit=10)
                    assert len({stores.posts.search(search).total for stores in (several[0], other)}) == 1, typed
                    overlap.add(several[0], other, search)
            print(f"by relevance, embedded and {name}: {overlap}")
            assert overlap.asked >= 50
            assert overlap.shared / overlap.asked > 0.3


def test_three_shards_are_three(shards: list[Emptied]) -> None:
    address = shards[1].address()
    name = address.rpartition("/")[2]
    found = asked(shards[1].server, "GET", f"/{name}-posts/_settings")
    assert [index["settings"]["index"]["number_of_shards"] for index in found.values()] == ["3"]
    shards[1].take_back()
