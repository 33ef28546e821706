"""TikTok: comments on a firm's own videos and their answers, by the Business API. An error comes with status 200 and a code that is not 0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from crawlers.loose_json import dig
from crawlers.page import Ask, Broken, Follow, Kind, Ownership, Page, RawPost, Role, SaidBy, Site
from crawlers.paging import query_value, with_query
from crawlers.reading import each

site = Site(
    key="tiktok", name="TikTok", home="https://business-api.tiktok.com", kind=Kind.COMMENT, proof="documented",
    access="Business API for the firm's own videos; the handle is BUSINESS ID/VIDEO ID; TIKTOK_ACCESS_TOKEN is the token of the account that gave"
    " its consent to an app of business-api.tiktok.com", terms="https://www.tiktok.com/legal/tik-tok-developer-terms-of-service",
    ownership=Ownership.OWNED, delay=1, never_says=("rating", "title", "lang", "followers", "edited"), needs=("TIKTOK_ACCESS_TOKEN",),
)  # fmt: skip
SECRETS = {"Access-Token": "TIKTOK_ACCESS_TOKEN"}
LIST = "/open_api/v1.3/business/comment/list/"
ORDER = "&status=PUBLIC&sort_field=create_time&sort_order=desc&max_count=30"
"""Without it comments come in an order of chance, and hidden ones among them."""
ANSWERS = "/open_api/v1.3/business/comment/reply/list/"


def start(ask: Ask) -> SaidBy:
    """The comments of one video."""
    business, _, video = ask.firm.handle(site.key).partition("/")
    yield Follow(f"{ask.home}{LIST}?business_id={quote(business)}&video_id={quote(video)}{ORDER}", secrets=SECRETS)


def parse(page: Page) -> SaidBy:
    """One page of comments, or of the answers to one; anything but code 0 is an error in TikTok's own words."""
    tree = page.json
    if dig(tree, "code") != 0:
        raise Broken(f"code {dig(tree, 'code')}: {str(dig(tree, 'message'))[:200]}", "error answer")
    comments = dig(tree, "data", "comments")
    if not isinstance(comments, list):
        raise Broken("no list of comments", "not this source")
    yield from each(comments, lambda comment: _comment(comment, page.url))
    if dig(tree, "data", "has_more") and comments:
        cursor = dig(tree, "data", "cursor")
        yield Follow(with_query(page.url, cursor=cursor) if page.url else str(cursor), token=str(cursor), secrets=SECRETS)


def _comment(comment: Mapping[str, Any], url: str) -> SaidBy:
    """One comment; `owner` is whose video it is. Answers are asked for by themselves."""
    ref, name, above, video = comment["comment_id"], comment.get("username"), comment.get("parent_comment_id"), comment.get("video_id")
    status = comment.get("status") or "PUBLIC"
    yield RawPost(
        ref=ref, text=comment["text"], kind=Kind.REPLY if above else Kind.COMMENT, author_handle=name, author_id=comment.get("user_id"),
        author_url=f"https://www.tiktok.com/@{name}" if name else None, role=Role.FIRM if comment.get("owner") else Role.CUSTOMER,
        published=comment["create_time"], reply_to=above or video, thread=video,
        engagement={"likes": comment.get("likes"), "replies": comment.get("replies")},
        facts={} if status == "PUBLIC" else {"visibility": status.lower()},
    )  # fmt: skip
    business = query_value(url, "business_id")
    if comment.get("replies") and business and video:
        root = url.partition("/open_api/")[0]
        yield Follow(f"{root}{ANSWERS}?business_id={quote(business)}&video_id={video}&comment_id={ref}{ORDER}", next=False, secrets=SECRETS)
