"""Whole crawls over loopback: what is asked of a site, what is kept, what the ledger says."""

from __future__ import annotations

import gzip
import json
import os
import signal
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from warcio.archiveiterator import ArchiveIterator

from indexer.connect import connect
from plaint.model import Approval
from tests.crawl.peer import Answer, Asked, Peer, listing, post, serving
from tests.crawl.walk import begin, prepare

pytestmark = pytest.mark.crawl


@pytest.fixture
def peer() -> Iterator[Peer]:
    with serving() as site:
        yield site


@pytest.fixture
def store(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address)
    return address


def walk(store: str, peer: Peer, env: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """One crawl; its ledger."""
    folder = Path(store.removeprefix("sqlite:///")).parent
    status = os.waitpid(begin({"store": store, "home": peer.address, **more}, folder, env), 0)[1]
    assert status == 0, (folder / "stderr").read_text()[-3000:]
    runs: list[dict[str, Any]] = json.loads((folder / "runs.json").read_bytes())
    return runs[0]


def refs(store: str) -> set[str]:
    stores = connect(store)
    try:
        return set(stores.posts.refs("peer"))
    finally:
        stores.close()


def sums(run: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(run[name] for name in ("announced", "new", "known", "changed", "rejected", "missing"))


def test_all_pages_are_walked_and_a_second_run_finds_nothing_new(peer: Peer, store: str) -> None:
    peer.pages([[post(n) for n in range(5)], [post(n) for n in range(5, 10)], [post(10)]])
    first = walk(store, peer)
    assert sums(first) == (11, 11, 0, 0, 0, 0)
    assert (first["state"], first["alarms"], first["pages"], first["errors"]) == ("done", [], 3, 0)
    second = walk(store, peer)
    assert sums(second) == (11, 0, 11, 0, 0, 0)
    assert len(refs(store)) == 11


def test_an_unchanged_page_is_not_sent_again_but_its_posts_are_known(peer: Peer, store: str) -> None:
    peer.pages([[post(n) for n in range(3)], [post(n) for n in range(3, 6)]], etag=True)
    walk(store, peer)
    second = walk(store, peer)
    assert sums(second) == (6, 0, 6, 0, 0, 0)
    assert second["bytes"] == 0
    assert [one.headers.get("if-none-match") is not None for one in peer.asked[-2:]] == [True, True]


def test_an_unchanged_page_whose_evidence_is_lost_is_fetched_again(peer: Peer, store: str, tmp_path: Path) -> None:
    peer.pages([[post(n) for n in range(3)]], etag=True)
    walk(store, peer)
    for file in (tmp_path / "plaint.db.evidence").iterdir():
        file.unlink()
    second = walk(store, peer)
    assert sums(second) == (3, 0, 3, 0, 0, 0)
    assert second["bytes"] > 0


def test_an_edited_post_is_changed_and_a_rejected_one_is_quarantined(peer: Peer, store: str) -> None:
    peer.pages([[post(0), post(1)]])
    walk(store, peer)
    peer.pages([[post(0, text="Now the bank has answered."), {"id": "r1", "bad": "%%%"}]])
    run = walk(store, peer)
    assert sums(run) == (2, 0, 0, 1, 1, 0)
    stores = connect(store)
    (item,) = stores.runs.quarantined("peer")
    assert (item.rejection.ref, item.rejection.reason, item.run) == ("r1", "not understood", run["id"])
    assert stores.evidence.fetch(item.warc or "").body.startswith(b'{"total"')
    stores.close()


def test_the_firms_answers_are_kept_but_stay_out_of_the_sum(peer: Peer, store: str) -> None:
    peer.pages([[post(0, reply="We are sorry."), post(1)]])
    run = walk(store, peer)
    assert sums(run) == (2, 2, 0, 0, 0, 0)
    assert run["within"] == 1
    assert refs(store) == {"r0", "r1", "r0/reply"}


def test_what_robots_txt_refuses_is_not_asked_for(peer: Peer, store: str) -> None:
    peer.answers["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: plaint\nDisallow: /firm\n")
    peer.pages([[post(0)]])
    run = walk(store, peer)
    assert peer.paths() == []
    assert (run["state"], run["alarms"], run["new"]) == ("failed", ["refused by robots.txt"], 0)


def test_a_site_whose_robots_txt_fails_is_left_alone(peer: Peer, store: str) -> None:
    peer.answers["/robots.txt"] = (500, {}, b"")
    peer.pages([[post(0)]])
    run = walk(store, peer)
    assert peer.paths() == []
    assert run["alarms"] == ["refused by robots.txt"]


def test_the_crawl_delay_of_robots_txt_is_kept(peer: Peer, store: str) -> None:
    peer.answers["/robots.txt"] = (200, {}, b"User-agent: *\nCrawl-delay: 0.4\n")
    peer.pages([[post(n)] for n in range(4)])
    walk(store, peer)
    times = [one.at for one in peer.asked if one.path != "/robots.txt"]
    assert len(times) == 4
    assert times[-1] - times[0] > 0.8  # three pauses, less what a busy machine takes to hear the first request


def test_who_crawls_is_said_in_every_request(peer: Peer, store: str) -> None:
    peer.pages([[post(0)]])
    walk(store, peer)
    assert {one.headers["user-agent"] for one in peer.asked} == {f"Plaint/{version('plaint')} (+mailto:crawl@collector.example)"}
    assert all("cookie" not in one.headers and "referer" not in one.headers for one in peer.asked)


def test_a_busy_site_is_asked_again_when_it_said(peer: Peer, store: str) -> None:
    peer.pages([[post(0)]])
    page = peer.answers["/firm?page=1"]

    def busy_once(asked: Asked) -> Answer:
        return (429, {"Retry-After": "1"}, b"slow down") if peer.paths().count("/firm?page=1") == 1 else page(asked)  # type: ignore[operator]

    peer.answers["/firm?page=1"] = busy_once
    run = walk(store, peer)
    first, second = (one.at for one in peer.asked if one.path == "/firm?page=1")
    assert second - first >= 0.95
    assert (run["new"], run["errors"], run["alarms"]) == (1, 0, [])


def test_a_site_that_stays_busy_is_given_up(peer: Peer, store: str) -> None:
    peer.answers["/firm?page=1"] = (503, {}, b"down")
    run = walk(store, peer)
    assert peer.paths() == ["/firm?page=1"] * 4
    assert (run["state"], run["alarms"]) == ("failed", ["told to wait"])


def test_a_wait_of_hours_is_not_sat_out(peer: Peer, store: str) -> None:
    peer.answers["/firm?page=1"] = (429, {"Retry-After": "7200"}, b"come back later")
    run = walk(store, peer)
    assert peer.paths() == ["/firm?page=1"]
    assert (run["state"], run["alarms"]) == ("failed", ["told to wait"])


def test_a_list_that_goes_in_circles_ends_with_an_alarm(peer: Peer, store: str) -> None:
    peer.answers["/firm?page=1"] = listing([post(0)], None, "/firm?page=2")
    peer.answers["/firm?page=2"] = listing([post(1)], None, "/firm?page=1")
    run = walk(store, peer)
    assert peer.paths() == ["/firm?page=1", "/firm?page=2"]
    assert (run["new"], run["alarms"], run["state"]) == (2, ["endless list"], "failed")


def test_a_next_link_that_never_ends_is_left_at_the_first_page_without_news(peer: Peer, store: str) -> None:
    for number in range(1, 50):
        peer.answers[f"/firm?page={number}"] = listing([post(min(number, 3))], None, f"/firm?page={number + 1}")
    run = walk(store, peer)
    assert len(peer.paths()) == 4
    assert (run["new"], run["alarms"]) == (3, ["endless list"])


def test_a_last_page_that_names_itself_is_no_trouble_when_the_number_is_reached(peer: Peer, store: str) -> None:
    peer.answers["/firm?page=1"] = listing([post(0)], 2, "/firm?page=2")
    peer.answers["/firm?page=2"] = listing([post(1)], 2, "/firm?page=2")
    run = walk(store, peer)
    assert (sums(run), run["alarms"], run["state"]) == ((2, 2, 0, 0, 0, 0), [], "done")


def test_a_walk_has_a_most_number_of_pages(peer: Peer, store: str) -> None:
    for number in range(1, 50):
        peer.answers[f"/firm?page={number}"] = listing([post(number)], None, f"/firm?page={number + 1}")
    run = walk(store, peer, max_pages=5)
    assert (run["pages"], run["new"], run["alarms"], run["state"]) == (5, 5, ["too many pages"], "failed")


def test_half_a_page_keeps_what_it_had_and_says_so(peer: Peer, store: str) -> None:
    peer.answers["/firm?page=1"] = listing([post(0), post(1)], 5, None, half=True)
    run = walk(store, peer)
    assert sums(run) == (5, 2, 0, 0, 0, 3)
    assert (run["state"], run["alarms"], run["errors"]) == ("failed", ["half page"], 2)


@pytest.mark.parametrize(
    ("answer", "alarm"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html><title>Just a moment...</title></html>"), "challenge page"),
        ((403, {}, b"<html><title>Access denied</title></html>"), "challenge page"),
        ((200, {"Content-Type": "text/html"}, b"<html>please sign in</html>"), "login wall"),
        ((401, {}, b""), "login wall"),
        ((404, {}, b""), "not found"),
        ((400, {}, b""), "error answer"),
        ((200, {}, b"{]"), "error answer"),
        ((200, {"Content-Encoding": "gzip"}, b"no gzip"), "error answer"),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 9000)[:40]), "half page"),
    ],
)  # fmt: skip
def test_a_page_that_is_none_has_its_name_and_can_be_tried_again(peer: Peer, store: str, answer: Answer, alarm: str) -> None:
    peer.answers["/firm?page=1"] = answer
    run = walk(store, peer)
    assert (run["state"], run["alarms"], run["new"], run["errors"]) == ("failed", [alarm], 0, 1)
    stores = connect(store)
    (item,) = stores.runs.quarantined("peer")
    assert item.rejection.field == "page"
    assert stores.evidence.fetch(item.warc or "").body == answer[2]
    stores.close()


