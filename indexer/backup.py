"""Backups of an embedded store to any folder; `indexer.restore` makes a new store from one.

The log goes as NDJSON segments that are only ever added, each with the hash of the one before it; texts outside the
chain, registers, runs and posts as they are now; evidence files as far as they have grown.

    TO/backup.json            what the backup holds; written last, so the backup before it counts until then
    TO/log/000001.ndjson      entries and seals in the order of the store
    TO/bodies-….ndjson        texts outside the chain with their secrets, without those erased since
    TO/registers-….ndjson     firms, approvals, accounts, published figures
    TO/posts-….db             posts, revisions, marks, runs, quarantine (a SQLite file)
    TO/evidence/…             WARC files
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import Any

import msgspec

from indexer.files import placed, pour, sha256_of, sync_folder
from indexer.rebuild import beside, path_of
from indexer.sqlite_cases import SqliteCases
from indexer.sqlite_registers import SqliteRegisters
from plaint.cases.chain import GENESIS, canonical
from plaint.ports import Body, Entry, Seal, Stores

SEGMENT = 50_000
"""Entries in one segment file at most."""

Told = Callable[[str, int], None]
"""Hears what is being copied and how far it is."""


class Unusable(Exception):
    """The backup, or the place for it, is not what it should be; the message says what was found and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One file of the log: entries up to `position`, seals up to `seals`; `sha256` is of the file, `before` of the segment before it."""

    name: str
    position: int
    seals: int
    before: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of the backup, named after its own SHA-256."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What `backup.json` says: `files` are those written anew each time, by their part; `evidence` the bytes of each WARC file."""

    made: str
    version: str
    words: str
    address: str
    log: tuple[Segment, ...] = ()
    entries: int = 0
    seals: int = 0
    files: dict[str, File] = field(default_factory=dict)
    evidence: dict[str, int] = field(default_factory=dict)


def back_up(stores: Stores, to: Path, *, made: str, version: str, words: str, told: Told) -> Backup:
    """Bring the backup in the folder `to` up to date, or begin one; may be killed and begun again. Raises Unusable, OSError.

    The log is taken first, as of one moment, then posts, then evidence: every case of a restored store finds its posts,
    and every post its capture.
    """
    to.mkdir(parents=True, exist_ok=True)
    last = read_backup(to) if (to / "backup.json").exists() else None
    path = path_of(stores.address)
    snapshot = beside(path, "snapshot")
    try:
        _copy(path.with_name(f"{path.name}.cases"), snapshot)
        segments, files = _from_snapshot(snapshot, to, last, told)
    finally:
        beside(path, "snapshot")
    told("posts", 0)
    files["posts"] = _posts(path, to)
    evidence = _evidence(evidence_of(stores), to / "evidence", told)
    backup = Backup(made=made, version=version, words=words, address=stores.address, log=tuple(segments), evidence=evidence, files=files,
                    entries=segments[-1].position if segments else 0, seals=segments[-1].seals if segments else 0)  # fmt: skip
    with placed(to / "backup.json") as out:
        out.write(msgspec.json.format(msgspec.json.encode(backup), indent=2) + b"\n")
    _tidy(to, backup)
    return backup


def _from_snapshot(snapshot: Path, to: Path, last: Backup | None, told: Told) -> tuple[list[Segment], dict[str, File]]:
    """What lies in the file of the logs: the new part of the log, the texts beside it, the registers."""
    cases, registers = SqliteCases(snapshot), SqliteRegisters(snapshot)
    try:
        if last is not None:
            _same_log(cases, to, last)
        (to / "log").mkdir(exist_ok=True)
        segments = list(last.log) if last else []
        for segment in _new_segments(cases, to, segments):
            segments.append(segment)
            told("log entries", segment.position)
        return segments, {"bodies": _named(to, "bodies", cases.walk_bodies()), "registers": _named(to, "registers", _who(registers))}
    finally:
        cases.close()
        registers.close()


def read_backup(folder: Path) -> Backup:
    """What a backup says of itself; raises Unusable."""
    try:
        return msgspec.json.decode((folder / "backup.json").read_bytes(), type=Backup)
    except FileNotFoundError:
        raise Unusable(f"{folder} holds no backup: there is no backup.json") from None
    except msgspec.DecodeError as error:
        raise Unusable(f"{folder}/backup.json cannot be read: {error}") from error


def evidence_of(stores: Stores) -> Path:
    """The folder of the WARC files."""
    path: Path = getattr(stores.evidence, "path")  # noqa: B009 the port has no folder; the embedded evidence does
    return path


def _same_log(cases: SqliteCases, to: Path, last: Backup) -> None:
    """Refuse to mix two logs in one backup: the last entry saved must still be in the store as it was."""
    if not last.log or not last.entries:
        return
    saved = next((line for line in read_segment(to, last.log[-1]) if isinstance(line, Entry) and line.position == last.entries), None)
    held = next(cases.walk(last.entries - 1), None)
    if saved is not None and (held is None or held.hash != saved.hash):
        raise Unusable(f"{to} is the backup of another log (or this log was changed: run `plaint verify`); give an empty folder")


