"""Evidence: what was written is read back byte for byte, by us and by standard tools, whatever happened to the writer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from indexer.evidence import WarcFolder
from indexer.warc_write import STRUCK
from plaint.ports import Fetched

AT = "2026-11-24T10:00:00Z"


def page(body: bytes = b"<p>slow bank</p>", **more: object) -> Fetched:
    said = {"url": "https://reviews.example/firm?page=1", "at": AT, "status": 200, "headers": (("Content-Type", "text/html"),), "body": body}
    return Fetched(**{**said, **more})  # type: ignore[arg-type]


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.warc.gz"))


def standard_check(folder: Path) -> int:
    """What `warcio check` says of all files: 0 when every digest holds."""
    checker = Checker(type("Options", (), {"verbose": False, "inputs": [str(f) for f in files(folder)]})())
    checker.process_all()
    return checker.exit_value


def test_an_exchange_is_read_back_as_it_was(tmp_path: Path) -> None:
    folder = WarcFolder(tmp_path)
    asked = page(method="POST", request_body=b"q=1", request_headers=(("Accept", "*/*"),), robots="allowed by robots.txt", source="demo", status=202)
    capture = folder.keep(asked)
    assert folder.fetch(capture.warc or "") == asked
    assert (capture.url, capture.at, capture.robots) == (asked.url, AT, "allowed by robots.txt")
    assert standard_check(tmp_path) == 0


def test_equal_bytes_are_kept_once_also_across_processes(tmp_path: Path) -> None:
    first = WarcFolder(tmp_path)
    body = os.urandom(40_000)
    first.keep(page(body))
    first.close()
    second = WarcFolder(tmp_path)
    later = second.keep(page(body, url="https://reviews.example/other", at="2026-11-25T10:00:00Z"))
    second.close()
    assert second.fetch(later.warc or "").body == body
    assert second.fetch(later.warc or "").url == "https://reviews.example/other"
    assert sum(f.stat().st_size for f in files(tmp_path)) < 50_000
    assert standard_check(tmp_path) == 0


def test_the_index_is_made_again_when_it_is_lost(tmp_path: Path) -> None:
    body = os.urandom(20_000)
    first = WarcFolder(tmp_path)
    kept = first.keep(page(body))
    first.close()
    for index in tmp_path.glob("payloads.db*"):
        index.unlink()
    second = WarcFolder(tmp_path)
    again = second.keep(page(body))
    assert second.fetch(again.warc or "").body == second.fetch(kept.warc or "").body == body
    assert files(tmp_path)[1].stat().st_size < 5_000 or files(tmp_path)[0].stat().st_size < 5_000


def test_a_revisit_whose_original_is_gone_is_not_passed_off_as_evidence(tmp_path: Path) -> None:
    first = WarcFolder(tmp_path)
    first.keep(page(b"gone" * 50))
    first.close()
    original = files(tmp_path)[0]
    second = WarcFolder(tmp_path)
    revisit = second.keep(page(b"gone" * 50))
    second.close()
    original.unlink()
    with pytest.raises(LookupError):
        second.fetch(revisit.warc or "")
    assert list(second.walk()) == []


def test_a_saved_file_is_a_resource_and_no_exchange(tmp_path: Path) -> None:
    folder = WarcFolder(tmp_path)
    saved = Fetched(url="file:saved.html", at=AT, status=0, headers=(("Content-Type", "text/html"),), body=b"<p>x</p>")
    again = Fetched(url="file:copy.html", at=AT, status=0, headers=(("Content-Type", "text/html"),), body=b"<p>x</p>")
    assert folder.fetch(folder.keep(saved).warc or "") == saved
    assert folder.fetch(folder.keep(again).warc or "") == again
    with files(tmp_path)[0].open("rb") as handle:
        assert [r.rec_type for r in ArchiveIterator(handle)] == ["warcinfo", "resource", "revisit"]


def test_not_modified_is_recorded_as_such(tmp_path: Path) -> None:
    folder = WarcFolder(tmp_path)
    got = folder.fetch(folder.keep(page(b"", status=304)).warc or "")
    assert (got.status, got.body) == (304, b"")
    assert standard_check(tmp_path) == 0


def test_credentials_are_struck_out_whoever_hands_them_in(tmp_path: Path) -> None:
    folder = WarcFolder(tmp_path)
    secret = "tOpSecret-9"
    capture = folder.keep(page(headers=(("Set-Cookie", secret),), request_headers=(("authorization", f"Bearer {secret}"), ("Cookie", secret))))
    got = folder.fetch(capture.warc or "")
    assert {value for _, value in got.headers + got.request_headers} == {STRUCK}


@settings(max_examples=40, deadline=None)
@given(cut=st.floats(0, 1))
def test_a_file_cut_anywhere_keeps_all_records_before_the_cut(tmp_path_factory: pytest.TempPathFactory, cut: float) -> None:
    tmp = tmp_path_factory.mktemp("warc")
    folder = WarcFolder(tmp)
    places = [folder.keep(page(b"%d " % n * 300)).warc or "" for n in range(5)]
    folder.close()
    file = files(tmp)[0]
    length = int(file.stat().st_size * cut)
    os.truncate(file, length)
    starts = [int(p.rpartition("#")[2]) for p in places]
    whole = [p for p, end in zip(places, [*starts[1:], file.stat().st_size + 1], strict=True) if end <= length]
    read = [place for place, _ in WarcFolder(tmp).walk()]
    assert read[: len(whole)] == whole
    assert len(read) <= len(whole) + 1
    for n, place in enumerate(whole):
        assert WarcFolder(tmp).fetch(place).body == b"%d " % n * 300


@pytest.mark.parametrize("place", ["", "x", "../secret#0", "a#b", "missing.warc.gz#0", "#12"])
def test_a_position_that_is_none_is_a_lookup_error(tmp_path: Path, place: str) -> None:
    with pytest.raises(LookupError):
        WarcFolder(tmp_path).fetch(place)


@given(where=st.floats(0, 1, exclude_max=True))
@settings(max_examples=60, deadline=None)
def test_one_changed_byte_costs_one_exchange_and_not_those_behind_it(tmp_path_factory: pytest.TempPathFactory, where: float) -> None:
    folder = WarcFolder(tmp_path_factory.mktemp("warc"))
    pages = [page(os.urandom(300) + bytes([number])) for number in range(4)]
    places = [folder.keep(one).warc or "" for one in pages]
    folder.close()
    [file] = files(folder.path)
    starts = [int(place.partition("#")[2]) for place in places]
    at = starts[1] + int(where * (starts[2] - starts[1]))
    damaged = bytearray(file.read_bytes())
    damaged[at] ^= 0x20
    file.write_bytes(damaged)
    walked = dict(WarcFolder(folder.path).walk())
    assert [walked.get(place) for place in (places[0], *places[2:])] == [pages[0], *pages[2:]]
    assert walked.get(places[1], pages[1]).body == pages[1].body


def test_damaged_bytes_that_look_like_the_older_format_are_no_record(tmp_path: Path) -> None:
    folder = WarcFolder(tmp_path)
    place = folder.keep(page()).warc or ""
    folder.close()
    [file] = files(tmp_path)
    start = int(place.partition("#")[2])
    like_arc = b"https://reviews.example/ 127.0.0.1 20261124100000 text/html 9\n<p>ok</p>\n"
    file.write_bytes(file.read_bytes()[:start] + like_arc)
    with pytest.raises(LookupError):
        folder.fetch(place)
    assert list(folder.walk()) == []


def test_files_are_rotated_by_size(tmp_path: Path) -> None:
    folder = WarcFolder(tmp_path, rotate=30_000)
    kept = [folder.keep(page(os.urandom(20_000))) for _ in range(4)]
    folder.close()
    assert len(files(tmp_path)) == 2
    assert [place for place, _ in folder.walk()] == sorted((c.warc or "" for c in kept), key=lambda p: (p.split("#")[0], int(p.split("#")[1])))


def test_a_writer_killed_at_work_leaves_a_readable_archive(tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        import os
        from indexer.evidence import WarcFolder
        from plaint.ports import Fetched
        folder = WarcFolder({str(tmp_path)!r})
        while True:
            kept = folder.keep(Fetched(url="https://a.example/", at={AT!r}, status=200, headers=(), body=os.urandom(3000)))
            print(kept.warc, kept.sha256, flush=True)
            folder.sync()
    """)
    writer = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    said = [writer.stdout.readline().split() for _ in range(30)]
    writer.send_signal(signal.SIGKILL)
    said += [line.split() for line in writer.stdout.read().splitlines() if len(line.split()) == 2]
    writer.wait()
    from hashlib import sha256

    folder = WarcFolder(tmp_path)
    for place, digest in said:
        assert sha256(folder.fetch(place).body).hexdigest() == digest
    assert {place for place, _ in said} <= {place for place, _ in folder.walk()}
