"""WARC files read back: whole records with the place of each, past what is cut short or damaged."""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from plaint.ports import Fetched

log = structlog.get_logger()

_DAMAGE = (ArchiveLoadFailed, EOFError, zlib.error, ValueError, AttributeError, IndexError)
"""What warcio raises on a record that was cut short or overwritten."""


@dataclass(slots=True)
class Record:
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


def exchanges(file: Path, offset: int = 0, *, only_first: bool = False) -> Iterator[tuple[int, Record, Record | None]]:
    """The answers of a file from `offset` on, each with its request where that was written too."""
    answer: Record | None = None
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


def _past_damage(file: Path, offset: int) -> Iterator[Record | None]:
    """All whole records from `offset` on; None stands where damaged ones were passed over."""
    at: int | None = offset
    while at is not None:
        damaged = yield from _whole_records(file, at)
        at = None if damaged is None else _next_member(file, damaged + 1)
        yield None


def _whole_records(file: Path, offset: int) -> Generator[Record, None, int | None]:
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
                if record.format != "warc":  # warcio takes some damaged bytes for a record of the older format, which is never written here
                    raise ValueError(record.format)
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


def _read_record(record: Any, records: ArchiveIterator) -> Record:
    body = b"".join(iter(lambda: record.raw_stream.read(65536), b""))
    headers = {name.lower(): value for name, value in record.rec_headers.headers}
    digest = headers.get("warc-payload-digest", "")
    http = record.http_headers
    return Record(
        offset=records.get_record_offset(),  # only now: asking skips what is left of the record
        kind=record.rec_type,
        headers=headers,
        http=tuple((name, value) for name, value in http.headers) if http is not None else (),
        line="" if http is None else f"{http.protocol} {http.statusline}" if record.rec_type == "request" else http.statusline,
        body=body,
        digest=digest.removeprefix("sha256:").lower() if digest.startswith("sha256:") else None,
    )


def fetched_of(answer: Record, request: Record | None) -> Fetched:
    """The exchange that an answer and its request are; without a request line it was a GET."""
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
        picture_of=answer.headers.get("plaint-picture-of"),
    )
