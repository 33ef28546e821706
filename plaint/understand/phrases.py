"""Phrases that are looked for in running text: how they are written down, and which of thousands of them can stand in a text at all.

A phrase is words with single blanks. `*` at the end of a word is any ending, `#` a digit, `a|b` are alternatives for one word, `<kin>`
stands for the alternatives of that name. `..` between words is up to five other words, `...` up to nine of the same sentence (the two of
`don't` count). Accents may be left out of phrases of several words, and of words with a tilde or a cedilla. Nothing is looked for before
each rare word of a phrase was seen somewhere in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final

_file: Final = Path(__file__).parent / "data" / "common_words.tsv"
COMMON, FEW = 0.2, 0.02
"""A word in more texts than the first share of them is only asked for where the rarest of its phrase is in more than the second."""
KEPT = 100_000
"""Words of which is remembered what they are part of; at more, all is forgotten."""
LEFT_OUT = frozenset("ãõñç")
"""A single word with one of these may be written without its accents; others may not (`âgé` is not `age`)."""

_word: Final = re.compile(r"[\w&£$€\u0900-\u0dff]+")
_NOT_INSIDE: Final = r"(?<![\w']{})"
"""After the first letters of a phrase: they begin a word. Said before them it would keep `re` from skipping to the first letter."""
_BETWEEN: Final = r"[^\w£$€]++(?:[\w£$€]++[^\w£$€]++){0,5}?"
_WITHIN: Final = r"[^\w£$€.!?\n]++(?:[\w£$€]++[^\w£$€.!?\n]++){0,9}?"
"""Runs of letters and of what parts them never share a sign, so there is one way to read a text and no hostile one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One phrase: what it speaks for, how it is written, and the rare words (by number) of which a text must have one each."""

    name: str
    said: str
    needs: frozenset[int]

    def seen(self, low: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        """Where it stands in a text in small letters."""
        return _pattern(self.said).finditer(low, start, len(low) if end is None else end)


class Phrases:
    """Many phrases by their rarest words; `named` gives the alternatives of each `<name>`, parted by `|`."""

    def __init__(self, phrases: Mapping[str, Sequence[str]], named: Mapping[str, str]) -> None:
        self._slots: dict[str, int] = {}
        self._whole: dict[str, set[int]] = defaultdict(set)
        self._begun: dict[str, set[int]] = defaultdict(set)
        self._by_rarest: dict[int, list[Phrase]] = defaultdict(list)
        for name, several in phrases.items():
            for said in dict.fromkeys(_spelled(one, named) for one in several):
                self._take(name, said)
        self._parts = _Parts(self._whole, self._begun)

    def _take(self, name: str, said: str) -> None:
        words = sorted((word for word in said.split() if not word.startswith("..")), key=frequency)
        most = COMMON if frequency(words[0]) < FEW else 1.0
        numbers = [self._number(word) for place, word in enumerate(words) if not place or frequency(word) < most]
        self._by_rarest[numbers[0]].append(Phrase(name=name, said=said, needs=frozenset(numbers)))

    def _number(self, word: str) -> int:
        """The number of a word (with its alternatives), a new one when it is first met."""
        if word not in self._slots:
            self._slots[word] = len(self._slots)
            for part, is_open in _parts_of(word):
                (self._begun if is_open else self._whole)[part].add(self._slots[word])
        return self._slots[word]

    def present(self, low: str) -> frozenset[int]:
        """The numbers of the words of phrases that stand in a text in small letters."""
        return frozenset(chain.from_iterable(map(self._parts.__getitem__, set(_word.findall(low)))))

    def possible(self, present: frozenset[int]) -> Iterator[Phrase]:
        """The phrases of which all rare words are there, always in the same order."""
        for number in sorted(present & self._by_rarest.keys()):
            for phrase in self._by_rarest[number]:
                if phrase.needs <= present:
                    yield phrase


class _Parts(dict[str, tuple[int, ...]]):
    """Of which words of phrases a word is one; worked out when first asked for."""

    def __init__(self, whole: Mapping[str, set[int]], begun: Mapping[str, set[int]]) -> None:
        super().__init__()
        self._whole, self._begun = whole, begun

    def __missing__(self, word: str) -> tuple[int, ...]:
        if len(self) >= KEPT:
            self.clear()
        bare = unaccented(word)
        found = set(self._whole.get(bare, ()))
        for length in range(1, len(bare) + 1):
            found |= self._begun.get(bare[:length], set())
        self[word] = tuple(found)
        return self[word]


def _spelled(said: str, named: Mapping[str, str]) -> str:
    return re.sub(r"<(\w+)>", lambda name: named[name[1]], said)


def _parts_of(word: str) -> Iterator[tuple[str, bool]]:
    """The longest run of letters of each alternative, without accents, and whether any ending may follow it."""
    for choice in word.split("|"):
        runs = _word.findall(unaccented(choice))
        longest = max(runs, key=len, default="")
        yield longest, choice.endswith(("*", "#")) and bool(runs) and longest == runs[-1]


@cache
def frequency(word: str) -> float:
    """In which share of texts a word of a phrase stands, about; 1 where it has no letters by which it could be looked for."""
    total = 0.0
    for part, is_open in _parts_of(word):
        if not part:
            return 1.0
        total += 1e-5 + (sum(share for one, share in _common().items() if one.startswith(part)) if is_open else _common().get(part, 0.0))
    return min(total, 1.0)


@cache
def _common() -> dict[str, float]:
    lines = (line.split("\t") for line in _file.read_text(encoding="utf-8").splitlines())
    return {word: int(share) / 10_000 for word, share in lines}


@cache
def _folding() -> dict[int, str]:
    codes = chain(range(0xC0, 0x180), range(0x1E00, 0x1F00))
    return {code: plain for code in codes if (plain := unicodedata.normalize("NFD", chr(code))[0]) != chr(code)}


def unaccented(text: str) -> str:
    """Latin letters without their accents, letter for letter."""
    return text if text.isascii() else text.translate(_folding())


@cache
def _pattern(said: str) -> re.Pattern[str]:
    """The pattern of a phrase, made when it is first needed: most never are, and all together take seconds."""
    words = said.split()
    is_tolerant = len(words) > 1 or not LEFT_OUT.isdisjoint(said)
    built, glue = "", ""
    for word in words:
        if word in {"..", "..."}:
            glue = _BETWEEN if word == ".." else _WITHIN
            continue
        built += glue + _choices(word.split("|"), is_first=not built, is_tolerant=is_tolerant)
        glue = r"[\s-]+"
    return re.compile(built + r"(?!\w)")


def _choices(words: Sequence[str], *, is_first: bool, is_tolerant: bool) -> str:
    choices = []
    for word in words:
        letters = _letters(word.rstrip("*#"), is_tolerant=is_tolerant)
        choices.append(letters + (_NOT_INSIDE.format(letters) if is_first else "") + _ending(word))
    return choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})"


def _ending(word: str) -> str:
    return r"\w*" if word.endswith("*") else r"\d" * word.count("#")


def _letters(word: str, *, is_tolerant: bool) -> str:
    plain = ((letter, unaccented(letter)) for letter in word)
    return "".join(f"[{letter}{bare}]" if is_tolerant and bare != letter else re.escape(letter) for letter, bare in plain)
