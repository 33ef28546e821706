"""`plaint demo --once` from beginning to end, with every socket beyond loopback shut, and what is in the store then."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from demo.casework import plans, post_id
from demo.stage import Setting, Spoilt, crawl_web, furnish, open_stage, person_of, sums_of
from demo.story import tell
from demo.web import serve
from indexer.connect import connect
from plaint.desk import casework, log
from plaint.model import Gone
from plaint.ports import CaseFilter, Stores
from plaint.query.tree import Search

pytestmark = [pytest.mark.crawl, pytest.mark.xdist_group("demo")]

ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC)
CORNER_ALARMS = {"refused by robots.txt", "endless list", "half page", "no answer"}

GUARD = dedent('''
    """Shuts every way out of this machine, in this process and in those that it starts, and writes down who tried."""
    import ipaddress, os, socket

    def _shut(address):
        host = address[0] if isinstance(address, tuple) else None
        if host is None or host == "localhost":
            return
        try:
            outside = not ipaddress.ip_address(host).is_loopback
        except ValueError:
            outside = True
        if outside:
            with open(os.environ["GUARD_NOTES"], "a") as notes:
                notes.write(f"{host}\\n")
            raise OSError(f"shut: {host}")

    class Guarded(socket.socket):
        def connect(self, address):
            _shut(address)
            return super().connect(address)

        def connect_ex(self, address):
            _shut(address)
            return super().connect_ex(address)

        def sendto(self, data, *rest):
            _shut(rest[-1])
            return super().sendto(data, *rest)

    socket.socket = Guarded
    _look_up = socket.getaddrinfo

    def getaddrinfo(host, *rest, **more):
        _shut((host.decode() if isinstance(host, bytes) else host,) if host else None)
        return _look_up(host, *rest, **more)

    socket.getaddrinfo = getaddrinfo
''')


class Played:
    """A demo folder in which `plaint demo --once` ran twice, with what it printed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.notes = folder / "demo", folder / "notes"
        (folder / "guard").mkdir()
        (folder / "guard" / "sitecustomize.py").write_text(GUARD)
        self._environment = {**os.environ, "PYTHONPATH": str(folder / "guard"), "GUARD_NOTES": str(self.notes), "NO_PROXY": "127.0.0.1"}
        self.first, self.second = self.run(), self.run()
        self.stores = connect(f"sqlite:///{self.folder}/plaint.db")

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "manage", "demo", "--once", "--folder", str(self.folder), "--web-port", "18711", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=240, check=False)

    def run(self) -> dict[str, int]:
        done = self.call()
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("\n") == 1, "one line of JSON and nothing else"
        sums: dict[str, int] = json.loads(done.stdout)
        return sums


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    done = Played(tmp_path_factory.mktemp("played"))
    yield done
    done.stores.close()


@pytest.fixture
def archive(played: Played) -> Stores:
    return played.stores


def test_the_first_run_finds_hundreds_of_posts_and_the_sums_agree(played: Played) -> None:
    sums = played.first
    assert list(sums) == ["announced", "new", "known", "changed", "rejected", "missing"]
    assert sums["new"] >= 600
    assert sums["changed"] == 1
    assert sums["announced"] == sum(sums.values()) - sums["announced"]


def test_the_second_run_finds_nothing_new_and_nothing_twice(played: Played) -> None:
    sums = played.second
    assert (sums["new"], sums["changed"]) == (0, 0)
    assert sums["known"] == played.first["new"] - 1, "all but the one that vanished"
    assert sums["announced"] == sum(sums.values()) - sums["announced"]


def test_everything_that_is_said_is_in_the_archive_once(archive: Stores) -> None:
    story = tell(1, _today_of(archive))
    found = archive.posts.search(Search(limit=1, facets=("firm", "lang", "source")))
    corner = found.facets["source"]["demo_hostile"]
    assert found.total == len(story.at(0)) + corner
    assert set(found.facets["firm"]) == {"northgate", "orbitpay", "tern", "lumen"}
    assert len(found.facets["lang"]) >= 6


def test_the_edit_is_a_revision_and_the_vanished_review_is_kept(archive: Stores) -> None:
    story = tell(1, _today_of(archive))
    (edited,), (gone,) = ([saying for saying in story.at(0) if saying.part == part] for part in ("edited", "vanished"))
    texts = [revision.post.title for revision in archive.posts.revisions(post_id(edited))]
    assert texts == [story_title(story.at(0), edited.ref), story_title(story.at(1), edited.ref)]
    (kept,) = archive.posts.get([post_id(gone)])
    assert kept.gone is Gone.VANISHED
    assert kept.text.startswith("I worked in the disputes team")


