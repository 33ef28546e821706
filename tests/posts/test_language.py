"""Languages are told by script and words, and not told where they cannot be."""

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plaint.posts import letters
from plaint.posts.language import ROMANISED, THRESHOLD, TOLD_BY_LETTERS, detect, tell_only, tongue


@pytest.mark.pure
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Η τράπεζα δεν απαντά", "el"),
        ("הבנק לא עונה", "he"),
        ("은행이 대답하지 않아요", "ko"),
        ("銀行に電話してもつながらない", "ja"),
        ("银行不接电话", "zh"),
        ("ธนาคารไม่รับสาย", "th"),
        ("البنك لا يرد على الهاتف", "ar"),
        ("بانک به تلفن پاسخ نمی‌دهد", "fa"),
        ("बैंक फोन नहीं उठाता", "hi"),
        ("They have not answered the phone and my money is still missing from the account.", "en"),
    ],
)
def test_scripts_and_plain_english_need_no_model(text: str, code: str) -> None:
    found = detect(text)
    assert found is not None
    assert (found.code, found.how) == (code, "detected")
    assert found.score > 0.9


@pytest.mark.pure
@pytest.mark.parametrize("text", ["", "  ", "👍👍👍", "12345 / 67", "https://bank.example/uk @bank #bank", "ok"])
def test_what_cannot_be_told_is_undetermined(text: str) -> None:
    assert detect(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Seit drei Wochen warte ich auf eine Antwort der Bank.", "de"),
        ("J'attends une réponse depuis trois semaines.", "fr"),
        ("Llevo tres semanas esperando una respuesta.", "es"),
        ("Od trzech tygodni czekam na odpowiedź.", "pl"),
        ("Üç haftadır cevap bekliyorum.", "tr"),
        ("Деньги так и не вернули, поддержка молчит.", "ru"),
        ("Ik wacht al drie weken op een antwoord van de bank.", "nl"),
    ],
)
def test_sentences_are_told(text: str, code: str) -> None:
    found = detect(text)
    assert found is not None
    assert found.code == code


@given(st.text(max_size=60))
@settings(deadline=None)
def test_any_text_is_answered_with_a_score_from_the_threshold_to_one(text: str) -> None:
    found = detect(text)
    assert found is None or THRESHOLD <= found.score <= 1


@pytest.mark.parametrize("text", ["bhai mera paisa wapas nahi aaya abhi tak", "bank wale phone nahi uthate, kya karu main"])
def test_hindi_in_latin_letters_is_told_and_is_hindi_to_the_archive(text: str) -> None:
    told, kept = tongue(text), detect(text)
    assert told is not None
    assert kept is not None
    assert (told.code, kept.code) == (ROMANISED, "hi")
    assert told.score == kept.score


@pytest.mark.pure
def test_runs_of_letters_stay_within_a_word_and_its_spaces() -> None:
    assert set(letters.runs("ab")) | set(letters.runs("cd")) <= set(letters.runs("ab cd"))
    assert set(letters.runs("ab cd")) == set(letters.runs("CD,  ab 7"))
    assert letters.codes() == TOLD_BY_LETTERS


def test_only_the_languages_that_are_loaded_are_told() -> None:
    try:
        tell_only(("en", "nl"))
        found = detect("Seit drei Wochen warte ich auf eine Antwort der Bank.")
        assert found is not None
        assert found.code in {"en", "nl"}
    finally:
        tell_only(TOLD_BY_LETTERS)
    found = detect("Seit drei Wochen warte ich auf eine Antwort der Bank.")
    assert found is not None
    assert found.code == "de"


@pytest.mark.pure
@pytest.mark.parametrize(
    ("codes", "why"), [(("en", "dee"), "dee: no language"), (("en",), "two languages or more"), (("en", ROMANISED), "two languages")]
)
def test_languages_that_cannot_be_told_are_refused_by_name(codes: tuple[str, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        tell_only(codes)


def test_labelled_words_and_sentences(shared: Path) -> None:
    with gzip.open(shared / "data" / "langid-lingua" / "lid_dev.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[::20]
    told, right = defaultdict(int), defaultdict(int)
    for row in rows:
        if found := detect(row["text"]):
            told[row["kind"]] += 1
            right[row["kind"]] += found.code == row["lang"]
    assert right["sentences"] / told["sentences"] > 0.97
    assert right["word-pairs"] / told["word-pairs"] > 0.93
    assert right["single-words"] / told["single-words"] > 0.82
    assert sum(told.values()) / len(rows) > 0.97


@pytest.mark.parametrize("text", ["kaise ho", "usne bola", "accha bhai", "or kya", "refund kab milega bhai, mujhe abhi chahiye"])
def test_hindi_in_latin_letters_is_told_by_its_own_words(text: str) -> None:
    found = tongue(text)
    assert found is not None
    assert found.code == ROMANISED
