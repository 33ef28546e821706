"""What complaints are about in the regulators' own terms: products and causes, read from `data/`.

A row whose certainty is `missing` stands for rows that are not loaded: a case may carry it, a return refuses it.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec
from rapidfuzz.process import extractOne

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One row: its code, the group it stands in, its label, and how well it is known."""

    code: str
    group: str
    label: str
    certainty: str
    source: str

    @property
    def is_missing(self) -> bool:
        """Whether it stands for rows that are not loaded."""
        return self.certainty == "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """One regulator's products and causes by code. The days are the first and last on which it is used, ISO 8601."""

    title: str
    version: str
    effective_from: str | None = None
    effective_to: str | None = None
    id: str = ""
    products: Mapping[str, Term] = field(default_factory=dict)
    causes: Mapping[str, Term] = field(default_factory=dict)


@cache
def taxonomies() -> Mapping[str, Taxonomy]:
    """All taxonomies by id."""
    with (DATA / "taxonomies.toml").open("rb") as file:
        facts = tomllib.load(file)
    return {key: _whole(key, msgspec.convert(said, Taxonomy)) for key, said in facts.items()}


def _whole(id: str, said: Taxonomy) -> Taxonomy:
    return Taxonomy(
        id=id, title=said.title, version=said.version, effective_from=said.effective_from, effective_to=said.effective_to,
        products=_terms(id, "products"), causes=_terms(id, "causes"),
    )  # fmt: skip


def _terms(id: str, kind: str) -> dict[str, Term]:
    with (DATA / f"{id}.{kind}.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: Term(**row) for row in csv.DictReader(file)}


def named(terms: Mapping[str, Term], said: str) -> Term | None:
    """The row with this code or, whatever its case, this label."""
    return terms.get(said) or next((term for term in terms.values() if term.label.casefold() == said.strip().casefold()), None)


def near(terms: Mapping[str, Term], said: str) -> str:
    """A hint at the row that was probably meant, for a refusal; empty where none is near."""
    found = extractOne(said, {term.code: term.label for term in terms.values()}, score_cutoff=60) or extractOne(
        said, {code: code for code in terms}, score_cutoff=80
    )
    return f"; did you mean {found[2]} ({terms[found[2]].label})?" if found else ""
