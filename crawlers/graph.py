"""What the Graph APIs of Facebook, Instagram and Threads share: lists with cursors, errors, webhook payloads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crawlers.loose_json import dig
from crawlers.page import Broken, Follow, Page
from crawlers.paging import with_query

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


def changes(tree: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Each change of a webhook payload with the entry (page, time) that it came in."""
    for entry in tree.get("entry") or ():
        for change in entry.get("changes") or ():
            yield entry, change
