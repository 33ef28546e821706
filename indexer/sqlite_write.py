"""Writing posts into the embedded store, inside one transaction that the caller holds.

New posts go in by `executemany`; known ones are compared first, and only what differs is written.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import msgspec

from indexer.sqlite_grouping import Grouping
from indexer.sqlite_rows import EDITED, Row, Shape, Terms, known_again, placed, same_words, tied
from plaint.model import Gone, Post, post_from_json
from plaint.ports import Outcome
from plaint.posts.words import key_of
from plaint.query.fields import COPIED, MEANT, TAGS, micros, reach_of
from plaint.query.meanings import meant, p_of
from plaint.understand.understanding import Understanding

FIELD = 40
"""Bits of a tag's number below those that say its field."""

_MEANT = ", ".join(str(TAGS.index(name)) for name in MEANT)
_COPIED = ", ".join(str(TAGS.index(name)) for name in COPIED)

INDEX = "INSERT INTO fts (rowid, title, text, author, stems) VALUES (?, ?, ?, ?, ?)"
"""Puts the number and the terms of a post into the full-text index."""

_INSERT_POST = """
    INSERT INTO post (n, id, shape, at, collected, stars, flags, captured, since, said, seq, thread, parent, inside, url, reach)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


class Held(NamedTuple):
    """What the store has of a post, without its JSON."""

    n: int
    id: str
    shape: int
    at: int
    captured: int
    since: int
    said: bytes
    flags: int
    parent: str | None
    gone_at: str | None


@dataclass
class Numbers:
    """The numbers of shapes and tag values; filled from the file as they are met."""

    shapes: dict[Shape, int] = field(default_factory=dict)
    fields: dict[int, Shape] = field(default_factory=dict)
    values: dict[tuple[str, str], int] = field(default_factory=dict)

    def clear(self) -> None:
        """Forget everything: after a transaction that was undone, the numbers it gave out are no longer true."""
        self.shapes.clear()
        self.fields.clear()
        self.values.clear()


class Writer:
    """Writes posts through a connection that is in a write transaction; `finish` before it commits."""

    def __init__(self, connection: sqlite3.Connection, numbers: Numbers) -> None:
        self._c, self._numbers = connection, numbers
        self._seq = int((connection.execute("SELECT value FROM kept WHERE name = 'seq'").fetchone() or (0,))[0])
        self._shape_posts: Counter[int] = Counter()
        self._value_posts: Counter[int] = Counter()
        self._left: set[str] = set()
        self._fresh: dict[int, Row] = {}
        self._reworded: set[int] = set()

    def put(self, rows: Sequence[Row], understood: Mapping[str, Understanding] | None = None) -> list[Outcome]:
        """Write a batch in which every id occurs once and no post is gone, with what was understood of those that are new or changed."""
        held = held_by(self._c, [row.post.id for row in rows])
        new = [row for row in rows if row.post.id not in held]
        self._insert(new)
        outcomes = [self._again(held[row.post.id], row) if row.post.id in held else Outcome.NEW for row in rows]
        come = [row.post.id for row, outcome in zip(rows, outcomes, strict=True) if outcome in {Outcome.NEW, Outcome.CHANGED}]
        if understood:
            self.note({key: understood[key] for key in come if key in understood})
        self._answered(self._left.union(parent for row in rows if (parent := tied(row.post.source, row.post.reply_to)) is not None))
        return outcomes

    def gone(self, posts: Iterable[Post]) -> None:
        """Mark the known ones among posts that their source calls gone."""
        come = {post.id: post for post in posts}
        for held in held_by(self._c, list(come)).values():
            post = come[held.id]
            captured = Row(post).captured
            if post.gone is not None and captured >= held.captured:
                self.mark_gone(held, post.gone, post.capture.at if post.capture else None)

    def vanish(self, ids: Sequence[str], at: str) -> int:
        """Mark posts that are no longer at their source; how many were not marked as gone before."""
        seen = [held for held in held_by(self._c, ids).values() if self._shape(held.shape).gone is None]
        return sum(self.mark_gone(held, Gone.VANISHED, at) for held in seen)

    def mark_gone(self, held: Held, gone: Gone, at: str | None) -> bool:
        """Mark one post as gone; whether it was not marked so before."""
        shape = self._shape(held.shape)
        if shape.gone == gone:
            return False
        self._store_json(held.n, replace(self._post(held.n), gone=gone))
        self._c.execute("UPDATE post SET gone_at = ?, seq = ? WHERE n = ?", (at, self._next(), held.n))
        self.reshape(held.n, held.shape, shape._replace(gone=str(gone)))
        return True

    def reshape(self, n: int, old: int, shape: Shape) -> None:
        """Give a post another combination of the fields with few values."""
        new = self._shape_number(shape)
        if new == old:
            return
        self._c.execute("UPDATE post SET shape = ?, seq = ? WHERE n = ?", (new, self._next(), n))
        self._c.execute(
            "UPDATE tagged SET shape = ? FROM (SELECT tag.v, post.at FROM tag JOIN post USING (n) WHERE n = ?) AS mine"
            " WHERE tagged.v = mine.v AND tagged.at = mine.at AND tagged.n = ?",
            (new, n, n),
        )
        self._shape_posts[old] -= 1
        self._shape_posts[new] += 1

    def mark(self, id: str, case: str | None, state: str | None) -> None:
        """Tie a post to a case; an unknown post is left alone."""
        for held in held_by(self._c, [id]).values():
            self._c.execute("UPDATE post SET case_id = ?, seq = ? WHERE n = ?", (case, self._next(), held.n))
            self.reshape(held.n, held.shape, self._shape(held.shape)._replace(state=state))

    def note(self, understandings: Mapping[str, Understanding], said: Mapping[str, bytes] | None = None) -> int:
        """Keep what was understood of posts; of how many that was other than before. Unknown ones are left alone.

        `said` are the fingerprints of the words that were read, by post; with other words one is left alone too.
        """
        there = held_by(self._c, list(understandings))
        held = {key: one for key, one in there.items() if said is None or one.said == said.get(key)}
        before = self._understood([one.n for one in held.values()])
        fresh = {key: msgspec.json.encode(understandings[key], order="deterministic") for key in held}
        changed = {key: one for key, one in held.items() if before.get(one.n) != fresh[key]}
        self._c.executemany("INSERT OR REPLACE INTO understood VALUES (?, ?)", [(one.n, fresh[key]) for key, one in changed.items()])
        self._c.executemany("UPDATE post SET chance = ? WHERE n = ?", [(p_of(understandings[key]), one.n) for key, one in changed.items()])
        for one in changed.values():
            if one.n in before:
                self._drop(one.n, one.at, self._later(one.n, _MEANT))
        self._add((self._value_number(*tag), one.at, one.n, one.shape) for key, one in changed.items() for tag in meant(understandings[key]))
        return len(changed)

    def forget(self, n: int, at: int) -> None:
        """Drop what was understood of a post, because its words are others now."""
        self._c.execute("DELETE FROM understood WHERE n = ?", (n,))
        self._c.execute("UPDATE post SET chance = NULL WHERE n = ?", (n,))
        self._drop(n, at, self._later(n, _MEANT))

    def finish(self) -> None:
        """Find the groups of what was written, and write the counts that were gathered."""
        self._regroup()
        self._c.execute("INSERT OR REPLACE INTO kept VALUES ('seq', ?)", (self._seq,))
        for table, key, counts in (("shape", "shape", self._shape_posts), ("value", "v", self._value_posts)):
            self._c.executemany(
                f"UPDATE {table} SET posts = posts + ? WHERE {key} = ?", [(count, number) for number, count in counts.items() if count]
            )

    def catch_up(self, rows: Mapping[str, Row]) -> int:
        """Give posts that were stored by an earlier version their group and their reach; how many of them had no group."""
        lacking = "SELECT id FROM post WHERE n NOT IN (SELECT n FROM copy) AND id IN (SELECT value FROM json_each(?))"
        names = {row[0] for row in self._c.execute(lacking, (msgspec.json.encode(list(rows)).decode(),))}
        held = {key: one for key, one in held_by(self._c, list(names)).items() if one.said == rows[key].said}
        for key, one in held.items():
            reach = [tag for tag in rows[key].drawn.tags if tag[0] == "reach"]
            self._drop(one.n, one.at, self._later(one.n, str(TAGS.index("reach"))))
            self._add((self._value_number(*tag), one.at, one.n, one.shape) for tag in reach)
            self._c.execute("UPDATE post SET reach = ? WHERE n = ?", (reach_of(rows[key].post), one.n))
        self._fresh |= {one.n: rows[key] for key, one in held.items()}
        return sum(rows[key].come is not None for key in held)

    def _regroup(self) -> None:
        """Let posts with other words leave their groups, and find those of new ones; with their tags, and the tags of those that stay."""
        if not self._fresh:
            return
        grouping = Grouping(self._c)
        changed: dict[int, list[tuple[str, str]]] = {n: [] for n in self._reworded}
        labels, again = grouping.leave(sorted(self._reworded))
        changed |= {label.n: label.tags for label in labels} | {n: [] for n in again}
        come = {n: row.come for n, row in self._fresh.items() if row.come is not None}
        come |= {n: replace(one, name=name or one.name) for n, name in again.items() if (one := Row(self._post(n)).come) is not None}
        changed |= {label.n: label.tags for label in grouping.join(dict(sorted(come.items())))}
        places = self._c.execute(
            "SELECT n, at, shape FROM post WHERE n IN (SELECT value FROM json_each(?))", (msgspec.json.encode(list(changed)).decode(),)
        )
        for n, at, shape in places.fetchall():
            self._drop(n, at, self._later(n, _COPIED))
            self._add((self._value_number(*tag), at, n, shape) for tag in changed[n])
        self._fresh, self._reworded = {}, set()

    def _insert(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        (top,) = self._c.execute("SELECT ifnull(max(n), 0) FROM post").fetchone()
        numbered = list(enumerate(rows, top + 1))
        answered = self._with_answers([row.post.id for row in rows])
        answered |= {parent for row in rows if (parent := tied(row.post.source, row.post.reply_to)) is not None}
        shapes = {n: self._shape_number(row.shape(reply=row.post.id in answered, state=None)) for n, row in numbered}
        self._c.executemany(_INSERT_POST, [self._columns(n, row, shapes[n]) for n, row in numbered])
        self._c.executemany("INSERT INTO body VALUES (?, ?)", [(n, row.json) for n, row in numbered])
        self._c.executemany(INDEX, [(n, *row.terms) for n, row in numbered])
        self._tag((n, row, shapes[n]) for n, row in numbered)
        self._shape_posts.update(shapes.values())
        self._fresh |= dict(numbered)

    def _columns(self, n: int, row: Row, shape: int) -> tuple[object, ...]:
        post, source = row.post, row.post.source
        return (
            n, post.id, shape, row.drawn.at, row.captured, post.rating.stars if post.rating else None, row.drawn.flags, row.captured, row.captured,
            row.said, self._next(), tied(source, post.thread), tied(source, post.reply_to), tied(source, post.within), post.url, reach_of(post),
        )  # fmt: skip

    def _again(self, held: Held, row: Row) -> Outcome:
        if held.said == row.said:
            self._see_again(held, row)
            return Outcome.KNOWN
        if row.captured < held.captured:
            return self._keep_earlier(held, row)
        if row.captured == held.captured and self._was_so(held, row):
            return Outcome.KNOWN
        return self._revise(held, row)

    def _was_so(self, held: Held, row: Row) -> bool:
        """Whether these words are held as an earlier state of the same moment: two pages of one moment that differ, taken in again."""
        return self._c.execute("SELECT 1 FROM revision WHERE (n, seen, said) = (?, ?, ?)", (held.n, row.captured, row.said)).fetchone() is not None

    def _see_again(self, held: Held, row: Row) -> None:
        post = self._post(held.n)
        newer = row.captured >= held.captured
        merged = known_again(post, row.post) if newer else replace(post, firms=known_again(post, row.post).firms)
        since = min(held.since, row.captured)
        if _is_before_the_end(held, row):
            merged = replace(merged, gone=post.gone)
        if merged == post and since == held.since:
            return
        self._rewrite(held, post, Row(merged), since=since, edited=bool(held.flags & EDITED))

    def _keep_earlier(self, held: Held, row: Row) -> Outcome:
        states = sorted(self._c.execute("SELECT seen, said FROM revision WHERE n = ?", (held.n,)).fetchall())
        states.append((held.since, held.said))
        before = [said for seen, said in states if seen <= row.captured]
        if before and before[-1] == row.said:
            return Outcome.KNOWN
        self._c.execute("INSERT OR IGNORE INTO revision VALUES (?, ?, ?, ?)", (held.n, row.captured, row.said, row.json))
        self._c.execute("UPDATE post SET flags = flags | ?, seq = ? WHERE n = ?", (EDITED, self._next(), held.n))
        return Outcome.STALE

    def _revise(self, held: Held, row: Row) -> Outcome:
        post = self._post(held.n)
        before = replace(post, gone=None) if post.gone else post
        self._c.execute("INSERT OR IGNORE INTO revision VALUES (?, ?, ?, ?)", (held.n, held.since, held.said, msgspec.json.encode(before)))
        firms = known_again(post, row.post).firms
        gone = post.gone if _is_before_the_end(held, row) else None
        self._rewrite(held, post, Row(replace(placed(post, row.post), firms=firms, gone=gone)), since=row.captured, edited=True)
        return Outcome.CHANGED

    def _rewrite(self, held: Held, old: Post, row: Row, *, since: int, edited: bool) -> None:
        """Put `row` in the place of `old`: words, tags and columns, each only where it differs."""
        n, post = held.n, row.post
        if not row.same_terms(old):
            self._unindex(n, Row(old).terms)
            self._c.execute(INDEX, (n, *row.terms))
        if not same_words(post, old):
            self.forget(n, held.at)
            self._fresh[n] = row
            self._reworded.add(n)
        before = self._shape(held.shape)
        shape = self._shape_number(row.shape(reply=bool(before.reply), state=before.state))
        if row.drawn.at != held.at or row.drawn.tags != Row(old).drawn.tags or shape != held.shape:
            later = self._later(n, f"{_MEANT}, {_COPIED}")
            self._untag(n, held.at)
            self._tag([(n, row, shape)])
            self._add((v, row.drawn.at, n, shape) for v in later)
        parent = tied(post.source, post.reply_to)
        self._c.execute(
            "UPDATE post SET shape = ?, at = ?, stars = ?, flags = ?, captured = ?, since = ?, said = ?, seq = ?, thread = ?, parent = ?,"
            " inside = ?, url = ?, gone_at = ?, reach = ? WHERE n = ?",
            (shape, row.drawn.at, post.rating.stars if post.rating else None, row.drawn.flags | (EDITED if edited else 0),
             max(held.captured, row.captured), since, row.said, self._next(), tied(post.source, post.thread), parent,
             tied(post.source, post.within), post.url, held.gone_at if post.gone is not None else None, reach_of(post), n),
        )  # fmt: skip
        self._c.execute("UPDATE body SET json = ? WHERE n = ?", (row.json, n))
        self._shape_posts[held.shape] -= 1
        self._shape_posts[shape] += 1
        if held.parent is not None and held.parent != parent:
            self._left.add(held.parent)

    def _answered(self, parents: Iterable[str]) -> None:
        """Bring `reply` of these posts up to date with whether anybody answers them."""
        ids = list(parents)
        answered = self._with_answers(ids)
        for held in held_by(self._c, ids).values():
            shape = self._shape(held.shape)
            if shape.reply != (held.id in answered):
                self.reshape(held.n, held.shape, shape._replace(reply=int(held.id in answered)))

    def _with_answers(self, ids: Sequence[str]) -> set[str]:
        found = self._c.execute(
            "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM post WHERE parent = value)", (msgspec.json.encode(ids).decode(),)
        )
        return {row[0] for row in found}

    def _tag(self, rows: Iterable[tuple[int, Row, int]]) -> None:
        self._add((self._value_number(*tag), row.drawn.at, n, shape) for n, row, shape in rows for tag in row.drawn.tags)

    def _add(self, tagged: Iterable[tuple[int, int, int, int]]) -> None:
        """Give posts tags: (v, at, n, shape)."""
        tags = list(tagged)
        self._c.executemany("INSERT INTO tag VALUES (?, ?)", [(n, v) for v, _, n, _ in tags])
        self._c.executemany("INSERT INTO tagged VALUES (?, ?, ?, ?)", sorted(tags))
        self._value_posts.update(v for v, _, _, _ in tags)

    def _untag(self, n: int, at: int) -> None:
        self._drop(n, at, [row[0] for row in self._c.execute("SELECT v FROM tag WHERE n = ?", (n,))])

    def _drop(self, n: int, at: int, values: Sequence[int]) -> None:
        """Take these tags from a post."""
        self._c.executemany("DELETE FROM tag WHERE n = ? AND v = ?", [(n, v) for v in values])
        self._c.executemany("DELETE FROM tagged WHERE v = ? AND at = ? AND n = ?", [(v, at, n) for v in values])
        self._value_posts.subtract(values)

    def _later(self, n: int, numbers: str) -> list[int]:
        """The tags of a post in fields that its words alone do not fill; `numbers` are those of the fields."""
        return [row[0] for row in self._c.execute(f"SELECT v FROM tag WHERE n = ? AND v >> {FIELD} IN ({numbers})", (n,))]

    def _understood(self, numbers: Sequence[int]) -> dict[int, bytes]:
        found = self._c.execute(
            "SELECT n, json FROM understood WHERE n IN (SELECT value FROM json_each(?))", (msgspec.json.encode(numbers).decode(),)
        )
        return dict(found.fetchall())

    def _unindex(self, n: int, terms: Terms) -> None:
        """Take the terms of a post out of the full-text index, which has to be told what they were."""
        self._c.execute("INSERT INTO fts (fts, rowid, title, text, author, stems) VALUES ('delete', ?, ?, ?, ?, ?)", (n, *terms))

    def _post(self, n: int) -> Post:
        return post_from_json(self._c.execute("SELECT json FROM body WHERE n = ?", (n,)).fetchone()[0])

    def _store_json(self, n: int, post: Post) -> None:
        self._c.execute("UPDATE body SET json = ? WHERE n = ?", (msgspec.json.encode(post), n))

    def _next(self) -> int:
        self._seq += 1
        return self._seq

    def _shape(self, number: int) -> Shape:
        if number not in self._numbers.fields:
            columns = ", ".join(Shape._fields)
            self._numbers.fields[number] = Shape(*self._c.execute(f"SELECT {columns} FROM shape WHERE shape = ?", (number,)).fetchone())
        return self._numbers.fields[number]

    def _shape_number(self, shape: Shape) -> int:
        if (number := self._numbers.shapes.get(shape)) is not None:
            return number
        where = " AND ".join(f"{name} IS ?" for name in Shape._fields)
        row = self._c.execute(f"SELECT shape FROM shape WHERE {where}", shape).fetchone()
        if row is None:
            columns = ", ".join(Shape._fields)
            row = self._c.execute(f"INSERT INTO shape ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING shape", shape).fetchone()
        self._numbers.shapes[shape], self._numbers.fields[row[0]] = row[0], shape
        return int(row[0])

    def _value_number(self, field: str, value: str) -> int:
        if (number := self._numbers.values.get((field, value))) is not None:
            return number
        row = self._c.execute("SELECT v FROM value WHERE field = ? AND value = ?", (field, value)).fetchone()
        if row is None:
            low = TAGS.index(field) << FIELD
            row = self._c.execute(
                "INSERT INTO value (v, field, value, folded)"
                " VALUES ((SELECT ifnull(max(v), ?) + 1 FROM value WHERE v BETWEEN ? AND ?), ?, ?, ?) RETURNING v",
                (low, low, low + (1 << FIELD) - 1, field, value, key_of(value)),
            ).fetchone()
        self._numbers.values[field, value] = row[0]
        return int(row[0])


def _is_before_the_end(held: Held, row: Row) -> bool:
    """Whether a post was captured before it was found to be gone, so that it has not come back."""
    return held.gone_at is not None and row.captured < micros(held.gone_at)


def held_by(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, Held]:
    """What is held of these posts, by id."""
    columns = ", ".join(Held._fields)
    rows = connection.execute(f"SELECT {columns} FROM post WHERE id IN (SELECT value FROM json_each(?))", (msgspec.json.encode(ids).decode(),))
    return {row[1]: Held(*row) for row in rows}
