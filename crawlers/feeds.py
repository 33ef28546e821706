"""RSS 0.9x, 1.0 (RDF) and 2.0, Atom and podcast feeds as raw posts: each entry with its own id, date, author and words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from crawlers.page import Broken, Kind, Page, RawPost
from crawlers.reading import key_of

BLOCKS = {"p", "div", "li", "blockquote", "pre", "h1", "h2", "h3", "h4"}


def entries(page: Page, kind: Kind = Kind.POST) -> Iterator[RawPost]:
    """The entries of a feed in its order; raises Broken when the page is no feed. External entities are never read."""
    root = etree.fromstring(page.body.lstrip(), etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False))
    if root is None or _name(root) not in {"rss", "RDF", "feed"}:
        raise Broken("no feed: its root is neither rss, RDF nor feed", "not this source")
    channel = next((child for child in root if _name(child) == "channel"), root)
    language = _text(channel, "language") or root.get("{http://www.w3.org/XML/1998/namespace}lang")
    owner = None if _name(root) == "RDF" else _author(channel)[0]
    for item in (*root.iter("{*}item"), *root.iter("{*}entry")):
        yield _entry(item, page, language, owner, kind)


def _entry(item: Any, page: Page, language: str | None, owner: str | None, kind: Kind) -> RawPost:
    title, link = _inner(_part(item, "title")), _link(item)
    author, author_url = _author(item)
    ref = item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about") or _text(item, "guid") or _text(item, "id") or link
    published = _text(item, "pubDate") or _text(item, "published") or _text(item, "date") or _text(item, "issued")
    updated = _text(item, "updated") or _text(item, "modified")
    answered = next((child for child in item if _name(child) == "in-reply-to"), None)
    body = _part(item, "encoded") if _part(item, "encoded") is not None else _part(item, "content")
    return RawPost(
        ref=ref or key_of(title, published), url=page.link(link), kind=kind, title=title, markup=True,
        text=_inner(body) or _inner(_part(item, "description")) or _inner(_part(item, "summary")) or "",
        author=author or owner, author_url=author_url, lang=language, published=published or updated,
        edited=updated if published and updated != published else None,
        reply_to=answered.get("ref") if answered is not None else None,
        hashtags=[], media=[url for child in item if _name(child) == "enclosure" and (url := child.get("url"))],
        facts={"category": categories} if (categories := [c for c in map(_category, item) if c]) else {},
        engagement={"replies": _text(item, "comments") if (_text(item, "comments") or "").isdigit() else None},
    )  # fmt: skip


def _name(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _part(item: Any, name: str) -> Any:
    return next((child for child in item if _name(child) == name), None)


def _text(item: Any, name: str) -> str | None:
    """The words of the first child of that name that has any."""
    return next((said for child in item if _name(child) == name and (said := (child.text or "").strip())), None)


def _inner(element: Any) -> str | None:
    """What an element holds as HTML: the XHTML inside it, or its text, which is escaped HTML or plain."""
    if element is None:
        return None
    if not len(element):
        return str(element.text or "")
    if not any(_name(below) in BLOCKS for child in element for below in child.iterdescendants()):
        return "".join(element.itertext())
    return (element.text or "") + "".join(etree.tostring(child, method="html", encoding="unicode") for child in element)


def _link(item: Any) -> str | None:
    """RSS writes the address as text, Atom as the `href` of the alternate link."""
    links = [child for child in item if _name(child) == "link"]
    chosen = next((one for one in links if one.get("rel", "alternate") == "alternate"), links[0] if links else None)
    if chosen is None:
        return next((guid.text for guid in item if _name(guid) == "guid" and guid.get("isPermaLink") != "false"), None)
    return chosen.get("href") or (chosen.text or "").strip() or None


def _author(item: Any) -> tuple[str | None, str | None]:
    author = _part(item, "author")
    if author is not None and len(author):
        return _text(author, "name"), _text(author, "uri")
    return _text(item, "creator") or (_person(author.text.strip()) if author is not None and author.text else None), None


def _person(said: str) -> str:
    """The name in RSS's own form of an author, `rosa@blog.example (Rosa)`: the address is not for show."""
    found = re.fullmatch(r"\S+@\S+\s+\((.+)\)", said)
    return found[1] if found else said


def _category(child: Any) -> str | None:
    return child.get("label") or child.get("term") or (child.text or "").strip() or None if _name(child) in {"category", "subject"} else None
