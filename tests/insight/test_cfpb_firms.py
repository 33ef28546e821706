"""Firms' figures from a download of complaints: half-years, what is closed, what is too few, what is no row."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from plaint.insight.cfpb_firms import LEAST, count_complaints, is_download
from plaint.insight.peers import Unread
from plaint.reference import Figure

HEADER = "Date received,Product,Company,Company response to consumer,Timely response?,Complaint ID"


def lines(*rows: str) -> list[str]:
    return [HEADER, *rows]


def many(firm: str, day: str, response: str, timely: str, number: int) -> list[str]:
    return [f'{day},Mortgage,"{firm}",{response},{timely},{n}' for n in range(number)]


def figures(rows: list[str]) -> dict[tuple[str, str, str], float]:
    return {(one.firm, one.start, one.measure): one.value for one in count_complaints(rows) if isinstance(one, Figure)}


@pytest.mark.pure
def test_complaints_are_counted_for_each_firm_and_half_year() -> None:
    rows = lines(*many("FENNEL, INC.", "2024-06-30", "Closed with monetary relief", "Yes", LEAST),
                 *many("FENNEL, INC.", "2024/7/1", "Closed with explanation", "No", LEAST),
                 *many("FENNEL, INC.", "07/02/2024", "Closed with non-monetary relief", "Yes", LEAST),
                 *many("DILL CO", "2024-07-01", "In progress", "Yes", 3))  # fmt: skip
    first, second = ("FENNEL, INC.", "2024-01-01"), ("FENNEL, INC.", "2024-07-01")
    assert figures(rows) == {
        (*first, "complaints"): LEAST, (*first, "timely"): 100, (*first, "relief"): 100,
        (*second, "complaints"): 2 * LEAST, (*second, "timely"): 50, (*second, "relief"): 50,
        ("DILL CO", "2024-07-01", "complaints"): 3,
    }  # fmt: skip


@pytest.mark.pure
def test_a_share_of_few_is_none_and_a_row_without_day_or_firm_is_told() -> None:
    rows = lines(
        *many("FENNEL", "2024-01-01", "Closed with explanation", "Yes", LEAST - 1),
        "soon,Mortgage,FENNEL,Closed,Yes,1",
        "2024-01-01,Mortgage,,Closed,Yes,2",
    )
    assert figures(rows) == {("FENNEL", "2024-01-01", "complaints"): LEAST - 1}
    assert [one.column for one in count_complaints(rows) if isinstance(one, Unread)] == ["Date received", "Company"]


@pytest.mark.pure
def test_another_table_is_refused() -> None:
    assert is_download("\ufeff" + HEADER)
    assert not is_download("Firm Name,Reporting period")
    with pytest.raises(ValueError, match="Timely response"):
        list(count_complaints(["Date received,Company,Company response to consumer"]))


@pytest.mark.pure
def test_a_figure_says_how_many_rows_it_counts_and_which_is_the_first() -> None:
    rows = lines(*many("DILL", "2024-02-01", "Closed with explanation", "Yes", 2), *many("FENNEL", "2024-01-01", "In progress", "Yes", 5),
                 *many("FENNEL", "2024-01-02", "Closed with explanation", "Yes", LEAST))  # fmt: skip
    told = {one.measure: (one.row, one.rows, one.column) for one in count_complaints(rows) if isinstance(one, Figure) and one.firm == "FENNEL"}
    assert told == {
        "complaints": (4, LEAST + 5, "Date received"), "timely": (4, LEAST, "Timely response?"), "relief": (4, LEAST, "Company response to consumer"),
    }  # fmt: skip


def test_a_recorded_download_adds_up(shared: Path) -> None:
    file = shared / "data" / "cfpb-complaints" / "cfpb_2015_2020_dev.csv.gz"
    if not file.exists():
        pytest.skip(f"no {file.name}")
    with gzip.open(file, "rt", encoding="utf-8", newline="") as handle:
        read = list(count_complaints(handle))
    counted = sum(one.value for one in read if isinstance(one, Figure) and one.measure == "complaints")
    with gzip.open(file, "rt", encoding="utf-8", newline="") as handle:
        import csv

        assert counted + sum(isinstance(one, Unread) for one in read) == sum(1 for _ in csv.DictReader(handle)) > 1000
    assert not [one for one in read if isinstance(one, Unread)]
