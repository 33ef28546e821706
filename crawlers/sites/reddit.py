"""Reddit: search, subreddits, comments and mentions of the official API, a post's page as JSON, and its feeds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from crawlers.feeds import entries
from crawlers.loose_json import dig
from crawlers.page import Ask, Broken, Follow, Gone, Kind, Page, RawPost, SaidBy, Site
from crawlers.paging import with_query
from crawlers.reading import each

site = Site(
    key="reddit", name="Reddit", home="https://oauth.reddit.com", kind=Kind.POST,
    access="official API: make an app at reddit.com/prefs/apps; REDDIT_AUTHORIZATION is `bearer` and its token; the handle is a search, as"
    " `Northgate Bank`, a subreddit, as `r/name`, or `u/` for the mentions of the account",
    terms="https://redditinc.com/policies/data-api-terms", delay=1, whole=False, revisits=True, never_says=("rating", "followers", "lang"),
    needs=("REDDIT_AUTHORIZATION",),
)  # fmt: skip
SECRETS = {"Authorization": "REDDIT_AUTHORIZATION"}
NOBODY = {"[deleted]", "[removed]", "[deleted by user]", "[ Removed by Reddit ]"}
AT_ONCE = 100
"""Things that one look-up names."""


def start(ask: Ask) -> SaidBy:
    """Search for the handle, the newest of a subreddit, or mentions; then the held posts again."""
    handle = ask.firm.handle(site.key)
    path = f"{handle}/new?" if handle.startswith("r/") else f"search?sort=new&type=link&q={quote(handle)}&"
    yield Follow(f"{ask.home}/{'message/mentions?' if handle == 'u/' else path}limit=100&raw_json=1", secrets=SECRETS)
    for begin in range(0, len(ask.held), AT_ONCE):
        yield Follow(f"{ask.home}/api/info?id={','.join(ask.held[begin : begin + AT_ONCE])}&raw_json=1", False, secrets=SECRETS)


def parse(page: Page) -> SaidBy:
    """A listing, a post's page (two listings), the answer to a comment that was written, or a feed."""
    if page.body.lstrip()[:1] == b"<":
        if b"reddit.com" not in page.body[:5_000]:
            raise Broken("a feed that is not Reddit's", "not this source")
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
    said = _plain if "raw_json=1" in page.url else _decoded
    yield from each((thing for thing in things if thing["kind"] != "more"), lambda thing: _thing(thing, said))
    yield from _threads(things, page.url)
    after = dig(listings[-1], "data", "after")
    if after and things:
        yield Follow(with_query(page.url, after=after) if page.url else after, token=after, secrets=SECRETS)


def _with_answers(thing: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A thing and the answers below it, depth first; `more` stubs hold ids only. Messages (t4) are private."""
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if one.get("kind") in {"t1", "t3", "more"}:
            yield one
            waiting.extend(reversed(dig(one, "data", "replies", "data", "children") or []))


def _threads(things: list[Mapping[str, Any]], url: str) -> SaidBy:
    """Requests for the comments of listed posts, and for those that a post's page leaves out (`more`)."""
    found = re.match(r"(https?://[^/]+)/(.*)", url)
    home, path = (found[1], found[2]) if found else (None, "")
    post = next((thing["data"]["name"] for thing in things if thing["kind"] == "t3"), None)
    for thing in things if home else ():
        it = thing["data"]
        if thing["kind"] == "more":
            link = post or it.get("link_id")
            for begin in range(0, len(it.get("children") or ()) if link else 0, AT_ONCE):
                some = ",".join(it["children"][begin : begin + AT_ONCE])
                yield Follow(f"{home}/api/morechildren?api_type=json&link_id={link}&children={some}&raw_json=1", False, secrets=SECRETS)
        elif thing["kind"] == "t3" and it.get("num_comments") and "comments/" not in path and not path.startswith("api/info"):
            yield Follow(f"{home}/comments/{it['name'][3:]}?limit=500&raw_json=1", False, secrets=SECRETS)


def _plain(text: str) -> str:
    return text


def _decoded(text: str) -> str:
    """Without `raw_json=1` the API writes `&`, `<` and `>` as entities, and nothing else."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") if "&" in text else text


def _thing(thing: Mapping[str, Any], said: Callable[[str], str]) -> SaidBy:
    """A link or self post (t3) or a comment (t1). What its author or a moderator took away is marked as gone."""
    it, is_post = thing["data"], thing["kind"] == "t3"
    author = None if it.get("author") in NOBODY else it.get("author")
    text = said(it.get("selftext" if is_post else "body") or "")
    taken = text in NOBODY or (is_post and it.get("removed_by_category") is not None)
    path = it.get("permalink") or (it.get("context") or "").partition("?")[0]
    flair = it.get("link_flair_text") if is_post else None
    outside = it.get("url") if is_post and not it.get("is_self") else None
    yield RawPost(
        ref=it.get("name") or f"{thing['kind']}_{it['id']}", url=f"https://www.reddit.com{path}" if path else None,
        title=said(it.get("title") or "") if is_post else None, text=text,
        kind=Kind.POST if is_post else Kind.COMMENT, author=author, author_handle=author,
        author_id=it.get("author_fullname"), author_url=f"https://www.reddit.com/user/{author}" if author else None,
        published=it["created_utc"], edited=it.get("edited") or None, reply_to=it.get("parent_id"),
        thread=it.get("name") if is_post else it.get("link_id"), hashtags=[], gone=Gone.REMOVED if taken else None,
        links=[outside] if outside else [],
        engagement={"score": it.get("score"), "likes": it.get("ups"), "replies": it.get("num_comments")},
        facts={name: value for name, value in {"in_forum": it.get("subreddit"), "flair": flair}.items() if value},
    )  # fmt: skip
