"""Streams are followed without a gap and without a double, whatever breaks; edits and deletions are followed too.

The many breaks and kills run at night (PLAINT_TEST_NEED=nightly).
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from indexer.connect import connect
from plaint.desk.acting import catch_up
from plaint.model import Gone
from plaint.ports import CaseFilter, Stores
from tests.watch.made import Watcher, prepare, status, town, until, watching
from tests.watch.rivers import River, river, skeet, uri

pytestmark = pytest.mark.crawl
MANY = pytest.param(50, id="nightly")


def _night(times: int) -> None:
    if times > 10 and "nightly" not in os.environ.get("PLAINT_TEST_NEED", "").split(","):
        pytest.skip("takes minutes: set PLAINT_TEST_NEED=nightly")


def _listening(stream: River, watcher: Watcher) -> None:
    until(lambda: stream.lines, watcher.errors, 180)


def _numbers(stores: Stores, source: str) -> list[str]:
    return sorted(stores.posts.refs(source))


def test_a_post_on_the_stream_of_bluesky_is_found_within_seconds_with_its_case(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address, "bluesky")
    with (
        river(replays=True) as stream,
        town(status=500) as walked,
        watching(address, tmp_path, {"bluesky": walked.address}, streams={"bluesky": stream.address}) as watcher,
    ):
        _listening(stream, watcher)
        stores = connect(address)
        stream.say(skeet(1, "Nothing of ours", tags=("cats",)))
        stream.say(skeet(2, tags=("acme", "AcmeFail")))
        (post,) = until(lambda: stores.posts.get([f"bluesky:{uri(2)}"]), watcher.errors)
        assert (post.text, post.firms[0].key, post.firms[0].how) == ("My card is blocked 2", "acme", "asked")
        (case,), _ = until(lambda: (found := stores.cases.cases(CaseFilter())) and found[1] and found, watcher.errors)
        assert case.posts == (post.id,)
        kept = stores.evidence.fetch(post.capture.warc)
        assert json.loads(kept.body)["commit"]["rkey"] == "k2"
        stream.say(skeet(2, "My card is free again", tags=("acme",), operation="update"))
        until(lambda: stores.posts.get([post.id])[0].text == "My card is free again 2", watcher.errors)
        assert [revision.post.text for revision in stores.posts.revisions(post.id)] == ["My card is blocked 2", "My card is free again 2"]
        stream.say(skeet(1, operation="delete"))
        stream.say(skeet(2, operation="delete"))
        until(lambda: stores.posts.get([post.id])[0].gone == Gone.REMOVED, watcher.errors)
        stream.say({"kind": "commit", "odd": 1})
        until(lambda: stores.runs.quarantined("bluesky"), watcher.errors)
        assert len(_numbers(stores, "bluesky")) == 0
        assert watcher.stop() == 0
        (run,) = [run for run in stores.runs.newest("bluesky") if run.cursor]
        assert (run.state, run.new, run.changed, sum(run.times["total"])) == ("done", 1, 1, 1)
        assert [lease.owner for lease in stores.leases.all() if lease.name.startswith("stream")] == [None]
        stores.close()


def test_a_status_on_the_stream_of_mastodon_its_edit_and_its_deletion(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address, "mastodon")
    with (
        river(replays=False) as stream,
        town() as made,
        watching(address, tmp_path, {"mastodon": made.address}, streams={"mastodon": stream.address}) as watcher,
    ):
        _listening(stream, watcher)
        stores = connect(address)
        stream.say({"stream": ["hashtag", "acme"], "event": "update", "payload": json.dumps(status(7))})
        until(lambda: stores.posts.get(["mastodon:7"]), watcher.errors)
        stream.say({"stream": ["hashtag", "acme"], "event": "status.update", "payload": json.dumps(status(7, "Solved"))})
        until(lambda: stores.posts.get(["mastodon:7"])[0].text == "Solved 7", watcher.errors)
        stream.say({"stream": ["hashtag", "acme"], "event": "delete", "payload": "7"})
        until(lambda: stores.posts.get(["mastodon:7"])[0].gone == Gone.REMOVED, watcher.errors)
        stores.close()


def test_a_process_that_slept_and_wakes_up_writes_nothing(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address, "bluesky")
    given: dict[str, Any] = {"streams": {}}
    with river(replays=True) as stream, town(status=500) as walked:
        given["streams"] = {"bluesky": stream.address}
        homes = {"bluesky": walked.address}
        with watching(address, tmp_path, homes, "--lease", "1", **given) as asleep:
            _listening(stream, asleep)
            stores = connect(address)
            stream.say(skeet(1))
            until(lambda: stores.posts.get([f"bluesky:{uri(1)}"]), asleep.errors)
            asleep.process.send_signal(signal.SIGSTOP)
            stream.say(skeet(2))
            with watching(address, tmp_path, homes, "--lease", "1", **given) as awake:
                until(lambda: stores.posts.get([f"bluesky:{uri(2)}"]), awake.errors)
                (before,) = [run for run in stores.runs.newest() if run.cursor and run.state == "failed"]
                asleep.process.send_signal(signal.SIGCONT)
                until(
                    lambda: "lease_lost" in asleep.errors.read_text() or "LeaseLost" in asleep.errors.read_text() or len(stream.lines) == 1,
                    asleep.errors,
                )
                stream.say(skeet(3))
                until(lambda: stores.posts.get([f"bluesky:{uri(3)}"]), awake.errors)
                assert stores.runs.get(before.id) == before
                assert len(_numbers(stores, "bluesky")) == 3
                (lease,) = [lease for lease in stores.leases.all() if lease.name.startswith("stream")]
                assert f":{awake.process.pid}:" in (lease.owner or "")
                stores.close()


@pytest.mark.parametrize("breaks", [4, MANY])
@pytest.mark.parametrize("kind", ["bluesky", "mastodon"])
def test_no_gap_and_no_double_when_the_connection_is_cut_again_and_again(tmp_path: Path, kind: str, breaks: int) -> None:
    _night(breaks)
    _flow(tmp_path, kind, breaks, lambda stream, _: stream.cut())


@pytest.mark.parametrize("kills", [2, MANY])
@pytest.mark.parametrize("kind", ["bluesky", "mastodon"])
def test_no_gap_and_no_double_when_the_process_is_killed_again_and_again(tmp_path: Path, kind: str, kills: int) -> None:
    _night(kills)

    def kill(_: River, watcher: Watcher) -> Watcher:
        watcher.kill()
        return watcher.again()

    _flow(tmp_path, kind, kills, kill)


def _flow(tmp_path: Path, kind: str, times: int, trouble: Callable[[River, Watcher], Any]) -> None:
    """Posts keep coming while there is trouble at random moments; at the end each is there, once, with its case."""
    dice, address, number = Random(f"{kind} {times}"), f"sqlite:///{tmp_path}/plaint.db", 0
    prepare(address, kind)
    with river(replays=kind == "bluesky") as stream, town(status=500 if kind == "bluesky" else 200) as made:
        watcher = Watcher(address, tmp_path, {kind: made.address}, "--lease", "1", streams={kind: stream.address})
        stores = connect(address)
        try:
            _say(stream, made.statuses, kind, number := number + 1)
            _listening(stream, watcher)
            _say(stream, made.statuses, kind, number := number + 1)
            until(lambda: len(_numbers(stores, kind)) >= 1, watcher.errors)
            for _ in range(times):
                end = time.monotonic() + dice.random() * 1.5
                while time.monotonic() < end:
                    _say(stream, made.statuses, kind, number := number + 1)
                    time.sleep(dice.random() * 0.05)
                watcher = trouble(stream, watcher) or watcher
                if dice.random() < 0.7:  # else there is trouble again before it has begun
                    _listening(stream, watcher)
            for _ in range(20):
                _say(stream, made.statuses, kind, number := number + 1)
            first = 1 if kind == "mastodon" else 2
            wanted = sorted(str(one) if kind == "mastodon" else uri(one) for one in range(first, number + 1))
            until(lambda: set(_numbers(stores, kind)) >= set(wanted), watcher.errors, 600)
            assert sorted(set(_numbers(stores, kind)) | set(wanted)) == _numbers(stores, kind)

            def listed() -> int:
                catch_up(stores, datetime.now(UTC))  # as every list of cases does: a kill may fall between a case and its line there
                return stores.cases.cases(CaseFilter(limit=1))[1]

            until(lambda: listed() >= len(wanted), watcher.errors, 60)
            assert all(len(stores.posts.revisions(f"{kind}:{ref}")) == 1 for ref in wanted)
            assert watcher.stop() == 0, watcher.errors.read_text()[-2000:]
        finally:
            if watcher.process.poll() is None:
                watcher.kill()
            stores.close()


def _say(stream: River, statuses: dict[int, Any], kind: str, number: int) -> None:
    if kind == "bluesky":
        stream.say(skeet(number, tags=("acme", "acmefail")))
        return
    statuses[number] = status(number, tags=("acme", "acmefail"))
    stream.say({"stream": ["hashtag", "acme"], "event": "update", "payload": json.dumps(statuses[number])})
