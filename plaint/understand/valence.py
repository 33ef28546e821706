"""How good and how bad the words of a text are: English words as people rated them, turned round after a negation.

The ratings are of the VADER lexicon (Hutto and Gilbert, 2014), of which single words are kept (`data/valence.tsv`). A text in another
language has none; the heads that read these numbers must do without.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from plaint.understand.features import Codes, Grams, Numbers, hashes

_file = Path(__file__).parent / "data" / "valence.tsv"
_NEGATIONS = (
    "not", "no", "never", "don", "dont", "doesn", "isn", "wasn", "cannot", "won", "didn", "without", "nothing", "neither", "nor",
    "hardly", "wouldn", "couldn", "ain", "aren",
)  # fmt: skip
_REACH = 4
"""So many words and signs after a negation are turned round (the two of "n't" count)."""
_TURNED = -0.74
"""What a rating is worth after a negation, as VADER found."""
_LOUD = 15.0
"""A sum of this size in squares is half way to the most."""
NUMBERS = 5
"""Columns of `valence`."""


def valence(grams: Grams) -> Numbers:
    """By text: the sum of all ratings between -1 and 1, good and bad by the word, and the sums of good and bad between 0 and 1."""
    if "valence" not in grams.known:
        grams.known["valence"] = _valence(grams)
    return grams.known["valence"]


def _valence(grams: Grams) -> Numbers:
    words, ratings, negations = _known()
    near = np.minimum(np.searchsorted(words, grams.token_hash), len(words) - 1)
    rating = np.where(words[near] == grams.token_hash, ratings[near], 0)
    row = grams.sign_row[grams.tokens]
    negates = np.isin(grams.token_hash, negations)
    turned = np.zeros(len(row), bool)
    for step in range(1, min(_REACH, len(row) - 1) + 1):
        turned[step:] |= negates[:-step] & (row[:-step] == row[step:])
    rating = np.where(turned, _TURNED * rating, rating)
    good = np.bincount(row, np.maximum(rating, 0), grams.rows)
    bad = np.bincount(row, np.maximum(-rating, 0), grams.rows)
    count = np.bincount(row, minlength=grams.rows) + 5
    each = (good - bad, good, bad)
    total, most, least = (some / np.sqrt(some * some + _LOUD) for some in each)
    return np.stack([total, good / count, bad / count, most, least], axis=1).astype(np.float32)


@cache
def _known() -> tuple[Codes, Numbers, Codes]:
    lines = [line.split("\t") for line in _file.read_text(encoding="utf-8").splitlines()]
    words = hashes([word for word, _ in lines])
    order = np.argsort(words)
    return words[order], np.array([float(rating) for _, rating in lines], np.float32)[order], np.unique(hashes(_NEGATIONS))
