"""YouTube: comments on videos, with their answers, by the Data API; search finds the videos about a firm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from crawlers.loose_json import dig
from crawlers.page import Ask, Broken, Follow, Gone, Kind, Page, RawPost, SaidBy, Site
from crawlers.paging import query_value, with_query
from crawlers.reading import each

site = Site(
    key="youtube", name="YouTube", home="https://www.googleapis.com", kind=Kind.COMMENT,
    access="Data API v3: YOUTUBE_API_KEY is a key of a Google Cloud project with that API on; "
           "the handle is a channel (`UC…`, all its videos), a video (`video:ID`) or a search",
    terms="https://developers.google.com/youtube/terms/api-services-terms-of-service", delay=0.5,
    whole=False, revisits=True, never_says=("rating", "title", "lang", "followers"), needs=("YOUTUBE_API_KEY",),
)  # fmt: skip
KEY = {"key": "YOUTUBE_API_KEY"}
THREADS = "/youtube/v3/commentThreads?part=snippet,replies&maxResults=100&textFormat=plainText&order=time&key="
NAMED = "/youtube/v3/comments?part=snippet&textFormat=plainText&key="
AT_ONCE = 50
"""Comments that one look-up names."""
COMMENTS = "/youtube/v3/comments?part=snippet&maxResults=100&textFormat=plainText&key="


def start(ask: Ask) -> SaidBy:
    """Comments of a channel or a video, or the videos that a search finds (100 searches a day); then the held comments again (one unit each time)."""
    handle = ask.firm.handle(site.key)
    if handle.startswith("UC"):
        yield Follow(f"{ask.home}{THREADS}&allThreadsRelatedToChannelId={handle}", secrets=KEY)
    elif handle.startswith("video:"):
        yield Follow(f"{ask.home}{THREADS}&videoId={handle[6:]}", secrets=KEY)
    else:
        since = f"&publishedAfter={quote(ask.since)}" if ask.since else ""
        yield Follow(
            f"{ask.home}/youtube/v3/search?part=snippet&type=video&order=date&maxResults=50&q={quote(handle)}{since}&key=", False, secrets=KEY
        )

    for begin in range(0, len(ask.held), AT_ONCE):
        some = list(ask.held[begin : begin + AT_ONCE])
        yield Follow(f"{ask.home}{NAMED}&id={','.join(some)}", False, secrets=KEY, meta={"asked": some})


def parse(page: Page) -> SaidBy:
    """Comment threads, the answers to one comment, one comment, or search results (whose comments are followed)."""
    tree = page.json
    if error := tree.get("error"):
        raise Broken(f"error {dig(error, 'code')}: {str(dig(error, 'message'))[:200]}", "error answer")
    kind, items = tree.get("kind", ""), tree.get("items", [tree] if "snippet" in tree else None)
    if not kind.startswith("youtube#") or items is None:
        raise Broken("no answer of the Data API", "not this source")
    root = page.url.partition("/youtube/v3/")[0] or site.home
    if kind == "youtube#searchListResponse":
        for item in items:
            if video := dig(item, "id", "videoId"):
                yield Follow(f"{root}{THREADS}&videoId={video}", False, secrets=KEY)
    else:
        under = query_value(page.url, "parentId")
        yield from each(items, lambda item: _thread(item, root) if "topLevelComment" in item["snippet"] else _one(item, under))
        there = {item["id"] for item in items}
        yield from (RawPost(ref=ref, text="", gone=Gone.REMOVED) for ref in page.meta.get("asked") or () if ref not in there)
    if token := tree.get("nextPageToken"):
        yield Follow(with_query(page.url, pageToken=token, key="") if page.url else token, token=token, secrets=KEY)


def _thread(thread: Mapping[str, Any], root: str) -> SaidBy:
    """A comment and the answers that came with it (at most five); the rest is asked for."""
    snippet = thread["snippet"]
    top, replies = snippet["topLevelComment"], dig(thread, "replies", "comments") or []
    yield _comment(top, snippet.get("videoId"), answers=snippet.get("totalReplyCount"))
    for reply in replies:
        yield _comment(reply, snippet.get("videoId"), within=top["id"])
    if (snippet.get("totalReplyCount") or 0) > len(replies):
        yield Follow(f"{root}{COMMENTS}&parentId={top['id']}", False, secrets=KEY)


def _one(comment: Mapping[str, Any], under: str | None) -> SaidBy:
    yield _comment(comment, None, parent=under)


def _comment(
    comment: Mapping[str, Any], video: str | None, *, within: str | None = None, parent: str | None = None, answers: int | None = None
) -> RawPost:
    """One comment; `textOriginal` is what was typed. Since 2023 the display name is the @handle."""
    said, name = comment["snippet"], comment["snippet"].get("authorDisplayName") or None
    video, parent = said.get("videoId") or video, said.get("parentId") or within or parent
    edited, plain = said.get("updatedAt"), said.get("textOriginal")
    return RawPost(
        ref=comment["id"], url=f"https://www.youtube.com/watch?v={video}&lc={comment['id']}" if video else None, within=within,
        text=said.get("textDisplay") if plain is None else plain, markup=plain is None, kind=Kind.REPLY if parent else Kind.COMMENT,
        author=name, author_handle=name, author_id=dig(said, "authorChannelId", "value"), author_url=said.get("authorChannelUrl"),
        published=said["publishedAt"], edited=edited if edited != said["publishedAt"] else None, reply_to=parent, thread=video or parent,
        engagement={"likes": said.get("likeCount"), "replies": answers},
        facts={"visibility": held} if (held := said.get("moderationStatus", "published")) != "published" else {},
    )  # fmt: skip
