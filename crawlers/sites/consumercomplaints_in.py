"""ConsumerComplaints.in (India): lists of complaints about a firm, and single pages where a list cuts the text."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from parsel import Selector

from crawlers.boards import unknown_replies
from crawlers.page import Ask, Broken, Follow, Kind, Page, RawPost, Rejection, SaidBy, Site
from crawlers.paging import next_link
from crawlers.reading import SHOWN, each
from crawlers.words import words_of

site = Site(
    key="consumercomplaints_in",
    name="ConsumerComplaints.in",
    home="https://www.consumercomplaints.in",
    kind=Kind.REVIEW,
    access="pages that robots.txt allows; the firm's handle is the path of its page, as fennel-bank-b12345",
    proof="described",
    languages=("en",),
    never_says=("rating", "reply_to", "edited", "followers", "hashtags"),
    expect=(1, 10_000),
    zone="Asia/Kolkata",
    date_order="MDY",
)


def start(ask: Ask) -> SaidBy:
    """The first page of one firm's complaints."""
    yield Follow(urljoin(f"{ask.home}/", ask.firm.handle(site.key)))


def parse(page: Page) -> SaidBy:
    """A list, or one complaint. A text that the list cuts is asked for; short complaints have no page of their own."""
    cards = page.css("div.complaint-box[id^=c]")
    if not cards and "consumercomplaints" not in page.text.lower():
        raise Broken("no page of ConsumerComplaints.in", "not this source")
    yield from each(cards, lambda card: _complaint(card, page))
    listing = re.fullmatch(r"(.*-b\d+)(?:/page/(\d+))?/?", page.url.partition("?")[0])
    if cards and listing:
        yield Follow(next_link(page) or f"{listing[1]}/page/{int(listing[2] or 1) + 1}")


def _complaint(card: Selector, page: Page) -> SaidBy:
    ref, link = card.attrib["id"].removeprefix("c"), page.link(card.css("a.complaint-box__link::attr(href)").get())
    whole, part = words_of(card.css("[itemprop=reviewBody]")[:1]), words_of(card.css(".complaint-box__more-txt")[:1])
    if not ref.isdecimal() or not (whole or part) or not (link or card.css("span.like-a")):
        yield Rejection(reason="a complaint without its number, its text, or its address", field="text", seen=(words_of(card) or "")[:SHOWN], ref=ref)
        return
    if not whole and link and (part or "").endswith(("...", "…")):
        yield Follow(link, next=False)
        return
    yield RawPost(
        ref=ref, url=link or (f"{page.url.partition('#')[0]}#c{ref}" if page.url else None), kind=Kind.REVIEW, text=whole or part,
        title=words_of(card.css(".complaint-box__title")[:1]), author=words_of(card.css(".author-box__user b, .author-box__user_bold")[:1]),
        published=words_of(card.css(".author-box__date")[:1]),
    )  # fmt: skip
    yield from unknown_replies([card], ref, "response", "reply")
