"""The commands as a person types them: register, crawl, quarantine; what they print and how they end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from indexer.connect import connect
from manage import app
from plaint.model import Firm, Person
from tests.crawl.peer import Peer, serving


@pytest.fixture
def peer() -> Iterator[Peer]:
    with serving() as site:
        yield site


@pytest.fixture
def store(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path}/plaint.db"
    stores = connect(address)
    stores.registers.save_person(Person(key="ada", name="Ada", roles=("compliance",)))
    stores.registers.save_person(Person(key="bo", name="Bo", roles=("reader",)))
    stores.registers.save_firms([Firm(key="acme", name="Acme Bank", handles={"cfpb": "ACME BANK"})])
    stores.close()
    return address


def plaint(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"PLAINT_PERSON": None})


def crawl(store: str, peer: Peer, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PLAINT_HOMES": json.dumps({"cfpb": peer.address}), "PLAINT_CONTACT": "mailto:x@bank.example"}
    command = [sys.executable, "manage.py", "crawl", *words, "--store", store]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=env, cwd=Path(__file__).parents[2])


def answer(*numbers: int) -> Any:
    said = {"product": "Credit card", "date_received": "2026-10-01T12:00:00-05:00", "company": "ACME BANK"}
    hits = [{"_id": str(number), "_source": said} for number in numbers]
    return 200, {"Content-Type": "application/json"}, json.dumps({"hits": {"total": {"value": len(hits)}, "hits": hits}}).encode()


APPROVE = ("--owner", "Complaints", "--basis", "legitimate interests", "--review-on", "2099-01-01")


def test_from_approval_to_ledger_on_the_command_line(store: str, peer: Peer) -> None:
    refused = crawl(store, peer, "cfpb", "--firm", "acme")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1
    assert "plaint sources approve cfpb --firm acme" in refused.stderr
    assert peer.asked == []

    approved = plaint("sources", "approve", "cfpb", *APPROVE, "--as", "ada", "--store", store)
    assert approved.exit_code == 0, approved.output
    assert json.loads(approved.stdout)["by"] == "ada"

    path = "/data-research/consumer-complaints/search/api/v1/?company=ACME+BANK&sort=created_date_desc&size=100"
    peer.answers[path] = answer(1, 2, 3)
    done = crawl(store, peer, "cfpb", "--firm", "acme")
    assert (done.returncode, done.stderr) == (0, "")
    ledger = json.loads(done.stdout.splitlines()[-1])
    assert [ledger[name] for name in ("announced", "new", "known", "changed", "rejected", "missing", "state")] == [3, 3, 0, 0, 0, 0, "done"]
    assert [run["firm"] for run in ledger["runs"]] == ["acme"]

    peer.answers[path] = (500, {}, b"")
    peer.answers["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /")
    failed = crawl(store, peer, "cfpb", "--firm", "acme")
    assert (failed.returncode, failed.stderr) == (1, "plaint: cfpb for acme: failed: refused by robots.txt\n")
    assert json.loads(failed.stdout.splitlines()[-1])["state"] == "failed"

    line = next(one for one in map(json.loads, plaint("sources", "--store", store).stdout.splitlines()) if one["key"] == "cfpb")
    assert (line["standing"], line["crawls"], line["last_run"]["state"]) == ({"all firms": "approved"}, True, "failed")
    shown = json.loads(plaint("sources", "show", "cfpb", "--store", store).stdout)
    assert [run["state"] for run in shown["runs"]] == ["failed", "done"]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("crawl", "cfbp", "--firm", "acme"), 2, "did you mean cfpb?"),
        (("crawl", "cfpb", "--firm", "acne"), 1, "did you mean acme?"),
        (("crawl", "cfpb", "--firm", "acme", "--since", "yesterday"), 2, "ISO 8601"),
        (("crawl", "cfpb", "--firm", "acme", "--as", "bo"), 1, "bo may not crawl and import"),
        (("crawl", "cfpb", "--firm", "acme", "--as", "adda"), 1, "did you mean ada?"),
        (("sources", "approve", "cfpb", *APPROVE), 1, "who acts?"),
        (("sources", "approve", "cfpb", *APPROVE, "--as", "bo"), 1, "bo may not approve sources"),
        (("sources", "approve", "cfpb", *APPROVE[:-1], "2001-01-01", "--as", "ada"), 1, "must be in the future"),
        (("sources", "approve", "cfpb", *APPROVE, "--ownership", "MINE", "--as", "ada"), 2, "OWNED"),
        (("sources", "approve", "cfpb", *APPROVE, "--firm", "acne", "--as", "ada"), 1, "did you mean acme?"),
        (("sources", "show", "cfbp"), 2, "did you mean cfpb?"),
        (("quarantine", "list", "--state", "opne"), 2, "there are open"),
        (("quarantine", "retry", "abc"), 1, "no open item abc"),
        (("import", "/no/such/file"), 2, "does not exist"),
    ],
)
def test_what_is_mistyped_or_not_allowed_is_answered_in_one_line(store: str, words: tuple[str, ...], status: int, said: str) -> None:
    result = plaint(*words, "--store", store)
    assert result.exit_code == status, result.output
    assert said in " ".join(result.stderr.replace("│", " ").split())
    assert result.stdout == ""


@pytest.mark.parametrize("words", ["rebuild", "rebuild --evidence", "sources list", "sources show cfpb", "firms list", "quarantine list"])
def test_a_mistyped_store_is_said_and_not_made(tmp_path: Path, words: str) -> None:
    result = plaint(*words.split(), "--store", f"sqlite:///{tmp_path}/palint.db")
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert "no store there" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_page_is_tried_on_a_source_file(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_bytes(answer(1, 2)[2])
    (tmp_path / "bad.json").write_bytes(b"{}")
    result = plaint("sources", "test", "cfpb", str(tmp_path / "good.json"), str(tmp_path / "bad.json"))
    good, bad = map(json.loads, result.stdout.splitlines())
    assert (good["posts"], good["announced"], good["filled"]["published"], good["rejected"]) == (2, 2, 1.0, [])
    assert (bad["alarm"], result.exit_code) == ("not this source", 1)


def test_rejected_items_are_listed_read_again_and_dismissed(store: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(json.dumps({"hits": {"hits": [{"_source": {"issue": "x"}}]}}).encode())
    assert (
        plaint(
            "import", str(tmp_path / "a.json"), "--source", "cfpb", "--reason", "an export of the regulator", "--as", "ada", "--store", store
        ).exit_code
        == 0
    )
    (item,) = map(json.loads, plaint("quarantine", "list", "--store", store).stdout.splitlines())
    assert item["rejection"]["reason"] == "a complaint without an id"
    again = json.loads(plaint("quarantine", "retry", "--store", store).stdout)
    assert (again["settled"], again["still"]) == (0, 1)
    assert json.loads(plaint("quarantine", "dismiss", item["id"], "--store", store).stdout) == {"dismissed": 1}
    assert plaint("quarantine", "list", "--store", store).stdout == ""


def test_pages_of_a_source_that_is_not_approved_need_a_right_and_a_reason(store: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(answer(1)[2])
    words = ("import", str(tmp_path / "a.json"), "--store", store)
    refused = plaint(*words, "--source", "cfpb")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "cfpb is not approved: `plaint sources approve cfpb" in refused.stderr
    found_out = json.loads(plaint(*words).stdout)  # the source is found out for each page
    assert (found_out["new"], found_out["rejected"], found_out["alarms"]) == (0, 1, ["refused by the register"])
    assert "bo may not" in plaint(*words, "--reason", "asked to", "--as", "bo").stderr
    assert "say why" in plaint(*words, "--reason", " ", "--as", "ada").stderr
    assert json.loads(plaint(*words, "--reason", "a letter of the regulator", "--as", "ada").stdout)["new"] == 1
    stores = connect(store)
    (entry,) = [one for one in stores.cases.read("sources") if one.kind == "ImportedUnapproved"]
    assert (entry.by, entry.said["source"], entry.said["reason"]) == ("ada", None, "a letter of the regulator")
    stores.close()
    assert plaint("sources", "approve", "cfpb", *APPROVE, "--as", "ada", "--store", store).exit_code == 0
    assert json.loads(plaint(*words, "--source", "cfpb").stdout)["known"] == 1
