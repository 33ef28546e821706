"""ComplaintsBoard: pages of complaints about one firm, in the layout of 2024 to 2026. How a firm's reply looks is not known."""

from __future__ import annotations

import re
from urllib.parse import unquote

from parsel import Selector

from crawlers.boards import first_page, labelled, numbered_pages, unknown_replies
from crawlers.page import Ask, Kind, Page, RawPost, Rejection, SaidBy, Site
from crawlers.reading import SHOWN
from crawlers.words import words_of

site = Site(
    key="complaintsboard",
    name="ComplaintsBoard",
    home="https://www.complaintsboard.com",
    kind=Kind.REVIEW,
    access="pages that robots.txt allows; the firm's handle is the path of its page, as fennel-bank-b12345",
    proof="described",
    languages=("en",),
    never_says=("reply_to", "edited", "followers", "hashtags"),
    expect=(1, 5_000),
    date_order="MDY",
)
FIRM = "[itemprop=itemReviewed] [itemprop=name]"
LABELS = {"claimed loss": "loss", "desired outcome": "desired_outcome"}
IDS = ("a[href^='#create-comment-']::attr(href)", ".js-share::attr(data-url)", "img[src*='/images/complaint/full/']::attr(src)")
"""Where a complaint's number is hidden, the surest first."""


def start(ask: Ask) -> SaidBy:
    """The first page of one firm's complaints."""
    yield from first_page(ask, site)


def parse(page: Page) -> SaidBy:
    """The complaints of a page."""
    yield from numbered_pages(page, page.css("div.complaint div.complaint__wrapper"), site, lambda card: _complaint(card, page))


def _complaint(card: Selector, page: Page) -> SaidBy:
    said = (re.search(r"(?:create-comment-|#c|/full/)(\d+)", unquote(value)) for place in IDS for value in card.css(place).getall())
    ref = next((found[1] for found in said if found), None)
    text = words_of(card.css("[itemprop=reviewBody], .complaint-main__text"))
    if ref is None or not text:
        yield Rejection(reason="a complaint without its number" if ref is None else "a complaint without its text",
                        field="ref" if ref is None else "text", seen=(words_of(card) or "")[:SHOWN], ref=ref)  # fmt: skip
        return
    day, time = (words_of(card.css(f".author-header__{name}")[:1]) or "" for name in ("date", "time"))
    place = words_of(card.css(".author-header__address")[:1]) or ""
    firm = words_of(card.css(FIRM)[:1]) or words_of(page.css(FIRM)[:1])
    yield RawPost(
        ref=ref, url=re.sub(r"/page/\d+/?$", "", re.split(r"[?#]", page.url)[0]) + f"#c{ref}" if page.url else None, kind=Kind.REVIEW, text=text,
        title=words_of(card.css(".complaint-main__header-name, [itemprop=about]")[:1]), firm=firm,
        author=words_of(card.css(".author-header [itemprop=author] [itemprop=name], .author-header__name")[:1]),
        author_place=place.removeprefix("of ") or None, verified=bool(card.css(".author-header__user--verified")) or None,
        rating=card.css("[itemprop=ratingValue]::attr(content)").get(), worst=1, best=5,
        published=f"{day} {time}" if day and time.endswith("UTC") else day, facts=labelled(card.css(".complaint-new__charge-info-row"), LABELS),
    )  # fmt: skip
    yield from unknown_replies([card], ref, "response", "reply")
