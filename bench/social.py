"""Made-up answers of social networks: something to measure parsing on, in the shapes of their interfaces."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

_TEXT = "I was charged twice for the same transfer and nobody answers, third week now. @merrowbank please #merrowfail"


_REDDIT_REST: Mapping[str, Any] = {
    "approved_at_utc": None, "author_flair_css_class": None, "author_flair_richtext": [], "author_flair_text": None, "author_flair_type": "text",
    "author_is_blocked": False, "author_patreon_flair": False, "author_premium": False, "awarders": [], "banned_at_utc": None, "can_gild": False,
    "can_mod_post": False, "category": None, "clicked": False, "content_categories": None, "contest_mode": False, "discussion_type": None,
    "distinguished": None, "domain": "self.banks", "downs": 0, "gilded": 0, "gildings": {}, "hidden": False, "hide_score": False,
    "is_crosspostable": False, "is_meta": False, "is_original_content": False, "is_reddit_media_domain": False, "is_robot_indexable": True,
    "is_video": False, "likes": None, "link_flair_background_color": "", "link_flair_text": None, "link_flair_text_color": "dark",
    "link_flair_type": "text", "locked": False, "media": None, "media_embed": {}, "media_only": False, "mod_note": None, "mod_reports": [],
    "name_hidden": False, "no_follow": True, "num_crossposts": 0, "over_18": False, "pinned": False, "pwls": 6, "quarantine": False,
    "removal_reason": None, "removed_by_category": None, "report_reasons": None, "saved": False, "secure_media": None, "send_replies": True,
    "spoiler": False, "stickied": False, "subreddit_id": "t5_abc", "subreddit_name_prefixed": "r/banks", "subreddit_subscribers": 12000,
    "subreddit_type": "public", "thumbnail": "self", "total_awards_received": 0, "upvote_ratio": 0.9, "user_reports": [], "visited": False,
}  # fmt: skip
"""What a listing says of each post besides, and nobody reads here."""


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
                                "score": 3, "ups": 3, "num_comments": 0, "is_self": True, **_REDDIT_REST}}
        for n in range(count)
    ]  # fmt: skip
    return {"kind": "Listing", "data": {"after": None, "children": things}}


def _bluesky(count: int) -> Any:
    posts = [
        {"uri": f"at://did:plc:p/app.bsky.feed.post/{n}", "cid": "c", "author": {
            "did": f"did:plc:p{n}", "handle": "p.example", "displayName": "P", "avatar": "https://cdn.example/img/avatar/plain/p@jpeg", "labels": [],
            "viewer": {"muted": False, "blockedBy": False}, "associated": {"chat": {"allowIncoming": "all"}}, "createdAt": "2024-05-01T08:00:00Z"},
         "record": {"$type": "app.bsky.feed.post", "text": f"{_TEXT} {n}", "createdAt": "2026-11-20T08:00:00Z", "langs": ["en"], "facets": [
             {"index": {"byteStart": 87, "byteEnd": 98}, "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "merrowfail"}]}]},
         "labels": [], "viewer": {"bookmarked": False, "threadMuted": False, "embeddingDisabled": False},
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


def _hackernews(count: int) -> Any:
    hits = [
        {"objectID": str(n), "author": f"p{n % 50}", "comment_text": f"{_TEXT} {n}", "created_at": "2026-11-20T08:00:00Z", "created_at_i": 1795161600,
         "parent_id": 1, "story_id": 1, "story_title": "Charged twice", "story_url": "https://blog.example/twice", "points": None,
         "_tags": ["comment", f"author_p{n % 50}", "story_1"], "children": [], "updated_at": "2026-11-20T08:01:00Z",
         "_highlightResult": {"comment_text": {"value": f"{_TEXT} {n}", "matchLevel": "full", "fullyHighlighted": False, "matchedWords": ["merrow"]},
                              "author": {"value": "p", "matchLevel": "none", "matchedWords": []}}}
        for n in range(count)
    ]  # fmt: skip
    return {"hits": hits, "page": 0, "nbPages": 1, "nbHits": count}


def _stackexchange(count: int) -> Any:
    items = [
        {"question_id": n, "title": f"Charged twice {n}", "body": f"<p>{_TEXT}</p>", "creation_date": 1795161600, "score": 1, "view_count": 9,
         "answer_count": 0, "is_answered": False, "tags": ["banks", "fees"], "link": f"https://money.example/questions/{n}",
         "last_activity_date": 1795161600, "content_license": "CC BY-SA 4.0", "owner": {"user_id": n % 50, "display_name": "P", "reputation": 1,
         "user_type": "registered", "account_id": 7, "profile_image": "https://money.example/i/p.png", "link": "https://money.example/users/p"}}
        for n in range(count)
    ]  # fmt: skip
    return {"items": items, "has_more": False, "quota_max": 300, "quota_remaining": 200}


def _facebook(count: int) -> Any:
    return {"data": [
        {"id": f"1_{n}", "message": f"{_TEXT} {n}", "created_time": "2026-11-20T08:00:00+0000", "updated_time": "2026-11-20T08:00:00+0000",
         "permalink_url": f"https://www.facebook.com/1/posts/{n}", "from": {"name": "P", "id": str(n % 50)}}
        for n in range(count)
    ]}  # fmt: skip


def _wordpress(count: int) -> Any:
    return [
        {"id": n, "post": 1, "parent": 0, "author": 0, "author_name": "P", "author_url": "", "date": "2026-11-20T08:00:00",
         "date_gmt": "2026-11-20T08:00:00", "content": {"rendered": f"<p>{_TEXT} {n}</p>"}, "link": f"https://blog.example/1/#comment-{n}",
         "status": "approved", "type": "comment",
         "author_avatar_urls": {size: f"https://gravatar.example/avatar/?s={size}" for size in ("24", "48", "96")},
         "meta": [], "_links": {"self": [{"href": f"https://blog.example/wp-json/wp/v2/comments/{n}"}],
                                "collection": [{"href": "https://blog.example/wp-json/wp/v2/comments"}],
                                "up": [{"embeddable": True, "post_type": "post", "href": "https://blog.example/wp-json/wp/v2/posts/1"}]}}
        for n in range(count)
    ]  # fmt: skip


_MADE: Mapping[str, Callable[[int], Any]] = {"x": _x, "mastodon": _mastodon, "bluesky": _bluesky, "reddit": _reddit, "youtube": _youtube,
                                                 "hackernews": _hackernews, "stackexchange": _stackexchange, "facebook": _facebook,
                                                 "wordpress": _wordpress}  # fmt: skip
SOURCES = tuple(_MADE)


def answer(key: str, count: int = 100) -> bytes:
    """One answer of a source with that many posts."""
    return json.dumps(_MADE[key](count)).encode()
