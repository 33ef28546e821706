"""The bench measures what it says, on posts that are the same for the same seed."""

from __future__ import annotations

import json
from itertools import islice

import pytest
from typer.testing import CliRunner

from bench import figures, made
from manage import app


@pytest.mark.pure
def test_the_same_seed_gives_the_same_posts_and_another_seed_others() -> None:
    first, again, other = ([post.text for post in islice(made.posts(seed), 50)] for seed in (3, 3, 4))
    assert first == again
    assert first != other


@pytest.mark.pure
def test_made_pages_hold_as_many_posts_as_asked() -> None:
    assert len(json.loads(made.cfpb_answer(7))["hits"]["hits"]) == 7
    assert made.review_page(9).count(b"<article") == 9


@pytest.mark.pure
def test_a_missed_aim_is_seen_in_the_table() -> None:
    figure = figures.Figure(part="dates", name="usual forms", value=10, unit="dates/s", aim=">= 200,000/s", met=False)
    assert ">= 200,000/s MISSED" in figures.table([figure])


@pytest.mark.pure
def test_percentiles_are_times_that_were_taken() -> None:
    times = [float(number) for number in range(100)]
    assert (figures.percentile(times, 0.5), figures.percentile(times, 0.95), figures.percentile([7.0], 0.95)) == (50.0, 95.0, 7.0)


def test_each_part_gives_figures_beside_a_named_baseline() -> None:
    result = CliRunner().invoke(app, ["bench", "parse", "normalise", "dates", "ingest", "search", "--posts", "200", "--json"])
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)["figures"]
    assert {figure["part"] for figure in said} == {"parse", "normalise", "dates", "ingest", "search"}
    assert all(figure["baseline_name"] and figure["baseline"] > 0 and figure["value"] > 0 for figure in said)


def test_a_small_crawl_is_measured_whole() -> None:
    from bench.crawling import crawl

    wall, cpu, memory = crawl(100)
    assert (wall.unit, cpu.unit, memory.unit) == ("pages/s", "pages/s", "MB")
    assert wall.name.startswith("100 reviews on 5 pages")


def test_the_case_log_is_measured_beside_a_bare_table() -> None:
    from bench.casework import cases

    appends, read, proved, traced = cases(100)
    assert appends.baseline is not None
    assert read.baseline is not None
    assert 0 < appends.value < appends.baseline * 5
    assert min(read.value, proved.value, traced.value) > 0
