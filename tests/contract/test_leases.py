"""What every store does with leases: one owner at a time, and nothing written by one who lost it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from plaint.leases import LeaseLost
from plaint.model import Kind, Post, Run
from plaint.ports import Draft, Stores
from tests.conftest import NOW

SOON, LATER = NOW + timedelta(seconds=30), NOW + timedelta(seconds=31)
POST = Post(id="board:1", source="board", ref="1", kind=Kind.REVIEW, text="The card was blocked.")
RUN = Run(id="1", source="board", firm=None, started="2026-01-01T00:00:00Z")


def test_one_has_it_and_the_other_does_not(stores: Stores) -> None:
    lease = stores.leases.take("board", "a", NOW, SOON)
    assert lease is not None
    assert lease.token == 1
    assert stores.leases.take("board", "b", NOW, SOON) is None
    assert stores.leases.take("board", "a", NOW, LATER) == replace(lease, until="2026-11-24T10:00:31Z")
    assert stores.leases.take("other", "b", NOW, SOON) is not None


def test_a_lapsed_one_goes_to_another_with_a_larger_token(stores: Stores) -> None:
    first = stores.leases.take("board", "a", NOW, SOON)
    second = stores.leases.take("board", "b", LATER, LATER + timedelta(seconds=30))
    assert first is not None
    assert second is not None
    assert (second.owner, second.token) == ("b", 2)
    with pytest.raises(LeaseLost, match="board"):
        stores.leases.keep(first, LATER)
    assert [(lease.owner, lease.token) for lease in stores.leases.all()] == [("b", 2)]


def test_what_is_noted_outlives_its_owner(stores: Stores) -> None:
    first = stores.leases.take("board", "a", NOW, SOON)
    assert first is not None
    first = stores.leases.keep(first, SOON, {"cursor": "17"})
    assert stores.leases.keep(first, LATER).said == {"cursor": "17"}
    stores.leases.release(first)
    assert stores.leases.all()[0].owner is None
    second = stores.leases.take("board", "b", NOW, SOON)
    assert second is not None
    assert (second.token, second.said) == (2, {"cursor": "17"})
    stores.leases.release(first)
    assert stores.leases.all() == [second]


def test_of_many_who_want_it_at_once_one_gets_it(fresh: Callable[[], Stores]) -> None:
    stores = fresh()
    for turn in range(5):
        with ThreadPoolExecutor(8) as pool:
            got = list(pool.map(lambda owner, turn=turn: stores.leases.take(f"board {turn}", f"o{owner}", NOW, SOON), range(8)))
        assert sum(lease is not None for lease in got) == 1


def test_a_paused_owner_that_wakes_up_writes_nothing(stores: Stores) -> None:
    lease = stores.leases.take("board", "a", NOW, SOON)
    assert lease is not None
    paused = stores.fenced(lease)
    assert paused.posts.put([POST])
    paused.runs.save(RUN)
    paused.cases.append("sources", None, [Draft(kind="SourceApproved", said={})], at="2026-01-01T00:00:00Z", by="a", command="1")
    assert stores.leases.take("board", "b", LATER, LATER + timedelta(seconds=30)) is not None
    writes: list[Callable[[], object]] = [
        lambda: paused.posts.put([replace(POST, text="Another word.")]),
        lambda: paused.posts.vanish([POST.id], "2026-01-02T00:00:00Z"),
        lambda: paused.runs.save(replace(RUN, state="done")),
        lambda: paused.runs.note_page("https://board.example", {"etag": "a"}),
        lambda: paused.cases.append("sources", None, [Draft(kind="SourceRefused", said={})], at="2026-01-01T00:00:00Z", by="a", command="2"),
    ]
    for write in writes:
        with pytest.raises(LeaseLost):
            write()
    assert stores.posts.get([POST.id])[0].text == POST.text
    assert stores.posts.get([POST.id])[0].gone is None
    assert stores.runs.get("1") == RUN
    assert stores.runs.seen_page("https://board.example") == {}
    assert stores.cases.version("sources") == 1
    assert stores.runs.newest() == [RUN]
