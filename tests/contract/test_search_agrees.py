"""The embedded store gives the answer that looking at every post gives: ids, totals, order, pages, facets, histogram.

Elasticsearch is compared with both in `tests/elastic/test_agrees.py`, many questions to each archive.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from plaint.model import Gone, Post
from plaint.ports import Stores
from plaint.query.tree import CaseMark, Search, Sort
from tests.contract.conftest import Fresh
from tests.made_up import archives, searches
from tests.oracle import Oracle


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


@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(archive=archives(), asked=searches)
def test_a_store_answers_as_if_it_had_looked_at_every_post(fresh: Fresh, archive: tuple, asked: Search) -> None:
    posts, cases, gone = archive
    stores = fresh()
    _filled(stores, posts, cases, gone)
    oracle = Oracle([replace(post, gone=gone.get(post.id)) for post in posts], cases)
    expected = oracle.ids(asked)
    found = stores.posts.search(asked)
    assert found.total == len(expected)
    assert found.facets == oracle.facets(asked)
    assert found.histogram == oracle.histogram(asked)
    assert _walked(stores, asked) == expected
    assert [post.id for post in stores.posts.scan(asked)] == expected
    by_relevance = replace(asked, sort=Sort.RELEVANCE)
    assert sorted(_walked(stores, by_relevance)) == sorted(expected)
    stores.close()
