"""What a regulator publishes about single firms, for comparison: shares by product and counts, a row for each firm and half-year.

The tables are those of the UK's FCA. What is kept of them is `plaint.reference`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from plaint.reference import Figure

ABOUT_THE_ROW = frozenset({"firm name", "group", "joint reporting", "reporting period", "reporting frequency", "semester"})
"""Columns that say whose figures a row holds and when; every other column that has a name is a figure."""

COUNTED = {"complaints received": "received", "complaints closed": "closed", "complaints upheld (%)": "upheld"}
"""Columns that name what they count; any other is a product, and what it counts is told from outside."""

FORMS = ("%Y-%m-%d", "%d-%m-%Y", "%d %B %Y")
"""How the tables have written the ends of a period since 2018."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A cell that is no figure, or a row without a period: where it stands and what was seen. A blank cell is none: it was not reported."""

    row: int
    column: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A firm's figure beside those of the others for the same half-year: how many they are, their median, how many lie below it."""

    figure: Figure
    peers: int
    median: float | None
    below: int


def read_table(text: str, measure: str) -> Iterator[Figure | Unread]:
    """The figures of one table in CSV; `measure` is what its product columns show (`upheld`). Raises ValueError for another table."""
    rows = csv.reader(text.removeprefix("\ufeff").splitlines())
    names = [" ".join(name.split()) for name in next(rows, [])]
    if not {"firm name", "reporting period"} <= {name.lower() for name in names}:
        raise ValueError("no table of firms: it has no columns 'Firm Name' and 'Reporting period'")
    for number, row in enumerate(rows, 2):
        cells = dict(zip(names, (cell.strip() for cell in row), strict=False))
        about = {name.lower(): value for name, value in cells.items() if name.lower() in ABOUT_THE_ROW}
        period = period_of(about.get("reporting period", ""))
        if period is None or not about.get("firm name"):
            yield Unread(row=number, column="Reporting period" if period is None else "Firm Name", seen=str(row)[:200])
            continue
        for name, cell in cells.items():
            if name and cell and name.lower() not in ABOUT_THE_ROW:
                yield _figure(number, name, cell, about, period, measure)


def _figure(number: int, name: str, cell: str, about: dict[str, str], period: tuple[date, date], measure: str) -> Figure | Unread:
    found = re.fullmatch(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(%?)", cell)
    if found is None:
        return Unread(row=number, column=name, seen=cell)
    counted, group = COUNTED.get(name.lower()), " ".join(about.get("group", "").split())
    return Figure(
        firm=" ".join(about["firm name"].split()), group=None if group.upper() in {"", "NO GROUP"} else group,
        start=period[0].isoformat(), end=period[1].isoformat(), product=None if counted else name, measure=counted or measure,
        value=float(found[1].replace(",", "") + (found[2] or "")), unit="percent" if found[3] else "count", row=number, column=name,
    )  # fmt: skip


def period_of(said: str) -> tuple[date, date] | None:
    """The first and last day of `2024-07-01 to 2024-12-31`, `01-01-2020 to 30-06-2020` or `01 July 2019 to 31 December 2019`."""
    first, to, last = said.partition(" to ")
    days = [day for part in (first, last) if (day := _day(part.strip())) is not None]
    return (days[0], days[1]) if to and len(days) == 2 and days[0] <= days[1] else None


def _day(said: str) -> date | None:
    for form in FORMS:
        try:
            return datetime.strptime(said, form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    return None


def compared(figures: Iterable[Figure], names: Collection[str]) -> list[Comparison]:
    """The figures of one firm, newest first, each beside all others of the same measure, product and half-year.

    `names` are all that tables call the firm, in whatever case. Firms choose when their half-years begin; a figure belongs to the
    calendar half-year in which the middle of its period lies.
    """
    own = frozenset(name.casefold() for name in names)
    others: dict[tuple[object, ...], list[float]] = {}
    of_firm = []
    for figure in figures:
        if figure.firm.casefold() in own:
            of_firm.append(figure)
        else:
            others.setdefault(_kind(figure), []).append(figure.value)
    found = []
    for figure in sorted(of_firm, key=lambda one: (one.end, one.product or "", one.measure), reverse=True):
        values = others.get(_kind(figure), [])
        below = sum(value < figure.value for value in values)
        found.append(Comparison(figure=figure, peers=len(values), median=median(values) if values else None, below=below))
    return found


def _kind(figure: Figure) -> tuple[object, ...]:
    """What figures must have in common to be compared."""
    return figure.measure, figure.product, figure.unit, _half(figure)


def _half(figure: Figure) -> tuple[int, int]:
    start, end = date.fromisoformat(figure.start), date.fromisoformat(figure.end)
    middle = start + timedelta(days=(end - start).days // 2)
    return middle.year, 1 if middle.month <= 6 else 2
