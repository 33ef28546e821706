"""Pages that somebody saved: in files, folders, ZIP, WARC and HAR, each as an exchange that can be kept and read.

Nothing is guessed about what a page is from; that is `crawlers.guess`.
"""

from __future__ import annotations

import base64
import gzip
import json
import mimetypes
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path, PurePath, PurePosixPath
from typing import IO, Any
from urllib.parse import quote

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed

from crawlers.pieces import TWEETS, splitter
from plaint.model import iso
from plaint.ports import Fetched

LARGEST = 256 * 1024 * 1024
"""Bytes that one saved page may have, unpacked."""

NO_PAGES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".ico", ".bmp", ".css", ".js", ".mjs", ".map", ".woff", ".woff2",
                      ".ttf", ".otf", ".eot", ".mp3", ".mp4", ".webm", ".pdf", ".db", ".py", ".md"})  # fmt: skip
"""Endings of what lies beside saved pages and is none."""

_ZIP_DAMAGE = (RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error, EOFError)
_ARCHIVE_DAMAGE = (ArchiveLoadFailed, EOFError, OSError, ValueError, AttributeError, IndexError, zlib.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """One saved page: `name` says where it was found, `fetched` what it is; `problem` why it cannot be read, if so."""

    name: str
    fetched: Fetched
    problem: str | None = None


def saved_pages(paths: Sequence[Path], *, at: str | None = None, url: str | None = None) -> Iterator[Saved]:
    """All pages in files and folders, in the order of their names.

    `at` (ISO 8601 in UTC) is when they were fetched where nothing in them says so; without it, when the file was last
    changed. `url` is where a single page came from. What lies beside pages (pictures, styles) is passed over.
    """
    for path in paths:
        root = path.parent
        for file in _files(path):
            yield from _of_file(file, file.relative_to(root).as_posix(), at, url)


def _files(path: Path) -> Iterator[Path]:
    """A file itself; of a folder all pages and archives, hidden ones and what is no page left out."""
    if not path.is_dir():
        yield path
        return
    for file in sorted(path.rglob("*")):
        is_hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
        if file.is_file() and not file.is_symlink() and not is_hidden and not _is_no_page(file):
            yield file


def _is_no_page(file: Path) -> bool:
    """Whether a file of a folder is passed over: by its ending, or because it is a database (a store beside the pages)."""
    if _has_no_posts(file) or file.name.endswith(("-wal", "-shm", "-journal", "-turn")):
        return True
    with file.open("rb") as handle:
        return handle.read(16) == b"SQLite format 3\0"


def _has_no_posts(file: PurePath) -> bool:
    """Whether a name's ending says that there are no posts in it. The tweets of X's data download are a script."""
    return file.suffix.lower() in NO_PAGES and not TWEETS.fullmatch(file.name.lower())


def _of_file(file: Path, name: str, at: str | None, url: str | None) -> Iterator[Saved]:
    changed = iso(datetime.fromtimestamp(file.stat().st_mtime, UTC).replace(microsecond=0))
    with file.open("rb") as handle:
        start = handle.read(8)
    if start.startswith(b"WARC/") or (start[:2] == b"\x1f\x8b" and _is_packed_warc(file)):
        yield from _of_warc(file, name)
    elif start.startswith(b"PK\x03\x04") and zipfile.is_zipfile(file):
        yield from _of_zip(file, name, at)
    elif (pieces := splitter(name, file.stat().st_size)) is not None:
        with file.open("rb") as handle:
            yield from _in_pieces(pieces(handle), name, at or changed)
    elif file.stat().st_size > LARGEST:
        yield _unreadable(name, at or changed, f"more than {LARGEST // 1024 // 1024} MB")
    else:
        yield from _of_bytes(file.read_bytes(), name, at or changed, url)


def _in_pieces(pieces: Iterator[bytes], name: str, at: str) -> Iterator[Saved]:
    for number, piece in enumerate(pieces, 1):
        yield Saved(name=f"{name}#{number}", fetched=_page(piece, f"{name}#{number}", at, None))


def _of_bytes(body: bytes, name: str, at: str, url: str | None) -> Iterator[Saved]:
    if body[:2] == b"\x1f\x8b":
        try:
            with gzip.open(BytesIO(body)) as packed:
                body = packed.read(LARGEST + 1)
        except (OSError, EOFError, zlib.error) as error:
            yield _unreadable(name, at, f"damaged gzip: {error}", body)
            return
        if len(body) > LARGEST:
            yield _unreadable(name, at, f"more than {LARGEST // 1024 // 1024} MB unpacked")
            return
        name = name.removesuffix(".gz")
    entries = _har_entries(body)
    if entries is not None:
        yield from _of_har(entries, name, at)
    else:
        yield Saved(name=name, fetched=_page(body, name, at, url))


def _page(body: bytes, name: str, at: str, url: str | None) -> Fetched:
    """A saved file as an exchange that never was: status 0, the type by its ending."""
    kind = mimetypes.guess_type(name)[0]
    return as_it_was(Fetched(
        url=url or stated_url(body) or f"file:{quote(name)}",
        at=at,
        status=0,
        headers=(("Content-Type", kind),) if kind else (),
        body=body,
    ))  # fmt: skip


_ARCHIVED = re.compile(r"https?://[^/]+/(?:web/|wayback/)?(\d{14})(?:id_|if_|im_|mp_)?/(https?:/{1,2}[^\s]+)")


def as_it_was(fetched: Fetched) -> Fetched:
    """A page out of a web archive as the page that was captured: its address, and the moment of the capture.

    `https://web.archive.org/web/20160102030405id_/http://www.groubal.com/x`; where it was found stays in a header.
    """
    found = _ARCHIVED.fullmatch(fetched.url)
    if found is None:
        return fetched
    try:
        at = iso(datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC))
    except ValueError:
        return fetched
    url = re.sub(r"^(https?):/{1,2}", r"\1://", found[2])
    return replace(fetched, url=url, at=at, headers=(*fetched.headers, ("Plaint-Archived-As", fetched.url)))


