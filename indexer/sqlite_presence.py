"""Who is on a case now, in SQLite: `file.here`, a file of its own that waits for nobody and may be lost.

It is made when somebody first looks at a case, so that commands which look at none do not open it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from indexer.sqlite_file import SqliteFile
from plaint.ports import Present


class SqlitePresence:
    """`ports.Presence` in one SQLite file. Safe for many threads and processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _file(self) -> SqliteFile:
        return SqliteFile(self._path, "presence")

    def close(self) -> None:
        """Let go of the file; safe to call twice."""
        if "_file" in vars(self):
            self._file.close()

    def here(self, present: Present, *, now: str) -> None:
        """See `ports.Presence.here`."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM present WHERE until <= ?", (now,))
            connection.execute(
                'INSERT OR REPLACE INTO present ("case", firm, person, doing, until) VALUES (?, ?, ?, ?, ?)',
                (present.case, present.firm, present.person, present.doing, present.until),
            )

    def left(self, case: str, person: str) -> None:
        """See `ports.Presence.left`."""
        with self._file.writing() as connection:
            connection.execute('DELETE FROM present WHERE "case" = ? AND person = ?', (case, person))

    def who(self, cases: Sequence[str], *, now: str) -> list[Present]:
        """See `ports.Presence.who`."""
        marks = ", ".join("?" * len(cases))
        with self._file.reading() as connection:
            found = connection.execute(
                f'SELECT "case", firm, person, doing, until FROM present WHERE "case" IN ({marks}) AND until > ? ORDER BY "case", person',
                (*cases, now),
            )
            return [Present(case=case, firm=firm, person=person, doing=doing, until=until) for case, firm, person, doing, until in found]
