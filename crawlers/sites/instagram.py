"""Instagram for professional accounts: comments, mentions and tags of the Graph API, hashtag search, webhook payloads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crawlers.graph import TOKEN, answer, changes, further, look_ups, looked_up
from crawlers.page import Ask, Broken, Follow, Kind, Ownership, Page, RawPost, Role, SaidBy, Site
from crawlers.reading import each

site = Site(
    key="instagram", name="Instagram", home="https://graph.facebook.com", kind=Kind.POST,
    access="Graph API: make an app at developers.facebook.com, let the firm's professional account consent to it, and give its token as "
           "INSTAGRAM_TOKEN; webhooks at `/hooks/instagram` of `plaint serve --public`; the handle is the account's number", delay=1, delivers=True,
    terms="https://developers.facebook.com/terms/", ownership=Ownership.OWNED, whole=False, revisits=True,
    never_says=("rating", "followers", "title"),
    needs=("INSTAGRAM_TOKEN",),
)  # fmt: skip
SECRET = "INSTAGRAM_TOKEN"  # noqa: S105  (a secret's name)
FIELDS = "id,caption,timestamp,username,permalink,media_type,like_count,comments_count"


def start(ask: Ask) -> SaidBy:
    """Media in which the account was tagged, and its own media with their comments."""
    account = ask.firm.handle(site.key)
    comments = "comments{id,text,timestamp,username,like_count,replies{id,text,timestamp,username}}"
    for edge in (f"tags?fields={FIELDS}", f"media?fields={FIELDS},{comments}"):
        yield Follow(f"{ask.home}/v21.0/{account}/{edge}&limit=50&{TOKEN}=", secrets={TOKEN: SECRET})
    yield from look_ups(ask, "v21.0", SECRET)


def parse(page: Page) -> SaidBy:
    """An edge (`data`), one mentioned comment or medium, or a webhook payload."""
    if "asked" in page.meta:
        yield from looked_up(page)
        return
    tree = answer(page)
    if "entry" in tree:
        yield from each(changes(tree), lambda pair: _change(*pair))
    elif "data" in tree:
        media = re.search(r"/(\d+)/(?:comments|replies)", page.url)
        yield from each(tree["data"], lambda item: _item(item, under=media[1] if media else None))
        yield from further(page, tree, SECRET)
    elif named := next((tree[name] for name in ("mentioned_comment", "mentioned_media") if name in tree), None):
        yield from each([named], _item)
    else:
        raise Broken("neither data nor a mention nor a webhook's entry", "not this source")


def _item(item: Mapping[str, Any], under: str | None = None, within: str | None = None) -> SaidBy:
    """A medium (`media_type`) or a comment (`text`); hashtag search says neither who nor what unless asked."""
    is_comment = "text" in item and "media_type" not in item
    text = item.get("text") or item.get("caption") or ""
    yield RawPost(
        ref=item["id"], url=item.get("permalink"), within=within, text=text, kind=Kind.COMMENT if is_comment else Kind.POST,
        author_handle=item.get("username"), author_url=f"https://www.instagram.com/{item['username']}/" if item.get("username") else None,
        published=item.get("timestamp"), reply_to=item.get("parent_id") or within or (under if is_comment else None), thread=under,
        media=[item["media_url"]] if item.get("media_url") else [],
        engagement={"likes": item.get("like_count"), "replies": item.get("comments_count")},
        facts={"item_kind": item["media_type"]} if "media_type" in item else {},
    )  # fmt: skip
    for edge in ("comments", "replies"):
        for answered in (item.get(edge) or {}).get("data") or ():
            yield from _item(answered, under=under or item["id"], within=item["id"])


def _change(entry: Mapping[str, Any], change: Mapping[str, Any]) -> SaidBy:
    """A comment with its text; or a mention, which gives only an id: its words come from `mentioned_comment`."""
    value, person = change["value"], change["value"].get("from") or {}
    media = (value.get("media") or {}).get("id") or value.get("media_id")
    yield RawPost(
        ref=value.get("id") or value.get("comment_id") or value["media_id"], text=value.get("text") or "", kind=Kind.COMMENT,
        author_handle=person.get("username"), author_id=person.get("id"), published=entry.get("time") if value.get("text") else None,
        reply_to=value.get("parent_id") or media, thread=media, facts={} if value.get("text") else {"status": str(change.get("field"))},
        role=Role.FIRM if person.get("id") == entry.get("id") and person else Role.CUSTOMER,
    )  # fmt: skip
