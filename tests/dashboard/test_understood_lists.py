"""What was understood, where many posts stand together: the filters and hits of Search, the figures of Overview, the thread of Post."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from plaint.desk import goodwill
from plaint.desk.understanding import read_posts
from plaint.insight.goodwill import FEWEST
from plaint.model import AboutFirm, Author, Kind, PartialDate, Post, Role
from plaint.query.tree import Search
from tests.dashboard import made
from tests.dashboard.conftest import Open
from tests.dashboard.conftest import words as said
from tests.dashboard.made import NOW

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


def test_what_a_firm_says_itself_is_not_called_a_complaint(full: Any, open_page: Open) -> None:
    own = replace(_fraud(), author=Author(name="Care", role=Role.FIRM))
    _put(full, own)
    shown = said(open_page("search", q="id:board:u"))
    assert "likely complaint" not in shown
    assert "Legal threat" not in shown


def test_an_unknown_value_is_named(full: Any, open_page: Open) -> None:
    assert "look at once nonsense" in said(open_page("search", urgency=["nonsense"]))


def _spoken(number: int, *, firm: str = "tern", who: str = "w") -> list[Post]:
    about = (AboutFirm(key=firm, score=1, how="asked"),)
    day = NOW - timedelta(days=1)
    return [
        Post(
            id=f"board:{who}{at}", source="board", ref=f"{who}{at}", kind=Kind.POST, text="Great people, thank you, everything was perfect.",
            firms=about, author=Author(handle=f"{who}{at}", role=Role.CUSTOMER), published=PartialDate.exact(day),
        )
        for at in range(number)
    ]  # fmt: skip


def test_goodwill_is_counted_for_the_period_with_its_range(store: Any, open_page: Open) -> None:
    made.make(store, posts=0)
    _put(store, *_spoken(FEWEST))
    shown = said(open_page())
    assert re.search(r'class="figure" title="50 \+ 50 × the mean polarity[^"]*">100</a>', shown)
    assert f"100 to 100, {FEWEST} voices" in shown


def test_too_few_voices_have_no_figure(store: Any, open_page: Open) -> None:
    made.make(store, posts=0)
    _put(store, *_spoken(FEWEST - 1))
    shown = said(open_page())
    assert "too few to say</a>" in shown
    assert f"{FEWEST - 1} voices" in shown


def test_a_figure_of_the_newest_posts_only_says_so(store: Any, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    made.make(store, posts=0)
    _put(store, *_spoken(FEWEST + 5))
    monkeypatch.setattr(goodwill, "MOST", FEWEST)
    assert f"newest {FEWEST} of {FEWEST + 5}" in said(open_page())


def test_posts_that_nobody_read_stand_beside_the_figure(store: Any, open_page: Open) -> None:
    made.make(store, posts=0)
    _put(store, *_spoken(FEWEST))
    store.posts.put(_spoken(2, who="late"))
    assert "2 posts not read" in said(open_page())


def test_goodwill_of_a_person_of_one_firm_counts_no_other(store: Any, open_page: Open) -> None:
    made.make(store, posts=0)
    _put(store, *_spoken(FEWEST), *_spoken(3, firm="orbit", who="o"))
    assert "3 voices" in said(open_page(person="olga"))


def test_look_at_once_lists_what_it_counts(full: Any, open_page: Open) -> None:
    _put(full, replace(_fraud(), published=PartialDate.exact(NOW - timedelta(hours=1))))
    found = re.search(r'<a href="/search\?([^"]+q=has%3Aurgency[^"]*)"[^>]*>([\d,]+)</a>', said(open_page()))
    assert found
    number = int(found[2])
    assert number >= 1
    assert f"<strong>{number:,} post" in said(open_page("search", q="has:urgency", per="30d"))


def _talk(last: str) -> tuple[Post, ...]:
    about = (AboutFirm(key="northgate", score=1, how="asked"),)
    turns = (("a", "asker", FRAUD, None), ("b", "peer", "Ring the card line and ask for the other team.", "a"), ("c", "asker", last, "b"))
    return tuple(
        Post(
            id=f"board:{ref}", source="board", ref=ref, kind=Kind.COMMENT if to else Kind.POST, text=text, firms=about, thread="talk", reply_to=to,
            author=Author(handle=who, role=Role.CUSTOMER), published=PartialDate.exact(NOW - timedelta(hours=9 - at)),
        )
        for at, (ref, who, text, to) in enumerate(turns)
    )  # fmt: skip


@pytest.mark.parametrize("person", ["anika", "rui"])
def test_a_thread_says_how_it_turned_and_who_helped(full: Any, open_page: Open, person: str) -> None:
    _put(full, *_talk("Thank you so much, that was perfect, great help."))
    shown = said(open_page("post", person=person, post="board:a"))
    assert "ends with thanks, as read" in shown
    assert shown.count("Helpful answer") == 1


def test_a_thread_in_which_nobody_was_helped_says_that_it_is_still_a_complaint(full: Any, open_page: Open) -> None:
    _put(full, *_talk("They robbed me, it is a disgrace, I want my money back."))
    shown = said(open_page("post", post="board:a"))
    assert "still is one, as read" in shown
    assert "Helpful answer" not in shown


def test_a_thread_that_nobody_read_does_not_say_how_it_turned(full: Any, open_page: Open) -> None:
    full.posts.put(_talk("Thank you so much."))
    assert ", as read." not in said(open_page("post", post="board:a"))
