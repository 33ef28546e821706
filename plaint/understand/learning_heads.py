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
_EVERY = {"umsab": 2}
"""Of a set that would outgrow the others only every so many rows are read. Its three labels follow one another in turn, so it is not 3."""
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
class _Rows:
    """Rows of several sets, one after another: features, yes or no, which set each is of, and what each weighs."""

    matrix: Matrix
    yes: Classes
    kind: Classes
    weight: Numbers


def complaint(data: Path) -> Taught:
    """Complaint or not, from tweets about banks, reviews, complaints to a regulator, and tweets in 8 languages (negative ones for complaints).

    The log odds are made so that they hold on average for texts of a known and of an unknown kind: half of what they are fitted on was
    said by models that had never seen a text of that set.
    """
    rows = _complaint_rows(data)
    known = _crossed_by_kind(rows)
    unknown, measured = _unknown_kinds(rows, (0, 1))
    sums, yes = np.concatenate([known, unknown[measured]]), np.concatenate([rows.yes, rows.yes[measured]])
    labelled = np.concatenate([rows.kind < 2, np.ones(len(measured), bool)])
    factor = learning.sharpened(sums[labelled], yes[labelled])
    model = learning.fitted(rows.matrix, rows.yes, strength=STRENGTH, weight=rows.weight.copy())
    figures = {}
    for kind, name in enumerate(("fincorp", "cesamard")):
        mine = rows.kind == kind
        for said, got in (("3 folds", known[mine]), ("nothing of its kind learned", unknown[mine])):
            figures[f"{name}, {said}: macro-F1"] = learning.figure(learning.macro_f1, rows.yes[mine], (got > 0).astype(np.int64))
    head = _head("complaint-fast", ("no", "yes"), model, factor)
    return Taught(head=head, sets=learning_sets.TAUGHT, figures=figures, said="0 is no complaint, 1 is one")


def severity(data: Path) -> Taught:
    """How severe, from complaints on Twitter in four levels."""
    texts, levels = severity_rows(data)
    rows = learning.matrix(texts, learning.valences(texts))
    got = learning.crossed(rows, levels, 10, strength=STRENGTH).argmax(1)
    figures = {
        "xci, 10 folds: macro-F1 of 4 levels": learning.figure(learning.macro_f1, levels, got),
        "xci, 10 folds: quadratic weighted kappa": learning.figure(learning.ordinal_agreement, levels, got),
    }
    head = _head("severity-fast", tuple(map(str, LEVELS)), learning.fitted(rows, levels, strength=STRENGTH), 1.0)
    return Taught(head=head, sets=("xci",), figures=figures, said="complaints only; the mildest level first")


def severity_rows(data: Path) -> tuple[list[str], Classes]:
    """The complaints on Twitter and the level of each, by its place in `LEVELS`."""
    names, found = list(map(str, LEVELS)), learning_sets.read("xci", data)
    rows = [(text, names.index(label.lower())) for text, label in zip(found.texts, found.labels, strict=True) if label.lower() in names]
    return [text for text, _ in rows], np.array([level for _, level in rows])


def _head(name: str, labels: tuple[str, ...], model: Learned, factor: float) -> Head:
    whole, scale = in_eight_bits(model.weights[: 1 << BITS], least=LEAST)
    extra = model.weights[1 << BITS :].astype(np.float32)
    return Head(
        name=name, version="1", labels=labels, weights=whole, scale=scale, bias=model.start * np.float32(factor), sharpness=factor, extra=extra
    )  # fmt: skip


def _complaint_rows(data: Path) -> _Rows:
    parts = [learning_sets.read(name, data, every=_EVERY.get(name, 1)) for name in learning_sets.TAUGHT]
    texts = [text for part in parts for text in part.texts]
    yes = [
        int(label == "0") if name == "umsab" else int(label) for name, part in zip(learning_sets.TAUGHT, parts, strict=True) for label in part.labels
    ]
    kind = np.repeat(np.arange(len(parts)), [len(part.texts) for part in parts])
    weight = (_EACH / np.bincount(kind)[kind]).astype(np.float32)
    return _Rows(matrix=learning.matrix(texts, learning.valences(texts)), yes=np.array(yes), kind=kind, weight=weight)


def _crossed_by_kind(rows: _Rows) -> Numbers:
    """What each row got from a model that saw two thirds of each set, and not that row."""
    got = np.zeros(len(rows.yes), np.float32)
    for learn, measure in learning.folds(rows.kind * 2 + rows.yes, 3):
        model = learning.fitted(rows.matrix[learn], rows.yes[learn], strength=STRENGTH, weight=rows.weight[learn])
        got[measure] = learning.decided(model, rows.matrix[measure])[:, 0]
    return got


def _unknown_kinds(rows: _Rows, kinds: Sequence[int]) -> tuple[Numbers, Classes]:
    """What each row of these sets got from a model that saw nothing of its set; and which rows those are."""
    got = np.zeros(len(rows.yes), np.float32)
    for kind in kinds:
        learn, measure = rows.kind != kind, rows.kind == kind
        model = learning.fitted(rows.matrix[learn], rows.yes[learn], strength=STRENGTH, weight=rows.weight[learn])
        got[measure] = learning.decided(model, rows.matrix[measure])[:, 0]
    return got, np.flatnonzero(np.isin(rows.kind, kinds))
