"""What a file keeps of copies is checked against its posts, and found again for posts that an earlier version stored."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from indexer.connect import connect
from manage import app
from plaint.desk.copies import faults
from plaint.model import Author, Capture, Kind, Post, Role

TEXT = "They charged me twice for the card and nobody answers my mails, four times now since March"


def a_post(number: int, text: str = TEXT) -> Post:
    author = Author(name=f"Person {number}", role=Role.CUSTOMER, followers=1_000_000)
    capture = Capture(url="https://a.example", at="2026-03-01T00:00:00Z", sha256="0" * 64)
    return Post(id=f"board:{number}", source="board", ref=str(number), kind=Kind.POST, text=text, author=author, capture=capture)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    stores = connect(f"sqlite:///{tmp_path}/a.db")
    stores.posts.put([a_post(1), a_post(2), a_post(3), a_post(4, "Another one says something else here, and at some length too")])
    stores.close()
    return tmp_path / "a.db"


def changed(file: Path, sql: str) -> list[str]:
    with closing(sqlite3.connect(file)) as c, c:
        c.execute(sql)
    stores = connect(f"sqlite:///{file}")
    try:
        return sorted(faults(stores))
    finally:
        stores.close()


@pytest.mark.parametrize(("sql", "found"), [
    ("SELECT 1", []), ("DELETE FROM copy WHERE n = 2", ["board:2"]),
    ("UPDATE copy SET grp = (SELECT grp FROM copy WHERE n = 1) WHERE n = 4", ["board:4"]),
])  # fmt: skip
def test_what_is_kept_of_copies_is_as_the_posts_say(file: Path, sql: str, found: list[str]) -> None:
    assert changed(file, sql) == found


def test_posts_of_an_earlier_version_find_their_groups_and_their_reach(file: Path) -> None:
    with closing(sqlite3.connect(file)) as c, c:
        c.execute("DELETE FROM copy")
        c.execute("DELETE FROM band")
        c.execute("UPDATE post SET reach = NULL")
        c.execute("DELETE FROM tag WHERE v IN (SELECT v FROM value WHERE field IN ('same', 'copies', 'reach'))")
        c.execute("DELETE FROM tagged WHERE v IN (SELECT v FROM value WHERE field IN ('same', 'copies', 'reach'))")
    ask = CliRunner()
    assert ask.invoke(app, ["understand", "--archive", "--store", f"sqlite:///{file}"]).exit_code == 0
    got = ask.invoke(app, ["search", "copies:campaign reach:>=40", "--count", "--store", f"sqlite:///{file}"])
    assert json.loads(got.stdout)["total"] == 3, got.output


def test_the_groups_of_a_store_are_printed_largest_first(file: Path) -> None:
    got = CliRunner().invoke(app, ["same", "--stored", "campaign", "--store", f"sqlite:///{file}"])
    (line,) = [json.loads(one) for one in got.stdout.splitlines()]
    assert (line["posts"], line["people"], line["sources"], line["search"]) == (3, 3, 1, f"same:{line['group']}")
    assert CliRunner().invoke(app, ["same", "--stored", "crowd", "--store", f"sqlite:///{file}"]).exit_code == 2
