"""Snippets: cut from the text as it is, with the right words lit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaint.model import Kind, Language, Post
from plaint.query.parse import parse_query
from plaint.query.snippets import WIDTH, Spotter
from plaint.query.tree import EVERYTHING
from tests.made_up import WORDS, queries

pytestmark = pytest.mark.pure


def _post(text: str, language: str | None = "en") -> Post:
    return Post(id="a:1", source="a", ref="1", kind=Kind.POST, text=text, lang=Language(code=language, score=1, how="stated") if language else None)


def _lit(query: str, text: str) -> list[str]:
    snippet, marks = Spotter(parse_query(query)).cut(_post(text))
    return [snippet[start:end] for start, end in marks]


@pytest.mark.parametrize(
    ("query", "text", "lit"),
    [
        ("refund", "Two Refunds, one refunded fee", ["Refunds", "refunded"]),
        ('"refund"', "Two Refunds, one refund", ["refund"]),
        ('"late fee"', "Late, late FEE!", ["late FEE"]),
        ("late-fee", "the late fee", ["late fee"]),
        ("refu*", "refusing a REFUND", ["refusing", "REFUND"]),
        ("refnud~", "a refund", ["refund"]),
        ("naive", "so naïve", ["naïve"]),
        ("手数料", "この手数料は", ["手数料"]),
        ("返", "全額返金", ["返金"]),
        ("a -refund", "a refund", ["a"]),
        ("title:refund", "a refund", []),
        ("rating:<3", "a refund", []),
    ],
)
def test_lights_what_was_asked_for(query: str, text: str, lit: list[str]) -> None:
    assert _lit(query, text) == lit


def test_a_match_far_into_a_text_is_shown_with_what_stands_around_it() -> None:
    text = "word " * 500 + "refund at last " + "word " * 500
    snippet, marks = Spotter(parse_query("refund")).cut(_post(text))
    assert snippet.startswith("… word")
    assert snippet.endswith("word …")
    assert [snippet[start:end] for start, end in marks] == ["refund"]
    assert len(snippet) <= WIDTH + 4


@given(st.lists(st.sampled_from([*WORDS, "word " * 40]), max_size=30).map(" ".join), queries, st.sampled_from(["en", "fr", "ja", None]))
def test_a_snippet_is_a_piece_of_the_text_and_its_marks_lie_in_it(text: str, query, language: str | None) -> None:
    snippet, marks = Spotter(query).cut(_post(text, language))
    assert snippet.removeprefix("… ").removesuffix(" …") in text
    assert len(snippet) <= 2 * WIDTH + 4
    edge = -1
    for start, end in marks:
        assert edge < start < end <= len(snippet)
        edge = end - 1


def test_without_words_the_beginning_is_shown() -> None:
    assert Spotter(EVERYTHING).cut(_post("short text")) == ("short text", ())


def test_words_passed_over_keep_a_phrase_apart() -> None:
    assert _lit('"late fee"', "late the fee, fee late, late fee, late, the late fee") == ["late fee", "late fee"]
    assert _lit('"late fee"', "late FEE は late 手 fee") == ["late FEE"]


@given(st.lists(st.tuples(st.lists(st.sampled_from(WORDS)).map(" ".join), st.sampled_from(["en", "fr", "ja", None])), max_size=5), queries)
def test_each_post_of_a_list_is_lit_as_if_it_came_alone(posts: list[tuple[str, str | None]], query) -> None:
    spotter = Spotter(query)
    for text, language in posts:
        assert spotter.cut(_post(text, language)) == Spotter(query).cut(_post(text, language))
