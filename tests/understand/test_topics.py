"""What a post is about, as the shipped heads say it. The texts are made up."""

from __future__ import annotations

import numpy as np
import pytest

from plaint.understand.features import grams
from plaint.understand.reading import Said, read
from plaint.understand.taxonomy import taxonomies
from plaint.understand.topics import card, speaker, topics
from plaint.understand.understanding import Code

pytestmark = pytest.mark.pure

MORTGAGE = "My mortgage servicer lost my payment and now the escrow account is wrong. They threaten foreclosure on my home loan."
REPORT = "There are accounts on my credit report that are not mine. Equifax, Experian and TransUnion will not delete the inquiries."
ARRIVAL = "My new card has still not arrived. When will the card come?"
OTHER = "The soup was cold, the waiter rude, and we waited an hour for a table."


def about(text: str):
    return topics([text], grams([text]))[0]


def test_a_plain_complaint_gets_the_regulators_product_and_the_row_it_leads_to():
    found = about(MORTGAGE)
    assert found.product["cfpb"].code == "Mortgage"
    assert found.product["cfpb"].how == "model"
    assert found.product["fca"] == Code(code="FCA1R-P10", score=found.product["cfpb"].score, how="mapped")


def test_where_the_regulator_has_no_row_nothing_is_said():
    found = about(REPORT)
    assert found.product["cfpb"].code.startswith("Credit reporting")
    assert found.product["fca"] is None


def test_a_reason_for_asking_a_bank_leads_to_a_cause():
    found = about(ARRIVAL)
    assert found.issue["banking77"].code == "card_arrival"
    assert found.issue["fca"].code == "FCA1R-C07"
    assert found.issue["fca"].how == "mapped"


def test_a_post_that_speaks_of_no_money_is_not_looked_at():
    assert about(OTHER).product == {}
    assert about(OTHER).issue == {}


def test_what_is_not_sure_enough_stays_unknown():
    vague = "The bank."
    assert about(vague).product == {"cfpb": None, "fca": None}


def test_each_is_told_by_itself_and_in_order():
    texts = [OTHER, MORTGAGE, ARRIVAL, OTHER, REPORT]
    assert topics(texts, grams(texts)) == [about(text) for text in texts]


def test_heads_say_only_codes_of_their_taxonomies():
    for deep in (False, True):
        assert set(speaker("product", deep=deep).labels) == set(taxonomies()["cfpb"].product)
        assert set(speaker("reason", deep=deep).labels) == set(taxonomies()["banking77"].issue)


@pytest.mark.parametrize("name", ["product-fast", "product-deep", "reason-fast", "reason-deep"])
def test_a_card_says_from_where_on_the_model_is_believed(name: str):
    assert 0 < card(name).threshold < 1


@pytest.mark.parametrize("kind", ["product", "reason"])
def test_the_deep_head_weighs_the_vector(kind: str):
    places = grams([MORTGAGE])
    flat, tilted = np.zeros((1, 384), np.float32), np.full((1, 384), 0.05, np.float32)
    asked = speaker(kind, deep=True)
    assert not np.allclose(asked.probabilities(places, flat), asked.probabilities(places, tilted))


def test_a_post_carries_it_and_names_the_models():
    (understood,) = read([Said(text=MORTGAGE)])
    assert understood.product["cfpb"].code == "Mortgage"
    assert understood.models["product"] == "product-fast 1"
    assert understood.models["issue"] == "reason-fast 1"
    (deeper,) = read([Said(text=MORTGAGE)], np.zeros((1, 384), np.float32))
    assert deeper.models["product"] == "product-deep 1"
    assert deeper.models["issue"] == "reason-deep 1"
