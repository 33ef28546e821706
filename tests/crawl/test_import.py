"""Imports: every kind of container, twice, half, killed; what is no page is set aside with its reason."""

from __future__ import annotations

import gzip
import json
import os
import signal
import time
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.again import read_again
from crawlers.importing import Importer
from crawlers.saved import saved_pages, stated_url
from indexer.connect import connect
from plaint.model import Approval, Run
from plaint.ports import Stores
from tests.crawl.peer import peer_source, post

PACKED = {"Content-Type": "application/json", "Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def page(*numbers: int, **more: Any) -> bytes:
    return json.dumps({"total": None, "posts": [post(n) for n in numbers], "next": None, **more}).encode()


def complaint(number: int) -> bytes:
    """An answer of the regulator's API, with one complaint that has no narrative."""
    source = {"product": "Credit card", "date_received": "2026-10-01T12:00:00-05:00", "company": "ACME BANK"}
    return json.dumps({"hits": {"total": {"value": 1}, "hits": [{"_id": str(number), "_source": source}]}}).encode()


def take_in(stores: Stores, *paths: Path, **more: Any) -> tuple[int, int, dict[str, Run]]:
    given = {"source": peer_source(), "firm": None, "now": NOW, **more}
    done = Importer(stores, **given).take_in(saved_pages(paths))
    return done.files, done.unreadable, {run.source: run for run in done.runs}


def warc(*answers: tuple[str, bytes, dict[str, str]]) -> bytes:
    out = BytesIO()
    writer = WARCWriter(out, gzip=True)
    for url, body, headers in answers:
        http = StatusAndHeaders("200 OK", list(headers.items()), protocol="HTTP/1.1")
        writer.write_record(writer.create_warc_record(url, "response", payload=BytesIO(body), length=len(body), http_headers=http,
                                                      warc_headers_dict={"WARC-Date": "2026-05-01T10:00:00Z"}))  # fmt: skip
        writer.write_record(writer.create_warc_record(url, "request", http_headers=StatusAndHeaders("GET / HTTP/1.1", [], is_http_request=True)))
    return out.getvalue()


def zipped(body: bytes) -> bytes:
    """As gzip, with no time in its header, so that the same bytes come out whenever it is asked for."""
    return gzip.compress(body, mtime=0)


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


def as_folder(tmp: Path) -> Path:
    folder = tmp / "saved"
    (folder / "deep" / ".git").mkdir(parents=True)
    (folder / "a.json").write_bytes(page(0, 1))
    (folder / "deep" / "b.json.gz").write_bytes(gzip.compress(page(2)))
    (folder / "deep" / "logo.png").write_bytes(b"\x89PNG")
    (folder / "deep" / ".git" / "x.json").write_bytes(page(9))
    return folder


def as_zip(tmp: Path) -> Path:
    with zipfile.ZipFile(tmp / "saved.zip", "w") as archive:
        archive.writestr("a.json", page(0, 1))
        archive.writestr("deep/b.json", page(2))
        archive.writestr("deep/style.css", "p{}")
    return tmp / "saved.zip"


def as_warc(tmp: Path) -> Path:
    file = tmp / "saved.warc.gz"
    file.write_bytes(
        warc(
            ("https://peer.example/robots.txt", b"User-agent: *", {"Content-Type": "text/plain"}),
            ("https://peer.example/1", page(0, 1), {"Content-Type": "application/json"}),
            ("https://peer.example/2", chunked(zipped(page(2))), PACKED),
            ("https://peer.example/logo", b"\x89PNG", {"Content-Type": "image/png"}),
        )
    )  # fmt: skip
    return file


def as_har(tmp: Path) -> Path:
    def entry(url: str, body: bytes) -> dict[str, Any]:
        answer = {"status": 200, "headers": [{"name": "Content-Encoding", "value": "br"}], "content": {"text": body.decode()}}
        return {"startedDateTime": "2026-05-01T10:00:00.000+02:00", "request": {"method": "GET", "url": url}, "response": answer}

    said = {"log": {"version": "1.2", "entries": [entry("https://peer.example/1", page(0, 1)), entry("https://peer.example/2", page(2))]}}
    (tmp / "saved.har").write_text(json.dumps(said))
    return tmp / "saved.har"


@pytest.mark.parametrize("packed", [as_folder, as_zip, as_warc, as_har])
def test_every_container_gives_the_same_posts_and_nothing_twice(stores: Stores, tmp_path: Path, packed: Any) -> None:
    path = packed(tmp_path)
    files, unreadable, runs = take_in(stores, path)
    assert (files, unreadable, runs["peer"].new, runs["peer"].state, runs["peer"].alarms) == (2, 0, 3, "done", ())
    *_, again = take_in(stores, path)
    assert (again["peer"].new, again["peer"].known, again["peer"].changed) == (0, 3, 0)
    assert set(stores.posts.refs("peer")) == {"r0", "r1", "r2"}
    for kept in stores.posts.get(["peer:r0", "peer:r2"]):
        assert kept.capture is not None
        assert stores.evidence.fetch(kept.capture.warc or "").url == kept.capture.url


def test_a_web_archive_keeps_when_and_where_its_pages_were_fetched(stores: Stores, tmp_path: Path) -> None:
    take_in(stores, as_warc(tmp_path))
    (kept,) = stores.posts.get(["peer:r2"])
    assert kept.capture is not None
    assert (kept.capture.url, kept.capture.at) == ("https://peer.example/2", "2026-05-01T10:00:00Z")
    assert stores.evidence.fetch(kept.capture.warc or "").body == zipped(page(2))


def test_the_time_of_a_file_counts_unless_another_is_given(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(page(0))
    os.utime(file, (1_700_000_000, 1_700_000_000))
    assert [saved.fetched.at for saved in saved_pages([file])] == ["2023-11-14T22:13:20Z"]
    assert [saved.fetched.at for saved in saved_pages([file], at="2026-01-01T00:00:00Z")] == ["2026-01-01T00:00:00Z"]


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (b"<!DOCTYPE html>\n<!-- saved from url=(0029)https://www.reviews.example/a -->\n<html>", "https://www.reviews.example/a"),
        (b'<html><head><link rel="canonical" href="https://r.example/x?a=1&amp;b=2"></head>', "https://r.example/x?a=1&b=2"),
        (b"<meta content='https://r.example/og' property='og:url'>", "https://r.example/og"),
        (b"<html><a href='https://r.example/'>x</a>", None),
    ],
)
def test_a_saved_page_says_where_it_is_from(body: bytes, url: str | None) -> None:
    assert stated_url(body) == url


