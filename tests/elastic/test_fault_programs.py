"""Nodes of three are killed (-9) while the real programs work: what was acknowledged is there once, and nobody is told a half as a whole.

Takes minutes and three servers, so it runs only where `PLAINT_TEST_FAULTS` is set.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from bench import made
from indexer.connect import connect
from plaint.desk import casework, log
from plaint.model import Approval, Firm, Person
from plaint.query.tree import Search
from settings import settings
from tests.contract.test_posts import post
from tests.elastic.conftest import bring_back

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic")]
ROOT = Path(__file__).parents[2]
TOM = Person(key="tom", name="Tom", roles=("agent", "approver", "admin"))
PEOPLE = 3

WORK = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from indexer.connect import connect
from plaint.desk import casework
from plaint.desk.rights import Refused

address, evidence, name, cases, until = sys.argv[1:]
stores = connect(address, evidence=Path(evidence))
person = next(one for one in stores.registers.people() if one.key == name)
number = 0
while not Path(until).exists():
    number += 1
    case = cases.split(",")[number % len(cases.split(","))]
    command = f"{name}-{number}"
    casework.note(stores, person, case, text=command, now=datetime.now(UTC), command=command)
    print(command, flush=True)
"""


def plaint(address: str, folder: Path, *words: str) -> subprocess.Popen[str]:
    """A command as a process of its own."""
    environment = {**os.environ, "PLAINT_STORE": address, "PLAINT_EVIDENCE": str(folder / "evidence")}
    return subprocess.Popen([sys.executable, str(ROOT / "manage.py"), *words], cwd=folder, env=environment, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip


def until(is_so: Callable[[], bool], *running: subprocess.Popen[str], seconds: float = 400) -> None:
    """Wait until something is so, while programs run."""
    end = time.monotonic() + seconds
    while not is_so():
        for program in running:
            assert program.poll() is None, f"it ended before: {program.communicate()}"
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)


def holder(three: Any, address: str, short: str) -> int:
    """The number of the node that has the leading copy of an index."""
    name = f"{address.rpartition('/')[2]}-{short}"
    answering = next(node.address for node in three.nodes if node.pid is not None)
    shards = three.ask(f"/_cat/shards/{name}?format=json", answering)
    return int(next(shard["node"] for shard in shards if shard["prirep"] == "p").removeprefix("node-"))


def filled(address: str, folder: Path, posts: int) -> list[str]:
    """A store with people, a firm, an approved source and posts; their ids."""
    stores = connect(address, evidence=folder / "evidence")
    stores.registers.save_approval(Approval(source="schema_org", approved=True, review_on="2099-01-01"))
    stores.registers.save_firms([Firm(key="orbit", name="Orbit")])
    for person in (TOM, *(Person(key=f"p{number}", name="P", roles=("agent",)) for number in range(PEOPLE))):
        stores.registers.save_person(person)
    for start in range(0, posts, 1_000):
        stores.posts.put([post(f"{number:06}", text=f"words {number} " * 20) for number in range(start, min(posts, start + 1_000))])
    stores.close()
    return [f"board:{number:06}" for number in range(posts)]


@pytest.mark.parametrize("killed", [0, 1, 2])
def test_an_import_is_whole_whichever_node_dies(three: Any, addresses: str, tmp_path: Path, killed: int) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    for number in range(40):
        (pages / f"{number}.html").write_bytes(made.review_page(50, seed=number))
    filled(addresses, tmp_path, 0)
    three.wait(120)
    running = plaint(addresses, tmp_path, "import", str(pages), "--source", "schema_org")
    stores = connect(addresses, evidence=tmp_path / "evidence")
    until(lambda: stores.posts.search(Search(limit=0)).total > 200, running)
    three.kill(killed)
    out, err = running.communicate(timeout=500)
    assert running.returncode == 0, err
    ledger = json.loads(out.splitlines()[-1])
    held = len(set(stores.posts.refs("schema_org")))
    print(f"killed node {killed}: ledger new {ledger['new']}, held {held}, rejected {ledger['rejected']}")
    assert (held, ledger["rejected"], ledger["state"]) == (ledger["new"], 0, "done")
    assert held == 2_000
    again = plaint(addresses, tmp_path, "import", str(pages), "--source", "schema_org")
    out, err = again.communicate(timeout=500)
    assert (json.loads(out.splitlines()[-1])["new"], json.loads(out.splitlines()[-1])["known"]) == (0, 2_000), err
    stores.close()


