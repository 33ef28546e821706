"""The case log in SQLite: `file.cases`, a file of its own so that no import holds the lock that an append needs.

Triggers forbid changing what is written; the hash chain shows when somebody did it all the same. Every append is one
transaction that waits for the disk (`synchronous=FULL`): an answered command must survive a power cut.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any

import msgspec

from indexer.sqlite_file import SqliteFile
from indexer.sqlite_tally import tally
from plaint.cases.chain import GENESIS, body_digest, canonical, entry_hash, order_hash, seal_hash
from plaint.ports import CASE_STREAM, Body, CaseFilter, CaseRow, Conflict, Draft, Entry, Seal, Standing

_ENTRY = "position, stream, version, at, by, command, kind, said, digests, before, hash"
_SEAL = 'number, at, position, heads, "order", before, hash'
_rows = msgspec.json.Decoder(CaseRow)


class SqliteCases:
    """`ports.CaseLog` in one SQLite file. Safe for many threads and processes."""

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, "cases", synced=True)

    def guarded(self, guard: Callable[[sqlite3.Connection], None]) -> SqliteCases:
        """The same log for a writer whom `guard` may turn away."""
        other = copy(self)
        other._file = self._file.guarded(guard)
        return other

    def close(self) -> None:
        """Let go of the file; safe to call twice."""
        self._file.close()

    def append(self, stream: str, expected: int | None, drafts: Sequence[Draft], *, at: str, by: str, command: str) -> list[Entry]:
        """See `ports.CaseLog.append`."""
        with self._file.writing() as connection:
            done = _entries(connection, "command = ?", command)
            if done:
                return done
            version, before = _head(connection, stream)
            if expected is not None and expected != version:
                raise Conflict(stream, _entries(connection, "stream = ? AND version > ?", stream, expected))
            (position,) = connection.execute("SELECT ifnull(max(position), 0) FROM entries").fetchone()
            entries = []
            for number, draft in enumerate(drafts, 1):
                entry, bodies = _chained(draft, stream=stream, version=version + number, position=position + number,
                                         at=at, by=by, command=command, before=before)  # fmt: skip
                _insert(connection, entry, bodies)
                before = entry.hash
                entries.append(entry)
            if entries and stream.startswith(CASE_STREAM):
                connection.execute('INSERT OR REPLACE INTO behind ("case", version) VALUES (?, ?)', (stream, entries[-1].version))
            return entries

    def read(self, stream: str, after: int = 0) -> list[Entry]:
        """See `ports.CaseLog.read`."""
        with self._file.reading() as connection:
            return _entries(connection, "stream = ? AND version > ?", stream, after)

    def version(self, stream: str) -> int:
        """See `ports.CaseLog.version`."""
        with self._file.reading() as connection:
            return _head(connection, stream)[0]

    def bodies(self, stream: str, after: int = 0) -> dict[tuple[int, str], str | None]:
        """See `ports.CaseLog.bodies`."""
        with self._file.reading() as connection:
            found = connection.execute("SELECT version, name, text FROM bodies WHERE stream = ? AND version > ?", (stream, after))
            return {(version, name): text for version, name, text in found}

    def standing(self, stream: str, command: str | None = None) -> Standing:
        """See `ports.CaseLog.standing`."""
        with self._file.reading() as connection:
            bodies = connection.execute("SELECT version, name, text FROM bodies WHERE stream = ?", (stream,))
            return Standing(
                entries=tuple(_entries(connection, "stream = ?", stream)),
                bodies={(version, name): text for version, name, text in bodies},
                is_done=command is not None and _is_there(connection, "entries WHERE command = ?", command),
                is_listed=not _is_there(connection, 'behind WHERE "case" = ?', stream),
            )

    def erase(self, stream: str, version: int, name: str) -> None:
        """See `ports.CaseLog.erase`. The bytes are overwritten in the file and gone from its write-ahead log."""
        with self._file.writing() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("UPDATE bodies SET secret = NULL, text = NULL WHERE stream = ? AND version = ? AND name = ?", (stream, version, name))
        self._file.flush()

    def streams(self, prefix: str = "") -> Iterator[str]:
        """See `ports.CaseLog.streams`."""
        after = ""
        while True:
            with self._file.reading() as connection:
                found = connection.execute(
                    "SELECT DISTINCT stream FROM entries WHERE stream > ? AND substr(stream, 1, ?) = ? ORDER BY stream LIMIT 1000",
                    (after, len(prefix), prefix),
                ).fetchall()
            if not found:
                return
            yield from (stream for (stream,) in found)
            after = found[-1][0]

    def walk(self, after: int = 0) -> Iterator[Entry]:
        """See `ports.CaseLog.walk`."""
        while True:
            with self._file.reading() as connection:
                found = _entries(connection, "position > ? ORDER BY position LIMIT 2000", after)
            if not found:
                return
            yield from found
            after = found[-1].position

    def walk_bodies(self, after: int = 0) -> Iterator[Body]:
        """See `ports.CaseLog.walk_bodies`."""
        name = "\U0010ffff"
        while True:
            with self._file.reading() as connection:
                found = connection.execute(
                    "SELECT position, stream, version, name, secret, text FROM bodies WHERE (position, name) > (?, ?) "
                    "ORDER BY position, name LIMIT 2000",
                    (after, name),
                ).fetchall()
            if not found:
                return
            for position, stream, version, name, secret, text in found:
                yield Body(position=position, stream=stream, version=version, name=name, secret=secret, text=text)
            after, name = found[-1][0], found[-1][3]

    def seal(self, at: str) -> Seal:
        """See `ports.CaseLog.seal`."""
        with self._file.writing() as connection:
            last = _seals(connection, "ORDER BY number DESC LIMIT 1")
            since, number, before = (last[0].position, last[0].number + 1, last[0].hash) if last else (0, 1, GENESIS)
            grown = connection.execute(
                "SELECT position, stream, version, hash FROM entries WHERE position > ? ORDER BY position", (since,)
            ).fetchall()
            heads = {stream: (version, head) for _, stream, version, head in grown}
            position = grown[-1][0] if grown else since
            order = order_hash(row[3] for row in grown)
            own = seal_hash(number=number, at=at, position=position, heads=heads, order=order, before=before)
            connection.execute(
                f"INSERT INTO seals ({_SEAL}) VALUES (?, ?, ?, ?, ?, ?, ?)", (number, at, position, canonical(heads), order, before, own)
            )
            return Seal(number=number, at=at, position=position, heads=heads, order=order, before=before, hash=own)

    def seals(self) -> list[Seal]:
        """See `ports.CaseLog.seals`."""
        with self._file.reading() as connection:
            return _seals(connection, "ORDER BY number")

    def save_case(self, row: CaseRow) -> None:
        """See `ports.CaseLog.save_case`."""
        with self._file.writing() as connection:
            list_case(connection, row)

    def behind(self) -> list[str]:
        """See `ports.CaseLog.behind`."""
        with self._file.reading() as connection:
            return [case for (case,) in connection.execute('SELECT "case" FROM behind ORDER BY "case"')]

    def cases(self, wanted: CaseFilter) -> tuple[list[CaseRow], int]:
        """See `ports.CaseLog.cases`."""
        where, values = _where(wanted)
        with self._file.reading() as connection:
            (total,) = connection.execute(f"SELECT count(*) FROM cases WHERE {where}", values).fetchone()
            found = connection.execute(
                f'SELECT shown FROM cases WHERE {where} ORDER BY due IS NULL, due, "case" LIMIT ? OFFSET ?', (*values, wanted.limit, wanted.offset)
            )
            return [_rows.decode(shown) for (shown,) in found], total

    def each_case(self, wanted: CaseFilter) -> Iterator[CaseRow]:
        """See `ports.CaseLog.each_case`."""
        where, values = _where(wanted)
        after = ""
        while True:
            with self._file.reading() as connection:
                found = connection.execute(
                    f'SELECT "case", shown FROM cases WHERE "case" > ? AND {where} ORDER BY "case" LIMIT 2000', (after, *values)
                ).fetchall()
            if not found:
                return
            yield from (_rows.decode(shown) for _, shown in found)
            after = found[-1][0]

    def tally(self, wanted: CaseFilter, by: Sequence[str]) -> dict[tuple[str | None, ...], int]:
        """See `ports.CaseLog.tally`."""
        where, values = _where(wanted)
        with self._file.reading() as connection:
            return tally(connection, where, values, by)

    def command_done(self, command: str) -> bool:
        """See `ports.CaseLog.command_done`."""
        with self._file.reading() as connection:
            return connection.execute("SELECT 1 FROM entries WHERE command = ?", (command,)).fetchone() is not None


def _chained(draft: Draft, *, stream: str, version: int, position: int, at: str, by: str, command: str, before: str) -> tuple[Entry, list[Body]]:
    """A draft in its place, and its bodies under fresh secrets."""
    bodies = [
        Body(position=position, stream=stream, version=version, name=name, secret=secrets.token_hex(32), text=text)
        for name, text in draft.bodies.items()
    ]
    digests = {body.name: body_digest(body.secret or "", body.text or "") for body in bodies}
    own = entry_hash(stream=stream, version=version, at=at, by=by, command=command, kind=draft.kind, said=draft.said, digests=digests, before=before)
    entry = Entry(stream=stream, version=version, at=at, by=by, command=command, kind=draft.kind, said=dict(draft.said),
                  digests=digests, before=before, hash=own, position=position)  # fmt: skip
    return entry, bodies


def _insert(connection: sqlite3.Connection, entry: Entry, bodies: Sequence[Body]) -> None:
    connection.execute(
        f"INSERT INTO entries ({_ENTRY}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (entry.position, entry.stream, entry.version, entry.at, entry.by, entry.command, entry.kind,
         canonical(entry.said), canonical(entry.digests), entry.before, entry.hash),
    )  # fmt: skip
    connection.executemany(
        "INSERT INTO bodies (position, stream, version, name, secret, text) VALUES (?, ?, ?, ?, ?, ?)",
        [(body.position, body.stream, body.version, body.name, body.secret, body.text) for body in bodies],
    )


def list_case(connection: sqlite3.Connection, row: CaseRow) -> None:
    """Bring a case up in the lists unless a newer version of it is there; part of the caller's transaction."""
    written = connection.execute(
        'INSERT INTO cases ("case", version, firm, state, assignee, due, shown) VALUES (?, ?, ?, ?, ?, ?, ?) '
        'ON CONFLICT ("case") DO UPDATE SET version = excluded.version, firm = excluded.firm, state = excluded.state, '
        "assignee = excluded.assignee, due = excluded.due, shown = excluded.shown WHERE excluded.version >= cases.version",
        (row.case, row.version, row.firm, row.state, row.assignee, row.due, canonical(row)),
    )
    if written.rowcount:
        connection.execute('DELETE FROM case_posts WHERE "case" = ?', (row.case,))
        connection.executemany('INSERT INTO case_posts (post, "case") VALUES (?, ?)', [(post, row.case) for post in dict.fromkeys(row.posts)])
        connection.execute('DELETE FROM case_marks WHERE "case" = ?', (row.case,))
        connection.executemany('INSERT INTO case_marks (mark, "case") VALUES (?, ?)', [(mark, row.case) for mark in dict.fromkeys(row.marks)])
    connection.execute('DELETE FROM behind WHERE "case" = ? AND version <= ?', (row.case, row.version))


