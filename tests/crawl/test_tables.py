"""Tables of other tools on the command line: the mapping, the preview, wrong rows, and the proof of what was stored."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from crawlers.rereading import rereader
from crawlers.tables import Unfit, read_mapping, table_pages
from indexer.connect import connect
from plaint.desk.keeping import verify
from plaint.posts.brands import Names
from tests.crawl.test_commands import plaint, store

__all__ = ["store"]

MAPPING = """name = "old-tool"
dates = "%d.%m.%Y"
kind = "review"
[columns]
ref = "Ticket"
text = "Comment"
published = "Created"
rating = "Score"
"""
ROWS = [
    ("Ticket", "Comment", "Created", "Score", "Internal"),
    ("1", "The card was kept; nobody came.", "03.07.2026", "2", "x"),
    ("2", "Second, with a comma", "soon", "2", "x"),
    ("", "No number", "03.07.2026", "1", "x"),
    ("4", "Für Frau Weiß", "05.07.2026", "4", "x"),
]


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    file = tmp_path / "columns.toml"
    file.write_text(MAPPING)
    return file


def table(tmp_path: Path, sign: str = ";", coding: str = "utf-8") -> Path:
    file = tmp_path / "tickets.csv"
    file.write_bytes("\r\n".join(sign.join(f'"{cell}"' for cell in row) for row in ROWS).encode(coding))
    return file


@pytest.mark.parametrize(("sign", "coding"), [(";", "utf-8"), (",", "utf-8-sig"), ("\t", "cp1252")])
def test_a_preview_shows_posts_and_wrong_rows_and_stores_nothing(tmp_path: Path, mapping: Path, store: str, sign: str, coding: str) -> None:
    done = plaint("import", str(table(tmp_path, sign, coding)), "--columns", str(mapping), "--preview", "--store", store)
    assert done.exit_code == 0, done.output
    *said, sums = map(json.loads, done.stdout.splitlines())
    assert sums == {"posts": 2, "rejected": 2}
    posts = [one for one in said if "id" in one]
    assert [(one["id"], one["published"]["earliest"]) for one in posts] == [("table:old-tool/1", "2026-07-03"), ("table:old-tool/4", "2026-07-05")]
    assert posts[1]["text"] == "Für Frau Weiß"
    assert [(one["reason"].partition(":")[0], one["field"]) for one in said if "reason" in one] == [("row 3", "published"), ("row 4", "ref")]
    stores = connect(store)
    assert list(stores.posts.refs("table")) == []
    stores.close()


def test_an_import_stores_the_good_rows_sets_the_others_aside_and_can_be_proved(tmp_path: Path, mapping: Path, store: str) -> None:
    words = ("import", str(table(tmp_path)), "--columns", str(mapping), "--firm", "acme", "--at", "2026-11-01T00:00:00Z", "--store", store)
    first, again = (json.loads(plaint(*words).stdout) for _ in range(2))
    assert [first[name] for name in ("new", "known", "rejected")] == [2, 0, 2]
    assert [again[name] for name in ("new", "known", "rejected")] == [0, 2, 2]
    stores = connect(store)
    assert {item.rejection.field for item in stores.runs.quarantined("table")} == {"ref", "published"}
    assert verify(stores, None, reread=rereader(Names([]))).holds
    stores.close()


def test_a_workbook_is_read_with_its_dates(tmp_path: Path, mapping: Path) -> None:
    mapping.write_text(MAPPING.replace('dates = "%d.%m.%Y"\n', ""))
    file = tmp_path / "tickets.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet, date = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ROWS[0])
        sheet.write_row(1, 0, ["7", "Kept the card."])
        sheet.write_datetime(1, 2, datetime(2026, 7, 3), date)
        sheet.write_number(1, 3, 4)
    (part,) = table_pages(file, read_mapping(mapping), "2026-11-01T00:00:00Z")
    assert json.loads(part.fetched.body)["rows"] == [{"Ticket": "7", "Comment": "Kept the card.", "Created": "2026-07-03", "Score": "4"}]


def test_long_tables_come_in_parts_that_know_their_rows(tmp_path: Path, mapping: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text("Ticket,Comment,Created,Score\n" + "".join(f"{n},Text {n},03.07.2026,1\n" for n in range(1200)))
    parts: list[Any] = [json.loads(part.fetched.body) for part in table_pages(file, read_mapping(mapping), "2026-11-01T00:00:00Z")]
    assert [(part["first"], len(part["rows"])) for part in parts] == [(2, 500), (502, 500), (1002, 200)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('ref = "Ticket"', 'reff = "Ticket"'), "no reff"),
        (('ref = "Ticket"', ""), "at least ref and text"),
        (('name = "old-tool"', 'name = "old tool!"'), "a name of letters"),
        (('kind = "review"', 'kind = "rant"'), "no rant"),
        (('kind = "review"', 'zone = "Mars"'), "no zone"),
        (('"Score"', '"Stars"'), "no column Stars; there are Ticket"),
        (("[columns]", "[columns"), "columns.toml"),
    ],
)
def test_a_mapping_that_does_not_fit_says_what_to_write(tmp_path: Path, mapping: Path, change: tuple[str, str], said: str) -> None:
    mapping.write_text(MAPPING.replace(*change))
    done = plaint("import", str(table(tmp_path)), "--columns", str(mapping), "--preview")
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_what_only_looks_like_a_workbook_is_refused(tmp_path: Path, mapping: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04nothing")
    with pytest.raises(Unfit, match="not a workbook"):
        list(table_pages(tmp_path / "x.xlsx", read_mapping(mapping), "2026-11-01T00:00:00Z"))


def test_a_preview_without_a_mapping_is_wrong_usage(tmp_path: Path) -> None:
    done = plaint("import", str(table(tmp_path)), "--preview")
    assert done.exit_code == 2
    assert "--columns" in done.stderr
