"""Isso: comments of a page on a self-hosted comment server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urljoin

from crawlers.page import Announced, Ask, Broken, Follow, Gone, Kind, Page, RawPost, SaidBy, Site
from crawlers.paging import query_value
from crawlers.reading import each

site = Site(
    key="isso", name="Isso comments", home="https://isso-comments.de", kind=Kind.COMMENT, proof="documented",
    access="the comment server's public API; the firm's handle is SERVER#PAGE, as `https://comments.bank.example#/news/1`", delay=2,
    never_says=("rating", "lang", "followers", "title"),
)  # fmt: skip
GONE_MODE = 4
"""A comment that was deleted but has answers keeps its place without words."""


def start(ask: Ask) -> SaidBy:
    """All comments of one page, answers inside."""
    server, _, path = ask.firm.handle(site.key).partition("#")
    yield Follow(f"{urljoin(f'{ask.home}/', server).rstrip('/')}/?uri={quote(path, safe='')}")


def parse(page: Page) -> SaidBy:
    """The comments of a page: `replies`, each with its own `replies`; `total_replies` at the top counts all of them."""
    tree = page.json
    if "replies" not in tree:
        raise Broken("no comments: `replies` is missing", "not this source")
    if isinstance(total := tree.get("total_replies"), int) and not tree.get("hidden_replies"):
        yield Announced(total)
    thread = query_value(page.url, "uri")
    yield from each(tree["replies"], lambda reply: _comment(reply, thread))


def _comment(item: Mapping[str, Any], thread: str | None) -> SaidBy:
    """A comment and the answers inside it; `hash` stands for the person, whose e-mail is not public."""
    ref, gone = str(item["id"]), item.get("mode") == GONE_MODE
    yield RawPost(
        ref=ref, text=item.get("text") or "", markup=True, author=item.get("author"), author_id=item.get("hash"),
        author_url=item.get("website"), kind=Kind.REPLY if item.get("parent") else Kind.COMMENT, published=item.get("created"),
        edited=item.get("modified"), reply_to=str(item["parent"]) if item.get("parent") else None, thread=thread,
        gone=Gone.REMOVED if gone else None, engagement={"likes": item.get("likes"), "dislikes": item.get("dislikes")},
    )  # fmt: skip
    for reply in item.get("replies") or ():
        yield from _comment(reply, thread)
