"""Any page with reviews in microformats: hReview (2006) and h-review (microformats2), on the scale that the page names."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import urljoin

from parsel import Selector

from crawlers.classes import ByClass
from crawlers.page import Ask, Broken, Follow, Kind, Page, RawPost, SaidBy, Site
from crawlers.paging import next_link
from crawlers.reading import each, key_of
from crawlers.words import words_of

site = Site(
    key="hreview",
    name="Pages with hReview",
    home="https://microformats.org",
    kind=Kind.REVIEW,
    access="pages that robots.txt allows; the firm's handle is the address of its page",
    never_says=("followers", "verified", "reply_to", "engagement"),
    date_order="DMY",
)


def start(ask: Ask) -> SaidBy:
    """The firm's page: its handle is a whole address, or a path below the home that was set."""
    yield Follow(urljoin(ask.home, ask.firm.handle(site.key)))


def parse(page: Page) -> SaidBy:
    """All reviews of a page; the average of all (`hreview-aggregate`) is none."""
    if "<" not in page.text[:100_000]:
        raise Broken("no HTML page", "not this source")
    yield from each(page.css(".hreview, .h-review"), lambda card: _review(card, page))
    if link := next_link(page):
        yield Follow(link)


def _review(card: Selector, page: Page) -> SaidBy:
    parts = ByClass(card.root)
    item, published = _value(parts.first("item", "p-item")), _value(parts.first("dtreviewed", "dt-reviewed", "dt-published"))
    author = _words(parts.first("reviewer", "p-author")) or None
    title = _words(next((part for part in parts.all("summary", "p-name") if _is_title(part)), None)) or None
    text = _words(parts.first("description", "e-content", "e-description")) or ""
    ratings = [ByClass(part) for part in parts.all("rating", "p-rating")]
    value, worst, best = (_first(ratings, *names) for names in (("value",), ("worst", "p-worst"), ("best",)))
    permalink = page.link(next((link.get("href") for link in card.root.iter("a") if _is_permalink(link)), None))
    given = _value(value) if value is not None else _value(parts.first("rating", "p-rating"), without=[worst, best])
    yield RawPost(
        ref=permalink or key_of(item, author, published, title, text), url=permalink, kind=Kind.REVIEW, title=title, text=text, author=author,
        rating=given, worst=_value(worst),
        best=_value(parts.first("p-best") if best is None else best), published=published,
        facts={"item": item} if item else {}, firm=item,
    )  # fmt: skip


def _first(ratings: list[ByClass], *names: str) -> Any:
    """The first element with one of the classes inside a rating."""
    return next((found for rating in ratings if (found := rating.first(*names)) is not None), None)


def _is_title(part: Any) -> bool:
    """A `summary`, or a `p-name` that is not the name of the thing reviewed."""
    names, outer = part.get("class").split(), part.getparent()
    return "summary" in names or outer is None or "p-item" not in (outer.get("class") or "").split()


def _is_permalink(link: Any) -> bool:
    """A bookmark, or a `u-url` that is neither the author's nor that of the thing reviewed."""
    if {"bookmark", "self"} & set((link.get("rel") or "").split()):
        return True
    outer = link.getparent()
    of = set((outer.get("class") or "").split()) if outer is not None else set()
    return "u-url" in (link.get("class") or "").split() and not of & {"p-item", "p-author", "item"}


def _words(element: Any) -> str | None:
    return None if element is None else words_of(element)


def _value(element: Any, *, without: Collection[Any] = ()) -> str | None:
    """A value by the patterns of microformats: `value-title`, the title of an `abbr`, `datetime`, else the words."""
    if element is None:
        return None
    own = element.get("title") if element.tag == "abbr" else element.get("datetime") or element.get("value")
    return own or next(filter(None, map(_hidden, element.iter("*"))), None) or words_of(element, without=without) or None


def _hidden(part: Any) -> str | None:
    if "value-title" in (part.get("class") or "").split() or part.tag == "abbr":
        return part.get("title") or None
    return (part.get("datetime") or None) if part.tag == "time" else None
