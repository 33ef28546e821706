"""Teaching the fast tier: features as a matrix, a linear model over them, how sure it may be, and figures with their intervals.

Needs the extra `learn` (scikit-learn). Everything is made the same from the same sets, bit for bit on one machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plaint.understand.features import BITS, Numbers, grams
from plaint.understand.valence import valence

SEED = 13
"""Of every shuffle, so that the same sets give the same model."""
BATCH = 256
RESAMPLED = 1_000
"""So often the rows are drawn anew for an interval."""

Matrix = Any
"""A sparse matrix of SciPy, which has no types of its own."""
Classes = NDArray[np.int64]


def matrix(texts: Sequence[str], beside: Numbers | None = None) -> Matrix:
    """The features of texts: a row a text, a column a bucket, and the numbers beside the text in the last columns."""
    from scipy import sparse

    parts = []
    for start in range(0, len(texts), BATCH):
        got = grams(texts[start : start + BATCH])
        parts.append(sparse.csr_matrix((got.value, (got.row, got.bucket)), shape=(got.rows, 1 << BITS), dtype=np.float32))
    made = sparse.vstack(parts).tocsr()
    made.sum_duplicates()
    return made if beside is None else sparse.hstack([made, sparse.csr_matrix(beside.astype(np.float32))]).tocsr()


def valences(texts: Sequence[str]) -> Numbers:
    """How good and bad the words of texts are, as the shipped heads are given it."""
    return np.vstack([valence(grams(texts[start : start + BATCH])) for start in range(0, len(texts), BATCH)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What was learned: a row a feature, a column a class (one column for two classes), and what every class starts from."""

    weights: NDArray[np.float64]
    start: Numbers


def fitted(rows: Matrix, classes: Classes, *, strength: float, weight: Numbers | None = None) -> Learned:
    """A logistic regression, each class against all others, both sides of equal weight in sum. `weight` says what each row counts."""
    count = int(classes.max()) + 1
    sides = [classes == 1] if count == 2 else [classes == one for one in range(count)]
    each = np.ones(len(classes)) if weight is None else weight.astype(np.float64)
    columns = [_one_side(rows, yes, each, strength) for yes in sides]
    return Learned(weights=np.stack([column for column, _ in columns], axis=1), start=np.array([start for _, start in columns], np.float32))


def _one_side(rows: Matrix, yes: NDArray[np.bool_], weight: NDArray[np.float64], strength: float) -> tuple[NDArray[np.float64], float]:
    from sklearn.linear_model import LogisticRegression

    balanced = np.where(yes, weight / weight[yes].sum(), weight / weight[~yes].sum()) * (len(yes) / 2)
    made = LogisticRegression(C=strength, solver="liblinear", tol=0.02, random_state=SEED).fit(rows, yes, sample_weight=balanced)
    return made.coef_[0], float(made.intercept_[0])


def decided(model: Learned, rows: Matrix) -> Numbers:
    """What each class got: a row a text."""
    return np.asarray(rows @ model.weights + model.start, np.float32)


def folds(classes: Classes, count: int) -> Iterator[tuple[Classes, Classes]]:
    """Rows to learn from and rows to measure on, each class spread evenly (stratified, shuffled with `SEED`)."""
    from sklearn.model_selection import StratifiedKFold

    yield from StratifiedKFold(count, shuffle=True, random_state=SEED).split(np.zeros(len(classes)), classes)


def crossed(rows: Matrix, classes: Classes, count: int, *, strength: float) -> Numbers:
    """What each text got from a model that has not seen it."""
    got: Numbers | None = None
    for learn, measure in folds(classes, count):
        some = decided(fitted(rows[learn], classes[learn], strength=strength), rows[measure])
        got = np.zeros((len(classes), some.shape[1]), np.float32) if got is None else got
        got[measure] = some
    assert got is not None
    return got


def sharpened(sums: Numbers, yes: Classes, weight: Numbers) -> float:
    """The factor that makes the sums of texts never seen log odds. `weight` says what each text counts.

    Platt, without his addend: fitted on one kind of text it makes the probabilities of another kind worse than none.
    """
    from sklearn.linear_model import LogisticRegression

    made = LogisticRegression(C=100.0, fit_intercept=False, random_state=SEED).fit(sums.reshape(-1, 1), yes, sample_weight=weight)
    return float(made.coef_[0, 0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure and between which bounds it lies 95 times in 100 when the rows are drawn anew."""

    value: float
    low: float
    high: float


def figure(measure: Callable[[Classes, NDArray[Any]], float], want: Classes, got: NDArray[Any]) -> Figure:
    """A measure of what was wanted and got, with its interval (bootstrap over the rows)."""
    drawn = np.random.default_rng(SEED)
    several = [measure(want[rows], got[rows]) for rows in (drawn.integers(0, len(want), len(want)) for _ in range(RESAMPLED))]
    low, high = np.percentile(several, [2.5, 97.5])
    return Figure(value=round(measure(want, got), 4), low=round(float(low), 4), high=round(float(high), 4))


def macro_f1(want: Classes, got: Classes) -> float:
    """The mean over the classes of F1."""
    each = []
    for one in np.unique(want):
        right = float(np.sum((want == one) & (got == one)))
        each.append(2 * right / float(np.sum(want == one) + np.sum(got == one)))
    return float(np.mean(each))


def accuracy(want: Classes, got: Classes) -> float:
    """The part that is right."""
    return float(np.mean(want == got))


def calibration_error(want: Classes, got: Numbers) -> float:
    """How far probabilities are from what came true, in the mean: ten equal intervals, each weighed by how many fall into it."""
    place = np.minimum((got * 10).astype(np.int64), 9)
    off = np.bincount(place, got - want, 10)
    return float(np.abs(off).sum() / len(want))


def ordinal_agreement(want: Classes, got: Classes) -> float:
    """Cohen's kappa with quadratic weights: 1 is the same, 0 is by chance; far off costs more than near."""
    count = int(max(want.max(), got.max())) + 1
    seen = np.bincount(want * count + got, minlength=count * count).reshape(count, count)
    off = (np.arange(count)[:, None] - np.arange(count)) ** 2
    by_chance = np.outer(seen.sum(1), seen.sum(0)) / len(want)
    return float(1 - (off * seen).sum() / max(1e-12, (off * by_chance).sum()))
