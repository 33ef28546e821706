"""Starling & Thorn, the made-up review site that `plaint demo` serves on loopback: stars, firm replies, 20 reviews a page."""

from __future__ import annotations

from parsel import Selector

from crawlers.page import Announced, Ask, Broken, Follow, Kind, Page, RawPost, Role, SaidBy, Site
from crawlers.reading import each
from crawlers.words import words_of

site = Site(
    key="demo_reviews",
    name="Starling & Thorn (made up)",
    home="https://starling-and-thorn.example",
    kind=Kind.REVIEW,
    access="made-up pages on loopback; robots.txt keeps reports and drafts shut",
    proof="described",
    delay=1,
    never_says=("followers", "hashtags", "mentions"),
    newest_first=True,
)


def start(ask: Ask) -> SaidBy:
    """The firm's list, newest first."""
    yield Follow(f"{ask.home}/firm/{ask.firm.handle(site.key)}")


def parse(page: Page) -> SaidBy:
    """One page of a firm's reviews, or the page of one review."""
    cards, head = page.css("article.review"), page.css("section.firm")
    if not cards and not head:
        raise Broken("neither reviews nor the head of a firm", "not this source")
    if total := head.attrib.get("data-total"):
        yield Announced(int(total))
    firm = head.css("h1::text").get()
    yield from each(cards, lambda card: _review(card, page, firm))
    if link := page.link(page.css("a[rel=next]::attr(href)").get()):
        yield Follow(link)


def _review(card: Selector, page: Page, firm: str | None) -> SaidBy:
    ref, stars = card.attrib["data-id"], card.css(".stars")
    yield RawPost(
        ref=ref, url=page.link(card.css("h3 a::attr(href)").get()), kind=Kind.REVIEW, title=words_of(card.css("h3:not([data-untitled]) a")),
        text=words_of(card.css("div.body")[0]), lang=card.attrib.get("data-lang"), author=words_of(card.css(".author")[0]),
        rating=stars.attrib.get("data-value"), worst=1, best=stars.attrib.get("data-best"),
        published=card.css("time.written::attr(datetime)").get(), edited=card.css("time.edited::attr(datetime)").get(),
        engagement={"helpful": card.attrib.get("data-helpful")}, facts=_facts(card), firm=firm,
    )  # fmt: skip
    for reply in card.css("div.reply"):
        yield RawPost(
            ref=reply.attrib["data-id"], within=ref, reply_to=ref, thread=ref, kind=Kind.REPLY, text=words_of(reply.css("div.body")[0]),
            url=page.link(card.css("h3 a::attr(href)").get()), author=words_of(reply.css(".author")[0]), role=Role.FIRM,
            published=reply.css("time::attr(datetime)").get(), firm=firm,
        )  # fmt: skip


def _facts(card: Selector) -> dict[str, str]:
    said = {"product": card.attrib.get("data-product"), "issue": card.attrib.get("data-topic")}
    return {name: value for name, value in said.items() if value}
