"""Features of texts and heads over them: places are true, a text is the same in any company, and the words that decided do decide."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaint.understand import features, linear
from plaint.understand.features import BITS, grams, learned_idf

pytestmark = pytest.mark.pure
flat = np.ones(1 << BITS, np.float32)
texts = st.lists(st.text(max_size=60), min_size=1, max_size=5)


def sums(text: str, company: list[str]) -> dict[int, float]:
    found = grams([*company, text], idf=flat)
    mine = found.row == len(company)
    return {int(b): round(float(found.value[mine][found.bucket[mine] == b].sum()), 4) for b in set(found.bucket[mine].tolist())}


@given(st.text(max_size=40), texts)
def test_a_text_has_the_same_features_in_any_company(text: str, company: list[str]) -> None:
    assert sums(text, []) == sums(text, company)


@given(texts)
def test_every_place_lies_in_its_own_text(some: list[str]) -> None:
    found = grams(some, idf=flat)
    inner = found.signs != 0
    for row, start, end in zip(found.sign_row[inner], found.origin[inner], found.until[inner], strict=True):
        assert 0 <= start < end <= len(some[row])
    assert (found.sign_row[found.first] <= found.row).all()


def test_handles_links_and_spaces_are_the_same_whatever_they_are() -> None:
    assert sums("@one  see\nhttps://a.example/x", []) == sums("@another see http://b.example", [])
    assert sums("SEHR Ärgerlich", []) == sums("sehr ärgerlich", [])
    assert sums("mail me@bank.example", []) != sums("mail you@bank.example", [])


def test_a_long_text_is_read_at_its_beginning() -> None:
    assert sums("a" * features.LOOKED_AT + " and more", []) == sums("a" * features.LOOKED_AT, [])


def test_what_nearly_all_texts_have_weighs_less() -> None:
    idf = learned_idf(["the card", "the loan", "the card again"])
    found = grams(["the card loan"], idf=idf)
    the, card, loan = (float(idf[found.bucket[np.flatnonzero(found.first == found.tokens[i])[0]]]) for i in range(3))
    assert 0 < the < card
    assert loan == 0


def made(words: dict[str, float]) -> linear.Head:
    """A head that knows a few words."""
    weights = np.zeros((1 << BITS, 1))
    for word, weight in words.items():
        found = grams([word], idf=flat)
        weights[found.bucket[found.first == found.tokens[0]], 0] = weight
    whole, scale = linear.in_eight_bits(weights)
    return linear.Head(name="made", version="1", labels=("no", "yes"), weights=whole, scale=scale, bias=np.zeros(1, np.float32), sharpness=9.0)


def test_the_words_that_decided_are_named_at_their_places() -> None:
    text = "My card was stolen and  nobody answers, thanks"
    head = made({"stolen": 2.0, "thanks": -1.0})
    words = head.words(grams([text], idf=flat))[0]
    assert text[words[0].start : words[0].end] == "stolen"
    assert words[0].weight > 0
    assert any(text[w.start : w.end] == "thanks" and w.weight < 0 for w in words)


def test_a_head_is_kept_in_a_file(tmp_path: Path) -> None:
    head = made({"stolen": 2.0})
    linear.write(head, tmp_path / "made.npz")
    again = linear.read(tmp_path / "made.npz")
    found = grams(["stolen card", "no"], idf=flat)
    assert np.array_equal(again.probabilities(found), head.probabilities(found))
    assert (again.spoken_as, again.labels) == ("made 1", ("no", "yes"))
    assert np.allclose(again.probabilities(found).sum(1), 1)


def test_many_labels_are_summed_as_few_are() -> None:
    found = grams(["the card was stolen", "", "a loan"], idf=flat)
    whole, scale = linear.in_eight_bits(np.random.default_rng(1).normal(size=(1 << BITS, 7)))
    many = linear.Head(name="m", version="1", labels=tuple("abcdefg"), weights=whole, scale=scale, bias=np.zeros(7, np.float32))
    few = linear.Head(name="f", version="1", labels=("a", "b"), weights=whole[:, :2], scale=scale[:2], bias=np.zeros(2, np.float32))
    assert np.allclose(many.sums(found)[:, :2], few.sums(found), atol=1e-4)


@given(st.lists(st.text("the card was stolen @www. \nİß日", max_size=60), min_size=1, max_size=6))
def test_heads_that_are_summed_together_say_what_each_says_alone(some: list[str]) -> None:
    names = ("complaint-fast", "severity-fast", "reason-fast")
    alone, together = grams(some), grams(some)
    linear.sum_together(names, together)
    for name in names:
        assert np.allclose(linear.head(name).sums(alone), linear.head(name).sums(together), atol=1e-4)
        assert linear.head(name).spoken_as in together.known
