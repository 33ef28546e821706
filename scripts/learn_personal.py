"""Teaches the tagger of personal data: `python scripts/learn_personal.py MARKED.json [PLAIN.csv.gz] [--cv FOLDS]`.

MARKED is Presidio's synthetic set (MIT): records of `full_text`, `spans` and `template_id`. PLAIN is the CFPB's complaints (public
domain): people are struck out of its narratives, so no other word there is a person, a place or a number of one; what is struck out and
firms teach nothing. `--cv` keeps whole templates apart, teaches as often and prints the figures by fold, with a 95 % interval over
templates; nothing is written. `--names-apart` also takes every name of a fold's test texts out of the lists of names, and what has one of
them out of what teaches. Needs scipy besides what Plaint needs.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

from plaint.understand import personal, personal_tagger
from plaint.understand.personal_tagger import BUCKETS, LABELS, OFFSETS, SHAPES, Tagger, Weights, features, shape_of, tokens
from plaint.understand.understanding import Span

KINDS = {
    "PERSON": "person", "STREET_ADDRESS": "address", "GPE": "place", "ORGANIZATION": "organisation", "DATE_TIME": "date", "TITLE": "title",
    "AGE": "age", "NRP": "group",
}  # fmt: skip
"""The set's kinds as labels of the tagger; all others are numbers."""

WORDS, PAIRS, THREES = len(OFFSETS) * BUCKETS, SHAPES**2, SHAPES**3
WIDE = WORDS + PAIRS + THREES
PLAIN_WEIGHT, PLAIN_ROWS, HARD = 0.3, 300, 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """A text: which labels each of its words may have, how much it counts, and its template."""

    text: str
    allowed: NDArray[np.bool_]
    weight: float
    template: int


def marked(path: Path) -> list[tuple[Row, dict[str, Any]]]:
    """The records of the marked set."""
    made = []
    for record in json.loads(path.read_text(encoding="utf-8")):
        said = tokens([record["full_text"]])
        allowed = np.zeros((said.count(0), len(LABELS)), bool)
        for row, (start, end) in enumerate(said.spans(0)):
            kind = next((s["entity_type"] for s in record["spans"] if s["start_position"] < end and start < s["end_position"]), None)
            allowed[row, LABELS.index(KINDS.get(kind, "number") if kind else "")] = True
        made.append((Row(record["full_text"], allowed, 1.0, record["template_id"]), record))
    return made


def plain(path: Path) -> list[Row]:
    """The narratives of the CFPB's complaints, beginnings only."""
    made = []
    none_or_firm = np.array([label in {"", "organisation", "date", "title"} for label in LABELS])
    none = np.array([not label for label in LABELS])
    with gzip.open(path, "rt", encoding="utf-8") as file:
        texts = [row["Consumer complaint narrative"][:700] for row in csv.DictReader(file) if row["Consumer complaint narrative"]]
    for text in texts[:PLAIN_ROWS]:
        words = [text[start:end] for start, end in tokens([text]).spans(0)]
        allowed = np.array([np.ones(len(LABELS), bool) if "XX" in word else none if word.islower() else none_or_firm for word in words])
        made.append(Row(text, allowed, PLAIN_WEIGHT, -1))
    return made


def matrix(rows: Sequence[Row]) -> tuple[sparse.csr_matrix, NDArray[np.bool_], NDArray[np.float64]]:
    """The features of every word (padding too), the labels it may have, and how much it counts."""
    said = tokens([row.text for row in rows])
    shapes = [shape_of(word) if word else 0 for word in said.words]
    known = {word: features(word) if word else [] for word in set(said.words)}
    count = len(said.words)
    allowed, weight = np.ones((count, len(LABELS)), bool), np.zeros(count)
    for row, at in zip(rows, said.at, strict=True):
        allowed[at : at + len(row.allowed)] = row.allowed
        weight[at : at + len(row.allowed)] = row.weight
    columns, ends = [], [0]
    for at in range(count):
        if weight[at]:
            for place, offset in enumerate(OFFSETS):
                columns += [place * BUCKETS + bucket for bucket in known[said.words[at + offset]]]
            columns.append(WORDS + shapes[at] * SHAPES + shapes[at + 1])
            columns.append(WORDS + PAIRS + (shapes[at - 1] * SHAPES + shapes[at]) * SHAPES + shapes[at + 1])
        ends.append(len(columns))
    x = sparse.csr_matrix((np.ones(len(columns)), columns, ends), (count, WIDE))
    return x, allowed, weight