def _is_there(connection: sqlite3.Connection, what: str, value: str) -> bool:
    return connection.execute(f"SELECT 1 FROM {what} LIMIT 1", (value,)).fetchone() is not None


def _head(connection: sqlite3.Connection, stream: str) -> tuple[int, str]:
    """The version and hash of a stream's last entry."""
    found = connection.execute("SELECT version, hash FROM entries WHERE stream = ? ORDER BY version DESC LIMIT 1", (stream,)).fetchone()
    return found or (0, GENESIS)


def _entries(connection: sqlite3.Connection, where: str, *values: Any) -> list[Entry]:
    """Entries of one stream by version, or of several by position."""
    order = "" if "ORDER BY" in where else " ORDER BY position"
    found = connection.execute(f"SELECT {_ENTRY} FROM entries WHERE {where}{order}", values)
    return [
        Entry(position=position, stream=stream, version=version, at=at, by=by, command=command, kind=kind,
              said=_object(said), digests=_object(digests), before=before, hash=own)
        for position, stream, version, at, by, command, kind, said, digests, before, own in found
    ]  # fmt: skip


def _seals(connection: sqlite3.Connection, order: str) -> list[Seal]:
    found = connection.execute(f"SELECT {_SEAL} FROM seals {order}")
    return [
        Seal(number=number, at=at, position=position, heads={stream: tuple(head) for stream, head in _object(heads).items()},
             order=order_, before=before, hash=own)
        for number, at, position, heads, order_, before, own in found
    ]  # fmt: skip


