"""One walk that several processes share over a Redis: each page once, and the whole of it though one of them is killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from redis import Redis
from redis.exceptions import RedisError

from crawlers.run import Manners, crawl_sources
from crawlers.shared_spider import IN_HAND
from handles.serve import free_port
from indexer.connect import connect
from plaint.desk.rights import Refused
from plaint.model import Run
from tests.conftest import need
from tests.crawl.peer import Asked, Peer, listing, peer_source, post, serving
from tests.crawl.walk import begin, prepare
from tests.watch.made import until

pytestmark = pytest.mark.crawl
LISTS, DETAILS = 4, IN_HAND + 2
"""Pages of the list, and of details that each of them names."""


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis on a port of its own."""
    program = shutil.which("redis-server")
    need("peers", program is not None, "the Debian package redis-server")
    port = free_port("127.0.0.1", 26379)
    command = [str(program), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(command, cwd=tmp_path_factory.mktemp("redis"), stdout=subprocess.DEVNULL)
    address = f"redis://127.0.0.1:{port}"

    def answers() -> bool:
        with suppress(RedisError), Redis.from_url(address) as client:
            return bool(client.ping())
        return False

    try:
        until(answers)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _site(peer: Peer, pause: float) -> list[str]:
    """A list whose pages name details; each answer takes a while. The refs of all posts."""
    number, total = iter(range(10_000)), LISTS * (1 + DETAILS)
    for page in range(1, LISTS + 1):
        details = [f"/detail/{page}/{one}" for one in range(DETAILS)]
        for path in details:
            peer.answers[path] = _slowly(listing([post(next(number))], None, None), pause)
        more = f"/firm?page={page + 1}" if page < LISTS else None
        peer.answers[f"/firm?page={page}"] = _slowly(listing([post(next(number))], total, more, details=details), pause)
    return [f"r{one}" for one in range(total)]


def _until_two_ask(peer: Peer) -> None:
    """No detail of the first page is answered before two are asked at once: a process asks one page at a time, so both are at work.

    One of them can have no more in hand than `IN_HAND`, and the first page names more details than that.
    """
    waiting: list[str] = []

    def held(answer: Any) -> Any:
        def late(asked: Asked) -> Any:
            waiting.append(asked.path)
            until(lambda: len(waiting) > 1)
            return answer(asked)

        return late

    for one in range(DETAILS):
        path = f"/detail/1/{one}"
        peer.answers[path] = held(peer.answers[path])


def _slowly(answer: Any, pause: float) -> Any:
    def late(asked: Any) -> Any:
        time.sleep(pause)
        return answer(asked)

    return late


def _begin(folder: Path, name: str, **given: Any) -> int:
    (folder / name).mkdir()
    return begin({"pause": 0.05, "lease": 2.0, "site": {"whole": True}, **given}, folder / name)


def _end(folder: Path, name: str, pid: int) -> Run:
    assert os.waitpid(pid, 0)[1] == 0, (folder / name / "stderr").read_text()[-3000:]
    (run,) = msgspec.json.decode((folder / name / "runs.json").read_bytes(), type=list[Run])
    return run


def _pages(peer: Peer) -> Counter[str]:
    return Counter(peer.paths())


def test_two_processes_ask_each_page_once_and_mark_what_vanished_once(tmp_path: Path, redis: str) -> None:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address)
    stores = connect(address)
    with serving() as peer:
        given = {"store": address, "home": peer.address, "redis": redis}
        wanted = _site(peer, 0.05)
        _until_two_ask(peer)
        pids = {name: _begin(tmp_path, name, **given) for name in ("one", "two")}
        runs = [_end(tmp_path, name, pid) for name, pid in pids.items()]
        assert set(_pages(peer).values()) == {1}
        assert len(_pages(peer)) == len(wanted)
        assert sorted(stores.posts.refs("peer")) == sorted(wanted)
        assert [run.state for run in runs] == ["done", "done"]
        assert all(run.pages > 0 for run in runs), "each has a share"
        assert sum(run.new for run in runs) == len(wanted)
        assert {(run.missing, run.gone, run.errors, run.alarms, run.reach) for run in runs} == {(0, 0, 0, (), "full")}

        lost = f"/detail/{LISTS}/0"
        gone = json.loads(_said(peer, lost))["posts"][0]["id"]
        peer.answers[lost] = listing([], None, None)
        for page in range(1, LISTS + 1):
            path = f"/firm?page={page}"
            peer.answers[path] = _fewer(peer.answers[path], len(wanted) - 1)
        pids = {name: _begin(tmp_path, name, **given) for name in ("three", "four")}
        runs = [_end(tmp_path, name, pid) for name, pid in pids.items()]
        assert sorted(run.gone for run in runs) == [0, 1], "neither has seen it all: only their sum knows"
        assert [post.gone is not None for post in stores.posts.get([f"peer:{ref}" for ref in sorted(wanted)])].count(True) == 1
        assert gone not in set(stores.posts.refs("peer"))
        stores.close()


