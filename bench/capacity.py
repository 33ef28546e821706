"""What one crawler and one Elasticsearch node carry, in processor time and bytes a post, and what so many posts a day would need.

Processor time is measured and not the clock, so that a busy machine gives the same figures. What is extrapolated says so in its name:
the cost of a post times the posts, at the busiest hour, on processors that are half busy.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from bench import made
from bench.crawling import A_PAGE, side, site
from bench.figures import Figure

A_DAY = 10_000_000
"""Posts a day for which is extrapolated."""

PEAK = 3.0
"""How much more comes in the busiest hour than in an hour on average. An assumption."""

BUSY = 0.5
"""How busy a processor may be then. An assumption."""

PAGES_SEEN = 200
"""Pages of a search that are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a post costs: seconds of a processor, and bytes on disk."""

    seconds: float
    bytes: float


def capacity(posts: int = 4_000, server: str | None = None) -> list[Figure]:
    """The measured figures, each followed by what is extrapolated from it; those of a node only with a `server`."""
    crawler, evidence, pages = _crawled(posts)
    figures = [
        _measured("one crawler and its clerk, on one processor", 1 / crawler.seconds, "posts/s", f"{A_PAGE} a page, {pages:.0f} pages/s"),
        _measured("embedded store, posts and search", crawler.bytes, "bytes/post", None),
        _measured("evidence (WARC, compressed)", evidence, "bytes/post", "made pages: real ones are larger, see the manual"),
        _extrapolated("processors that crawl", processors(crawler.seconds), "processors"),
        _extrapolated("evidence a day", A_DAY * evidence / 1e9, "GB"),
    ]
    return figures if server is None else [*figures, *_node(server, posts)]


def processors(seconds: float, a_day: int = A_DAY) -> float:
    """Processors for so many posts a day, each costing `seconds` of one."""
    return a_day / 86_400 * PEAK * seconds / BUSY


def _crawled(posts: int) -> tuple[Cost, float, float]:
    """What a crawled post costs, the bytes of its evidence, and pages a second of one processor."""
    pages = max(1, posts // A_PAGE)
    with site(pages) as address, TemporaryDirectory(prefix="plaint-bench-") as folder:
        ours = side("ours", address, f"{folder}/plaint.db")
        store = sum(file.stat().st_size for file in Path(folder).glob("plaint.db*") if file.is_file())
        evidence = sum(file.stat().st_size for file in Path(folder, "plaint.db.evidence").rglob("*") if file.is_file())
    if ours["new"] != pages * A_PAGE:
        raise RuntimeError(f"not everything arrived: {ours['new']} of {pages * A_PAGE}")
    cost = Cost(seconds=ours["all_cpu"] / ours["new"], bytes=store / ours["new"])
    return cost, evidence / ours["new"], pages / ours["all_cpu"]


def _node(server: str, posts: int) -> list[Figure]:
    """What a post, and a page of a search with its facets, cost a node and the process that asks it."""
    from bench.clustering import ASKED, BATCH, FACETS, PAGE, opened
    from indexer.elastic_stores import ElasticStores
    from plaint.query.parse import parse_query
    from plaint.query.tree import Search

    def spent(stores: ElasticStores) -> float:
        nodes = stores.cluster.client.nodes.stats(metric="process")["nodes"].values()
        return float(sum(node["process"]["cpu"]["total_in_millis"] for node in nodes)) / 1000

    with opened(server) as stores:
        began, asking = spent(stores), process_time()
        for batch in made.batches(posts, BATCH):
            stores.posts.put(batch)
        client, name = stores.cluster.client, stores.cluster.name("posts")
        client.indices.refresh(index=name)
        put, putting = spent(stores) - began, process_time() - asking
        client.indices.forcemerge(index=name, max_num_segments=1)
        size = client.indices.stats(index=name, metric="store")["_all"]["primaries"]["store"]["size_in_bytes"]
        began, asking = spent(stores), process_time()
        for number in range(PAGES_SEEN):
            stores.posts.search(Search(query=parse_query(ASKED[number % len(ASKED)]), facets=FACETS, limit=PAGE))
        answered, read = spent(stores) - began, process_time() - asking
    return [
        _measured("one node takes in, on one processor", posts / put, "posts/s", None),
        _measured("beside it the process that writes", posts / putting, "posts/s", None),
        _measured("posts and search on a node", size / posts, "bytes/post", f"one copy, merged, {posts:,} made posts"),
        _measured("one node answers, on one processor", PAGES_SEEN / answered, "pages/s", f"{PAGE} posts, exact total, {len(FACETS)} facets"),
        _measured("one dashboard process reads", PAGES_SEEN / read, "pages/s", "asking and reading the answer; drawing is not in it"),
        _extrapolated("processors of nodes, taking in", processors(put / posts), "processors"),
        _extrapolated("disk of nodes a day, two copies", 2 * A_DAY * size / posts / 1e9, "GB"),
    ]


def _measured(name: str, value: float, unit: str, note: str | None) -> Figure:
    return Figure(part="capacity", name=name, value=value, unit=unit, note=note)


def _extrapolated(name: str, value: float, unit: str) -> Figure:
    return Figure(part="capacity", name=f"EXTRAPOLATED to {A_DAY:,} posts a day: {name}", value=value, unit=unit)