def _object(text: str) -> dict[str, Any]:
    """A stored JSON object. Text that is not exactly as it was written is given back so that its hash cannot be right."""
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        value = None
    return value if isinstance(value, dict) and canonical(value) == text else {"unreadable": [text]}


def _where(wanted: CaseFilter) -> tuple[str, list[Any]]:
    """The filter as a condition with its values. Where a post is asked for, its few cases are looked at (+: no index of the column)."""
    parts, values = ["1"], list[Any]()
    plus = "" if wanted.post is None else "+"
    equal: Mapping[str, str | None] = {"firm": wanted.firm, "assignee": wanted.assignee}
    for column, value in equal.items():
        if value is not None:
            parts.append(f"{plus}{column} = ?")
            values.append(value)
    for column, several in (("firm", wanted.scope), ("state", wanted.states or None)):
        if several is not None:
            parts.append(f"{plus}{column} IN ({', '.join('?' * len(several))})")
            values.extend(several)
    if wanted.unassigned:
        parts.append(f"{plus}assignee IS NULL")
    if wanted.post is not None:
        parts.append('cases."case" IN (SELECT "case" FROM case_posts WHERE post = ?)')
        values.append(wanted.post)
    for said, asked in (("IN", wanted.marks), ("NOT IN", wanted.without)):
        for mark in asked:
            parts.append(f'cases."case" {said} (SELECT "case" FROM case_marks WHERE mark = ?)')
            values.append(mark)
    if wanted.due_before is not None:
        parts.append("due < ?")
        values.append(wanted.due_before)
    return " AND ".join(parts), values
