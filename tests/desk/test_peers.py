"""Regulators' figures kept in a store: each told by its row, beside the others' and beside our own posts of the same days."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from indexer.connect import connect
from manage import app
from plaint.model import AboutFirm, Author, Firm, Kind, PartialDate, Person, Post

UPHELD = """\ufeffFirm Name,Group,Joint Reporting,Reporting period,Banking and credit cards,Home finance,
Fennel Bank plc,FENNEL GROUP,no,2024-07-01 to 2024-12-31,40.00%,,
Dill Bank plc,NO GROUP,no,2024-07-01 to 2024-12-31,20.00%,50.00%,
Sorrel Bank plc,Fennel Group,no,01-05-2024 to 31-10-2024,60.00%,n/a,
FENNEL BANK PLC,FENNEL GROUP,no,01 July 2023 to 31 December 2023,30.00%,,
"""
FENNEL = Firm(key="fennel", name="Fennel Bank Limited", aliases=("Fennel",))
PEOPLE = (Person(key="carla", name="Carla", roles=("compliance",)), Person(key="rita", name="Rita", roles=("reader",), firms=("dill",)))


def written(ref: str, day: str, source: str = "board") -> Post:
    return Post(id=f"{source}:{ref}", source=source, ref=ref, kind=Kind.REVIEW, author=Author(), text="late again",
                firms=(AboutFirm(key="fennel", score=1.0, how="asked"),),
                published=PartialDate(earliest=f"{day}T10:00:00Z", latest=f"{day}T10:00:00Z", said=day))  # fmt: skip


@pytest.fixture
def address(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path}/plaint.db"
    stores = connect(address)
    stores.registers.save_firms([FENNEL, Firm(key="dill", name="Dill Bank"), Firm(key="tansy", name="Tansy")])
    for person in PEOPLE:
        stores.registers.save_person(person)
    stores.posts.put([written("1", "2024-07-01"), written("2", "2024-12-31"), written("3", "2024-12-31", "forum"), written("4", "2025-01-01")])
    stores.close()
    return address


def plaint(address: str, *said: str) -> tuple[int, Any]:
    done = CliRunner().invoke(app, ["peers", *said, "--store", address])
    return done.exit_code, json.loads(done.stdout) if done.exit_code == 0 else done.stderr.strip()


def taken(address: str, file: Path, text: str = UPHELD) -> Any:
    file.write_text(text)
    status, said = plaint(address, "import", str(file), "--measure", "upheld", "--url", "https://regulator.example/u.csv", "--as", "carla")
    assert status == 0, said
    return said


def test_a_figure_stands_beside_the_others_and_our_posts_of_the_same_days(address: str, tmp_path: Path) -> None:
    said = taken(address, tmp_path / "upheld.csv")
    assert (said["new"], said["firms"], [(one["row"], one["column"], one["seen"]) for one in said["unread"]]) == (
        True, 3, [(4, "Home finance", "n/a")]
    )  # fmt: skip
    _, shown = plaint(address, "show", "--firm", "fennel")
    assert shown["names"] == ["FENNEL BANK PLC", "Fennel Bank plc"]
    newest, oldest = shown["figures"]
    assert [newest["figure"][name] for name in ("value", "row", "column")] == [40.0, 2, "Banking and credit cards"]
    assert (newest["peers"], newest["median"], newest["below"]) == (2, 40.0, 1)
    assert newest["own"] == {"query": 'firm:"fennel" published:[2024-07-01 TO 2024-12-31]', "posts": 3, "sources": {"board": 2, "forum": 1}}
    assert (oldest["figure"]["row"], oldest["own"]["posts"]) == (5, 0)
    table = shown["tables"][newest["table"]]
    assert (table["name"], table["url"], table["by"]) == ("upheld.csv", "https://regulator.example/u.csv", "carla")
    found = CliRunner().invoke(app, ["search", newest["own"]["query"], "--count", "--store", address])
    assert json.loads(found.stdout)["total"] == 3


def test_the_same_file_again_changes_nothing_and_a_later_one_says_what_was(address: str, tmp_path: Path) -> None:
    first = taken(address, tmp_path / "upheld.csv")
    assert taken(address, tmp_path / "upheld.csv")["new"] is False
    second = taken(address, tmp_path / "upheld.csv", UPHELD.replace("40.00%", "41.00%"))
    _, listed = plaint(address, "list")
    assert [one["digest"] for one in listed["tables"]] == [first["table"]["digest"], second["table"]["digest"]]
    _, shown = plaint(address, "show", "--firm", "fennel")
    newest, oldest = shown["figures"]
    assert (newest["figure"]["value"], newest["table"]) == (41.0, second["table"]["digest"])
    assert newest["earlier"] == [{"value": 40.0, "table": first["table"]["digest"], "row": 2}]
    assert (oldest["earlier"], newest["peers"]) == ([], 2)
    stores = connect(address)
    assert [entry.said["digest"] for entry in stores.cases.read("peers")] == [first["table"]["digest"], second["table"]["digest"]]
    stores.close()


def test_a_download_of_complaints_is_counted_and_kept(address: str, tmp_path: Path) -> None:
    rows = ["Date received,Product,Company,Company response to consumer,Timely response?,Complaint ID"]
    rows += [f'2024-08-01,Mortgage,"FENNEL, INC.",Closed with explanation,Yes,{n}' for n in range(30)]
    rows += [f"2024-08-01,Mortgage,DILL CO,Closed with explanation,No,{n}" for n in range(10)]
    (tmp_path / "complaints.csv").write_text("\ufeff" + "\n".join(rows) + "\n")
    assert plaint(address, "import", str(tmp_path / "complaints.csv"), "--as", "carla")[0] == 0
    _, shown = plaint(address, "show", "--firm", "fennel")
    told = {one["figure"]["measure"]: (one["figure"]["value"], one["figure"]["rows"], one["peers"], one["own"]["posts"]) for one in shown["figures"]}
    assert told == {"complaints": (30, 30, 1, 3), "timely": (100, 30, 0, 3), "relief": (0, 30, 0, 3)}


def test_what_cannot_be_shown_or_kept_says_why(address: str, tmp_path: Path) -> None:
    file = tmp_path / "upheld.csv"
    assert "plaint peers import" in plaint(address, "show", "--firm", "fennel")[1]
    taken(address, file)
    assert "did you mean fennel" in plaint(address, "show", "--firm", "fenel")[1]
    assert "is it 'Dill Bank plc'" in plaint(address, "show", "--firm", "tansy", "--name", "Dil Bank plc")[1]
    assert plaint(address, "show", "--firm", "tansy", "--name", "DILL BANK PLC")[1]["names"] == ["Dill Bank plc"]
    assert "--name says" in plaint(address, "show", "--firm", "tansy")[1]
    assert "may not act for fennel" in plaint(address, "show", "--firm", "fennel", "--as", "rita")[1]
    assert "may not crawl and import" in plaint(address, "import", str(file), "--as", "rita")[1]
    file.write_text("a,b\n1,2\n")
    assert "no table of firms" in plaint(address, "import", str(file), "--as", "carla")[1]
    assert plaint(address, "import", str(tmp_path / "none.csv"), "--as", "carla")[1].count("\n") == 0
