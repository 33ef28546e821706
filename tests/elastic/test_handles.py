"""Every command as it is typed, with a cluster as the store."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bench import made
from indexer.connect import connect
from manage import app
from plaint.model import Approval, Firm, Person
from settings import settings
from tests.crawl.mail_server import PASSWORD, mail_server
from tests.crawl.test_mail import message
from tests.elastic import tour_alerts
from tests.elastic.server import Emptied, asked, removed
from tests.elastic.tour import APART, Said, Tour, storing_commands
from tests.handles.test_keep import take_in

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic")]


@pytest.fixture
def store(emptied: Emptied, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a store on a cluster with some posts and their evidence, in a working folder of its own."""
    monkeypatch.chdir(tmp_path)
    address = emptied.address()
    stores = connect(address)
    stores.registers.save_firms(made.FIRMS)
    stores.registers.save_person(Person(key="tom", name="Tom", roles=("approver", "admin")))
    take_in(stores, "schema_org", made.review_page(20), 1, made.FIRMS[0])
    stores.close()
    yield address
    emptied.take_back()


def ran(*words: str) -> Any:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.splitlines()[-1])


def test_a_store_on_a_cluster_is_proved_kept_moved_and_repaired(store: str, emptied: Emptied, tmp_path: Path) -> None:
    total = ran("search", "", "--count", "--store", store)["total"]
    assert total > 0
    assert ran("verify", "--evidence", "--store", store)["holds"]
    assert ran("rebuild", "--store", store)["indexed"] == total
    assert ran("export", "", "--to", str(tmp_path / "all.csv"), "--store", store, "--as", "tom")["rows"] == total
    assert ran("copy", "--from", store, "--to", f"sqlite:///{tmp_path}/copy.db", "--evidence", str(tmp_path / "copied"))["equal"]
    for _ in range(2):
        kept = ran("backup", str(tmp_path / "kept"), "--store", store)
    assert (kept["seals"], kept["evidence_files"]) == (2, 1)
    other = emptied.address()
    back = ran("restore", str(tmp_path / "kept"), "--store", other)
    assert (back["holds"], back["posts"]) == (True, total)
    assert {check["name"]: check["state"] for check in ran("doctor", "--json", "--store", other)["checks"]}["store"] == "ok"


def test_restoring_onto_something_is_refused(store: str, tmp_path: Path) -> None:
    ran("backup", str(tmp_path / "kept"), "--store", store)
    result = CliRunner().invoke(app, ["restore", str(tmp_path / "kept"), "--store", store])
    assert result.exit_code == 1
    assert "is not empty" in result.stderr


def test_a_cluster_that_is_down_is_one_line_and_exit_status_1() -> None:
    result = CliRunner().invoke(app, ["search", "refund", "--store", "http://127.0.0.1:9/plaint"])
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "plaint: http://127.0.0.1:9/plaint: nothing answers there: is Elasticsearch running, and is the address right?"
    ]


def test_a_mistyped_name_of_a_store_is_told_and_makes_nothing(elastic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    address = f"{elastic.replace('://', '://somebody:secret@')}/nobodys"
    for words in (["search", "refund"], ["case", "list", "--as", "tom"], ["rebuild", "--evidence"], ["verify"]):
        result = CliRunner().invoke(app, [*words, "--store", address])
        assert result.exit_code == 1, words
        assert result.stderr.splitlines() == [f"plaint: {elastic}/nobodys: no store there; is --store right?"]
    assert asked(elastic, "GET", "/_cat/indices/nobodys-*?format=json") == []
    (tmp_path / "nobodys.evidence").mkdir()
    assert ran("rebuild", "--evidence", "--store", address)["indexed"] == 0
    removed(elastic, "nobodys")


def test_a_mailbox_is_fetched_into_a_cluster(emptied: Emptied, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAILBOX_PASSWORD", PASSWORD)
    address = emptied.address()
    with mail_server() as server:
        stores = connect(address)
        stores.registers.save_firms([Firm(key="acme", name="Acme Bank", handles={"mailbox": server.handle("acme@acme.example")})])
        stores.registers.save_approval(Approval(source="mailbox", firm="acme", approved=True, review_on="2099-01-01"))
        stores.close()
        server.receive(message(1), message(2), user="acme@acme.example")
        fetched = ran("mail", "--firm", "acme", "--store", address)
        assert (fetched["new"], fetched["state"]) == (2, "done")
        assert ran("mail", "--firm", "acme", "--store", address)["messages"] == 0
    assert ran("search", "", "--count", "--store", address)["total"] == 2
    emptied.take_back()


def as_a_program(words: Sequence[str], input: str | None) -> Said:
    """A command as a process of its own."""
    done = subprocess.run([sys.executable, str(ROOT / "manage.py"), *words], input=input, capture_output=True, text=True, check=False)
    return Said(done.returncode, done.stdout, done.stderr)


def in_this_process(words: Sequence[str], input: str | None) -> Said:
    """A command in this process; a crawl needs one of its own, because its event loop runs once."""
    if words[0] in {"crawl", "watch"}:
        return as_a_program(words, input)
    done = CliRunner().invoke(app, list(words), input=input)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Said(done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def at_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A working folder and the settings of somebody who crawls."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLAINT_PERSON", raising=False)
    monkeypatch.setenv("PLAINT_DELAY", "0")
    monkeypatch.setenv("PLAINT_CONTACT", "desk@firm.example")
    yield monkeypatch
    settings.cache_clear()


def test_every_command_works_on_a_cluster(emptied: Emptied, at_desk: pytest.MonkeyPatch, tmp_path: Path) -> None:
    at_desk.setenv("PLAINT_STORE", emptied.address())
    settings.cache_clear()
    tour = Tour(in_this_process, tmp_path)
    tour.go(emptied.address())
    tour_alerts.call(tour)
    assert storing_commands() - set(tour.ran) <= APART | tour_alerts.REFUSED_ALONE, (
        "a command with a store is not on the tour: add it to tests/elastic/tour.py"
    )
    emptied.take_back()


def test_every_command_works_on_three_nodes(three: Any, addresses: str, at_desk: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert len(three.nodes) == 3
    at_desk.setenv("PLAINT_STORE", addresses)
    settings.cache_clear()
    Tour(in_this_process, tmp_path).go(f"{addresses}-restored")
