"""Which words of a text are a name, an address, a place, a firm, a date: a small linear tagger, many texts at once.

Each word adds up what it says of itself and of its neighbours (two to each side): its letters' shape, its beginning and end, and the
lists of given names, surnames and places it is in. A word's rows are made once and kept, so a batch costs a few sums of arrays.
A second pass sees what the first said of the neighbours. The weights are made by `scripts/learn_personal.py`; what they were taught on
is said in docs/privacy.md.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from string import ascii_letters, digits

import numpy as np
from numpy.typing import NDArray

LABELS = ("", "person", "address", "place", "organisation", "date", "title", "age", "group", "number")
"""What a word can be; the first is nothing personal."""

OFFSETS = (-2, -1, 0, 1, 2)
BUCKETS = 1 << 13
"""Weights for each offset; features share them by hash."""

SHAPES = 24
KEPT = 200_000
"""Words whose rows are kept; at more, all are dropped and made anew."""

_simple = r"[^\W_]+(?:['’][^\W_]+)*|\n+|[^\w\s]|_+"
TOKEN = re.compile(rf"(https?://\S+|www\.\S+|[^\s@]{{1,64}}@[^\s@]{{1,100}}\.\w+|{_simple})")
PLAIN_TOKEN = re.compile(f"({_simple})")
"""The same for texts without an address, where looking for one at every word takes most of the time."""


def _words(said: str) -> frozenset[str]:
    return frozenset(said.split())


STREET = _words(
    "street st road rd avenue ave lane ln drive dr boulevard blvd way court ct place square terrace crescent close highway hwy parkway pkwy "
    "apt apartment suite unit flat floor box postbox po rue straße strasse str weg platz allee gasse calle via viale piazza plaza avenida rua "
    "ul ulica straat laan gatan vägen väg veien vej gade katu tie utca út ulice nagar marg sector flats corner"
)
FIRM = _words(
    "inc llc ltd limited plc gmbh ag corp corporation company co group sons bank university institute school hospital association"
)  # fmt: skip
TITLE = _words("mr mrs ms miss dr prof professor sir madam herr frau señor señora mme monsieur madame shri smt")
DAY = _words(
    "january february march april may june july august september october november december jan feb mar apr jun jul aug sep oct nov dec "
    "monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow"
)


@dataclass(frozen=True, slots=True)
class Weights:
    """What is added up.

    `words`: by offset, bucket and label; `pairs`: by the shapes of a word and the next; `threes`: by those of a word and both
    neighbours; `said`: by offset and what the first pass said there; `bias`: by label.
    """

    words: NDArray[np.float32]
    pairs: NDArray[np.float32]
    threes: NDArray[np.float32]
    said: NDArray[np.float32]
    bias: NDArray[np.float32]


@cache
def _lists() -> dict[str, int]:
    """Which lists a word is in, as bits: 1 given names, 2 surnames, 4 places, 8 words of complaints that are no names there."""
    found: dict[str, int] = {}
    packed = files("plaint.understand").joinpath("data/personal_words.txt.gz").read_bytes()
    for line in gzip.decompress(packed).decode().splitlines():
        bits, *words = line.split(" ")
        found.update(dict.fromkeys(words, int(bits)))
    return found


def listed(word: str) -> int:
    """Which lists a word is in, as bits: 1 given names, 2 surnames, 4 places."""
    return _lists().get(word.lower(), 0) & 7


def is_given(word: str) -> bool:
    """Whether a word is a given name and, in complaints, nothing else."""
    return _lists().get(word.lower(), 0) & 9 == 1


def is_surname(word: str) -> bool:
    """Whether a word is a surname and, in complaints, nothing else."""
    return _lists().get(word.lower(), 0) & 10 == 2


def shape_of(word: str) -> int:
    """The kind of a word in one of `SHAPES`: by its letters, digits, length, and the lists it is in."""
    low = word.lower()
    if not word[0].isalnum():
        return {"\n": 1, ",": 2, ".": 3, ":": 4, "-": 5, ">": 6}.get(word[0], 7)
    if word.isdigit():
        return 8 if len(word) < 3 else 9 if len(word) < 6 else 10
    if not word.isalpha() and any(map(str.isdigit, word)):
        return 11
    if "://" in word or "@" in word or low.startswith("www."):
        return 12
    if low in STREET:
        return 13
    if low in TITLE:
        return 14
    if low in FIRM:
        return 15
    if low in DAY:
        return 16
    if word.islower():
        return 17
    if len(word) == 1:
        return 18
    bits = listed(low)
    if bits & 3:
        return 20 if word.isupper() else 19 if bits & 1 else 21
    return 22 if bits else 23


def features(word: str) -> list[int]:
    """The buckets of a word's features."""
    low = word.lower()
    bits = listed(low)
    said = [f"w{low}", f"s{shape_of(word)}", f"l{bits}", f"f{_form(word)}", f"n{min(len(word), 12)}"]
    if word[0].isalpha():
        said += [f"e{low[-size:]}" for size in (1, 2, 3, 4)] + [f"b{low[:size]}" for size in (2, 3)]
        said += [f"c{bits}{word[0].isupper()}{word.isupper()}"]
    return [zlib.crc32(one.encode()) % BUCKETS for one in said]


