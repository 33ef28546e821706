"""X: recent search, mentions and look-ups of API v2; saved answers, streams and archives of v1.1; the tweets of an account's data download.

Other people's posts that come inside an answer are kept beside it. Direct messages of a download are private and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urljoin

from msgspec.structs import replace

from crawlers.loose_json import dig, loads
from crawlers.page import Ask, Broken, Follow, Gone, Kind, Page, Place, RawPost, SaidBy, Site
from crawlers.paging import with_query
from crawlers.reading import each

site = Site(
    key="x", name="X", home="https://api.x.com", kind=Kind.POST,
    access="official API v2: create an app at developer.x.com; X_AUTHORIZATION is `Bearer` and its token; the handle is the account's, as `@bank`,"
    " a hashtag, as `#bankfail`, or the account's number for its timeline of mentions, several with commas;"
    " saved answers of v2 and v1.1; tweets.js of a data download",
    terms="https://developer.x.com/en/developer-terms", delay=2, whole=False, revisits=True, hashtags=True, quota=(450, 900),
    never_says=("rating", "title"), needs=("X_AUTHORIZATION",), date_formats=("%a %b %d %H:%M:%S %z %Y",),
)  # fmt: skip
BEARER = {"Authorization": "X_AUTHORIZATION"}
FIELDS = (
    "tweet.fields=author_id,conversation_id,created_at,edit_history_tweet_ids,entities,geo,in_reply_to_user_id,lang,note_tweet,public_metrics,"
    "referenced_tweets&expansions=author_id,referenced_tweets.id,referenced_tweets.id.author_id,attachments.media_keys"
    "&user.fields=location,name,protected,public_metrics,username,verified&media.fields=preview_image_url,url"
)
AT_ONCE = 100
"""Posts that one look-up may name."""
COUNTS = {"retweet_count": "shares", "reply_count": "replies", "like_count": "likes", "favorite_count": "likes", "quote_count": "quotes",
          "bookmark_count": "bookmarks", "impression_count": "views"}  # fmt: skip
NO_LANGUAGE = {"und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"}
"""X's own codes for posts that are only mentions, hashtags, links or media."""
DOWNLOAD = re.compile(r"\s*window\.YTD\.(\w+)\.part\d+\s*=\s*")


def start(ask: Ask) -> SaidBy:
    """Recent search (seven days) for the firm's handles and hashtags: `@firm` finds mentions and answers alike. Held posts are looked up again.

    A number asks for the mentions of that account, which go further back.
    """
    since = f"&start_time={quote(ask.since if 'T' in ask.since else f'{ask.since}T00:00:00Z')}" if ask.since else ""
    for words in map(str.strip, ask.firm.handle(site.key).split(",")):
        if words.isdecimal():
            yield Follow(f"{ask.home}/2/users/{words}/mentions?max_results=100&{FIELDS}{since}", secrets=BEARER)
            continue
        query = quote(f"{words if words.startswith('#') else '@' + words.lstrip('@')} -is:retweet")
        yield Follow(f"{ask.home}/2/tweets/search/recent?query={query}&max_results=100&{FIELDS}{since}", secrets=BEARER)
    for begin in range(0, len(ask.held), AT_ONCE):
        yield Follow(f"{ask.home}/2/tweets?ids={','.join(ask.held[begin : begin + AT_ONCE])}&{FIELDS}", False, secrets=BEARER)


def parse(page: Page) -> SaidBy:
    """One answer of either version, a stream of them (one a line), or a download; an empty last page has `meta` only."""
    if b"window.YTD" in page.body[:200] and (found := DOWNLOAD.match(page.text[:200])):
        yield from _download(page.text, found)
        return
    tree = _tree(page)
    if isinstance(tree, list):
        yield from each(tree, lambda one: _answer(one, page) if "data" in one else _status(one))
    elif isinstance(tree, dict):
        yield from _answer(tree, page)
    else:
        raise Broken("neither an object nor a list", "not this source")


def _tree(page: Page) -> Any:
    """The JSON of a page; of a recorded stream, the objects of its lines."""
    try:
        return page.json
    except Broken:
        if not page.text.lstrip().startswith("{"):
            raise
    try:
        return loads(page.text)
    except ValueError as error:
        raise Broken(f"no JSON: {error}", "error answer") from None


