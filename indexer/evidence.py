"""What was fetched, as it was: WARC files in a folder, readable by any WARC tool.

Every process writes files of its own, one gzip member for each record, so that a writer killed at any moment costs at
most its last record. Equal bytes are kept once; later captures of them are `revisit` records that point to the first.
A saved file that nobody fetched is a `resource` record. `payloads.db` in the folder is an index of what is kept; it is
made again from the WARC files when it is missing.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from threading import RLock
from typing import IO, Any, NamedTuple
from urllib.parse import urlsplit

import structlog
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from plaint.model import Capture
from plaint.ports import Fetched

log = structlog.get_logger()

ROTATE = 256 * 1024 * 1024
"""Bytes after which a new file is begun."""

STRUCK = "[struck out]"
"""What stands in the archive instead of a credential."""

CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "apikey", "api-key", "x-auth-token"})
"""Headers whose values are never written, whoever hands them in."""

UNCHANGED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
"""The profile of a revisit that records an answer 304."""

_DAMAGE = (ArchiveLoadFailed, EOFError, zlib.error, ValueError, AttributeError, IndexError)
"""What warcio raises on a record that was cut short or overwritten."""

_SCHEMA = "CREATE TABLE IF NOT EXISTS payload (sha256 TEXT PRIMARY KEY, place TEXT NOT NULL, url TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID"


class Kept(NamedTuple):
    """Where the bytes of a payload lie: `place` is `file#offset`; `url` and `at` are those of their first capture."""

    place: str
    url: str
    at: str


@dataclass(slots=True)
class _Record:
    """One WARC record, read to its end. `body` is the payload; `digest` is what its header says, without `sha256:`."""

    offset: int
    kind: str
    headers: dict[str, str]
    http: tuple[tuple[str, str], ...]
    line: str
    body: bytes
    digest: str | None

    @property
    def is_whole(self) -> bool:
        """Whether the payload has the digest that its header promises."""
        return self.kind in {"request", "revisit", "warcinfo"} or self.digest is None or sha256(self.body).hexdigest() == self.digest


class WarcFolder:
    """Evidence in the folder `path`, made when the first record is kept. Safe for threads and for forked processes."""

    def __init__(self, path: Path | str, *, rotate: int = ROTATE) -> None:
        self.path, self._rotate = Path(path), rotate
        self._lock = RLock()
        self._owner = os.getpid()
        self._out: IO[bytes] | None = None
        self._pending: dict[str, Kept] = {}
        self._index: sqlite3.Connection | None = None

    def keep(self, fetch: Fetched) -> Capture:
        """Write one exchange (or saved file) and say where; the bytes are with the operating system when this returns."""
        digest = sha256(fetch.body).hexdigest()
        with self._lock:
            self._claim()
            earlier = self._find(digest) if fetch.body else None
            out, offset = self._file()
            place = f"{Path(out.name).name}#{offset}"
            out.write(_records_of(fetch, digest, earlier))
            out.flush()
            if fetch.body and earlier is None:
                self._pending[digest] = Kept(place, fetch.url, fetch.at)
        return Capture(url=fetch.url, at=fetch.at, sha256=digest, warc=place, robots=fetch.robots)

    def fetch(self, warc: str) -> Fetched:
        """Read one record back; a revisit comes with the bytes it points to. Raises LookupError when it is not there or damaged."""
        exchange = self._read(warc)
        if exchange is None:
            raise LookupError(f"no whole record at {warc} in {self.path}")
        return exchange

    def walk(self) -> Iterator[tuple[str, Fetched]]:
        """All whole exchanges, file by file; damaged records are passed over, each with the event `evidence_damaged`."""
        for file in sorted(self.path.glob("*.warc.gz")):
            for offset, answer, request in _exchanges(file):
                place = f"{file.name}#{offset}"
                whole = self._whole(answer, place)
                if whole is not None:
                    yield place, _fetched(whole, request)

    def sync(self) -> None:
        """Put everything kept so far on the disk itself, and into the index."""
        with self._lock:
            self._claim()
            if self._out is not None:
                os.fdatasync(self._out.fileno())
            if self._pending:
                index = self._opened_index()
                with index:
                    index.executemany(
                        "INSERT OR IGNORE INTO payload (sha256, place, url, at) VALUES (?, ?, ?, ?)",
                        [(digest, *kept) for digest, kept in self._pending.items()],
                    )
                self._pending.clear()

    def close(self) -> None:
        """Write out and let go of the files; safe to call twice."""
        with self._lock:
            self.sync()
            if self._out is not None:
                self._out.close()
                self._out = None
            if self._index is not None:
                self._index.close()
                self._index = None

    def _claim(self) -> None:
        """After a fork the child begins a file and an index connection of its own."""
        if self._owner != os.getpid():
            self._owner, self._out, self._index, self._pending = os.getpid(), None, None, {}

    def _file(self) -> tuple[IO[bytes], int]:
        """The file to write to and its length; a new one when there is none or it is long enough."""
        if self._out is not None and (at := self._out.tell()) >= self._rotate:
            self.sync()
            self._out.close()
            self._out = None
        if self._out is None:
            self.path.mkdir(parents=True, exist_ok=True)
            began = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
            file = self.path / f"plaint-{began}-{os.getpid()}-{secrets.token_hex(4)}.warc.gz"
            self._out = file.open("xb")
            self._out.write(_opening(file.name))
            self._out.flush()
            _sync_folder(self.path)
        at = self._out.tell()
        return self._out, at

    def _find(self, digest: str) -> Kept | None:
        """Where equal bytes lie already; None also when the file of an old place is gone."""
        if digest in self._pending:
            return self._pending[digest]
        if not self.path.is_dir():
            return None
        row = self._opened_index().execute("SELECT place, url, at FROM payload WHERE sha256 = ?", (digest,)).fetchone()
        if row is None:
            return None
        kept = Kept(*row)
        return kept if self._reaches(kept.place) else None

    def _reaches(self, place: str) -> bool:
        file, offset = self._split(place)
        try:
            return file.stat().st_size > offset
        except OSError:
            return False

    def _split(self, place: str) -> tuple[Path, int]:
        """The file and offset of a place; raises LookupError for what is none, or leads out of the folder."""
        name, _, offset = place.rpartition("#")
        if not name or not offset.isdecimal() or Path(name).name != name:
            raise LookupError(f"not a position in the evidence: {place!r}")
        return self.path / name, int(offset)

    def _opened_index(self) -> sqlite3.Connection:
        """The index, made from the WARC files when it is missing."""
        if self._index is None:
            self.path.mkdir(parents=True, exist_ok=True)
            file = self.path / "payloads.db"
            is_new = not file.exists()
            self._index = sqlite3.connect(file, timeout=30, check_same_thread=False)
            self._index.execute("PRAGMA journal_mode = WAL")
            self._index.execute("PRAGMA synchronous = NORMAL")  # what a power cut takes from it is kept a second time, no more
            self._index.execute(_SCHEMA)
            if is_new:
                self._fill(self._index)
        return self._index

    def _fill(self, index: sqlite3.Connection) -> None:
        for file in sorted(self.path.glob("*.warc.gz")):
            rows = [
                (answer.digest, f"{file.name}#{offset}", answer.headers.get("warc-target-uri", ""), answer.headers.get("warc-date", ""))
                for offset, answer, _ in _exchanges(file)
                if answer.digest and answer.body and answer.kind != "revisit"
            ]
            with index:
                index.executemany("INSERT OR IGNORE INTO payload (sha256, place, url, at) VALUES (?, ?, ?, ?)", rows)

    def _read(self, place: str) -> Fetched | None:
        file, offset = self._split(place)
        if not file.is_file():
            return None
        for _, answer, request in _exchanges(file, offset, only_first=True):
            whole = self._whole(answer, place)
            return _fetched(whole, request) if whole is not None else None
        return None

    def _whole(self, answer: _Record, place: str) -> _Record | None:
        """The record with its payload; for a revisit that of the record it points to, None where that is lost."""
        if answer.kind != "revisit" or answer.headers.get("warc-profile") == UNCHANGED:
            return answer
        with self._lock:
            self._claim()
            kept = self._find(answer.digest or "")
        for target in (answer.headers.get("plaint-refers-to"), kept.place if kept else None):
            body = self._payload(target, answer.digest) if target and target != place else None
            if body is not None:
                return replace(answer, body=body)
        log.warning("evidence_damaged", place=place, reason="the record it points to is lost")
        return None

    def _payload(self, place: str, digest: str | None) -> bytes | None:
        with suppress(LookupError):
            file, offset = self._split(place)
            if file.is_file():
                for _, answer, _ in _exchanges(file, offset, only_first=True):
                    return answer.body if answer.digest == digest and answer.kind != "revisit" else None
        return None


def _sync_folder(path: Path) -> None:
    """Make a new file's name survive a power cut."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _opening(name: str) -> bytes:
    """The `warcinfo` record that opens a file."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    software = f"Plaint/{version('plaint')} warcio/{version('warcio')}"
    facts = {"software": software, "format": "WARC File Format 1.1", "robots": "obey; the decision stands in each record as Plaint-Robots"}
    writer.write_record(writer.create_warcinfo_record(name, facts))
    return out.getvalue()


def one_file(name: str, exchanges: Sequence[Fetched]) -> bytes:
    """A WARC file of its own with these exchanges, each with its bytes even where the folder keeps them once."""
    return _opening(name) + b"".join(_records_of(fetch, sha256(fetch.body).hexdigest(), None) for fetch in exchanges)


def _records_of(fetch: Fetched, digest: str, earlier: Kept | None) -> bytes:
    """The records of one exchange, each a gzip member."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    answer = _answer(writer, fetch, digest, earlier)
    writer.write_record(answer)
    if fetch.status:
        request = writer.create_warc_record(
            fetch.url,
            "request",
            payload=BytesIO(fetch.request_body),
            length=len(fetch.request_body),
            http_headers=StatusAndHeaders(_request_line(fetch), _header_list(fetch.request_headers), is_http_request=True),
            warc_headers_dict={"WARC-Date": fetch.at, "WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID")},
        )
        writer.write_record(request)
    return out.getvalue()


