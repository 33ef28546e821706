"""Periods in the viewer's zone, and figures that are defined once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plaint.insight import metrics, periods
from plaint.insight.periods import MOST_BARS, Step
from plaint.model import Run, moment_of
from plaint.query.tree import EVERYTHING, Found, Range

pytestmark = pytest.mark.pure

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ZONES = st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC", "Australia/Lord_Howe"]).map(ZoneInfo)
MOMENTS = st.datetimes(datetime(1995, 1, 1), datetime(2040, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


@pytest.mark.parametrize(("name", "bars"), [("24 h", 24), ("30 d", 30), ("12 m", 12)])
def test_a_named_period_has_its_bars(name: str, bars: int) -> None:
    assert len(periods.last(name, NOW, LONDON).edges()) - 1 == bars


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["24 h", "7 d", "30 d", "12 m"]), MOMENTS, ZONES)
def test_now_is_always_in_the_last_bar(name: str, now: datetime, zone: ZoneInfo) -> None:
    edges = [moment_of(edge) for edge in periods.last(name, now, zone).edges()]
    assert edges == sorted(set(edges))
    assert edges[-2] <= now < edges[-1]


@settings(max_examples=150, deadline=None)
@given(MOMENTS, st.integers(0, 9000), ZONES)
def test_a_span_is_covered_from_its_first_to_its_last_moment(start: datetime, days: int, zone: ZoneInfo) -> None:
    end = start + timedelta(days=days)
    edges = [moment_of(edge) for edge in periods.spanning(start, end, zone).edges()]
    assert edges[0] <= start
    assert edges[-1] > end
    assert len(edges) <= MOST_BARS


def test_days_that_change_the_clock_are_23_or_25_hours_long() -> None:
    edges = [moment_of(edge) for edge in periods.days(date(2026, 10, 1), date(2026, 11, 5), LONDON).edges()]
    lengths = {(later - edge) for edge, later in pairwise(edges)}
    assert lengths == {timedelta(hours=24), timedelta(hours=25)}


def test_the_condition_is_exactly_what_the_bars_hold() -> None:
    period = periods.last("30 d", NOW, LONDON)
    assert period.range() == Range(field="published", low=period.edges()[0], high=period.edges()[-1], with_high=False)
    assert period.range() == periods.last("30 d", NOW + timedelta(hours=3), LONDON).range(), "a cursor stays good all day"
    assert periods.within(EVERYTHING, None) is EVERYTHING


def test_an_absurd_span_makes_no_million_bars() -> None:
    period = periods.Period(start=datetime(1, 1, 2, tzinfo=UTC), end=datetime(9000, 1, 1, tzinfo=UTC), step=Step.DAY, zone=LONDON)
    assert len(period.edges()) == MOST_BARS


def test_every_figure_says_what_it_counts() -> None:
    for metric in metrics.POST_METRICS:
        assert metric.definition.endswith(".")
        assert metric.label
        assert set(metric.include) <= {*metrics.FACETS, "reply", "role"}
    assert metrics.DUE
    assert metrics.COVERAGE


def test_a_figure_is_the_sum_of_its_facet_values() -> None:
    found = Found(total=9, hits=(), facets={"rating": {"1": 2, "2": 3, "5": 1}, "state": {"CONFIRMED_COMPLAINT": 1, "NOT_A_COMPLAINT": 3}})
    assert metrics.POSTS.of(found) == 9
    assert metrics.LOW.of(found) == 5
    assert metrics.decided_share(found) == 0.25
    assert metrics.decided_share(Found(total=0, hits=())) is None
    with pytest.raises(ValueError, match="question of its own"):
        metrics.UNANSWERED.of(found)


def run(id: str, source: str = "a", firm: str = "f", **said: object) -> Run:
    return Run(id=id, source=source, firm=firm, started="2026-11-24T09:00:00Z", **{"state": "done", **said})  # type: ignore[arg-type]


def test_coverage_is_held_of_announced_over_the_newest_runs() -> None:
    newest_first = [
        run("3", state="running", announced=500),
        run("2", announced=10, new=1, known=8, missing=1),
        run("1", announced=99, new=99),
        run("0", "b"),
    ]
    found = metrics.coverage(newest_first)
    assert (found.held, found.announced, found.share, found.silent) == (9, 10, 0.9, ("b",))
    assert metrics.coverage([]).share is None


def test_a_source_that_holds_more_than_announced_is_not_over_complete() -> None:
    assert metrics.coverage([run("1", announced=10, new=30)]).share == 1.0


def test_the_ledger_closes() -> None:
    assert metrics.balance(run("1", announced=10, new=1, known=2, changed=3, rejected=1, missing=3)) == 0
    assert metrics.balance(run("1", new=1)) is None
