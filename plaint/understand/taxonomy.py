"""The taxonomies that say what a post is about, side by side, and the reviewed table that leads from one to another.

No code is made up: a row of the table that names a code which its taxonomy does not have is refused when the table is read, and one
that nobody reviewed maps nothing. Tables of which no text was labelled (the FCA's) are only ever reached by the table.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec

from plaint.cases import taxonomies as of_cases
from plaint.understand.understanding import Code

DATA = Path(__file__).parent / "data"
KINDS = ("product", "issue")


class UnknownCode(ValueError):
    """The table of mappings names a code that its taxonomy does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """Which taxonomy, of which version, from where; `product` and `issue` are its codes with their labels, empty where it has none."""

    id: str
    title: str
    version: str
    source: str
    product: Mapping[str, str] = field(default_factory=dict)
    issue: Mapping[str, str] = field(default_factory=dict)

    def labels(self, kind: str) -> Mapping[str, str]:
        """Label by code of a kind: `product` or `issue`."""
        return self.product if kind == "product" else self.issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A row of the table. An empty `to_code` is "looked at: there is no such row"; an empty `reviewer` is "not looked at yet"."""

    from_taxonomy: str
    from_kind: str
    from_code: str
    to_taxonomy: str
    to_kind: str
    to_code: str
    reviewer: str
    date: str
    note: str

    @property
    def leads(self) -> bool:
        """Whether it may be used: it was reviewed, and leads somewhere."""
        return bool(self.reviewer and self.date and self.to_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    title: str
    version: str
    source: str
    product: str = ""
    issue: str = ""
    of_cases: str = ""


@cache
def taxonomies() -> Mapping[str, Taxonomy]:
    """All taxonomies by id."""
    with (DATA / "taxonomies.toml").open("rb") as file:
        facts = {key: msgspec.convert(said, _Facts) for key, said in tomllib.load(file).items()}
    return {
        key: Taxonomy(
            id=key, title=said.title, version=said.version, source=said.source,
            product=_labels(key, "product", said.product, said.of_cases), issue=_labels(key, "issue", said.issue, said.of_cases),
        )
        for key, said in facts.items()
    }  # fmt: skip


def name_of(about: str) -> str:
    """The label of a code as the field `about` has it (`taxonomy/code`), with the taxonomy behind it; an unknown one as it is."""
    taxonomy, _, code = about.partition("/")
    known = taxonomies().get(taxonomy)
    label = (known.product.get(code) or known.issue.get(code)) if known else None
    return f"{label} ({taxonomy})" if label else about


@cache
def mapping() -> tuple[Mapped, ...]:
    """The table, as reviewed.

    Raises:
        UnknownCode: It names a code that its taxonomy does not have.

    """
    rows = tuple(Mapped(**row) for row in _rows(DATA / "mapping.csv"))
    for row in rows:
        for taxonomy, kind, code in ((row.from_taxonomy, row.from_kind, row.from_code), (row.to_taxonomy, row.to_kind, row.to_code)):
            if code and code not in taxonomies()[taxonomy].labels(kind):
                raise UnknownCode(f"mapping.csv: {taxonomy} has no {kind} {code!r}")
    return rows


def led_on(kind: str, codes: Mapping[str, Code | None]) -> dict[str, Code | None]:
    """Codes of a kind by taxonomy, and what the table makes of them in other taxonomies, marked `mapped`."""
    found = dict(codes)
    for taxonomy, code in codes.items():
        for to in _reached().get((taxonomy, kind), ()):
            row = _led().get((taxonomy, kind, code.code, to)) if code else None
            found.setdefault(to, Code(code=row.to_code, score=code.score, how="mapped") if row and code else None)
    return found


def official_product(name: str) -> str:
    """The CFPB's present name of a product from its present or a former one; a `KeyError` for a name it never had."""
    return _official()[name]


@cache
def _led() -> Mapping[tuple[str, str, str, str], Mapped]:
    return {
        (row.from_taxonomy, row.from_kind, row.from_code, row.to_taxonomy): row for row in mapping() if row.leads and row.from_kind == row.to_kind
    }


@cache
def _reached() -> Mapping[tuple[str, str], frozenset[str]]:
    reached: dict[tuple[str, str], frozenset[str]] = {}
    for row in mapping():
        key = (row.from_taxonomy, row.from_kind)
        reached[key] = reached.get(key, frozenset()) | {row.to_taxonomy}
    return reached


@cache
def _official() -> Mapping[str, str]:
    names = {}
    for row in _rows(DATA / "cfpb.product.csv"):
        for name in (row["code"], *filter(None, row["former"].split(" | "))):
            names[name] = row["code"]
    return names


def _labels(id: str, kind: str, kept: str, of: str) -> dict[str, str]:
    if kept == "codes":
        return {row["code"]: row["label"] for row in _rows(DATA / f"{id}.{kind}.csv")}
    if kept == "cases":
        there = of_cases.taxonomies()[of]
        terms = there.products if kind == "product" else there.causes
        return {code: term.label for code, term in terms.items() if not term.is_missing}
    return {}


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
