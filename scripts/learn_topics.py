"""Teaches what a post is about and its polarity: `python scripts/learn_topics.py HEAD... --data DIR [--vectors DIR] [--cv]`.

HEAD is `product` (CFPB's products; the complaints are in the public domain), `reason` (77 reasons for asking a bank, CC BY 4.0) or
`polarity` (tweets in 8 languages, Apache-2.0). Each is taught twice: for the fast tier on hashed features, and for the deep one on these
with the vectors of the extra `deep` beside them. What stands on the model cards is always measured in five folds, on texts that the fold
was not taught on; `--cv` stops there and writes nothing. `--vectors` keeps the vectors from one run to the next; texts whose row there is
all 0 are left out of the deep head. A reason is said from the probability on at which nine of ten are right where every second text is
about no bank at all: reviews of goods that use a word of banks stand for these. Needs scikit-learn besides what Plaint needs.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.svm import LinearSVC

from plaint.understand.deep import embed
from plaint.understand.features import BITS, grams, shipped_idf
from plaint.understand.linear import MODELS, Head, in_eight_bits, write
from plaint.understand.taxonomy import official_product
from plaint.understand.topics import is_looked_at

FOLDS = 5
WIDE = 1 << BITS
SHARE = 1.0
"""What a vector weighs beside the hashed features, whose squares add up to 1."""
SMOOTH = {"product-fast": 1.0, "product-deep": 1.0, "reason-fast": 0.3, "reason-deep": 0.3, "polarity-fast": 0.05, "polarity-deep": 0.1}
EXACT = 0.01
"""So near to its best weights a head is taught."""
DATA = {
    "product": ("cfpb_2015_2020 (complaints published by the CFPB, 2015-10 to 2020-03)", "public domain, United States government work"),
    "reason": ("BANKING77, train part", "CC BY 4.0"),
    "polarity": ("Unified Multilingual Sentiment Analysis Benchmark, train and val parts", "Apache-2.0"),
}
VERSION = "1"
FEW = 3_000


@dataclass(frozen=True, slots=True)
class Taught:
    """What is taught: texts, what each is, and a group whose figures are averaged (a language)."""

    texts: list[str]
    truth: NDArray[np.str_]
    group: NDArray[np.str_]

    def only(self, at: NDArray[np.int64]) -> Taught:
        """Some of them."""
        return Taught([self.texts[one] for one in at], self.truth[at], self.group[at])


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a packed CSV."""
    csv.field_size_limit(10_000_000)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def product(data: Path) -> Taught:
    """Complaints with a narrative and their product, by its present name."""
    told = [r for path in sorted(data.glob("cfpb-complaints/cfpb_*.csv.gz")) for r in rows(path) if r["Consumer complaint narrative"]]
    truth = np.array([official_product(r["Product"]) for r in told])
    return Taught([r["Consumer complaint narrative"] for r in told], truth, np.full(len(told), "en"))


def reason(data: Path) -> Taught:
    """Questions to a bank and their reason."""
    told = rows(data / "intents-banking77" / "train.csv.gz")
    return Taught([r["text"] for r in told], np.array([r["category"] for r in told]), np.full(len(told), "en"))


def polarity(data: Path) -> Taught:
    """Tweets, their polarity and their language."""
    told = [r for path in sorted(data.glob("sentiment-umsab-multilingual/*.csv.gz")) for r in rows(path)]
    truth = np.array([("negative", "neutral", "positive")[int(r["label"])] for r in told])
    return Taught([r["text"] for r in told], truth, np.array([r["lang"] for r in told]))


def of_no_bank(data: Path) -> list[str]:
    """Reviews of goods that would be looked at for a reason."""
    told = [r for path in sorted(data.glob("complaints-cesamard/*.csv.gz")) for r in rows(path)]
    return [text for r in told if is_looked_at("reason", text := ". ".join(filter(None, (r["title"], r["text"]))))]


SETS = {"product": product, "reason": reason, "polarity": polarity}


def hashed(texts: list[str]) -> csr_matrix:
    """The features of texts, a row each."""
    idf = shipped_idf()
    parts = [grams(texts[at : at + 256], idf=idf) for at in range(0, len(texts), 256)]
    return vstack([csr_matrix((p.value, (p.row, p.bucket)), shape=(p.rows, WIDE)) for p in parts]).tocsr()


def vectors(texts: list[str], kept: Path | None) -> NDArray[np.float32] | None:
    """The vectors of texts, kept in a file where one is given."""
    if kept and kept.exists():
        return np.asarray(np.load(kept), np.float32)
    made = embed(texts)
    if kept and made is not None:
        np.save(kept, made.astype(np.float16))
    return made


