"""ConsumerAffairs: pages of a firm's reviews, in the layouts of 2018-2021 (with replies) and 2023-2026 (replies unknown)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from parsel import Selector

from crawlers.classes import ByClass
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
UPDATE = "rvw-bd__csmr-resp"
MORE = ("exp-btn", "rvw__more")
"""What opens the hidden rest of a review: a sign that there is one."""


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
    ref, parts = card.attrib["data-id"], ByClass(card.root)
    author, of, place = (_words(parts.first("rvw-aut__inf-nm", "rvw__inf-nm")) or "").partition(" of ")
    dates = [words for part in parts.all("ca-txt-cpt", "rvw__rvd-dt") if _is_date(part) and (words := words_of(part))]
    original = next((date for date in dates if date.lower().startswith("original")), dates[-1] if dates else None)
    updated = next((date for date in dates if date.lower().startswith("updated") and date != original), None)
    ratings = {meta.get("itemprop"): meta.get("content") for meta in [*card.root.iter("meta")][::-1]}
    url = f"{page.url.partition('#')[0]}#review-{ref}" if page.url else None
    update = parts.first(UPDATE)
    if (text := _text(card.root, parts)) is None:
        yield Rejection(reason="a review of which a part is missing", field="text", seen=(words_of(card) or "")[:SHOWN], ref=ref)
        return
    facts = {
        "verified_purchase": any("Verified" in (words_of(part) or "") for part in parts.all("rvw-aut__inf-ver", "rvw__inf-ver")) or None,
        "tags": [tag.text for tag in parts.all("rvw__tag") if tag.text] or None, "resolved": _words(parts.first("rvw__hdr-lbl")),
        "outcome": None if update is None else _paragraphs([update], []) or None,
    }  # fmt: skip
    helpful = parts.first("rvw-foot__helpful-count", "rvw__helpful-count")
    yield RawPost(
        ref=ref, url=url, kind=Kind.REVIEW, text=text, author=author or None, rating=ratings.get("ratingValue"),
        worst=ratings.get("worstRating"), author_place=(place if of else _words(parts.first("rvw__inf-lctn"))) or None,
        best=ratings.get("bestRating"), published=original, firm=firm,
        edited=(None if update is None else _words(ByClass(update).first("ca-txt-cpt"))) or updated,
        facts={name: said for name, said in facts.items() if said},
        engagement={"helpful": None if helpful is None else _words(helpful.find(".//strong"))},
    )  # fmt: skip
    if any("comp-resp" in name or "cmpny-resp" in name for name in parts.names()):
        yield from _reply(card, ref, url)


def _is_date(part: Any) -> bool:
    """Whether it is a date of the review itself: in the old layout, one that stands directly in its body."""
    outer = part.getparent()
    return "rvw__rvd-dt" in part.get("class").split() or (part.tag == "span" and "rvw-bd" in (outer.get("class") or "").split())


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


def _text(card: Any, parts: ByClass) -> str | None:
    """The visible part and the hidden rest, without the customer's later update; None where one of them is not there."""
    without = parts.all(UPDATE, *MORE, "rvw-comp-resp", "rvw__rvd-dt", "ca-txt-cpt")
    if (body := parts.first("rvw__all-text")) is not None:
        return words_of(body, without=without) or ""
    hidden = [part for part in card.iter("div") if (part.get("id") or "").startswith("review-entry-")]
    visible = parts.all("rvw-bd", "rvw__top-text")
    if not visible or (parts.first(*MORE) is not None and not hidden):
        return None
    return _paragraphs([*visible, *hidden], without)


def _paragraphs(parts: list[Any], without: list[Any]) -> str:
    """The paragraphs of all parts, each once, though one part may hold another."""
    found = dict.fromkeys(p for part in parts for p in part.iter("p"))
    own = [p for p in found if not any(outer in without for outer in (p, *p.iterancestors()))]
    return "\n\n".join(words for p in own if (words := words_of(p)))


def _words(element: Any) -> str | None:
    return None if element is None else words_of(element)
