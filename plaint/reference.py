"""Figures that a regulator publishes about firms, as they are kept: of which table, in which version of it, from which cell.

They are no posts: nothing here is counted or searched with posts. Reading a table is `plaint.insight.peers`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One published figure. `measure` is what is counted, `unit` is `percent` (0 to 100) or `count`; days are bare dates, both included.

    `row` is the line of the file (the heading is 1) and `column` its heading. A figure that was counted from several rows
    says how many (`rows`) and the first of them.
    """

    firm: str
    group: str | None
    start: str
    end: str
    product: str | None
    measure: str
    value: float
    unit: str
    row: int
    column: str
    rows: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One file of figures that was taken in: `digest` is the SHA-256 of its bytes, 64 hex digits, and so its version.

    `publisher` is whose figures they are, `url` where the file was got (None: not said), `figures` and `unread` how many cells
    were figures and how many were neither figures nor blank, `start` and `end` the days that its periods span.
    """

    digest: str
    name: str
    publisher: str
    url: str | None
    measure: str
    figures: int
    unread: int
    start: str
    end: str
    at: str
    by: str


PART = 500
"""Figures that a store keeps in one record."""


def parts(table: Table) -> range:
    """The numbers of the records that hold a table's figures."""
    return range(-(-table.figures // PART))
