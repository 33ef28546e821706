"""Words that are nearly another one: how a fuzzy term is spelled out against a vocabulary, the same for every store."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

EXPANSIONS = 1000
"""The most words that one fuzzy term stands for: the nearest, then by spelling."""


def is_near(word: str, other: str, edits: int) -> bool:
    """Whether `other` begins with the same letter and is at most `edits` insertions, losses, changes or swaps away."""
    return word[:1] == other[:1] and OSA.distance(word, other, score_cutoff=edits) <= edits


def near_words(word: str, edits: int, vocabulary: Iterable[str]) -> list[str]:
    """The words of a vocabulary that are near, at most EXPANSIONS."""
    first, length = word[:1], len(word)
    close = [other for other in vocabulary if other[:1] == first and abs(len(other) - length) <= edits]
    found = extract(word, close, scorer=OSA.distance, processor=None, score_cutoff=edits, limit=None)
    return [other for other, _, _ in sorted(found, key=lambda near: (near[1], near[0]))[:EXPANSIONS]]