def test_packed_pages_are_read_and_kept_as_they_were_sent(peer: Peer, store: str) -> None:
    body = gzip.compress(json.dumps({"total": 1, "posts": [post(0)], "next": None}).encode())
    peer.answers["/firm?page=1"] = (200, {"Content-Encoding": "gzip", "Content-Type": "application/json"}, body)
    run = walk(store, peer)
    assert (run["new"], run["bytes"]) == (1, len(body))
    stores = connect(store)
    (kept,) = stores.posts.get(["peer:r0"])
    assert kept.capture is not None
    exchange = stores.evidence.fetch(kept.capture.warc or "")
    assert (exchange.body, kept.capture.sha256) == (body, sha256(body).hexdigest())
    assert (exchange.url, exchange.status, exchange.robots, exchange.source) == (f"{peer.address}/firm?page=1", 200, kept.capture.robots, "peer")
    assert ("User-Agent", f"Plaint/{version('plaint')} (+mailto:crawl@collector.example)") in exchange.request_headers
    stores.close()


def test_secrets_reach_the_site_and_nothing_else(peer: Peer, store: str, tmp_path: Path) -> None:
    prepare(store, ("keyed",))
    secret = "s3cr3t/Value+9"

    def echo(asked: Asked) -> Answer:
        key = asked.headers.get("x-key", "")
        said = {"total": 1, "posts": [post(0, text=f"your key is {key}")], "next": None}
        return 200, {"X-Echo": key, "Location": f"/?key={quote(key)}"}, json.dumps(said).encode()

    peer.answers["/firm?page=1"] = echo
    run = walk(store, peer, env={"PEER_KEY": secret}, site={"needs": ["PEER_KEY"]})
    assert peer.asked[-1].headers["x-key"] == secret
    assert run["new"] == 1
    for file in (f for f in tmp_path.rglob("*") if f.is_file()):
        held = file.read_bytes()
        if file.suffix == ".gz":
            with file.open("rb") as handle:
                held += b"".join(record.raw_stream.read(1_000_000) + str(record.http_headers).encode() for record in ArchiveIterator(handle))
        for form in (secret, quote(secret), quote(secret, safe=""), b64encode(secret.encode()).decode()):
            assert form.encode() not in held, file


