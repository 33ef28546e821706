"""The embedded store as a whole: all that it keeps, given out and taken in as it is stored (`indexer.copying`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from indexer.copying import BATCH, Record
from indexer.sqlite_file import SqliteFile
from indexer.sqlite_rows import EDITED, Row
from indexer.sqlite_write import Numbers, Writer, held_by
from plaint.cases.chain import canonical
from plaint.model import Post, post_from_json, post_json
from plaint.ports import CASE_STREAM, Body, Entry, Seal, Stores
from plaint.understand.understanding import Understanding


class SqliteWhole:
    """All of an embedded store."""

    def __init__(self, stores: Stores) -> None:
        path = Path(stores.address.partition("://")[2][1:])
        self._posts = SqliteFile(path, "posts")
        self._cases = SqliteFile(path.with_name(f"{path.name}.cases"), "cases", synced=True)

    def records(self) -> Iterator[Record]:
        """See `copying.Whole.records`."""
        last = ""
        while True:
            with self._posts.reading() as c:
                rows = c.execute(
                    "SELECT id, n, captured, since, collected, flags, gone_at, case_id, state, body.json, understood.json FROM post"
                    " JOIN body USING (n) JOIN shape USING (shape) LEFT JOIN understood USING (n) WHERE id > ? ORDER BY id LIMIT ?",
                    (last, BATCH),
                ).fetchall()
                states: dict[int, list[tuple[int, str, Post]]] = {row[1]: [] for row in rows}
                for n, seen, said, json in c.execute(
                    f"SELECT n, seen, said, json FROM revision WHERE n IN ({', '.join(map(str, states))}) ORDER BY n, seen, said"
                ):
                    states[n].append((seen, said.hex(), post_from_json(json)))
            if not rows:
                return
            for _, n, captured, since, collected, flags, gone_at, case, state, json, understood in rows:
                yield Record(post=post_from_json(json), captured=captured, since=since, collected=collected, edited=bool(flags & EDITED),
                             gone_at=gone_at, case=case, state=state, states=tuple(states[n]),
                             understood=None if understood is None else msgspec.json.decode(understood, type=Understanding))  # fmt: skip
            last = rows[-1][0]

    def adopt(self, records: Sequence[Record]) -> None:
        """See `copying.Whole.adopt`."""
        with self._posts.writing() as c:
            adopter = _Adopter(c, Numbers())
            adopter.adopt(records)
            adopter.finish()

    def pages(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """See `copying.Whole.pages`."""
        last = ""
        while True:
            with self._posts.reading() as c:
                rows = c.execute("SELECT url, json FROM page WHERE url > ? ORDER BY url LIMIT ?", (last, BATCH)).fetchall()
            if not rows:
                return
            yield from ((url, msgspec.json.decode(json, type=dict[str, str])) for url, json in rows)
            last = rows[-1][0]

    def adopt_log(self, entries: Sequence[Entry], bodies: Sequence[Body]) -> None:
        """See `copying.Whole.adopt_log`."""
        with self._cases.writing() as c:
            for entry in entries:
                c.execute(
                    "INSERT INTO entries (position, stream, version, at, by, command, kind, said, digests, before, hash)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (entry.position, entry.stream, entry.version, entry.at, entry.by, entry.command, entry.kind, canonical(entry.said),
                     canonical(entry.digests), entry.before, entry.hash),
                )  # fmt: skip
            c.executemany(
                "INSERT INTO bodies (position, stream, version, name, secret, text) VALUES (?, ?, ?, ?, ?, ?)",
                [(body.position, body.stream, body.version, body.name, body.secret, body.text) for body in bodies],
            )
            if entries and entries[-1].stream.startswith(CASE_STREAM):
                c.execute('INSERT OR REPLACE INTO behind ("case", version) VALUES (?, ?)', (entries[-1].stream, entries[-1].version))

    def adopt_seal(self, seal: Seal) -> None:
        """See `copying.Whole.adopt_seal`."""
        with self._cases.writing() as c:
            c.execute(
                'INSERT INTO seals (number, at, position, heads, "order", before, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
                (seal.number, seal.at, seal.position, canonical(seal.heads), seal.order, seal.before, seal.hash),
            )


class _Adopter(Writer):
    """A writer that takes posts as another store kept them."""

    def adopt(self, records: Sequence[Record]) -> None:
        """Write new ones, and bring known ones to what their record says."""
        held = held_by(self._c, [record.post.id for record in records])
        self._insert([Row(record.post) for record in records if record.post.id not in held])
        for record in records:
            if record.post.id in held:
                mine = held[record.post.id]
                self._rewrite(mine, self._post(mine.n), Row(record.post), since=record.since, edited=record.edited)
        self._answered(self._left | {f"{post.source}:{post.reply_to}" for record in records if (post := record.post).reply_to is not None})
        self.note({record.post.id: record.understood for record in records if record.understood is not None})
        now = held_by(self._c, [record.post.id for record in records])
        for record in records:
            mine = now[record.post.id]
            if record.understood is None:
                self.forget(mine.n, mine.at)
            flags = mine.flags | EDITED if record.edited else mine.flags & ~EDITED
            self._c.execute(
                "UPDATE post SET collected = ?, captured = ?, since = ?, flags = ?, gone_at = ?, case_id = ? WHERE n = ?",
                (record.collected, record.captured, record.since, flags, record.gone_at, record.case, mine.n),
            )
            self.reshape(mine.n, mine.shape, self._shape(mine.shape)._replace(state=record.state))
            self._c.execute("DELETE FROM revision WHERE n = ?", (mine.n,))
            self._c.executemany(
                "INSERT INTO revision VALUES (?, ?, ?, ?)",
                [(mine.n, seen, bytes.fromhex(said), post_json(post)) for seen, said, post in record.states],
            )