def test_what_robots_txt_shuts_is_not_read(archive: Stores) -> None:
    assert not archive.posts.get(["demo_hostile:k-1"])
    newest = next(run for run in archive.runs.newest("demo_hostile") if run.pages)
    assert set(newest.alarms) == CORNER_ALARMS
    assert newest.missing == 1


def test_what_lies_is_set_aside_or_shown_as_unknown(archive: Stores) -> None:
    reasons = {item.rejection.reason for item in archive.runs.quarantined("demo_hostile")}
    assert any("5,000,000 characters" in reason for reason in reasons)
    assert any("without a number of its own" in reason for reason in reasons)
    lying = archive.posts.get([f"demo_hostile:c-{number}" for number in (102, 103, 104)])
    assert [post.published for post in lying] == [None] * 3
    assert [str(post.facts["date_as_said"])[:4] for post in lying][1:] == ["1970", "31 F"]


def test_people_have_worked_on_cases(archive: Stores) -> None:
    listed = casework.list_cases(archive, person_of(archive, "mara"), CaseFilter(limit=50), NOW)
    states = sorted(row.state for row in listed.rows)
    assert listed.total == len(plans(tell(1, _today_of(archive))))
    assert states.count("NOT_A_COMPLAINT") == 1
    assert states.count("CONFIRMED_COMPLAINT") >= 5
    due = [datetime.fromisoformat(row.due) for row in listed.rows if row.due]
    assert min(due) < NOW, "one is overdue"
    assert any(0 <= (moment - NOW).days < 7 for moment in due), "one is due within a week"
    assert len({entry.by for row in listed.rows for entry in archive.cases.read(row.case)}) >= 3


def test_the_log_holds(archive: Stores) -> None:
    verdict = log.verify(archive)
    assert verdict.holds, verdict.broken


def test_nothing_beyond_this_machine_was_asked(played: Played) -> None:
    assert not played.notes.exists(), played.notes.read_text()


@pytest.mark.parametrize(("arguments", "said"), [(("--seed", "2"), "holds the web of seed 1"), (("--folder", str(ROOT / "tests")), "no demo")])
def test_a_folder_of_something_else_is_left_alone(played: Played, arguments: tuple[str, str], said: str) -> None:
    done = played.call(*arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_one_folder_has_one_demo_at_a_time(tmp_path: Path) -> None:
    first = open_stage(tmp_path / "demo", None, date(2026, 11, 24))
    with pytest.raises(Spoilt, match="runs in"):
        open_stage(tmp_path / "demo", None, date(2026, 11, 24))
    first.close()
    again = open_stage(tmp_path / "demo", None, date(2027, 1, 1))
    assert again.setting == Setting(seed=1, today=date(2026, 11, 24)), "the web of a folder stays the same"
    again.close()


def test_robots_txt_comes_first_and_unchanged_pages_are_not_sent_again(tmp_path: Path) -> None:
    stage = open_stage(tmp_path / "demo", 3, datetime.now(UTC).date())
    stores = connect(stage.address)
    furnish(stores, datetime.now(UTC))
    with serve(3, stage.setting.today, port=18_811) as web:
        runs = crawl_web(stage, web, sources=("demo_forum", "demo_hostile"))
        first = web.visits[:]
        web.visits.clear()
        assert {alarm for run in runs for alarm in run.alarms} == CORNER_ALARMS
        runs = crawl_web(stage, web, sources=("demo_forum", "demo_hostile"))
        again = web.visits[:]
    for visits in (first, again):
        for site in ("forum", "corner"):
            assert next(visit.path for visit in visits if visit.site == site) == "/robots.txt"
        assert not [visit for visit in visits if visit.path == "/locked"]
        assert all(visit.agent.startswith("Plaint/") for visit in visits)
    assert {visit.status for visit in first} == {200}
    unchanged = [visit for visit in again if visit.site == "forum" and visit.path != "/robots.txt"]
    assert {visit.status for visit in unchanged} == {304}
    assert sums_of(runs).new == 0
    stores.close()
    stage.close()


def story_title(said: Any, ref: str) -> str | None:
    return next((saying.title for saying in said if saying.ref == ref), None)


def _today_of(archive: Stores) -> date:
    folder = Path(archive.address.removeprefix("sqlite:///")).parent
    return date.fromisoformat(json.loads((folder / "web.json").read_text())["today"])
