"""Facebook pages: feed, comments and recommendations of the Graph API (recommendations end with v22), and webhook payloads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from crawlers.graph import TOKEN, answer, changes, further, look_ups, looked_up
from crawlers.loose_json import dig
from crawlers.page import Announced, Ask, Broken, Follow, Gone, Kind, Ownership, Page, RawPost, Role, SaidBy, Site
from crawlers.reading import each, key_of

site = Site(
    key="facebook", name="Facebook pages", home="https://graph.facebook.com", kind=Kind.POST,
    access="Graph API: make an app at developers.facebook.com, give it pages_read_user_content for the firm's page, and give the page's token as "
           "FACEBOOK_PAGE_TOKEN; webhooks at `/hooks/facebook` of `plaint serve --public`; "
           "the firm's handle is the page's number",
    terms="https://developers.facebook.com/terms/", delay=1, delivers=True,
    ownership=Ownership.OWNED, whole=False, revisits=True, never_says=("followers", "hashtags"), needs=("FACEBOOK_PAGE_TOKEN",),
)  # fmt: skip
SECRET = "FACEBOOK_PAGE_TOKEN"  # noqa: S105  (a secret's name)
VERSION = "v21.0"
FIELDS = "id,message,created_time,updated_time,permalink_url,from,comments.limit(100){id,message,created_time,permalink_url,from,parent,like_count}"


def start(ask: Ask) -> SaidBy:
    """What was posted on the page and what it is tagged in, with comments."""
    page = ask.firm.handle(site.key)
    for edge in ("feed", "tagged"):
        yield Follow(f"{ask.home}/{VERSION}/{page}/{edge}?fields={FIELDS}&limit=100&{TOKEN}=", secrets={TOKEN: SECRET})
    yield from look_ups(ask, VERSION, SECRET)


def parse(page: Page) -> SaidBy:
    """An edge (`data`), one recommendation (`open_graph_story`), one post, or a webhook payload (`entry`)."""
    if "asked" in page.meta:
        yield from looked_up(page)
        return
    tree = answer(page)
    if tree.get("object") == "page" or "entry" in tree:
        yield from each(changes(tree), lambda pair: _change(*pair))
        return
    if "data" in tree:
        if isinstance(count := dig(tree, "summary", "total_count"), int):
            yield Announced(count)
        under = re.search(r"/(\d+_\d+)/comments", page.url)
        yield from each(tree["data"], partial(_item, under=under[1] if under else None))
        yield from further(page, tree, SECRET)
    elif "open_graph_story" in tree or "message" in tree or "created_time" in tree:
        yield from each([tree], _item)
    else:
        raise Broken("neither data nor a post nor a webhook's entry", "not this source")


def _item(item: Mapping[str, Any], within: str | None = None, under: str | None = None) -> SaidBy:
    """A post, a comment (which has `parent`, or a comment's address) or a recommendation.

    A post's `updated_time` moves with each comment, so it is no edit.
    """
    if "open_graph_story" in item or "recommendation_type" in item or "review_text" in item:
        yield _recommendation(item)
        return
    url, person = item.get("permalink_url"), item.get("from") or {}
    ref = item.get("id") or (key_of(url) if url else key_of(item["created_time"], item.get("message")))
    top = under or within
    is_comment = bool(item.get("parent")) or "comment_id=" in (url or "") or "comment_count" in item or top is not None
    yield RawPost(
        ref=ref, url=url, within=within, text=item.get("message") or item.get("story") or "", kind=Kind.COMMENT if is_comment else Kind.POST,
        author=person.get("name"), author_id=person.get("id"), published=item.get("created_time"), edited=item.get("edited_time"),
        reply_to=dig(item, "parent", "id") or within or under, thread=top,
        engagement={"likes": item.get("like_count", dig(item, "likes", "summary", "total_count")), "shares": dig(item, "shares", "count"),
                    "replies": item.get("comment_count", dig(item, "comments", "summary", "total_count"))},
        media=[item["full_picture"]] if item.get("full_picture") else [], facts={"status": "hidden"} if item.get("is_hidden") else {},
    )  # fmt: skip
    for comment in dig(item, "comments", "data") or ():
        yield from _item(comment, within=ref, under=top or ref)


def _recommendation(item: Mapping[str, Any]) -> RawPost:
    """A recommendation (yes or no since 2018, without an id of its own but the story's), or an older review with stars."""
    story, person = item.get("open_graph_story") or {}, item.get("reviewer") or {}
    told = story.get("data") or {}
    verdict = item.get("recommendation_type") or told.get("recommendation_type")
    scale = dig(told, "rating", "scale") or 5
    return RawPost(
        ref=story.get("id") or key_of(item["created_time"], person.get("id")), kind=Kind.REVIEW,
        text=item.get("review_text") or told.get("review_text") or story.get("message") or "", lang=told.get("language"),
        author=person.get("name"), author_id=person.get("id"), rating=item.get("rating", dig(told, "rating", "value")), worst=1, best=scale,
        published=item["created_time"], engagement={"replies": dig(story, "comments", "count")},
        facts={"recommendation": verdict.lower()} if verdict else {},
        firm=dig(told, "seller", "title") or dig(told, "generic_place", "title"),
    )  # fmt: skip


def _change(entry: Mapping[str, Any], change: Mapping[str, Any]) -> SaidBy:
    """One change of a page: something was added, edited or removed. Likes and the like say nothing."""
    value = change["value"]
    item, verb = value.get("item"), value.get("verb")
    if item in {"reaction", "like", "share", "follow"}:
        return
    person = value.get("from") or {}
    is_page = _text(person.get("id") or value.get("sender_id")) == _text(entry.get("id"))
    ref = value.get("comment_id") or value.get("post_id") or value["open_graph_story_id"]
    rated = item == "rating"
    verdict = value.get("recommendation_type")
    yield RawPost(
        ref=str(value["open_graph_story_id"] if rated else ref), kind=Kind.REVIEW if rated else Kind.COMMENT if item == "comment" else Kind.POST,
        text=value.get("review_text") or value.get("message") or "", gone=Gone.REMOVED if verb in {"remove", "delete"} else None,
        author=person.get("name") or value.get("reviewer_name") or value.get("sender_name"),
        author_id=_text(person.get("id") or value.get("reviewer_id") or value.get("sender_id")),
        published=value.get("created_time"), edited=entry.get("time") if verb == "edited" else None, rating=value.get("rating"), worst=1, best=5,
        reply_to=value.get("parent_id"), thread=value.get("post_id"), url=value.get("permalink_url") or dig(value, "post", "permalink_url"),
        role=Role.FIRM if is_page else Role.CUSTOMER,
        facts={**({"status": status} if (status := _status(value)) else {}), **({"recommendation": verdict.lower()} if verdict else {})},
    )  # fmt: skip


def _status(value: Mapping[str, Any]) -> str | None:
    """What happened, where the payload has no words that say it."""
    if value.get("verb") == "hide":
        return "hidden"
    return None if value.get("message") or value.get("review_text") else f"{value.get('item')} {value.get('verb')}"


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
