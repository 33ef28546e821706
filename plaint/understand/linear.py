"""Linear heads over the features of a text: what each label weighs, how sure that is, and which words decided.

A head is a file in `models/`: weights in 8 bits a bucket and label, with what makes probabilities of their sums. Heads are read when
first asked for. They hold no text of what they were taught on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plaint.understand.features import BITS, Counts, Grams, Numbers
from plaint.understand.features import VERSION as FEATURES
from plaint.understand.understanding import Word

MODELS = Path(__file__).parent / "models"
SHOWN = 6
"""So many words are shown of those that decided."""
_FEW = 4
"""Up to so many labels are summed one by one."""


class WrongModel(ValueError):
    """A model that was taught on other features than these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What was learned. One column of `weights` a label; a head with one column answers yes (`labels[1]`) or no (`labels[0]`).

    `weights` are whole numbers, `scale` what one of them is worth by column. `extra` weighs numbers that come beside the text,
    one row each. The sums times `sharpness` plus `bias` are the log odds (one column) or go into a softmax (several).
    """

    name: str
    version: str
    labels: tuple[str, ...]
    weights: NDArray[np.int8]
    scale: Numbers
    bias: Numbers
    sharpness: float = 1.0
    extra: Numbers | None = None

    @property
    def spoken_as(self) -> str:
        """How the model is named beside what it said: `complaint-fast 1`."""
        return f"{self.name} {self.version}"

    def sums(self, grams: Grams, beside: Numbers | None = None) -> Numbers:
        """What each label got, by text: rows of texts, columns as `weights`. `beside` has a row a text, a column a row of `extra`."""
        got = self._of_text(grams) * self.scale
        if self.extra is not None and beside is not None:
            got = got + beside @ self.extra
        return np.asarray(got * self.sharpness + self.bias, np.float32)

    def probabilities(self, grams: Grams, beside: Numbers | None = None) -> Numbers:
        """The probability of each label, by text: one column a label."""
        sums = self.sums(grams, beside)
        if sums.shape[1] == 1:
            yes = 1 / (1 + np.exp(-sums))
            return np.hstack([1 - yes, yes])
        above = np.exp(sums - sums.max(1, keepdims=True))
        return np.asarray(above / above.sum(1, keepdims=True), np.float32)

    def words(self, grams: Grams, column: int = 0) -> list[tuple[Word, ...]]:
        """The words that decided for (positive) or against a label, by text, strongest first, with offsets into the text."""
        share = grams.value * self.weights[grams.bucket, column] * (self.scale[column] * self.sharpness)
        return decisive(grams, share)

    def _of_text(self, grams: Grams) -> Numbers:
        if (known := grams.known.get(self.spoken_as)) is not None:
            return known
        columns = self.weights.shape[1]
        if columns <= _FEW:
            each = [np.bincount(grams.row, weights=grams.value * self.weights[grams.bucket, c], minlength=grams.rows) for c in range(columns)]
            return np.stack(each, axis=1).astype(np.float32)
        order = np.argsort(grams.row, kind="stable")
        bucket, value = grams.bucket[order], grams.value[order]
        ends = np.searchsorted(grams.row[order], np.arange(grams.rows + 1))
        sums = [value[a:b] @ self.weights[bucket[a:b]].astype(np.float32) for a, b in pairwise(ends)]
        return np.asarray(sums, np.float32).reshape(grams.rows, columns)


def sum_together(names: tuple[str, ...], grams: Grams) -> None:
    """Sum what the places of a batch say to the shipped heads of these names, and note it in `grams.known`, where each head looks first.

    A place that comes several times in a text is looked up once; the tables of the heads lie side by side, so that one row has it for all.
    """
    weights, edges = _side_by_side(names)
    of_text = grams.row if grams.rows < 1 << (31 - BITS) else grams.row.astype(np.int64)
    place = np.sort((of_text << BITS) | grams.bucket)
    once = np.flatnonzero(np.append([True], place[1:] != place[:-1])[: len(place)])
    bucket = place[once] & ((1 << BITS) - 1)
    ends = np.searchsorted(place[once] >> BITS, np.arange(grams.rows + 1))
    value = np.diff(np.append(once, len(place))).astype(np.float32) * grams.idf[bucket]
    sums = np.empty((grams.rows, weights.shape[1]), np.float32)
    for row, (start, end) in enumerate(pairwise(ends)):
        sums[row] = value[start:end] @ np.take(weights, bucket[start:end], axis=0).astype(np.float32)
    sums /= grams.length[:, None]
    grams.known.update({head(name).spoken_as: sums[:, start:end] for name, (start, end) in zip(names, pairwise(edges), strict=True)})


@lru_cache(maxsize=2)
def _side_by_side(names: tuple[str, ...]) -> tuple[NDArray[np.int8], tuple[int, ...]]:
    """The weights of heads in one table, and at which column each begins and the last ends."""
    each = [head(name).weights for name in names]
    return np.hstack(each), (0, *accumulate(weights.shape[1] for weights in each))


def decisive(grams: Grams, share: Numbers) -> list[tuple[Word, ...]]:
    """The words that have the largest part of what the places of each text weigh; a place gives equal parts to its characters."""
    if not len(grams.tokens):
        return [()] * grams.rows
    each = share / (grams.last - grams.first + 1)
    size = len(grams.signs) + 1
    rise = np.bincount(grams.first, weights=each, minlength=size) - np.bincount(grams.last + 1, weights=each, minlength=size)
    weight = np.add.reduceat(np.cumsum(rise)[:-1], grams.tokens)
    ends = _token_ends(grams)
    row, start, end = grams.sign_row[grams.tokens], grams.origin[grams.tokens], grams.until[ends]
    edges = np.searchsorted(row, np.arange(grams.rows + 1))
    return [_strongest(weight[a:b], start[a:b], end[a:b]) for a, b in pairwise(edges)]


def _token_ends(grams: Grams) -> NDArray[np.int64]:
    after = np.append(grams.tokens[1:], len(grams.signs)) - 1
    blank = (grams.signs == 0) | (grams.signs == 32)
    solid = np.maximum.accumulate(np.where(blank, 0, np.arange(len(grams.signs))))
    return np.asarray(solid[after])


def _strongest(weight: NDArray[np.float64], start: Counts, end: Counts) -> tuple[Word, ...]:
    best = np.argsort(-np.abs(weight), kind="stable")[:SHOWN]
    shown = zip(start[best].tolist(), end[best].tolist(), np.round(weight[best], 4).tolist(), strict=True)
    return tuple(Word(start=first, end=last, weight=share) for first, last, share in shown if share)


@cache
def head(name: str) -> Head:
    """The shipped head of that name.

    Raises:
        WrongModel: It was taught on other features.
        FileNotFoundError: None of that name is shipped.

    """
    return read(MODELS / f"{name}.npz")


def read(path: Path) -> Head:
    """A head from its file."""
    with np.load(path) as kept:
        about = json.loads(bytes(kept["about"]).decode())
        if about["features"] != FEATURES:
            raise WrongModel(f"{path.name}: taught on features {about['features']}, these are {FEATURES}")
        weights = np.ascontiguousarray(kept["weights"].T)
        extra = np.asarray(kept["extra"], np.float32) if "extra" in kept else None
        return Head(
            name=about["name"], version=about["version"], labels=tuple(about["labels"]), weights=weights,
            scale=np.asarray(kept["scale"], np.float32), bias=np.asarray(kept["bias"], np.float32), sharpness=about["sharpness"], extra=extra,
        )  # fmt: skip


def write(kept: Head, path: Path) -> None:
    """Write a head to its file."""
    about = {"name": kept.name, "version": kept.version, "labels": kept.labels, "features": FEATURES, "sharpness": kept.sharpness}
    parts: dict[str, NDArray[Any]] = {"weights": np.ascontiguousarray(kept.weights.T), "scale": kept.scale, "bias": kept.bias}
    if kept.extra is not None:
        parts["extra"] = kept.extra
    parts["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    np.savez_compressed(path, allow_pickle=False, **parts)


def in_eight_bits(weights: NDArray[np.float64], *, least: float = 0.0) -> tuple[NDArray[np.int8], Numbers]:
    """Learned weights (a column a label) as whole numbers of 8 bits and what one is worth; those nearer to 0 than `least` of the largest are 0."""
    scale = np.maximum(np.abs(weights).max(0), 1e-12) / 127
    whole = np.rint(weights / scale)
    whole[np.abs(whole) < least * 127] = 0
    return whole.astype(np.int8), scale.astype(np.float32)
