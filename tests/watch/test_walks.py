"""Sources are walked at their rhythm by one process at a time; a process that dies is followed by another."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from urllib.request import urlopen

import pytest

from handles.serve import free_port
from indexer.connect import connect
from plaint.desk import watching as rules
from plaint.ports import CaseFilter
from tests.watch.made import ROOT, Town, Watcher, prepare, status, town, until, watching

pytestmark = pytest.mark.crawl


def _timeline(made: Town) -> list[str]:
    return [path for path in made.paths() if path.startswith("/api/v1/timelines")]


def test_a_source_is_walked_at_its_rhythm_and_what_appears_is_found(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address, "mastodon")
    with town() as made, watching(address, tmp_path, {"mastodon": made.address}, "--health-port", "0", rhythms={"mastodon": 1}) as watcher:
        until(lambda: len(_timeline(made)) >= 2, watcher.errors)
        made.statuses[5] = status(5, tags=("acme", "acmefail"))
        stores = connect(address)
        until(lambda: stores.posts.get(["mastodon:5"]), watcher.errors)
        (case,), _ = until(lambda: (found := stores.cases.cases(CaseFilter())) and found[1] and found, watcher.errors)
        assert case.posts == ("mastodon:5",)
        times = until(lambda: [run.times for run in stores.runs.newest() if run.times and run.state == "done"], watcher.errors)
        assert sum(times[0]["total"]) == 1
        assert watcher.stop() == 0
        assert {run.state for run in stores.runs.newest()} <= {"done", "stopped"}
        assert [lease.owner for lease in stores.leases.all() if lease.name.startswith("walk")] == [None]
        stores.close()


def test_two_processes_walk_each_source_once_and_one_that_is_killed_is_followed_by_the_other(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address, "mastodon")
    with town(delay=0.3) as made:
        made.statuses[1] = status(1)
        homes, terms = {"mastodon": made.address}, ("--lease", "2")
        with watching(address, tmp_path, homes, *terms, rhythms={"mastodon": 1}) as one:
            until(lambda: _timeline(made), one.errors)
            with watching(address, tmp_path, homes, *terms, rhythms={"mastodon": 1}) as two:
                stores = connect(address)
                before = len(stores.runs.newest())
                until(lambda: len(stores.runs.newest()) >= before + 4, two.errors)
                begun = sorted((run.started, run.ended or "~") for run in stores.runs.newest())
                assert all(first[1] <= second[0] for first, second in pairwise(begun)), "two walks of one source at once"
                one.kill()
                many = len(_timeline(made))
                until(lambda: len(_timeline(made)) >= many + 2, two.errors)
                assert two.stop() == 0
                stores.close()


def test_a_source_that_fails_is_left_alone_for_longer_each_time(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address, "mastodon")
    with town(status=404) as made, watching(address, tmp_path, {"mastodon": made.address}, rhythms={"mastodon": 0.5}) as watcher:
        stores = connect(address)
        until(lambda: [lease for lease in stores.leases.all() if rules.walks_of(lease).failures >= 3], watcher.errors)
        begun = sorted(run.started for run in stores.runs.newest() if run.state == "failed")
        assert len(begun) >= 3
        assert made.paths()
        stores.close()


def test_one_round_walks_what_is_due_and_ends(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address, "mastodon")
    with town() as made:
        made.statuses[1] = status(1)
        with watching(address, tmp_path, {"mastodon": made.address}, "--once") as watcher:
            assert watcher.process.wait(60) == 0, watcher.errors.read_text()
        assert len(_timeline(made)) == 1
        env = {**os.environ, "PLAINT_HOMES": json.dumps({"mastodon": made.address}), "PLAINT_STORE": address}
        show = [sys.executable, str(ROOT / "manage.py"), "watch", "--show"]
        shown = subprocess.run([*show, "--json"], capture_output=True, text=True, check=True, env=env, cwd=tmp_path)
        (row,) = json.loads(shown.stdout)["watched"]
        assert (row["source"], row["firm"], row["state"], row["why"], row["alarm"]) == ("mastodon", "acme", "done", "every 1 h", None)
        assert "every 1 h" in subprocess.run(show, capture_output=True, text=True, check=True, env=env, cwd=tmp_path).stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_the_middle_of_a_walk(tmp_path: Path, number: int) -> None:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address, "mastodon")
    with town(delay=0.5, page=1) as made:
        for one in range(200):
            made.statuses[one + 1] = status(one + 1)
        with watching(address, tmp_path, {"mastodon": made.address}) as watcher:
            until(lambda: len(_timeline(made)) >= 2, watcher.errors)
            assert watcher.stop(number) == 0, watcher.errors.read_text()
        stores = connect(address)
        (run,) = stores.runs.newest()
        assert run.state == "stopped"
        (lease,) = [lease for lease in stores.leases.all() if lease.name.startswith("walk")]
        assert (lease.owner, lease.said["state"]) == (None, "stopped")
        stores.close()


def test_health_and_readiness_are_answered_on_loopback(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address)
    port = free_port("127.0.0.1", 28700)
    with watching(address, tmp_path, {}, "--health-port", str(port)) as watcher:

        def said(path: str) -> int:
            with suppress(OSError), urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return int(answer.status)
            return 0

        until(lambda: said("/ready") == 200, watcher.errors)
        assert said("/health") == 200
        second = Watcher(address, tmp_path, {}, "--health-port", str(port))
        assert second.process.wait(30) == 1
        assert "give another with --health-port" in second.errors.read_text()