def test_a_secret_does_not_follow_a_redirect_to_another_host(peer: Peer, store: str) -> None:
    prepare(store, ("keyed",))
    with serving() as stranger:
        stranger.answers["/firm"] = listing([post(0)], 1, None)
        peer.answers["/firm?page=1"] = (302, {"Location": f"{stranger.address}/firm"}, b"")
        walk(store, peer, env={"PEER_KEY": "s3cr3t-value"})
        assert all("x-key" not in one.headers for one in stranger.asked)


def test_a_page_cannot_lead_the_crawl_elsewhere(peer: Peer, store: str) -> None:
    with serving() as stranger:
        peer.answers["/firm?page=1"] = listing([post(0)], None, f"{stranger.address}/inside", details=["file:///etc/passwd"])
        run = walk(store, peer)
        assert stranger.asked == []
    assert (run["new"], run["alarms"]) == (1, ["link leads elsewhere"])


def test_a_redirect_cannot_lead_the_crawl_elsewhere(peer: Peer, store: str) -> None:
    with serving() as stranger:
        stranger.answers["/inside"] = listing([post(0)], 1, None)
        peer.answers["/firm?page=1"] = (302, {"Location": f"{stranger.address}/inside"}, b"")
        run = walk(store, peer)
        assert stranger.asked == []
    assert (run["new"], run["alarms"], run["state"]) == (0, ["link leads elsewhere"], "failed")


