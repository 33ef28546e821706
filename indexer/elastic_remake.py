"""Posts on a cluster made again from the evidence: into a new index, while the old one serves.

What all captures give today is gathered in a working file. Then the index is moved (`elastic_move`): each post becomes
what its captures say, with its earlier states, or stays when it was captured again since. After the switch come the posts
that the archive did not have, and which posts are answered is looked at again. Killed before the switch, nothing has
changed; after it, running it again completes it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby, islice, zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from indexer.elastic_client import Cluster, Json
from indexer.elastic_copies import ElasticCopies
from indexer.elastic_docs import Held, corrected, doc_id, remade, revision_id
from indexer.elastic_docs import State as Named
from indexer.elastic_move import move
from indexer.elastic_put import Putter
from indexer.elastic_setup import Layout
from indexer.restated import Remade, Restated, Told, gather, restated, states_of
from plaint.model import Post, post_from_json, post_json
from plaint.ports import NotTaken, Outcome, StoreDown

BATCH = 500
"""Posts added in one go."""


def remake(cluster: Cluster, layout: Layout, given: Iterable[Sequence[Post]], told: Told) -> tuple[Remade, int]:
    """Bring every post to what its captures say, and index all with the words of today; what came of them, and how many there are.

    `given` is what each capture gives today, in any order. What only the store knows stays: for which firm a page was
    asked, marks of cases, what vanished. Raises StoreDown.
    """
    with TemporaryDirectory(prefix="plaint-remake-") as folder, closing(sqlite3.connect(Path(folder) / "remade", isolation_level=None)) as side:
        gather(side, given, told)
        side.execute("CREATE TABLE verdict (id TEXT PRIMARY KEY, what TEXT) WITHOUT ROWID")
        total = move(cluster, "posts", layout, told, made=_Restating(cluster, side).made)
        counts = dict(side.execute("SELECT what, count(*) FROM verdict GROUP BY what").fetchall())
        added = _add(cluster, side, told)
        Putter(cluster).look_again_who_is_answered()
        _regroup(cluster, side)
    done = Remade(same=counts.get("same", 0), corrected=counts.get("corrected", 0), added=added, newer=counts.get("newer", 0))
    return done, total + added


def _regroup(cluster: Cluster, side: sqlite3.Connection) -> None:
    """Find the groups of copies of posts that say something else than before."""
    rows = (key for (key,) in side.execute("SELECT id FROM verdict WHERE what = 'corrected' ORDER BY id"))
    while some := list(islice(rows, BATCH)):
        ElasticCopies(cluster).regroup([post_from_json(doc["_source"]["post"]) for doc in cluster.get("posts", list(map(doc_id, some))).values()])


class _Restating:
    """Makes the documents of the new index, and keeps what became of each post that has captures."""

    def __init__(self, cluster: Cluster, side: sqlite3.Connection) -> None:
        self._c, self._side = cluster, side

    def made(self, hits: list[Json]) -> list[Json]:
        """See `elastic_move.Made`. Earlier states are written before the documents that name them."""
        docs: list[Json] = []
        earlier: list[tuple[Json, Json | None]] = []
        verdicts: list[tuple[str, str]] = []
        for hit in hits:
            held = Held.of(hit)
            rows = states_of(self._side, held.post.id)
            now = restated(held.post, rows) if rows and held.captured <= rows[-1].captured else None
            doc = None if now is None else corrected(held, now)
            if rows:
                verdicts.append((held.post.id, "newer" if now is None else "same" if doc is None else "corrected"))
            if now is not None and doc is not None:
                earlier += _revisions(held.post.id, now)
            docs.append(remade(held) if doc is None else doc)
        self._keep(earlier)
        self._side.executemany("INSERT OR REPLACE INTO verdict VALUES (?, ?)", verdicts)
        return docs

    def _keep(self, earlier: list[tuple[Json, Json | None]]) -> None:
        for result in self._c.bulk(earlier) if earlier else ():
            if result["status"] >= 300:
                raise StoreDown(f"{self._c.place.shown}: an earlier state of a post could not be kept: {result.get('error')}")


def _revisions(id: str, now: Restated) -> Iterator[tuple[Json, Json | None]]:
    for state in now.earlier:
        said = state.said.hex()
        doc = {"post_id": id, "seen": state.seen, "said": said, "post": post_json(state.post).decode()}
        yield {"index": {"_index": "revisions", "_id": revision_id(id, Named(state.seen, said))}}, doc


def _add(cluster: Cluster, side: sqlite3.Connection, told: Told) -> int:
    """Put the posts that the archive did not have, each state after the one before it; how many are new.

    What the cluster does not take stays out, as when it was collected.
    """
    putter, added = Putter(cluster), 0
    rows = side.execute("SELECT id, json FROM state WHERE id NOT IN (SELECT id FROM verdict) ORDER BY id, captured, warc")
    by_post = ([post_from_json(json) for _, json in of_post] for _, of_post in groupby(rows, key=lambda row: row[0]))
    while some := list(islice(by_post, BATCH)):
        for turn in zip_longest(*some):
            added += _put(putter, [post for post in turn if post is not None])
        told("posts added", added)
    return added


def _put(putter: Putter, posts: Sequence[Post]) -> int:
    try:
        return putter.put(posts).count(Outcome.NEW)
    except NotTaken as some:
        return some.outcomes.count(Outcome.NEW)
