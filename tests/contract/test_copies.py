"""Copies of one text find each other in either store, and are told apart by who posted them, and where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.copying import whole
from plaint.desk.copies import faults
from plaint.model import Author, Capture, Kind, Post, Role
from plaint.ports import Stores
from plaint.posts.copies import Kind as CopyKind
from plaint.query.parse import parse_query
from plaint.query.tree import Search

TEXT = "They charged me twice for the card and nobody answers my mails, four times now since March"
OTHER = "The branch in Leeds closed without a word and my parcel of papers is still somewhere inside"


def a_post(number: int, text: str = TEXT, author: str | None = "Ann", source: str = "board", *, day: int = 1, followers: int | None = None) -> Post:
    by = None if author is None else Author(name=author, role=Role.CUSTOMER, followers=followers)
    capture = Capture(url="https://a.example", at=f"2026-03-{day:02}T00:00:00Z", sha256="0" * 64)
    return Post(id=f"{source}:{number}", source=source, ref=str(number), kind=Kind.POST, text=text, author=by, capture=capture)


def ids(stores: Stores, query: str) -> set[str]:
    return {hit.post.id for hit in stores.posts.search(Search(query=parse_query(query))).hits}


def facets(stores: Stores, *names: str) -> dict[str, dict[str, int]]:
    return {name: dict(counts) for name, counts in stores.posts.search(Search(facets=names, limit=0)).facets.items()}


def group_of(stores: Stores, post: str) -> str:
    return stores.copies.of([post])[post]


def test_kinds_of_copies_are_told_apart_as_they_come(stores: Stores) -> None:
    stores.posts.put([a_post(1), a_post(9, OTHER)])
    assert facets(stores, "copies", "same") == {"copies": {}, "same": {}}
    stores.posts.put([a_post(2)])
    assert facets(stores, "copies") == {"copies": {"repeat": 2, "exact": 2}}
    stores.posts.put([a_post(3, source="stars")])
    assert facets(stores, "copies") == {"copies": {"cross-post": 3, "exact": 3}}
    stores.posts.put([a_post(4, f"{TEXT} indeed", "Bob")])
    assert facets(stores, "copies") == {"copies": {"shared": 4, "exact": 3, "near": 1}}
    stores.posts.put([a_post(5, TEXT.upper(), "Carl")])
    name = group_of(stores, "board:1")
    assert facets(stores, "copies", "same") == {"copies": {"campaign": 5, "exact": 4, "near": 1}, "same": {name: 5}}
    assert ids(stores, "copies:near") == {"board:4"}
    assert ids(stores, f"same:{name}") == ids(stores, "has:copies") == {"board:1", "board:2", "board:4", "board:5", "stars:3"}
    found = stores.copies.group(name)
    assert found is not None
    assert (found.kind, found.posts, found.people, found.sources, found.nameless) == (CopyKind.CAMPAIGN, 5, 3, 2, 0)


def test_a_batch_finds_its_own_copies(stores: Stores) -> None:
    stores.posts.put([a_post(number, TEXT, f"Person {number}") for number in range(40)])
    assert facets(stores, "copies") == {"copies": {"campaign": 40, "exact": 40}}
    stores.posts.put([a_post(40, TEXT, "Late")])
    assert facets(stores, "copies") == {"copies": {"campaign": 41, "exact": 41}}


def test_other_words_leave_the_group_and_find_another(stores: Stores) -> None:
    stores.posts.put([a_post(1), a_post(2, author="Bob"), a_post(3, OTHER, "Carl")])
    name = group_of(stores, "board:1")
    stores.posts.put([a_post(1, OTHER, day=2)])
    assert group_of(stores, "board:1") == group_of(stores, "board:3") != name
    assert ids(stores, "copies:shared") == {"board:1", "board:3"}
    stores.posts.put([a_post(4, author="Dan")])
    assert group_of(stores, "board:4") == name, "the one that stayed stands for its group"
    assert ids(stores, f"same:{name}") == {"board:2", "board:4"}


def test_a_post_that_is_a_copy_of_two_groups_makes_them_one(stores: Stores) -> None:
    first, second = " ".join(f"alpha{n}" for n in range(20)), " ".join(f"omega{n}" for n in range(20))
    stores.posts.put([a_post(1, first), a_post(2, first, "Bob"), a_post(3, second, "Carl")])
    kept = group_of(stores, "board:1")
    stores.posts.put([a_post(4, f"{first} {second}", "Dan")])
    assert {group_of(stores, f"board:{n}") for n in (1, 2, 3, 4)} == {kept}, "the larger one keeps its name"
    assert facets(stores, "copies", "same") == {"copies": {"campaign": 4, "exact": 2, "near": 2}, "same": {kept: 4}}


def test_what_held_a_group_together_leaves_it_apart(stores: Stores) -> None:
    first, second = " ".join(f"alpha{n}" for n in range(20)), " ".join(f"omega{n}" for n in range(20))
    stores.posts.put([a_post(1, first), a_post(2, second), a_post(3, f"{first} {second}")])
    assert facets(stores, "copies") == {"copies": {"repeat": 3, "near": 3}}
    stores.posts.put([a_post(3, OTHER, day=2)])
    assert facets(stores, "copies", "same") == {"copies": {}, "same": {}}
    assert len(set(stores.copies.of(["board:1", "board:2", "board:3"]).values())) == 3
    assert list(faults(stores)) == []


def test_what_is_seen_again_keeps_its_group(stores: Stores) -> None:
    stores.posts.put([a_post(1), a_post(2)])
    stores.posts.put([replace(a_post(1, day=3), hashtags=("outage",))])
    stores.posts.vanish(["board:2"], "2026-03-04T00:00:00Z")
    assert facets(stores, "copies") == {"copies": {"repeat": 2, "exact": 2}}


def test_a_short_text_is_nobodys_copy(stores: Stores) -> None:
    stores.posts.put([a_post(1, "Great bank, thank you"), a_post(2, "Great bank, thank you", "Bob")])
    assert stores.copies.of(["board:1", "board:2"]) == {}
    assert facets(stores, "copies") == {"copies": {}}


def test_posts_that_name_nobody_are_no_ones_repeat(stores: Stores) -> None:
    stores.posts.put([a_post(1, author=None), a_post(2, author=None)])
    assert ids(stores, "copies:shared") == {"board:1", "board:2"}
    found = stores.copies.group(group_of(stores, "board:1"))
    assert found is not None
    assert (found.people, found.nameless) == (0, 2)


def test_all_groups_can_be_walked(stores: Stores) -> None:
    stores.posts.put([a_post(1), a_post(2, OTHER), a_post(3)])
    walked = list(stores.copies.walk())
    assert {post for post, _ in walked} == {"board:1", "board:2", "board:3"}
    groups = [group for _, group in walked]
    assert groups == sorted(groups)
    assert stores.copies.group("g0") is None


def test_finding_groups_again_changes_nothing(stores: Stores) -> None:
    posts = [a_post(1), a_post(2, author="Bob"), a_post(3, OTHER)]
    stores.posts.put(posts)
    before = dict(stores.copies.walk()), facets(stores, "copies", "same")
    assert stores.copies.join(posts) == 0
    assert (dict(stores.copies.walk()), facets(stores, "copies", "same")) == before


def test_a_store_taken_over_by_another_has_its_groups(fresh: object) -> None:
    one, other = fresh(), fresh()  # type: ignore[operator]
    one.posts.put([a_post(1), a_post(2, author="Bob"), a_post(3, OTHER)])
    whole(other).adopt(list(whole(one).records()))
    assert facets(other, "copies") == facets(one, "copies")
    assert group_of(other, "board:1") == group_of(other, "board:2") != group_of(other, "board:3")


@pytest.mark.parametrize(("query", "found"), [
    ("reach:far", {"board:1"}), ("reach:>=50", {"board:1"}), ("reach:little", {"board:2"}), ("reach:<=20", {"board:2"}),
    ("has:reach", {"board:1", "board:2"}), ("reach:*", {"board:1", "board:2"}), ("reach:[0 TO 100]", {"board:1", "board:2"}),
    ("-has:reach", {"board:3"}),
])  # fmt: skip
def test_reach_is_asked_for_by_points_and_by_its_band(stores: Stores, query: str, found: set[str]) -> None:
    far = replace(a_post(1, followers=2_000_000), engagement={"shares": 100_000})
    stores.posts.put([far, a_post(2, OTHER, "Bob", followers=0), a_post(3, f"{OTHER} {OTHER}", "Carl")])
    assert ids(stores, query) == found
    assert facets(stores, "reach") == {"reach": {"far": 1, "little": 1}}
