"""How likely each language is by the runs of letters in a text: a table of one to five letters, made by `scripts/language_model.py`.

It is quick and small and knows no words; `plaint.posts.language` asks it first. What it was made from and how well it does
stands in `docs/models/language.md`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).parent / "letters.npz"
BITS = 16
"""Runs of letters are kept in 2 to this many places; two that share one are taken for the same."""
LONGEST = 5
"""Letters in the longest run."""
SCALE = 0.08
"""What one step of the table is in natural logarithms."""

_others = re.compile(r"[\W\d_]+")
_mix, _spread = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_SPACE = 32


def runs(text: str) -> NDArray[np.int64]:
    """The places of all runs of letters of a text, each once; a run does not go beyond a word and the space on each side."""
    letters = np.frombuffer(f" {_others.sub(' ', text.lower()).strip()} ".encode("utf-32-le"), np.uint32).astype(np.uint64)
    spaces = np.concatenate(([0], np.cumsum(letters == _SPACE)))
    found, places = [], np.zeros(len(letters), np.uint64)
    for length in range(1, min(LONGEST, len(letters)) + 1):
        count = len(letters) - length + 1
        places = places[:count] * _mix + letters[length - 1 :] + np.uint64(length)
        if length == 1:
            found.append(places[letters != _SPACE])
        else:
            inside = spaces[length - 1 : length - 1 + count] - spaces[1 : 1 + count]
            found.append(places[inside == 0])
    each = np.sort(((np.concatenate(found) * _spread) >> np.uint64(64 - BITS)).astype(np.int32))
    once: NDArray[np.int64] = each[np.append([True], each[1:] != each[:-1])].astype(np.int64)
    return once


def evidence(text: str) -> NDArray[np.float64]:
    """For each of `codes()` how much the letters speak for it, in natural logarithms; only differences mean something."""
    total: NDArray[np.float64] = _table()[1][runs(text)].sum(0, dtype=np.int32) * SCALE
    return total


def codes() -> tuple[str, ...]:
    """The languages of the table, BCP 47 (`hi-Latn` is Hindi in Latin letters)."""
    return _table()[0]


@cache
def _table() -> tuple[tuple[str, ...], NDArray[np.int8]]:
    with np.load(FILE) as kept:
        return tuple(kept["codes"].tolist()), kept["table"]
