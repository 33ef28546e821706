"""Pictures of captured pages, by a real Chromium: they show what was kept, ask nobody else for anything, and never cost the crawl."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawlers import pictures
from indexer.connect import connect
from indexer.handing import write_zip
from plaint.desk.handing import pictures_of
from plaint.desk.keeping import ALONE, verify
from plaint.model import Post
from plaint.query.tree import Search
from tests.conftest import need
from tests.crawl.peer import Asked, Peer, dressed, post, serving
from tests.crawl.test_walk import peer, store, walk

__all__ = ["peer", "store"]
pytestmark = pytest.mark.crawl

CHROMIUM = Path(os.environ.get("PLAINT_CHROMIUM", "/usr/bin/chromium"))
GREEN = b"body { margin: 0; background: #0a7d3c }"
HEAD = '<link rel="stylesheet" href="/style.css">'


@pytest.fixture
def chromium() -> str:
    need("browser", CHROMIUM.exists(), "install chromium, or set PLAINT_CHROMIUM")
    return str(CHROMIUM)


@pytest.fixture
def elsewhere() -> Iterator[Peer]:
    with serving() as site:
        yield site


def corner(png: bytes) -> tuple[int, int, int]:
    """The colour of the first pixel; the first pixel of a PNG is the same under each of its filters."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, packed = 8, b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        packed += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    return tuple(zlib.decompress(packed)[1:4])  # type: ignore[return-value]


def of_posts(store: str) -> dict[str, bytes | None]:
    """The picture of the capture of each post."""
    stores = connect(store)
    try:
        held: list[Post] = list(stores.posts.scan(Search()))
        shown = {one.ref: stores.evidence.picture(one.capture.warc or "") for one in held if one.capture}
        return {ref: None if picture is None else picture.body for ref, picture in shown.items()}
    finally:
        stores.close()


def proof(store: str) -> Any:
    stores = connect(store)
    try:
        return verify(stores, None)
    finally:
        stores.close()


def test_a_picture_shows_the_page_that_was_kept_and_belongs_to_its_record(peer: Peer, store: str, chromium: str, tmp_path: Path) -> None:
    peer.answers |= {
        "/firm?page=1": dressed([post(0)], "/firm?page=2", HEAD, "<p>one</p>"),
        "/firm?page=2": dressed([post(1)], None, HEAD, "<p>two</p>"),
        "/style.css": (200, {"Content-Type": "text/css"}, GREEN),
    }
    run = walk(store, peer, chromium=chromium)
    assert (run["state"], run["new"], run["pages"], run["alarms"]) == ("done", 2, 2, [])
    shown = of_posts(store)
    assert {ref: corner(png or b"") for ref, png in shown.items()} == {"r0": (10, 125, 60), "r1": (10, 125, 60)}
    assert sorted(peer.paths()) == ["/firm?page=1", "/firm?page=2", "/style.css"]

    records: dict[str, tuple[str, str | None]] = {}
    for file in (tmp_path / "plaint.db.evidence").glob("*.warc.gz"):
        with file.open("rb") as handle:
            for record in ArchiveIterator(handle):
                said = record.rec_headers
                if record.rec_type in {"resource", "response"}:
                    records[said["WARC-Record-ID"]] = (f"{record.rec_type} {said['WARC-Target-URI']}", said["WARC-Concurrent-To"])
    tied = {what: records[of][0] for what, of in records.values() if of is not None}
    page = f"{peer.address}/firm?page="
    assert tied == {f"resource {page}1": f"response {page}1", f"resource {page}2": f"response {page}2"}
    found = proof(store)
    assert (found.pictures, found.holds) == (2, True)


def test_nothing_is_asked_of_others_nor_against_robots_txt_and_no_script_runs(peer: Peer, store: str, chromium: str, elsewhere: Peer) -> None:
    lost = ["/private.png", "/gone.png", "/away.png"]
    peer.answers |= {
        "/robots.txt": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /private.png\n"),
        "/style.css": (200, {"Content-Type": "text/css"}, f"@import '{elsewhere.address}/more.css'; {GREEN.decode()}".encode()),
        "/away.png": (302, {"Location": f"{elsewhere.address}/away.png"}, b""),
        "/firm?page=1": dressed(
            [post(0)], None,
            f'{HEAD}<link rel="preconnect" href="{elsewhere.address}"><meta http-equiv="refresh" content="0; url={elsewhere.address}/meta">',
            f'<img src="{elsewhere.address}/pixel.png"><iframe src="/frame"></iframe><iframe src="{elsewhere.address}/frame"></iframe>'
            "<video src='/film' autoplay></video><script>fetch('/beacon'); document.body.innerHTML = ''</script>"
            + "".join(f'<img src="{path}">' for path in lost),
        ),
    }  # fmt: skip
    run = walk(store, peer, chromium=chromium)
    assert (run["state"], run["alarms"], run["errors"]) == ("done", [], 0)
    assert corner(of_posts(store)["r0"] or b"") == (10, 125, 60)
    assert elsewhere.asked == []
    assert sorted(peer.paths()) == ["/away.png", "/firm?page=1", "/gone.png", "/style.css"]


