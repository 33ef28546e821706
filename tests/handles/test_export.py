"""`plaint export` as it is typed: whole or not at all, in order, within the person's firms, and logged."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench import made
from indexer.connect import connect
from manage import app
from plaint.model import Kind, Person, Post, post_from_json
from plaint.reports import export

RUN = CliRunner()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with 1,500 made posts and three people."""
    address = f"sqlite:///{tmp_path_factory.mktemp('store')}/plaint.db"
    stores = connect(address)
    for batch in made.batches(1_500):
        stores.posts.put(batch)
    for person in (
        Person(key="ada", name="Ada", roles=("agent",)),
        Person(key="mo", name="Mo", roles=("agent",), firms=("merrow",)),
        Person(key="rita", name="Rita", roles=("reader",)),
    ):
        stores.registers.save_person(person)
    stores.close()
    return address


def export_to(file: Path, address: str, query: str = "", who: str = "ada", *more: str) -> tuple[int, str]:
    result = RUN.invoke(app, ["export", query, "--to", str(file), "--store", address, "--as", who, *more])
    return result.exit_code, result.stderr


def test_an_export_is_complete_and_in_order(address: str, tmp_path: Path) -> None:
    file = tmp_path / "all.ndjson"
    assert export_to(file, address) == (0, "")
    posts = [post_from_json(line) for line in file.read_bytes().splitlines()]
    assert len({post.id for post in posts}) == 1_500
    assert [post.id for post in posts] == [post.id for post in sorted(posts, key=lambda p: (p.published is None, _minus(p), p.id))]


def _minus(post: object) -> float:
    when = getattr(post, "published", None)
    return -when.start.timestamp() if when else 0.0


def test_the_manifest_says_what_the_file_is(address: str, tmp_path: Path) -> None:
    file = tmp_path / "low.csv"
    assert export_to(file, address, "rating:<3 refund") == (0, "")
    said = json.loads((tmp_path / "low.csv.manifest.json").read_text())
    assert said["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert said["bytes"] == file.stat().st_size
    assert said["rows"] == len(list(csv.DictReader(file.open(newline="", encoding="utf-8")))) > 0
    assert (said["query"], said["by"], said["sort"]) == ("rating:<3 refund", "ada", "newest")
    assert said["tree"]["and"][0]["range"]["field"] == "rating"
    assert set(said["versions"]) == {"plaint", "words", "unicode"}


def test_an_export_is_in_the_access_log_with_its_query_outside_the_chain(address: str, tmp_path: Path) -> None:
    assert export_to(tmp_path / "one.csv", address, 'author:"Ka Lo"')[0] == 0
    stores = connect(address)
    entry = stores.cases.read("access")[-1]
    assert (entry.kind, entry.by, entry.said["sha256"]) == ("PostsExported", "ada", hashlib.sha256((tmp_path / "one.csv").read_bytes()).hexdigest())
    assert "Ka Lo" not in str(entry.said)
    assert stores.cases.bodies("access")[entry.version, "query"] == 'author:"Ka Lo"'
    stores.close()


def test_a_person_exports_only_the_firms_they_may_see(address: str, tmp_path: Path) -> None:
    assert export_to(tmp_path / "mine.csv", address, "", "mo")[0] == 0
    with (tmp_path / "mine.csv").open(newline="", encoding="utf-8") as file:
        firms = {row["firms"] for row in csv.DictReader(file)}
    assert firms == {"merrow"}


@pytest.mark.parametrize(("query", "who", "says"), [
    ("", "rita", "rita may not export"),
    ("", "adda", "did you mean ada?"),
    ("(refund", "ada", "bracket is open at position 1"),
])  # fmt: skip
def test_a_refused_export_leaves_nothing(address: str, tmp_path: Path, query: str, who: str, says: str) -> None:
    code, said = export_to(tmp_path / "no.csv", address, query, who)
    assert code == 1
    assert says in said
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_ending_or_order_is_wrong_usage(address: str, tmp_path: Path) -> None:
    assert export_to(tmp_path / "a.doc", address)[0] == 2
    assert export_to(tmp_path / "a.csv", address, "", "ada", "--sort", "relevance")[0] == 2


def test_a_failed_export_leaves_the_earlier_file_and_nothing_else(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.xlsx"
    assert export_to(file, address, "refund")[0] == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(export, "XLSX_ROWS", 10)
    code, said = export_to(file, address, "refund")
    assert (code, "narrow the query" in said) == (1, True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_killed_export_leaves_no_file(address: str, tmp_path: Path) -> None:
    file = tmp_path / "killed.ndjson"
    command = [sys.executable, "-c", "from manage import main; main()", "export", "", "--to", str(file), "--store", address, "--as", "ada"]
    running = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL)
    while running.poll() is None and not any(path.name.endswith(".part") for path in tmp_path.iterdir()):
        time.sleep(0.001)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    assert not file.exists() or (tmp_path / "killed.ndjson").read_bytes().count(b"\n") == 1_500


def test_personal_data_is_hidden_unless_it_is_asked_for(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/plaint.db"
    stores = connect(address)
    stores.posts.put([Post(id="b:1", source="b", ref="1", kind=Kind.POST, text="ring 0161 496 0345")])
    stores.registers.save_person(Person(key="ada", name="Ada", roles=("agent",)))
    stores.close()
    for more, said in (((), "ring [phone]"), (("--unmasked",), "ring 0161 496 0345")):
        file = tmp_path / f"x{len(more)}.ndjson"
        assert export_to(file, address, "", "ada", *more) == (0, "")
        assert post_from_json(file.read_bytes()).text == said
        assert json.loads(file.with_name(f"{file.name}.manifest.json").read_text())["masked"] is not bool(more)
