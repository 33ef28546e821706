"""Reviews.io (before: Reviews.co.uk): published reviews of a store and of its products by the site's public JSON."""

from __future__ import annotations

from html import unescape
from typing import Any
from urllib.parse import quote

from crawlers.loose_json import dig
from crawlers.page import Announced, Ask, Broken, Follow, Kind, Page, RawPost, Rejection, SaidBy, Site
from crawlers.paging import query_value, with_query
from crawlers.reading import SHOWN, each
from crawlers.schema_reviews import has_markup

site = Site(
    key="reviewsio",
    name="Reviews.io",
    home="https://api.reviews.io",
    kind=Kind.REVIEW,
    access="public JSON, no key for published reviews; the firm's handle is its store name",
    proof="described",
    languages=("en",),
    delay=2,
    never_says=("url", "reply_to", "edited", "followers", "author_id"),
    expect=(1, 50_000),
)


def start(ask: Ask) -> SaidBy:
    """All reviews of one store. Some callers count pages from 0, some from 1, so 0 is asked first."""
    yield Follow(f"{ask.home}/merchant/reviews?store={quote(ask.firm.handle(site.key), safe='')}&per_page=100&page=0")


def parse(page: Page) -> SaidBy:
    """One page of a store's or of a product's reviews; an empty one is the end. Where pages begin with 1, page 1 is page 0 again."""
    reviews = dig(page.json, "reviews", "data") if isinstance(dig(page.json, "reviews"), dict) else dig(page.json, "reviews")
    if (
        not isinstance(reviews, list)
        or not all(isinstance(node, dict) and _name_of_id(node) for node in reviews)
        or not (reviews or "stats" in page.json)
    ):
        raise Broken(f"JSON without reviews of a store: {str(dig(page.json, 'message') or '')[:SHOWN]}", "not this source")
    if isinstance(total := dig(page.json, "stats", "total_reviews"), int):
        yield Announced(total)
    number, ids = int(query_value(page.url, "page") or 0), [str(node[_name_of_id(node)]) for node in reviews]
    is_page_0 = number == 1 and bool(ids) and page.meta.get("ids") == ids
    if not is_page_0:
        yield from each(reviews, _review)
    if reviews and page.url:
        yield Follow(with_query(page.url, page=number + 1), next=not is_page_0, meta={"ids": ids})


def _name_of_id(node: dict[str, Any]) -> str | None:
    return next((name for name in ("store_review_id", "product_review_id") if node.get(name)), None)


def _review(node: dict[str, Any]) -> SaidBy:
    """A review. Its date has no zone, so it is a day. Names are escaped twice. How a reply looks is not known."""
    name = _name_of_id(node) or ""
    ref, person, words = str(node[name]), node.get("reviewer") or {}, node["comments" if name == "store_review_id" else "review"]
    author = " ".join(part for part in (person.get("first_name"), person.get("last_name")) if part)
    tags = [dig(tag, "tag") for tag in node.get("tags") or ()]
    facts = {
        "verified_purchase": {"yes": True, "no": False}.get(str(person.get("verified_buyer"))), "tags": [tag for tag in tags if tag] or None,
        "item_kind": "product" if name == "product_review_id" else None, "item": node.get("product_name"),
    }  # fmt: skip
    yield RawPost(
        ref=ref if name == "store_review_id" else f"product-{ref}", kind=Kind.REVIEW, title=node.get("title"), text=words,
        markup=has_markup(f"{node.get('title')} {words}"), author=unescape(unescape(author)) or None, rating=node["rating"], worst=1, best=5,
        published=str(node.get("date_created") or "")[:10], facts={name: value for name, value in facts.items() if value is not None},
    )  # fmt: skip
    if replies := node.get("replies"):
        yield Rejection(reason="a reply in a layout that is not known", field="reply", seen=str(replies)[:SHOWN], ref=ref)