_ascii_forms = str.maketrans(ascii_letters + digits, "a" * 26 + "A" * 26 + "0" * 10)
_again = re.compile(r"(.)\1+")


def _form(word: str) -> str:
    if word.isascii():
        made = word[:20].translate(_ascii_forms)
    else:
        made = "".join("0" if one.isdigit() else "A" if one.isupper() else "a" if one.isalpha() else one for one in word[:20])
    return _again.sub(r"\1", made)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a batch one after another, with two empty ones before, between and after texts: `at` is where each text's begin."""

    words: list[str]
    parts: list[list[str]]
    at: list[int]

    def count(self, number: int) -> int:
        """How many words a text has."""
        return len(self.parts[number]) // 2

    def spans(self, number: int) -> list[tuple[int, int]]:
        """Where each word of a text stands in it."""
        ends = [*accumulate(map(len, self.parts[number]))]
        return list(zip(ends[:-1:2], ends[1::2], strict=True))


def tokens(texts: Sequence[str]) -> Tokens:
    """The words of each text."""
    words, parts, at = ["", ""], [], []
    for text in texts:
        at.append(len(words))
        has_address = "@" in text or "://" in text or "www." in text
        parts.append((TOKEN if has_address else PLAIN_TOKEN).split(text))
        words += parts[-1][1::2]
        words += ["", ""]
    return Tokens(words=words, parts=parts, at=at)


class Tagger:
    """Says for each word of a text how likely it is each of `LABELS`."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._rows: dict[str, int] = {}
        self._sums = np.zeros((0, len(OFFSETS), len(LABELS)), np.float32)
        self._shapes = np.zeros(0, np.int64)

    def probabilities(self, said: Tokens) -> NDArray[np.float32]:
        """One row for each word of `said.words`, one column for each label; what a text's words are does not depend on the texts beside it."""
        ids = self._ids(said.words)
        one = self._first(ids)
        is_word = self._shapes[ids] > 0
        return _soft(one + self._second(np.where(is_word, np.argmax(one, 1), 0)))

    def _first(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        weights, shapes = self._weights, self._shapes[ids]
        total = np.tile(weights.bias, (len(ids), 1))
        for place, offset in enumerate(OFFSETS):
            total += self._sums[_moved(ids, offset), place]
        before, after = _moved(shapes, -1), _moved(shapes, 1)
        return np.asarray(total + weights.pairs[shapes, after] + weights.threes[before * SHAPES + shapes, after], np.float32)

    def _second(self, labels: NDArray[np.int64]) -> NDArray[np.float32]:
        total = np.zeros((len(labels), len(LABELS)), np.float32)
        for place, offset in enumerate(OFFSETS):
            total += self._weights.said[place, _moved(labels, offset)]
        return total

    def _ids(self, words: Sequence[str]) -> NDArray[np.int64]:
        rows = self._rows
        new = {word for word in words if word not in rows}
        if new:
            if len(rows) + len(new) > KEPT:
                rows.clear()
                self._sums, self._shapes = self._sums[:0], self._shapes[:0]
                new = set(words)
            self._add(sorted(new))
        return np.fromiter((rows[word] for word in words), np.int64, len(words))

    def _add(self, words: Sequence[str]) -> None:
        known = len(self._rows)
        self._make_room(known + len(words))
        each = [features(word) if word else [0] for word in words]
        starts = [0, *accumulate(map(len, each))][:-1]
        said = self._weights.words[:, [bucket for some in each for bucket in some]]
        self._sums[known : known + len(words)] = np.add.reduceat(said, starts, axis=1).transpose(1, 0, 2)
        self._sums[[known + place for place, word in enumerate(words) if not word]] = 0
        self._shapes[known : known + len(words)] = [shape_of(word) if word else 0 for word in words]
        self._rows.update(zip(words, range(known, known + len(words)), strict=True))

    def _make_room(self, rows: int) -> None:
        """Room for so many words and as many again, so that words that come one by one are not copied each time."""
        if rows > len(self._shapes):
            more = 2 * rows - len(self._shapes)
            self._sums = np.concatenate([self._sums, np.zeros((more, len(OFFSETS), len(LABELS)), np.float32)])
            self._shapes = np.concatenate([self._shapes, np.zeros(more, np.int64)])


def _moved(row: NDArray[np.int64], offset: int) -> NDArray[np.int64]:
    """What stands `offset` places further on; texts are kept apart by two empty words."""
    return np.roll(row, -offset)


def _soft(sums: NDArray[np.float32]) -> NDArray[np.float32]:
    raised = np.exp(sums - sums.max(1, keepdims=True))
    return np.asarray(raised / raised.sum(1, keepdims=True), np.float32)
