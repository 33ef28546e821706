"""What is measured on a cluster runs, names its baselines, asks once for a page with everything on it, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.casework import cases
from bench.clustering import elastic as measured
from bench.clustering import opened, requests_sent
from bench.made import batches
from bench.regulator import regulator
from plaint.query.parse import parse_query
from plaint.query.tree import Search
from tests.elastic.server import asked

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic")]


@pytest.fixture(autouse=True)
def tidied(elastic: str) -> Iterator[None]:
    """What a measurement made is gone when it ends."""
    before = set(asked(elastic, "GET", "/_alias"))
    yield
    assert set(asked(elastic, "GET", "/_alias")) <= before


def test_posts_are_measured_beside_the_bare_client(elastic: str) -> None:
    figures = measured(elastic, 1000, turns=1)
    assert [figure.part for figure in figures] == ["ingest", "ingest", "search", "search", "search", "search", "export", "memory", "memory"]
    requests, *others = sorted(figures, key=lambda figure: figure.baseline_name is not None)
    assert (requests.value, requests.met) == (1, True)
    assert all(figure.baseline and figure.ratio for figure in others)


def test_hits_facets_and_histogram_are_one_request(elastic: str) -> None:
    with opened(elastic) as stores:
        stores.posts.put(next(batches(100)))
        question = Search(query=parse_query("refund"), facets=("firm", "lang", "rating"), include={"firm": ("merrow",)},
                          edges=("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"))  # fmt: skip
        stores.posts.search(question)
        with requests_sent() as sent:
            found = stores.posts.search(question)
    assert len(sent) == 1
    assert found.hits
    assert len(found.facets["firm"]) > 1
    assert sum(found.histogram) == found.total


def test_the_regulators_way_takes_more_requests_for_the_same_page(elastic: str) -> None:
    requests, *pages, rows = regulator(elastic, 300)
    assert (requests.value, requests.baseline) == (1, 4)
    assert [page.name for page in pages] == ["a walk of 12 pages, each", "page 1", "page 12"]
    assert rows.name.startswith("export of 300 rows")


def test_the_case_log_is_measured_on_a_cluster_too(elastic: str) -> None:
    figures = cases(100, elastic)
    of = [figure.name for figure in figures if figure.name.startswith("cluster: 10 cases, 100 entries")]
    assert len(of) == len([figure for figure in figures if figure.name.startswith("file")])
    assert {figure.baseline_name for figure in figures} >= {"bare mget of its documents", "bare create of the same bytes"}
