"""The run ledger, the quarantine and the validators of fetched pages in SQLite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec

from indexer.sqlite_file import SqliteFile
from plaint.model import Quarantined, Run

_encode = msgspec.json.encode


class SqliteRuns:
    """The ledger in the same file as the posts."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    def save(self, run: Run) -> None:
        """Write the state of a run; the last one saved counts."""
        with self._file.writing() as c:
            c.execute("INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?)", (run.id, run.source, run.started, _encode(run)))

    def get(self, id: str) -> Run | None:
        """One run."""
        with self._file.reading() as c:
            row = c.execute("SELECT json FROM run WHERE id = ?", (id,)).fetchone()
        return msgspec.json.decode(row[0], type=Run) if row else None

    def newest(self, source: str | None = None, limit: int = 50) -> list[Run]:
        """The newest runs first."""
        where, given = ("WHERE source = ?", [source]) if source is not None else ("", [])
        with self._file.reading() as c:
            rows = c.execute(f"SELECT json FROM run {where} ORDER BY started DESC, id DESC LIMIT ?", [*given, limit]).fetchall()
        return [msgspec.json.decode(row[0], type=Run) for row in rows]

    def quarantine(self, items: Sequence[Quarantined]) -> None:
        """Keep rejected items; an item with a known id replaces it."""
        rows = [(item.id, item.source, item.rejection.reason, item.state, item.at, _encode(item)) for item in items]
        with self._file.writing() as c:
            c.executemany("INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?, ?, ?)", rows)

    def quarantined(self, source: str | None = None, state: str = "open", limit: int = 200) -> list[Quarantined]:
        """Rejected items in `state`, newest first."""
        where, given = ("AND source = ?", [source]) if source is not None else ("", [])
        sql = f"SELECT json, state FROM quarantine WHERE state = ? {where} ORDER BY at DESC, id LIMIT ?"
        with self._file.reading() as c:
            rows = c.execute(sql, [state, *given, limit]).fetchall()
        return [replace(msgspec.json.decode(json, type=Quarantined), state=state) for json, state in rows]

    def quarantine_counts(self) -> dict[tuple[str, str], int]:
        """How many open items by (source, reason)."""
        with self._file.reading() as c:
            rows = c.execute("SELECT source, reason, count(*) FROM quarantine WHERE state = 'open' GROUP BY source, reason").fetchall()
        return {(source, reason): count for source, reason, count in rows}

    def settle(self, ids: Sequence[str], state: str) -> None:
        """Mark items as `retried` or `dismissed`."""
        with self._file.writing() as c:
            c.executemany("UPDATE quarantine SET state = ? WHERE id = ?", [(state, item) for item in ids])

    def seen_page(self, url: str) -> Mapping[str, str]:
        """The validators of the last fetch of `url`; empty when unknown."""
        with self._file.reading() as c:
            row = c.execute("SELECT json FROM page WHERE url = ?", (url,)).fetchone()
        return msgspec.json.decode(row[0], type=dict[str, str]) if row else {}

    def note_page(self, url: str, validators: Mapping[str, str]) -> None:
        """Remember the validators of a fetch."""
        with self._file.writing() as c:
            c.execute("INSERT OR REPLACE INTO page VALUES (?, ?)", (url, _encode(validators)))
