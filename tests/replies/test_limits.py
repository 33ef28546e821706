"""What a channel takes, counted as it counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaint.replies.limits import limits, room

pytestmark = pytest.mark.pure

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("source", "text", "used"),
    [
        ("bluesky", "héllo", 5),
        ("bluesky", "he\u0301llo", 5),
        ("bluesky", FAMILY, 1),
        ("bluesky", "https://a.example/x", 19),
        ("mastodon", "see https://a.example/" + "x" * 90, 27),
        ("x", "hello", 5),
        ("x", "日本語", 6),
        ("x", FAMILY, 2),
        ("x", "\U0001f600", 2),
        ("x", "1", 1),
        ("x", "a ’quoted’ … word", 18),
        ("x", "https://a.example/" + "x" * 90, 23),
        ("google_places", "ä€😀", 9),
        ("somewhere", "hello", 5),
    ],
)
def test_a_text_uses(source: str, text: str, used: int) -> None:
    assert room(source, text).used == used


@pytest.mark.parametrize(("source", "most"), [("bluesky", 300), ("mastodon", 500), ("x", 280), ("google_places", 4096), ("google_play", 350)])
def test_the_last_sign_that_fits_and_the_first_that_does_not(source: str, most: int) -> None:
    assert room(source, "a" * most).fits
    assert room(source, "a" * most).left == 0
    assert not room(source, "a" * (most + 1)).fits


def test_without_a_known_limit_everything_fits() -> None:
    assert room("somewhere", "a" * 100_000).fits
    assert room("somewhere", "a").left is None


@given(st.sampled_from(sorted(limits())), st.text(max_size=40), st.text(max_size=40))
def test_more_words_never_use_less(source: str, head: str, tail: str) -> None:
    from plaint.replies.limits import _URL

    if not _URL.search(head + tail):
        assert room(source, f"{head}\n{tail}").used >= room(source, head).used
