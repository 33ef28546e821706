"""Feefo: published reviews of a merchant's service and products by the official API, with the whole thread below each."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from crawlers.loose_json import dig
from crawlers.page import Announced, Ask, Broken, Follow, Kind, Page, RawPost, Rejection, Role, SaidBy, Site
from crawlers.paging import with_query
from crawlers.reading import SHOWN, each, key_of
from crawlers.schema_reviews import has_markup

site = Site(
    key="feefo",
    name="Feefo",
    home="https://api.feefo.com",
    kind=Kind.REVIEW,
    access="official API, open for published reviews; the firm's handle is its merchant identifier",
    proof="documented",
    delay=2,
    never_says=("followers", "hashtags", "author_id"),
    expect=(1, 50_000),
)
ROLES = {"MERCHANT_COMMENT": Role.FIRM, "CUSTOMER_COMMENT": Role.CUSTOMER}


def start(ask: Ask) -> SaidBy:
    """All reviews of one merchant: without `since_period` the API gives those of one year."""
    asked = {"merchant_identifier": ask.firm.handle(site.key), "page": 1, "page_size": 100, "since_period": "all", "full_thread": "include"}
    yield Follow(f"{ask.home}/api/20/reviews/all?{urlencode(asked)}")


def parse(page: Page) -> SaidBy:
    """One page of reviews; an item may hold a review of the service and several of products, each a post of one thread."""
    if reason := dig(page.json, "error"):
        raise Broken(f"Feefo answers {reason}", "error answer")
    items, meta = dig(page.json, "reviews"), dig(page.json, "summary", "meta") or {}
    if not isinstance(items, list) or not (meta or any(dig(item, "merchant") for item in items)):
        raise Broken("JSON without reviews of a merchant", "not this source")
    if isinstance(meta.get("count"), int):
        yield Announced(meta["count"])
    yield from each(items, _item)
    if items and page.url and meta.get("current_page", 1) < meta.get("pages", 1):
        yield Follow(with_query(page.url, page=meta.get("current_page", 1) + 1))


def _item(item: dict[str, Any]) -> SaidBy:
    parts = [part for part in (item.get("service"), *(item.get("products") or ())) if part]
    if not parts:
        yield Rejection(reason="neither a review of the service nor of a product", field="item", seen=str(item)[:SHOWN])
    thread = dig(parts, 0, "id") if len(parts) > 1 else None
    yield from each(parts, lambda part: _review(part, item, thread))


def _review(part: dict[str, Any], item: dict[str, Any], thread: str | None) -> SaidBy:
    ref, person, rating, words = str(part["id"]), item.get("customer") or {}, part.get("rating") or {}, part["review"]
    if part.get("moderation_status", "PUBLISHED") != "PUBLISHED":
        yield Rejection(reason="not published", field="status", seen=part["moderation_status"], ref=ref)
        return
    answers = part.get("thread") or ()
    changes = [answer for answer in answers if answer.get("type") not in ROLES]
    facts = {"item": dig(part, "product", "title"), "tags": item.get("tags") or None, "edit_history": changes or None}
    yield RawPost(
        ref=ref, url=item.get("url"), kind=Kind.REVIEW, title=part.get("title"), text=words, markup=has_markup(f"{part.get('title')} {words}"),
        author=person.get("display_name"), author_place=person.get("display_location"), thread=thread, firm=dig(item, "merchant", "identifier"),
        rating=rating.get("rating"), worst=rating.get("min"), best=rating.get("max"), published=part.get("created_at"),
        engagement={"helpful": part.get("helpful_votes")}, facts={name: value for name, value in facts.items() if value},
    )  # fmt: skip
    for answer in answers:
        if answer.get("type") in ROLES:
            yield RawPost(
                ref=f"{ref}/{key_of(answer['type'], answer['created_at'])}", within=ref, reply_to=ref, thread=thread, kind=Kind.REPLY,
                text=answer.get("comment"), markup=has_markup(answer.get("comment") or ""), role=ROLES[answer["type"]],
                author=answer.get("author"), published=answer["created_at"], url=item.get("url"),
            )  # fmt: skip