@dataclass(frozen=True, slots=True)
class Space:
    """Where a head is taught: few long texts by their products with one another, which finds the same head much sooner.

    `back` makes weights of features of weights in that space.
    """

    points: csr_matrix | NDArray[np.float64]
    back: NDArray[np.float64] | None = None


def space_of(x: csr_matrix) -> Space:
    """The space of some texts."""
    if x.shape[0] > FEW:
        return Space(x)
    value, vector = np.linalg.eigh((x @ x.T).toarray().astype(np.float64))
    kept = value > 1e-6
    root = np.sqrt(value[kept])
    return Space(vector[:, kept] * root, x.T @ (vector[:, kept] / root))


def folds_of(truth: NDArray[np.str_], group: NDArray[np.str_]) -> NDArray[np.int64]:
    """A fold for each text, so that every label of every group is in all folds alike."""
    rng, fold = np.random.default_rng(0), np.zeros(len(truth), np.int64)
    both = np.char.add(np.char.add(truth, "|"), group)
    for one in np.unique(both):
        at = np.flatnonzero(both == one)
        rng.shuffle(at)
        fold[at] = np.arange(len(at)) % FOLDS
    return fold


def sums_in_folds(x: csr_matrix | NDArray[np.float64], taught: Taught, smooth: float) -> NDArray[np.float64]:
    """What each label got for each text from a head that was not taught on the text's fold."""
    fold, found = folds_of(taught.truth, taught.group), np.zeros((len(taught.texts), len(np.unique(taught.truth))))
    for one in range(FOLDS):
        there = np.flatnonzero(fold == one)
        found[there] = LinearSVC(C=smooth, tol=EXACT).fit(x[fold != one], taught.truth[fold != one]).decision_function(x[there])
    return found


def softmax(sums: NDArray[np.float64], sharpness: float) -> NDArray[np.float64]:
    """Probabilities of sums."""
    above = np.exp(sharpness * (sums - sums.max(1, keepdims=True)))
    return np.asarray(above / above.sum(1, keepdims=True))


def sharpest(sums: NDArray[np.float64], at: NDArray[np.int64]) -> float:
    """The sharpness under which what was found in the folds is likeliest."""
    tried = np.geomspace(0.5, 30, 60)
    return float(tried[np.argmin([-np.log(softmax(sums, s)[np.arange(len(at)), at] + 1e-12).mean() for s in tried])])


def threshold(p: NDArray[np.float64], right: NDArray[np.bool_], weight: NDArray[np.float64], wanted: float = 0.9) -> float:
    """The lowest probability from which on `wanted` of what is said is right, each text counted as often as it weighs."""
    order = np.argsort(-p)
    precise = np.cumsum((right * weight)[order]) / np.cumsum(weight[order])
    reached = np.flatnonzero(precise >= wanted)
    return float(p[order][reached[-1]]) if len(reached) else 1.0


def macro_f1(truth: NDArray[np.str_], said: NDArray[np.str_]) -> float:
    """The mean F1 of all labels."""
    return float(np.mean([2 * np.sum((truth == n) & (said == n)) / max(1, np.sum(truth == n) + np.sum(said == n)) for n in np.unique(truth)]))


