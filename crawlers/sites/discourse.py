"""Discourse forums: a topic with its posts as JSON, search and the latest topics of any forum on that engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urljoin

from crawlers.loose_json import dig
from crawlers.page import Announced, Ask, Broken, Follow, Gone, Kind, Page, RawPost, Role, SaidBy, Site
from crawlers.reading import each

site = Site(
    key="discourse", name="Discourse forums", home="https://meta.discourse.org", kind=Kind.POST,
    access="the forum's public JSON; the firm's handle is FORUM ADDRESS#SEARCH", delay=2, whole=False, revisits=True,
    never_says=("rating", "followers", "lang"),
)  # fmt: skip
IMAGE = re.compile(r'<img [^>]*?src="([^"]+)"')
LOOKED_UP = 50
"""Held posts that one crawl looks up, each by itself; the topic of each is read again as a whole."""
AT_ONCE = 20
"""Posts that one answer gives."""


def start(ask: Ask) -> SaidBy:
    """Topics that a search of the forum finds, newest first; then those in which the newest held posts stand."""
    forum, _, words = ask.firm.handle(site.key).rpartition("#")
    yield Follow(f"{forum or ask.home}/search.json?q={quote(words + ' order:latest_topic')}", next=False)

    for ref in ask.held[-LOOKED_UP:]:
        yield Follow(f"{forum or ask.home}/posts/{ref}.json", next=False, meta={"asked": [ref]})


def parse(page: Page) -> SaidBy:
    """A topic, a look-up of one post, a further part of one (`post_stream` alone), or a list of topics, each of which is followed."""
    if "asked" in page.meta:
        yield from _looked_up(page)
        return
    tree = page.json
    root = page.url.partition("/t/")[0].partition("/search")[0].partition("/latest")[0]
    stream = dig(tree, "post_stream", "posts") or tree.get("latest_posts")
    if stream is None:
        topics = dig(tree, "topic_list", "topics") if "topic_list" in tree else tree.get("topics")
        if topics is None and "posts" not in tree:
            raise Broken(f"neither posts nor topics: {dig(tree, 'errors', 0) or ', '.join(sorted(tree)[:6])}", "error answer")
        yield from (Follow(f"{root}/t/{topic['id']}.json", next=False) for topic in topics or () if root)
        return
    if isinstance(count := tree.get("posts_count"), int):
        yield Announced(count)
    numbers = {post["post_number"]: str(post["id"]) for post in stream}
    yield from each(stream, lambda post: _post(post, tree, numbers, root))
    left = [number for number in dig(tree, "post_stream", "stream") or () if str(number) not in numbers.values()]
    for begin in range(0, len(left) if "title" in tree and root else 0, AT_ONCE):
        ids = "&".join(f"post_ids[]={number}" for number in left[begin : begin + AT_ONCE])
        yield Follow(f"{root}/t/{tree['id']}/posts.json?{ids}")


def _looked_up(page: Page) -> SaidBy:
    """Of a held post: its topic is read again where it is there; a deleted one is answered by 404 (or 410)."""
    if page.status in {404, 410}:
        yield from (RawPost(ref=ref, text="", gone=Gone.REMOVED) for ref in page.meta["asked"])
        return
    topic = dig(page.json, "topic_id")
    if topic is None:
        raise Broken(f"no post: {dig(page.json, 'errors', 0) or 'no topic_id'}", "error answer")
    yield Follow(f"{page.url.partition('/posts/')[0]}/t/{topic}.json", next=False)


def _post(post: Mapping[str, Any], topic: Mapping[str, Any], numbers: Mapping[int, str], root: str) -> SaidBy:
    """One post; it answers a post by its number in the topic, whose id is known when it is on the page."""
    number, name = post["post_number"], post["username"]
    address = f"{root}/t/{post.get('topic_slug') or '-'}/{post['topic_id']}/{number}" if root else None
    answered = post.get("reply_to_post_number")
    facts = {"accepted": post.get("accepted_answer"), "status": "hidden" if post.get("hidden") else None,
             "visibility": "private" if topic.get("archetype") == "private_message" else None}  # fmt: skip
    yield RawPost(
        ref=str(post["id"]), url=address, title=topic.get("title") if number == 1 else None, text=post["cooked"], markup=True,
        kind=Kind.POST if number == 1 else Kind.COMMENT, author=post.get("name") or name, author_handle=name,
        author_id=str(post.get("user_id", name)),
        author_url=f"{root}/u/{name}" if root else None, role=Role.OTHER if post.get("staff") or post.get("moderator") else Role.CUSTOMER,
        published=post["created_at"], edited=post.get("updated_at") if (post.get("version") or 1) > 1 else None,
        reply_to=numbers.get(answered or 1) if number != 1 else None, thread=str(post["topic_id"]),
        gone=Gone.REMOVED if post.get("deleted_at") or post.get("user_deleted") else None,
        engagement={"replies": post.get("reply_count"), "views": post.get("reads"), "likes": _likes(post)},
        facts={name: value for name, value in facts.items() if value},
        media=[urljoin(f"{root}/", source) for source in IMAGE.findall(post["cooked"])],
    )  # fmt: skip


def _likes(post: Mapping[str, Any]) -> int | None:
    """Action 2 is a like."""
    return next((action.get("count", 0) for action in post.get("actions_summary") or () if action.get("id") == 2), None)