def _answer(writer: WARCWriter, fetch: Fetched, digest: str, earlier: Kept | None) -> Any:
    """The record of what came back: a response, a revisit, or a resource where nothing was asked of a server."""
    said = {"WARC-Date": fetch.at}
    if fetch.robots:
        said["Plaint-Robots"] = _one_line(fetch.robots)
    if fetch.source:
        said["Plaint-Source"] = fetch.source
    content = _one_line(next((value for name, value in fetch.headers if name.lower() == "content-type"), "application/octet-stream"))
    http = None
    if fetch.status:
        http = StatusAndHeaders(f"{fetch.status} {_REASONS.get(fetch.status, 'Unknown')}", _header_list(fetch.headers), protocol="HTTP/1.1")
    if earlier is not None:
        said |= {"Plaint-Refers-To": earlier.place} | ({} if http else {"Plaint-Resource": content})
        return writer.create_revisit_record(
            fetch.url, f"sha256:{digest}", earlier.url, earlier.at, http_headers=http, warc_headers_dict=said
        )  # fmt: skip
    if fetch.status == 304:
        said["WARC-Profile"] = UNCHANGED
        return writer.create_warc_record(fetch.url, "revisit", http_headers=http, warc_headers_dict=said)
    said["WARC-Payload-Digest"] = f"sha256:{digest}"
    return writer.create_warc_record(
        fetch.url,
        "response" if http else "resource",
        payload=BytesIO(fetch.body),
        length=len(fetch.body),
        http_headers=http,
        warc_content_type="" if http else content,
        warc_headers_dict=said,
    )


