"""A crawl that is killed at any moment, again and again, ends with exactly the full set. Many kills run at night (PLAINT_TEST_NEED=nightly)."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from random import Random

import pytest

from indexer.connect import connect
from tests.crawl.peer import post, serving
from tests.crawl.walk import begin, prepare

pytestmark = pytest.mark.crawl
A_PAGE = 20


@pytest.mark.parametrize(("kills", "pages"), [(2, 40), pytest.param(20, 1000, id="nightly")])
def test_a_crawl_that_is_killed_again_and_again_ends_with_the_full_set(tmp_path: Path, kills: int, pages: int) -> None:
    if kills > 2 and "nightly" not in os.environ.get("PLAINT_TEST_NEED", "").split(","):
        pytest.skip("takes minutes: set PLAINT_TEST_NEED=nightly")
    dice, address = Random(kills), f"sqlite:///{tmp_path}/plaint.db"
    prepare(address)
    given = {"store": address, "pause": 0.05}
    with serving() as peer:
        given["home"] = peer.address
        peer.pages([[post(page * A_PAGE + number) for number in range(A_PAGE)] for page in range(pages)], etag=True)
        for _ in range(kills):
            goal = len(peer.asked) + dice.randint(3, pages // 2)
            pid = begin(given, tmp_path)
            while len(peer.asked) < goal:
                time.sleep(0.01)
            time.sleep(dice.random() / 20)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        assert os.waitpid(begin(given, tmp_path), 0)[1] == 0, (tmp_path / "stderr").read_text()[-2000:]
    (run,) = json.loads((tmp_path / "runs.json").read_text())
    assert (run["state"], run["announced"], run["missing"], run["alarms"]) == ("done", pages * A_PAGE, 0, [])
    stores = connect(address)
    assert set(stores.posts.refs("peer")) == {f"r{number}" for number in range(pages * A_PAGE)}
    assert sum(one.state == "failed" and one.alarms == ("died",) for one in stores.runs.newest()) == kills
    stores.close()
