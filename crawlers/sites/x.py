"""X: recent search and mentions of API v2; saved answers of v1.1. Other people's posts that come inside an answer are kept beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from crawlers.loose_json import dig
from crawlers.page import Ask, Broken, Follow, Kind, Page, Place, RawPost, SaidBy, Site
from crawlers.paging import with_query
from crawlers.reading import each

site = Site(
    key="x", name="X", home="https://api.x.com", kind=Kind.POST,
    access="official API v2 (X_AUTHORIZATION is `Bearer` and the token); saved answers of v2 and v1.1",
    terms="https://developer.x.com/en/developer-terms", delay=2,
    never_says=("rating", "title"), needs=("X_AUTHORIZATION",), date_formats=("%a %b %d %H:%M:%S %z %Y",),
)  # fmt: skip
BEARER = {"Authorization": "X_AUTHORIZATION"}
FIELDS = "&".join((
    "tweet.fields=author_id,conversation_id,created_at,edit_history_tweet_ids,entities,geo,in_reply_to_user_id,lang,public_metrics,referenced_tweets",
    "expansions=author_id,referenced_tweets.id,referenced_tweets.id.author_id",
    "user.fields=location,name,public_metrics,username,verified",
))  # fmt: skip
COUNTS = {"retweet_count": "shares", "reply_count": "replies", "like_count": "likes", "favorite_count": "likes", "quote_count": "quotes",
          "bookmark_count": "bookmarks", "impression_count": "views"}  # fmt: skip
NO_LANGUAGE = {"und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"}
"""X's own codes for posts that are only mentions, hashtags, links or media."""


def start(ask: Ask) -> SaidBy:
    """Recent search (seven days) for the firm's handle: `@firm` finds mentions and answers to it alike."""
    since = f"&start_time={quote(ask.since)}" if ask.since else ""
    query = quote(f"@{ask.firm.handle(site.key).lstrip('@')} -is:retweet")
    yield Follow(f"{ask.home}/2/tweets/search/recent?query={query}&max_results=100&{FIELDS}{since}", secrets=BEARER)


def parse(page: Page) -> SaidBy:
    """One answer of either version; an empty last page has `meta` only."""
    tree = page.json
    if isinstance(tree, list) or "statuses" in tree or "id_str" in tree:
        statuses = tree if isinstance(tree, list) else tree.get("statuses", [tree])
        yield from each(statuses, lambda status: iter([_status(status)]))
        return
    if "data" not in tree and "meta" not in tree:
        problem = dig(tree, "errors", 0, "detail") or tree.get("detail") or "neither data nor meta"
        raise Broken(f"no answer with posts: {problem}", "error answer")
    people = {user["id"]: user for user in dig(tree, "includes", "users") or ()}
    others = {tweet["id"]: tweet for tweet in dig(tree, "includes", "tweets") or ()}
    data = tree.get("data") or []
    yield from each(data if isinstance(data, list) else [data], lambda tweet: _tweet(tweet, people, others))
    if token := dig(tree, "meta", "next_token"):
        name = "pagination_token" if "/mentions" in page.url else "next_token"
        yield Follow(with_query(page.url, **{name: token}) if page.url else token, token=token, secrets=BEARER)


def _tweet(tweet: Mapping[str, Any], people: Mapping[str, Any], others: dict[str, Any]) -> SaidBy:
    yield _post(tweet, people.get(tweet.get("author_id", ""), {}))
    for referred in tweet.get("referenced_tweets") or ():
        if other := others.pop(referred["id"], None):
            yield _post(other, people.get(other.get("author_id", ""), {}), within=tweet["id"])


def _post(tweet: Mapping[str, Any], user: Mapping[str, Any], within: str | None = None) -> RawPost:
    entities, history = tweet.get("entities") or {}, tweet.get("edit_history_tweet_ids") or ()
    handle = user.get("username")
    answered = [r["id"] for r in tweet.get("referenced_tweets") or () if r["type"] == "replied_to"]
    return RawPost(
        ref=tweet["id"], url=f"https://x.com/{handle or 'i'}/status/{tweet['id']}", within=within, text=_decoded(tweet["text"]),
        kind=Kind.REPLY if answered else Kind.POST, author=user.get("name"), author_handle=handle,
        author_id=tweet.get("author_id"), author_url=handle and f"https://x.com/{handle}", author_place=user.get("location"),
        followers=dig(user, "public_metrics", "followers_count"), verified=user.get("verified"), lang=_language(tweet),
        published=tweet.get("created_at"), reply_to=answered[0] if answered else None, thread=tweet.get("conversation_id"),
        hashtags=[tag["tag"] for tag in entities.get("hashtags") or ()], mentions=[who["username"] for who in entities.get("mentions") or ()],
        links=[link.get("unwound_url") or link.get("expanded_url") or link["url"] for link in entities.get("urls") or ()],
        engagement=_counts(tweet.get("public_metrics") or {}), facts={"edit_history": list(history)} if len(history) > 1 else {},
    )  # fmt: skip


def _status(status: Mapping[str, Any]) -> RawPost:
    """A status of v1.1: ids as numbers and as text, the author inside."""
    user, entities = status.get("user") or {}, status.get("entities") or {}
    handle, place = user.get("screen_name"), status.get("place") or {}
    text = status.get("full_text") or status["text"]
    return RawPost(
        ref=status["id_str"], url=f"https://x.com/{handle or 'i'}/status/{status['id_str']}", text=_decoded(text),
        kind=Kind.REPLY if status.get("in_reply_to_status_id_str") else Kind.POST, author=user.get("name"), author_handle=handle,
        author_id=user.get("id_str"), author_url=handle and f"https://x.com/{handle}", author_place=user.get("location") or None,
        followers=user.get("followers_count"), verified=user.get("verified"), lang=_language(status), published=status.get("created_at"),
        reply_to=status.get("in_reply_to_status_id_str"), hashtags=[tag["text"] for tag in entities.get("hashtags") or ()],
        mentions=[who["screen_name"] for who in entities.get("user_mentions") or ()], engagement=_counts(status),
        links=[link.get("expanded_url") or link["url"] for link in entities.get("urls") or ()],
        media=[item["media_url_https"] for item in dig(status, "extended_entities", "media") or entities.get("media") or ()],
        place=Place(name=place.get("full_name"), country=place.get("country_code")) if place else None,
    )  # fmt: skip


def _counts(metrics: Mapping[str, Any]) -> dict[str, int]:
    return {ours: metrics[theirs] for theirs, ours in COUNTS.items() if metrics.get(theirs) is not None}


def _language(tweet: Mapping[str, Any]) -> str | None:
    code = tweet.get("lang")
    return None if code in NO_LANGUAGE else code


def _decoded(text: str) -> str:
    """X writes `&`, `<` and `>` of a text as entities, and nothing else."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
