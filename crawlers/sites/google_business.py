"""Google Business Profile: all reviews of the firm's own locations, and its replies, by the official API (v4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crawlers.loose_json import dig
from crawlers.page import Announced, Ask, Broken, Follow, Kind, Ownership, Page, RawPost, Rejection, Role, SaidBy, Site
from crawlers.paging import with_query
from crawlers.reading import SHOWN, each

site = Site(
    key="google_business", name="Google Business Profile", home="https://mybusiness.googleapis.com", kind=Kind.REVIEW, proof="documented",
    access="Business Profile API for own, verified locations: ask Google for access to it, then give GOOGLE_BUSINESS_AUTHORIZATION as `Bearer` "
           "and an OAuth token with the scope business.manage; the firm's handle is accounts/NUMBER/locations/NUMBER, several with commas",
    terms="https://developers.google.com/my-business/content/policies", delay=1, ownership=Ownership.OWNED,
    never_says=("title", "followers", "engagement", "url", "lang", "author_id"), needs=("GOOGLE_BUSINESS_AUTHORIZATION",),
)  # fmt: skip
TOKEN = {"Authorization": "GOOGLE_BUSINESS_AUTHORIZATION"}
STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5, "STAR_RATING_UNSPECIFIED": None}
PUBLIC = frozenset({None, "REVIEW_REPLY_STATE_UNSPECIFIED", "STATE_UNSPECIFIED", "ACTIVE", "APPROVED"})
"""States of a reply that people can read; before April 2026 there was no state."""


def start(ask: Ask) -> SaidBy:
    """The reviews of each location."""
    for location in ask.firm.handle(site.key).split(","):
        yield Follow(f"{ask.home}/v4/{location.strip()}/reviews?pageSize=50", secrets=TOKEN)


def parse(page: Page) -> SaidBy:
    """A list of reviews, one review, or several locations' reviews (`locationReviews`, each with its location's name)."""
    tree = page.json
    if not isinstance(tree, dict):
        raise Broken("no object: not an answer of the Business Profile API", "not this source")
    if error := tree.get("error"):
        raise Broken(f"error {dig(error, 'code')}: {str(dig(error, 'message'))[:200]}", "error answer")
    nodes = [tree] if "reviewId" in tree else tree.get("reviews")
    if nodes is None and isinstance(several := tree.get("locationReviews"), list):
        nodes = [dig(one, "review") for one in several]
    if nodes is None and tree.keys() - {"averageRating", "totalReviewCount", "nextPageToken"}:
        raise Broken("an object without reviews", "not this source")
    if isinstance(total := tree.get("totalReviewCount"), int):
        yield Announced(total)
    yield from each(nodes or (), _review)
    if token := tree.get("nextPageToken"):
        yield Follow(with_query(page.url, pageToken=token) if page.url else token, token=token, secrets=TOKEN)


def _review(node: Mapping[str, Any]) -> SaidBy:
    """One review, and the reply when people can read it. A rejected one is told with the review; one that waits is not there yet."""
    ref, edited, stars, reply = node["reviewId"], node.get("updateTime"), node.get("starRating"), node.get("reviewReply")
    if stars is not None and stars not in STARS:
        yield Rejection(reason="stars in words that are not known", field="rating", seen=str(stars)[:SHOWN], ref=ref)
        return
    state = dig(reply, "reviewReplyState") or dig(reply, "state")
    refused = f"reply rejected: {_words(dig(reply, 'policyViolation'))}" if state == "REJECTED" else None
    pictures = [url for item in node.get("reviewMediaItems") or () for url in item.values() if isinstance(url, str) and url.startswith("https://")]
    yield RawPost(
        ref=ref, kind=Kind.REVIEW, text=original(node.get("comment")), rating=STARS[stars] if stars else None, worst=1, best=5,
        author=None if dig(node, "reviewer", "isAnonymous") else dig(node, "reviewer", "displayName"), published=node["createTime"],
        edited=edited if edited != node["createTime"] else None, media=pictures, facts={"status": refused} if refused else {},
    )  # fmt: skip
    if reply and state in PUBLIC:
        yield RawPost(
            ref=f"{ref}/reply", within=ref, reply_to=ref, kind=Kind.REPLY, text=original(reply["comment"]), role=Role.FIRM,
            published=reply.get("updateTime"),
        )  # fmt: skip
    elif reply and state not in {"PENDING", "REJECTED"}:
        yield Rejection(reason="a reply in a state that is not known", field="reply", seen=str(state)[:SHOWN], ref=f"{ref}/reply")


def _words(violation: Any) -> str:
    """Why a reply was rejected: the policy's own word, wherever in the answer it stands."""
    if isinstance(violation, dict):
        return ", ".join(str(value) for value in violation.values())
    return str(violation or "no reason given")


def original(text: str | None) -> str:
    """What follows the mark `(Original)`, or stands before `(Translated by Google)`: the words as they were written."""
    text = text or ""
    before, mark, after = text.partition("(Original)")
    return after.strip() if mark else before.partition("(Translated by Google)")[0].strip() if not text.startswith("(Translated") else text
