"""How fast posts are stored and found in the embedded store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench import made
from bench.figures import Figure, percentile
from indexer.connect import connect
from indexer.sqlite_file import SqliteFile
from indexer.sqlite_posts import SqlitePosts
from indexer.sqlite_rows import terms_of
from plaint.model import post_from_json
from plaint.ports import Stores
from plaint.query.parse import parse_query
from plaint.query.tree import Search

BATCH = 500


@contextmanager
def filled(count: int) -> Iterator[tuple[Stores, float]]:
    """An embedded store with `count` made posts, and the seconds that putting them took."""
    with TemporaryDirectory(prefix="plaint-bench-") as folder:
        stores = connect(f"sqlite:///{folder}/plaint.db")
        seconds = 0.0
        for batch in made.batches(count, BATCH):
            began = perf_counter()
            stores.posts.put(batch)
            seconds += perf_counter() - began
        yield stores, seconds
        stores.close()


# --- ingest --------------------------------------------------------------------------------------------------------


def ingest(count: int = 20_000) -> list[Figure]:
    """Posts a second into a fresh store, beside their finished terms put by `executemany` into the same full-text table.

    The two take turns batch by batch, so that a busy machine is busy for both.
    """
    with filled(0) as (stores, _), _bare_table() as c:
        ours, raw, analysis = _put_in_turns(stores, c, count)
    each = [f"{1000 * seconds / count:.3f} ms" for seconds in (ours, raw, analysis)]
    note = (
        f"{each[0]} a post against {each[1]}; making terms of the text, which is not in the baseline, takes {each[2]} when the words are "
        f"known already, {analysis / ours:.0%}"
    )
    return [
        Figure(part="ingest", name=f"{count:,} posts, batches of {BATCH}", value=count / ours, unit="posts/s",
               baseline_name="executemany into the same FTS5 table", baseline=count / raw, ratio=raw / ours, aim=">= 0.35 of raw",
               met=raw / ours >= 0.35, note=note)
    ]  # fmt: skip


@contextmanager
def _bare_table() -> Iterator[sqlite3.Connection]:
    """A file with nothing but the full-text table of the store, under the store's settings."""
    with TemporaryDirectory(prefix="plaint-bench-") as folder:
        like = connect(f"sqlite:///{folder}/like.db")
        like.close()
        with closing(sqlite3.connect(f"{folder}/like.db")) as c:
            (table,) = c.execute("SELECT sql FROM sqlite_master WHERE name = 'fts'").fetchone()
        with closing(sqlite3.connect(f"{folder}/raw.db", isolation_level=None)) as c:
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "cache_size = -65536", "wal_autocheckpoint = 4000"):
                c.execute(f"PRAGMA {pragma}")
            c.execute(table)
            yield c


def _put_in_turns(stores: Stores, c: sqlite3.Connection, count: int) -> tuple[float, float, float]:
    """Seconds for the store, for the bare full-text rows, and for making their terms again."""
    ours = raw = analysis = 0.0
    number = 0
    for batch in made.batches(count, BATCH):
        began = perf_counter()
        stores.posts.put(batch)
        put = perf_counter()
        rows = [(number + place, *terms_of(post)) for place, post in enumerate(batch, 1)]
        analysed = perf_counter()
        c.execute("BEGIN IMMEDIATE")
        c.executemany("INSERT INTO fts (rowid, title, text, author, stems) VALUES (?, ?, ?, ?, ?)", rows)
        c.execute("COMMIT")
        raw += perf_counter() - analysed
        analysis += analysed - put
        ours += put - began
        number += len(batch)
    return ours, raw, analysis


# --- search --------------------------------------------------------------------------------------------------------

_TEXT = '{title text} : "%s"'
_PAGE = "SELECT body.json FROM post JOIN body USING (n) WHERE n IN (SELECT rowid FROM fts WHERE fts MATCH ?) ORDER BY at DESC, id LIMIT 25"
_COUNT = "SELECT count(*) FROM fts WHERE fts MATCH ?"

Statements = Sequence[tuple[str, tuple[str, ...]]]


def _by_match(expression: str) -> Statements:
    return (_COUNT, (expression,)), (_PAGE, (expression,))


def _filtered(expression: str, joined: str) -> Statements:
    """A full-text expression with a condition on the other tables, counted and shown."""
    found = f"post WHERE n IN (SELECT rowid FROM fts WHERE fts MATCH ?) AND {joined}"
    return (
        (f"SELECT count(*) FROM {found}", (expression,)),
        (f"SELECT json FROM body JOIN (SELECT n, at, id FROM {found} ORDER BY at DESC, id LIMIT 25) USING (n) ORDER BY at DESC, id", (expression,)),
    )  # fmt: skip


_CHARGED = f'{_TEXT % "charged"} OR stems : "en\ue000charg"'
_LOW = "shape IN (SELECT shape FROM shape WHERE stars < 3)"
_MERROW = "n IN (SELECT n FROM tagged WHERE v = (SELECT v FROM value WHERE field = 'firm' AND value = 'merrow'))"

_FOUND = "n IN (SELECT rowid FROM fts WHERE fts MATCH ?)"
_RARE = made.word(2_000)

