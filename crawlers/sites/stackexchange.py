"""Stack Exchange: questions with their answers and comments, by the API (2.2 and later)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from crawlers.page import Announced, Ask, Broken, Follow, Gone, Kind, Page, RawPost, SaidBy, Site
from crawlers.paging import with_query
from crawlers.reading import each

site = Site(
    key="stackexchange", name="Stack Exchange", home="https://api.stackexchange.com", kind=Kind.QUESTION,
    access="official API; the handle is SITE/SEARCH, as `money/Northgate`", terms="https://stackoverflow.com/legal/api-terms-of-use", delay=1,
    whole=False, revisits=True, never_says=("rating", "lang"),
)  # fmt: skip
AT_ONCE = 100
"""Ids that one address may name (docs: "ids can contain up to 100 semicolon delimited ids")."""
KINDS = {"questions": "", "answers": "answer-", "comments": "comment-"}
"""How the refs of each kind begin."""
PARENTS = re.compile(r"/(questions|answers)/[\d;]+/(answers|comments)\b")
FACTS = (("accepted", "is_accepted"), ("answered", "is_answered"))


def start(ask: Ask) -> SaidBy:
    """Questions that mention the firm, newest first, with bodies; then the held posts again. Answers and comments follow from them."""
    place, _, words = ask.firm.handle(site.key).partition("/")
    yield Follow(f"{ask.home}/2.3/search/advanced?order=desc&sort=creation&pagesize=100&page=1&filter=withbody&site={place}&q={quote(words)}")
    for kind, begins in KINDS.items():
        refs = [ref for ref in ask.held if re.fullmatch(rf"{begins}\d+", ref)]
        for some in _by_hundred(refs):
            yield _about(ask.home, f"{kind}/{_ids(some)}", place, {"asked": some})


def parse(page: Page) -> SaidBy:
    """One page of items. `backoff` is honoured by the crawler: it is a Retry-After inside the answer."""
    tree = page.json
    if "items" not in tree:
        raise Broken(f"no items: {tree.get('error_name') or ''} {tree.get('error_message') or ', '.join(tree)}", "error answer")
    found = PARENTS.search(page.url)
    if isinstance(total := tree.get("total"), int) and not found:
        yield Announced(total)
    above = found[1] if found else None
    there, asked = {_ref(item) for item in tree["items"]}, page.meta.get("asked")
    if not asked or not asked[0].startswith("comment-"):  # a comment alone does not say what it is on
        yield from each(tree["items"], lambda item: _item(item, above=above))
    if asked:
        yield from (RawPost(ref=ref, text="", gone=Gone.REMOVED) for ref in asked if ref not in there)
    else:
        yield from _below(there, page.url)
    if tree.get("has_more") and tree["items"]:
        number = int(tree.get("page") or 1) + 1
        yield Follow(with_query(page.url, page=number) if page.url else str(number), token=str(number))


def _below(refs: Iterable[str], url: str) -> SaidBy:
    """Requests for the answers to listed questions, and for the comments on questions and answers: whole conversations, 100 at a time."""
    root, found, rest = url.partition("/2.3/")
    place = re.search(r"[?&]site=([\w.-]+)", url)
    if not found or not place or "/comments" in rest:
        return
    listed = sorted(refs)
    for kind, edges in (("questions", ("answers", "comments")), ("answers", ("comments",))):
        for some in _by_hundred([ref for ref in listed if re.fullmatch(rf"{KINDS[kind]}\d+", ref)]):
            for edge in edges:
                yield _about(root, f"{kind}/{_ids(some)}/{edge}", place[1], {})


def _about(home: str, path: str, place: str, meta: Mapping[str, Any]) -> Follow:
    return Follow(f"{home}/2.3/{path}?order=asc&sort=creation&pagesize=100&page=1&filter=withbody&site={place}", False, meta=meta)


def _by_hundred(refs: list[str]) -> list[list[str]]:
    return [refs[begin : begin + AT_ONCE] for begin in range(0, len(refs), AT_ONCE)]


def _ids(refs: list[str]) -> str:
    return ";".join(ref.rpartition("-")[2] for ref in refs)


def _item(item: Mapping[str, Any], question: str | None = None, within: str | None = None, above: str | None = None) -> SaidBy:
    """A question, an answer or a comment. Ids are unique within each of the three only.

    `above` is what the comments of a list are on: the API gives the number alone.
    """
    ref = _ref(item)
    answered = within or _answered(item, above)
    question = question or _question(item, ref, answered)
    owner = item.get("owner") or {}
    is_question = "answer_id" not in item and "comment_id" not in item
    yield RawPost(
        ref=ref, within=within, url=item.get("link") or None, title=item.get("title") or None,
        text=item.get("body") or item.get("body_markdown") or "",
        markup="body" in item, kind=Kind.QUESTION if is_question else Kind.COMMENT if "comment_id" in item else Kind.REPLY,
        author=owner.get("display_name"), author_id=str(owner["user_id"]) if "user_id" in owner else None, author_url=owner.get("link"),
        published=item["creation_date"], edited=item.get("last_edit_date"), reply_to=answered, thread=question,
        hashtags=item.get("tags") if is_question else [],
        engagement={"score": item.get("score"), "views": item.get("view_count"), "replies": item.get("answer_count")},
        facts={ours: item[theirs] for ours, theirs in FACTS if item.get(theirs) is not None},
    )  # fmt: skip
    for inner in (*(item.get("comments") or ()), *(item.get("answers") or ())):
        yield from _item(inner, question, within=ref)


def _answered(item: Mapping[str, Any], above: str | None) -> str | None:
    """What an item of a list is about: an answer its question, a comment the post whose kind the address (or `post_type`) tells."""
    if "comment_id" in item:
        kind = item.get("post_type") or (above or "").rstrip("s")
        return {"question": f"{item['post_id']}", "answer": f"answer-{item['post_id']}"}.get(kind)
    return str(item["question_id"]) if "answer_id" in item and "question_id" in item else None


def _question(item: Mapping[str, Any], ref: str, answered: str | None) -> str | None:
    """The question that a conversation begins with; of a comment on an answer that came alone nobody knows it."""
    if "comment_id" in item:
        return None if answered is None or answered.startswith("answer-") else answered
    return str(item.get("question_id") or ref)


def _ref(item: Mapping[str, Any]) -> str:
    if "comment_id" in item:
        return f"comment-{item['comment_id']}"
    return f"answer-{item['answer_id']}" if "answer_id" in item else str(item["question_id"])
