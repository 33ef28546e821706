"""Stack Exchange: questions with their answers and comments, by the API (2.2 and later)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from crawlers.page import Announced, Ask, Broken, Follow, Kind, Page, RawPost, SaidBy, Site
from crawlers.paging import with_query
from crawlers.reading import each

site = Site(
    key="stackexchange", name="Stack Exchange", home="https://api.stackexchange.com", kind=Kind.QUESTION,
    access="official API; the handle is SITE/SEARCH, as `money/Northgate`", terms="https://stackoverflow.com/legal/api-terms-of-use", delay=1,
    whole=False, never_says=("rating", "lang"),
)  # fmt: skip
FACTS = (("accepted", "is_accepted"), ("answered", "is_answered"))


def start(ask: Ask) -> SaidBy:
    """Questions that mention the firm, newest first, with bodies, answers and comments."""
    place, _, words = ask.firm.handle(site.key).partition("/")
    yield Follow(f"{ask.home}/2.3/search/advanced?order=desc&sort=creation&pagesize=100&page=1&filter=withbody&site={place}&q={quote(words)}")


def parse(page: Page) -> SaidBy:
    """One page of items. `backoff` is honoured by the crawler: it is a Retry-After inside the answer."""
    tree = page.json
    if "items" not in tree:
        raise Broken(f"no items: {tree.get('error_name') or ''} {tree.get('error_message') or ', '.join(tree)}", "error answer")
    if isinstance(total := tree.get("total"), int):
        yield Announced(total)
    yield from each(tree["items"], _item)
    if tree.get("has_more") and tree["items"]:
        number = int(tree.get("page") or 1) + 1
        yield Follow(with_query(page.url, page=number) if page.url else str(number), token=str(number))


def _item(item: Mapping[str, Any], question: str | None = None, within: str | None = None) -> SaidBy:
    """A question, an answer or a comment. Ids are unique within each of the three only."""
    ref = _ref(item)
    question = question or str(item.get("question_id") or item.get("post_id") or ref)
    owner = item.get("owner") or {}
    is_question = "answer_id" not in item and "comment_id" not in item
    yield RawPost(
        ref=ref, within=within, url=item.get("link") or None, title=item.get("title") or None,
        text=item.get("body") or item.get("body_markdown") or "",
        markup="body" in item, kind=Kind.QUESTION if is_question else Kind.COMMENT if "comment_id" in item else Kind.REPLY,
        author=owner.get("display_name"), author_id=str(owner["user_id"]) if "user_id" in owner else None, author_url=owner.get("link"),
        published=item["creation_date"], edited=item.get("last_edit_date"), reply_to=within, thread=question,
        hashtags=item.get("tags") if is_question else [],
        engagement={"score": item.get("score"), "views": item.get("view_count"), "replies": item.get("answer_count")},
        facts={ours: item[theirs] for ours, theirs in FACTS if item.get(theirs) is not None},
    )  # fmt: skip
    for inner in (*(item.get("comments") or ()), *(item.get("answers") or ())):
        yield from _item(inner, question, within=ref)


def _ref(item: Mapping[str, Any]) -> str:
    if "comment_id" in item:
        return f"comment-{item['comment_id']}"
    return f"answer-{item['answer_id']}" if "answer_id" in item else str(item["question_id"])