def fit(x: sparse.csr_matrix, allowed: NDArray[np.bool_], weight: NDArray[np.float64], base: NDArray[np.float64], l2: float, steps: int):
    """Weights and bias that make the allowed labels likely, on top of `base`."""
    keep = weight > 0
    allowed, weight, base = allowed[keep], weight[keep].astype(np.float32), base[keep].astype(np.float32)
    full, used = x.shape[1], np.unique(x[keep].indices)
    x = x[keep][:, used].astype(np.float32)
    back = x.T.tocsr()
    wide = len(used)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        w = flat.reshape(wide + 1, len(LABELS)).astype(np.float32)
        sums = x @ w[:-1] + w[-1] + base
        p = np.exp(sums - sums.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        ok = np.where(allowed, p, 0)
        mass = ok.sum(1, keepdims=True) + 1e-12
        pull = (p - ok / mass) * weight[:, None]
        grad = np.vstack([back @ pull + l2 * w[:-1], pull.sum(0)]).astype(np.float64)
        return float(-(np.log(mass[:, 0]) * weight).sum() + l2 / 2 * (w[:-1] ** 2).sum()), grad.ravel()

    found = minimize(loss, np.zeros((wide + 1) * len(LABELS)), jac=True, method="L-BFGS-B", options={"maxiter": steps})
    w = np.zeros((full, len(LABELS)))
    w[used] = found.x.reshape(wide + 1, len(LABELS))[:-1]
    return w, found.x[-len(LABELS) :]


def said_matrix(first: NDArray[np.int64]) -> sparse.csr_matrix:
    """What the first pass said of each word and its neighbours, as features."""
    x = np.zeros((len(first), len(OFFSETS) * len(LABELS)))
    for place, offset in enumerate(OFFSETS):
        x[np.arange(len(first)), place * len(LABELS) + np.roll(first, -offset)] = 1
    return sparse.csr_matrix(x)


def teach(rows: Sequence[Row], l2: float = HARD) -> Weights:
    """The weights that these rows teach; the second pass learns from what the first says of templates it has not seen."""
    x, allowed, weight = matrix(rows)
    zero = np.zeros((x.shape[0], len(LABELS)))
    said = tokens([row.text for row in rows])
    group = np.zeros(x.shape[0], int)
    for number, (row, at) in enumerate(zip(rows, said.at, strict=True)):
        group[at : at + len(row.allowed) + 2] = (row.template if row.template >= 0 else number) % 2
    base = zero.copy()
    for fold in range(2):
        w, bias = fit(x, allowed, weight * (group != fold), zero, l2, 40)
        base[group == fold] = (x[group == fold] @ w) + bias
    second, more = fit(said_matrix(base.argmax(1)), allowed, weight, base, 2.0, 100)
    w, bias = fit(x, allowed, weight, zero, l2, 60)
    return Weights(
        words=w[:WORDS].reshape(len(OFFSETS), BUCKETS, len(LABELS)).astype(np.float32),
        pairs=w[WORDS : WORDS + PAIRS].reshape(SHAPES, SHAPES, len(LABELS)).astype(np.float32),
        threes=w[WORDS + PAIRS :].reshape(SHAPES**2, SHAPES, len(LABELS)).astype(np.float32),
        said=(second.reshape(len(OFFSETS), len(LABELS), len(LABELS)) + more / len(OFFSETS)).astype(np.float32),
        bias=bias.astype(np.float32),
    )  # fmt: skip


@dataclass(slots=True)
class Counts:
    """Words that were rightly, wrongly and not found."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def f2(self) -> float:
        """F with beta 2."""
        return 5 * self.tp / max(1, 5 * self.tp + 4 * self.fn + self.fp)


def count(records: Sequence[dict[str, Any]], found: Sequence[Sequence[Span]], by_template: dict[int, Counts], by_kind: dict[str, list[int]]) -> None:
    """Add up words (as they are cut at spaces), personal or not; and how many of each kind were found."""
    for record, spans in zip(records, found, strict=True):
        text, at = record["full_text"], 0
        counts = by_template.setdefault(record["template_id"], Counts())
        for token in text.split():
            start = text.index(token, at)
            at = end = start + len(token)
            want = next((s["entity_type"] for s in record["spans"] if s["start_position"] < end and start < s["end_position"]), None)
            got = next((s.kind for s in spans if s.start < end and start < s.end), None)
            counts.tp += bool(want and got)
            counts.fp += bool(got and not want)
            counts.fn += bool(want and not got)
            if want:
                kept = by_kind.setdefault(want, [0, 0])
                kept[0] += got is not None
                kept[1] += 1
            if got:
                kept = by_kind.setdefault(f"found as {got}", [0, 0])
                kept[0] += want is not None
                kept[1] += 1


def total(some: Sequence[Counts]) -> Counts:
    """The sum."""
    return Counts(sum(c.tp for c in some), sum(c.fp for c in some), sum(c.fn for c in some))


def names_of(records: Sequence[dict[str, Any]]) -> frozenset[str]:
    """The words of all names of persons, in small letters."""
    persons = [span["entity_value"] for record in records for span in record["spans"] if span["entity_type"] == "PERSON"]
    said = tokens(persons)
    return frozenset(word.lower() for word in said.words if word and word[0].isalpha())


def unlisted(names: frozenset[str]) -> dict[str, int]:
    """Take names out of the lists of given names and surnames; gives what the lists said of them."""
    lists = personal_tagger._lists()
    taken = {name: lists[name] for name in names if lists.get(name, 0) & 3}
    lists.update({name: bits & ~3 for name, bits in taken.items()})
    return taken


def cross(pairs: Sequence[tuple[Row, dict[str, Any]]], more: Sequence[Row], folds: int, *, names_apart: bool) -> None:
    """Print the figures on templates that the tagger has not seen, and on names that neither it nor the lists have where these are kept apart."""
    groups = sorted({row.template for row, _ in pairs})
    np.random.default_rng(7).shuffle(groups)
    kept: dict[float, tuple[dict[int, Counts], dict[str, list[int]]]] = {line: ({}, {}) for line in (0.15, 0.2, 0.3, 0.4)}
    for fold in range(folds):
        out = set(groups[fold::folds])
        test = [record for row, record in pairs if row.template in out]
        names = names_of(test) if names_apart else frozenset()
        taken = unlisted(names)
        kept_rows = [row for row, record in pairs if row.template not in out and not names & names_of([record])]
        tagger = Tagger(teach(kept_rows + list(more)))
        for line, (templates, kinds) in kept.items():
            count(test, personal.find([r["full_text"] for r in test], tagger=tagger, line=line), templates, kinds)
        personal_tagger._lists().update(taken)
        figures = {line: round(total([templates[t] for t in out]).f2(), 3) for line, (templates, _) in kept.items()}
        print(fold, figures, f"taught by {len(kept_rows)} texts, {len(taken)} names taken out of the lists", flush=True)
    for line, (templates, kinds) in kept.items():
        whole, every = total(list(templates.values())), list(templates.values())
        rng = np.random.default_rng(1)
        drawn = sorted(total([every[i] for i in rng.integers(0, len(every), len(every))]).f2() for _ in range(1000))
        p, r = whole.tp / (whole.tp + whole.fp), whole.tp / (whole.tp + whole.fn)
        print(f"line {line}: F2 {whole.f2():.3f} [{drawn[25]:.3f}, {drawn[975]:.3f}] P {p:.3f} R {r:.3f}")
        if line in {personal.LINE}:
            for kind, (right, all_) in sorted(kinds.items()):
                print(f"   {kind:32} {right / all_:.3f} of {all_}")


def save(weights: Weights, path: Path) -> None:
    """Write the weights in steps of a 127th of the largest of each part."""
    parts = {}
    for name in ("words", "pairs", "threes", "said", "bias"):
        part = getattr(weights, name)
        step = float(np.abs(part).max()) / 127
        parts[name], parts[f"{name}_step"] = np.round(part / step).astype(np.int8), np.float32(step)
    np.savez_compressed(path, **parts)


def main() -> None:
    """Teach, or cross-validate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("marked", type=Path)
    parser.add_argument("plain", type=Path, nargs="?")
    parser.add_argument("--cv", type=int)
    parser.add_argument("--names-apart", action="store_true")
    parser.add_argument("--to", type=Path, default=Path("plaint/understand/data/personal_model.npz"))
    said = parser.parse_args()
    pairs, more = marked(said.marked), plain(said.plain) if said.plain else []
    if said.cv:
        cross(pairs, more, said.cv, names_apart=said.names_apart)
    else:
        save(teach([row for row, _ in pairs] + more), said.to)


if __name__ == "__main__":
    main()
