"""Personal data in a text is found by its form, its check digits, the words before it, or the words around it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaint.understand.personal import find
from plaint.understand.personal_rules import found_in
from plaint.understand.personal_tagger import TOKEN, tokens
from plaint.understand.reading import Said, read

pytestmark = pytest.mark.pure


def said(text: str) -> set[tuple[str, str]]:
    return {(text[span.start : span.end], span.kind) for span in find([text])[0]}


@pytest.mark.parametrize(
    ("text", "words", "kind"),
    [
        ("write to jo.b+x@post.example please", "jo.b+x@post.example", "e-mail"),
        ("call me on 0161 496 0345 please", "0161 496 0345", "phone"),
        ("ring +44 20 7946 0123 after six", "+44 20 7946 0123", "phone"),
        ("my card 4111 1111 1111 1111 was taken", "4111 1111 1111 1111", "card"),
        ("paid to GB82 WEST 1234 5698 7654 32 instead", "GB82 WEST 1234 5698 7654 32", "iban"),
        ("mine is 123-45-6789 as they know", "123-45-6789", "national id"),
        ("insured under AB 12 34 56 C since then", "AB 12 34 56 C", "national id"),
        ("my aadhaar is 2341 2341 2346 already", "2341 2341 2346", "national id"),
        ("mi dni 12345678Z no vale", "12345678Z", "national id"),
        ("policy number PL-99887766 was cancelled", "PL-99887766", "policy"),
        ("order #1234567 never came", "1234567", "reference"),
        ("account no. 00012345678 is closed", "00012345678", "account"),
        ("my date of birth is 12/03/1980 and", "12/03/1980", "birth date"),
        ("I am 45 years old now", "45", "age"),
        ("they blocked 203.0.113.9 again", "203.0.113.9", "ip"),
        ("I live at 14 Crown Street and", "14 Crown Street", "address"),
        ("wir wohnen Hauptstraße 12 im Hof", "Hauptstraße 12", "address"),
        ("near SW1A 1AA somewhere", "SW1A 1AA", "postcode"),
        ("my name is Anna Bergström and", "Anna Bergström", "person"),
        ("I told Mr. Adeyemi about it", "Adeyemi", "person"),
    ],
)
def test_each_kind_is_found_where_it_stands(text: str, words: str, kind: str) -> None:
    assert (words, kind) in said(text)


@pytest.mark.parametrize(
    "before",
    [
        "my name is", "My name's", "Ich heiße", "ich heisse", "Mein Name ist", "je m'appelle", "Me llamo", "mi nombre es", "Mi chiamo",
        "mijn naam is", "I spoke to", "we spoke with", "Name:", "signed", "Signed,", "Kind regards,", "Kind Regards", "Regards,", "sincerely,",
        "Sincerely,",
        "Yours faithfully,", "yours truly,", "Mr", "Mrs.", "Ms", "Miss", "Dr.", "Prof.", "Mme", "Herr", "Frau", "Señor", "Señora", "Shri", "Smt.",
    ],
)  # fmt: skip
def test_a_name_is_found_behind_each_word_that_leads_to_one(before: str) -> None:
    text = f"{before} Quovadis"
    assert [text[span.start : span.end] for span in found_in(text) if span.kind == "person"] == ["Quovadis"]


@given(st.text("aB1 .@'’\n-_:/w"))
def test_the_words_stand_where_they_are_said_to_stand(text: str) -> None:
    cut = tokens([text, text])
    assert [text[start:end] for start, end in cut.spans(1)] == [match[0] for match in TOKEN.finditer(text)] == cut.words[2 : 2 + cut.count(0)]


@pytest.mark.parametrize(
    "text",
    [
        "they charged me twice and then refused a refund",
        "the fee went up by 1,234,567.00 in all",
        "it took 3 weeks and 14 days",
        "",
    ],
)
def test_plain_words_are_nobodys(text: str) -> None:
    assert said(text) == set()


def test_check_digits_decide() -> None:
    assert "card" in {kind for _, kind in said("taken from 4111111111111111 twice")}
    assert "card" not in {kind for _, kind in said("taken from 4111111111111112 twice")}
    assert "iban" not in {kind for _, kind in said("paid to GB83 WEST 1234 5698 7654 32")}


def test_spans_lie_in_the_text_apart_and_in_order() -> None:
    text = "Dear Anna Bergström, 14 Crown Street, SW1A 1AA London, call 0161 496 0345 or jo@post.example.\nRegards, John Smith"
    spans = find([text])[0]
    assert all(0 <= one.start < one.end <= len(text) for one in spans)
    assert all(one.end <= two.start for one, two in pairwise(spans))


def test_a_batch_is_read_like_its_parts() -> None:
    texts = ["I am Maria Lopez from Lisbon", "", "order #1234567", "Ask Peter Novak at 12 High Street"]
    assert find(texts) == [find([text])[0] for text in texts]


def test_offsets_count_in_title_and_text_together() -> None:
    found = read([Said(title="Help", text="call 0161 496 0345 now")])[0]
    assert [("Help. call 0161 496 0345 now"[one.start : one.end], one.kind) for one in found.pii] == [("0161 496 0345", "phone")]
    assert found.models["pii"]


def test_hostile_texts_end_soon() -> None:
    for text in ("1 " * 20_000, "(" * 20_000, "A" * 20_000, "a.b@" * 5_000, "1.2.3." * 5_000, "Mr " * 5_000, "Street " * 5_000, "x*" * 9_000):
        find([text])


def test_what_is_found_does_not_depend_on_the_texts_beside_it() -> None:
    text, other = "Für Frau Weiß", "The card was kept; nobody came."
    alone = find([text])[0]
    assert [find(batch)[at] for batch, at in (([other, text], 1), ([text, other], 0), ([text, text], 1))] == [alone] * 3
