"""Threads: replies, mentions and keyword search of the official API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from crawlers.graph import TOKEN, answer, further, look_ups, looked_up
from crawlers.loose_json import dig
from crawlers.page import Ask, Broken, Follow, Kind, Ownership, Page, RawPost, SaidBy, Site
from crawlers.reading import each

site = Site(
    key="threads", name="Threads", home="https://graph.threads.net", kind=Kind.POST,
    access="official API: make an app at developers.facebook.com with access to Threads, let the firm's account consent to it, and give its token as "
           "THREADS_TOKEN; the handle is the account's number, or `me`, and words or hashtags (`#bankfail`) to search for, with commas between",
    terms="https://developers.facebook.com/terms/", delay=1, ownership=Ownership.OWNED, whole=False, revisits=True, hashtags=True,
    never_says=("rating", "followers", "title"),
    needs=("THREADS_TOKEN",),
)  # fmt: skip
SECRET = "THREADS_TOKEN"  # noqa: S105  (a secret's name)
FIELDS = "id,text,timestamp,username,permalink,shortcode,media_type,has_replies,root_post,replied_to,is_reply,hide_status"


def start(ask: Ask) -> SaidBy:
    """Posts that mention the account (its number, or `me`); the newest posts with each word or topic tag beside it."""
    for said in filter(None, map(str.strip, ask.firm.handle(site.key).split(","))):
        edge = f"{said}/mentions?"
        if not said.isdecimal() and said != "me":
            mode = "TAG" if said.startswith("#") else "KEYWORD"
            edge = f"keyword_search?q={quote(said.removeprefix('#'))}&search_type=RECENT&search_mode={mode}&"
        yield Follow(f"{ask.home}/v1.0/{edge}fields={FIELDS}&limit=100&{TOKEN}=", secrets={TOKEN: SECRET})
    yield from look_ups(ask, "v1.0", SECRET)


def parse(page: Page) -> SaidBy:
    """A list of posts, or one."""
    if "asked" in page.meta:
        yield from looked_up(page)
        return
    tree = answer(page)
    if "data" not in tree and "id" not in tree:
        raise Broken("neither data nor a post", "not this source")
    yield from each(tree.get("data", [tree]), _post)
    yield from further(page, tree, SECRET)


def _post(item: Mapping[str, Any]) -> SaidBy:
    """One post; a repost says nothing of its own. A hushed or hidden reply is still public on its author's page."""
    if item.get("media_type") == "REPOST_FACADE":
        return
    name, code, status = item.get("username"), item.get("shortcode"), item.get("hide_status")
    answered = dig(item, "replied_to", "id")
    yield RawPost(
        ref=item["id"], url=item.get("permalink") or (f"https://www.threads.net/t/{code}" if code else None), text=item.get("text") or "",
        kind=Kind.REPLY if answered else Kind.POST, author_handle=name, author_url=f"https://www.threads.net/@{name}" if name else None,
        published=item.get("timestamp"), reply_to=answered, thread=dig(item, "root_post", "id"),
        media=[item["media_url"]] if item.get("media_url") else [], facts={"visibility": status} if status else {},
    )  # fmt: skip
