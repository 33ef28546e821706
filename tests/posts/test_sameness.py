"""Whether two texts say the same, and the bands by which copies find each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaint.posts.sameness import ALIKE, LEAD, bands, is_copy, likeness, same

pytestmark = pytest.mark.pure

TEXT = "My card was charged twice for one ticket on Monday and nobody at Orbit answers the phone or the letters that I wrote"
OTHER = "The new branch in Leeds has friendly people and a good coffee machine, I was done within five minutes"
PINNED = ("ea9a9ea7e", "00d18495a85cca1b80", "0135ae0cc08cccddd8")
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60)


@given(TEXTS, TEXTS)
def test_likeness_is_symmetric_from_0_to_1_and_1_of_itself(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert -1e-9 <= likeness(one, other) <= 1 + 1e-9
    assert likeness(one, one) == pytest.approx(1)


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (TEXT, TEXT.upper() + "!!!", True),
        ("orbit card charged twice for one ticket", "charged twice for 1 ticket by orbit card", True),
        ("orbit fined millions over hidden card fees", "hidden fees: card firm orbit is fined", True),
        ("返金されないまま三週間です", "三週間たっても返金されないまま", True),
        (TEXT, OTHER, False),
        ("orbit card charged twice", "what a lovely day at the sea", False),
        ("", "anything", False),
        ("🙂", "🙂", True),
        ("🙂", "🙁", False),
    ],
)
def test_texts_that_tell_the_same(one: str, other: str, told: bool) -> None:
    assert same(one, other) is told


def test_the_line_is_not_above_what_the_words_say() -> None:
    assert likeness("card charged twice", "card charged often by them all") >= ALIKE > likeness("card charged twice", "the card is lovely by the sea")


@pytest.mark.parametrize(
    ("one", "other", "copy"),
    [
        (TEXT, TEXT.replace("Monday", "Tuesday"), True),
        (TEXT, TEXT.replace(" and ", ", and "), True),
        (TEXT, " ".join(TEXT.split()[: LEAD + 2]) + " …", True),
        (TEXT, " ".join(TEXT.split()[:4]), False),
        (TEXT, "Orbit: nobody answers. They charged my card two times when I bought the ticket for Monday", False),
        ("thanks", "Thanks!", True),
        ("thanks", "thanks a lot", False),
    ],
)
def test_copies(one: str, other: str, copy: bool) -> None:
    assert is_copy(one, other) is is_copy(other, one) is copy


def test_copies_share_a_band_and_others_do_not() -> None:
    assert set(bands(TEXT)) & set(bands(TEXT.replace("Monday", "Tuesday")))
    assert set(bands(TEXT)) & set(bands(" ".join(TEXT.split()[: LEAD + 2])))
    assert bands(TEXT) == bands(TEXT.upper())
    assert not set(bands(TEXT)) & set(bands(OTHER))


@given(TEXTS)
def test_bands_are_terms_that_a_store_can_index(text: str) -> None:
    assert len(bands(text)) in {17, 18}
    assert all(band.isascii() and band.isalnum() and band.lower() == band and len(band) <= 18 for band in bands(text))


def test_bands_stay_what_they_are_because_stores_keep_them() -> None:
    assert bands("They charged me twice")[:3] == PINNED
