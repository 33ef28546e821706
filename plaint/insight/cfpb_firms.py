"""Figures of single firms counted from a download of the CFPB's complaint database: complaints, answered in time, closed with relief.

The database has no table of firms; these are its rows counted for each company and calendar half-year. Rows are read by the names of
their columns, because the set has changed (two went in June 2026).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from plaint.insight.peers import Unread
from plaint.reference import Figure

NEEDED = ("Date received", "Company", "Company response to consumer", "Timely response?")

FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%m/%d/%y")
"""How downloads have written a day over the years, the database's own first."""

RELIEF = frozenset({"Closed with monetary relief", "Closed with non-monetary relief", "Closed with relief"})

OPEN = frozenset({"", "In progress"})
"""What is no end of a complaint: it counts as received, and in no share of the closed ones."""

SHOWS = {"complaints": "Date received", "timely": "Timely response?", "relief": "Company response to consumer"}
"""The column that each figure is counted from."""

SHOWN = 200
"""Characters of a row that is not understood."""

LEAST = 20
"""Closed complaints below which a share says nothing."""


def is_download(header: str) -> bool:
    """Whether the first line of a file is that of such a download."""
    return set(NEEDED) <= set(next(csv.reader([header.removeprefix("\ufeff")]), []))


def count_complaints(lines: Iterable[str]) -> Iterator[Figure | Unread]:
    """The figures of every company in a download, by half-year; rows without a day or a company are told and not counted.

    `complaints` is a count; `timely` and `relief` are per cent of those closed, left out below `LEAST` of them. Raises ValueError for another table.
    """
    rows = csv.DictReader(lines)
    names = [(name or "").removeprefix("\ufeff") for name in rows.fieldnames or ()]
    if not set(NEEDED) <= set(names):
        raise ValueError(f"no download of complaints: it has no columns {', '.join(repr(name) for name in NEEDED if name not in names)}")
    rows.fieldnames = names
    counts: Counter[tuple[str, int, int, str]] = Counter()
    first: dict[tuple[str, int, int], int] = {}
    for row in rows:
        day, firm = _day(row["Date received"] or ""), " ".join((row["Company"] or "").split())
        if day is None or not firm:
            yield Unread(row=rows.line_num, column="Date received" if day is None else "Company", seen=str(list(row.values()))[:SHOWN])
            continue
        period = (firm, day.year, 1 if day.month <= 6 else 2)
        counts[(*period, "complaints")] += 1
        first.setdefault(period, rows.line_num)
        if (response := (row["Company response to consumer"] or "").strip()) not in OPEN:
            counts[(*period, "closed")] += 1
            counts[(*period, "relief")] += response in RELIEF
            counts[(*period, "timely")] += row["Timely response?"] == "Yes"
    yield from _figures(counts, first)


def _figures(counts: Counter[tuple[str, int, int, str]], first: dict[tuple[str, int, int], int]) -> Iterator[Figure]:
    for firm, year, half in sorted({key[:3] for key in counts}):
        closed = counts[firm, year, half, "closed"]
        start, end = (f"{year}-01-01", f"{year}-06-30") if half == 1 else (f"{year}-07-01", f"{year}-12-31")
        for measure, column in SHOWS.items():
            counted = counts[firm, year, half, measure]
            if measure == "complaints":
                value, unit, rows = float(counted), "count", counted
            elif closed >= LEAST:
                value, unit, rows = round(100 * counted / closed, 2), "percent", closed
            else:
                continue
            yield Figure(firm=firm, group=None, start=start, end=end, product=None, measure=measure, value=value, unit=unit,
                         row=first[firm, year, half], column=column, rows=rows)  # fmt: skip


def _day(said: str) -> date | None:
    for form in FORMS:
        try:
            return datetime.strptime(said.strip(), form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    return None
