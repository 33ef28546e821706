"""Making stored things again while the old ones serve: the search index from the posts, the posts from the evidence.

The index is made in a file beside the store and put in its place in one transaction. Posts are corrected where they
are, in batches. Both can be killed at any moment and begun again; neither changes the number of a post, so a search
or an export that is under way goes on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from indexer.restated import Remade, Told, gather, restated, states
from indexer.sqlite_file import SqliteFile
from indexer.sqlite_rows import Row, terms_of, tied
from indexer.sqlite_write import Held, Numbers, Writer, held_by
from plaint.model import Post, post_from_json, post_json
from plaint.posts import words

BATCH = 500
"""Posts in one transaction."""

FEW = 200
"""Posts that may have changed meanwhile and are caught up with under the lock."""


def path_of(address: str) -> Path:
    """The file of an embedded store; ValueError for any other address."""
    kind, _, rest = address.partition(":///")
    if kind != "sqlite" or not rest:
        raise ValueError(f"{address!r}: only an embedded store (sqlite:///FILE) can be rebuilt here")
    return Path(rest)


def beside(path: Path, what: str) -> Path:
    """A working file beside the store, without what a killed run left in it."""
    made = path.with_name(f"{path.name}.{what}")
    for end in ("", "-wal", "-shm", "-journal"):
        made.with_name(made.name + end).unlink(missing_ok=True)
    return made


# --- the search index ----------------------------------------------------------------------------------------------

_SHADOWS = ("fts_data", "fts_idx", "fts_docsize", "fts_config")


def reindex(path: Path, told: Told) -> int:
    """Make the full-text index again with the words of today; how many posts it holds."""
    file = SqliteFile(path, "posts")
    made = beside(path, "index")
    try:
        with closing(_side(file, made)) as side:
            changed_to, count = _fill(file, side, told)
        _swap(file, made, changed_to)
    finally:
        file.close()
        beside(path, "index")
    return count


def _side(file: SqliteFile, made: Path) -> sqlite3.Connection:
    """An index like the store's, in a file of its own, with the terms of each post so that one can be taken out again."""
    with file.reading() as c:
        (table,) = c.execute("SELECT sql FROM sqlite_master WHERE name = 'fts'").fetchone()
    side = sqlite3.connect(made, isolation_level=None)
    side.execute("PRAGMA journal_mode = OFF")
    side.execute("PRAGMA synchronous = OFF")
    side.execute(table)
    side.execute("CREATE TABLE doc (n INTEGER PRIMARY KEY, title TEXT, text TEXT, author TEXT, stems TEXT)")
    return side


def _fill(file: SqliteFile, side: sqlite3.Connection, told: Told) -> tuple[int, int]:
    """Index all posts; up to which change of the store that is, and how many posts."""
    with file.reading() as c:
        (begun,) = c.execute("SELECT ifnull(max(seq), 0) FROM post").fetchone()
    last = count = 0
    while True:
        with file.reading() as c:
            rows = c.execute("SELECT n, json FROM body WHERE n > ? ORDER BY n LIMIT ?", (last, BATCH)).fetchall()
        if not rows:
            return begun, count
        side.execute("BEGIN")
        _index(side, "", [(n, post_from_json(json)) for n, json in rows])
        side.execute("COMMIT")
        last, count = rows[-1][0], count + len(rows)
        told("posts indexed", count)


def _index(connection: sqlite3.Connection, schema: str, posts: Sequence[tuple[int, Post]]) -> None:
    terms = [(n, *terms_of(post)) for n, post in posts]
    connection.executemany(f"INSERT INTO {schema}fts (rowid, title, text, author, stems) VALUES (?, ?, ?, ?, ?)", terms)
    connection.executemany(f"INSERT INTO {schema}doc VALUES (?, ?, ?, ?, ?)", terms)


