"""Published figures of firms: the three spellings of a period, blanks, groups, and a firm beside the others."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from plaint.insight.peers import Unread, compared, period_of, read_table
from plaint.reference import Figure

pytestmark = pytest.mark.pure

UPHELD = """\ufeffFirm Name,Group,Joint Reporting,Reporting period,Banking and credit cards,Home finance,
Fennel Bank plc,FENNEL GROUP,no,2024-07-01 to 2024-12-31,40.00%,,
Dill Bank plc,NO GROUP,no,2024-07-01 to 2024-12-31,20.00%,50.00%,
Sorrel  Bank plc,Fennel Group,no,01-05-2024 to 31-10-2024,60.00%,,
Chervil Bank plc,NO GROUP,no,01 November 2024 to 30 April 2025,90.00%,n/a,
Fennel Bank plc,FENNEL GROUP,no,01-01-2020 to 30-06-2020,35.5%,,
Tansy Bank plc,NO GROUP,no,all of 2024,10.00%,,
"""
COUNTS = """Firm Name,Group,Joint Reporting,Reporting frequency,Reporting period,Semester,Complaints Received,Complaints Closed,Complaints Upheld (%)
Fennel Bank plc,NO GROUP,,Half Yearly,2024-04-01 to 2024-09-30,2024 H2,"1,734",704,41.19%
"""


def figures(text: str, measure: str = "upheld") -> list[Figure]:
    return [one for one in read_table(text, measure) if isinstance(one, Figure)]


def test_a_blank_cell_is_no_figure_and_a_wrong_one_is_told() -> None:
    read = list(read_table(UPHELD, "upheld"))
    assert [(one.firm, one.product, one.value) for one in read if isinstance(one, Figure)] == [
        ("Fennel Bank plc", "Banking and credit cards", 40.0), ("Dill Bank plc", "Banking and credit cards", 20.0),
        ("Dill Bank plc", "Home finance", 50.0), ("Sorrel Bank plc", "Banking and credit cards", 60.0),
        ("Chervil Bank plc", "Banking and credit cards", 90.0), ("Fennel Bank plc", "Banking and credit cards", 35.5),
    ]  # fmt: skip
    assert [(one.row, one.column) for one in read if isinstance(one, Unread)] == [(5, "Home finance"), (7, "Reporting period")]


def test_columns_that_say_what_they_count_need_no_measure() -> None:
    assert [(one.measure, one.product, one.value, one.unit) for one in figures(COUNTS, "share")] == [
        ("received", None, 1734.0, "count"), ("closed", None, 704.0, "count"), ("upheld", None, 41.19, "percent")
    ]  # fmt: skip


@pytest.mark.parametrize("said", ["2024-07-01 to 2024-12-31", "01-07-2024 to 31-12-2024", "01 July 2024 to 31 December 2024"])
def test_a_period_is_read_in_every_spelling(said: str) -> None:
    period = period_of(said)
    assert period is not None
    assert [day.isoformat() for day in period] == ["2024-07-01", "2024-12-31"]


@pytest.mark.parametrize("said", ["", "2024 H2", "2024-12-31 to 2024-07-01", "2024-07-01", "2024-02-30 to 2024-12-31"])
def test_what_is_no_period_is_none(said: str) -> None:
    assert period_of(said) is None


def test_a_firm_stands_beside_the_others_of_its_half_year() -> None:
    newest, oldest = compared(figures(UPHELD), ["fennel bank PLC"])
    assert (newest.figure.value, newest.peers, newest.median, newest.below) == (40.0, 2, 40.0, 1)
    assert (oldest.figure.value, oldest.peers, oldest.median, oldest.below) == (35.5, 0, None, 0)


def test_a_group_is_none_where_there_is_none() -> None:
    assert {one.firm: one.group for one in figures(UPHELD)} == {
        "Fennel Bank plc": "FENNEL GROUP", "Dill Bank plc": None, "Sorrel Bank plc": "Fennel Group", "Chervil Bank plc": None
    }  # fmt: skip


def test_a_firm_that_writes_itself_in_two_ways_is_not_among_the_others() -> None:
    twice = UPHELD + "FENNEL BANK PLC,NO GROUP,no,2024-07-01 to 2024-12-31,10.00%,,\n"
    assert [one.peers for one in compared(figures(twice), ["Fennel Bank plc"]) if one.figure.end == "2024-12-31"] == [2, 2]


def test_each_figure_says_its_row_and_column() -> None:
    lines = UPHELD.splitlines()
    assert all(f"{one.value:g}".split(".")[0] in lines[one.row - 1] for one in figures(UPHELD))
    assert {(one.row, one.column) for one in figures(UPHELD)} == {
        (2, "Banking and credit cards"), (3, "Banking and credit cards"), (3, "Home finance"), (4, "Banking and credit cards"),
        (5, "Banking and credit cards"), (6, "Banking and credit cards"),
    }  # fmt: skip


def test_the_published_tables_are_read_whole(shared: Path) -> None:
    for file in sorted((shared / "data" / "fca-firm-complaints").glob("*.csv")):
        read = list(read_table(file.read_text(encoding="utf-8-sig"), file.stem))
        unread = [one for one in read if isinstance(one, Unread)]
        assert len(read) > 3000
        assert not unread, unread[:5]
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines))
        for one in (one for one in read if isinstance(one, Figure)):
            cell = rows[one.row - 1][[" ".join(name.split()) for name in rows[0]].index(one.column)]
            assert float(cell.strip().rstrip("%").replace(",", "")) == one.value
            assert " ".join(rows[one.row - 1][0].split()) == one.firm
