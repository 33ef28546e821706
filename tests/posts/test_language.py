"""Languages are told by script and words, and not told where they cannot be."""

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plaint.posts.language import detect


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
        ("Уже три недели жду ответа от банка.", "ru"),
        ("Ik wacht al drie weken op een antwoord van de bank.", "nl"),
    ],
)
def test_sentences_are_told(text: str, code: str) -> None:
    found = detect(text)
    assert found is not None
    assert found.code == code


@given(st.text(max_size=60))
@settings(deadline=None)
def test_any_text_is_answered_with_a_score_between_a_half_and_one(text: str) -> None:
    found = detect(text)
    assert found is None or 0.5 <= found.score <= 1


def test_labelled_words_and_sentences(shared: Path) -> None:
    with gzip.open(shared / "data" / "langid-lingua" / "lid_dev.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[::20]
    told, right = defaultdict(int), defaultdict(int)
    for row in rows:
        if found := detect(row["text"]):
            told[row["kind"]] += 1
            right[row["kind"]] += found.code == row["lang"]
    assert right["sentences"] / told["sentences"] > 0.97
    assert right["word-pairs"] / told["word-pairs"] > 0.94
    assert right["single-words"] / told["single-words"] > 0.9
    assert sum(told.values()) / len(rows) > 0.82
