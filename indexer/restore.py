"""A new store from a backup: every part compared with its SHA-256, then read back; proving it is `desk.keeping.verify`."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from indexer.backup import Backup, Told, Unusable, read_backup, read_segment
from indexer.files import placed, pour, sha256_of, sync_folder
from indexer.sqlite_cases import SqliteCases
from indexer.sqlite_file import SqliteFile
from indexer.sqlite_registers import SqliteRegisters
from plaint.cases.chain import GENESIS, canonical
from plaint.model import Approval, Firm, Person
from plaint.ports import Body, Entry, Seal
from plaint.reference import Figure, Table


def restore(folder: Path, path: Path, evidence: Path, told: Told) -> Backup:
    """Make the store at `path` (with its evidence folder) from a backup; refuses to write over anything. Raises Unusable, OSError.

    Each part is compared with its SHA-256 before it is used. Nothing stands at `path` itself until everything is there.
    """
    backup = read_backup(folder)
    cases = path.with_name(f"{path.name}.cases")
    for there in (path, cases):
        if there.exists():
            raise Unusable(f"{there} exists: restoring makes a new store, give --store an address where nothing is")
    if evidence.is_dir() and any(evidence.iterdir()):
        raise Unusable(f"{evidence} is not empty: restoring makes a new store with its own evidence")
    _check(folder, backup)
    _restore_evidence(folder, backup, evidence, told)
    building = path.with_name(f"{path.name}.restoring")
    for leftover in path.parent.glob(f"{building.name}*"):
        leftover.unlink()
    _restore_log(folder, backup, building, told)
    _restore_registers(folder / backup.files["registers"].name, building)
    _settle(building)
    with (folder / backup.files["posts"].name).open("rb") as file, placed(path.with_name(f"{path.name}.posts")) as out:
        shutil.copyfileobj(file, out, 1 << 20)
    building.replace(cases)
    path.with_name(f"{path.name}.posts").replace(path)
    sync_folder(path.parent)
    return backup


def _check(folder: Path, backup: Backup) -> None:
    before = GENESIS
    for segment in backup.log:
        if segment.before != before or _sha256(folder / "log" / segment.name) != segment.sha256:
            raise Unusable(f"{folder}/log/{segment.name} is not as it was written, or one before it is missing; use another copy of the backup")
        before = segment.sha256
    for file in backup.files.values():
        if _sha256(folder / file.name) != file.sha256:
            raise Unusable(f"{folder}/{file.name} is not as it was written; use another copy of the backup")
    for name, size in backup.evidence.items():
        copy = folder / "evidence" / name
        if not copy.exists() or copy.stat().st_size < size:
            raise Unusable(f"{copy} is missing or too short; use another copy of the backup")


def _sha256(file: Path) -> str | None:
    try:
        with file.open("rb") as read:
            return sha256_of(read)
    except FileNotFoundError:
        return None


def _restore_log(folder: Path, backup: Backup, path: Path, told: Told) -> None:
    """Entries, bodies and seals as they were, by the numbers they had; the lists of cases are made again from them later."""
    SqliteCases(path).close()
    file = SqliteFile(path, "cases", synced=True)
    for segment in backup.log:
        with file.writing() as c:
            for said in read_segment(folder, segment):
                table, row = ("entries", _entry_row(said)) if isinstance(said, Entry) else ("seals", _seal_row(said))
                c.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
        told("log entries", segment.position)
    with (folder / backup.files["bodies"].name).open("rb") as lines, file.writing() as c:
        for line in lines:
            body = msgspec.json.decode(line, type=Body)
            c.execute("INSERT INTO bodies (position, stream, version, name, secret, text) VALUES (?, ?, ?, ?, ?, ?)",
                      (body.position, body.stream, body.version, body.name, body.secret, body.text))  # fmt: skip
        c.execute("""INSERT INTO behind ("case", version) SELECT stream, max(version) FROM entries WHERE stream LIKE 'c-%' GROUP BY stream""")
    file.close()


def _entry_row(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in ("position", "stream", "version", "at", "by", "command", "kind", "before", "hash")} | {
        "said": canonical(entry.said), "digests": canonical(entry.digests),
    }  # fmt: skip


def _seal_row(seal: Seal) -> dict[str, Any]:
    return {"number": seal.number, "at": seal.at, "position": seal.position, "heads": canonical(seal.heads), '"order"': seal.order,
            "before": seal.before, "hash": seal.hash}  # fmt: skip


def _restore_registers(saved: Path, path: Path) -> None:
    registers = SqliteRegisters(path)
    with saved.open("rb") as lines:
        for line in lines:
            said = msgspec.json.decode(line)
            if "firm" in said:
                registers.save_firms([msgspec.convert(said["firm"], type=Firm)])
            elif "approval" in said:
                registers.save_approval(msgspec.convert(said["approval"], type=Approval))
            elif "table" in said:
                registers.save_table(msgspec.convert(said["table"], type=Table), msgspec.convert(said["figures"], type=list[Figure]))
            else:
                registers.save_person(msgspec.convert(said["person"], type=Person), said["secret"])
    registers.close()


def _restore_evidence(folder: Path, backup: Backup, to: Path, told: Told) -> None:
    to.mkdir(parents=True, exist_ok=True)
    for number, (name, size) in enumerate(backup.evidence.items(), 1):
        with (folder / "evidence" / name).open("rb") as read, placed(to / name) as out:
            pour(read, out, size)
        told("evidence files", number)


def _settle(path: Path) -> None:
    """Put everything into the one file, so that it can be renamed."""
    with closing(sqlite3.connect(path)) as c:
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        c.execute("PRAGMA journal_mode = DELETE")
