"""How soon a post is known is measured, and everything that was said arrives."""

from __future__ import annotations

import pytest

from bench.watch import watch

pytestmark = pytest.mark.crawl


def test_every_post_that_was_said_is_timed() -> None:
    figures = {figure.name: figure for figure in watch(100)}
    assert list(figures) == [
        "stream, median", "stream, 99 of 100", "walked, slowest", "alert's message, median", "alert's message, slowest",
        "bluesky, noticed", "bluesky, stored", "mastodon, noticed", "mastodon, stored",
    ]  # fmt: skip
    assert all(figure.value > 0 for figure in figures.values())
    assert "half of 100 posts" in (figures["bluesky, stored"].note or "")
