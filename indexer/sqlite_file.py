"""One SQLite file: opening it, its connections, its numbered migrations, and what its troubles mean to a person.

Any thread and any process may use the file at once: readers see a snapshot and never wait, writers take turns.
"""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from threading import Event, Lock, Thread
from typing import IO

from plaint.ports import StoreDown

MIGRATIONS = Path(__file__).parent / "migrations"

WAIT = 30.0
"""Seconds that a writer waits for its turn before the store counts as locked."""

IDLE = 8
"""Connections kept open for the next call."""

_ADVICE = (
    ("not a database", "it is not a SQLite file: give the address of a Plaint store"),
    ("malformed", "the file is damaged: put back a backup with `plaint restore`, or make it again with `plaint rebuild`"),
    ("locked", f"another program has held it for {WAIT:.0f} s: find it (an import? a copy of the file?) and try again"),
    ("readonly", "the file or its folder may not be written: change its owner or its rights"),
    ("unable to open", "the file cannot be opened: does its folder exist, and may you write there?"),
    ("disk is full", "the disk is full: make room and try again"),
    ("disk I/O", "the disk did not answer: look at the system's log"),
    ("no such table", "it is a SQLite file of another program: give the address of a Plaint store"),
    ("already exists", "it is a SQLite file of another program: give the address of a Plaint store"),
)


class SqliteFile:
    """The file at `path`, brought up to date with the migrations of `part` when it is opened.

    Raises StoreDown with what to do when the file cannot be used. `synced` waits for the disk at every commit.
    """

    def __init__(self, path: Path, part: str, *, synced: bool = False) -> None:
        self.path, self.part = path, part
        self._synced = synced
        self._idle: list[sqlite3.Connection] = []
        self._lock = Lock()
        self._process = os.getpid()
        self._guard: Callable[[sqlite3.Connection], None] | None = None
        self._migrate()

    def guarded(self, guard: Callable[[sqlite3.Connection], None]) -> SqliteFile:
        """The same file for a writer whom `guard` may turn away: it is asked at the beginning of each transaction, which it may end by raising."""
        other = copy(self)
        other._guard, other._idle, other._lock = guard, [], Lock()
        return other

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection on one snapshot of the file."""
        with self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection that holds the write lock; commits at the end, undoes everything when an exception passes."""
        with self._turn(), self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                if self._guard is not None:
                    self._guard(connection)
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait in line for a synced file. SQLite's own waiting sleeps and tries again, so that of many writers some never get in."""
        if not self._synced:
            yield
            return
        place = self.path.with_name(f"{self.path.name}-turn")
        line = place.open("ab")
        if not _stood_in_line(line, WAIT):
            raise StoreDown(
                f"sqlite:///{self.path}: a program has had the turn to write for {WAIT:.0f} s and does not go on; was it stopped? "
                f"`fuser {place}` names it: let it go on or end it, and try again"
            )
        with line:
            yield

    def flush(self) -> None:
        """Move what is in the write-ahead log into the file and empty the log, as far as readers let it."""
        with self._connection() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the idle connections; safe to call twice."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._explained():
            connection = self._take()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            self._give_back(connection)

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._process != os.getpid():
                self._process, self._idle = os.getpid(), []
            if self._idle:
                return self._idle.pop()
        return self._open()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if self._process == os.getpid() and len(self._idle) < IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=WAIT, isolation_level=None, check_same_thread=False, cached_statements=512)
        connection.execute(f"PRAGMA synchronous = {'FULL' if self._synced else 'NORMAL'}")
        connection.execute("PRAGMA cache_size = -16384")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
            if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
                raise
            said = str(error)
            advice = next((advice for words, advice in _ADVICE if words in said), None)
            if advice is None:
                raise
            raise StoreDown(f"sqlite:///{self.path}: {said}; {advice}") from error

    def _migrate(self) -> None:
        steps = sorted((MIGRATIONS / self.part).glob("[0-9]*.sql"))
        with self._connection() as connection:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode = WAL")
            if self._version(connection) == len(steps):
                return
        with self.writing() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS part (name TEXT PRIMARY KEY, version INTEGER NOT NULL)")
            done = self._version(connection)
            if done > len(steps):
                raise StoreDown(f"sqlite:///{self.path}: written by a newer Plaint ({self.part} {done}, here {len(steps)}); update this checkout")
            for step in steps[done:]:
                for statement in _statements(step.read_text("utf-8")):
                    connection.execute(statement)
            connection.execute("INSERT OR REPLACE INTO part VALUES (?, ?)", (self.part, len(steps)))

    def _version(self, connection: sqlite3.Connection) -> int:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'part'").fetchone() is None:
            return 0
        row = connection.execute("SELECT version FROM part WHERE name = ?", (self.part,)).fetchone()
        return int(row[0]) if row else 0


def _stood_in_line(line: IO[bytes], longest: float) -> bool:
    """Whether the turn came within so many seconds. Who gives up leaves the line once the turn comes, and lets go of it at once.

    The kernel keeps the line but knows no end of waiting, so a thread of its own waits where the turn is not free.
    """
    try:
        fcntl.flock(line, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    else:
        return True
    came, decided, given_up = Event(), Lock(), Event()

    def wait() -> None:
        fcntl.flock(line, fcntl.LOCK_EX)
        with decided:
            came.set()
            if given_up.is_set():
                line.close()

    Thread(target=wait, daemon=True).start()
    came.wait(longest)
    with decided:
        if not came.is_set():
            given_up.set()
        return came.is_set()


def _statements(script: str) -> Iterator[str]:
    """The statements of a migration: each ends with a semicolon at the end of a line; a trigger is one statement."""
    statement = ""
    for line in re.sub(r"(?m)^\s*--.*$", "", script).splitlines(keepends=True):
        statement += line
        if statement.strip() and sqlite3.complete_statement(statement):
            yield statement
            statement = ""