def test_no_acknowledged_act_is_lost_or_doubled_though_every_node_dies_in_turn(three: Any, addresses: str, tmp_path: Path) -> None:
    ids = filled(addresses, tmp_path, 8)
    stores = connect(addresses, evidence=tmp_path / "evidence")
    cases = [casework.open_case(stores, TOM, posts=[one], firm="orbit", now=made.NOW, command=f"open {one}") for one in ids]
    three.wait(120)
    ended = tmp_path / "ended"
    words = [addresses, str(tmp_path / "evidence")]
    workers = [
        subprocess.Popen([sys.executable, "-c", WORK, *words, f"p{number}", ",".join(cases), str(ended)], cwd=ROOT, text=True,
                         stdout=(tmp_path / f"p{number}.done").open("w"), stderr=subprocess.PIPE) for number in range(PEOPLE)
    ]  # fmt: skip

    def done() -> list[str]:
        return [line for number in range(PEOPLE) for line in (tmp_path / f"p{number}.done").read_text().splitlines()]

    typed: list[str] = []
    for turn in range(3):
        before = len(done())
        until(lambda before=before: len(done()) > before + 10, *workers)  # type: ignore[misc]
        three.kill(holder(three, addresses, "log"))
        note = plaint(addresses, tmp_path, "case", "note", cases[0], f"typed {turn}", "--command", f"typed-{turn}", "--as", "tom")
        _, err = note.communicate(timeout=500)
        assert note.returncode == 0, err
        typed.append(f"typed-{turn}")
        before = len(done())
        until(lambda before=before: len(done()) > before + 10, *workers)  # type: ignore[misc]
        bring_back(three)
    ended.touch()
    for worker in workers:
        _, err = worker.communicate(timeout=500)
        assert worker.returncode == 0, err
    acknowledged = [*done(), *typed]
    noted = [entry.command for entry in stores.cases.walk() if entry.kind == "Noted"]
    print(f"acknowledged {len(acknowledged)}, in the log {len(noted)}, lost {len(set(acknowledged) - set(noted))}")
    assert sorted(noted) == sorted(acknowledged)
    assert log.verify(stores).holds
    texts = [body.text for body in stores.cases.walk_bodies() if body.name == "text"]
    assert len([text for text in texts if text in set(noted)]) == len(noted) - len(typed)
    stores.close()


@pytest.mark.parametrize("die", ["the holder", "all"])
def test_an_export_is_whole_or_there_is_none(three: Any, addresses: str, tmp_path: Path, die: str) -> None:
    posts = 30_000
    filled(addresses, tmp_path, posts)
    three.wait(120)
    file = tmp_path / "all.csv"
    running = plaint(addresses, tmp_path, "export", "", "--to", str(file))
    until(lambda: any(part.stat().st_size > 100_000 for part in tmp_path.glob(".all.csv.*.part")), running)
    for number in [holder(three, addresses, "posts")] if die == "the holder" else [0, 1, 2]:
        three.kill(number)
    out, err = running.communicate(timeout=500)
    print(f"killed {die}: exit {running.returncode}: {err.strip() or json.loads(out)['rows']}")
    if die == "all":
        assert running.returncode == 1
        assert len(err.splitlines()) == 1
        assert err.startswith("plaint: http")
    if running.returncode == 0:
        assert json.loads(out)["rows"] == posts
        assert json.loads((tmp_path / "all.csv.manifest.json").read_text())["rows"] == posts
        with file.open(encoding="utf-8-sig", newline="") as rows:
            assert len({row["id"] for row in csv.DictReader(rows)}) == posts
    else:
        assert not file.exists()
        assert not (tmp_path / "all.csv.manifest.json").exists()
        assert list(tmp_path.glob(".all.csv*")) == []


def words(at: AppTest) -> str:
    """All markup of a page."""
    return "\n".join(str(block.proto.body) for block in at.get("html"))


def test_the_dashboard_says_what_is_wrong_and_recovers_by_itself(
    three: Any, addresses: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    filled(addresses, tmp_path, 20)
    three.wait(120)
    monkeypatch.setenv("PLAINT_STORE", addresses)
    monkeypatch.setenv("PLAINT_EVIDENCE", str(tmp_path / "evidence"))
    settings.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=200)
    at.session_state["person"] = "tom"
    at.run()
    assert not at.exception
    whole = words(at)
    assert "does not answer" not in whole
    three.kill(0)
    st.cache_data.clear()
    at.run()
    assert not at.exception
    assert 'role="alert"' not in words(at), words(at)[-800:]
    for number in (1, 2):
        three.kill(number)
    st.cache_data.clear()
    begun = time.monotonic()
    at.run()
    print(f"told after {time.monotonic() - begun:.0f} s")
    assert not at.exception
    assert 'role="alert"' in words(at)
    assert "is Elasticsearch running" in words(at)
    bring_back(three)
    st.cache_data.clear()
    at.run()
    assert not at.exception
    assert 'role="alert"' not in words(at)
    st.cache_resource.clear()
    settings.cache_clear()
