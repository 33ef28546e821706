"""Who says the same: beside a post, among the filters of Search, on Overview."""

from __future__ import annotations

from typing import Any

from plaint.model import AboutFirm, Author, Kind, PartialDate, Post, Role
from plaint.query.tree import CaseMark
from tests.dashboard.conftest import Open
from tests.dashboard.conftest import words as said
from tests.dashboard.made import NOW

TEXT = "Northgate <b>charged</b> me twice for the card and nobody answers my mails, four times now since March"


def _put(store: Any, *names: str) -> None:
    about, day = (AboutFirm(key="northgate", score=1, how="asked"),), PartialDate.exact(NOW)
    store.posts.put([
        Post(id=f"board:same{n}", source="board", ref=f"same{n}", kind=Kind.POST, text=TEXT, firms=about, published=day,
             author=Author(name=name, role=Role.CUSTOMER, followers=2_000_000))
        for n, name in enumerate(names)
    ])  # fmt: skip


def test_a_post_says_who_says_the_same_and_leads_to_all_of_them(full: Any, open_page: Open) -> None:
    _put(full, "Ann", "Bob", "Carl", "Dan")
    shown = said(open_page("post", post="board:same0"))
    assert "The same text in 4 posts, from 4 names, on 1 source." in shown
    assert "All 4 posts of this text" in shown
    assert "<b>charged" not in shown


def test_a_post_names_a_case_of_the_same_text(full: Any, open_page: Open) -> None:
    _put(full, "Ann", "Bob")
    assert "mark it as a duplicate" not in said(open_page("post", post="board:same0"))
    full.posts.mark("board:same1", CaseMark(case="c-aaaa-bbbb-cccc", state="CANDIDATE"))
    assert "mark it as a duplicate of that" in said(open_page("post", post="board:same0"))


def test_a_post_alone_says_nothing_of_copies(full: Any, open_page: Open) -> None:
    _put(full, "Ann")
    assert "The same text" not in said(open_page("post", post="board:same0"))


def test_reach_and_kinds_of_copies_are_filters(full: Any, open_page: Open) -> None:
    _put(full, "Ann", "Bob", "Carl")
    at = open_page("search", copies=["campaign"], reach=["wide"])
    assert "3 posts" in said(at)
    assert "Ignored" not in said(at)
    assert {"Reach", "The same text"} <= {one.label for one in at.button_group}


def test_overview_names_campaigns_and_how_many(full: Any, open_page: Open) -> None:
    _put(full, *(f"Person {number}" for number in range(200)))
    shown = said(open_page("overview"))
    assert "Posts of this period with one text under three names or more" in shown
    assert "The same text in 200 posts, from 200 names, on 1 source." in shown