def _new_segments(cases: SqliteCases, to: Path, segments: list[Segment]) -> Iterator[Segment]:
    """Write what the log has more than the segments, entries and then the seals over them."""
    while True:
        position, seals, before = (segments[-1].position, segments[-1].seals, segments[-1].sha256) if segments else (0, 0, GENESIS)
        entries = list(islice(cases.walk(position), SEGMENT))
        end = entries[-1].position if entries else position
        sealed = [seal for seal in cases.seals() if seal.number > seals and seal.position <= end]
        if not entries and not sealed:
            return
        name = f"{len(segments) + 1:06}.ndjson"
        head = {"segment": len(segments) + 1, "before": before}
        digest = _lines(to / "log" / name, chain([head], entries, sealed))
        yield Segment(name=name, position=end, seals=sealed[-1].number if sealed else seals, before=before, sha256=digest)


def _lines(file: Path, things: Iterable[Any]) -> str:
    """Write one JSON value a line; the SHA-256 of the file."""
    whole = sha256()
    with placed(file) as out:
        for thing in things:
            line = canonical(_tagged(thing)).encode() + b"\n"
            whole.update(line)
            out.write(line)
    return whole.hexdigest()


def _tagged(thing: Any) -> Any:
    return thing if isinstance(thing, dict | Body) else {type(thing).__name__.lower(): thing}


def _named(to: Path, part: str, things: Iterable[Any]) -> File:
    """Lines in a file that is named after what is in it, so that the one of the backup before stays until this one counts."""
    made = to / f"{part}.ndjson"
    digest = _lines(made, things)
    name = f"{part}-{digest[:16]}.ndjson"
    made.replace(to / name)
    return File(name=name, sha256=digest)


def _who(registers: SqliteRegisters) -> Iterator[Any]:
    yield from registers.firms()
    yield from registers.approvals()
    for person in registers.people():
        yield {"person": person, "secret": registers.secret(person.key)}
    for table in registers.tables():
        yield {"table": table, "figures": registers.figures(table.digest)}


def _posts(path: Path, to: Path) -> File:
    made = to / "posts.db"
    _copy(path, made)
    with made.open("rb") as file:
        digest = sha256_of(file)
    name = f"posts-{digest[:16]}.db"
    made.replace(to / name)
    sync_folder(to)
    return File(name=name, sha256=digest)


def _copy(path: Path, to: Path) -> None:
    """A copy of a SQLite file as of one moment, taken while others read and write."""
    to.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to)) as copy:
        to.chmod(0o600)
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    with to.open("rb+") as file:
        os.fsync(file.fileno())


def _tidy(to: Path, backup: Backup) -> None:
    """Remove what earlier backups wrote anew: texts that were erased since must not stay."""
    kept = {file.name for file in backup.files.values()}
    for part in backup.files:
        for old in to.glob(f"{part}*"):
            if old.name not in kept:
                old.unlink()


def _evidence(source: Path, to: Path, told: Told) -> dict[str, int]:
    """Copy what is not there yet: a WARC file grows, so it is taken up where its copy ends; one that was rewritten is copied whole."""
    to.mkdir(exist_ok=True)
    sizes: dict[str, int] = {}
    for number, file in enumerate(sorted(source.glob("*.warc.gz")), 1):
        copy, size = to / file.name, file.stat().st_size
        have = _in_common(file, copy, size)
        if have < size or not copy.exists():
            with file.open("rb") as read, copy.open("r+b" if have else "wb") as out:
                read.seek(have)
                out.seek(have)
                out.truncate()
                pour(read, out, size - have)
                os.fsync(out.fileno())
        sizes[file.name] = size
        told("evidence files", number)
    return sizes


def _in_common(file: Path, copy: Path, size: int) -> int:
    """How many bytes of a file its copy has already; 0 where it is no beginning of the file, by its length and its last bytes."""
    have = copy.stat().st_size if copy.exists() else 0
    if have == 0 or have > size:
        return 0
    with file.open("rb") as one, copy.open("rb") as other:
        for part in (one, other):
            part.seek(max(0, have - (1 << 16)))
        return have if one.read(min(have, 1 << 16)) == other.read() else 0


def read_segment(folder: Path, segment: Segment) -> Iterator[Entry | Seal]:
    """The entries and seals of one segment, in order."""
    with (folder / "log" / segment.name).open("rb") as lines:
        next(lines)
        for line in lines:
            said = msgspec.json.decode(line)
            if "entry" in said:
                yield msgspec.convert(said["entry"], type=Entry)
            else:
                yield msgspec.convert(said["seal"], type=Seal)
