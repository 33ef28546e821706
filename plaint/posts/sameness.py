"""Whether two texts say the same: how alike they are, whether one is a copy of the other, and the bands by which copies find each other.

Two questions, two measures. `likeness` asks whether two short texts tell the same thing in other words, `is_copy` whether one was made
from the other. `bands` are terms that a text shares with its copies and hardly with anything else, so that whoever looks for copies looks
only where a band is equal: MinHash (Broder, 1997) over pairs of words. Bands of one `VERSION` are comparable, for ever and on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from plaint.posts.words import joined_terms, terms

VERSION = "bands 1"
"""To be raised when the same text gets other bands: those that are kept are then to be made again."""

ALIKE = 0.3
"""`likeness` from which two texts are held to tell the same: of 20,000 pairs drawn from English tweets 3 reach it, from Portuguese 386."""
COPIED = 0.5
"""Share of word pairs, of those in either text, from which a text is held to be a copy."""
WITHIN = 0.8
"""Share of the shorter text's word pairs that stand in the longer, from which the shorter is held to be cut from it."""
LEAD = 12
"""Words that a text has at least before it is held to be cut from a longer one; texts that begin with the same so many share a band."""

ROWS, BANDS = 4, 16
_LONGEST_WEIGHT = 8
_GRAM = 4
_SPREAD = np.uint64(32)

Signature = NDArray[np.uint32]
"""The smallest value of each of `ROWS` x `BANDS` hashes over the word pairs of a text."""


def likeness(one: str, other: str) -> float:
    """How much of what two texts say they share, 0 to 1; symmetric, blind to case, accents, order and punctuation.

    The mean of two measures: the words in common, each counting as its length up to eight letters (long words are rare ones, in every
    language that writes words), and the runs of four letters in common, which forgive endings and misspellings.
    """
    mine, theirs = terms(one), terms(other)
    if not mine or not theirs:
        return float(one.split() == other.split())
    return (_words_in_common(set(mine), set(theirs)) + _runs_in_common(" ".join(mine), " ".join(theirs))) / 2


def same(one: str, other: str) -> bool:
    """Whether two short texts tell the same thing, copied or put in other words: `likeness` from `ALIKE` on."""
    return likeness(one, other) >= ALIKE


def is_copy(one: str, other: str) -> bool:
    """Whether one text was made from the other: equal but for signs, changed in a few words, or cut short."""
    return copied(pairs_of(one), pairs_of(other))


def copied(mine: frozenset[int], theirs: frozenset[int]) -> bool:
    """The same, of the word pairs of two texts (`pairs_of`)."""
    common = len(mine & theirs)
    fewer = min(len(mine), len(theirs))
    return common >= COPIED * (len(mine) + len(theirs) - common) or (fewer >= LEAD and common >= WITHIN * fewer)


def pairs_of(text: str) -> frozenset[int]:
    """A number for each pair of words that follow each other; a text of one word is that word, one without words its signs."""
    return frozenset(_pairs(terms(text), text))


def bands(text: str) -> tuple[str, ...]:
    """The terms that a text shares with its copies: 17 or 18 of at most 18 letters, 0 to 9 and a to f.

    Of two texts that share half their word pairs 2 in 3 share a band, of those that share 7 in 10 more than 98 in 100; of texts that share
    1 in 10 fewer than 2 in 1,000.
    """
    words = terms(text)
    return _bands(words, _pairs(words, text), text)


def pairs_and_bands(text: str) -> tuple[frozenset[int], tuple[str, ...]]:
    """Both at once, in less time than one after the other."""
    words = terms(text)
    pairs = frozenset(_pairs(words, text))
    return pairs, _bands(words, pairs, text)


def _bands(words: list[str], pairs: Iterable[int], text: str) -> tuple[str, ...]:
    found = signature(pairs).reshape(BANDS, ROWS)
    begins = lead_of(words)
    lead = () if begins is None else (f"l{begins:08x}",)
    return (f"e{crc32(whole(text)):08x}", *lead, *(f"{place:02x}{key:016x}" for place, key in enumerate(keys(found).tolist())))


def whole(text: str) -> bytes:
    """What is equal in exact copies: the words in order."""
    return (joined_terms(text) or " ".join(text.split())).encode("utf-8", "surrogatepass")


def signature(pairs: Iterable[int]) -> Signature:
    """The MinHash of a text's word pairs; texts of equal pairs have equal signatures."""
    given = np.fromiter(pairs, np.uint64)
    mixed = (_FACTORS[:, None] * given[None, :] + _ADDED[:, None]) >> _SPREAD
    least: Signature = mixed.min(axis=1).astype(np.uint32)
    return least


def keys(rows: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """One number for each band: the last axis, `ROWS` long, is folded into it."""
    key = np.zeros(rows.shape[:-1], np.uint64)
    for row in range(ROWS):
        key = (key ^ rows[..., row]) * _FOLD
        key ^= key >> _SPREAD
    return key


def lead_of(words: list[str]) -> int | None:
    """The number that texts with the same beginning share; None where a text is too short to have been cut."""
    return _number(words[:LEAD]) if len(words) > LEAD else None


def _pairs(words: list[str], text: str) -> list[int]:
    if not words:
        return [crc32(" ".join(text.split()).encode("utf-8", "surrogatepass"))]
    if len(words) == 1:
        return [_number(words)]
    codes = [crc32(word.encode("utf-8", "surrogatepass")) for word in words]
    return [(one * 31 + other * 2_654_435_761) & 0xFFFFFFFF for one, other in pairwise(codes)]


def _number(words: list[str]) -> int:
    return crc32(" ".join(words).encode("utf-8", "surrogatepass"))


def _words_in_common(mine: set[str], theirs: set[str]) -> float:
    return 2 * _weight(mine & theirs) / (_weight(mine) + _weight(theirs))


def _weight(words: Iterable[str]) -> int:
    return sum(min(len(word), _LONGEST_WEIGHT) for word in words)


def _runs_in_common(mine: str, theirs: str) -> float:
    one, other = _runs(mine), _runs(theirs)
    return len(one & other) / float(np.sqrt(len(one) * len(other)))


def _runs(words: str) -> set[str]:
    spaced = f" {words} "
    return {spaced[at : at + _GRAM] for at in range(max(1, len(spaced) - _GRAM + 1))}


def _fixed(count: int, start: int) -> NDArray[np.uint64]:
    """Numbers that look drawn and are always the same (SplitMix64), so that bands agree between machines and versions of numpy."""
    state, drawn = start, []
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
        drawn.append(mixed ^ (mixed >> 31))
    return np.array(drawn, np.uint64)


_FACTORS = _fixed(ROWS * BANDS, 1) | np.uint64(1)
_ADDED = _fixed(ROWS * BANDS, 2)
_FOLD = np.uint64(0x9E3779B97F4A7C15)