def test_what_cannot_be_read_is_counted_set_aside_and_never_stops_the_rest(stores: Stores, tmp_path: Path) -> None:
    (tmp_path / "1.json").write_bytes(b"{broken")
    (tmp_path / "2.json").write_bytes(page(0))
    (tmp_path / "3.json").write_bytes(b"\x1f\x8bno gzip")
    (tmp_path / "4.warc.gz").write_bytes(warc(("https://p.example/1", page(1), {}), ("https://p.example/2", page(2), {}))[:-250])
    (tmp_path / "5.zip").write_bytes(b"PK\x03\x04 no zip")
    files, unreadable, runs = take_in(stores, tmp_path)
    assert runs["peer"].new == 2 + (files - unreadable - 2)
    assert unreadable >= 3
    items = stores.runs.quarantined("peer")
    assert len(items) == unreadable == runs["peer"].rejected
    assert {item.rejection.field for item in items} == {"page"}


def test_the_source_is_found_out_by_what_reads_the_page(stores: Stores, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(complaint(7))
    (tmp_path / "b.txt").write_bytes(b"nothing of interest")
    files, unreadable, runs = take_in(stores, tmp_path, source=None)
    assert (files, unreadable, runs["cfpb"].new, runs["unknown"].rejected) == (2, 1, 1, 1)
    assert [item.source for item in stores.runs.quarantined("unknown")] == ["unknown"]


def test_a_source_that_the_register_refuses_is_not_taken_in(stores: Stores, tmp_path: Path) -> None:
    stores.registers.save_approval(Approval(source="cfpb", approved=False, by="boss", note="no"))
    (tmp_path / "a.json").write_bytes(complaint(7))
    *_, runs = take_in(stores, tmp_path, source=None)
    assert (runs["cfpb"].new, runs["cfpb"].alarms) == (0, ("refused by the register",))
    assert list(stores.posts.refs("cfpb")) == []


def test_a_rejected_page_is_read_again_from_its_evidence(stores: Stores, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(complaint(7))
    take_in(stores, tmp_path)  # with the wrong source
    (item,) = stores.runs.quarantined("peer")
    from dataclasses import replace

    stores.runs.quarantine([replace(item, source="cfpb")])  # as if the source file had been mended
    done = read_again(stores, stores.runs.quarantined("cfpb"), NOW)
    assert (done.settled, done.still, done.new) == (1, 0, 1)
    assert stores.runs.quarantined("cfpb") == []
    assert [one.id for one in stores.runs.quarantined("cfpb", "retried")] == [item.id]
    (kept,) = stores.posts.get(["cfpb:7"])
    assert kept.capture is not None
    assert stores.evidence.fetch(kept.capture.warc or "").body == complaint(7)


@pytest.mark.parametrize("after", [1, 17, 60])
def test_an_import_that_is_killed_is_completed_by_the_next(tmp_path: Path, after: int) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    for number in range(80):
        (folder / f"{number:03}.json").write_bytes(page(number * 2, number * 2 + 1))
    address = f"sqlite:///{tmp_path}/plaint.db"
    connect(address).close()
    pid = os.fork()
    if not pid:
        try:
            Importer(connect(address), source=peer_source(), firm=None, now=NOW).take_in(saved_pages([folder]))
        finally:
            os._exit(0)
    stores = connect(address)
    deadline = time.monotonic() + 20
    while sum(1 for _ in stores.posts.refs("peer")) < after and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    held = sum(1 for _ in stores.posts.refs("peer"))
    *_, runs = take_in(stores, folder)
    run = runs["peer"]
    assert (run.new, run.known, run.changed, run.rejected) == (160 - held, held, 0, 0)
    assert sorted(stores.posts.refs("peer")) == sorted(f"r{n}" for n in range(160))
    assert [one.state for one in stores.runs.newest() if one.id != run.id] == (["failed"] if held < 160 else ["done"])
    stores.close()


def test_the_command_prints_one_ledger_and_ends_with_0_once_every_file_was_dealt_with(tmp_path: Path) -> None:
    from manage import app

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").write_bytes(complaint(7))
    (tmp_path / "in" / "b.json").write_bytes(b"{")
    run = CliRunner().invoke(app, ["import", str(tmp_path / "in"), "--source", "cfpb", "--store", f"sqlite:///{tmp_path}/p.db"])
    assert run.exit_code == 0, run.output
    ledger = json.loads(run.stdout.splitlines()[-1])
    assert (ledger["files"], ledger["unreadable"], ledger["new"], ledger["rejected"], ledger["state"]) == (2, 1, 1, 1, "done")
    typo = CliRunner().invoke(app, ["import", str(tmp_path / "in"), "--source", "cfbp", "--store", f"sqlite:///{tmp_path}/p.db"])
    assert typo.exit_code == 2
    assert "did you mean cfpb?" in typo.stderr
