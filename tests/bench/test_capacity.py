"""What is extrapolated is the cost of a post times the posts of the busiest hour; what is measured arrives whole."""

from __future__ import annotations

import pytest

from bench.capacity import capacity, processors


@pytest.mark.pure
def test_processors_are_the_cost_of_a_post_at_the_busiest_hour_half_busy() -> None:
    assert processors(0.01, 86_400) == pytest.approx(0.06)
    assert processors(0.01) == pytest.approx(10_000_000 / 86_400 * 3 * 0.01 / 0.5)


@pytest.mark.crawl
def test_what_is_extrapolated_says_so_and_is_told_from_what_was_measured() -> None:
    figures = capacity(100)
    measured = [figure for figure in figures if not figure.name.startswith("EXTRAPOLATED to 10,000,000 posts a day")]
    assert [figure.unit for figure in measured] == ["posts/s", "bytes/post", "bytes/post"]
    assert len(figures) == 5
    assert all(figure.value > 0 for figure in figures)
    assert figures[3].value == pytest.approx(processors(1 / measured[0].value))
