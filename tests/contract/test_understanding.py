"""What was understood of a post is a part of its own on every store: noted, kept through everything else, dropped with the words it was read from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from indexer.connect import connect
from indexer.copying import copy
from plaint.model import Gone, PartialDate, Post
from plaint.ports import Outcome, Stores
from plaint.query.tree import CaseMark, Search
from plaint.understand.understanding import Code, Complaint, Flag, Level, Polarity, Queue, Severity, Span, Tongue, Understanding, Word
from tests.contract.test_posts import found, post

WHOLE = Understanding(
    lang=Tongue(code="en", score=1.0),
    complaint=Complaint(p=0.8126, words=(Word(start=3, end=9, weight=1.25),)),
    severity=Severity(level=Level.ACCUSATION, score=0.7),
    sentiment=Polarity(label="negative", score=0.9),
    product={"cfpb": Code(code="Credit card", score=0.9), "fca": None},
    issue={"banking77": Code(code="card_arrival", score=0.95)},
    urgency=(Flag(name=Queue.FRAUD, start=0, end=2), Flag(name=Queue.FRAUD, start=3, end=9)),
    pii=(Span(start=0, end=2, kind="phone"),),
    models={"complaint": "complaint-fast 1"},
)
NOW_MILD = Understanding(complaint=Complaint(p=0.1), models={"complaint": "complaint-fast 2"})
QUERIES = ("complaint:yes", "p:>0.8", "p:0.813", "severity:accusation", "sentiment:negative", 'urgency:"fraud and theft"', "about:cfpb/*",
           'about:"cfpb/credit card"', "about:banking77/card_arrival", "pii:phone", "has:urgency", "has:pii", "severity:*")  # fmt: skip


def filled(stores: Stores) -> None:
    """One post that was understood, one that was not."""
    stores.posts.put([post(), post("2")])
    assert stores.posts.note({"board:1": WHOLE}, stores.posts.get(["board:1"])) == 1


def test_what_is_noted_is_read_back_whole_and_found(stores: Stores) -> None:
    filled(stores)
    assert stores.posts.understood(["board:1", "board:2", "board:9"]) == {"board:1": WHOLE}
    for query in QUERIES:
        assert found(stores, query) == ["1"], query
    for query in ("complaint:no", "p:<=0.812", "about:fca/*", "has:vulnerability", "p:[0.82 TO 1]"):
        assert found(stores, query) == [], query


def test_facets_and_filters_count_it(stores: Stores) -> None:
    filled(stores)
    names = ("complaint", "severity", "sentiment", "urgency", "vulnerability", "about")
    answer = stores.posts.search(Search(facets=names, include={"complaint": ("yes",)}, exclude={"severity": ("blame",)}))
    assert [hit.post.ref for hit in answer.hits] == ["1"]
    assert answer.facets == {"complaint": {"yes": 1}, "severity": {"accusation": 1}, "sentiment": {"negative": 1}, "urgency": {"fraud and theft": 1},
                             "vulnerability": {}, "about": {"banking77/card_arrival": 1, "cfpb/Credit card": 1}}  # fmt: skip


def test_another_understanding_replaces_all_of_the_one_before(stores: Stores) -> None:
    filled(stores)
    held = stores.posts.get(["board:1"])
    assert stores.posts.note({"board:1": NOW_MILD}, held) == 1
    assert stores.posts.note({"board:1": NOW_MILD}, held) == 0
    assert stores.posts.understood(["board:1"]) == {"board:1": NOW_MILD}
    assert found(stores, "complaint:no") == ["1"]
    assert [query for query in QUERIES if found(stores, query)] == []
    answer = stores.posts.search(Search(facets=("complaint", "severity", "urgency")))
    assert answer.facets == {"complaint": {"no": 1}, "severity": {}, "urgency": {}}


def test_an_unknown_post_and_one_that_says_something_else_by_now_are_left_alone(stores: Stores) -> None:
    filled(stores)
    read = stores.posts.get(["board:2"])
    stores.posts.put([post("2", text="Other words", day=2)])
    assert stores.posts.note({"board:2": WHOLE, "board:9": WHOLE}, [*read, post("9")]) == 0
    assert stores.posts.understood(["board:2", "board:9"]) == {}


def test_nothing_else_that_is_written_loses_it(stores: Stores) -> None:
    filled(stores)
    dated = PartialDate(earliest="2026-02-27", latest="2026-02-28", said="2 days ago")
    assert stores.posts.put([post(engagement={"likes": 9}, day=2, published=dated, hashtags=("outage",))]) == [Outcome.KNOWN]
    stores.posts.mark("board:1", CaseMark(case="c-1", state="CANDIDATE"))
    stores.posts.put([post("3", reply_to="1")])
    stores.posts.put([post(text="An older text", day=1, capture=None)])
    stores.posts.put([post(day=3, gone=Gone.REMOVED)])
    stores.posts.put([post(day=4, hashtags=("outage",))])
    stores.posts.vanish(["board:1"], "2026-03-09T00:00:00Z")
    assert stores.posts.understood(["board:1"]) == {"board:1": WHOLE}
    for query in (*QUERIES, "#outage complaint:yes", "complaint:yes has:reply is:case is:gone published:2026-02"):
        assert found(stores, query) == ["1"], query
    stores.posts.mark("board:1", None)
    assert stores.posts.search(Search(facets=("about",), include={"complaint": ("yes",)})).facets["about"]["cfpb/Credit card"] == 1


def test_new_words_drop_it_and_new_stars_do_not(stores: Stores) -> None:
    filled(stores)
    stores.posts.put([post(day=2, edited=PartialDate(earliest="2026-03-02", latest="2026-03-02"))])
    assert stores.posts.understood(["board:1"]) == {"board:1": WHOLE}
    stores.posts.put([post(text="All is well again", day=3)])
    assert stores.posts.understood(["board:1"]) == {}
    assert [query for query in QUERIES if found(stores, query)] == []
    assert stores.posts.search(Search(facets=("complaint",))).facets == {"complaint": {}}


def test_what_comes_is_understood_in_the_step_that_stores_it(stores: Stores) -> None:
    asked: list[str] = []

    def read(posts: Sequence[Post]) -> dict[str, Understanding]:
        asked.extend(one.id for one in posts)
        return {one.id: WHOLE if "refund" in one.text else NOW_MILD for one in posts if one.ref != "2"}

    assert stores.posts.put([post(), post("2")], read) == [Outcome.NEW, Outcome.NEW]
    assert stores.posts.put([post(), post("2")], read) == [Outcome.KNOWN, Outcome.KNOWN]
    assert asked == ["board:1", "board:2"]
    assert stores.posts.put([post(text="It came", day=2)], read) == [Outcome.CHANGED]
    assert stores.posts.put([post(text="An older text", day=1)], read) == [Outcome.STALE]
    assert stores.posts.understood(["board:1", "board:2"]) == {"board:1": NOW_MILD}
    assert found(stores, "complaint:no") == ["1"]


@pytest.mark.parametrize("onto", ["empty", "another"])
def test_a_copy_has_it_and_is_equal(stores: Stores, tmp_path: Path, onto: str) -> None:
    filled(stores)
    other = connect(f"sqlite:///{tmp_path}/copy.db", evidence=tmp_path / "copy.evidence")
    if onto == "another":
        other.posts.put([post(), post("2")])
        other.posts.note({"board:1": NOW_MILD, "board:2": WHOLE}, other.posts.get(["board:1", "board:2"]))
    assert copy(stores, other, lambda _what, _count: None).differs == ()
    assert other.posts.understood(["board:1", "board:2"]) == {"board:1": WHOLE}
    assert found(other, "complaint:yes") == ["1"]
    assert copy(other, stores, lambda _what, _count: None).differs == ()
    other.close()