def _answer(tree: Mapping[str, Any], page: Page) -> SaidBy:
    if "statuses" in tree or "id_str" in tree or "delete" in tree:
        yield from each(tree.get("statuses", [tree]), _status)
        if (further := dig(tree, "search_metadata", "next_results")) and tree.get("statuses"):
            yield Follow(urljoin(page.url, further), token=further, secrets=BEARER)
        return
    lost = [error for error in tree.get("errors") or () if _is_lost(error)]
    if "data" not in tree and "meta" not in tree and not lost:
        problem = dig(tree, "errors", 0, "detail") or dig(tree, "errors", 0, "message") or tree.get("detail") or "neither data nor meta"
        raise Broken(f"no answer with posts: {problem}", "error answer")
    people = {user["id"]: user for user in dig(tree, "includes", "users") or ()}
    others = {tweet["id"]: tweet for tweet in dig(tree, "includes", "tweets") or ()}
    pictures = {item["media_key"]: item.get("url") or item.get("preview_image_url") for item in dig(tree, "includes", "media") or ()}
    data = tree.get("data") or []
    tweets = data if isinstance(data, list) else [data]
    yield from each(tweets, lambda tweet: _tweet(tweet, people, others, pictures))
    yield from each(lost, lambda error: iter([_gone(error, tweets)]))
    if token := dig(tree, "meta", "next_token"):
        name = "pagination_token" if "/mentions" in page.url else "next_token"
        yield Follow(with_query(page.url, **{name: token}) if page.url else token, token=token, secrets=BEARER)


def _is_lost(error: Mapping[str, Any]) -> bool:
    """Whether a partial error says that a post is no longer there (a protected author's is only hidden from us)."""
    return error.get("resource_type") == "tweet" and "not-found" in str(error.get("type")) and bool(error.get("resource_id") or error.get("value"))


def _gone(error: Mapping[str, Any], tweets: Iterable[Mapping[str, Any]]) -> RawPost:
    """A post that X says is not there; it belongs to the one that refers to it, unless it was asked for."""
    ref = str(error.get("resource_id") or error["value"])
    within = next((tweet["id"] for tweet in tweets if any(r["id"] == ref for r in tweet.get("referenced_tweets") or ())), None)
    return RawPost(ref=ref, text="", gone=Gone.REMOVED, within=within)


def _tweet(tweet: Mapping[str, Any], people: Mapping[str, Any], others: dict[str, Any], pictures: Mapping[str, Any]) -> SaidBy:
    yield _post(tweet, people.get(tweet.get("author_id", ""), {}), pictures)
    for referred in tweet.get("referenced_tweets") or ():
        if other := others.pop(referred["id"], None):
            yield _post(other, people.get(other.get("author_id", ""), {}), pictures, within=tweet["id"])


def _post(tweet: Mapping[str, Any], user: Mapping[str, Any], pictures: Mapping[str, Any], within: str | None = None) -> RawPost:
    """A post of v2. A long one has its whole text, and what stands in it, in `note_tweet`."""
    note, history = tweet.get("note_tweet") or {}, tweet.get("edit_history_tweet_ids") or ()
    entities = note.get("entities") or tweet.get("entities") or {}
    handle = user.get("username")
    referred = {r["type"]: r["id"] for r in tweet.get("referenced_tweets") or ()}
    facts = {"edit_history": list(history) if len(history) > 1 else None, "quoted": referred.get("quoted"),
             "item_kind": "retweet" if "retweeted" in referred else None, "visibility": "protected" if user.get("protected") else None}  # fmt: skip
    return RawPost(
        ref=tweet["id"], url=f"https://x.com/{handle or 'i'}/status/{tweet['id']}", within=within, text=_decoded(note.get("text") or tweet["text"]),
        kind=Kind.REPLY if "replied_to" in referred else Kind.POST, author=user.get("name"), author_handle=handle,
        author_id=tweet.get("author_id"), author_url=handle and f"https://x.com/{handle}", author_place=user.get("location") or None,
        followers=dig(user, "public_metrics", "followers_count"), verified=user.get("verified"), lang=_language(tweet),
        published=tweet.get("created_at"), reply_to=referred.get("replied_to"), thread=tweet.get("conversation_id"),
        hashtags=[tag["tag"] for tag in entities.get("hashtags") or ()], mentions=[who["username"] for who in entities.get("mentions") or ()],
        links=[link.get("unwound_url") or link.get("expanded_url") or link["url"] for link in entities.get("urls") or ()],
        media=[url for key in dig(tweet, "attachments", "media_keys") or () if (url := pictures.get(key))],
        engagement=_counts(tweet.get("public_metrics") or {}), facts={name: value for name, value in facts.items() if value},
    )  # fmt: skip


