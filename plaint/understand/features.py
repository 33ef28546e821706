"""Texts as numbers, once for all heads of the fast tier: hashed words and pairs of words, and runs of 2 to 5 characters.

A batch is read in one go: its texts stand one after another in a single array of code points, so that every step is one numpy call.
Handles and links become one sign each, letters are lowered letter for letter, runs of spaces are one. Nothing is counted: a run that
stands twice is there twice, so what a head makes of a text is the sum of what its places say, and each place can be shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BITS = 18
"""A feature is one of 2**BITS buckets."""
LOOKED_AT = 2_500
"""Characters of a text that are read; a longer one is read at its beginning."""
RUNS = range(2, 6)
"""Lengths of the runs of characters."""
VERSION = 1
"""Changes when the same text would fall into other buckets; models name the one they were taught on."""

Counts = NDArray[np.int32]
Codes = NDArray[np.uint32]
Numbers = NDArray[np.float32]

_GAP, _SPACE, _USER, _LINK = 0, 32, 0xE000, 0xE001
_STEP, _SPREAD = np.uint32(0x01000193), np.uint32(0x9E3779B1)
_file = Path(__file__).parent / "models" / "features.npz"
_handle_or_link = re.compile(r"https?://[^\s\0]+|www\.[^\s\0]+|<url>|\bhttps?\b|(?<![\w.])@\w+|<user>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grams:
    """The places of a batch: each belongs to a text (`row`), falls into a `bucket`, and weighs `value` there.

    `first` and `last` are its characters in `signs`, the batch as it is read, of which `origin` and `until` say where each stands in
    its own text (characters from the text's first, the second exclusive). `tokens` are the
    first signs of words and of signs that stand alone, `token_hash` what they are. The squares of a text's values add up to 1: a value
    is what `idf` says of its bucket by the `length` of its text.
    `known` is what was already worked out of this batch, by name, a row a text: several heads ask for the same.
    """

    rows: int
    row: Counts
    bucket: Counts
    value: Numbers
    idf: Numbers
    length: Numbers
    first: Counts
    last: Counts
    signs: Codes
    sign_row: Counts
    origin: Counts
    until: Counts
    tokens: Counts
    token_hash: Codes
    known: dict[str, Numbers] = field(default_factory=dict)


def grams(texts: Sequence[str], *, idf: Numbers | None = None) -> Grams:
    """The places of all texts. `idf` weighs the buckets (the shipped ones when not given); one that weighs 0 says nothing."""
    signs, sign_row, origin, until = _signs(texts)
    tokens, token_last, token_hash = _tokens(signs)
    row, bucket, first, last = _joined(
        [(sign_row[tokens], _bucket(token_hash, 1), tokens, token_last), _pairs(tokens, token_last, token_hash, sign_row), *_runs(signs, sign_row)]
    )
    idf = shipped_idf() if idf is None else idf
    weight = idf[bucket]
    length = np.maximum(np.sqrt(np.bincount(row, weights=weight * weight, minlength=len(texts))), 1e-9)
    value = weight * (1 / length).astype(np.float32)[row]
    return Grams(
        rows=len(texts), row=row, bucket=bucket, value=value, idf=idf, length=length.astype(np.float32), first=first, last=last,
        signs=signs, sign_row=sign_row, origin=origin, until=until, tokens=tokens, token_hash=token_hash,
    )  # fmt: skip


def hashes(words: Sequence[str]) -> Codes:
    """The hash of each word (a single one each, in small letters), as `Grams.token_hash` has it."""
    return _tokens(_signs(words)[0])[2]


@cache
def shipped_idf() -> Numbers:
    """How telling each bucket is: the logarithm of how rare it is among the texts that were learned from, 0 where it was never seen."""
    with np.load(_file) as kept:
        return np.asarray(kept["idf"], np.float32)


def learned_idf(texts: Sequence[str], *, least: int = 2, batch: int = 256) -> Numbers:
    """The weights of the buckets from texts: those in fewer than `least` of them weigh 0."""
    seen = np.zeros(1 << BITS, np.int64)
    flat = np.ones(1 << BITS, np.float32)
    for start in range(0, len(texts), batch):
        some = grams(texts[start : start + batch], idf=flat)
        once = np.unique((some.row.astype(np.int64) << BITS) | some.bucket)
        seen += np.bincount(once & ((1 << BITS) - 1), minlength=1 << BITS)
    weights = np.log((1 + len(texts)) / (1 + seen)) + 1
    return np.where(seen >= least, weights, 0).astype(np.float32)


def _signs(texts: Sequence[str]) -> tuple[Codes, Counts, Counts, Counts]:
    """The batch as it is read, each text between two gaps; which text each sign belongs to, and where it stands there."""
    cut = [text[:LOOKED_AT].replace("\0", " ") for text in texts]
    joined = "\0" + "\0".join(cut) + "\0"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    low, is_space = _tables()
    known = codes < len(low)
    codes = np.where(known, low[np.where(known, codes, 0)], codes)
    until = np.arange(1, len(codes) + 1, dtype=np.int32)
    keep = np.ones(len(codes), bool)
    for start, end, sign in _handles_and_links(cut):
        codes[start], until[start] = sign, end
        keep[start + 1 : end] = False
    at = _where(keep)
    codes, until = codes[at], until[at]
    open_ = is_space[np.minimum(codes, len(is_space) - 1)] | (codes == _GAP)
    codes[open_ & (codes != _GAP)] = _SPACE
    spare = np.zeros(len(codes), bool)
    spare[1:] = open_[1:] & open_[:-1] & (codes[1:] == _SPACE)
    at, codes, until = at[~spare], codes[~spare], until[~spare]
    spare = np.zeros(len(codes), bool)
    spare[:-1] = (codes[:-1] == _SPACE) & (codes[1:] == _GAP)
    at, codes, until = at[~spare], codes[~spare], until[~spare]
    sign_row = np.cumsum(codes == _GAP, dtype=np.int32) - 1
    begins = np.array([*accumulate((len(text) + 1 for text in cut), initial=1)], np.int32)
    offset = begins[np.minimum(sign_row, len(cut))]
    return codes, sign_row, at - offset, until - offset


def _handles_and_links(texts: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Where each stands among the texts with a gap before each, and its sign; only texts that can have one are searched."""
    begin = 1
    for text in texts:
        low = text.lower()
        if "@" in text or "http" in low or "www." in low or "<u" in low:
            for found in _handle_or_link.finditer(text):
                is_user = found[0][0] == "@" or found[0].lower() == "<user>"
                yield begin + found.start(), begin + found.end(), _USER if is_user else _LINK
        begin += len(text) + 1


@cache
def _tables() -> tuple[Codes, NDArray[np.bool_]]:
    """Small letters of the basic plane, where a letter has a small one that is a single sign; and which signs are spaces."""
    signs = [chr(code) for code in range(0x10000)]
    low = np.array([ord(small) if len(small := sign.lower()) == 1 else ord(sign) for sign in signs], np.uint32)
    return low, np.array([sign.isspace() or (code < 32 and code != _GAP) for code, sign in enumerate(signs)])


@cache
def _is_word() -> NDArray[np.bool_]:
    """Signs that words are made of: letters, digits, and the marks of Indic and Arabic scripts; beyond the basic plane none are."""
    table = np.array([chr(code).isalnum() or unicodedata.category(chr(code)) in {"Mn", "Mc"} for code in range(0x10001)])
    table[0x10000] = False
    return table


def _where(true: NDArray[np.bool_]) -> Counts:
    return np.flatnonzero(true).astype(np.int32)


def _tokens(signs: Codes) -> tuple[Counts, Counts, Codes]:
    """First and last sign of every word and of every other sign that is no space, and a hash of each."""
    word = _is_word()[np.minimum(signs, 0x10000)]
    solid = (signs != _GAP) & (signs != _SPACE)
    starts = solid.copy()
    starts[1:] &= ~(word[1:] & word[:-1])
    first = _where(starts)
    if not len(first):
        return first, first, np.zeros(0, np.uint32)
    begin = np.maximum.accumulate(np.where(starts, np.arange(len(signs), dtype=np.int32), 0))
    parts = np.where(solid, signs, 0).astype(np.uint32) * _powers()[np.minimum(np.arange(len(signs), dtype=np.int32) - begin, LOOKED_AT)]
    hashed = np.add.reduceat(parts, first, dtype=np.uint32)
    ends = _where(solid & ~np.append(solid[1:] & ~starts[1:], [False]))
    return first, ends, hashed


@cache
def _powers() -> Codes:
    return np.multiply.accumulate(np.full(LOOKED_AT + 1, _STEP, np.uint32), dtype=np.uint32)


def _pairs(first: Counts, last: Counts, hashed: Codes, sign_row: Counts) -> tuple[Counts, Counts, Counts, Counts]:
    same = _where(sign_row[first[:-1]] == sign_row[first[1:]])
    both = hashed[same] * np.uint32(31) + hashed[same + 1] * _SPREAD
    return sign_row[first[same]], _bucket(both, 2), first[same], last[same + 1]


def _runs(signs: Codes, sign_row: Counts) -> list[tuple[Counts, Counts, Counts, Counts]]:
    found = []
    spread = np.where(signs == _GAP, np.uint32(_SPACE), signs) * _SPREAD
    hashed = spread
    for length in RUNS:
        count = len(signs) - length + 1
        if count <= 0:
            break
        hashed = hashed[:count] * _STEP + spread[length - 1 :]
        inside = _where((sign_row[:count] == sign_row[length - 2 : length - 2 + count]) & (sign_row[:count] < sign_row[-1]))
        found.append((sign_row[inside], _bucket(hashed[inside], length * 7919), inside, inside + length - 1))
    return found


def _bucket(hashed: Codes, kind: int) -> Counts:
    mixed = hashed + np.uint32(kind)
    mixed ^= mixed >> np.uint32(16)
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    return (mixed >> np.uint32(32 - BITS)).astype(np.int32)


def _joined(parts: Sequence[tuple[Counts, Counts, Counts, Counts]]) -> tuple[Counts, Counts, Counts, Counts]:
    row, bucket, first, last = (np.concatenate(some) for some in zip(*parts, strict=True))
    return row, bucket, first, last
