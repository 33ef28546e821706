"""Complaints of the US regulator (CFPB) paged and given out as Plaint does it, beside the way of its public API, on one server.

What that API does for one page, as its public source has it: the search with its counts; where there are more matches
than the page holds, the same search again, counts included, with as many hits as reach 100 to 300 past the page but at
most 10,000, to tell where later pages begin ("break points"); then the newest dates of the whole index, and its size.
Past the ten-thousandth match no page has a break point. Its export scrolls through the matches in no order, 7,000 at a time.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from math import ceil
from pathlib import Path
from typing import Any

from elasticsearch.helpers import scan

from bench import made
from bench.clustering import BATCH, opened, requests_sent
from bench.figures import Figure, best_of
from crawlers.page import Page
from crawlers.sites import cfpb
from indexer.elastic_query import body_of
from indexer.elastic_stores import ElasticStores
from plaint.desk.intake import understood
from plaint.model import Capture, Post, RawPost, iso
from plaint.posts.brands import Names
from plaint.query.parse import parse_query
from plaint.query.tree import Search

PAGE = 25
FACETS = ("product", "issue", "place")
DEEPEST = 10_000
"""Hits within which the API tells where pages begin."""

AHEAD = 200
STEP = 100
SCROLLED = 7_000
MADE = 5_000


def regulator(server: str, posts: int = MADE, export: Path | None = None) -> list[Figure]:
    """Pages and rows of `export`, a CSV of the complaint database (gzip or not), or of so many made complaints where there is none."""
    with opened(server) as stores:
        complaints = list(_complaints(export.read_bytes() if export else made.cfpb_answer(posts), export))
        for start in range(0, len(complaints), BATCH):
            stores.posts.put(complaints[start : start + BATCH])
        stores.cluster.refresh("posts")
        return [*_pages(stores), _rows(stores)]


def _complaints(body: bytes, export: Path | None) -> Iterator[Post]:
    """The complaints of an export or of an answer, through the rules that every post goes through."""
    if body.startswith(b"\x1f\x8b"):
        body = gzip.decompress(body)
    page = Page(url=f"{cfpb.site.home}{cfpb.API}", body=body)
    capture = Capture(url=export.name if export else "made", at=iso(datetime.now(UTC)), sha256=sha256(body).hexdigest())
    for raw in cfpb.parse(page):
        if isinstance(raw, RawPost) and isinstance(post := understood(raw, cfpb.site, capture, Names(())), Post):
            yield post


# --- pages ---------------------------------------------------------------------------------------------------------


def _pages(stores: ElasticStores) -> Iterator[Figure]:
    """A walk through all complaints, 25 a page with three facets; then the first and the last page alone."""
    asked = Search(query=parse_query(""), facets=FACETS, limit=PAGE)
    total = stores.posts.search(asked).total
    last = ceil(min(total, DEEPEST) / PAGE)
    with requests_sent() as sent:
        stores.posts.search(asked)
        mine = len(sent)
        _their_page(stores, asked, 1, None)
        theirs = len(sent) - mine
    yield Figure(part="regulator", name=f"requests for a page with counts, {total:,} complaints", value=mine, unit="requests",
                 baseline_name="the public API's way", baseline=theirs, ratio=mine / theirs, aim="1", met=mine == 1)  # fmt: skip
    ours, bare = best_of(2, lambda: _our_walk(stores, asked), lambda: _their_walk(stores, asked, last))
    yield _beside(f"a walk of {last:,} pages, each", 1000 * ours / last, 1000 * bare / last)
    cursor, after = _our_walk(stores, asked), _their_walk(stores, asked, last)
    for name, number, at, since in (("page 1", 1, None, None), (f"page {last:,}", last, cursor, after)):
        question = Search(query=asked.query, facets=FACETS, limit=PAGE, cursor=at)
        times = best_of(10, partial(stores.posts.search, question), partial(_their_page, stores, asked, number, since))
        yield _beside(name, *(1000 * seconds for seconds in times))


def _beside(name: str, ours: float, theirs: float) -> Figure:
    return Figure(part="regulator", name=name, value=ours, unit="ms", baseline_name="the public API's way", baseline=theirs, ratio=ours / theirs,
                  aim="<= 1.0 x", met=ours <= theirs)  # fmt: skip


def _our_walk(stores: ElasticStores, asked: Search) -> str | None:
    """Through all pages; the cursor of the last one."""
    cursor = before = None
    while True:
        found = stores.posts.search(Search(query=asked.query, facets=asked.facets, limit=asked.limit, cursor=cursor))
        if found.next is None:
            return before if cursor is None else cursor
        before, cursor = cursor, found.next


def _their_walk(stores: ElasticStores, asked: Search, pages: int) -> list[Any] | None:
    """Through so many pages from break point to break point; that of the last one."""
    after: list[Any] | None = None
    for number in range(1, pages + 1):
        points = _their_page(stores, asked, number, after)
        if number < pages:
            after = points[number + 1]
    return after


def _their_page(stores: ElasticStores, asked: Search, number: int, after: list[Any] | None) -> dict[int, list[Any]]:
    """One page as the API answers it; where the pages that can be told begin."""
    client, index = stores.cluster.client, stores.cluster.name("posts")
    body = body_of(asked, size=PAGE, after=after, is_ranked=False)
    client.search(index=index, body=body)
    reached = STEP * ceil((number - 1) * PAGE / STEP) if (number - 1) * PAGE >= STEP else 0
    again = {**body, "size": min(AHEAD + reached, DEEPEST)}
    again.pop("search_after", None)
    hits = client.search(index=index, body=again)["hits"]["hits"]
    client.search(index=index, size=0, aggs={"newest": {"max": {"field": "at"}}, "indexed": {"max": {"field": "collected"}}})
    client.count(index=index)
    return {page + 2: hits[end - 1]["sort"] for page, end in enumerate(range(PAGE, len(hits), PAGE))}


# --- export --------------------------------------------------------------------------------------------------------


def _rows(stores: ElasticStores) -> Figure:
    """Rows a second of a whole export: ours in order and read as posts, theirs in no order and as they come."""
    client, index = stores.cluster.client, stores.cluster.name("posts")
    count = sum(1 for _ in stores.posts.scan(Search()))
    ours, theirs = best_of(
        3,
        lambda: sum(1 for _ in stores.posts.scan(Search())),
        lambda: sum(1 for _ in scan(client, index=index, query={"query": {"match_all": {}}, "_source": ["post"]}, size=SCROLLED, scroll="10m")),
    )
    return Figure(part="regulator", name=f"export of {count:,} rows, newest first", value=count / ours, unit="rows/s",
                  baseline_name="the public API's way: a scroll, unordered", baseline=count / theirs, ratio=theirs / ours, aim=">= 0.7",
                  met=theirs / ours >= 0.7)  # fmt: skip