QUESTIONS: Sequence[tuple[str, str, tuple[str, ...], Statements]] = (
    ("rare word", f'"{_RARE}"', (), _by_match(_TEXT % _RARE)),
    ("common word, by stem", "charged", (), _by_match(_CHARGED)),
    ("two words", '"charged" "answers"', (), _by_match(f'({_TEXT % "charged"}) AND ({_TEXT % "answers"})')),
    ("phrase", '"charged twice"', (), _by_match(_TEXT % "charged twice")),
    ("beginning", "refu*", (), _by_match(f'{_TEXT % "refu"} *')),
    ("word, low rating", '"refund" rating:<3', (), _filtered(_TEXT % "refund", _LOW)),
    ("word, firm, low rating", '"refund" rating:<3 firm:merrow', (), _filtered(_TEXT % "refund", f"{_LOW} AND {_MERROW}")),
    ("newest of all", "", (), (
        ("SELECT count(*) FROM post", ()),
        ("SELECT json FROM body JOIN (SELECT n, at, id FROM post ORDER BY at DESC, id LIMIT 25) USING (n) ORDER BY at DESC, id", ()),
    )),
    ("word with five facets", "charged", ("source", "kind", "lang", "rating", "firm"), (
        *_by_match(_CHARGED),
        (f"SELECT source, kind, lang, s.stars, count(*) FROM post JOIN shape AS s USING (shape) WHERE {_FOUND} GROUP BY post.shape", (_CHARGED,)),
        (f"SELECT value, count(*) FROM tag JOIN value USING (v) WHERE field = 'firm' AND {_FOUND} GROUP BY v", (_CHARGED,)),
    )),
)  # fmt: skip
"""Name, query as typed, facets, and the SQL that one would write for it by hand."""


def search(count: int = 200_000, turns: int = 20) -> list[Figure]:
    """Milliseconds for total and first page of 25, p50 and p95, beside the very SQL that answered it, executed bare.

    What lies between is parsing, decoding 25 posts and cutting their snippets. The notes say what straightforward SQL, as
    one would write it by hand, takes for the same.
    """
    with filled(count) as (stores, _):
        path = Path(stores.address.removeprefix("sqlite:///"))
        file = SqliteFile(path, "posts")
        with closing(sqlite3.connect(path)) as c:
            c.execute("PRAGMA cache_size = -65536")
            figures = list(_asked(file, SqlitePosts(file), c, count, turns))
        file.close()
        return figures


def _asked(file: SqliteFile, posts: SqlitePosts, c: sqlite3.Connection, count: int, turns: int) -> Iterator[Figure]:
    all_ours: list[float] = []
    all_bare: list[float] = []
    all_hand: list[float] = []
    for name, query, facets, statements in QUESTIONS:
        asked = Search(query=parse_query(query), facets=facets)
        total = posts.search(asked).total
        by_hand = _by_hand(c, statements)
        if by_hand != total:
            raise RuntimeError(f"{name}: {total} posts, by hand {by_hand}")
        said = _said(file, lambda asked=asked: posts.search(asked))  # type: ignore[misc]
        ours, bare, hand = _in_turns(
            turns,
            lambda query=query, facets=facets: posts.search(Search(query=parse_query(query), facets=facets)),  # type: ignore[misc]
            lambda said=said: _bare(file, said),  # type: ignore[misc]
            lambda statements=statements: _by_hand(c, statements),  # type: ignore[misc]
        )
        all_ours += ours
        all_bare += bare
        all_hand += hand
        p95 = [f"{1000 * percentile(times, 0.95):.1f}" for times in (ours, bare)]
        note = f"{total:,} posts found; p95 {p95[0]} ms against {p95[1]}; straightforward SQL by hand {1000 * percentile(hand, 0.5):.1f} ms"
        yield _search_figure(name, ours, bare, note, 0.5)
    for share, named in ((0.5, "p50"), (0.95, "p95")):
        yield _search_figure(f"all of these at {count:,} posts, {named}", all_ours, all_bare, None, share)
        yield _search_figure(f"all of these at {count:,} posts, {named}", all_ours, all_hand, None, share, "straightforward SQL by hand")


def _search_figure(name: str, ours: list[float], bare: list[float], note: str | None, share: float, beside: str = "the same SQL, bare") -> Figure:
    mine, theirs = 1000 * percentile(ours, share), 1000 * percentile(bare, share)
    aimed = name.startswith("all")
    return Figure(part="search", name=name, value=mine, unit="ms", baseline_name=beside, baseline=theirs, ratio=mine / theirs,
                  aim="<= 1.3 x raw" if aimed else None, met=mine <= 1.3 * theirs if aimed else None, note=note)  # fmt: skip


def _said(file: SqliteFile, ask: Callable[[], object]) -> list[str]:
    """The statements that a question runs, with their values in them; those of the full-text index itself are left out."""
    said: list[str] = []
    with file.reading() as c:
        c.set_trace_callback(said.append)
    ask()
    with file.reading() as c:
        c.set_trace_callback(None)
    return [one for one in said if not one.startswith(("--", "BEGIN", "ROLLBACK", "COMMIT"))]


def _bare(file: SqliteFile, said: Sequence[str]) -> None:
    with file.reading() as c:
        for sql in said:
            c.execute(sql).fetchall()


def _by_hand(c: sqlite3.Connection, statements: Statements) -> int:
    total = 0
    for number, (sql, values) in enumerate(statements):
        rows = c.execute(sql, values).fetchall()
        if number == 0:
            total = rows[0][0]
        elif "json" in sql:
            for (json,) in rows:
                post_from_json(json)
    return total


def _in_turns(turns: int, *works: Callable[[], object]) -> list[list[float]]:
    times: list[list[float]] = [[] for _ in works]
    for _ in range(turns):
        for number, work in enumerate(works):
            began = perf_counter()
            work()
            times[number].append(perf_counter() - began)
    return times
