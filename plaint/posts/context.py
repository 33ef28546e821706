"""Whether a word that is also the name of a firm means the firm where it stands: by the words around it, its capital, the country.

`Orange` is a fruit, `Chase` something one does, `Santander` a town. What speaks for each is data (`homonyms.toml`); a name that is not in
it is weighed by nothing here. Every answer says which words decided.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from plaint.model import Firm
from plaint.posts.naming import fold, kinds, romanised

AROUND = 90
"""Characters on each side of a name in which words speak for or against it."""
SHOWN = 3
"""So many of the words that decided are named."""
NAMED, LIKELY, OPEN, UNLIKELY = 0.9, 0.8, 0.6, 0.3
"""With words for it and a capital; with words for it in small letters; with a capital alone; with nothing, or as much for as against."""

VERB = "something one does"
"""What a verb is called among the words that decided; it decides alone."""

_file = Path(__file__).parent / "homonyms.toml"
_before_verb = re.compile(
    r"(?:\b(?:to|will|i'll|we'll|would|must|should|please|can you|could you|i|we|they|you|had to|have to|not|don't|didn't|and) +)$", re.IGNORECASE
)
_after_verb = re.compile(
    r"^ +(?:up|me|us|them|him|her|it|my|your|for|down|after|this|that|the|every|people|customers|these|those|how|why|what)\b", re.IGNORECASE
)
_before_place = re.compile(
    r"\b(?:in|near|visit|visited|visiting|around|outside|living in|trip to|flew to|drive to|based in|de|à|en) +$", re.IGNORECASE
)
_sentence = re.compile(r"(?:^|[.!?\n]['\")]*\s*)$")
KINDS = {"bank": "bank", "insurer": "insurer", "telecom": "telecom", "mobile": "telecom", "securities": "bank"}
"""The sector that a kind of firm in a name says (`plaint.posts.naming.kinds`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    against: re.Pattern[str] | None
    is_verb: bool
    is_place: bool
    is_everyday: bool


def is_homonym(name: str) -> bool:
    """Whether a name of one word is also a word."""
    return name.casefold() in _words()


def sectors() -> frozenset[str]:
    """The sectors that a firm can be of."""
    return frozenset(_sectors()) - {"any"}


def sector_of(firm: Firm) -> str | None:
    """The sector of a firm: as registered, else as one of its names says."""
    if firm.sector:
        return firm.sector
    said = {KINDS[kind] for name in (firm.name, *firm.aliases, *firm.legal) for kind in kinds(romanised(name)) if kind in KINDS}
    return said.pop() if len(said) == 1 else None


def weigh(name: str, text: str, start: int, end: int, sector: str | None) -> tuple[float, tuple[str, ...]]:
    """How surely `text[start:end]`, which is also a word, means the firm called `name` (0: another sense), and the words that decided.

    Words that speak against it have a `not` before them.
    """
    word = _words()[name.casefold()]
    before, said, after = text[max(0, start - AROUND) : start], text[start:end], text[end : end + AROUND]
    around = f"{before}\n{after}"
    wanted = [_sectors()[one] for one in ("any", sector) if one] if sector else list(_sectors().values())
    spoken = _said(wanted, around)
    against = _against(word, before, said, after, around)
    is_named = said[:1].isupper() and (said.isupper() or not _sentence.search(before))
    if VERB in against:
        return 0.0, (f"not {VERB}",)
    if against:
        is_open = len(spoken) > len(against) and not (word.is_everyday and said.islower())
        score = OPEN if is_open else UNLIKELY if len(spoken) >= len(against) else 0.0
        return score, (*spoken[:SHOWN], *(f"not {one}" for one in against[:SHOWN]))
    if spoken and not (word.is_everyday and said.islower()):
        return NAMED if said[:1].isupper() else LIKELY, tuple(spoken[:SHOWN])
    return (OPEN, ("a capital within a sentence",)) if is_named else (UNLIKELY, ())


def _against(word: _Word, before: str, said: str, after: str, around: str) -> list[str]:
    found = _said([word.against], around) if word.against else []
    if word.is_verb and said.islower() and (_before_verb.search(before) or _after_verb.match(after)):
        found.append(VERB)
    if word.is_place and _before_place.search(before):
        found.append("a place")
    return found


def _said(patterns: Sequence[re.Pattern[str]], text: str) -> list[str]:
    return list(dict.fromkeys(match[0].lower() for pattern in patterns for match in pattern.finditer(text)))


def _any_of(words: str) -> re.Pattern[str]:
    each = sorted((re.escape(" ".join(word.split())) for word in words.split("|")), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(each)})(?!\w)", re.IGNORECASE)


@cache
def _tables() -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads(_file.read_text(encoding="utf-8"))


@cache
def _sectors() -> Mapping[str, re.Pattern[str]]:
    return {sector: _any_of(str(words)) for sector, words in _tables()["sectors"].items()}


@cache
def _words() -> Mapping[str, _Word]:
    found = {}
    for name, said in _tables()["words"].items():
        assert isinstance(said, dict)
        against = _any_of(said["not"]) if "not" in said else None
        found[fold(name)] = _Word(
            against=against, is_verb=bool(said.get("verb")), is_place=bool(said.get("place")), is_everyday=bool(said.get("everyday"))
        )  # fmt: skip
    return found
