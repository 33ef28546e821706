"""ConsumerAffairs: pages of a firm's reviews, in the layouts of 2018-2021 (with replies) and 2023-2026 (replies unknown)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from parsel import Selector, SelectorList

from crawlers.page import Ask, Broken, Follow, Kind, Page, RawPost, Rejection, Role, SaidBy, Site
from crawlers.reading import SHOWN, each
from crawlers.words import words_of

site = Site(
    key="consumeraffairs",
    name="ConsumerAffairs",
    home="https://www.consumeraffairs.com",
    kind=Kind.REVIEW,
    access="pages that robots.txt allows; the firm's handle is the path of its page",
    terms="https://www.consumeraffairs.com/about/terms.html",
    languages=("en",),
    never_says=("title", "followers", "hashtags"),
    expect=(1, 5000),
    zone="America/Chicago",
    date_order="MDY",
    strip=("Original review:", "Updated review:", "Reviewed", "Resolution response:"),
)
CARD = "div.rvw[data-id], div.js-rvw[data-id]"
DATES = ".rvw-bd > span.ca-txt-cpt, .rvw__rvd-dt"
UPDATE = ".rvw-bd__csmr-resp"


def start(ask: Ask) -> SaidBy:
    """The first page of one firm's reviews."""
    yield Follow(urljoin(f"{ask.home}/", ask.firm.handle(site.key)))


def parse(page: Page) -> SaidBy:
    """The reviews of a page; a featured one stands before the others and may come again. There is no page of one review."""
    cards = page.css(CARD)
    if not cards and "consumeraffairs" not in page.text.lower():
        raise Broken("no page of ConsumerAffairs", "not this source")
    firm = page.css("meta[name='st_brand-name']::attr(content), [itemprop=itemReviewed] [itemprop=name]::text").get()
    yield from each(cards, lambda card: _review(card, page, firm))
    if cards and (link := page.link(page.css("link[rel=next]::attr(href), a.js-pager-next[rel=next]::attr(href)").get())):
        yield Follow(link)


def _review(card: Selector, page: Page, firm: str | None) -> SaidBy:
    ref = card.attrib["data-id"]
    author, of, place = (words_of(card.css(".rvw-aut__inf-nm, .rvw__inf-nm")[:1]) or "").partition(" of ")
    dates = [words for date in card.css(DATES) if (words := words_of(date))]
    original = next((date for date in dates if date.lower().startswith("original")), dates[-1] if dates else None)
    updated = next((date for date in dates if date.lower().startswith("updated") and date != original), None)
    ratings = {name: card.css(f"meta[itemprop={name}]::attr(content)").get() for name in ("ratingValue", "worstRating", "bestRating")}
    url = f"{page.url.partition('#')[0]}#review-{ref}" if page.url else None
    change, update = words_of(card.css(".rvw__hdr-lbl")[:1]), card.css(UPDATE)[:1]
    facts = {
        "verified_purchase": "Verified" in " ".join(card.css(".rvw-aut__inf-ver ::text, .rvw__inf-ver ::text").getall()) or None,
        "tags": card.css(".rvw__tag::text").getall() or None, "resolved": change, "outcome": _paragraphs(update, []) or None,
    }  # fmt: skip
    yield RawPost(
        ref=ref, url=url, kind=Kind.REVIEW, text=_text(card), author=author or None, rating=ratings["ratingValue"], worst=ratings["worstRating"],
        author_place=(place if of else words_of(card.css(".rvw__inf-lctn")[:1])) or None, best=ratings["bestRating"], published=original,
        edited=(words_of(update.css(".ca-txt-cpt")[:1]) if update else None) or updated, firm=firm,
        facts={name: said for name, said in facts.items() if said},
        engagement={"helpful": words_of(card.css(".rvw-foot__helpful-count strong, .rvw__helpful-count strong")[:1])},
    )  # fmt: skip
    yield from _reply(card, ref, url)


def _reply(card: Selector, ref: str, url: str | None) -> SaidBy:
    """The firm's reply of 2018-2021; what looks like one in another layout is reported, not guessed."""
    for reply in card.css(".rvw-comp-resp"):
        yield RawPost(
            ref=f"{ref}/reply", within=ref, reply_to=ref, kind=Kind.REPLY, role=Role.FIRM, url=url,
            text=words_of(reply.css(".rvw-comp-resp__txt")[:1]) or "",
            author=words_of(reply.css(".rvw-comp-resp__aut [itemprop=name], .rvw-comp-resp__aut strong")[:1]),
            published=reply.css(".rvw-comp-resp__aut time::attr(datetime)").get(),
        )  # fmt: skip
    for unknown in card.xpath(
        ".//*[contains(@class, 'comp-resp') or contains(@class, 'cmpny-resp')][not(ancestor-or-self::*[contains(@class, 'rvw-comp-resp')])]"
    )[:1]:
        yield Rejection(reason="a reply in a layout that is not known", field="reply", seen=(words_of(unknown) or "")[:SHOWN], ref=ref)


def _text(card: Selector) -> str:
    """The visible part and the hidden rest, without the customer's later update."""
    without = [part.root for part in card.css(f"{UPDATE}, .rvw__more, .rvw-comp-resp, .rvw__rvd-dt, .ca-txt-cpt")]
    if body := card.css(".rvw__all-text")[:1]:
        return words_of(body, without=without) or ""
    return _paragraphs(card.css(".rvw-bd, .rvw__top-text, [id^='review-entry-']"), without)


def _paragraphs(parts: SelectorList[Selector], without: list[Any]) -> str:
    """The paragraphs of all parts, each once, though one part may hold another."""
    found = dict.fromkeys(p.root for p in parts.css("p"))
    own = [p for p in found if not any(outer in without for outer in (p, *p.iterancestors()))]
    return "\n\n".join(words for p in own if (words := words_of(p)))
