"""How fast an Elasticsearch cluster takes posts, answers and gives them out, beside the bare client on the same server.

Works under a name of its own (`plaint-bench-…`) and takes it away at the end.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from elasticsearch.helpers import streaming_bulk

from bench import made
from bench.figures import Figure, percentile
from bench.memory import grown, imported, walked
from indexer.connect import connect
from indexer.elastic_docs import new
from indexer.elastic_query import body_of
from indexer.elastic_setup import Layout
from indexer.elastic_setup import body_of as index_of
from indexer.elastic_stores import ElasticStores
from indexer.sqlite_rows import Row
from plaint.model import Post
from plaint.query.cursors import write_cursor
from plaint.query.parse import parse_query
from plaint.query.tree import Search, Sort

BATCH = 500

ASKED = (
    f'"{made.word(2_000)}"', "refund", '"charged" "answers"', '"twice for the same"', "refu*", "firm:merrow late", "rating:<3", "kind:reply", "",
)  # fmt: skip
"""What is searched for: a rare word, a common one by stem, two, a phrase, a beginning, fields, everything."""

FACETS = ("firm", "source", "lang", "rating", "kind")
EDGES = tuple(f"2026-{month:02}-01T00:00:00Z" for month in range(1, 12))
PAGE = 25


@contextmanager
def opened(server: str) -> Iterator[ElasticStores]:
    """An empty store of its own on a server, taken away at the end."""
    with TemporaryDirectory(prefix="plaint-bench-") as folder:
        stores = connect(f"{server}/plaint-bench-{token_hex(4)}", evidence=Path(folder))
        assert isinstance(stores, ElasticStores)
        try:
            yield stores
        finally:
            client, name = stores.cluster.client, stores.cluster.place.name
            client.indices.delete(index=",".join(client.indices.get(index=f"{name}-*")))
            stores.close()


def elastic(server: str, posts: int = 20_000, turns: int = 20) -> list[Figure]:
    """All figures for so many posts."""
    with opened(server) as stores:
        return [*ingest(stores, posts), *search(stores, turns), *walk(stores, turns), export(stores), *memory(server, stores, min(posts, 20_000))]


# --- ingest --------------------------------------------------------------------------------------------------------


def ingest(stores: ElasticStores, posts: int) -> Iterator[Figure]:
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
    client.indices.delete(index=raw)
    name, beside = f"{posts:,} posts, batches of {BATCH}", "streaming_bulk of finished documents"
    yield _at_least("ingest", f"{name}, terms not counted", posts / (ours - finishing), posts / bare, "posts/s", beside, 0.8)
    yield _at_least("ingest", f"{name}, from posts", posts / ours, posts / bare, "posts/s", beside, 0.5)


def _finished(batch: Sequence[Post], index: str) -> Iterator[dict[str, Any]]:
    for post in batch:
        yield {"_index": index, "_id": post.id, "_source": new(Row(post), reply=False)}


# --- search --------------------------------------------------------------------------------------------------------


def search(stores: ElasticStores, turns: int) -> Iterator[Figure]:
    """A page with exact total, five facets and a histogram: requests, and milliseconds against the same body sent by hand."""
    asked = [Search(query=parse_query(typed), facets=FACETS, edges=EDGES, limit=PAGE) for typed in ASKED]
    for one in asked:
        stores.posts.search(one)
    with requests_sent() as sent:
        for one in asked:
            stores.posts.search(one)
    each = sum("_search" in request for request in sent) / len(asked)
    other = f"{len(sent) - round(each * len(asked))} of {len(sent)} asked for the version of the index, which is believed for five seconds"
    yield Figure(part="search", name="requests for hits, facets and histogram", value=each, unit="requests", aim="1", met=each == 1, note=other)
    times: tuple[list[float], list[float]] = ([], [])
    slow: dict[str, tuple[float, float]] = {}
    for one, typed in zip(asked, ASKED, strict=True):
        mine = _in_turns(turns, *_ways(stores, one))
        slow[typed or "everything"] = (1000 * percentile(mine[0], 0.5), 1000 * percentile(mine[1], 0.5))
        for kept, found in zip(times, mine, strict=True):
            kept += found
    note = "p50 in ms, ours and by hand: " + "; ".join(f"{typed}: {ours:.1f}, {bare:.1f}" for typed, (ours, bare) in slow.items())
    for share in (0.5, 0.95):
        name = f"page, total, facets, histogram at {_count(stores):,} posts: p{share * 100:.0f}"
        yield _at_most(name, times, share, "the same body by hand", 1.1, note if share == 0.5 else None)


def _ways(stores: ElasticStores, asked: Search) -> tuple[Callable[[], object], Callable[[], object]]:
    """Ours, and its body by hand without reading a post or cutting a snippet."""
    body = body_of(asked, size=PAGE + 1, after=None, is_ranked=False)
    return partial(stores.posts.search, asked), partial(stores.cluster.client.search, index=stores.cluster.name("posts"), body=body)


def walk(stores: ElasticStores, turns: int) -> Iterator[Figure]:
    """The first and the last page of a walk through everything: a step costs the same wherever it is."""
    first = Search(limit=PAGE)
    end = stores.posts.search(replace(first, sort=Sort.OLDEST, limit=PAGE + 1)).hits[-1].post
    assert end.published is not None
    at = body_of(first, size=1, after=None, is_ranked=False)["sort"]
    last_hit = stores.cluster.client.search(index=stores.cluster.name("posts"), query={"term": {"id": end.id}}, sort=at)["hits"]["hits"][0]
    last = replace(first, cursor=write_cursor(first, tuple(last_hit["sort"])))
    assert len(stores.posts.search(last).hits) == PAGE
    times = _in_turns(turns, partial(stores.posts.search, last), partial(stores.posts.search, first))
    yield _at_most(f"page {_count(stores) // PAGE:,} of a walk: p50", times, 0.5, "page 1", 1.2, None)


@contextmanager
def requests_sent() -> Iterator[list[str]]:
    """What clients of a cluster in this process send meanwhile, one line for each request, as their transport logs it."""
    sent: list[str] = []
    transport = logging.getLogger("elastic_transport.transport")

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            sent.append(record.getMessage())

    kept, level, passes_on = Kept(), transport.level, transport.propagate
    transport.addHandler(kept)
    transport.setLevel(logging.INFO)
    transport.propagate = False
    try:
        yield sent
    finally:
        transport.removeHandler(kept)
        transport.setLevel(level)
        transport.propagate = passes_on


# --- export and memory ---------------------------------------------------------------------------------------------


def export(stores: ElasticStores, pages: int = 200) -> Figure:
    """Rows a second in order, read as posts, against a bare scan of a snapshot in the same order; by turns, page by page.

    At most `pages` pages of a thousand: a longer walk goes on as it began.
    """
    ours, bare = iter(stores.posts.scan(Search())), _bare_pages(stores)
    spent, rows = [0.0, 0.0], 0
    for _ in range(pages):
        began = perf_counter()
        hits = next(bare, [])
        between = perf_counter()
        mine = [post for post, _ in zip(ours, hits, strict=False)]
        spent[0] += perf_counter() - between
        spent[1] += between - began
        rows += len(mine)
        assert len(mine) == len(hits)
        if not hits:
            break
    return _at_least("export", f"{rows:,} posts in order", rows / spent[0], rows / spent[1], "rows/s", "a bare PIT scan", 0.7)


def _bare_pages(stores: ElasticStores) -> Iterator[list[Any]]:
    cluster, after = stores.cluster, None
    sort = body_of(Search(), size=1, after=None, is_ranked=False)["sort"]
    pit = cluster.client.open_point_in_time(index=cluster.name("posts"), keep_alive="5m")["id"]
    while True:
        more: dict[str, Any] = {"search_after": after} if after else {}
        hits: list[Any] = cluster.client.search(
            size=1000, sort=sort, pit={"id": pit, "keep_alive": "5m"}, source_includes=["post"], track_total_hits=False, **more
        )["hits"]["hits"]
        if not hits:
            cluster.client.close_point_in_time(id=pit)
            return
        yield hits
        after = hits[-1]["sort"]


def memory(server: str, stores: ElasticStores, count: int) -> Iterator[Figure]:
    """Resident memory of importing and of reading in order, of a tenth of `count` posts and of all."""
    with TemporaryDirectory(prefix="plaint-bench-") as folder:
        sizes = []
        for part in (10, 1):
            with opened(server) as own:
                sizes.append(imported(Path(folder) / str(part), count // part, own.address, warm=count))
    yield grown("import into a cluster", count, *sizes)
    count = min(count, _count(stores))
    yield grown("reading in order from a cluster", count, walked(stores.address, count // 10), walked(stores.address, count))


# --- figures -------------------------------------------------------------------------------------------------------


def _count(stores: ElasticStores) -> int:
    return stores.posts.search(Search(limit=0)).total


def _in_turns(turns: int, *works: Callable[[], object]) -> tuple[list[float], list[float]]:
    """The seconds of each turn, each work first in every other turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(turns):
        for which in (0, 1) if turn % 2 else (1, 0):
            began = perf_counter()
            works[which]()
            times[which].append(perf_counter() - began)
    return times


def _at_most(name: str, times: Sequence[Sequence[float]], share: float, beside: str, most: float, note: str | None) -> Figure:
    ours, bare = (1000 * percentile(some, share) for some in times)
    return Figure(part="search", name=name, value=ours, unit="ms", baseline_name=beside, baseline=bare, ratio=ours / bare, aim=f"<= {most} x",
                  met=ours <= most * bare, note=note)  # fmt: skip


def _at_least(part: str, name: str, value: float, baseline: float, unit: str, of: str, least: float) -> Figure:
    return Figure(part=part, name=name, value=value, unit=unit, baseline_name=of, baseline=baseline, ratio=value / baseline, aim=f">= {least}",
                  met=value / baseline >= least)  # fmt: skip
