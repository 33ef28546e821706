"""A conversation is one on every store, however its posts came: late parents, other days, pages that know less, edits and removals."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from plaint.desk import intake
from plaint.desk.archive import OPERATOR, read_post
from plaint.model import Capture, Firm, Gone, Kind, RawPost, Site, iso
from plaint.ports import Search, Stores
from plaint.posts.brands import Names
from plaint.query.tree import Term

SITE = Site(key="x", name="X", home="https://x.example", kind=Kind.POST, access="made up")
FENNEL = Firm(key="fennel", name="Fennel Bank", handles={"x": "@FennelHelp"})
NAMES = Names([FENNEL])
CARD = RawPost(ref="1", text="Card blocked, nobody at @FennelHelp answers", author_handle="ann", published="2026-11-20T08:00:00Z")
ANSWER = RawPost(ref="2", text="We are looking into it", author_handle="FennelHelp", published="2026-11-20T09:00:00Z", reply_to="1")
OTHER = RawPost(ref="3", text="Same for me", author_handle="bob", published="2026-11-20T10:00:00Z", reply_to="2")
THANKS = RawPost(ref="4", text="It works again", author_handle="ann", published="2026-11-20T11:00:00Z", reply_to="2")


def take_in(stores: Stores, day: int, *posts: RawPost) -> None:
    now = datetime(2026, 11, day, 12, tzinfo=UTC)
    intake.receive(
        stores, site=SITE, capture=Capture(url="https://x.example", at=iso(now), sha256=f"{day:064}"), said=posts, run=f"run-{day}", asked=FENNEL,
        names=NAMES, now=now,
    )  # fmt: skip


def thread(stores: Stores, ref: str) -> list[str]:
    return [post.ref for post in stores.posts.thread(f"x:{ref}")]


def told(stores: Stores, ref: str) -> dict[str, Any]:
    """Who speaks in a conversation, as a person reads it."""
    opened = read_post(stores, OPERATOR, f"x:{ref}", datetime(2026, 11, 30, tzinfo=UTC))
    return {post.ref: post.author.role.value for post in opened.thread if post.author}


def test_a_parent_that_comes_days_later_is_tied_to_its_answers(stores: Stores) -> None:
    take_in(stores, 21, OTHER)
    assert thread(stores, "3") == ["3"]
    take_in(stores, 23, CARD)
    assert thread(stores, "3") == ["3"]
    take_in(stores, 25, ANSWER, THANKS)
    for ref in "1234":
        assert thread(stores, ref) == ["1", "2", "3", "4"]
    assert told(stores, "4") == {"1": "customer", "2": "firm", "3": "other", "4": "customer"}
    answered = stores.posts.search(Search(query=Term(field="has", value="reply")))
    assert {hit.post.ref for hit in answered.hits} == {"1", "2"}


def test_a_page_that_does_not_name_the_conversation_does_not_take_a_post_out_of_it(stores: Stores) -> None:
    named = [replace(CARD, thread="t"), replace(THANKS, reply_to=None, thread="t", url="https://x.example/4")]
    take_in(stores, 21, *named)
    assert thread(stores, "4") == ["1", "4"]
    take_in(stores, 22, replace(THANKS, reply_to=None))
    assert thread(stores, "4") == ["1", "4"]
    take_in(stores, 23, replace(THANKS, reply_to=None, text="It works again, at last"))
    assert thread(stores, "1") == ["1", "4"]
    (post,) = stores.posts.get(["x:4"])
    assert (post.text, post.url) == ("It works again, at last", "https://x.example/4")


def test_what_was_edited_and_removed_stays_in_its_place(stores: Stores) -> None:
    take_in(stores, 21, CARD, ANSWER, OTHER, THANKS)
    take_in(stores, 22, replace(CARD, text="Card blocked for a week, nobody at @FennelHelp answers"), RawPost(ref="2", text="", gone=Gone.REMOVED))
    found = {post.ref: post for post in stores.posts.thread("x:4")}
    assert list(found) == ["1", "2", "3", "4"]
    assert (found["2"].gone, found["2"].text) == (Gone.REMOVED, "We are looking into it")
    assert [revision.post.text for revision in stores.posts.revisions("x:1")] == [CARD.text, "Card blocked for a week, nobody at @FennelHelp answers"]
    take_in(stores, 23, ANSWER)
    assert {post.ref: post.gone for post in stores.posts.thread("x:4")}["2"] is None


def test_a_post_that_answers_elsewhere_leaves_the_conversation(stores: Stores) -> None:
    take_in(stores, 21, CARD, ANSWER, OTHER)
    take_in(stores, 22, replace(OTHER, reply_to="9"))
    assert thread(stores, "3") == ["3"]
    assert thread(stores, "1") == ["1", "2"]
