"""No silent gap: a run is compared with the ones before it, and what has stopped coming has a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers.ledger import Ledger
from plaint.desk.checkup import look_over
from plaint.model import Author, Kind, Post, Rating, Role
from plaint.posts.filling import Fill, fallen, fill_of, scale_moved, words_key
from tests.crawl.peer import Peer, post, serving
from tests.crawl.test_walk import refs, walk
from tests.crawl.walk import prepare


@pytest.fixture
def peer() -> Iterator[Peer]:
    with serving() as site:
        yield site


@pytest.fixture
def store(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address)
    return address


def rated(*numbers: int, **more: Any) -> list[dict[str, Any]]:
    return [post(number, rating=2, **more) for number in numbers]


@pytest.mark.crawl
def test_a_field_that_stops_coming_raises_an_alarm(peer: Peer, store: str) -> None:
    peer.pages([rated(*range(12))])
    first = walk(store, peer)
    assert (first["filled"]["rating"], first["scales"], first["alarms"]) == (12, {"1-5": 12}, [])
    peer.pages([[post(number) for number in range(12)]])
    second = walk(store, peer)
    assert (second["state"], second["alarms"]) == ("done", ["falling fill rate: rating"])
    third = walk(store, peer)
    assert third["alarms"] == ["falling fill rate: rating"], "the run that raised it is not what is usual now"


@pytest.mark.crawl
def test_posts_under_new_ids_are_noticed_and_none_is_marked_as_vanished(peer: Peer, store: str) -> None:
    peer.pages([[post(number) for number in range(4)]])
    walk(store, peer)
    peer.pages([[post(number, id=f"new-{number}") for number in range(4)]])
    second = walk(store, peer)
    assert (second["new"], second["gone"], second["alarms"]) == (4, 0, ["same words under another id"])
    assert len(refs(store)) == 8


def test_doctor_shows_the_alarms_of_the_last_run(stores: Any, now: datetime) -> None:
    ledger = Ledger(stores, "peer", "acme", now)
    ledger.alarm("falling fill rate: rating", "half")
    ledger.close("done", now)
    (coverage,) = (check for check in look_over(stores, now, outside=None, is_at_work=lambda _: True) if check.name == "coverage")
    assert coverage.says == "peer: falling fill rate: rating"


def test_a_run_is_compared_with_sound_ones_of_its_own_firm(stores: Any, now: datetime) -> None:
    def ran(firm: str, rated: int, minutes: int) -> tuple[str, ...]:
        ledger = Ledger(stores, "peer", firm, now.astimezone(UTC) + timedelta(minutes=minutes))
        ledger.run = replace(ledger.run, new=20, filled={"rating": rated})
        ledger.compare()
        return ledger.close("done", now).alarms

    assert ran("acme", 20, 0) == ()
    assert ran("other", 0, 1) == ()
    assert ran("acme", 9, 2) == ("falling fill rate: rating",)
    assert ran("acme", 11, 3) == ()


def made(number: int, **more: Any) -> Post:
    return Post(id=f"peer:{number}", source="peer", ref=str(number), kind=Kind.REVIEW, text="Blocked without a word.", **more)


@pytest.mark.pure
def test_fields_are_counted_on_the_sources_own_items_and_answers_of_firms_everywhere() -> None:
    answer = made(3, within="1", author=Author(name="Bank", role=Role.FIRM))
    fill = fill_of([made(1, rating=Rating(value=7, worst=1, best=10, unit=6 / 9)), made(2), answer])
    assert (fill.posts, fill.counts, fill.scales) == (2, {"text": 2, "rating": 1, "within": 1, "firm_role": 1, "kind review": 3}, {"1-10": 1})
    assert fill.shares()["rating"] == 0.5


@pytest.mark.pure
@pytest.mark.parametrize(
    ("now", "before", "said"),
    [(49, 100, ("rating",)), (50, 100, ()), (0, 12, ("rating",)), (0, 8, ()), (5, 10, ()), (0, 4, ())],
    ids=["less than half", "half", "none of some", "none of a few", "within chance", "never usual"],
)
def test_when_a_field_has_fallen(now: int, before: int, said: tuple[str, ...]) -> None:
    assert fallen(Fill(posts=100, counts={"rating": now}), Fill(posts=100, counts={"rating": before})) == said


@pytest.mark.pure
def test_few_posts_prove_nothing() -> None:
    assert fallen(Fill(posts=9), Fill(posts=100, counts={"rating": 100})) == ()
    assert fallen(Fill(posts=100), Fill(posts=9, counts={"rating": 9})) == ()


@pytest.mark.pure
def test_ratings_on_another_scale_are_noticed() -> None:
    ten, five = Fill(posts=20, scales={"1-10": 20}), Fill(posts=20, scales={"1-5": 20})
    assert scale_moved(five, ten) == "1-10"
    assert scale_moved(ten, ten) is None
    assert scale_moved(Fill(posts=20, scales={"1-10": 12, "1-5": 8}), ten) is None


@pytest.mark.pure
def test_short_words_and_answers_are_not_known_again() -> None:
    assert words_key(made(1)) == words_key(made(2))
    assert words_key(made(1, title="Once more")) != words_key(made(2))
    assert words_key(made(3, within="1")) is None