def _status(status: Mapping[str, Any], within: str | None = None) -> SaidBy:
    """A status of v1.1 with what it repeats or quotes; or a stream's word that one was deleted."""
    if deleted := dig(status, "delete", "status"):
        yield RawPost(ref=deleted.get("id_str") or str(deleted["id"]), text="", gone=Gone.REMOVED)
        return
    post = _old_post(status)
    yield replace(post, within=within)
    for inner in ("retweeted_status", "quoted_status"):
        if status.get(inner) and within is None:
            yield from _status(status[inner], within=post.ref)


def _old_post(status: Mapping[str, Any]) -> RawPost:
    """A status of v1.1: ids as numbers and as text, the author inside; a long one is whole in `extended_tweet`."""
    whole = status.get("extended_tweet") or status
    user, entities = status.get("user") or {}, whole.get("entities") or {}
    handle, ref = user.get("screen_name"), status.get("id_str") or str(status["id"])
    answered = status.get("in_reply_to_status_id_str") or _text(status.get("in_reply_to_status_id"))
    pictures = dig(whole, "extended_entities", "media") or entities.get("media") or ()
    facts = {"quoted": status.get("quoted_status_id_str"), "item_kind": "retweet" if status.get("retweeted_status") else None,
             "visibility": "protected" if user.get("protected") else None}  # fmt: skip
    return RawPost(
        ref=ref, url=f"https://x.com/{handle or 'i'}/status/{ref}",
        text=_decoded(whole.get("full_text") or status.get("full_text") or status["text"]),
        kind=Kind.REPLY if answered else Kind.POST, author=user.get("name"), author_handle=handle,
        author_id=user.get("id_str") or _text(user.get("id")), author_url=handle and f"https://x.com/{handle}",
        author_place=user.get("location") or None, followers=user.get("followers_count"), verified=user.get("verified"),
        lang=_language(status), published=status.get("created_at"), reply_to=answered,
        hashtags=[tag["text"] for tag in entities.get("hashtags") or ()],
        mentions=[who["screen_name"] for who in entities.get("user_mentions") or ()], engagement=_counts(status),
        links=[link.get("expanded_url") or link["url"] for link in entities.get("urls") or ()],
        media=[item.get("media_url_https") or item["media_url"] for item in pictures], place=_place(status),
        facts={name: value for name, value in facts.items() if value},
    )  # fmt: skip


def _place(status: Mapping[str, Any]) -> Place | None:
    place, point = status.get("place") or {}, dig(status, "coordinates", "coordinates")
    if not place and not point:
        return None
    lon, lat = point or (None, None)
    return Place(name=place.get("full_name"), country=place.get("country_code"), lat=lat, lon=lon)


def _download(text: str, head: re.Match[str]) -> SaidBy:
    """The account's own tweets of a data download: `window.YTD.tweets.part0 = [{"tweet": …}]`. Who the account is stands in another file."""
    if head[1] not in {"tweet", "tweets"}:
        raise Broken(f"a download's {head[1]}: only its tweets are public and read", "not this source")
    try:
        items = loads(text[head.end() :])
    except ValueError as error:
        raise Broken(f"no JSON: {error}", "error answer") from None
    yield from each(items, lambda item: _status(item.get("tweet") or item))


def _counts(metrics: Mapping[str, Any]) -> dict[str, int]:
    """Counts as numbers; a download writes them as text."""
    return {ours: int(metrics[theirs]) for theirs, ours in COUNTS.items() if metrics.get(theirs) is not None}


def _language(tweet: Mapping[str, Any]) -> str | None:
    code = tweet.get("lang")
    return None if code in NO_LANGUAGE else code


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _decoded(text: str) -> str:
    """X writes `&`, `<` and `>` of a text as entities, and nothing else."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") if "&" in text else text
