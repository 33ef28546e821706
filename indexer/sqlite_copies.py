"""Which posts are copies of one text, in SQLite: `ports.Copies` over the file of the posts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from indexer.sqlite_file import SqliteFile
from indexer.sqlite_grouping import Grouping
from indexer.sqlite_rows import Row
from indexer.sqlite_write import Numbers, Writer
from plaint.model import Post
from plaint.ports import CopyGroup
from plaint.posts.grouping import kind_by

WALKED = 2000
"""Posts read in one go."""


class SqliteCopies:
    """Groups of copies in `file`."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    def group(self, name: str) -> CopyGroup | None:
        """See `ports.Copies.group`."""
        with self._file.reading() as c:
            look = Grouping(c).look(name)
            posts, people, sources, nameless = c.execute(
                "SELECT count(*), count(DISTINCT author), count(DISTINCT source), count(*) - count(author) FROM copy WHERE grp = ?", (name,)
            ).fetchone()
        if look is None:
            return None
        return CopyGroup(name=name, kind=kind_by(look), posts=posts, people=people, nameless=nameless, sources=sources)

    def of(self, ids: Sequence[str]) -> dict[str, str]:
        """See `ports.Copies.of`."""
        with self._file.reading() as c:
            rows = c.execute(
                "SELECT id, grp FROM copy JOIN post USING (n) WHERE id IN (SELECT value FROM json_each(?))", (msgspec.json.encode(ids).decode(),)
            ).fetchall()
        return dict(rows)

    def walk(self) -> Iterator[tuple[str, str]]:
        """See `ports.Copies.walk`."""
        last = ("", 0)
        while True:
            with self._file.reading() as c:
                rows = c.execute(
                    "SELECT grp, copy.n, id FROM copy JOIN post USING (n) WHERE (grp, copy.n) > (?, ?) ORDER BY grp, copy.n LIMIT ?", (*last, WALKED)
                ).fetchall()
            if not rows:
                return
            yield from ((post, group) for group, _, post in rows)
            last = (rows[-1][0], rows[-1][1])

    def join(self, posts: Sequence[Post]) -> int:
        """See `ports.Copies.join`."""
        rows = {post.id: Row(post) for post in posts}
        with self._file.writing() as c:
            writer = Writer(c, Numbers())
            done = writer.catch_up(rows)
            writer.finish()
        return done
