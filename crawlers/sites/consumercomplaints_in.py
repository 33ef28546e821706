"""ConsumerComplaints.in (India): lists of complaints about a firm, and single pages where a list cuts the text."""

from __future__ import annotations

from parsel import Selector

from crawlers.boards import first_page, numbered_pages, unknown_replies
from crawlers.page import Ask, Follow, Kind, Page, RawPost, Rejection, SaidBy, Site
from crawlers.reading import SHOWN
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
    yield from first_page(ask, site)


def parse(page: Page) -> SaidBy:
    """A list, or one complaint. A text that the list cuts is asked for; short complaints have no page of their own."""
    yield from numbered_pages(page, page.css("div.complaint-box[id^=c]"), site, lambda card: _complaint(card, page))


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
