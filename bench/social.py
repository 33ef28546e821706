"""Made-up answers of social networks: something to measure parsing on, in the shapes of their interfaces."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

_TEXT = "I was charged twice for the same transfer and nobody answers, third week now. @merrowbank please #merrowfail"


def _x(count: int) -> Any:
    tweets = [
        {"id": str(18 * 10**17 + n), "author_id": str(n % 50), "conversation_id": str(18 * 10**17 + n), "created_at": "2026-11-20T08:01:02.000Z",
         "lang": "en", "text": f"{_TEXT} {n}", "entities": {"hashtags": [{"start": 90, "end": 101, "tag": "merrowfail"}],
                                                           "mentions": [{"start": 70, "end": 81, "username": "merrowbank", "id": "9"}]},
         "public_metrics": {"retweet_count": 1, "reply_count": 2, "like_count": 3, "quote_count": 0, "bookmark_count": 0, "impression_count": 40}}
        for n in range(count)
    ]  # fmt: skip
    users = [{"id": str(n), "name": f"Person {n}", "username": f"person_{n}", "public_metrics": {"followers_count": n}} for n in range(50)]
    return {"data": tweets, "includes": {"users": users}, "meta": {"result_count": count}}


def _mastodon(count: int) -> Any:
    return [
        {"id": str(n), "created_at": "2026-11-20T08:00:00.000Z", "in_reply_to_id": None, "spoiler_text": "", "visibility": "public", "language": "en",
         "uri": f"https://kiosk.example/s/{n}", "url": f"https://kiosk.example/@p/{n}", "replies_count": 0, "reblogs_count": 0, "favourites_count": 1,
         "edited_at": None, "content": f"<p>{_TEXT} {n}</p>", "reblog": None, "media_attachments": [], "mentions": [], "card": None,
         "account": {"id": str(n % 50), "username": "p", "acct": f"p{n % 50}", "display_name": "P", "url": "https://kiosk.example/@p",
                     "followers_count": 3, "note": "<p>Somebody who writes about banks and trains.</p>", "fields": []},
         "tags": [{"name": "merrowfail", "url": "https://kiosk.example/tags/merrowfail"}]}
        for n in range(count)
    ]  # fmt: skip


def _reddit(count: int) -> Any:
    things = [
        {"kind": "t3", "data": {"name": f"t3_{n}", "id": str(n), "subreddit": "banks", "title": f"Charged twice {n}", "selftext": _TEXT,
                                "author": "p", "permalink": f"/r/banks/comments/{n}/x/", "created_utc": 1763625600.0, "edited": False,
                                "score": 3, "ups": 3, "num_comments": 0, "is_self": True}}
        for n in range(count)
    ]  # fmt: skip
    return {"kind": "Listing", "data": {"after": None, "children": things}}


def _bluesky(count: int) -> Any:
    posts = [
        {"uri": f"at://did:plc:p/app.bsky.feed.post/{n}", "cid": "c", "author": {"did": "did:plc:p", "handle": "p.example", "displayName": "P"},
         "record": {"$type": "app.bsky.feed.post", "text": f"{_TEXT} {n}", "createdAt": "2026-11-20T08:00:00Z", "langs": ["en"]},
         "replyCount": 0, "repostCount": 0, "likeCount": 1, "quoteCount": 0, "indexedAt": "2026-11-20T08:00:00Z"}
        for n in range(count)
    ]  # fmt: skip
    return {"posts": posts}


def _youtube(count: int) -> Any:
    items = [
        {"kind": "youtube#commentThread", "id": f"U{n}", "snippet": {"videoId": "v", "totalReplyCount": 0, "topLevelComment": {
            "kind": "youtube#comment", "id": f"U{n}", "snippet": {"textDisplay": _TEXT, "textOriginal": f"{_TEXT} {n}", "authorDisplayName": "@p",
             "authorChannelUrl": "http://www.youtube.com/@p", "authorChannelId": {"value": "UCp"}, "likeCount": 1,
             "publishedAt": "2026-11-20T08:00:00Z", "updatedAt": "2026-11-20T08:00:00Z"}}}}
        for n in range(count)
    ]  # fmt: skip
    return {"kind": "youtube#commentThreadListResponse", "items": items}


_MADE: Mapping[str, Callable[[int], Any]] = {"x": _x, "mastodon": _mastodon, "bluesky": _bluesky, "reddit": _reddit, "youtube": _youtube}
SOURCES = tuple(_MADE)


def answer(key: str, count: int = 100) -> bytes:
    """One answer of a source with that many posts."""
    return json.dumps(_MADE[key](count)).encode()
