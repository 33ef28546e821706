"""What the captures of a post say today, as a store should hold it: the same rules for every store. Pure but for a working file.

All states of all posts are gathered in a file first, since they may be more than memory holds, and come out post by
post, in the order of their capture.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from indexer.sqlite_rows import Row, known_again
from plaint.model import Post, post_from_json, post_json

Told = Callable[[str, int], None]
"""Hears what is being made and how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """What came of the posts: `same` as the evidence gives them, `corrected`, `added`; `newer` have been captured since and were left."""

    same: int = 0
    corrected: int = 0
    added: int = 0
    newer: int = 0

    def __add__(self, more: Remade) -> Remade:
        """Both together."""
        return Remade(same=self.same + more.same, corrected=self.corrected + more.corrected, added=self.added + more.added,
                      newer=self.newer + more.newer)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A state of a post that is over: when it was first captured (microseconds since 1970), the fingerprint of its words, the post."""

    seen: int
    said: bytes
    post: Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """A post as its captures give it: the present state, since when it holds, and the states before it, oldest first."""

    present: Row
    since: int
    earlier: tuple[Earlier, ...]


def restated(old: Post, rows: Sequence[Row]) -> Restated:
    """What the states of a post (oldest first) make of it; `old` is as it is held."""
    runs = [list(run) for _, run in groupby(rows, key=lambda row: row.said)]
    earlier = tuple(Earlier(seen=run[0].captured, said=run[0].said, post=_merged(run).post) for run in runs[:-1])
    return Restated(present=_present(old, runs[-1]), since=runs[-1][0].captured, earlier=earlier)


def gather(side: sqlite3.Connection, given: Iterable[Sequence[Post]], told: Told) -> None:
    """All states of all posts, by id and capture, in a file: they may be more than memory holds."""
    side.execute("PRAGMA journal_mode = OFF")
    side.execute("PRAGMA synchronous = OFF")
    side.execute("CREATE TABLE state (id TEXT, captured INTEGER, warc TEXT, json BLOB, PRIMARY KEY (id, captured, warc)) WITHOUT ROWID")
    for number, posts in enumerate(given, 1):
        rows = [Row(post) for post in posts if post.gone is None]
        side.execute("BEGIN")
        side.executemany(
            "INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?)",
            [(row.post.id, row.captured, (row.post.capture and row.post.capture.warc) or "", post_json(row.post)) for row in rows],
        )
        side.execute("COMMIT")
        told("captures read", number)


def states(side: sqlite3.Connection) -> Iterator[list[Row]]:
    """For each post its states, oldest first; captures that say the same are one state, seen last where the newest says so."""
    rows = side.execute("SELECT id, captured, json FROM state ORDER BY id, captured, warc")
    for _, of_post in groupby(rows, key=lambda row: row[0]):
        yield [Row(post_from_json(json)) for _, _, json in of_post]


def states_of(side: sqlite3.Connection, id: str) -> list[Row]:
    """The states of one post, oldest first; empty when no capture gives it."""
    rows = side.execute("SELECT json FROM state WHERE id = ? ORDER BY captured, warc", (id,))
    return [Row(post_from_json(json)) for (json,) in rows]


def _merged(run: Sequence[Row]) -> Row:
    """Captures that say the same, as the store keeps them: the newest of everything."""
    post = run[0].post
    for row in run[1:]:
        post = known_again(post, row.post)
    return Row(post)


def _present(old: Post, run: Sequence[Row]) -> Row:
    """The present state, with what no capture says: for which firm the page was asked, and that the post is gone."""
    post = _merged(run).post
    firms = {firm.key: firm for firm in post.firms}
    for firm in old.firms:
        if firm.how == "asked" and (firm.key not in firms or firm.score >= firms[firm.key].score):
            firms[firm.key] = firm
    place = {firm.key: number for number, firm in enumerate(old.firms)}
    return Row(replace(post, firms=tuple(sorted(firms.values(), key=lambda firm: place.get(firm.key, len(place)))), gone=old.gone))
