"""The archive of posts in SQLite: `ports.Posts` over one file."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from secrets import token_hex
from threading import Lock

import msgspec

from indexer.sqlite_file import SqliteFile
from indexer.sqlite_rows import Row, Shape
from indexer.sqlite_search import Question
from indexer.sqlite_write import Numbers, Writer, held_by
from plaint.model import Post, Revision, iso, post_from_json
from plaint.ports import Outcome, Reader, StoreDown
from plaint.posts import words
from plaint.query.cursors import Place as CursorPlace
from plaint.query.cursors import read_cursor, write_cursor
from plaint.query.fields import EPOCH, UNDATED
from plaint.query.snippets import Spotter
from plaint.query.tree import CaseMark, Found, Hit, Search
from plaint.understand.understanding import Understanding

FETCH = 500
"""Posts read in one go while scanning."""

WALKS = 50
"""How many orders by relevance are kept for those who page through them."""


class SqlitePosts:
    """Posts, their revisions and their search in `file`."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._numbers, self._turn = Numbers(), Lock()
        self._shapes: dict[int, Shape] = {}
        with file.reading() as c:
            is_named = c.execute("SELECT 1 FROM kept WHERE name = 'words'").fetchone() is not None
        if not is_named:
            with file.writing() as c:
                c.execute("INSERT OR IGNORE INTO kept VALUES ('words', ?)", (words.VERSION,))

    def close(self) -> None:
        """Let go of the file; safe to call twice."""
        self._file.close()

    def put(self, posts: Sequence[Post], read: Reader | None = None) -> list[Outcome]:
        """See `ports.Posts.put`. Of a post that its source calls gone, only the mark is taken."""
        last = {post.id: place for place, post in enumerate(posts)}
        alive = {post.id: place for place, post in enumerate(posts) if post.gone is None}
        rows = [Row(posts[place]) for place in alive.values()]
        fresh = self._prepare(rows)
        understood = read([row.post for row in fresh]) if read is not None and fresh else {}
        outcomes = [Outcome.KNOWN] * len(posts)
        with self._writer() as writer:
            for row, outcome in zip(rows, writer.put(rows, understood), strict=True):
                outcomes[alive[row.post.id]] = outcome
            writer.gone(posts[place] for place in last.values() if posts[place].gone is not None)
        return [Outcome.GONE if post.gone is not None else outcome for post, outcome in zip(posts, outcomes, strict=True)]

    def get(self, ids: Sequence[str]) -> list[Post]:
        """See `ports.Posts.get`."""
        with self._file.reading() as c:
            rows = c.execute(
                "SELECT post.id, body.json FROM post JOIN body USING (n) WHERE post.id IN (SELECT value FROM json_each(?))",
                (msgspec.json.encode(ids).decode(),),
            ).fetchall()
        found = {name: post_from_json(json) for name, json in rows}
        return [found[name] for name in ids if name in found]

    def revisions(self, id: str) -> list[Revision]:
        """See `ports.Posts.revisions`."""
        with self._file.reading() as c:
            present = c.execute("SELECT post.n, post.since, post.said, body.json FROM post JOIN body USING (n) WHERE id = ?", (id,)).fetchone()
            if present is None:
                return []
            states = c.execute("SELECT seen, said, json FROM revision WHERE n = ? ORDER BY seen, said", (present[0],)).fetchall()
        states.append(present[1:])
        told = [state for before, state in zip([None, *states[:-1]], states, strict=True) if before is None or before[1] != state[1]]
        return [Revision(number=number, seen=_moment(seen), post=post_from_json(json)) for number, (seen, _, json) in enumerate(told, 1)]

    def thread(self, id: str, limit: int = 200) -> list[Post]:
        """See `ports.Posts.thread`. The oldest are kept when there are more than `limit`."""
        with self._file.reading() as c:
            found = _conversation(c, id, limit)
            oldest = sorted(found, key=lambda member: (member[1] == UNDATED, member[1], member[2]))
            kept = oldest[:limit]
            if found and id not in {member[2] for member in kept}:
                kept = [*kept[:-1], next(member for member in oldest if member[2] == id)]
            return _posts(c, [n for n, _, _ in kept])

    def search(self, search: Search) -> Found:
        """See `ports.Posts.search`. An order by relevance holds while it is among the newest that people page through."""
        after = read_cursor(search)
        with self._file.reading() as c:
            _need_same_words(c)
            question = Question(c, self._known_shapes(c), search)
            is_counted = bool(search.facets or search.edges) or question.is_costly
            total, facets, histogram, bounded = question.counted() if is_counted else (question.total(), {}, (), ())
            if question.is_ranked:
                return self._ranked(c, question, search, after, Found(total=total, hits=(), facets=facets, histogram=histogram, bounded=bounded))
            place = None if after is None else (float(after[0]) if isinstance(after[0], float) else int(after[0]), str(after[1]))
            page = question.page(place, search.limit + 1, total) if search.limit else []
            hits = self._hits(c, search, [found.n for found in page[: search.limit]])
        more = write_cursor(search, (page[-2].key, page[-2].id)) if len(page) > search.limit else None
        return Found(total=total, hits=hits, facets=facets, histogram=histogram, next=more, bounded=bounded)

    def scan(self, search: Search) -> Iterator[Post]:
        """See `ports.Posts.scan`. The order is settled at the start; the posts are read as they are when their turn comes."""
        with self._file.reading() as c:
            _need_same_words(c)
            order = Question(c, self._known_shapes(c), search).order()
        for start in range(0, len(order), FETCH):
            with self._file.reading() as c:
                posts = _posts(c, order[start : start + FETCH])
            yield from posts

    def refs(self, source: str, firm: str | None = None) -> Iterator[str]:
        """See `ports.Posts.refs`."""
        of_firm = "" if firm is None else "AND n IN (SELECT n FROM tagged WHERE v = (SELECT v FROM value WHERE field = 'firm' AND value = ?))"
        last, given = 0, () if firm is None else (firm,)
        while True:
            with self._file.reading() as c:
                rows = c.execute(
                    f"SELECT n, id FROM post WHERE n > ? AND shape IN (SELECT shape FROM shape WHERE source = ? AND gone IS NULL) {of_firm}"
                    " ORDER BY n LIMIT 10000",
                    (last, source, *given),
                ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield from (name.removeprefix(f"{source}:") for _, name in rows)

    def vanish(self, ids: Sequence[str], at: str) -> int:
        """See `ports.Posts.vanish`."""
        count = 0
        for start in range(0, len(ids), FETCH):
            with self._writer() as writer:
                count += writer.vanish(ids[start : start + FETCH], at)
        return count

    def mark(self, id: str, mark: CaseMark | None) -> None:
        """See `ports.Posts.mark`. An unknown post is left alone."""
        with self._writer() as writer:
            writer.mark(id, mark.case if mark else None, mark.state if mark else None)

    def understood(self, ids: Sequence[str]) -> dict[str, Understanding]:
        """See `ports.Posts.understood`."""
        with self._file.reading() as c:
            rows = c.execute(
                "SELECT post.id, understood.json FROM post JOIN understood USING (n) WHERE post.id IN (SELECT value FROM json_each(?))",
                (msgspec.json.encode(ids).decode(),),
            ).fetchall()
        return {key: msgspec.json.decode(json, type=Understanding) for key, json in rows}

    def note(self, understandings: Mapping[str, Understanding], of: Sequence[Post]) -> int:
        """See `ports.Posts.note`."""
        said = {post.id: Row(post).said for post in of}
        with self._writer() as writer:
            return writer.note(understandings, said)

    def newest(self, source: str, firm: str | None = None) -> str | None:
        """See `ports.Posts.newest`."""
        of_firm = "" if firm is None else "AND n IN (SELECT n FROM tagged WHERE v = (SELECT v FROM value WHERE field = 'firm' AND value = ?))"
        with self._file.reading() as c:
            row = c.execute(
                f"SELECT n, at FROM post WHERE shape IN (SELECT shape FROM shape WHERE source = ?) AND at > ? {of_firm} ORDER BY at DESC LIMIT 1",
                (source, UNDATED, *(() if firm is None else (firm,))),
            ).fetchone()
            posts = _posts(c, [row[0]]) if row else []
        return posts[0].published.earliest if posts and posts[0].published else None

    @contextmanager
    def _writer(self) -> Iterator[Writer]:
        """A writer in one transaction; one at a time in this process, and every process in turn."""
        with self._turn:
            try:
                with self._file.writing() as c:
                    _need_same_words(c)
                    writer = Writer(c, self._numbers)
                    yield writer
                    writer.finish()
            except BaseException:
                self._numbers.clear()
                raise

    def _prepare(self, rows: Sequence[Row]) -> list[Row]:
        """Do the slow part of writing what is not known yet before the lock is taken; the posts that say something new."""
        with self._file.reading() as c:
            held = held_by(c, [row.post.id for row in rows])
        fresh = [row for row in rows if row.post.id not in held or held[row.post.id].said != row.said]
        for row in fresh:
            _ = row.drawn, row.come
        return [row for row in fresh if row.post.id not in held or row.captured >= held[row.post.id].captured]

    def _known_shapes(self, c: sqlite3.Connection) -> dict[int, Shape]:
        """All shapes of the snapshot; they are never changed, so only new ones are read."""
        columns = ", ".join(Shape._fields)
        shapes = {
            number: Shape(*fields) for number, *fields in c.execute(f"SELECT shape, {columns} FROM shape WHERE shape > ?", (len(self._shapes),))
        }
        if shapes:
            self._shapes = self._shapes | shapes
        return self._shapes

    def _hits(self, c: sqlite3.Connection, search: Search, numbers: Sequence[int]) -> tuple[Hit, ...]:
        spotter = Spotter(search.query)
        marks = {
            n: CaseMark(case=case, state=self._shapes[shape].state or "")
            for n, case, shape in c.execute(f"SELECT n, case_id, shape FROM post WHERE n IN ({_list(numbers)}) AND case_id IS NOT NULL")
        }
        hits = []
        for n, post in zip(numbers, _posts(c, numbers), strict=True):
            snippet, lit = spotter.cut(post)
            hits.append(Hit(post=post, snippet=snippet, marks=lit, case=marks.get(n)))
        return tuple(hits)

    def _ranked(self, c: sqlite3.Connection, question: Question, search: Search, after: CursorPlace | None, counted: Found) -> Found:
        """A page by relevance: of the kept walk, or of a new one that is kept when it goes on."""
        if after is not None:
            row = c.execute("SELECT ns FROM walk WHERE id = ?", (after[0],)).fetchone()
            if row is None:
                raise ValueError("this list by relevance is no longer kept: leave the cursor out to start at the first page")
            order, start, name = array("q", row[0]), int(after[1]), str(after[0])
        else:
            order, start, name = question.order(), 0, None
        end = start + search.limit
        hits = self._hits(c, search, order[start:end])
        if end < len(order) and name is None:
            name = self._keep_walk(order)
        more = write_cursor(search, (str(name), end)) if end < len(order) else None
        return replace(counted, hits=hits, next=more)

    def _keep_walk(self, order: array[int]) -> str:
        name = token_hex(8)
        with self._file.writing() as c:
            c.execute("INSERT INTO walk SELECT ?, ifnull(max(made), 0) + 1, ? FROM walk", (name, order.tobytes()))
            c.execute("DELETE FROM walk WHERE made <= (SELECT max(made) FROM walk) - ?", (WALKS,))
        return name


def _need_same_words(c: sqlite3.Connection) -> None:
    """Raise StoreDown when the index was made by another analysis of words: its terms cannot be compared with ours."""
    (made_by,) = c.execute("SELECT value FROM kept WHERE name = 'words'").fetchone()
    if made_by != words.VERSION:
        raise StoreDown(f"the search index was made by {made_by!r}, this is {words.VERSION!r}: run `plaint rebuild`")


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _posts(c: sqlite3.Connection, numbers: Sequence[int]) -> list[Post]:
    """The posts with these numbers, in this order."""
    found = dict(c.execute(f"SELECT n, json FROM body WHERE n IN ({_list(numbers)})").fetchall())
    return [post_from_json(found[n]) for n in numbers]


def _conversation(c: sqlite3.Connection, id: str, limit: int) -> set[tuple[int, int, str]]:
    """(n, at, id) of what hangs together with a post, widened until nothing is added or there is enough."""
    columns = "n, at, id, thread, parent, inside"
    found: dict[int, tuple[int, int, str]] = {}
    fresh = c.execute(f"SELECT {columns} FROM post WHERE id = ?", (id,)).fetchall()
    while fresh and len(found) < limit:
        found |= {row[0]: (row[0], row[1], row[2]) for row in fresh}
        ids, threads = ({row[2] for row in fresh}, {row[3] for row in fresh} - {None})
        above = {tie for row in fresh for tie in row[4:] if tie is not None}
        near = c.execute(
            f"SELECT {columns} FROM post WHERE thread IN (SELECT value FROM json_each(?1))"
            f" UNION SELECT {columns} FROM post WHERE parent IN (SELECT value FROM json_each(?2))"
            f" UNION SELECT {columns} FROM post WHERE inside IN (SELECT value FROM json_each(?2))"
            f" UNION SELECT {columns} FROM post WHERE id IN (SELECT value FROM json_each(?3)) ORDER BY at LIMIT ?4",
            (*(msgspec.json.encode(sorted(part)).decode() for part in (threads, ids, above)), limit + len(found)),
        ).fetchall()
        fresh = [row for row in near if row[0] not in found]
    return set(found.values())


def _moment(micros: int) -> str:
    return iso(EPOCH + timedelta(microseconds=micros))
