"""The heads of the fast tier that are taught here: complaint or not, and how severe. Each comes with the card that says how it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from plaint.understand import learning, learning_sets
from plaint.understand.features import BITS, Numbers
from plaint.understand.learning import Classes, Figure, Learned, Matrix
from plaint.understand.linear import Head, in_eight_bits
from plaint.understand.severity import LEVELS

STRENGTH = 3.0
"""How much a head may bend to its rows (C of scikit-learn)."""
LEAST = 0.006
"""Weights nearer to 0 than this part of the largest are left out."""
EVERY = {"umsab": 2}
"""Of a set that would outgrow the others only every so many rows are read. Its three labels follow one another in turn, so it is not 3."""
JUDGED = (0, 1)
"""Those of `TAUGHT` that have a person's yes or no on every row: what is measured and calibrated on."""
_EACH = 3000.0
"""Every set weighs as much as so many rows, however long it is: one that weighs more is learned better and the others' kinds worse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A head, what it was taught on, and its figures on texts that the model measured had not seen."""

    head: Head
    sets: Sequence[str]
    figures: Mapping[str, Figure]
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of several sets, one after another: features, yes or no, which set each is of (its place in `TAUGHT`), and what each weighs."""

    matrix: Matrix
    yes: Classes
    kind: Classes
    weight: Numbers


def complaint(data: Path) -> Taught:
    """Complaint or not, from tweets about banks, reviews, complaints to a regulator, and tweets in 8 languages (negative ones for complaints).

    The log odds are made so that they hold on average for texts of a known and of an unknown kind: half of what they are fitted on was
    said by models that had never seen a text of that set.
    """
    rows = complaint_rows(data)
    known, unknown = crossed_by_kind(rows), unknown_kinds(rows)
    model = learning.fitted(rows.matrix, rows.yes, strength=STRENGTH, weight=rows.weight.copy())
    head = head_of("complaint-fast", ("no", "yes"), model, sharpness(rows, known, unknown))
    return Taught(head=head, sets=learning_sets.TAUGHT, figures=kinds_measured(rows, known, unknown), said="0 is no complaint, 1 is one")


def sharpness(rows: Rows, known: Numbers, unknown: Numbers, kinds: Sequence[int] = JUDGED) -> float:
    """The factor that makes log odds of what models said of rows that they had not seen; each of the sets counts alike."""
    mine = np.flatnonzero(np.isin(rows.kind, kinds))
    twice = np.concatenate([mine, mine])
    return learning.sharpened(np.concatenate([known[mine], unknown[mine]]), rows.yes[twice], rows.weight[twice])


def kinds_measured(rows: Rows, known: Numbers, unknown: Numbers) -> dict[str, Figure]:
    """How well sets are told, from models that saw other rows of it (`known`) and from ones that saw none (`unknown`).

    The probabilities of a set of which nothing was learned are made with a factor that was fitted on the other ones.
    """
    figures = {}
    for kind in JUDGED:
        mine, others, yes = rows.kind == kind, [one for one in JUDGED if one != kind], rows.yes[rows.kind == kind]
        for said, got, seen in (("3 folds", known, JUDGED), ("nothing of its kind learned", unknown, others)):
            odds, name = sharpness(rows, known, unknown, seen) * got[mine], f"{learning_sets.TAUGHT[kind]}, {said}"
            figures[f"{name}: macro-F1"] = learning.figure(learning.macro_f1, yes, (odds > 0).astype(np.int64))
            figures[f"{name}: calibration error"] = learning.figure(learning.calibration_error, yes, 1 / (1 + np.exp(-odds)))
    return figures


def severity(data: Path) -> Taught:
    """How severe, from complaints on Twitter in four levels."""
    texts, levels = severity_rows(data)
    rows = learning.matrix(texts, learning.valences(texts))
    figures = levels_measured(levels, learning.crossed(rows, levels, 10, strength=STRENGTH).argmax(1))
    head = head_of("severity-fast", tuple(map(str, LEVELS)), learning.fitted(rows, levels, strength=STRENGTH), 1.0)
    return Taught(head=head, sets=("xci",), figures=figures, said="complaints only; the mildest level first")


def levels_measured(levels: Classes, got: Classes) -> dict[str, Figure]:
    """How well levels are told by models that saw other rows, in ten folds."""
    return {
        "xci, 10 folds: macro-F1 of 4 levels": learning.figure(learning.macro_f1, levels, got),
        "xci, 10 folds: quadratic weighted kappa": learning.figure(learning.ordinal_agreement, levels, got),
    }


def severity_rows(data: Path) -> tuple[list[str], Classes]:
    """The complaints on Twitter and the level of each, by its place in `LEVELS`."""
    names, found = list(map(str, LEVELS)), learning_sets.read("xci", data)
    places = severity_places(data)
    return [found.texts[row] for row in places], np.array([names.index(found.labels[row].lower()) for row in places])


def severity_places(data: Path) -> list[int]:
    """Which rows of the tweets are complaints."""
    return [row for row, label in enumerate(learning_sets.read("xci", data).labels) if label.lower() in set(map(str, LEVELS))]


def head_of(name: str, labels: tuple[str, ...], model: Learned, factor: float) -> Head:
    """What was learned as it is shipped; its sums times `factor` are the log odds."""
    whole, scale = in_eight_bits(model.weights[: 1 << BITS], least=LEAST)
    extra = model.weights[1 << BITS :].astype(np.float32)
    return Head(
        name=name, version="1", labels=labels, weights=whole, scale=scale,
        bias=model.start * np.float32(factor), sharpness=factor, extra=extra,
    )  # fmt: skip


def complaint_rows(data: Path) -> Rows:
    """What complaint or not is learned from, set after set."""
    parts = [learning_sets.read(name, data, every=EVERY.get(name, 1)) for name in learning_sets.TAUGHT]
    texts = [text for part in parts for text in part.texts]
    yes = [
        int(label == "0") if name == "umsab" else int(label) for name, part in zip(learning_sets.TAUGHT, parts, strict=True) for label in part.labels
    ]
    kind = np.repeat(np.arange(len(parts)), [len(part.texts) for part in parts])
    weight = (_EACH / np.bincount(kind)[kind]).astype(np.float32)
    return Rows(matrix=learning.matrix(texts, learning.valences(texts)), yes=np.array(yes), kind=kind, weight=weight)


def crossed_by_kind(rows: Rows) -> Numbers:
    """What each row got from a model that saw two thirds of each set, and not that row."""
    got = np.zeros(len(rows.yes), np.float32)
    for learn, measure in learning.folds(rows.kind * 2 + rows.yes, 3):
        model = learning.fitted(rows.matrix[learn], rows.yes[learn], strength=STRENGTH, weight=rows.weight[learn])
        got[measure] = learning.decided(model, rows.matrix[measure])[:, 0]
    return got


def unknown_kinds(rows: Rows) -> Numbers:
    """What each row of the judged sets got from a model that saw nothing of its set; 0 for the other rows."""
    got = np.zeros(len(rows.yes), np.float32)
    for kind in JUDGED:
        learn, measure = rows.kind != kind, rows.kind == kind
        model = learning.fitted(rows.matrix[learn], rows.yes[learn], strength=STRENGTH, weight=rows.weight[learn])
        got[measure] = learning.decided(model, rows.matrix[measure])[:, 0]
    return got
