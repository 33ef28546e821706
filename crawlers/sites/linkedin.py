"""LinkedIn: comments on an organisation's posts and the answers to them, by the Community Management API (`socialActions`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from crawlers.loose_json import dig
from crawlers.page import Announced, Ask, Broken, Follow, Kind, Ownership, Page, RawPost, SaidBy, Site
from crawlers.paging import with_query
from crawlers.reading import each

site = Site(
    key="linkedin", name="LinkedIn", home="https://api.linkedin.com", kind=Kind.COMMENT,
    access="official API for the firm's own page: make an app at developer.linkedin.com with access to the page's comments; "
           "LINKEDIN_AUTHORIZATION is `Bearer` and the token of an administrator; the handle is the URN of a post",
    terms="https://www.linkedin.com/legal/l/api-terms-of-use", delay=1, ownership=Ownership.OWNED, proof="recorded",
    never_says=("rating", "followers", "title", "lang"), needs=("LINKEDIN_AUTHORIZATION",),
)  # fmt: skip
SECRETS = {"Authorization": "LINKEDIN_AUTHORIZATION"}
HEADERS = {"Linkedin-Version": "202604", "X-Restli-Protocol-Version": "2.0.0"}
COUNT = 100


def start(ask: Ask) -> SaidBy:
    """The comments on one post of the organisation."""
    urn = quote(ask.firm.handle(site.key), safe="")
    yield Follow(f"{ask.home}/v2/socialActions/{urn}/comments?start=0&count={COUNT}", headers=HEADERS, secrets=SECRETS)


def parse(page: Page) -> SaidBy:
    """A list of comments (`elements`), or the answer to one that was written."""
    tree = page.json
    elements = tree.get("elements", [tree] if "message" in tree and "actor" in tree else None)
    if elements is None:
        raise Broken(f"no comments: {tree.get('message') or ', '.join(sorted(tree)[:6])}", "error answer")
    are_answers = "urn%3Ali%3Acomment" in page.url
    if isinstance(total := dig(tree, "paging", "total"), int) and not are_answers:
        yield Announced(total)
    yield from each(elements, _comment)
    begin, count = dig(tree, "paging", "start") or 0, dig(tree, "paging", "count") or COUNT
    if elements and isinstance(total, int) and begin + count < total:
        yield Follow(with_query(page.url, start=begin + count), token=str(begin + count), headers=HEADERS, secrets=SECRETS)
    for item in elements if "elements" in tree and not are_answers else ():
        if (urn := dig(item, "$URN") or dig(item, "commentUrn")) and dig(item, "commentsSummary", "aggregatedTotalComments"):
            address = f"{page.url.partition('/v2/')[0] or site.home}/v2/socialActions/{quote(urn, safe='')}/comments?start=0&count={COUNT}"
            yield Follow(address, False, headers=HEADERS, secrets=SECRETS)


def _comment(item: Mapping[str, Any]) -> SaidBy:
    """One comment; its author is a URN and no name; times are epoch milliseconds. The URN of a comment ends in its number."""
    made, changed = dig(item, "created", "time"), dig(item, "lastModified", "time")
    parent = re.search(r"(\d+)\)?$", item.get("parentComment") or "")
    yield RawPost(
        ref=str(item["id"]), text=dig(item, "message", "text") or "", kind=Kind.COMMENT, author_id=item["actor"], author_handle=item["actor"],
        published=made, edited=changed if changed != made else None, reply_to=parent[1] if parent else item.get("object"),
        thread=item.get("object"), engagement={"likes": dig(item, "likesSummary", "aggregatedTotalLikes")},
        url=f"https://www.linkedin.com/feed/update/{item['object']}" if item.get("object") else None,
    )  # fmt: skip
