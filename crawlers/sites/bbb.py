"""Better Business Bureau: saved pages of customer reviews with the firm's answers. Complaints are reported, not read.

The site refuses programs, so nothing is crawled. How a complaint's card is built is known from a single account, which is
too little to read one by.
"""

from __future__ import annotations

import re

from parsel import Selector

from crawlers.page import Broken, Follow, Kind, Page, RawPost, Rejection, Role, SaidBy, Site
from crawlers.paging import next_link
from crawlers.reading import SHOWN, each
from crawlers.words import words_of

site = Site(
    key="bbb",
    name="Better Business Bureau",
    home="https://www.bbb.org",
    kind=Kind.REVIEW,
    access="saved pages only: the site refuses programs",
    proof="described",
    languages=("en-US",),
    never_says=("title", "edited", "followers", "hashtags", "engagement"),
    date_order="MDY",
    strip=("Date:",),
    live=False,
)
STARS = re.compile(r"\s*([1-5](?:\.\d)?) stars?\s*")
ANSWER = "bpr-review-{}-response-{}"


def parse(page: Page) -> SaidBy:
    """The reviews of a page of `customer-reviews`; a card of a complaint is a rejection."""
    reviews, complaints = page.css("li.bpr-review[id]"), page.css("li.bpr-complaint-grid")
    if not reviews and not complaints and "bbb.org" not in page.text:
        raise Broken("no page of the Better Business Bureau", "not this source")
    yield from each(reviews, lambda card: _review(card, page))
    for card in complaints:
        yield Rejection(
            reason="a complaint: its layout is known from one account only", field="layout", seen=(words_of(card) or "")[:SHOWN],
            ref=card.attrib.get("id"),
        )  # fmt: skip
    if reviews and (link := next_link(page)):
        yield Follow(link)


def _review(card: Selector, page: Page) -> SaidBy:
    ref, url = card.attrib["id"], f"{page.url.partition('#')[0]}#{card.attrib['id']}" if page.url else None
    rating = next((found[1] for part in card.css("::text").getall() if (found := STARS.fullmatch(part))), None)
    text = next(iter(_blocks(card)), None)
    if not text:
        yield Rejection(reason="a review without its text", field="text", seen=(words_of(card) or "")[:SHOWN], ref=ref)
        return
    author = (words_of(card.css(".bpr-review-title")[:1]) or "").removeprefix("Review from").strip()
    yield RawPost(
        ref=ref, url=url, kind=Kind.REVIEW, text=text, author=author or None, rating=rating, worst=1, best=5,
        published=next((words for p in card.xpath("./p") if (words := words_of(p) or "").startswith("Date:")), None),
    )  # fmt: skip
    for number, answer in enumerate(card.css(".bpr-review-business-response-grid, .bpr-review-customer-response-grid"), 1):
        who = "business" if "business-response" in answer.attrib["class"] else "customer"
        yield RawPost(
            ref=f"{ref}/{number}", within=ref, reply_to=ref, kind=Kind.REPLY, role=Role.FIRM if who == "business" else Role.CUSTOMER, url=url,
            text=words_of(answer.css(f".{ANSWER.format(who, 'body')}")[:1]), published=words_of(answer.css(f".{ANSWER.format(who, 'date')}")[:1]),
            author=words_of(answer.css(f".{ANSWER.format(who, 'title')}")[:1]) if who == "business" else author or None,
        )  # fmt: skip


def _blocks(card: Selector) -> list[str]:
    """What stands behind the stars, without the date and the answers; behind the name where there are no stars."""
    parts = card.xpath("./*")
    begin = next((n for n, part in enumerate(parts) if any(STARS.fullmatch(words) for words in part.css("::text").getall())), 0)
    own = [part for part in parts[begin + 1 :] if "response-grid" not in part.attrib.get("class", "")]
    return [words for part in own if (words := words_of(part)) and not words.startswith("Date:")]