_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(https?://[^\s>]+)\s*-->")
_SINGLE_FILE = re.compile(rb"Page saved with SingleFile\s+url:\s*(https?://\S+)")
_LINK = re.compile(rb"<(?:link|meta)\b[^>]{0,500}>", re.IGNORECASE)
_CANONICAL = re.compile(rb"""(?:rel\s*=\s*["']?canonical|property\s*=\s*["']?og:url)""", re.IGNORECASE)
_ADDRESS = re.compile(rb"""(?:href|content)\s*=\s*["']?(https?://[^"'\s>]+)""", re.IGNORECASE)


def stated_url(body: bytes) -> str | None:
    """Where a saved HTML page says it is from: the browser's own comment, else its canonical address."""
    head = body[:200_000]
    for pattern in (_SAVED_FROM, _SINGLE_FILE):
        if found := pattern.search(head[:4_000]):
            return found[1].decode("utf-8", "replace")
    for tag in _LINK.finditer(head):
        if _CANONICAL.search(tag[0]) and (found := _ADDRESS.search(tag[0])):
            return found[1].decode("utf-8", "replace").replace("&amp;", "&")
    return None


def _of_zip(file: Path, name: str, at: str | None) -> Iterator[Saved]:
    with zipfile.ZipFile(file) as archive:
        for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
            inner = PurePosixPath(entry.filename)
            if entry.is_dir() or _has_no_posts(inner) or any(part.startswith((".", "__MACOSX")) for part in inner.parts):
                continue
            whole, when = f"{name}/{entry.filename}", at or _zip_time(entry)
            if (pieces := splitter(entry.filename, entry.file_size)) is not None:
                yield from _zipped(archive, entry, pieces, whole, when)
                continue
            if entry.file_size > LARGEST:
                yield _unreadable(whole, when, f"more than {LARGEST // 1024 // 1024} MB")
                continue
            try:
                with archive.open(entry) as handle:
                    body = handle.read(LARGEST + 1)
            except _ZIP_DAMAGE as error:
                yield _unreadable(whole, when, f"cannot be unpacked: {error}")
                continue
            yield from _of_bytes(body, whole, when, None)


def _zipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, pieces: Callable[[IO[bytes]], Iterator[bytes]], name: str, at: str) -> Iterator[Saved]:
    """A large entry in pieces; damage ends it, as one unreadable page."""
    try:
        with archive.open(entry) as handle:
            yield from _in_pieces(pieces(handle), name, at)
    except _ZIP_DAMAGE as error:
        yield _unreadable(name, at, f"cannot be unpacked: {error}")


def _zip_time(entry: zipfile.ZipInfo) -> str:
    """When an entry was last changed; a ZIP keeps no zone, so it is taken as UTC."""
    try:
        return iso(datetime(*entry.date_time, tzinfo=UTC))
    except ValueError:
        return iso(datetime(1980, 1, 1, tzinfo=UTC))


