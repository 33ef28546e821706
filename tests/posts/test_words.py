"""The analysis of words: what is the same word, what is one, and where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaint.posts import words

pytestmark = pytest.mark.pure

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"]) | st.sampled_from("aAéÉßıİ返金手환불शुन्यمُ١½ﬁ™\u200c\u00ad\u0301 -_'\ue000ー・ｶﾞ"),
    max_size=60,
)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Late FEES, again!", ["late", "fees", "again"]),
        ("don't pay £1,000.50", ["don", "t", "pay", "1", "000", "50"]),
        ("naïve Straße Łódź İstanbul", ["naive", "strasse", "lodz", "istanbul"]),
        ("cafe\u0301 ﬁne ①", ["cafe", "fine", "1"]),
        ("Orbit™ o\u00adver", ["orbit", "over"]),
        ("返金されない", ["返金", "金さ", "され", "れな", "ない", "い"]),
        ("ｶﾞｽ", ["ガス", "ス"]),
        ("第3回", ["第", "3", "回"]),
        ("शुल्क वापस", ["शुल्क", "वापस"]),
        ("مُحَمَّد", ["مُحَمَّد"]),
        ("می\u200cخواهم", ["میخواهم"]),
        ("snake_case a\ue000b", ["snake", "case", "a", "b"]),
        ("🙂 !!", []),
    ],
)
def test_terms(text: str, terms: list[str]) -> None:
    assert words.terms(text) == terms


def test_no_term_is_longer_than_the_limit() -> None:
    assert [len(term) for term in words.terms("x" * 5_000 + " " + "é" * 300)] == [words.LONGEST, words.LONGEST]
    assert words.wanted("x" * 5_000)[0] == words.terms("x" * 300)


def test_stems_carry_their_language() -> None:
    assert words.stems("Refunds refunded!", "en") == {f"en{words.JOINT}refund"}
    assert words.stems("remboursements", "fr") == words.stems("remboursement", "fr")
    assert words.stems("返金", "en") == set()
    assert words.stems("refunds", "ja") == words.stems("refunds", None) == set()


def test_a_stem_is_made_before_accents_go() -> None:
    assert words.stems("Häuser", "de") == {f"de{words.JOINT}haus"}


def test_one_sign_is_looked_for_as_a_beginning() -> None:
    assert words.wanted("返") == (["返"], True)
    assert words.wanted("返金") == (["返金"], False)
    assert words.wanted("3回") == (["3", "回"], True)


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert words.fold(words.fold(text)) == words.fold(text)


@given(TEXTS)
def test_capital_letters_never_matter(text: str) -> None:
    plain = "".join(letter for letter in text if len(letter.upper()) == len(letter.lower()) == 1 and letter.upper().lower() == letter.lower())
    assert words.terms(plain.upper()) == words.terms(plain.lower())


@given(TEXTS)
def test_a_text_is_cut_the_same_with_and_without_offsets(text: str) -> None:
    with_ends = words.terms(text)
    spans = list(words.spans(text))
    assert [span.term for span in spans] == [term for term in with_ends if term in {span.term for span in spans}] or len(spans) <= len(with_ends)
    for span in spans:
        assert text[span.start : span.end] == span.run
        assert span.term in with_ends


@given(TEXTS)
def test_terms_need_no_further_cutting(text: str) -> None:
    for term in words.terms(text):
        assert term
        assert " " not in term
        assert words.JOINT not in term
        assert words.fold(term) == term


@given(TEXTS, TEXTS)
def test_two_texts_with_a_gap_have_the_terms_of_both(one: str, two: str) -> None:
    assert words.terms(f"{one}\n{two}") == words.terms(one) + words.terms(two)


@given(TEXTS)
def test_what_is_looked_for_is_there(text: str) -> None:
    terms, is_begun = words.wanted(text)
    have = words.terms(text)
    assert have[: len(terms)] == terms
    assert not is_begun or have[len(terms) - 1].startswith(terms[-1])
