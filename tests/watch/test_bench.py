"""How soon a post is known is measured, and everything that was said arrives."""

from __future__ import annotations

import pytest

from bench.watch import watch

pytestmark = pytest.mark.crawl


def test_every_post_that_was_said_is_timed() -> None:
    figures = watch(100)
    assert [(figure.name, figure.unit) for figure in figures] == [("stream, median", "s"), ("stream, 99 of 100", "s"), ("walked, slowest", "s")]
    assert all(figure.value > 0 for figure in figures)