def _is_packed_warc(file: Path) -> bool:
    try:
        with gzip.open(file) as handle:
            return handle.read(5) == b"WARC/"
    except (OSError, EOFError, zlib.error):
        return False


def _of_warc(file: Path, name: str) -> Iterator[Saved]:
    """The answers in a web archive. What was cut short or damaged ends the file, as one unreadable page."""
    count = 0
    with file.open("rb") as handle:
        records = ArchiveIterator(handle)
        while True:
            try:
                record = next(records, None)
                if record is None:
                    return
                fetched = _of_record(record)
            except _ARCHIVE_DAMAGE as error:
                yield _unreadable(f"{name}#{count}", iso(datetime.fromtimestamp(file.stat().st_mtime, UTC)), f"damaged web archive: {error}")
                return
            count += 1
            if fetched is not None:
                yield Saved(name=f"{name}#{count}", fetched=fetched)


def _of_record(record: Any) -> Fetched | None:
    """The exchange in a record; None for records without a page: requests, revisits, errors, pictures, robots.txt."""
    said = {key.lower(): value for key, value in record.rec_headers.headers}
    url, at = said.get("warc-target-uri", "").strip("<>"), _zulu(said.get("warc-date", ""))
    if record.rec_type == "resource":
        headers: tuple[tuple[str, str], ...] = (("Content-Type", said.get("content-type", "")),)
        status = 0
    elif record.rec_type == "response" and record.http_headers is not None:
        headers = tuple((key, value) for key, value in record.http_headers.headers)
        code = record.http_headers.get_statuscode()
        status = int(code) if code.isdecimal() else 0
    else:
        return None
    is_chunked = any(key.lower() == "transfer-encoding" and "chunked" in value.lower() for key, value in headers)
    stream = ChunkedDataReader(record.raw_stream, decomp_type=None) if is_chunked else record.raw_stream
    if not _is_page(url, status, headers):
        return None
    body = b"".join(iter(lambda: stream.read(65536), b""))
    return as_it_was(Fetched(url=url, at=at, status=status, headers=headers, body=body)) if body else None


def _is_page(url: str, status: int, headers: Sequence[tuple[str, str]]) -> bool:
    kind = next((value.lower() for key, value in headers if key.lower() == "content-type"), "")
    is_text = not kind or any(word in kind for word in ("html", "json", "xml", "text/plain", "csv", "octet-stream", "rss"))
    return (status == 0 or 200 <= status < 300) and is_text and not url.endswith("/robots.txt")


def _zulu(at: str) -> str:
    """A WARC's date as ours; one that is none raises ValueError."""
    moment = datetime.fromisoformat(at)
    return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _har_entries(body: bytes) -> list[Any] | None:
    """The entries of a browser's network recording; None for anything else."""
    if not body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") or b'"log"' not in body[:2_000]:
        return None
    try:
        entries = json.loads(body.removeprefix(b"\xef\xbb\xbf"))["log"]["entries"]
    except (ValueError, KeyError, TypeError):
        return None
    return entries if isinstance(entries, list) else None


def _of_har(entries: Sequence[Any], name: str, at: str) -> Iterator[Saved]:
    for number, entry in enumerate(entries, 1):
        try:
            answer, content = entry["response"], entry["response"]["content"]
            # The recording holds bodies unpacked, whatever the headers say.
            headers = tuple((str(one["name"]), str(one["value"])) for one in answer["headers"] if one["name"].lower() != "content-encoding")
            if "text" not in content or not _is_page(entry["request"]["url"], answer["status"], headers):
                continue
            body = base64.b64decode(content["text"]) if content.get("encoding") == "base64" else content["text"].encode()
            fetched = Fetched(
                url=entry["request"]["url"], at=_zulu(entry["startedDateTime"]), status=answer["status"], headers=headers, body=body,
                method=entry["request"]["method"],
            )  # fmt: skip
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            yield _unreadable(f"{name}#{number}", at, f"not an entry of a network recording: {error}")
            continue
        yield Saved(name=f"{name}#{number}", fetched=as_it_was(fetched))


def _unreadable(name: str, at: str, problem: str, body: bytes = b"") -> Saved:
    return Saved(name=name, fetched=Fetched(url=f"file:{quote(name)}", at=at, status=0, headers=(), body=body), problem=problem)
