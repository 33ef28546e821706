"""How fast an Elasticsearch cluster takes posts, answers and gives them out, beside the bare client on the same server.

    python -m bench.clustering http://127.0.0.1:9200 [POSTS]

Works under a name of its own (`plaint-bench-…`) and takes it away at the end.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from elasticsearch.helpers import streaming_bulk

from bench import made
from bench.figures import Figure, percentile, table
from indexer.connect import connect
from indexer.elastic_docs import new
from indexer.elastic_query import body_of
from indexer.elastic_setup import Layout
from indexer.elastic_setup import body_of as index_of
from indexer.elastic_stores import ElasticStores
from indexer.sqlite_rows import Row
from plaint.model import Post
from plaint.query.parse import parse_query
from plaint.query.tree import Search

BATCH = 500
ASKED = ("refund", "firm:merrow late", '"twice for the same"', "rating:<3", "")
"""What is searched for."""

EDGES = tuple(f"2026-{month:02}-01T00:00:00Z" for month in range(1, 12))


def measure(server: str, posts: int, turns: int = 20) -> list[Figure]:
    """All figures for so many posts."""
    with TemporaryDirectory(prefix="plaint-bench-") as folder:
        stores = connect(f"{server}/plaint-bench-{token_hex(4)}", evidence=Path(folder))
        assert isinstance(stores, ElasticStores)
        try:
            return [*_ingest(stores, posts), *_search(stores, turns), *_export(stores)]
        finally:
            client, name = stores.cluster.client, stores.cluster.place.name
            client.indices.delete(index=",".join(client.indices.get(index=f"{name}-*")))
            stores.close()


def _ingest(stores: ElasticStores, posts: int) -> Iterator[Figure]:
    """Our own way and the bare client in turns, batch by batch, so that a busy machine is busy for both."""
    client, raw = stores.cluster.client, f"{stores.cluster.place.name}-raw"
    index = index_of("posts", Layout())
    client.indices.create(index=raw, settings=index["settings"], mappings=index["mappings"])
    ours = bare = finishing = 0.0
    for batch in made.batches(posts, BATCH):
        began = perf_counter()
        stores.posts.put(batch)
        ours += perf_counter() - began
        began = perf_counter()
        docs = list(_finished(batch, raw))
        finishing += perf_counter() - began
        began = perf_counter()
        for _ in streaming_bulk(client, docs, chunk_size=BATCH):
            pass
        bare += perf_counter() - began
    name = f"{posts:,} posts, batches of {BATCH}"
    yield _ratio(
        "ingest", f"{name}, terms not counted", posts / (ours - finishing), posts / bare, "posts/s", "streaming_bulk of finished documents", 0.8
    )
    yield _ratio("ingest", f"{name}, from posts", posts / ours, posts / bare, "posts/s", "streaming_bulk of finished documents", 0.5)


def _finished(batch: Sequence[Post], index: str) -> Iterator[dict[str, Any]]:
    for post in batch:
        yield {"_index": index, "_id": post.id, "_source": new(Row(post), reply=False)}


def _search(stores: ElasticStores, turns: int) -> Iterator[Figure]:
    """A page with facets and histogram against the same body sent by hand; with the posts read and snippets cut."""
    client, index = stores.cluster.client, stores.cluster.name("posts")
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(turns):
        for asked in ASKED:
            search = Search(query=parse_query(asked), facets=("firm", "source", "lang"), edges=EDGES, limit=25)
            body = body_of(search, size=26, after=None, is_ranked=False)
            works: Sequence[Callable[[], object]] = (partial(stores.posts.search, search), partial(client.search, index=index, body=body))
            for which in (0, 1) if turn % 2 else (1, 0):
                began = perf_counter()
                works[which]()
                times[which].append(perf_counter() - began)
    for share in (0.5, 0.95):
        ours, bare = (1000 * percentile(some, share) for some in times)
        yield Figure(part="search", name=f"page, facets, histogram: p{share * 100:.0f}", value=ours, unit="ms", baseline_name="the same body by hand",
                     baseline=bare, ratio=ours / bare, aim="<= 1.1 of by hand", met=ours <= 1.1 * bare)  # fmt: skip


def _export(stores: ElasticStores) -> Iterator[Figure]:
    cluster = stores.cluster
    sort = body_of(Search(), size=1, after=None, is_ranked=False)["sort"]
    rows = count()
    began = perf_counter()
    for _ in stores.posts.scan(Search()):
        next(rows)
    ours = perf_counter() - began
    total = next(rows)
    began = perf_counter()
    pit, after, seen = cluster.client.open_point_in_time(index=cluster.name("posts"), keep_alive="1m")["id"], None, 0
    while True:
        more: dict[str, Any] = {"search_after": after} if after else {}
        hits = cluster.client.search(
            size=1000, sort=sort, pit={"id": pit, "keep_alive": "1m"}, source_includes=["post"], track_total_hits=False, **more
        )["hits"]["hits"]
        seen += len(hits)
        if not hits:
            break
        after = hits[-1]["sort"]
    bare = perf_counter() - began
    assert seen == total
    yield _ratio("export", f"{total:,} posts in order", total / ours, seen / bare, "rows/s", "a bare PIT scan", 0.7)


def _ratio(part: str, name: str, value: float, baseline: float, unit: str, of: str, least: float) -> Figure:
    return Figure(part=part, name=name, value=value, unit=unit, baseline_name=of, baseline=baseline, ratio=value / baseline, aim=f">= {least}",
                  met=value / baseline >= least)  # fmt: skip


if __name__ == "__main__":
    print(table(measure(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20_000)))
