"""PissedConsumer: pages of a firm's reviews. How the answer of a firm's representative looks is not known."""

from __future__ import annotations

from urllib.parse import urljoin

from parsel import Selector

from crawlers.boards import labelled, numbered_link, unknown_replies
from crawlers.page import Ask, Broken, Follow, Kind, Page, RawPost, Rejection, SaidBy, Site
from crawlers.paging import next_link, query_value, with_query
from crawlers.reading import SHOWN, each
from crawlers.words import words_of

site = Site(
    key="pissedconsumer",
    name="PissedConsumer",
    home="https://www.pissedconsumer.com",
    kind=Kind.REVIEW,
    access="pages that robots.txt allows; the firm's handle is the path of its page, as company/fennel-bank.html",
    proof="described",
    languages=("en",),
    never_says=("reply_to", "edited", "followers", "hashtags"),
    expect=(1, 20_000),
    newest_first=True,
)
LABELS = {"loss": "loss", "pros": "pros", "cons": "cons", "preferred solution": "desired_outcome", "user's recommendation": "recommendation"}


def start(ask: Ask) -> SaidBy:
    """The newest reviews of one firm."""
    yield Follow(with_query(urljoin(f"{ask.home}/", ask.firm.handle(site.key)), sort="latest"))


def parse(page: Page) -> SaidBy:
    """The reviews of a page; the next one only where the page's own pager leads to it."""
    cards = page.css("div.review-item[data-id]")
    if not cards and "pissedconsumer" not in page.text.lower():
        raise Broken("no page of PissedConsumer", "not this source")
    yield from each(cards, lambda card: _review(card, page))
    link = next_link(page) or numbered_link(page, int(query_value(page.url, "page") or 1) + 1)
    if cards and link:
        yield Follow(link)


def _review(card: Selector, page: Page) -> SaidBy:
    """A review. The zone of its moment is not stated, so it is a day."""
    ref = card.attrib["data-id"]
    text = words_of(card.css("[itemprop=reviewBody], div.f-component-text, .review_text_container")[:1])
    if not text:
        yield Rejection(reason="a review without its text", field="text", seen=(words_of(card) or "")[:SHOWN], ref=ref)
        return
    stated = card.css("meta[itemprop=datePublished]::attr(content), time::attr(datetime)").get() or ""
    rating = card.css("[itemprop=ratingValue]::attr(content), .stars-wrap::attr(data-active-count)").get()
    link = card.css(f"a[href*='review-{ref}.html']::attr(href)").get()
    facts = {"verified_purchase": bool(card.css(".verified-reviewer")) or None, **labelled(card.css(".f-component-info-row"), LABELS)}
    firm = words_of(page.css("[itemprop=itemReviewed] [itemprop=name]")[:1])
    yield RawPost(
        ref=ref, url=page.link(link) or (f"{page.url.partition('#')[0]}#review-{ref}" if page.url else None), kind=Kind.REVIEW, text=text,
        title=words_of(card.css("[itemprop=headline], .review-item-title")[:1]), author=words_of(card.css("[itemprop=author] [itemprop=name]")[:1]),
        author_place=words_of(card.css(".location-line span")[:1]), rating=rating, worst=1, best=5, published=stated[:10],
        engagement={"helpful": words_of(card.css(".vote-yes .count")[:1])}, firm=firm,
        facts={name: value for name, value in facts.items() if value is not None},
    )  # fmt: skip
    yield from unknown_replies([card], ref, "response", "reply", "representative")
