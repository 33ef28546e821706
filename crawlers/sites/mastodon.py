"""Mastodon: hashtag timelines, search, notifications and threads of one server's API; also Pleroma and others that speak it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from crawlers.loose_json import dig
from crawlers.page import Ask, Broken, Follow, Kind, Page, RawPost, SaidBy, Site
from crawlers.reading import each

site = Site(
    key="mastodon", name="Mastodon", home="https://mastodon.social", kind=Kind.POST,
    access="the server's public API; the firm's handle is SERVER#TAG, or #TAG on the server of the settings", proof="recorded",
    terms="https://docs.joinmastodon.org/api/guidelines/", delay=1, never_says=("rating",),
)  # fmt: skip
SHOWN_TO_ALL = {"public", "unlisted"}


def start(ask: Ask) -> SaidBy:
    """The firm's hashtag on its server, newest first."""
    server, _, tag = ask.firm.handle(site.key).rpartition("#")
    home = f"https://{server}" if server and ask.home == site.home else ask.home
    yield Follow(f"{home}/api/v1/timelines/tag/{quote(tag)}?limit=40")


def parse(page: Page) -> SaidBy:
    """A timeline (a list), one status, a thread (`ancestors`, `descendants`), search results or notifications."""
    tree = page.json
    if isinstance(tree, dict) and "error" in tree:
        raise Broken(f"the server says: {str(tree['error'])[:200]}", "error answer")
    if isinstance(tree, dict):
        parts = [tree.get("ancestors"), tree.get("descendants"), tree.get("statuses"), [tree] if "content" in tree else None]
        if not any(part is not None for part in parts):
            raise Broken("neither a status nor a list of them", "not this source")
        statuses = [status for part in parts for status in part or ()]
    else:
        statuses = [item["status"] if "account" in item and item.get("status") else item for item in tree]
    thread = dig(tree, "ancestors", 0, "id") if isinstance(tree, dict) else None
    if found := re.search(r"/statuses/(\w+)/context", page.url):
        thread = thread or found[1]
    yield from each([s for s in statuses if "content" in s], lambda status: _status(status, thread))
    link = re.search(r'<([^>]+)>\s*;\s*rel="?next"?', page.headers.get("link", ""))
    if link and statuses:
        yield Follow(link[1])


def _status(status: Mapping[str, Any], thread: str | None) -> SaidBy:
    """A status. A boost carries the original inside; what is not public is marked so that intake can tell."""
    account, original = status["account"], status.get("reblog")
    shown = original or status
    warning = shown.get("spoiler_text") or None
    facts = {} if status.get("visibility") in SHOWN_TO_ALL else {"visibility": status.get("visibility")}
    yield RawPost(
        ref=status["id"], url=status.get("url") or status.get("uri"), text=shown["content"], markup=True, title=warning,
        kind=Kind.REPLY if status.get("in_reply_to_id") else Kind.POST, lang=status.get("language"),
        author=account.get("display_name") or account.get("username"), author_handle=account.get("acct"), author_id=account.get("id"),
        author_url=account.get("url"), followers=account.get("followers_count"), published=status["created_at"], edited=status.get("edited_at"),
        reply_to=status.get("in_reply_to_id"), thread=thread,
        hashtags=[tag["name"] for tag in status.get("tags") or ()], mentions=[who["acct"] for who in status.get("mentions") or ()],
        media=[url for item in status.get("media_attachments") or () if (url := item.get("url"))],
        links=[card] if (card := dig(status, "card", "url")) else [],
        engagement={"replies": status.get("replies_count"), "shares": status.get("reblogs_count"), "likes": status.get("favourites_count")},
        facts=facts,
    )  # fmt: skip
    if original:
        yield from (replace(said, within=status["id"]) for said in _status(original, None) if isinstance(said, RawPost))