def _said(peer: Peer, path: str) -> bytes:
    answer = peer.answers[path]
    return (answer(Asked(path, {}, 0.0)) if callable(answer) else answer)[2]


def _fewer(answer: Any, total: int) -> Any:
    def changed(asked: Any) -> Any:
        status, headers, body = answer(asked)
        kept = {name: said for name, said in headers.items() if name.lower() != "etag"}
        return status, kept, json.dumps({**json.loads(body), "total": total}).encode()

    return changed


def test_what_a_killed_process_had_in_hand_is_done_by_the_other(tmp_path: Path, redis: str) -> None:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address)
    with serving() as peer:
        given = {"store": address, "home": peer.address, "redis": redis}
        wanted = _site(peer, 0.1)
        killed = _begin(tmp_path, "killed", **given)
        until(lambda: len(_pages(peer)) >= 4, tmp_path / "killed" / "stderr")
        other = _begin(tmp_path, "other", **given)
        until(lambda: len(_pages(peer)) >= 10, tmp_path / "other" / "stderr")
        os.kill(killed, signal.SIGKILL)
        os.waitpid(killed, 0)
        run = _end(tmp_path, "other", other)
    stores = connect(address)
    assert sorted(stores.posts.refs("peer")) == sorted(wanted)
    assert all(len(stores.posts.revisions(f"peer:{ref}")) == 1 for ref in wanted)
    assert (run.state, run.missing, run.errors, run.alarms) == ("done", 0, 0, ())
    assert set(_pages(peer)) >= {f"/firm?page={page}" for page in range(1, LISTS + 1)}
    assert sum(_pages(peer).values()) <= len(wanted) + 8, "only what was in hand is asked again"
    stores.close()


def test_a_process_that_is_told_to_stop_gives_back_what_it_has_in_hand(tmp_path: Path, redis: str) -> None:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address)
    with serving() as peer:
        given = {"store": address, "home": peer.address, "redis": redis, "lease": 600.0}
        wanted = _site(peer, 0.1)
        stopped = _begin(tmp_path, "stopped", **given)
        until(lambda: len(_pages(peer)) >= 4, tmp_path / "stopped" / "stderr")
        os.kill(stopped, signal.SIGTERM)
        assert _end(tmp_path, "stopped", stopped).state == "stopped"
        run = _end(tmp_path, "next", _begin(tmp_path, "next", **given))
    stores = connect(address)
    assert sorted(stores.posts.refs("peer")) == sorted(wanted)
    assert (run.state, run.gone, run.alarms) == ("done", 0, ())
    stores.close()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("redis://127.0.0.1:1", "no Redis answers at 127.0.0.1:1"),
        ("http://127.0.0.1", "http is no kind of Redis address"),
        ("redis://127.0.0.1:many", "no Redis answers"),
    ],
)
def test_a_redis_that_is_not_there_is_refused_before_anything_is_asked(tmp_path: Path, address: str, said: str) -> None:
    store = f"sqlite:///{tmp_path}/plaint.db"
    prepare(store)
    stores = connect(store)
    with pytest.raises(Refused, match=said):
        crawl_sources(stores, [peer_source()], ["acme"], manners=Manners(redis=address))
    assert stores.runs.newest() == []
    stores.close()
