"""Teaching the deep tier what is a complaint and how severe: the fast head's log odds, how good and bad the words are, and the vector of the text.

Needs the extras `learn` and `deep`. The vectors of 17,000 texts take a quarter of an hour; they are kept where a folder is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from plaint.understand import learning, learning_sets
from plaint.understand.deep import embed
from plaint.understand.features import BITS, Numbers
from plaint.understand.learning import Classes, Learned, Matrix
from plaint.understand.learning_heads import (
    EVERY,
    JUDGED,
    STRENGTH,
    Taught,
    complaint_rows,
    crossed_by_kind,
    head_of,
    kinds_measured,
    levels_measured,
    severity_places,
    severity_rows,
    sharpness,
    unknown_kinds,
)
from plaint.understand.severity import LEVELS
from plaint.understand.valence import NUMBERS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """What the fast head's log odds count beside the deep ones, and how much these may bend to their rows (C of scikit-learn)."""

    fast: float
    bend: float


_COMPLAINT, _SEVERITY = _Way(fast=0.6, bend=0.03), _Way(fast=0.5, bend=0.1)
"""Chosen on sets of which nothing was learned, and in ten folds."""
_SPREAD = 7.0
"""What a number of the vector counts."""
_RATED = 0.5
"""What one of the valence does."""


class NoVectors(ValueError):
    """The vectors of the sets are neither kept nor can be made."""


def complaint(data: Path, kept: Path | None = None) -> Taught:
    """Complaint or not, from the sets that the fast head learns from. `kept` is the folder where vectors lie and are put.

    Raises:
        NoSet: A set is not in the data folder.
        NoVectors: The extra `deep` is not installed and they are not kept.

    """
    rows = complaint_rows(data)
    vectors = np.vstack([_vectors(name, data, kept) for name in learning_sets.TAUGHT])
    deep = _Deep(way=_COMPLAINT, beside=_beside(rows.matrix, vectors), classes=rows.yes, weight=rows.weight)
    known, unknown = _crossed(deep, rows.kind * 2 + rows.yes, 3)[:, 0], _unknown(deep, rows.kind)
    known, unknown = known + deep.way.fast * crossed_by_kind(rows), unknown + deep.way.fast * unknown_kinds(rows)
    fast = learning.fitted(rows.matrix, rows.yes, strength=STRENGTH, weight=rows.weight)
    head = head_of("complaint-deep", ("no", "yes"), _together(fast, deep, vectors), sharpness(rows, known, unknown))
    return Taught(head=head, sets=learning_sets.TAUGHT, figures=kinds_measured(rows, known, unknown), said="0 is no complaint, 1 is one")


def severity(data: Path, kept: Path | None = None) -> Taught:
    """How severe, from complaints on Twitter in four levels; `kept` and what is raised as `complaint` has it."""
    texts, levels = severity_rows(data)
    rows, vectors = learning.matrix(texts, learning.valences(texts)), _vectors("xci", data, kept)[severity_places(data)]
    deep = _Deep(way=_SEVERITY, beside=_beside(rows, vectors), classes=levels, weight=np.ones(len(levels), np.float32))
    got = _crossed(deep, levels, 10) + deep.way.fast * learning.crossed(rows, levels, 10, strength=STRENGTH)
    fast = learning.fitted(rows, levels, strength=STRENGTH)
    head = head_of("severity-deep", tuple(map(str, LEVELS)), _together(fast, deep, vectors), 1.0)
    figures = levels_measured(levels, got.argmax(1))
    return Taught(head=head, sets=("xci",), figures=figures, said="complaints only; the mildest level first")


def _vectors(name: str, data: Path, kept: Path | None) -> Numbers:
    file = kept / f"{name}.npy" if kept is not None else None
    if file is not None and file.is_file():
        return np.asarray(np.load(file), np.float32)
    made = embed(learning_sets.read(name, data, every=EVERY.get(name, 1)).texts)
    if made is None:
        raise NoVectors("vectors of texts need the extra deep: pip install -e '.[deep]'")
    if file is not None:
        np.save(file, made.astype(np.float16))
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deep:
    """What is learned from beside the text, and how."""

    way: _Way
    beside: Numbers
    classes: Classes
    weight: Numbers


def _beside(rows: Matrix, vectors: Numbers) -> Numbers:
    valence = np.asarray(rows[:, 1 << BITS :].todense())
    return np.hstack([valence * _RATED, (vectors - vectors.mean(0)) * _SPREAD]).astype(np.float32)


def _fitted(deep: _Deep, learn: Classes) -> Learned:
    """A logistic regression over what stands beside the text, all classes of equal weight in sum."""
    from sklearn.linear_model import LogisticRegression

    made = LogisticRegression(C=deep.way.bend, max_iter=500, tol=1e-3, class_weight="balanced", random_state=learning.SEED)
    each = deep.weight[learn] / deep.weight[learn].mean()
    made.fit(deep.beside[learn], deep.classes[learn], sample_weight=each)
    return Learned(weights=made.coef_.T.astype(np.float64), start=made.intercept_.astype(np.float32))


def _crossed(deep: _Deep, cut_by: Classes, count: int) -> Numbers:
    """What each row got from a model that saw the other folds; they are cut as for the fast head."""
    got: dict[int, Numbers] = {}
    for learn, measure in learning.folds(cut_by, count):
        some = learning.decided(_fitted(deep, learn), deep.beside[measure])
        got.update(zip(measure.tolist(), some, strict=True))
    return np.stack([got[row] for row in range(len(cut_by))])


def _unknown(deep: _Deep, kind: Classes) -> Numbers:
    """What each row of the judged sets got from a model that saw nothing of its set; 0 for the other rows."""
    got = np.zeros(len(kind), np.float32)
    for one in JUDGED:
        mine = kind == one
        got[mine] = learning.decided(_fitted(deep, np.flatnonzero(~mine)), deep.beside[mine])[:, 0]
    return got


def _together(fast: Learned, deep: _Deep, vectors: Numbers) -> Learned:
    """Both as one: weights of buckets, then of the valence, then of the vector as `embed` gives it."""
    learned, share = _fitted(deep, np.arange(len(deep.classes))), deep.way.fast
    rated, meant = learned.weights[:NUMBERS] * _RATED, learned.weights[NUMBERS:] * _SPREAD
    weights = np.vstack([fast.weights[: 1 << BITS] * share, fast.weights[1 << BITS :] * share + rated, meant])
    return Learned(weights=weights, start=(fast.start * share + learned.start - vectors.mean(0) @ meant).astype(np.float32))
