"""One pause at a host, however many processes crawl it."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest

from crawlers.pace import Pace
from tests.crawl.peer import post, serving
from tests.crawl.walk import begin, prepare

DELAY = 0.3


@pytest.mark.crawl
def test_two_processes_share_the_pause_at_a_host(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address)
    with serving() as peer:
        peer.pages([[post(page)] for page in range(3)])
        folders = [tmp_path / name for name in ("one", "other")]
        for folder in folders:
            folder.mkdir()
        crawls = [begin({"store": address, "home": peer.address, "delay": DELAY}, folder) for folder in folders]
        ends = [os.waitpid(pid, 0)[1] for pid in crawls]
        assert ends == [0, 0], [(folder / "stderr").read_text()[-2000:] for folder in folders]
    asked = sorted(one.at for one in peer.asked)
    assert len(asked) == 8  # each process: robots.txt and three pages
    assert min(later - earlier for earlier, later in pairwise(asked)) >= DELAY * 0.8  # a request may leave a moment after its turn began


@pytest.mark.crawl
def test_a_site_that_asks_one_process_to_wait_is_left_alone_by_the_other(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address)
    with serving() as peer:
        peer.pages([[post(1)]])
        first, told = peer.answers["/firm?page=1"], []

        def busy_once(asked: object) -> object:
            if told:
                return first(asked)  # type: ignore[operator, arg-type]
            told.append(peer.asked[-1].at)
            return 429, {"Retry-After": "2"}, b""

        peer.answers["/firm?page=1"] = busy_once  # type: ignore[assignment]
        folders = [tmp_path / name for name in ("one", "other")]
        for folder in folders:
            folder.mkdir()
        for pid in [begin({"store": address, "home": peer.address, "delay": DELAY}, folder) for folder in folders]:
            assert os.waitpid(pid, 0)[1] == 0
    after = min(one.at for one in peer.asked if one.at > told[0])
    assert after - told[0] >= 1.9


@pytest.mark.pure
def test_a_slow_site_stretches_the_pause_within_bounds_and_an_error_never_shortens_it() -> None:
    pace = Pace()
    pace.throttle("a.example", 30, is_well=True)
    assert pace.pause("a.example") == 0  # no delay at all: this machine
    pace.slow("a.example", 5)
    pace.throttle("a.example", 1, is_well=True)
    assert pace.pause("a.example") == 5
    pace.throttle("a.example", 15, is_well=True)
    assert pace.pause("a.example") == 15
    pace.throttle("a.example", 1, is_well=False)
    assert pace.pause("a.example") == 15
    pace.throttle("a.example", 1, is_well=True)
    assert pace.pause("a.example") == 8
    pace.throttle("a.example", 1000, is_well=True)
    assert pace.pause("a.example") == 60
