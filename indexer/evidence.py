"""What was fetched, as it was: WARC files in a folder, readable by any WARC tool.

Every process writes files of its own, one gzip member for each record, so that a writer killed at any moment costs at
most its last record. Equal bytes are kept once; later captures of them are `revisit` records that point to the first.
A saved file that nobody fetched is a `resource` record; so is a picture of a page, concurrent to the record of that page.
`payloads.db` in the folder is an index of what is kept; it is made again from the WARC files when it is missing.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import IO

import structlog

from indexer.warc_read import Record, exchanges, fetched_of
from indexer.warc_write import UNCHANGED, Kept, opening, records_of
from plaint.model import Capture
from plaint.ports import Fetched

log = structlog.get_logger()

ROTATE = 256 * 1024 * 1024
"""Bytes after which a new file is begun."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS payload (sha256 TEXT PRIMARY KEY, place TEXT NOT NULL, url TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS picture (shows TEXT PRIMARY KEY, place TEXT NOT NULL) WITHOUT ROWID;
"""


class WarcFolder:
    """Evidence in the folder `path`, made when the first record is kept. Safe for threads and for forked processes."""

    def __init__(self, path: Path | str, *, rotate: int = ROTATE) -> None:
        self.path, self._rotate = Path(path), rotate
        self._lock = RLock()
        self._owner = os.getpid()
        self._out: IO[bytes] | None = None
        self._pending: dict[str, Kept] = {}
        self._pictures: dict[str, str] = {}
        """The places of pictures that the index does not have yet, by what they show."""
        self._index: sqlite3.Connection | None = None

    def keep(self, fetch: Fetched) -> Capture:
        """Write one exchange (or saved file) and say where; the bytes are with the operating system when this returns."""
        digest = sha256(fetch.body).hexdigest()
        with self._lock:
            self._claim()
            shown = self._name_of(fetch.picture_of) if fetch.picture_of else None
            earlier = self._find(digest) if fetch.body and shown is None else None
            out, offset = self._file()
            place = f"{Path(out.name).name}#{offset}"
            out.write(records_of(fetch, digest, earlier, beside=shown))
            out.flush()
            if fetch.picture_of:
                self._pictures[fetch.picture_of] = place
            elif fetch.body and earlier is None:
                self._pending[digest] = Kept(place, fetch.url, fetch.at)
        return Capture(url=fetch.url, at=fetch.at, sha256=digest, warc=place, robots=fetch.robots)

    def fetch(self, warc: str) -> Fetched:
        """Read one record back; a revisit comes with the bytes it points to. Raises LookupError when it is not there or damaged."""
        exchange = self._read(warc)
        if exchange is None:
            raise LookupError(f"no whole record at {warc} in {self.path}")
        return exchange

    def picture(self, warc: str) -> Fetched | None:
        """The last picture of the capture at `warc`; None where none was taken, or where it is not there or damaged."""
        with self._lock:
            self._claim()
            place = self._pictures.get(warc)
            if place is None and self.path.is_dir():
                row = self._opened_index().execute("SELECT place FROM picture WHERE shows = ?", (warc,)).fetchone()
                place = None if row is None else str(row[0])
        with suppress(LookupError):
            return self._read(place) if place is not None else None
        return None

    def walk(self) -> Iterator[tuple[str, Fetched]]:
        """All whole exchanges and pictures, file by file; damaged records are passed over, each with the event `evidence_damaged`."""
        for file in sorted(self.path.glob("*.warc.gz")):
            for offset, answer, request in exchanges(file):
                place = f"{file.name}#{offset}"
                whole = self._whole(answer, place)
                if whole is not None:
                    yield place, fetched_of(whole, request)

    def sync(self) -> None:
        """Put everything kept so far on the disk itself, and into the index."""
        with self._lock:
            self._claim()
            if self._out is not None:
                os.fdatasync(self._out.fileno())
            if self._pending or self._pictures:
                index = self._opened_index()
                with index:
                    index.executemany(
                        "INSERT OR IGNORE INTO payload (sha256, place, url, at) VALUES (?, ?, ?, ?)",
                        [(digest, *kept) for digest, kept in self._pending.items()],
                    )
                    index.executemany("INSERT OR REPLACE INTO picture (shows, place) VALUES (?, ?)", list(self._pictures.items()))
                self._pending.clear()
                self._pictures.clear()

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
            self._owner, self._out, self._index, self._pending, self._pictures = os.getpid(), None, None, {}, {}

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
            self._out.write(opening(file.name))
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
            self._index.executescript(_SCHEMA)
            if is_new:
                self._fill(self._index)
        return self._index

    def _fill(self, index: sqlite3.Connection) -> None:
        for file in sorted(self.path.glob("*.warc.gz")):
            rows, pictures = [], []
            for offset, answer, _ in exchanges(file):
                place, said = f"{file.name}#{offset}", answer.headers
                if shows := said.get("plaint-picture-of"):
                    pictures.append((shows, place))
                elif answer.digest and answer.body and answer.kind != "revisit":
                    rows.append((answer.digest, place, said.get("warc-target-uri", ""), said.get("warc-date", "")))
            with index:
                index.executemany("INSERT OR IGNORE INTO payload (sha256, place, url, at) VALUES (?, ?, ?, ?)", rows)
                index.executemany("INSERT OR REPLACE INTO picture (shows, place) VALUES (?, ?)", pictures)

    def _read(self, place: str) -> Fetched | None:
        file, offset = self._split(place)
        if not file.is_file():
            return None
        for _, answer, request in exchanges(file, offset, only_first=True):
            whole = self._whole(answer, place)
            return fetched_of(whole, request) if whole is not None else None
        return None

    def _name_of(self, place: str) -> str:
        """The id of the record at a place, by which another one says that it belongs to it; raises LookupError."""
        file, offset = self._split(place)
        if file.is_file():
            for _, answer, _ in exchanges(file, offset, only_first=True):
                return answer.headers["warc-record-id"]
        raise LookupError(f"no whole record at {place} in {self.path}")

    def _whole(self, answer: Record, place: str) -> Record | None:
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
                for _, answer, _ in exchanges(file, offset, only_first=True):
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
