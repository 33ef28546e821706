"""Google Maps: reviews and the firm's replies by the Business Profile API (own locations), and from saved answers of the map itself."""

from __future__ import annotations

import re
from typing import Any

from crawlers.loose_json import decode, dig
from crawlers.page import Announced, Ask, Broken, Follow, Kind, Page, RawPost, Role, SaidBy, Site
from crawlers.paging import with_query
from crawlers.reading import each

site = Site(
    key="google_maps",
    name="Google Maps",
    home="https://mybusiness.googleapis.com",
    kind=Kind.REVIEW,
    access="official Business Profile API for own locations; saved answers of the map",
    terms="https://developers.google.com/my-business/content/policies",
    delay=1,
    never_says=("title", "followers", "helpful"),
    needs=("GOOGLE_BUSINESS_TOKEN",),
)
TOKEN = {"Authorization": "GOOGLE_BUSINESS_TOKEN"}
STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
GUARD = re.compile(rb"^\s*\)\]\}'[^\[{]*")


def start(ask: Ask) -> SaidBy:
    """The reviews of one own location: the firm's handle is `accounts/…/locations/…`."""
    yield Follow(f"{ask.home}/v4/{ask.firm.handle(site.key)}/reviews?pageSize=50&orderBy=updateTime%20desc", secrets=TOKEN)


def parse(page: Page) -> SaidBy:
    """An answer of the API, a saved `listugcposts` answer or one of its entries, or the payload of a place."""
    try:
        tree = decode(GUARD.sub(b"", page.body))
    except ValueError as error:
        raise Broken(f"no JSON: {error}", "not this source") from None
    if isinstance(tree, dict):
        yield from _answer(tree, page)
        return
    entries = _entries(tree)
    if entries is None:
        raise Broken("a JSON list without reviews where Google Maps keeps them")
    name = dig(tree, 6, 11)
    yield from each(entries, lambda entry: _review(entry, name if isinstance(name, str) else None))
    if isinstance(token := dig(tree, 1), str) and dig(tree, 0) is None:
        yield Follow("https://www.google.com/maps/rpc/listugcposts", token=token)


def _entries(tree: Any) -> list[Any] | None:
    """The list of reviews, wherever this answer has it; None where it is none of the known ones."""
    if isinstance(found := dig(tree, 6, 175, 9, 0, 0), list):
        return [entry[0] for entry in found]
    if isinstance(found := dig(tree, 6, 52, 0), list):
        return found
    if dig(tree, 0) is None and isinstance(found := dig(tree, 2), list | None) and len(tree) >= 2:
        return [entry[0] for entry in found or ()]
    if isinstance(dig(tree, 0, 0, 0), str) and isinstance(dig(tree, 0, 0, 1), list):
        return [entry[0] for entry in tree]
    return None


def _review(node: list[Any], name: str | None) -> SaidBy:
    """One review in its author's words; a translation stands beside them, and "2 months ago" is in the reader's language."""
    if not isinstance(node[0], str):
        yield _flat_review(node, name)
        return
    ref, about, said = node[0], node[1], dig(node, 2)
    person, older = dig(about, 4, 5), dig(about, 4, 0)
    published, edited = dig(about, 2), dig(about, 3)
    counted = re.search(r"(\d[\d.,]*)\s+review", dig(person, 10, 0) or dig(older, 12, 0) or "")
    yield RawPost(
        ref=ref, url=dig(node, 4, 3, 0), kind=Kind.REVIEW, text=dig(said, 15, 0, 0) or dig(said, 1, 0) or "",
        lang=dig(said, 14, 0) or dig(said, 1, 1), author=dig(person, 0) or dig(older, 4), author_id=dig(person, 3) or dig(about, 11),
        author_url=dig(person, 2, 0) or dig(older, 5), rating=dig(said, 0, 0) or dig(said, 8, 1), worst=1, best=dig(about, 13, 4) or 5,
        published=_milliseconds(published), edited=_milliseconds(edited) if edited != published else None,
        engagement={"reviews": counted[1] if counted else None}, firm=name,
        facts={"source_name": provider} if (provider := dig(about, 13, 0)) else {},
    )  # fmt: skip
    if reply := dig(node, 3, 14, 0, 0):
        yield RawPost(
            ref=f"{ref}/reply",
            within=ref,
            reply_to=ref,
            kind=Kind.REPLY,
            text=reply,
            role=Role.FIRM,
            author=name,
            published=_milliseconds(dig(node, 3, 1)),
        )


def _flat_review(node: list[Any], name: str | None) -> RawPost:
    """The shape until 2023, which says only when a review was last edited."""
    return RawPost(
        ref=node[10], kind=Kind.REVIEW, text=node[3] or "", author=dig(node, 0, 1), author_url=dig(node, 0, 0), author_id=dig(node, 6),
        rating=node[4], worst=1, best=5, edited=dig(node, 27), firm=name,
    )  # fmt: skip


def _milliseconds(micro: Any) -> int | None:
    return micro // 1000 if isinstance(micro, int) else None


def _answer(tree: dict[str, Any], page: Page) -> SaidBy:
    if "error" in tree:
        raise Broken(f"Google answers {dig(tree, 'error', 'message')}", "error answer")
    if tree and "reviews" not in tree:
        raise Broken("JSON without reviews", "not this source")
    if isinstance(total := tree.get("totalReviewCount"), int):
        yield Announced(total)
    yield from each(tree.get("reviews") or (), _profile_review)
    if token := tree.get("nextPageToken"):
        yield Follow(with_query(page.url, pageToken=token), secrets=TOKEN)


def _profile_review(node: dict[str, Any]) -> SaidBy:
    """A review of the Business Profile API. A translation that Google put before the original is left out."""
    ref, edited, anonymous = node["reviewId"], node.get("updateTime"), dig(node, "reviewer", "isAnonymous")
    yield RawPost(
        ref=ref, kind=Kind.REVIEW, text=_original(node.get("comment")), author=None if anonymous else dig(node, "reviewer", "displayName"),
        rating=STARS.get(node.get("starRating", "")), worst=1, best=5, published=node.get("createTime"),
        edited=edited if edited != node.get("createTime") else None,
    )  # fmt: skip
    if reply := node.get("reviewReply"):
        yield RawPost(
            ref=f"{ref}/reply", within=ref, reply_to=ref, kind=Kind.REPLY, text=_original(reply.get("comment")), role=Role.FIRM,
            published=reply.get("updateTime"),
        )  # fmt: skip


def _original(text: str | None) -> str:
    """What follows the mark `(Original)`, or stands before `(Translated by Google)`: the words as they were written."""
    text = text or ""
    before, mark, after = text.partition("(Original)")
    return after.strip() if mark else before.partition("(Translated by Google)")[0].strip() if not text.startswith("(Translated") else text
