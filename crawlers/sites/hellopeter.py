"""HelloPeter (South Africa): the site's public JSON of one business's reviews, newest first. It says that a firm replied, not what."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from crawlers.loose_json import dig
from crawlers.page import Announced, Ask, Broken, Follow, Kind, Page, RawPost, Rejection, SaidBy, Site
from crawlers.paging import with_query
from crawlers.reading import SHOWN, each
from crawlers.schema_reviews import has_markup

site = Site(
    key="hellopeter",
    name="HelloPeter",
    home="https://api.hellopeter.com",
    kind=Kind.REVIEW,
    access="the site's public JSON; the firm's handle is the slug of its page",
    proof="described",
    languages=("en",),
    never_says=("url", "reply_to", "edited", "followers"),
    expect=(1, 20_000),
    zone="Africa/Johannesburg",
    newest_first=True,
)


def start(ask: Ask) -> SaidBy:
    """The newest reviews of one business."""
    yield Follow(f"{ask.home}/consumer/business/{quote(ask.firm.handle(site.key), safe='')}/reviews?page=1")


def parse(page: Page) -> SaidBy:
    """One page of reviews. The site answers with status 202 and whole JSON; an unknown business is 404."""
    answer = page.json
    reviews = dig(answer, "data")
    if not isinstance(reviews, list) or not isinstance(dig(answer, "last_page"), int) or not all("review_content" in node for node in reviews):
        raise Broken(f"JSON without a page of reviews: {str(dig(answer, 'message') or '')[:SHOWN]}", "not this source")
    if isinstance(total := answer.get("total"), int):
        yield Announced(total)
    yield from each(reviews, _review)
    number = answer.get("current_page", 1)
    if reviews and page.url and number < answer["last_page"]:
        yield Follow(with_query(page.url, page=number + 1))


def _review(node: dict[str, Any]) -> SaidBy:
    ref, title, words = str(node["id"]), node.get("review_title"), node.get("review_content")
    facts = {"answered": bool(node["replied"]) if "replied" in node else None, "reference": node.get("permalink"),
             "category": node.get("industry_name"), "source_name": node.get("source")}  # fmt: skip
    yield RawPost(
        ref=ref, kind=Kind.REVIEW, title=title, text=words, markup=has_markup(f"{title} {words}"), author=node.get("authorDisplayName"),
        author_id=str(node["author_id"]) if node.get("author_id") else None, rating=node["review_rating"], worst=1, best=5,
        published=node.get("created_at"), engagement={"reviews": node.get("author_total_reviews_count")},
        facts={name: value for name, value in facts.items() if value is not None}, firm=node.get("business_name"),
    )  # fmt: skip
    if messages := node.get("messages"):
        yield Rejection(reason="a reply in a layout that is not known", field="reply", seen=str(messages)[:SHOWN], ref=ref)
