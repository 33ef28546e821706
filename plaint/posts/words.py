"""Cuts text into the terms that are searched: the one analysis that every store and every query shares.

Case and accents are folded; marks of Indic, Arabic and Hebrew letters stay; runs of Chinese, Japanese and Korean are
cut into overlapping pairs, followed by their last sign, so that one sign is found as the beginning of a term.
Stems (Snowball, by the post's language) are a second list, each prefixed with its language. No term is longer than
`LONGEST`. Nothing here ranks or stores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from unicodedata import category, normalize, unidata_version

import Stemmer

LONGEST = 200
"""Characters after which a term is cut."""

JOINT = "\ue000"
"""Stands between the language and the stem; a private-use sign, which text never gets past the analysis."""

VERSION = f"words 1, Unicode {unidata_version}, Snowball {Stemmer.version()}"
"""What a store keeps beside its index: terms made by another version are not comparable, the index is to be rebuilt."""

STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian", "nb": "norwegian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""The Snowball algorithm of each language that has one."""

_CJK = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff"
    "\uff66-\uff9f\uffa0-\uffdc\U00016fe0-\U00016fe3\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_IGNORED = "\u00ad\u0640\u200c-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef"
"""Invisible inside a word: soft hyphen, Arabic stretch, joiners, direction and variation signs."""

_ACCENTS = ((0x0300, 0x036F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))
_LETTERS = {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
"""Letters that people write without their stroke and that Unicode does not take apart."""


@dataclass(frozen=True, slots=True)
class Span:
    """A term with where it stands in the text, `text[start:end]`; `run` is the word there as written."""

    term: str
    start: int
    end: int
    run: str


def fold(text: str) -> str:
    """The text without case, accents and compatibility forms: what two spellings of one word have in common."""
    if text.isascii():
        return text.lower()
    apart = normalize("NFKD", normalize("NFKD", text).casefold())
    return normalize("NFKC", apart.translate(_folding()))


def key_of(value: str) -> str:
    """A whole value (a product, a place, a hashtag) folded for equality, white space made single."""
    return " ".join(fold(value).split())


def terms(text: str) -> list[str]:
    """The terms of a text in order, as they are indexed."""
    if text.isascii():
        found = _ASCII_RUN.findall(text.lower())
        return [term[:LONGEST] for term in found] if len(text) > LONGEST and max(map(len, found), default=0) > LONGEST else found
    cut: list[str] = []
    for run in _patterns().run.findall(text):
        cut += _terms_of(run) if len(run) <= LONGEST else _cut(run)
    return cut


def wanted(text: str) -> tuple[list[str], bool]:
    """The terms to look for when someone types `text`, and whether the last one is only the beginning of a term.

    A run of signs at the end loses the single last sign, because in a longer run it is not there.
    """
    cut = terms(text)
    if not cut or not _is_sign(cut[-1]):
        return cut, False
    if len(cut) > 1 and len(cut[-2]) == 2 and cut[-2][1] == cut[-1] and _is_sign(cut[-2][0]):
        return cut[:-1], False
    return cut, True


def stems(text: str, language: str | None) -> list[str]:
    """The different stems of a text, prefixed with the language; empty when the language has no stemmer."""
    stemmer = stemmer_of(language)
    if stemmer is None:
        return []
    if text.isascii():
        runs = dict.fromkeys(_ASCII_RUN.findall(text.lower()))
        return [f"{language}{JOINT}{stem}"[:LONGEST] for stem in dict.fromkeys(stemmer.stemWords(list(runs)))]
    found = (stem_of(run, str(language)) for run in dict.fromkeys(_patterns().run.findall(text)))
    return list(dict.fromkeys(stem for stem in found if stem))


@lru_cache(maxsize=100_000)
def stem_of(run: str, language: str) -> str | None:
    """The prefixed stem of one word as written; None for signs that are cut into pairs and for other languages."""
    stemmer = stemmer_of(language)
    if stemmer is None or len(run) > LONGEST or _patterns().cjk.match(run):
        return None
    stem = "".join(_patterns().run.findall(fold(stemmer.stemWord(normalize("NFC", _plain(run).lower())))))
    return f"{language}{JOINT}{stem}"[:LONGEST] if stem else None


def stemmer_of(language: str | None) -> Stemmer.Stemmer | None:
    """The stemmer of a BCP 47 primary code, or None."""
    return _stemmer(STEMMERS[language]) if language in STEMMERS else None


def spans(text: str) -> Iterator[Span]:
    """The terms of a text with their places, for snippets; the single last sign of a run is left out."""
    patterns = _patterns()
    for found in patterns.run.finditer(text):
        run, start = found[0], found.start()
        cut = _cut(run)
        if not patterns.cjk.match(run) or len(cut) == 1 or len(cut) != len(run):
            yield from (Span(term, start, found.end(), run) for term in cut)
            continue
        for offset, term in enumerate(cut[:-1]):
            yield Span(term, start + offset, start + offset + 2, run)


def runs(text: str) -> list[str]:
    """The words of a text as written, signs that are cut into pairs in one piece."""
    return _patterns().run.findall(text)


@lru_cache(maxsize=200_000)
def _terms_of(run: str) -> tuple[str, ...]:
    return tuple(_cut(run))


def _cut(run: str) -> list[str]:
    folded = fold(_plain(run))
    pieces = [folded] if folded.isascii() and folded.isalnum() else _patterns().run.findall(folded)
    cut: list[str] = []
    for piece in pieces:
        if len(piece) > 1 and _patterns().cjk.match(piece):
            cut += [piece[i : i + 2] for i in range(len(piece) - 1)]
            cut.append(piece[-1])
        else:
            cut.append(piece[:LONGEST])
    return cut


def _plain(run: str) -> str:
    return run if run.isascii() else _patterns().ignored.sub("", run)


def _is_sign(term: str) -> bool:
    return len(term) == 1 and _patterns().cjk.match(term) is not None


_ASCII_RUN = re.compile("[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class _Patterns:
    run: re.Pattern[str]
    cjk: re.Pattern[str]
    ignored: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    marks = "".join(_ranges([code for code in range(0x300, 0x20000) if category(chr(code))[0] == "M"]))
    letter = rf"[^\W_{_CJK}]"
    return _Patterns(
        run=re.compile(rf"[{_CJK}][{_CJK}{marks}{_IGNORED}]*|{letter}(?:{letter}|[{marks}{_IGNORED}])*"),
        cjk=re.compile(f"[{_CJK}]"),
        ignored=re.compile(f"[{_IGNORED}]+"),
    )


def _ranges(codes: list[int]) -> Iterator[str]:
    start = before = codes[0]
    for code in [*codes[1:], -1]:
        if code != before + 1:
            yield f"{chr(start)}-{chr(before)}"
            start = code
        before = code


@cache
def _folding() -> dict[int, str | None]:
    accents: dict[int, str | None] = {code: None for first, last in _ACCENTS for code in range(first, last + 1)}
    return accents | {ord(letter): plain for letter, plain in _LETTERS.items()}


@lru_cache(maxsize=64)
def _stemmer(algorithm: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(algorithm, 30_000)
