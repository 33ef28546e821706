"""Disqus: a site's export of its comments (XML)."""

from __future__ import annotations

from typing import Any

from crawlers.page import Broken, Gone, Kind, Ownership, Page, RawPost, SaidBy, Site
from crawlers.reading import each

site = Site(
    key="disqus", name="Disqus", home="https://disqus.com", kind=Kind.COMMENT, access="the export of a site that the firm owns (import only)",
    ownership=Ownership.OWNED, never_says=("rating", "lang", "followers", "likes"), live=False,
)  # fmt: skip
ID = "{http://disqus.com/disqus-internals}id"


def parse(page: Page) -> SaidBy:
    """All comments, spam left out, each under the thread (page) that it stands on. E-mail and IP addresses are not read."""
    from lxml import etree

    root = etree.fromstring(page.body.lstrip(), etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
    if root is None or etree.QName(root).localname != "disqus":
        raise Broken("no export of Disqus", "not this source")
    threads = {thread.get(ID): thread for thread in root.iterchildren("{*}thread")}
    comments = [post for post in root.iterchildren("{*}post") if _text(post, "isSpam") != "true"]
    yield from each(comments, lambda post: _comment(post, threads))


def _comment(post: Any, threads: dict[str, Any]) -> SaidBy:
    author, parent, under = post.find("{*}author"), post.find("{*}parent"), post.find("{*}thread")
    thread = None if under is None else under.get(ID)
    address = _text(threads[thread], "link") if thread in threads else None
    yield RawPost(
        ref=post.get(ID), url=f"{address}#comment-{post.get(ID)}" if address else None, text=_text(post, "message") or "", markup=True,
        kind=Kind.REPLY if parent is not None else Kind.COMMENT, author=_text(author, "name"), author_handle=_text(author, "username"),
        published=_text(post, "createdAt"), reply_to=None if parent is None else parent.get(ID), thread=thread,
        gone=Gone.REMOVED if _text(post, "isDeleted") == "true" else None,
        facts={"item": title} if thread in threads and (title := _text(threads[thread], "title")) else {},
    )  # fmt: skip


def _text(element: Any, name: str) -> str | None:
    found = None if element is None else element.find(f"{{*}}{name}")
    return None if found is None or not (found.text or "").strip() else found.text.strip()
