"""How good and bad words are: rated English words, turned round after a negation, nothing in other languages."""

import pytest

from plaint.understand.features import grams
from plaint.understand.valence import NUMBERS, valence

pytestmark = pytest.mark.pure


def total(text: str) -> float:
    return float(valence(grams([text]))[0, 0])


def test_bad_words_count_against_and_good_ones_for() -> None:
    assert total("a terrible awful service") < -0.5
    assert total("GREAT and helpful") > 0.5
    assert total("the branch on the corner") == 0
    assert total("Kein Mensch geht ans Telefon") == 0


def test_a_negation_turns_what_follows_round() -> None:
    assert total("they are helpful") > 0 > total("they aren't helpful")
    assert total("never good again") < 0


def test_a_negation_does_not_reach_into_the_next_text() -> None:
    together = valence(grams(["not", "good"]))
    assert together.shape == (2, NUMBERS)
    assert together[1, 0] == pytest.approx(total("good"))


def test_nothing_has_no_valence() -> None:
    assert valence(grams([""])).tolist() == [[0] * NUMBERS]
    assert valence(grams([])).shape == (0, NUMBERS)
