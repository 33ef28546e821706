"""Why a post must be looked at now, and what hints at a vulnerable customer: phrases that people use, in several languages.

The phrases are data (`data/urgency.toml`). One pass finds the longest word of any of them; only then is the whole looked at. A hit
names the queue or the driver and where it stands; it is a reason to look, never a finding about a person.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ahocorasick_rs import AhoCorasick

from plaint.understand.understanding import Driver, Flag, Queue

_file = Path(__file__).parent / "data" / "urgency.toml"
REACH = 120
"""Characters on each side of its longest word within which the rest of a phrase is looked for."""
BLANKS = 4
"""Characters that may stand between two words of a phrase at most, where it matters how far back it may begin."""
LOOKED_AT = 20_000
"""Characters of a text that are read; a longer one is read at its beginning."""
_signs = str.maketrans("’‘`´", "''''")
_EVERYWHERE = frozenset(
    {
        "a", "about", "after", "all", "and", "been", "did", "do", "don't", "from", "good", "had", "have", "how", "i", "in", "is",
        "it", "know", "made", "make", "my", "never", "new", "no", "not", "of", "on", "only", "other", "out", "take", "that",
        "the", "this", "to", "took", "very", "was", "were", "what", "when", "will", "with", "without", "your",
    }
)  # fmt: skip
"""Words that stand in so many texts that they tell nothing."""
_BETWEEN = r"\W+(?:[\w'£$€-]+\W+){0,4}?"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrase:
    """One phrase: its queue or driver, how it is written, its longest word, and the phrases that take it back.

    It begins at most `before` characters before that word; `is_open` says that the word may end otherwise.
    """

    name: str
    said: str
    word: str
    before: int
    is_open: bool
    unless: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrases:
    version: int
    finder: AhoCorasick
    by_word: tuple[tuple[_Phrase, ...], ...]


def flags(text: str) -> tuple[tuple[Flag, ...], tuple[Flag, ...]]:
    """The special queues a post belongs in and the drivers of vulnerability it hints at, each name once, in the order of the text."""
    found: dict[str, Flag] = {}
    for flag in sorted(_found(text), key=lambda flag: flag.start):
        found.setdefault(flag.name, flag)
    if (harm := found.get(Queue.SELF_HARM)) is not None:
        found.setdefault(str(Driver.HEALTH), Flag(name=str(Driver.HEALTH), start=harm.start, end=harm.end))
    urgent = tuple(flag for flag in found.values() if flag.name in _queues)
    return urgent, tuple(flag for flag in found.values() if flag.name in _drivers)


def version() -> str:
    """Which phrases spoke."""
    return f"urgency phrases {_phrases().version}"


_queues, _drivers = frozenset(map(str, Queue)), frozenset(map(str, Driver))


def _found(text: str) -> Iterator[Flag]:
    phrases, low = _phrases(), _lowered(text[:LOOKED_AT])
    done: set[str] = set()
    for word, start, end in phrases.finder.find_matches_as_indexes(low, overlapping=True):
        if low[start - 1 : start].isalnum():
            continue
        is_whole = not low[end : end + 1].isalnum()
        for phrase in phrases.by_word[word]:
            if phrase.name in done or not (is_whole or phrase.is_open):
                continue
            seen = _seen(phrase, low, start, end)
            if seen is not None and not _taken_back(phrase, low, seen.start(), seen.end()):
                done.add(phrase.name)
                yield Flag(name=phrase.name, start=seen.start(), end=seen.end())


def _seen(phrase: _Phrase, low: str, start: int, end: int) -> re.Match[str] | None:
    """The phrase around its longest word, which stands from `start` to `end`."""
    if not phrase.before:
        return _pattern(phrase.said).match(low, start)
    last = min(len(low), end + REACH)
    around = _pattern(phrase.said).finditer(low, max(0, start - phrase.before), last)
    return next((seen for seen in around if seen.start() <= start and end <= seen.end()), None)


def _taken_back(phrase: _Phrase, low: str, start: int, end: int) -> bool:
    first, last = max(0, start - REACH), min(len(low), end + REACH)
    return any(seen.start() < end and start < seen.end() for one in phrase.unless for seen in _pattern(one).finditer(low, first, last))


def _lowered(text: str) -> str:
    """The text in small letters, letter for letter, so that places in it stay true."""
    low = text.translate(_signs).lower()
    return low if len(low) == len(text) else "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text.translate(_signs))


@cache
def _phrases() -> _Phrases:
    tables = tomllib.loads(_file.read_text(encoding="utf-8"))
    by_word: dict[str, list[_Phrase]] = defaultdict(list)
    for name, table in {**tables["queue"], **tables["driver"]}.items():
        for phrase in _of_table(name, table):
            by_word[phrase.word].append(phrase)
    finder = AhoCorasick(list(by_word))
    return _Phrases(version=tables["version"], finder=finder, by_word=tuple(tuple(some) for some in by_word.values()))


def _of_table(name: str, table: Mapping[str, list[str]]) -> Iterator[_Phrase]:
    unless = tuple(table["unless"])
    for said in dict.fromkeys(table["phrases"]):
        for one in _spelled(said):
            yield _phrase(name, one, unless)


def _phrase(name: str, said: str, unless: tuple[str, ...]) -> _Phrase:
    word, words = _longest(said), said.split()
    ahead = words[: next(place for place, one in enumerate(words) if one.rstrip("*") == word)]
    before = REACH if ".." in ahead or any("*" in one for one in ahead) else sum(max(map(len, one.split("|"))) + BLANKS for one in ahead)
    return _Phrase(name=name, said=said, word=word, before=before, is_open=f"{word}*" in words, unless=unless)


def _spelled(said: str) -> Iterator[str]:
    """A phrase of which a part is fixed: one with alternatives in every word becomes several."""
    words = said.split()
    if any("|" not in word and word != ".." for word in words):
        yield said
        return
    first = words[0].split("|")
    yield from (" ".join((word, *words[1:])) for word in first)


def _longest(said: str) -> str:
    """The longest word of a phrase that has no alternatives, without its open end; one that stands in every text only where there is no other."""
    words = [word.rstrip("*") for word in said.split() if "|" not in word and word != ".."]
    return max(words, key=lambda word: (word not in _EVERYWHERE, len(word)))


@cache
def _pattern(said: str) -> re.Pattern[str]:
    """The pattern of a phrase, made when it is first needed: most never are, and all together take a third of a second."""
    built = r"(?<![\w'])"
    glue = ""
    for word in said.split():
        if word == "..":
            glue = _BETWEEN
            continue
        built += glue + _word(word)
        glue = r"[\s-]+"
    return re.compile(built + r"(?![\w])")


def _word(word: str) -> str:
    choices = [re.escape(choice.removesuffix("*")) + (r"\w*" if choice.endswith("*") else "") for choice in word.split("|")]
    return choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})"