_REASONS = {200: "OK", 202: "Accepted", 204: "No Content", 301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified",
            307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
            404: "Not Found", 410: "Gone", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
            503: "Service Unavailable", 504: "Gateway Timeout"}  # fmt: skip


def _request_line(fetch: Fetched) -> str:
    parts = urlsplit(fetch.url)
    return f"{fetch.method} {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1"


def _header_list(headers: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """HTTP headers as they are written: credentials struck out, and none that would say the body is still chunked."""
    return [
        (_one_line(name).encode("ascii", "replace").decode(), STRUCK if name.lower() in CREDENTIALS else _one_line(value))
        for name, value in headers
        if name.lower() != "transfer-encoding"
    ]


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _exchanges(file: Path, offset: int = 0, *, only_first: bool = False) -> Iterator[tuple[int, _Record, _Record | None]]:
    """The answers of a file from `offset` on, each with its request where that was written too."""
    answer: _Record | None = None
    for record in _whole_records(file, offset) if only_first else _past_damage(file, offset):
        if answer is not None:
            asked = record if record is not None and record.kind == "request" else None
            yield answer.offset, answer, asked
            answer = None
            if only_first:
                return
        if record is None:
            continue
        if record.kind in {"response", "revisit", "resource"}:
            answer = record
        elif only_first:
            return
    if answer is not None:
        yield answer.offset, answer, None


def _past_damage(file: Path, offset: int) -> Iterator[_Record | None]:
    """All whole records from `offset` on; None stands where damaged ones were passed over."""
    at: int | None = offset
    while at is not None:
        damaged = yield from _whole_records(file, at)
        at = None if damaged is None else _next_member(file, damaged + 1)
        yield None


def _whole_records(file: Path, offset: int) -> Generator[_Record, None, int | None]:
    """Records from `offset` until the end, or until one that is cut short or damaged; returns where to look on behind that one."""
    with closing(file.open("rb")) as handle:
        handle.seek(offset)
        records = ArchiveIterator(handle)
        here = offset
        while True:
            try:
                record = next(records, None)
                if record is None:
                    return None
                read = _read_record(record, records)
            except _DAMAGE as error:
                log.warning("evidence_damaged", place=f"{file.name}#{here}", reason=type(error).__name__)
                return here
            here = read.offset
            if not read.is_whole:
                log.warning("evidence_damaged", place=f"{file.name}#{here}", reason="digest")
                return here
            yield read


def _next_member(file: Path, offset: int) -> int | None:
    """Where the next gzip member may begin at or after `offset` (RFC 1952: its first three bytes); None when there is none."""
    with closing(file.open("rb")) as handle:
        handle.seek(offset)
        kept = b""
        while block := handle.read(1 << 20):
            kept += block
            found = kept.find(b"\x1f\x8b\x08")
            if found >= 0:
                return handle.tell() - len(kept) + found
            kept = kept[-2:]
    return None


def _read_record(record: Any, records: ArchiveIterator) -> _Record:
    body = b"".join(iter(lambda: record.raw_stream.read(65536), b""))
    headers = {name.lower(): value for name, value in record.rec_headers.headers}
    digest = headers.get("warc-payload-digest", "")
    http = record.http_headers
    return _Record(
        offset=records.get_record_offset(),  # only now: asking skips what is left of the record
        kind=record.rec_type,
        headers=headers,
        http=tuple((name, value) for name, value in http.headers) if http is not None else (),
        line="" if http is None else f"{http.protocol} {http.statusline}" if record.rec_type == "request" else http.statusline,
        body=body,
        digest=digest.removeprefix("sha256:").lower() if digest.startswith("sha256:") else None,
    )


def _fetched(answer: _Record, request: _Record | None) -> Fetched:
    content = answer.headers.get("plaint-resource") or (answer.headers.get("content-type") if answer.kind == "resource" else None)
    status = answer.line.split(" ", 1)[0]
    return Fetched(
        url=answer.headers.get("warc-target-uri", ""),
        at=answer.headers.get("warc-date", ""),
        status=int(status) if status.isdecimal() and content is None else 0,
        headers=answer.http if content is None else (("Content-Type", content),),
        body=answer.body,
        method=request.line.split(" ", 1)[0] if request is not None else "GET",
        request_headers=request.http if request is not None else (),
        request_body=request.body if request is not None else b"",
        robots=answer.headers.get("plaint-robots"),
        source=answer.headers.get("plaint-source"),
    )
