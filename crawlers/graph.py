"""What the Graph APIs of Facebook, Instagram and Threads share: lists with cursors, errors, webhook payloads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from crawlers.loose_json import dig
from crawlers.page import Ask, Broken, Follow, Page, Rejection
from crawlers.paging import with_query

LOOKED_UP = 50
"""Held posts that one crawl looks up: each is a call of its own, and calls are counted by the hour."""
NO_SUCH = (100, 33)
"""Code and subcode of "Object with ID … does not exist, cannot be loaded due to missing permissions"."""
TOKEN = "access_token"  # noqa: S105  (a parameter's name)


def answer(page: Page) -> Mapping[str, Any]:
    """The object of an answer; raises Broken with the API's own words for an error."""
    tree = page.json
    if not isinstance(tree, dict):
        raise Broken("no object: not an answer of the Graph API", "not this source")
    if error := tree.get("error"):
        raise Broken(f"error {dig(error, 'code')}: {str(dig(error, 'message'))[:200]}", "error answer")
    return tree


def further(page: Page, tree: Mapping[str, Any], secret: str) -> Iterator[Follow]:
    """The request for the next page: the address that the API gives, else its `after` cursor; the token is filled in at the socket."""
    if not tree.get("data"):
        return
    secrets = {TOKEN: secret}
    after = dig(tree, "paging", "cursors", "after")
    if address := dig(tree, "paging", "next"):
        yield Follow(with_query(address, **{TOKEN: ""}), token=after, secrets=secrets)
    elif after:
        yield Follow(with_query(page.url, after=after, **{TOKEN: ""}) if page.url else after, token=after, secrets=secrets)


def look_ups(ask: Ask, version: str, secret: str) -> Iterator[Follow]:
    """One request for each of the newest held posts, whether it is still there. What has no number of the API's (a webhook's story) is left out."""
    for ref in ask.held[-LOOKED_UP:]:
        if re.fullmatch(r"\d+(_\d+)?", ref):
            yield Follow(f"{ask.home}/{version}/{ref}?fields=id&{TOKEN}=", False, secrets={TOKEN: secret}, meta={"asked": [ref]})


def looked_up(page: Page) -> Iterator[Rejection]:
    """A note on a held post that its look-up does not find (code 100, subcode 33); nothing of one that is there. Other errors raise Broken.

    The API says the same of a post that was deleted, of one that is hidden, and of one that the token may not see. Which of them
    it is cannot be told, so the post keeps no mark; a `remove` of the webhooks gives one.
    """
    tree = page.json
    if dig(tree, "error", "code") == NO_SUCH[0] and dig(tree, "error", "error_subcode") == NO_SUCH[1]:
        reason = "looked up again and not shown: deleted, hidden or not allowed, which the API does not tell; it keeps no mark"
        yield from (Rejection(reason=reason, field="gone", ref=ref) for ref in page.meta["asked"])
        return
    answer(page)


def changes(tree: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Each change of a webhook payload with the entry (page, time) that it came in."""
    for entry in tree.get("entry") or ():
        for change in entry.get("changes") or ():
            yield entry, change
