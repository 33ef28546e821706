"""The registers in SQLite: firms, approvals of sources, people and the hashes of their passwords, published figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from indexer.sqlite_file import SqliteFile
from plaint.model import Approval, Firm, Person
from plaint.reference import PART, Figure, Table, parts

_encode = msgspec.json.encode


class SqliteRegisters:
    """The registers in the file at `path`, beside the case log."""

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, "registers", synced=True)

    def close(self) -> None:
        """Let go of the file; safe to call twice."""
        self._file.close()

    def firms(self) -> list[Firm]:
        """All firms by key."""
        return [msgspec.json.decode(json, type=Firm) for json in self._all("SELECT json FROM firm ORDER BY key")]

    def save_firms(self, firms: Sequence[Firm]) -> None:
        """Add or replace firms by key."""
        with self._file.writing() as c:
            c.executemany("INSERT OR REPLACE INTO firm VALUES (?, ?)", [(firm.key, _encode(firm)) for firm in firms])

    def approvals(self) -> list[Approval]:
        """The present decision for each source and firm."""
        return [msgspec.json.decode(json, type=Approval) for json in self._all("SELECT json FROM approval ORDER BY source, firm")]

    def save_approval(self, approval: Approval) -> None:
        """Replace the present decision."""
        with self._file.writing() as c:
            c.execute("INSERT OR REPLACE INTO approval VALUES (?, ?, ?)", (approval.source, approval.firm or "", _encode(approval)))

    def people(self) -> list[Person]:
        """All accounts."""
        return [msgspec.json.decode(json, type=Person) for json in self._all("SELECT json FROM person ORDER BY key")]

    def save_person(self, person: Person, secret: str | None = None) -> None:
        """Add or replace an account; without `secret` the hash of its password stays as it was."""
        with self._file.writing() as c:
            c.execute(
                "INSERT INTO person VALUES (?, ?, ?) ON CONFLICT (key)"
                " DO UPDATE SET json = excluded.json, secret = ifnull(excluded.secret, person.secret)",
                (person.key, _encode(person), secret),
            )

    def secret(self, key: str) -> str | None:
        """The hash of an account's password."""
        with self._file.reading() as c:
            row = c.execute("SELECT secret FROM person WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def tables(self) -> list[Table]:
        """See `ports.Registers.tables`."""
        found = [msgspec.json.decode(json, type=Table) for json in self._all("SELECT json FROM reference")]
        return sorted(found, key=lambda one: (one.publisher, one.name, one.at, one.digest))

    def save_table(self, table: Table, figures: Sequence[Figure]) -> None:
        """See `ports.Registers.save_table`."""
        rows = [(table.digest, part, _encode(figures[part * PART : (part + 1) * PART])) for part in parts(table)]
        with self._file.writing() as c:
            c.execute("DELETE FROM figures WHERE digest = ?", (table.digest,))
            c.executemany("INSERT INTO figures VALUES (?, ?, ?)", rows)
            c.execute("INSERT OR REPLACE INTO reference VALUES (?, ?)", (table.digest, _encode(table)))

    def figures(self, digest: str) -> list[Figure]:
        """See `ports.Registers.figures`."""
        with self._file.reading() as c:
            rows = c.execute("SELECT json FROM figures WHERE digest = ? ORDER BY part", (digest,)).fetchall()
        return [figure for (json,) in rows for figure in msgspec.json.decode(json, type=list[Figure])]

    def _all(self, sql: str) -> list[bytes]:
        with self._file.reading() as c:
            return [row[0] for row in c.execute(sql)]
