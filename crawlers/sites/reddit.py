"""Reddit: search, subreddits, comments and mentions of the official API, a post's page as JSON, and its feeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from crawlers.feeds import entries
from crawlers.loose_json import dig
from crawlers.page import Ask, Broken, Follow, Gone, Kind, Page, RawPost, SaidBy, Site
from crawlers.paging import with_query
from crawlers.reading import each

site = Site(
    key="reddit", name="Reddit", home="https://oauth.reddit.com", kind=Kind.POST,
    access="official API (REDDIT_AUTHORIZATION is `bearer` and the token); the handle is a search, as `Northgate Bank`, or `r/name`",
    terms="https://redditinc.com/policies/data-api-terms", delay=1, never_says=("rating", "followers", "lang"),
    needs=("REDDIT_AUTHORIZATION",),
)  # fmt: skip
SECRETS = {"Authorization": "REDDIT_AUTHORIZATION"}
NOBODY = {"[deleted]", "[removed]"}


def start(ask: Ask) -> SaidBy:
    """Search for the handle, or the newest of a subreddit."""
    handle = ask.firm.handle(site.key)
    path = f"{handle}/new?" if handle.startswith("r/") else f"search?sort=new&type=link&q={quote(handle)}&"
    yield Follow(f"{ask.home}/{path}limit=100&raw_json=1", secrets=SECRETS)


def parse(page: Page) -> SaidBy:
    """A listing, a post's page (two listings), the answer to a comment that was written, or a feed."""
    if page.body.lstrip()[:1] == b"<":
        yield from each(entries(page), lambda said: iter([said]))
        return
    tree = page.json
    if written := dig(tree, "json", "data", "things"):
        listings: list[Any] = [{"data": {"children": written}}]
    else:
        listings = tree if isinstance(tree, list) else [tree]
    if not all(isinstance(dig(one, "data", "children"), list) for one in listings):
        raise Broken(f"no listing: {dig(tree, 'message') or dig(tree, 'json', 'errors') or 'no children'}", "error answer")
    things = [thing for one in listings for child in one["data"]["children"] for thing in _with_answers(child)]
    yield from each(things, _thing)
    after = dig(listings[-1], "data", "after")
    if after and things:
        yield Follow(with_query(page.url, after=after) if page.url else after, token=after, secrets=SECRETS)


def _with_answers(thing: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A thing and the answers below it, depth first; `more` stubs hold ids only."""
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if one.get("kind") in {"t1", "t3"}:
            yield one
            waiting.extend(reversed(dig(one, "data", "replies", "data", "children") or []))


def _thing(thing: Mapping[str, Any]) -> SaidBy:
    """A link or self post (t3) or a comment (t1). What its author or a moderator took away is marked as gone."""
    it, is_post = thing["data"], thing["kind"] == "t3"
    author, text = it.get("author"), it.get("selftext" if is_post else "body") or ""
    taken = text in NOBODY
    path = it.get("permalink") or (it.get("context") or "").partition("?")[0]
    flair = it.get("link_flair_text") if is_post else None
    outside = it.get("url") if is_post and not it.get("is_self") else None
    yield RawPost(
        ref=it["name"], url=f"https://www.reddit.com{path}" if path else None, title=it.get("title") if is_post else None, text=text,
        kind=Kind.POST if is_post else Kind.COMMENT, author=None if author in NOBODY else author, author_handle=None if author in NOBODY else author,
        author_id=it.get("author_fullname"), author_url=f"https://www.reddit.com/user/{author}" if author and author not in NOBODY else None,
        published=it["created_utc"], edited=it.get("edited") or None, reply_to=it.get("parent_id"),
        thread=it["name"] if is_post else it.get("link_id"), hashtags=[], gone=Gone.REMOVED if taken else None, links=[outside] if outside else [],
        engagement={"score": it.get("score"), "likes": it.get("ups"), "replies": it.get("num_comments")},
        facts={name: value for name, value in {"in_forum": it.get("subreddit"), "flair": flair}.items() if value},
    )  # fmt: skip
