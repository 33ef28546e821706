"""Hacker News, by the search API of Algolia: stories and comments that mention a firm, and whole comment trees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from crawlers.page import Ask, Broken, Follow, Gone, Kind, Page, RawPost, SaidBy, Site
from crawlers.paging import with_query
from crawlers.reading import each

site = Site(
    key="hackernews", name="Hacker News", home="https://hn.algolia.com", kind=Kind.COMMENT,
    access="public search API; the handle is what to search for", delay=1, whole=False, revisits=True, never_says=("rating", "lang", "followers"),
)  # fmt: skip
MOST_PAGES = 50
LOOKED_UP = 50
"""Held items that one crawl looks up, each by itself; the newest, because after two hours nobody can change or delete one."""


def start(ask: Ask) -> SaidBy:
    """Stories and comments, newest first; then the newest held ones again."""
    yield Follow(f"{ask.home}/api/v1/search_by_date?query={quote(ask.firm.handle(site.key))}&tags=(story,comment)&hitsPerPage=100&page=0")

    for ref in ask.held[-LOOKED_UP:]:
        yield Follow(f"{ask.home}/api/v1/items/{ref}", next=False, meta={"asked": [ref]})


def parse(page: Page) -> SaidBy:
    """Search hits, or an item with its tree of answers."""
    tree = page.json
    if page.status == 404 and "asked" in page.meta:
        yield from (RawPost(ref=ref, text="", gone=Gone.REMOVED) for ref in page.meta["asked"])
    elif "hits" in tree:
        yield from each(tree["hits"], _hit)
        yield from _trees(tree["hits"], page.url)
        number = int(tree.get("page") or 0) + 1
        if tree["hits"] and number < min(tree.get("nbPages") or 0, MOST_PAGES):
            yield Follow(with_query(page.url, page=number) if page.url else str(number), token=str(number))
    elif "children" in tree:
        yield from each([tree], _tree)
    else:
        raise Broken(f"neither hits nor an item: {tree.get('message') or ', '.join(tree)}", "error answer")


def _trees(hits: list[Mapping[str, Any]], url: str) -> SaidBy:
    """Requests for the whole trees that the hits stand in, each once."""
    root, found, _ = url.partition("/search")
    for story in dict.fromkeys(str(hit.get("story_id") or hit["objectID"]) for hit in hits) if found else ():
        yield Follow(f"{root}/items/{story}", next=False)


def _hit(hit: Mapping[str, Any]) -> SaidBy:
    yield _post(hit, hit["objectID"], hit.get("comment_text") or hit.get("story_text"))


def _tree(item: Mapping[str, Any]) -> SaidBy:
    """An item and what answers it, depth first; of a deleted one only its place is left."""
    waiting = [item]
    while waiting:
        one = waiting.pop()
        if not (one.get("author") or one.get("text")):
            yield RawPost(ref=str(one["id"]), text="", gone=Gone.REMOVED)
        else:
            yield _post(one, str(one["id"]), one.get("text"))
        waiting.extend(reversed(one.get("children") or []))


def _post(item: Mapping[str, Any], ref: str, text: str | None) -> RawPost:
    parent, author, story = item.get("parent_id"), item.get("author"), item.get("story_id")
    return RawPost(
        ref=ref, url=f"https://news.ycombinator.com/item?id={ref}", title=item.get("title"), text=text or "", markup=True, author=author,
        author_handle=author, author_url=f"https://news.ycombinator.com/user?id={author}" if author else None,
        kind=Kind.COMMENT if parent else Kind.POST, published=item.get("created_at_i") or item.get("created_at"),
        reply_to=str(parent) if parent else None, thread=str(story or ref), links=[item["url"]] if item.get("url") else [], hashtags=[],
        engagement={"score": item.get("points"), "replies": item.get("num_comments")},
    )  # fmt: skip