def test_the_pause_of_the_host_is_kept_for_what_pictures_need(peer: Peer, store: str, chromium: str) -> None:
    peer.answers |= {
        "/firm?page=1": dressed([post(0)], None, HEAD, '<img src="/logo.png">'),
        "/style.css": (200, {"Content-Type": "text/css"}, GREEN),
    }
    walk(store, peer, chromium=chromium, delay=0.4)
    asked = [one.at for one in peer.asked]
    assert len(asked) == 4
    assert asked[-1] - asked[0] > 0.8  # three pauses, less what a busy machine takes to hear the first request


def test_without_chromium_the_crawl_is_the_same_and_says_so(peer: Peer, store: str, tmp_path: Path) -> None:
    peer.answers["/firm?page=1"] = dressed([post(0), post(1)], None)
    run = walk(store, peer, chromium=str(tmp_path / "none"))
    assert (run["state"], run["new"], run["alarms"]) == ("done", 2, ["no picture: Chromium is missing"])
    assert of_posts(store) == {"r0": None, "r1": None}


def test_a_chromium_that_is_none_costs_the_pictures_only(peer: Peer, store: str, tmp_path: Path, chromium: str) -> None:
    peer.answers |= {"/firm?page=1": dressed([post(0)], "/firm?page=2"), "/firm?page=2": dressed([post(1)], None)}
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    run = walk(store, peer, chromium=str(broken))
    assert (run["state"], run["new"], run["alarms"]) == ("done", 2, ["no picture: Chromium does not start"])


def test_a_page_that_is_never_finished_costs_its_picture_only(
    peer: Peer, store: str, chromium: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    def never(_: Asked) -> Any:
        time.sleep(8)
        return 404, {}, b""

    monkeypatch.setattr(pictures, "PATIENCE", 3)
    peer.answers |= {"/firm?page=1": dressed([post(0)], None, '<link rel="stylesheet" href="/never.css">'), "/never.css": never}
    run = walk(store, peer, chromium=chromium)
    assert (run["state"], run["new"], run["alarms"]) == ("done", 1, ["no picture: too slow"])


def test_a_picture_goes_with_its_page_into_other_hands(peer: Peer, store: str, chromium: str, tmp_path: Path) -> None:
    peer.answers["/firm?page=1"] = dressed([post(0)], None, body="<p>one</p>")
    walk(store, peer, chromium=chromium, limit=1)
    stores = connect(store)
    (held,) = stores.posts.get(["peer:r0"])
    assert held.capture is not None
    place = held.capture.warc or ""
    captures = {place: stores.evidence.fetch(place)}
    taken = pictures_of(stores, captures)
    stores.close()
    write_zip(tmp_path / "out.zip", [held], captures, taken)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        archive.extractall(tmp_path / "out")
    assert (tmp_path / "out" / "pictures" / f"{held.capture.sha256}.png").read_bytes() == taken[place].body
    assert f"{sha256(taken[place].body).hexdigest()}  pictures/" in (tmp_path / "out" / "SHA256SUMS").read_text()
    check = [sys.executable, "-m", "warcio.cli", "check", "captures.warc.gz"]
    assert subprocess.run(check, cwd=tmp_path / "out", check=False).returncode == 0


def test_a_picture_whose_page_is_gone_is_a_fault_and_is_found_again_without_the_index(tmp_path: Path) -> None:
    from indexer.evidence import WarcFolder
    from plaint.ports import Fetched

    page = Fetched(url="https://reviews.example/", at="2026-11-24T10:00:00Z", status=200, headers=(), body=b"<p>slow</p>")
    of = WarcFolder(tmp_path / "plaint.db.evidence")
    capture = of.keep(page)
    picture = Fetched(url=page.url, at=page.at, status=0, headers=(("Content-Type", "image/png"),), body=b"png", picture_of=capture.warc)
    place = of.keep(picture).warc
    of.close()
    assert dict(of.walk())[place or ""] == picture
    for index in of.path.glob("payloads.db*"):
        index.unlink()
    assert WarcFolder(of.path).picture(capture.warc or "") == picture
    with pytest.raises(LookupError):
        of.keep(Fetched(url="", at=page.at, status=0, headers=(), body=b"png", picture_of="none.warc.gz#0"))

    (file,) = of.path.glob("*.warc.gz")
    at = int((capture.warc or "").partition("#")[2])
    damaged = bytearray(file.read_bytes())
    damaged[at : at + 40] = bytes(40)
    file.write_bytes(damaged)
    found = proof(f"sqlite:///{tmp_path}/plaint.db")
    assert (found.pictures, json.loads(json.dumps(found.counts))) == (1, {ALONE: 1})
