"""The bench measures what it says, on posts that are the same for the same seed."""

from __future__ import annotations

import json
from itertools import islice

import pytest
from typer.testing import CliRunner

from bench import figures, made
from bench.manycases import fill, name
from manage import app
from plaint.desk import acting, log
from plaint.ports import CaseFilter, Stores


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

    *speeds, memory = crawl(100)
    assert {figure.unit for figure in speeds} == {"pages/s"}
    assert memory.unit == "MB"
    assert all(figure.name.startswith("100 reviews on 5 pages") for figure in speeds)


def test_the_case_log_is_measured_beside_a_bare_table() -> None:
    from bench.casework import cases

    figures = cases(200)
    beside = {figure.baseline_name: figure for figure in figures if figure.baseline_name}
    assert set(beside) == {"bare SELECT of its rows", "bare insert of the same bytes, as durable"}
    assert all(figure.value > 0 for figure in figures)
    acts = [figure.name for figure in figures if figure.aim == "< 300 ms"]
    assert [name.split(": ")[2].removesuffix(", p95") for name in acts] == [
        "a store opened, and My work in it", "open", "note", "claim", "confirm", "My work", "nobody's",
    ]  # fmt: skip


def test_a_log_made_for_measuring_is_a_log_like_any_other(stores: Stores) -> None:
    fill(stores, 30, 3)
    verdict = log.verify(stores)
    assert (verdict.holds, verdict.entries) == (True, 90)
    assert stores.cases.behind() == []
    rows, total = stores.cases.cases(CaseFilter(limit=50))
    assert (total, {row.version for row in rows}, len({row.case for row in rows})) == (30, {3}, 30)
    assert [one.event.__class__.__name__ for one in acting.load_case(stores, name(7))[1]] == ["CaseOpened", "Noted", "Noted"]


@pytest.mark.parametrize("part", ["elastic", "regulator"])
def test_what_is_measured_on_a_server_asks_for_one(part: str) -> None:
    result = CliRunner().invoke(app, ["bench", part])
    assert result.exit_code == 2
    assert "--server http://127.0.0.1:9200" in " ".join(result.output.replace("\u2502", " ").split())
