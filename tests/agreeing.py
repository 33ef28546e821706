"""What it means that stores agree: filled alike, they give the answer that looking at every post gives, on every page.

Used for the embedded store alone (`contract/test_search_agrees.py`) and for all stores together (`elastic/test_agrees.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from plaint.model import Gone, Post
from plaint.ports import Stores
from plaint.query.tree import CaseMark, Found, Search, Sort
from plaint.understand.understanding import Understanding
from tests.oracle import Oracle

Archive = tuple[list[Post], dict[str, tuple[str, str]], dict[str, Gone], dict[str, Understanding]]
"""Posts, case and state by post, which have vanished, and what was understood: as `made_up.archives` draws them."""


def fill(stores: Stores, archive: Archive) -> None:
    """Put an archive into an empty store, in two batches, then the cases, then what vanished."""
    posts, cases, gone, understood = archive
    stores.posts.put(posts[: len(posts) // 2], lambda read: {post.id: understood[post.id] for post in read if post.id in understood})
    stores.posts.put(posts[len(posts) // 2 :])
    stores.posts.note(understood, posts)
    for marked, (case, state) in cases.items():
        stores.posts.mark(marked, CaseMark(case=case, state=state))
    stores.posts.vanish(list(gone), "2026-03-03T00:00:00Z")


def oracle_of(archive: Archive) -> Oracle:
    """What looks at every post of an archive."""
    posts, cases, gone, understood = archive
    return Oracle([replace(post, gone=gone.get(post.id)) for post in posts], cases, understood)


def walked(stores: Stores, search: Search) -> Iterator[str]:
    """The ids of all matches, page by page; every page but the last one must be full."""
    cursor: str | None = None
    while True:
        found = stores.posts.search(replace(search, cursor=cursor))
        yield from (hit.post.id for hit in found.hits)
        cursor = found.next
        if cursor is None:
            return
        assert len(found.hits) == search.limit


def answered(stores: Stores, oracle: Oracle, search: Search) -> Found:
    """The first page of a store, after total, order, facets, histogram and all pages were found to be right."""
    expected = oracle.ids(search)
    found = stores.posts.search(search)
    assert found.total == len(expected)
    assert [hit.post.id for hit in found.hits] == expected[: search.limit]
    assert found.facets == oracle.facets(search)
    assert found.histogram == oracle.histogram(search)
    assert list(walked(stores, search)) == expected
    return found


def listed_whole(stores: Stores, oracle: Oracle, search: Search) -> None:
    """An export has the same posts in the same order, and the pages by relevance have all of them."""
    expected = oracle.ids(search)
    assert [post.id for post in stores.posts.scan(search)] == expected
    assert sorted(walked(stores, replace(search, sort=Sort.RELEVANCE))) == sorted(expected)


@dataclass
class Overlap:
    """How far two stores agree on which posts come first by relevance: an order that each engine reckons by itself."""

    asked: int = 0
    same_order: int = 0
    shared: float = 0.0

    def add(self, one: Stores, other: Stores, search: Search, first: int = 10) -> None:
        """Ask both for their first posts; questions with no more answers than that say nothing about which are first."""
        ranked = replace(search, sort=Sort.RELEVANCE, limit=first)
        answers = [stores.posts.search(ranked) for stores in (one, other)]
        if answers[0].total <= first:
            return
        ids = [[hit.post.id for hit in answer.hits] for answer in answers]
        self.asked += 1
        self.same_order += ids[0] == ids[1]
        self.shared += len(set(ids[0]) & set(ids[1])) / first

    def __str__(self) -> str:
        share = self.shared / self.asked if self.asked else 0.0
        return f"{share:.0%} of the first ten in common, {self.same_order} of {self.asked} in the same order"
