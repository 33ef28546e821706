"""A return as files: CSV, JSON and XLSX. The same return gives the same bytes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, time
from io import BytesIO, StringIO

import msgspec

from plaint.reports.export import guard
from plaint.reports.returns import Filled, Return

Line = list[str | int | float | None]


def as_json(made: Return) -> bytes:
    """Everything, with the case ids behind each cell."""
    return msgspec.json.format(msgspec.json.encode(made, order="deterministic"), indent=2) + b"\n"


def as_csv(made: Return) -> bytes:
    """The tables one after the other, shaped like the form: UTF-8, CR LF, text guarded against formulas."""
    out = StringIO(newline="")
    sheet = csv.writer(out)
    for _, lines in sheets(made):
        for line in lines:
            sheet.writerow(guard(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in line)
        sheet.writerow([])
    return out.getvalue().encode()


def drill_down(made: Return) -> bytes:
    """One line for each cell and complaint behind it, as CSV."""
    out = StringIO(newline="")
    sheet = csv.writer(out)
    sheet.writerow(["table", "row", "column", "case"])
    for table in made.tables:
        for cell in table.cells:
            sheet.writerows([table.id, guard(cell.row), guard(cell.column), case] for case in cell.cases)
    return out.getvalue().encode()


def as_xlsx(made: Return) -> bytes:
    """One sheet for the questions and one for each table; text is typed as text, so nothing runs."""
    from xlsxwriter import Workbook

    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    book = Workbook(out, options)
    book.set_properties({"title": f"{made.title} {made.period}", "created": datetime.combine(datetime.fromisoformat(made.last), time())})
    for name, lines in sheets(made):
        sheet = book.add_worksheet(name)
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 1, 56)
        for number, line in enumerate(lines):
            for place, cell in enumerate(line):
                if isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                elif cell is not None:
                    sheet.write_number(number, place, cell)
    book.close()
    return out.getvalue()


def sheets(made: Return) -> Iterator[tuple[str, list[Line]]]:
    """The return as named sheets of lines."""
    head: list[Line] = [
        [made.title], [f"{made.firm}, {made.period}: {made.first} to {made.last}"],
        [f"{made.rule}; form {made.form} {made.form_version}, rows {made.taxonomy}"],
        [f"Not in this file: {'; '.join(made.missing)}"], ["item", "question", "answer"],
    ]  # fmt: skip
    yield "Questions", head + [list(item) for item in made.items]
    for table in made.tables:
        yield f"Table {table.id}", _lines(table)
    for name, title, rows in made.context:
        lines: list[Line] = [[title], ["", "group of products", "unit", "provision, at the end of the period", "intermediation, within the period"]]
        yield f"Table {name}", lines + [["", *row] for row in rows]


def _lines(table: Filled) -> list[Line]:
    values = {(cell.row, cell.column): cell.value for cell in table.cells}
    keys = [key for key, _ in table.columns]
    lines: list[Line] = [[f"{table.title} ({table.certainty})"], ["row", "", *(label for _, label in table.columns)]]
    return lines + [[code if code != label else "", label, *(values[code, key] for key in keys)] for code, label in table.rows]
