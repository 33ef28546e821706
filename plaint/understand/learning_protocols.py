"""Measuring the way of learning on a set as its authors cut it; every row is judged by a model that has not seen it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from plaint.understand import learning, learning_sets
from plaint.understand.learning import Classes, Figure
from plaint.understand.learning_heads import STRENGTH, severity_rows
from plaint.understand.severity import LEVELS


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The figures of a set, by which protocol, and how many rows."""

    set: str
    protocol: str
    rows: int
    figures: Mapping[str, Figure]


def measured(name: str, data: Path) -> Measured:
    """The figures of a set: `acl2019`, `fincorp` or `xci`.

    Raises:
        NoSet: It is not in the data folder.

    """
    return {"acl2019": _acl2019, "fincorp": _fincorp, "xci": _xci}[name](data)


def _acl2019(data: Path) -> Measured:
    found = learning_sets.read("acl2019", data)
    yes = np.array([int(label) for label in found.labels])
    got = _crossed(found.texts, yes, 10)
    figures = {"macro-F1": learning.figure(learning.macro_f1, yes, got), "accuracy": learning.figure(learning.accuracy, yes, got)}
    protocol = "10-fold cross-validation on all rows (Preotiuc-Pietro et al., ACL 2019), handles and links masked; nothing is tuned within the folds"
    return Measured(set="complaints-acl2019", protocol=protocol, rows=len(yes), figures=figures)


def _fincorp(data: Path) -> Measured:
    found = learning_sets.read("fincorp", data)
    yes = np.array([int(label) for label in found.labels])
    names = ["non-complaint", *map(str, LEVELS)]
    levels = np.array([names.index(said.lower()) for said in found.groups])
    got, level = _crossed(found.texts, yes, 3), _crossed(found.texts, levels, 3)
    figures = {
        "complaint macro-F1": learning.figure(learning.macro_f1, yes, got),
        "severity macro-F1 of 5 levels": learning.figure(learning.macro_f1, levels, level),
        "severity quadratic weighted kappa": learning.figure(learning.ordinal_agreement, levels, level),
    }
    protocol = "3-fold cross-validation; its authors measured on one random third"
    return Measured(set="complaints-fincorp", protocol=protocol, rows=len(yes), figures=figures)


def _xci(data: Path) -> Measured:
    texts, levels = severity_rows(data)
    got = _crossed(texts, levels, 10)
    figures = {
        "macro-F1 of 4 levels": learning.figure(learning.macro_f1, levels, got),
        "quadratic weighted kappa": learning.figure(learning.ordinal_agreement, levels, got),
    }
    protocol = "10-fold cross-validation on the complaints (Jin and Aletras, NAACL 2021); nothing is tuned within the folds"
    return Measured(set="severity-xci", protocol=protocol, rows=len(levels), figures=figures)


def _crossed(texts: Sequence[str], classes: Classes, count: int) -> Classes:
    rows = learning.matrix(texts, learning.valences(texts))
    got = learning.crossed(rows, classes, count, strength=STRENGTH)
    return (got[:, 0] > 0).astype(np.int64) if got.shape[1] == 1 else got.argmax(1)