def figures(taught: Taught, said: NDArray[np.str_], p: NDArray[np.float64], least: float) -> dict[str, object]:
    """What stands on a model's card; intervals by drawing the texts anew 200 times."""

    def each(at: NDArray[np.int64]) -> tuple[float, float]:
        groups = np.unique(taught.group)
        f1 = [macro_f1(taught.truth[at][g], said[at][g]) for one in groups if (g := taught.group[at] == one).any()]
        return float(np.mean(said[at] == taught.truth[at])), float(np.mean(f1))

    rng, n = np.random.default_rng(1), len(said)
    drawn = np.array([each(rng.integers(0, n, n)) for _ in range(200)])
    low, high = np.percentile(drawn, 2.5, axis=0), np.percentile(drawn, 97.5, axis=0)
    accuracy, f1 = each(np.arange(n))
    sure = p >= least
    return {
        "texts": n, "folds": FOLDS, "accuracy": round(accuracy, 4), "accuracy_95": [round(float(low[0]), 4), round(float(high[0]), 4)],
        "macro_f1": round(f1, 4), "macro_f1_95": [round(float(low[1]), 4), round(float(high[1]), 4)], "threshold": round(least, 4),
        "precision_above": round(float(np.mean(said[sure] == taught.truth[sure])), 4), "coverage_above": round(float(np.mean(sure)), 4),
        "macro_f1_by_group": {str(g): round(macro_f1(taught.truth[taught.group == g], said[taught.group == g]), 4) for g in np.unique(taught.group)},
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Beside:
    """Vectors, each of their numbers spread alike, and weighed as a whole against the hashed features."""

    numbers: NDArray[np.float32]
    mean: NDArray[np.float32]
    unit: NDArray[np.float32]


def beside_of(found: NDArray[np.float32]) -> Beside:
    """Vectors spread alike, so that their squares add up to about the square of `SHARE`."""
    mean, unit = found.mean(0), SHARE / (found.std(0) * found.shape[1] ** 0.5)
    return Beside((found - mean) * unit, mean, unit)


@dataclass(frozen=True, slots=True)
class Others:
    """Texts about other matters: a head that is sure of one is wrong."""

    texts: list[str]
    vectors: NDArray[np.float32] | None = None

    def sureness(self, head: Head) -> NDArray[np.float64]:
        """How sure the head is of each."""
        return np.asarray(head.probabilities(grams(self.texts), self.vectors).max(1), np.float64)


def learned(name: str, space: Space, taught: Taught, beside: Beside | None, sharpness: float) -> Head:
    """The head that is taught on everything."""
    found = LinearSVC(C=SMOOTH[name], tol=EXACT).fit(space.points, taught.truth)
    coefficients = found.coef_ if space.back is None else (space.back @ found.coef_.T).T
    weights, scale = in_eight_bits(coefficients[:, :WIDE].T, least=0.02)
    extra = None if beside is None else (coefficients[:, WIDE:] * beside.unit).T.astype(np.float32)
    bias = found.intercept_ - (0 if beside is None or extra is None else beside.mean @ extra)
    return Head(
        name=name, version=VERSION, labels=tuple(str(one) for one in found.classes_), weights=weights, scale=scale,
        bias=(bias * sharpness).astype(np.float32), sharpness=sharpness, extra=extra,
    )  # fmt: skip


def least_sure(taught: Taught, right: NDArray[np.bool_], p: NDArray[np.float64], sure_of_others: NDArray[np.float64]) -> float:
    """The probability from which on a head is believed where as many texts are about other matters as about its own."""
    if not len(sure_of_others):
        return threshold(p, right, np.ones(len(p)))
    seen = np.array([is_looked_at("reason", text) for text in taught.texts])
    weight = np.append(np.ones(seen.sum()), np.full(len(sure_of_others), seen.sum() / len(sure_of_others)))
    return threshold(np.append(p[seen], sure_of_others), np.append(right[seen], np.zeros(len(sure_of_others), bool)), weight)


def teach(name: str, x: csr_matrix, taught: Taught, beside: Beside | None, others: Others, *, is_measured_only: bool) -> None:
    """Measure a head in folds, teach it on everything, and write it with its card."""
    kind = name.split("-")[0]
    space = space_of(x if beside is None else hstack([x, csr_matrix(beside.numbers)]).tocsr())
    labels = np.unique(taught.truth)
    sums = sums_in_folds(space.points, taught, SMOOTH[name])
    sharpness = sharpest(sums, np.searchsorted(labels, taught.truth))
    p = softmax(sums, sharpness)
    said, best = labels[p.argmax(1)], p.max(1)
    head = learned(name, space, taught, beside, sharpness)
    sure_of_others = others.sureness(head) if others.texts else np.zeros(0)
    least = least_sure(taught, said == taught.truth, best, sure_of_others)
    about = {"taught": datetime.now(UTC).date().isoformat(), "data": DATA[kind][0], "licence": DATA[kind][1]}
    wrongly = {"others": len(sure_of_others), "said_of_others": round(float(np.mean(sure_of_others >= least)), 4)} if others.texts else {}
    card = {"model": head.spoken_as, **about, **figures(taught, said, best, least), **wrongly}
    print(json.dumps(card))
    if is_measured_only:
        return
    write(head, MODELS / f"{name}.npz")
    (MODELS / f"{name}.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Teach what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("heads", nargs="+", choices=sorted(SETS))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--cv", action="store_true")
    parser.add_argument("--tier", choices=("fast", "deep"))
    asked = parser.parse_args()
    for kind in asked.heads:
        taught = SETS[kind](asked.data)
        strange = of_no_bank(asked.data) if kind == "reason" else []
        x = hashed(taught.texts)
        if asked.tier != "deep":
            teach(f"{kind}-fast", x, taught, None, Others(strange), is_measured_only=asked.cv)
        found = vectors(taught.texts, asked.vectors and asked.vectors / f"{kind}.npy") if asked.tier != "fast" else None
        if found is not None:
            there = np.flatnonzero(found.any(1))
            teach(f"{kind}-deep", x[there], taught.only(there), beside_of(found[there]), Others(strange, embed(strange)), is_measured_only=asked.cv)


if __name__ == "__main__":
    main()
