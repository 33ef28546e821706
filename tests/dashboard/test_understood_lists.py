"""What was understood, where many posts stand together: the filters and hits of Search, the figures of Overview, the thread of Post."""

from __future__ import annotations

from typing import Any

import pytest

from plaint.desk.understanding import read_posts
from plaint.model import AboutFirm, Kind, Post
from plaint.query.tree import Search
from tests.dashboard.conftest import Open
from tests.dashboard.conftest import words as said

FRAUD = "They let somebody empty my account, this is fraud. Nobody answers, I am furious, you will hear from my solicitor."


def _put(store: Any, *posts: Post) -> None:
    store.posts.put(posts)
    store.posts.note(read_posts(posts), posts)


def _fraud() -> Post:
    about = (AboutFirm(key="northgate", score=1, how="asked"),)
    return Post(id="board:u", source="board", ref="u", kind=Kind.POST, title="Robbed by <i>Northgate</i>", text=FRAUD, firms=about)


@pytest.mark.parametrize("field", ["complaint", "severity", "sentiment", "urgency", "vulnerability", "about"])
def test_each_value_that_was_understood_is_a_filter_that_counts_what_it_lists(full: Any, open_page: Open, field: str) -> None:
    _put(full, _fraud())
    counted = full.posts.search(Search(limit=0, facets=(field,))).facets[field]
    assert counted
    value, number = min(counted.items(), key=lambda pair: pair[1])
    parameter = "code" if field == "about" else field
    at = open_page("search", **{parameter: [value]})
    assert f"{number:,} post" in said(at)
    assert value in at.query_params[parameter]
    assert "Ignored" not in said(at)


def test_a_filter_that_was_clicked_is_in_the_address(full: Any, open_page: Open) -> None:
    at = open_page("search", per="all")
    at.button_group(key="facet_complaint").set_value(["yes"]).run()
    assert "yes" in at.query_params["complaint"]
    assert "sentiment" not in said(at).lower()
    assert "Tone" in [one.label for one in at.button_group]


def test_a_hit_says_how_likely_it_is_a_complaint_and_why_to_look_at_once(full: Any, open_page: Open) -> None:
    _put(full, _fraud())
    shown = said(open_page("search", q="id:board:u"))
    assert "% likely complaint" in shown
    assert "Fraud and theft" in shown
    assert "Legal threat" in shown
    assert "<i>Northgate" not in shown


def test_an_unknown_value_is_named(full: Any, open_page: Open) -> None:
    assert "look at once nonsense" in said(open_page("search", urgency=["nonsense"]))
