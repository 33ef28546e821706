"""Cuts text into the terms that are searched: the one analysis that every store and every query shares.

Case and accents are folded; marks of Indic, Arabic and Hebrew letters stay; runs of Chinese, Japanese and Korean are
cut into overlapping pairs, followed by their last sign, so that one sign is found as the beginning of a term.
Stems (Snowball, by the post's language) are a second list, each prefixed with its language. No term is longer than
`LONGEST`. Nothing here ranks or stores.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from threading import Lock
from typing import NamedTuple
from unicodedata import category, normalize, unidata_version

import Stemmer

LONGEST = 200
"""Characters after which a term is cut."""

REMEMBERED = 200_000
"""Words whose terms and stems are kept, for each language."""

WORTH = 32
"""Characters of the longest piece of text that is remembered."""

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
    "\u1100-\u11ff\u2f00-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff"
    "\uff66-\uff9f\uffa0-\uffdc\U00016fe0-\U00016fe3\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_IGNORED = "\u00ad\u0640\u200c-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef"
"""Invisible inside a word: soft hyphen, Arabic stretch, joiners, direction and variation signs."""

_ACCENTS = ((0x0300, 0x036F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))
_LETTERS = {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
"""Letters that people write without their stroke and that Unicode does not take apart."""


class Span(NamedTuple):
    """A term with where it stands in the text, `text[start:end]`, which is `run`: the word or the pair of signs as written."""

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
    return joined_terms(text).split()


def joined_terms(text: str) -> str:
    """The terms of a text in order, as one string with spaces between."""
    return _joined_terms(_pieces(text))


def analysed(texts: Sequence[str], language: str | None) -> tuple[list[str], str]:
    """The terms of each text and the stems of them all, each as one string with spaces between: what a store indexes.

    A stem is named once, in no order that means anything; words that come again are not stemmed again.
    """
    pieces = [_pieces(text) for text in texts]
    terms, stems_of = [_joined_terms(of) for of in pieces], _stems_of(language)
    if stems_of is None:
        return terms, ""
    found = set(map(stems_of.__getitem__, chain.from_iterable(pieces)))
    found.discard("")
    joined = " ".join(found)
    return terms, joined if joined.count(" ") < len(found) else " ".join(set(joined.split()))


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


def stems(text: str, language: str | None) -> set[str]:
    """The stems of a text, prefixed with the language; empty when the language has no stemmer."""
    return set(analysed((text,), language)[1].split())


def stemmer(language: str | None) -> Callable[[str], str] | None:
    """What gives the prefixed stem of a word as written (empty where it has none); None for a language without stems."""
    stems_of = _stems_of(language)
    return None if stems_of is None else stems_of.__getitem__


def spans(text: str) -> Iterator[Span]:
    """The terms of a text with their places, for snippets; the single last sign of a run is left out."""
    patterns = _patterns()
    if text.isascii():
        yield from (Span(found[0].lower()[:LONGEST], *found.span(), found[0]) for found in _ASCII_RUN.finditer(text))
        return
    for found in patterns.run.finditer(text):
        run, start = found[0], found.start()
        if run.isascii():
            yield Span(run.lower()[:LONGEST], start, found.end(), run)
            continue
        cut = _cut(run)
        if not patterns.cjk.match(run) or len(cut) == 1 or len(cut) != len(run):
            yield from (Span(term, start, found.end(), run) for term in cut)
            continue
        for offset, term in enumerate(cut[:-1]):
            yield Span(term, start + offset, start + offset + 2, run[offset : offset + 2])


def standing(text: str) -> Iterator[re.Match[str]]:
    """The words of a text as written, where they stand; `spans` of each are its terms. Signs cut into pairs are in one piece."""
    return (_ASCII_RUN if text.isascii() else _patterns().run).finditer(text)


def _pieces(text: str) -> list[str]:
    """The text cut at spaces and at every ASCII sign that is no letter or digit, ASCII letters made small.

    Most pieces are words; those with other letters may hold several, which are told apart by what remembers them.
    """
    return text.encode("utf-8", "surrogatepass").translate(_SMALL).decode("utf-8", "surrogatepass").split()


def _joined_terms(pieces: list[str]) -> str:
    joined = " ".join(pieces)
    if joined.isascii() and (len(joined) - 2 * len(pieces) + 2 <= LONGEST or max(map(len, pieces)) <= LONGEST):
        return joined
    return " ".join(filter(None, map(_terms.__getitem__, pieces)))


class _Terms(dict[str, str]):
    """The terms of pieces of text, with spaces between; made when first asked for."""

    def __missing__(self, piece: str) -> str:
        if len(piece) <= WORTH and _WESTERN.fullmatch(piece):
            return _remembered(self, piece, piece.translate(_western_folding()))
        return _remembered(self, piece, " ".join(term for run in _patterns().run.findall(piece) for term in _cut(run)))


class _Stems(dict[str, str]):
    """The prefixed stems of pieces of text in one language, with spaces between; made when first asked for."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language, self._stemmer, self._turn = language, Stemmer.Stemmer(STEMMERS[language], 0), Lock()

    def __missing__(self, piece: str) -> str:
        if len(piece) <= WORTH and ((piece.isascii() and piece.isalnum()) or _WESTERN.fullmatch(piece)):
            return _remembered(self, piece, f"{self._language}{JOINT}{self._stem(piece)}")
        found = map(self._stem, _patterns().run.findall(piece))
        return _remembered(self, piece, " ".join(f"{self._language}{JOINT}{stem}"[:LONGEST] for stem in found if stem))

    def _stem(self, run: str) -> str | None:
        if len(run) > LONGEST or (not run.isascii() and _patterns().cjk.match(run)):
            return None
        small = run.lower() if run.isascii() or _WESTERN.fullmatch(run) else normalize("NFC", _plain(run).lower())
        with self._turn:
            stem: str = self._stemmer.stemWord(small)
        if stem.isascii():
            return stem
        return stem.translate(_western_folding()) if _WESTERN.fullmatch(stem) else "".join(_patterns().run.findall(fold(stem)))


def _remembered(memory: dict[str, str], piece: str, answer: str) -> str:
    """Keep an answer, unless the piece is too long to come again; forget all when there are too many."""
    if len(memory) >= REMEMBERED:
        memory.clear()
    if len(piece) <= WORTH:
        memory[piece] = answer
    return answer


_terms = _Terms()


@cache
def _stems_of(language: str | None) -> _Stems | None:
    return _Stems(language) if language in STEMMERS else None


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


_ASCII_RUN = re.compile("[A-Za-z0-9]+")
_WESTERN = re.compile("[a-zß-öø-ÿ]+")
"""A word in the small letters of Western Europe, most of what is not ASCII: it is one run, folded letter by letter."""

_SMALL = bytes(ord(chr(code).lower()) if chr(code).isalnum() else 0x20 for code in range(0x80)) + bytes(range(0x80, 0x100))
"""What becomes of each byte of UTF-8: ASCII letters made small, other ASCII signs a space, the rest as it is."""


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


@cache
def _western_folding() -> dict[int, str]:
    return {code: fold(chr(code)) for code in range(0xDF, 0x100)}
