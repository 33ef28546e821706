"""ProductReview.com.au: the answers of the site's own JSON service, with the comments below each review."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from crawlers.loose_json import dig
from crawlers.page import Announced, Ask, Broken, Follow, Kind, Page, RawPost, Role, SaidBy, Site
from crawlers.paging import with_query
from crawlers.reading import each

site = Site(
    key="productreview",
    name="ProductReview.com.au",
    home="https://api.productreview.com.au",
    kind=Kind.REVIEW,
    access="the site's public JSON; the firm's handle is the slug of its listing",
    terms="https://www.productreview.com.au/i/terms-of-use",
    languages=("en",),
    never_says=("followers", "hashtags", "mentions"),
    zone="Australia/Sydney",
    newest_first=True,
)
WEB = "https://www.productreview.com.au"


def start(ask: Ask) -> SaidBy:
    """The newest reviews of one listing."""
    slug = quote(ask.firm.handle(site.key), safe="")
    yield Follow(f"{ask.home}/api/au/listings/{slug}/reviews?sort=firstPublishedAt&order=DESC&page=1")


def parse(page: Page) -> SaidBy:
    """One page of a listing's reviews; the answer names no next page, but says how many there are."""
    reviews = dig(page.json, "collection")
    if not isinstance(reviews, list):
        raise Broken("JSON without a collection: no list of reviews", "not this source")
    paging = dig(page.json, "paging") or {}
    if isinstance(total := paging.get("totalItemCount"), int):
        yield Announced(total)
    yield from each(reviews, _review)
    number = paging.get("currentPage", 1)
    if reviews and page.url and number < paging.get("totalPageCount", 1):
        yield Follow(with_query(page.url, page=number + 1))


def _review(node: dict[str, Any]) -> SaidBy:
    ref, person, entry = node["id"], node.get("author") or {}, dig(node, "subject", "entry") or {}
    facts = {
        "verified_purchase": node.get("hasVerifiedPurchase"), "invited": node.get("wasSolicitedByBrand"), "item": entry.get("name"),
        "status": node.get("approvalStatus"), "resolved": node.get("isMediationCompleted"), "tags": node.get("tags") or None,
    }  # fmt: skip
    yield RawPost(
        ref=ref, url=f"{WEB}/reviews/{ref}", kind=Kind.REVIEW, title=node.get("title"), text=node.get("body"), **_author(person),
        rating=node.get("rating"), worst=1, best=5, published=node.get("firstPublishedAt") or node.get("submittedAt"), edited=_edited(node),
        engagement={"likes": node.get("numberOfLikes"), "reviews": dig(person, "statistics", "numberOfReviews")},
        facts={name: value for name, value in facts.items() if value is not None}, firm=dig(entry, "brand", "name") or entry.get("name"),
    )  # fmt: skip
    for comment in node.get("comments") or ():
        by = dig(comment, "author", "context", "role") or ""
        yield RawPost(
            ref=comment["id"], within=ref, reply_to=ref, kind=Kind.REPLY, text=comment.get("body"), url=f"{WEB}/reviews/{ref}",
            role=Role.FIRM if by and by != "consumer" else Role.OTHER, published=comment.get("firstPublishedAt"),
            **_author(comment.get("author") or {}),
        )  # fmt: skip


def _author(person: dict[str, Any]) -> dict[str, Any]:
    known = person.get("id") if dig(person, "context", "role") == "consumer" else None
    return {
        "author": person.get("displayName"), "author_id": person.get("id"), "author_url": known and f"{WEB}/consumer-profiles/{known}",
        "author_place": person.get("locationName") or person.get("legacyLocationName"),
    }  # fmt: skip


def _edited(node: dict[str, Any]) -> str | None:
    """`modifiedAt` is set by publishing too; only a later moment is an edit."""
    modified, published = node.get("modifiedAt"), node.get("firstPublishedAt")
    return modified if modified and published and modified > published else None
