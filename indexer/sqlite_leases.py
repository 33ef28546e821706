"""Leases in SQLite, in the file of the posts: a guarded write asks for its lease within its own transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import msgspec

from indexer.sqlite_file import SqliteFile
from plaint.leases import Lease, LeaseLost, holds, kept, taken

_leases = msgspec.json.Decoder(Lease)
_encode = msgspec.json.encode


class SqliteLeases:
    """`ports.Leases` in `file`."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    def take(self, name: str, owner: str, now: datetime, until: datetime) -> Lease | None:
        """See `ports.Leases.take`."""
        with self._file.writing() as c:
            lease = taken(_held(c, name), name, owner, now, until)
            return lease and _written(c, lease)

    def keep(self, lease: Lease, until: datetime, said: Mapping[str, str] | None = None) -> Lease:
        """See `ports.Leases.keep`."""
        with self._file.writing() as c:
            return _written(c, kept(_held(c, lease.name), lease, until, said))

    def release(self, lease: Lease) -> None:
        """See `ports.Leases.release`."""
        with self._file.writing() as c:
            try:
                held = holds(_held(c, lease.name), lease)
            except LeaseLost:
                return
            _written(c, replace(held, owner=None))

    def all(self) -> list[Lease]:
        """See `ports.Leases.all`."""
        with self._file.reading() as c:
            return [_leases.decode(json) for (json,) in c.execute("SELECT json FROM lease ORDER BY name")]


def within(lease: Lease) -> Callable[[sqlite3.Connection], None]:
    """A guard for writes into the file of the leases: asks in the transaction of the write."""

    def ask(connection: sqlite3.Connection) -> None:
        holds(_held(connection, lease.name), lease)

    return ask


def before(lease: Lease, file: SqliteFile) -> Callable[[sqlite3.Connection], None]:
    """A guard for writes into another file: asks just before, while the other file's turn is held."""

    def ask(_: sqlite3.Connection) -> None:
        with file.reading() as c:
            holds(_held(c, lease.name), lease)

    return ask


def _held(connection: sqlite3.Connection, name: str) -> Lease | None:
    row = connection.execute("SELECT json FROM lease WHERE name = ?", (name,)).fetchone()
    return _leases.decode(row[0]) if row else None


def _written(connection: sqlite3.Connection, lease: Lease) -> Lease:
    connection.execute("INSERT OR REPLACE INTO lease VALUES (?, ?)", (lease.name, _encode(lease)))
    return lease