def _swap(file: SqliteFile, made: Path, changed_to: int) -> None:
    """Catch up with what was written meanwhile, the last of it under the lock, and put the new index in place of the old."""
    with closing(sqlite3.connect(file.path, isolation_level=None, timeout=30)) as c:
        c.execute("ATTACH ? AS side", (str(made),))
        while True:
            c.execute("BEGIN IMMEDIATE")
            changed = c.execute("SELECT n, seq FROM post WHERE seq > ? ORDER BY seq LIMIT ?", (changed_to, BATCH)).fetchall()
            _again(c, [n for n, _ in changed])
            if len(changed) <= FEW:
                break
            c.execute("COMMIT")
            changed_to = changed[-1][1]
        c.execute("INSERT INTO fts (fts) VALUES ('delete-all')")
        for table in _SHADOWS:
            c.execute(f"DELETE FROM main.{table}")
            c.execute(f"INSERT INTO main.{table} SELECT * FROM side.{table}")
        folded = [(words.key_of(value), v) for v, value in c.execute("SELECT v, value FROM value").fetchall()]
        c.executemany("UPDATE value SET folded = ?1 WHERE v = ?2 AND folded <> ?1", folded)
        c.execute("UPDATE kept SET value = ? WHERE name = 'words'", (words.VERSION,))
        c.execute("COMMIT")


def _again(c: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Index posts in the side file that are new or were changed since they were indexed there."""
    chosen = msgspec.json.encode(numbers).decode()
    old = c.execute("SELECT n, title, text, author, stems FROM side.doc WHERE n IN (SELECT value FROM json_each(?))", (chosen,)).fetchall()
    c.executemany("INSERT INTO side.fts (fts, rowid, title, text, author, stems) VALUES ('delete', ?, ?, ?, ?, ?)", old)
    c.executemany("DELETE FROM side.doc WHERE n = ?", [(row[0],) for row in old])
    rows = c.execute("SELECT n, json FROM body WHERE n IN (SELECT value FROM json_each(?))", (chosen,)).fetchall()
    _index(c, "side.", [(n, post_from_json(json)) for n, json in rows])


# --- posts from the evidence ---------------------------------------------------------------------------------------


def remake(path: Path, given: Iterable[Sequence[Post]], told: Told) -> Remade:
    """Bring every post to what its captures say. `given` is what each capture gives today, in any order.

    All states of a post are put in the order of their capture; a post that was captured again since is left for the
    next time. What only the store knows (the firm a page was asked for, marks of cases, what vanished) stays.
    """
    file = SqliteFile(path, "posts")
    made = beside(path, "remade")
    total = Remade()
    try:
        with closing(sqlite3.connect(made, isolation_level=None)) as side:
            gather(side, given, told)
            for batch in _batches(states(side)):
                with file.writing() as c:
                    restater = Restater(c, Numbers())
                    done = restater.restate(batch)
                    restater.finish()
                total += done
                told("posts compared", total.same + total.corrected + total.added + total.newer)
    finally:
        file.close()
        beside(path, "remade")
    return total


def _batches(states: Iterator[list[Row]]) -> Iterator[list[list[Row]]]:
    batch: list[list[Row]] = []
    for rows in states:
        batch.append(rows)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class Restater(Writer):
    """A writer that brings posts to given states instead of adding one."""

    def restate(self, batch: Sequence[Sequence[Row]]) -> Remade:
        """Bring each post to its states, oldest first, of which the last is the present one."""
        held = held_by(self._c, [rows[0].post.id for rows in batch])
        counts = {"same": 0, "corrected": 0, "added": 0, "newer": 0}
        for rows in batch:
            mine = held.get(rows[0].post.id)
            if mine is None:
                for row in rows:
                    self.put([row])
                counts["added"] += 1
            elif mine.captured > rows[-1].captured:
                counts["newer"] += 1
            else:
                counts["corrected" if self._correct(mine, rows) else "same"] += 1
        parents = (tied(rows[-1].post.source, rows[-1].post.reply_to) for rows in batch)
        self._answered(self._left.union(parent for parent in parents if parent is not None))
        return Remade(**counts)

    def _correct(self, held: Held, rows: Sequence[Row]) -> bool:
        old = self._post(held.n)
        now = restated(old, rows)
        earlier = [(state.seen, state.said, post_json(state.post)) for state in now.earlier]
        kept = self._c.execute("SELECT seen, said FROM revision WHERE n = ? ORDER BY seen, said", (held.n,)).fetchall()
        if now.present.post == old and [(seen, said) for seen, said, _ in earlier] == kept and held.since == now.since:
            return False
        self._c.execute("DELETE FROM revision WHERE n = ?", (held.n,))
        self._c.executemany("INSERT INTO revision VALUES (?, ?, ?, ?)", [(held.n, *state) for state in earlier])
        gone_at = held.gone_at
        self._rewrite(held, old, now.present, since=now.since, edited=bool(earlier))
        self._c.execute("UPDATE post SET gone_at = ? WHERE n = ?", (gone_at, held.n))
        return True
