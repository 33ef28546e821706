"""What is found in a draft of a public answer, and that each finding marks its own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaint.cases.letters import letters
from plaint.deadlines.regimes import regimes
from plaint.replies.checks import Around, blocking, findings, known
from plaint.replies.numbers import is_card, is_iban

pytestmark = pytest.mark.pure

HERE = Around(channel="somewhere", regimes=("UK-DISP", "UK-PSR"), sites=("https://www.northgate.example/help",), customer="Kurt Achterberg")
NOISE = st.text(st.characters(categories=("L", "N", "P", "Z", "S")), max_size=60)


def found(text: str, around: Around = HERE) -> list[tuple[str, str]]:
    return [(one.check, one.words) for one in findings(text, around)]


@pytest.mark.parametrize(
    ("text", "check", "words"),
    [
        ("Your card 4111 1111 1111 1111 is fine.", "card", "4111 1111 1111 1111"),
        ("Paid to GB82 WEST 1234 5698 7654 32 AND more", "iban", "GB82 WEST 1234 5698 7654 32"),
        ("Paid to de89370400440532013000.", "iban", "de89370400440532013000"),
        ("Your account number is 1234 5678.", "account", "1234 5678"),
        ("Ihre Kontonummer: 0532013000", "account", "0532013000"),
        ("Votre numéro de compte 123456789", "account", "123456789"),
        ("Write to kurt.a@mail.example", "email", "kurt.a@mail.example"),
        ("Call +44 20 7946 0018 now", "phone", "+44 20 7946 0018"),
        ("Sorry, kurt  ACHTERBERG!", "name", "kurt  ACHTERBERG"),
        ("We’re sorry, it was our fault.", "admission", "our fault"),
        ("We made a very serious mistake.", "admission", "We made a very serious mistake"),
        ("Das war unser Fehler.", "admission", "unser Fehler"),
        ("We’ll of course refund the fee.", "promise_money", "We’ll of course refund"),
        ("You will have £120.50 soon", "promise_money", "£120.50"),
        ("Vous serez remboursé.", "promise_money", "Vous serez remboursé"),
        ("We will call you by Friday.", "promise_date", "Friday"),
        ("We will call you within 5 working days.", "promise_date", "5 working days"),
        ("Sie erhalten eine Antwort bis 3. Dezember", "promise_date", "3. Dezember"),
        ("It will be done on 2026-12-03", "promise_date", "2026-12-03"),
        ("This is our final response.", "signpost", "final response"),
    ],
)
def test_is_found_with_its_words(text: str, check: str, words: str) -> None:
    assert (check, words) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "We are sorry to read this. Write to us at help@northgate.example or care@mail.northgate.example.",
        "Your card 4111 1111 1111 1112 is no card.",
        "GB82 WEST 1234 5698 7654 33",
        "You wrote on Friday that you lost £120.",
        "Please log in to your account, or see the page on accounts from 2026.",
        "Kurt, thank you. Achterberg is a fine town.",
        "Error 503 since 07:10, 1,204 posts, 24/11/2026 10:15",
        "This is our final response. You may go to the Financial Ombudsman Service.",
    ],
)
def test_is_let_alone(text: str) -> None:
    assert found(text) == []


def test_what_blocks_is_what_names_a_person_or_does_not_fit() -> None:
    text = "Kurt Achterberg, it was our fault: 4111 1111 1111 1111, call 0800 123 4567. " + "a" * 300
    assert {one.check for one in blocking(text, Around(channel="x", customer="Kurt Achterberg"))} == {"card", "limit"}


def test_too_long_marks_from_the_first_sign_that_does_not_fit() -> None:
    assert found("日" * 141, Around(channel="x")) == [("limit", "日")]
    assert found("日" * 140, Around(channel="x")) == []


def test_a_regime_without_a_way_out_in_its_letters_asks_for_none() -> None:
    assert found("This is our final response.", Around(channel="somewhere", regimes=("UK-DPC",))) == []
    assert found("This is our final response. Go to AFCA.", Around(channel="somewhere", regimes=("AU-RG271",))) == []
    twice = found("This is our final response.", Around(channel="somewhere", regimes=("UK-DISP", "UK-PSR", "AU-RG271")))
    assert len(twice) == 2, "one for the ombudsman of two regimes, one for AFCA"


def test_every_way_out_is_one_that_a_letter_of_its_rule_has_to_name() -> None:
    rules = {letter.rule for letter in letters().values()}
    assert {post.rule for post in known().signposts} <= rules
    assert {post.regime for post in known().signposts} <= set(regimes())
    assert all(check.source and check.reason for check in known().checks.values())


def with_card_check(digits: str) -> str:
    return next(digits + str(last) for last in range(10) if is_card(digits + str(last)))


def with_iban_check(country: str, rest: str) -> str:
    return next(said for check in range(2, 99) if is_iban(said := f"{country}{check:02}{rest}"))


@given(NOISE, st.text("0123456789", min_size=12, max_size=18), NOISE)
def test_a_card_number_is_found_wherever_it_stands(head: str, digits: str, tail: str) -> None:
    number = with_card_check(digits)
    text = f"{head} # {number} # {tail}"
    assert any(start <= text.index(f"# {number} #") + 2 < end for start, end in spans(text))


@given(st.text("0123456789", min_size=12, max_size=18), st.data())
def test_one_wrong_digit_is_no_card(digits: str, data: st.DataObject) -> None:
    number = with_card_check(digits)
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([sign for sign in "0123456789" if sign != number[place]]))
    assert not is_card(number[:place] + other + number[place + 1 :])


@given(st.sampled_from(["GB", "DE", "NL", "MT"]), st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=11, max_size=30), st.data())
def test_one_wrong_sign_is_no_iban(country: str, rest: str, data: st.DataObject) -> None:
    number = with_iban_check(country, rest)
    assert ("iban", number) in found(f"to {number}.")
    place = data.draw(st.integers(4, len(number) - 1))
    kind = "0123456789" if number[place].isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    other = data.draw(st.sampled_from([sign for sign in kind if sign != number[place]]))
    assert not is_iban(number[:place] + other + number[place + 1 :])


@given(st.text(max_size=300), st.sampled_from(["x", "bluesky", "google_places", "somewhere"]))
def test_whatever_is_written_each_finding_marks_its_own_words(text: str, channel: str) -> None:
    around = Around(channel=channel, regimes=("UK-DISP",), customer=text[:20])
    for one in findings(text, around):
        assert text[one.start : one.end] == one.words
        assert one.words


@given(NOISE, NOISE)
def test_more_words_never_hide_an_admission(head: str, tail: str) -> None:
    assert "admission" in {check for check, _ in found(f"{head}\nIt was our fault.\n{tail}")}


def spans(text: str) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in findings(text, HERE) if one.check in {"card", "account", "iban"}]
