"""Returns as data: which tables a regulator's form has, their columns and rows, and when the form is in force.

A form is a file in `forms/`; its rows come from a taxonomy. A column names one of the figures of `counting.FIGURES`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from plaint.cases.taxonomies import Taxonomy, Term, taxonomies

FORMS = Path(__file__).parent / "forms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its label, the figure it shows, and how well the column is known. `says` defines it for a reader."""

    key: str
    label: str
    says: str
    certainty: str
    unit: Literal["complaints", "GBP"] = "complaints"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of a form. `rows` are products, groups of products, or causes; `across` is what its columns are made of.

    With `least` or `below` it belongs to the form only from, or under, that many complaints opened.
    """

    id: str
    title: str
    certainty: str
    rows: Literal["products", "groups", "causes"]
    across: Literal["figures", "groups"] = "figures"
    least: int | None = None
    below: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A table whose figures the firm gives, such as how many accounts it has; one row for each group of products."""

    id: str
    title: str
    certainty: str
    units: Mapping[str, str]
    least: int | None = None
    below: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A single question of the form: its number there, what it asks, and where the answer comes from."""

    item: str
    label: str
    certainty: str
    given: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One version of one return. The days are the first and last day of a period for which it is used, ISO 8601."""

    id: str
    title: str
    version: str
    regime: str
    taxonomy: str
    rule: str
    publish_from: int
    columns: tuple[Column, ...]
    tables: tuple[Table, ...]
    context: tuple[Context, ...]
    items: tuple[Item, ...]
    effective_from: str | None = None
    effective_to: str | None = None
    afterwards: str | None = None
    missing: tuple[str, ...] = ()

    @property
    def terms(self) -> Taxonomy:
        """The taxonomy of its rows."""
        return taxonomies()[self.taxonomy]

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of products in their order, without those whose rows are not loaded."""
        return tuple(dict.fromkeys(term.group for term in self.terms.products.values() if not term.is_missing))

    def rows(self, table: Table) -> dict[str, Term]:
        """The rows of a table by code, those that are missing left out; a group's code is its name."""
        if table.rows == "groups":
            return {group: Term(code=group, group=group, label=group, certainty="verified", source="") for group in self.groups}
        terms = self.terms.products if table.rows == "products" else self.terms.causes
        return {code: term for code, term in terms.items() if not term.is_missing}


@cache
def forms() -> Mapping[str, Form]:
    """All forms by id; a mistake in the data raises msgspec.ValidationError that names the place."""
    found = (msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Form) for file in sorted(FORMS.glob("*.toml")))
    return {form.id: form for form in found}
