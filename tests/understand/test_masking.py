"""What is hidden of personal data in lists and exports: by kind, whatever its length, also in snippets."""

from __future__ import annotations

import pytest

from plaint.model import Kind, Post
from plaint.query.tree import Hit
from plaint.understand.masking import masked, masked_hits, masked_posts

pytestmark = pytest.mark.pure


def post(text: str, title: str | None = None) -> Post:
    return Post(id="board:1", source="board", ref="1", kind=Kind.POST, title=title, text=text)


def test_each_kind_has_one_word_whatever_its_length() -> None:
    said = masked(["call 0161 496 0345 or jo@post.example", "call +44 20 7946 0123 or somebody.with.a.long.name@mail.post.example"])
    assert said == ["call [phone] or [e-mail]"] * 2


def test_what_a_complaint_is_about_stays() -> None:
    text = "they charged me twice on 3 May, see https://orbit.example/fees"
    assert masked([text]) == [text]


def test_title_and_text_of_a_post_are_masked_and_a_missing_title_stays_missing() -> None:
    one, two = masked_posts([post("ring 0161 496 0345", "policy number PL-99887766"), post("refund")])
    assert (one.title, one.text) == ("policy number [policy number]", "ring [phone]")
    assert (two.title, two.text) == (None, "refund")


def test_a_snippet_hides_what_the_text_shows_to_be_personal_and_its_marks_move() -> None:
    text = "my card number 4111 1111 1111 1111 was charged twice"
    snippet = "4111 1111 was charged twice"
    start = text.index("4111 1111 1111 1111")
    whole = text[start:]
    at = whole.index("charged")
    hit = masked_hits([Hit(post=post(text), snippet=whole, marks=((0, 4), (at, at + 7)))])[0]
    assert hit.snippet == "[card] was charged twice"
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["charged"]
    assert "4111" not in hit.post.text
    assert masked_hits([Hit(post=post(text), snippet=snippet)])[0].post.text == hit.post.text
