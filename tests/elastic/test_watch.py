"""plaint watch on a cluster: a stream is taken over from a process that was killed, and nothing is missing or there twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from indexer.connect import connect
from plaint.ports import CaseFilter
from tests.watch.made import prepare, town, until, watching
from tests.watch.rivers import river, skeet, uri

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic")]


def test_a_stream_is_taken_over_on_a_cluster(emptied: Any, tmp_path: Path) -> None:
    address = emptied.address()
    prepare(address, "bluesky")
    stores = connect(address, evidence=tmp_path / "evidence")
    with river(replays=True) as stream, town(status=500) as walked:
        homes, terms = {"bluesky": walked.address}, {"streams": {"bluesky": stream.address}, "evidence": str(tmp_path / "evidence")}
        with watching(address, tmp_path, homes, "--lease", "2", **terms) as one:
            until(lambda: stream.lines, one.errors, 180)
            for number in range(5):
                stream.say(skeet(number, tags=("acme", "acmefail")))
            until(lambda: len(stores.posts.get([f"bluesky:{uri(number)}" for number in range(5)])) == 5, one.errors)
            one.kill()
        for number in range(5, 10):
            stream.say(skeet(number, tags=("acme", "acmefail")))
        with watching(address, tmp_path, homes, "--lease", "2", **terms) as two:
            refs = [f"bluesky:{uri(number)}" for number in range(10)]
            until(lambda: len(stores.posts.get(refs)) == 10, two.errors, 180)
            until(lambda: stores.cases.cases(CaseFilter(limit=20))[1] == 10, two.errors)
            assert all(len(stores.posts.revisions(ref)) == 1 for ref in refs)
            (lease,) = [lease for lease in stores.leases.all() if lease.name.startswith("stream")]
            assert lease.token == 2
            assert two.stop() == 0, two.errors.read_text()[-2000:]
    stores.close()
    emptied.take_back()