def test_posts_that_a_full_walk_no_longer_shows_have_vanished(peer: Peer, store: str) -> None:
    peer.pages([[post(n) for n in range(4)]])
    walk(store, peer)
    peer.pages([[post(n) for n in range(3)]])
    run = walk(store, peer)
    assert (sums(run), run["gone"]) == ((3, 0, 3, 0, 0, 0), 1)
    assert refs(store) == {"r0", "r1", "r2"}
    peer.pages([[post(n) for n in range(4)]])
    walk(store, peer)
    assert refs(store) == {"r0", "r1", "r2", "r3"}


def test_nothing_vanishes_from_a_source_that_shows_only_what_is_new(peer: Peer, store: str) -> None:
    peer.pages([[post(1), post(2)]])
    walk(store, peer, site={"whole": False})
    peer.pages([[post(2), post(3)]])
    run = walk(store, peer, site={"whole": False})
    assert (run["state"], run["new"], run["gone"]) == ("done", 1, 0)


@pytest.mark.parametrize(
    ("total", "more", "given"),
    [(4, None, {}), (3, "/missing", {}), (3, None, {"limit": 2}), (3, None, {"since": "2026-01-01"}), (None, "/firm?page=1", {})],
)
def test_nothing_vanishes_unless_everything_was_seen(peer: Peer, store: str, total: int | None, more: str | None, given: dict[str, Any]) -> None:
    peer.pages([[post(n) for n in range(4)]])
    walk(store, peer)
    peer.answers["/missing"] = (500, {}, b"")
    peer.answers["/firm?page=1"] = listing([post(n) for n in range(3)], total, more)
    run = walk(store, peer, **given)
    assert run["gone"] == 0
    assert len(refs(store)) == 4


def test_a_list_that_suddenly_lost_most_posts_is_doubted(peer: Peer, store: str) -> None:
    peer.pages([[post(n) for n in range(30)]], total=None)
    walk(store, peer)
    peer.pages([[post(0)]], total=None)
    run = walk(store, peer)
    assert (run["gone"], run["alarms"]) == (0, ["too many vanished"])
    assert len(refs(store)) == 30


def test_an_empty_answer_where_posts_were_is_an_alarm(peer: Peer, store: str) -> None:
    peer.pages([[post(0)]])
    walk(store, peer)
    peer.pages([[]], total=None)
    run = walk(store, peer)
    assert (run["gone"], run["alarms"], run["state"]) == (0, ["no posts"], "done")


