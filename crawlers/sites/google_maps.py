"""Google Maps: reviews and the firm's replies from saved answers of the map. Own locations are read by `google_business`."""

from __future__ import annotations

import re
from typing import Any

from crawlers.loose_json import decode, dig
from crawlers.page import Broken, Follow, Kind, Page, RawPost, Role, SaidBy, Site
from crawlers.reading import each

site = Site(
    key="google_maps",
    name="Google Maps",
    home="https://www.google.com",
    kind=Kind.REVIEW,
    access="saved answers of the map; for own locations google_business is the official way",
    never_says=("title", "followers", "helpful"),
    live=False,
)
GUARD = re.compile(rb"^\s*\)\]\}'[^\[{]*")


def parse(page: Page) -> SaidBy:
    """A saved `listugcposts` answer or one of its entries, or the payload of a place."""
    try:
        tree = decode(GUARD.sub(b"", page.body))
    except ValueError as error:
        raise Broken(f"no JSON: {error}", "not this source") from None
    entries = _entries(tree) if isinstance(tree, list) else None
    if entries is None:
        raise Broken("no JSON list with reviews where Google Maps keeps them", "layout changed" if isinstance(tree, list) else "not this source")
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
