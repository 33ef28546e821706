"""G2: saved pages of software reviews; half stars, from 0. Pages are behind a guard and are not crawled."""

from __future__ import annotations

import re
from typing import Any

from parsel import Selector

from crawlers.page import Broken, Follow, Kind, Page, RawPost, SaidBy, Site
from crawlers.reading import each
from crawlers.schema_reviews import text_in
from crawlers.structured import microdata_item
from crawlers.words import words_of

site = Site(
    key="g2",
    name="G2",
    home="https://www.g2.com",
    kind=Kind.REVIEW,
    access="saved pages only",
    terms="https://legal.g2.com/terms-of-use",
    languages=("en",),
    never_says=("reply_to", "edited", "followers", "engagement"),
    worst=0,
    live=False,
)


def parse(page: Page) -> SaidBy:
    """The reviews of a product's page; each answers fixed questions, which are part of the text."""
    if "g2.com" not in page.text:
        raise Broken("no page of G2", "not this source")
    product = page.css("[itemtype$=Product] [itemprop=name]::text, .product-head__title [itemprop=name]::text").get()
    yield from each(page.css("[itemprop=review][id^='survey-response-']"), lambda card: _review(card, page, product))
    following = page.xpath("//a[contains(@class, 'pagination')][starts-with(normalize-space(), 'Next')]/@href").get()
    if link := page.link(following):
        yield Follow(link)


def _review(card: Selector, page: Page, product: str | None) -> SaidBy:
    item = microdata_item(card.root)
    rating: dict[str, Any] = next(iter(item.get("reviewRating", ())), {})
    author: dict[str, Any] = next(iter(item.get("author", ())), {})
    profile = text_in(author.get("url"))
    tags = [words for tag in card.css(".tag") if (words := words_of(tag))]
    source = next((tag.partition(":")[2].strip() for tag in tags if tag.startswith("Review source:")), None)
    facts = {"tags": tags or None, "source_name": source, "item": product, "verified_purchase": "Verified Current User" in tags or None}
    yield RawPost(
        ref=card.attrib["id"].removeprefix("survey-response-"), kind=Kind.REVIEW, title=text_in(item.get("name")),
        text=text_in(item.get("reviewBody")) or "", url=page.link(card.css("a[href*='-review-']::attr(href)").get()),
        author=text_in(author), author_url=page.link(profile),
        author_id=(re.findall(r"/users/([\w-]+)", profile or "") or [None])[0], rating=text_in(rating.get("ratingValue")),
        worst=text_in(rating.get("worstRating")), best=text_in(rating.get("bestRating")), published=text_in(item.get("datePublished")),
        facts={name: value for name, value in facts.items() if value is not None}, firm=product,
    )  # fmt: skip
