"""Amazon: saved pages of customer reviews, of every country's shop. Further pages are behind a sign-in and are not crawled."""

from __future__ import annotations

import re

from parsel import Selector

from crawlers.page import Broken, Follow, Kind, Page, Place, RawPost, SaidBy, Site
from crawlers.reading import each
from crawlers.words import words_of

site = Site(
    key="amazon",
    name="Amazon",
    home="https://www.amazon.com",
    kind=Kind.REVIEW,
    access="saved pages only: the next page leads to a sign-in",
    terms="https://www.amazon.com/gp/help/customer/display.html?nodeId=508088",
    languages=("en", "de", "fr", "es", "it", "nl", "pl", "sv", "pt", "tr", "ja"),
    never_says=("reply_to", "edited", "followers"),
    live=False,
)
DATE = re.compile(r"\d{4}年\d+月\d+日|(?:\b(?:on|vom|le|el|il|op|den|em|dnia)\s+)((?:\d|\w+\.?\s+\d)[^\n]*)$", re.IGNORECASE)
COUNTRY = re.compile(r"(?:in|aus|en|au|aux|de|uit|i|w)\s+(?:the\s+|den\s+)?(.+?)\s+(?:on|vom|le|el|il|op|den|em|dnia)\s", re.IGNORECASE)


def parse(page: Page) -> SaidBy:
    """The reviews of one page. The boxes "top positive" and "top critical" repeat some and have no id."""
    if "amazon" not in page.text.lower():
        raise Broken("no page of Amazon", "not this source")
    product = words_of(page.css("[data-hook=product-link], .product-title a, #productTitle")[:1])
    cards = page.css("[data-hook=review][id], div.review[id]")
    yield from each(cards, lambda card: _review(card, page, product))
    link = page.link(page.css("li.a-last:not(.a-disabled) a::attr(href)").get())
    if link and "/ap/signin" not in link:
        yield Follow(link)


def _review(card: Selector, page: Page, product: str | None) -> SaidBy:
    ref = card.attrib["id"].removeprefix("customer_review-").removeprefix("customer_review_foreign-")
    profile = card.css("a.a-profile::attr(href), a.author::attr(href)").get()
    person = re.search(r"/profile/([^/?]+)", profile or "")
    said = words_of(card.css("[data-hook=review-date], .review-date")[:1]) or ""
    date, country = DATE.search(said), COUNTRY.search(said)
    is_verified = bool(card.css("[data-hook=avp-badge], .avp-badge"))
    facts = {"verified_purchase": is_verified or None, "item": product, "device": words_of(card.css("[data-hook=format-strip]")[:1])}
    yield RawPost(
        ref=ref, url=page.link(f"/gp/customer-reviews/{ref}/") if page.url else f"{site.home}/gp/customer-reviews/{ref}/", kind=Kind.REVIEW,
        title=_title(card), text=words_of(card.css("[data-hook=review-body], .review-text")[:1]) or "",
        author=words_of(card.css(".a-profile-name, a.author, .author")[:1]), author_url=page.link(profile), author_id=person and person[1],
        rating=words_of(card.css("[data-hook$=review-star-rating], i.review-rating")[:1]), best=5, worst=1,
        published=(date[1] or date[0]) if date else said or None, place=Place(name=country[1]) if country else None,
        engagement={"helpful": _helpful(card)}, facts={name: value for name, value in facts.items() if value is not None}, firm=product,
    )  # fmt: skip


def _title(card: Selector) -> str | None:
    """The title without the stars in words that stand in the same link ("3.0 out of 5 stars")."""
    title = card.css("[data-hook=review-title], .review-title")[:1]
    return words_of(title, without=[stars.root for stars in title.css("i, .a-icon-alt")]) or None


def _helpful(card: Selector) -> str | None:
    said = words_of(card.css("[data-hook=helpful-vote-statement], .review-votes")[:1]) or ""
    return "1" if re.match(r"(?:one|eine|una|une|um|een)\b", said, re.IGNORECASE) else (re.match(r"[\d.,]+", said) or [None])[0]
