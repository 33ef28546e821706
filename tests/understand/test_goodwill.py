"""Goodwill: one voice for each author and day, how a conversation turned, and who of the public helped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaint.insight.goodwill import FEWEST, Turn, goodwill, peer_answers, turned
from plaint.model import Author, Kind, PartialDate, Post, Role
from plaint.understand.understanding import Complaint, Polarity, Understanding

pytestmark = pytest.mark.pure


def post(ref: str, who: str | None = None, *, day: str = "2026-10-01", role: Role = Role.CUSTOMER, to: str | None = None, **more: object) -> Post:
    author = Author(handle=who, role=role) if who else None
    when = PartialDate(earliest=day, latest=day, said=day)
    return Post(id=f"s:{ref}", source="s", ref=ref, kind=Kind.POST, text="…", author=author, published=when, reply_to=to, **more)  # type: ignore[arg-type]


def meant(label: str, p: float = 0.5) -> Understanding:
    return Understanding(sentiment=Polarity(label=label, score=0.9), complaint=Complaint(p=p))


def test_an_author_has_one_voice_a_day_however_much_they_write() -> None:
    posts = [post(f"calm{n}", f"calm{n}") for n in range(FEWEST)] + [post(f"loud{n}", "loud") for n in range(500)]
    known = {one.id: meant("negative" if "loud" in one.id else "positive") for one in posts}
    got = goodwill(posts, known)
    assert got.voices == FEWEST + 1
    assert got.value == round(50 + 50 * (FEWEST - 1) / (FEWEST + 1), 1)


def test_too_few_voices_say_nothing_and_the_firm_has_none() -> None:
    posts = [post(f"p{n}", f"w{n}") for n in range(FEWEST - 1)] + [post(f"f{n}", f"f{n}", role=Role.FIRM) for n in range(50)]
    got = goodwill(posts, {one.id: meant("positive") for one in posts})
    assert (got.voices, got.value) == (FEWEST - 1, None)
    assert goodwill(posts, {}).unread == FEWEST - 1


@given(st.lists(st.sampled_from(("negative", "neutral", "positive")), min_size=FEWEST, max_size=200))
def test_the_figure_lies_in_its_range_and_on_the_scale(labels: list[str]) -> None:
    posts = [post(f"p{n}", None) for n in range(len(labels))]
    got = goodwill(posts, {one.id: meant(label) for one, label in zip(posts, labels, strict=True)})
    assert got.value is not None
    assert got.low is not None
    assert got.high is not None
    assert 0 <= got.low <= got.value <= got.high <= 100


@pytest.mark.parametrize(
    ("first", "last", "turn"),
    [
        (meant("negative", 0.9), meant("positive", 0.1), Turn.THANKS),
        (meant("negative", 0.9), meant("neutral", 0.1), Turn.CALMER),
        (meant("negative", 0.9), meant("negative", 0.8), Turn.STILL),
        (meant("neutral", 0.1), meant("negative", 0.8), Turn.WORSE),
        (meant("neutral", 0.1), meant("neutral", 0.1), None),
    ],
)
def test_how_a_conversation_turned(first: Understanding, last: Understanding, turn: Turn | None) -> None:
    thread = [post("1", "ann"), post("2", "bank", role=Role.FIRM, to="1"), post("3", "ben", to="1"), post("4", "ann", to="2")]
    got = turned(thread, {"s:1": first, "s:2": meant("positive"), "s:3": meant("positive"), "s:4": last})
    assert (got and got.turn) == turn
    if got is not None:
        assert (got.first, got.last) == ("s:1", "s:4")


def test_answers_of_other_customers_are_rated_by_what_speaks_for_them() -> None:
    thread = [
        post("1", "ann"),
        post("2", "ben", to="1", engagement={"likes": 3, "dislikes": 1}),
        post("3", "cat", to="1", facts={"accepted": True}),
        post("4", "dan", to="1"),
        post("5", "bank", role=Role.FIRM, to="1"),
        post("6", "ann", to="4"),
    ]
    got = peer_answers(thread, {"s:6": meant("positive")})
    assert [(one.post, one.is_accepted, one.is_thanked, one.votes) for one in got] == [
        ("s:3", True, False, 0),
        ("s:4", False, True, 0),
        ("s:2", False, False, 2),
    ]
    assert all(one.is_good for one in got)
