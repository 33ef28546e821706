"""The contract lab on every made-up page of every source, and on recorded ones where they are: a changed page never gives a wrong post.

What is still wrong stands in `KNOWN` with its reason; an entry that is no longer true fails too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawlers.lab import Verdict, examine
from crawlers.mutations import KINDS, mutants
from crawlers.page import Announced, Broken, Kind, Page, RawPost, SaidBy, Site
from crawlers.registry import Source, keys, source

PAGES = Path(__file__).parents[1] / "sites"
CASES = sorted(page.parent for page in PAGES.glob("*/*/page.*"))
AT = "2026-11-24T10:00:00Z"

NO_ID = "a review without an id that loses its words: what is left names another review; a page of them raises the alarm"
OPTIONAL = "a sign that most posts rightly lack (a quote, an edit, what is answered, who is staff): its loss looks like its absence"
OTHER_FORM = "the source says the same thing in two forms; without the better one the other is read"
NO_END = "a mail has no end of its own: one that was cut reads as a shorter one"
EARLIER = "kept messages have no end of their own: where the edit of a post is cut off, the post stands as it was before"
KNOWN = {
    ("bluesky", "stream"): EARLIER,
    ("mastodon", "stream"): EARLIER,
    ("mailbox", "mbox"): NO_END,
    ("mailbox", "message"): NO_END,
    ("table", "part"): OPTIONAL,
    ("takeout", "hangouts"): OTHER_FORM,
    ("askbot", "question"): OPTIONAL,
    ("demo_hostile", "two_blocks"): NO_ID,
    ("discourse", "topic"): OPTIONAL,
    ("disqus", "export"): OPTIONAL,
    ("facebook", "recommendations"): OPTIONAL,
    ("facebook", "webhook_edit"): OPTIONAL,
    ("facebook", "webhook_remove"): OPTIONAL,
    ("feed", "rss2"): OPTIONAL,
    ("google_business", "reviews"): OPTIONAL,
    ("google_places", "place_new"): "without the original the API's translation is the text; its language says so",
    ("hackernews", "item"): OTHER_FORM,
    ("hackernews", "search"): OTHER_FORM,
    ("instagram", "comments_of_media"): OPTIONAL,
    ("instagram", "webhook_comment"): OPTIONAL,
    ("linkedin", "comments"): OPTIONAL,
    ("schema_org", "dates_and_percent"): NO_ID,
    ("schema_org", "graph_with_references"): NO_ID,
    ("schema_org", "microdata_board"): NO_ID,
    ("schema_org", "ratings_of_all_shapes"): NO_ID,
    ("stackexchange", "questions"): OPTIONAL,
    ("vbulletin", "fourth"): OPTIONAL,
    ("wordpress", "export"): OPTIONAL,
    ("x", "search_recent"): OTHER_FORM,
    ("x", "v1_search"): OTHER_FORM,
    ("xenforo", "first"): OPTIONAL,
    ("xenforo", "second"): OPTIONAL,
}


def examined(case: Path, most: int | None) -> Verdict:
    said: dict[str, Any] = json.loads((case / "expected.json").read_text())
    (file,) = case.glob("page.*")
    page = Page(file.read_bytes(), url=said.get("url", ""), at=AT, headers=said.get("headers"), status=said.get("status", 200))
    return examine(source(case.parent.name), page, most)


def faults(verdict: Verdict) -> list[tuple[str, str, str]]:
    return sorted({(one.kind, one.what, one.field) for one in verdict.wrong})


@pytest.mark.pure
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_some_changes_of_a_made_up_page_give_no_wrong_post(case: Path) -> None:
    if (case.parent.name, case.name) not in KNOWN:
        assert faults(examined(case, 15)) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_no_change_of_a_made_up_page_gives_a_wrong_post(case: Path) -> None:
    found = faults(examined(case, None))
    if (case.parent.name, case.name) in KNOWN:
        assert found, "no longer wrong: take it out of KNOWN"
    else:
        assert found == []


def test_recorded_pages_give_no_wrong_post_when_they_change(shared: Path) -> None:
    folder = shared / "fixtures" / "reviews"
    wrong, tried = {}, 0
    for entry in json.loads((folder / "expected.json").read_text()):
        key, file = entry.get("source") or entry["file"].partition("/")[0], folder / entry["file"]
        if key in keys() and file.stat().st_size < 60_000:
            page = Page(file.read_bytes(), url=entry.get("url") or "", at=AT, headers=entry.get("headers"))
            tried += 1
            if found := faults(examine(source(key), page, 6)):
                wrong[entry["file"]] = found
    assert tried > 10
    assert wrong == {}


# --- the lab itself: it notices what it is there for ------------------------------------------------------------------

SITE = Site(key="peer", name="Peer", home="https://peer.example", kind=Kind.REVIEW, access="made up", languages=("en",))
CARDS = "".join(
    f'<article class="card" id="review-{n}"><b class="stars" data-of="10">{n % 9 + 1}</b><p class="body">Blocked {n} times this week.</p></article>'
    for n in range(12)
)
PAGE = Page(f"<html><body><h1>12 reviews</h1>{CARDS}<i class='stars'>5</i></body></html>".encode(), url="https://peer.example/", at=AT)


def careless(page: Page) -> SaidBy:
    """A source file that falls back on what it should not."""
    for number, card in enumerate(page.css("article")):
        best = card.css("b::attr(data-of)").get()
        stars = card.css(".stars::text").get() or page.css("i::text").get()
        yield RawPost(ref=card.attrib.get("id", str(number)), text=card.css("p.body::text, p::text").get(), rating=stars, best=best)


def careful(page: Page) -> SaidBy:
    """The same, strictly."""
    yield Announced(12)
    cards = page.css("article.card")
    if not cards:
        raise Broken("no cards")
    for card in cards:
        yield RawPost(ref=card.attrib["id"], text=card.css("p.body::text").get(), rating=card.css("b.stars::text").get(), best=10)


@pytest.mark.pure
def test_a_careless_source_file_is_caught() -> None:
    verdict = examine(Source(site=SITE, parse=careless), PAGE)
    assert not verdict.holds
    assert {(one.kind, one.what, one.field) for one in verdict.wrong} >= {("class renamed", "stars", "rating")}


@pytest.mark.pure
def test_a_careful_one_raises_its_alarms() -> None:
    verdict = examine(Source(site=SITE, parse=careful), PAGE)
    assert verdict.wrong == ()
    assert {"layout changed", "falling fill rate: rating", "falling fill rate: text", "half page"} <= set(verdict.alarms)


@pytest.mark.pure
def test_a_page_without_posts_has_nothing_to_lose() -> None:
    assert examine(Source(site=SITE, parse=careful), Page(b"<html></html>")) == Verdict()


@pytest.mark.pure
def test_every_kind_of_change_is_made() -> None:
    html = Page(b'<html><script type="application/ld+json">{"a": [{"b": 1}]}</script><p class="x" data-y="1">4.5 out of 5</p></html>')
    feed = Page(b'<?xml version="1.0"?><rss><channel><item><title>x</title></item></channel></rss>')
    table = Page(b"Date received,Product,Complaint ID\n2026-01-01,Card,1\n")
    made = [mutant for page in (html, feed, table) for mutant in mutants(page)]
    assert {mutant.kind for mutant in made} == set(KINDS)
    assert all(mutant.page.body not in {html.body, feed.body, table.body} for mutant in made)


@pytest.mark.pure
def test_the_last_review_of_a_page_that_was_cut_is_set_aside() -> None:
    from crawlers.reading import read

    cut = Page(PAGE.body[: PAGE.body.index(b"Blocked 7") + 4], url=PAGE.url, at=AT)
    reading = read(Source(site=SITE, parse=careful), cut)
    assert [post.ref for post in reading.posts] == [f"review-{n}" for n in range(7)]
    assert [(one.ref, one.field) for one in reading.rejected] == [("review-7", "text")]


@pytest.mark.pure
def test_the_last_review_of_a_cut_page_is_set_aside_also_when_reading_fails_behind_it() -> None:
    from crawlers.reading import read

    def reads_on(page: Page) -> SaidBy:
        yield from careful(page)
        raise KeyError("the pager is behind the cut")

    cut = Page(PAGE.body[: PAGE.body.index(b"Blocked 7") + 4], url=PAGE.url, at=AT)
    reading = read(Source(site=SITE, parse=reads_on), cut)
    assert [post.ref for post in reading.posts] == [f"review-{n}" for n in range(7)]
    assert [one.field for one in reading.rejected] == ["page", "text"]