def test_a_limit_takes_that_many_items_and_no_more_pages(peer: Peer, store: str) -> None:
    peer.pages([[post(n, reply="Sorry.") for n in range(4)], [post(9)]])
    run = walk(store, peer, limit=2)
    assert (run["new"], run["within"], run["state"], run["alarms"]) == (2, 2, "done", [])
    assert peer.paths() == ["/firm?page=1"]


def test_since_leaves_older_posts_out_and_ends_a_newest_first_list(peer: Peer, store: str) -> None:
    old = "2020-01-01T00:00:00Z"
    peer.pages([[post(0), post(1, date=old)], [post(2, date=old)], [post(3, date=old)]])
    run = walk(store, peer, since="2026-01-01", site={"newest_first": True})
    assert (run["new"], run["state"]) == (1, "done")
    assert peer.paths() == ["/firm?page=1", "/firm?page=2"]
    assert refs(store) == {"r0"}


def test_detail_pages_are_read_and_the_list_goes_on(peer: Peer, store: str) -> None:
    peer.answers["/firm?page=1"] = listing([], None, "/firm?page=2", details=["/d/1", "/d/2"])
    peer.answers["/firm?page=2"] = listing([], None, None, details=["/d/3"])
    for number in (1, 2, 3):
        peer.answers[f"/d/{number}"] = listing([post(number)], None, None)
    run = walk(store, peer)
    assert (run["new"], run["pages"], run["alarms"]) == (3, 5, [])


def test_what_is_not_approved_is_not_fetched(peer: Peer, store: str, tmp_path: Path) -> None:
    stores = connect(store)
    stores.registers.save_approval(Approval(source="peer", approved=True, by="boss", review_on="2026-01-01"))
    stores.close()
    pid = begin({"store": store, "home": peer.address}, tmp_path)
    assert os.waitpid(pid, 0)[1] != 0
    assert "was to be reviewed on 2026-01-01" in (tmp_path / "stderr").read_text()
    assert peer.asked == []


@pytest.mark.parametrize("killed_at", [1, 2, 4, 7])
def test_a_crawl_that_is_killed_is_completed_by_the_next(peer: Peer, store: str, tmp_path: Path, killed_at: int) -> None:
    peer.pages([[post(n * 5 + m) for m in range(5)] for n in range(8)], etag=True)
    reached = threading.Event()
    serve = peer.answers[f"/firm?page={killed_at}"]

    def at_the_page(asked: Asked) -> Answer:
        reached.set()
        return serve(asked)  # type: ignore[operator]

    peer.answers[f"/firm?page={killed_at}"] = at_the_page
    pid = begin({"store": store, "home": peer.address}, tmp_path)
    assert reached.wait(120)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    run = walk(store, peer)
    assert (run["state"], run["announced"], run["new"] + run["known"], run["changed"], run["missing"]) == ("done", 40, 40, 0, 0)
    assert refs(store) == {f"r{n}" for n in range(40)}
    stores = connect(store)
    dead = [one for one in stores.runs.newest() if one.id != run["id"]]
    assert [(one.state, one.alarms) for one in dead] == [("failed", ("died",))]
    assert dead[0].new <= run["known"]  # what was stored last may not have been counted any more, however slow the machine; never the reverse
    for kept in stores.posts.get([f"peer:r{n}" for n in range(40)]):
        assert kept.capture is not None
        assert sha256(stores.evidence.fetch(kept.capture.warc or "").body).hexdigest() == kept.capture.sha256
    stores.close()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_crawl_that_is_told_to_stop_says_stopped_at_once(peer: Peer, store: str, tmp_path: Path, sign: signal.Signals) -> None:
    peer.pages([[post(n)] for n in range(3)])
    peer.answers["/firm?page=2"] = (429, {"Retry-After": "300"}, b"wait")
    pid = begin({"store": store, "home": peer.address}, tmp_path)
    deadline = time.monotonic() + 20
    while "/firm?page=2" not in peer.paths() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.1)
    os.kill(pid, sign)
    assert os.waitpid(pid, 0)[1] == 0
    (run,) = json.loads((tmp_path / "runs.json").read_bytes())
    assert (run["state"], run["new"]) == ("stopped", 1)
