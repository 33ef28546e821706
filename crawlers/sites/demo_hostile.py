"""The hostile corner of the made-up web that `plaint demo` serves on loopback: everything that goes wrong on real pages.

It is read like any source and must not need more care than one: what is wrong with an item costs that item.
"""

from __future__ import annotations

from parsel import Selector

from crawlers.page import Announced, Ask, Broken, Follow, Kind, Page, RawPost, Rejection, SaidBy, Site
from crawlers.reading import each
from crawlers.schema_reviews import read_reviews
from crawlers.words import words_of

site = Site(
    key="demo_hostile",
    name="The corner (made up)",
    home="https://the-corner.example",
    kind=Kind.REVIEW,
    access="made-up pages on loopback; robots.txt keeps one room shut",
    proof="described",
    delay=1,
    never_says=("followers", "verified", "edited"),
)


def start(ask: Ask) -> SaidBy:
    """The front page; the firm's handle is its path. Firms that the corner is not about have none, and nothing is asked for them."""
    if site.key in ask.firm.handles:
        yield Follow(f"{ask.home}/{ask.firm.handle(site.key).lstrip('/')}")


def parse(page: Page) -> SaidBy:
    """The cards of a room, its JSON-LD, and the doors to other rooms."""
    cards = page.css("article.card")
    if total := page.css("h1::attr(data-total)").get():
        yield Announced(int(total))
    if not cards and "ld+json" not in page.text:
        raise Broken("neither cards nor structured data", "not this source")
    whole = cards if "</html" in page.text[-100:] else cards[:-1]
    yield from each(whole, lambda card: _review(card, page))
    for card in cards[len(whole) :]:
        yield Rejection(reason="the page ends in the middle of this review", field="text", ref=card.attrib.get("data-ref"), seen=page.url or None)
    if not cards:
        yield from read_reviews(page)
    for link in page.css("a.room::attr(href)").getall():
        yield Follow(page.link(link) or link, next=False)
    if onward := page.link(page.css("a[rel=next]::attr(href)").get()):
        yield Follow(onward)


def _review(card: Selector, page: Page) -> SaidBy:
    ref, title = card.attrib["data-ref"], words_of(card.css("h3")[0])
    if not ref:
        yield Rejection(reason="a review without a number of its own", field="ref", seen=title)
        return
    yield RawPost(
        ref=ref, url=page.url or None, kind=Kind.REVIEW, title=title or None, text=words_of(card.css("div.body")[0]),
        author=words_of(card.css(".author")[0]) or None,
        rating=card.attrib.get("data-stars"), worst=1, best=5, published=card.css("time::attr(datetime)").get(),
    )  # fmt: skip
