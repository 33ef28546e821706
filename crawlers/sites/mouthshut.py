"""MouthShut (India): lists of reviews, and single reviews where a list cuts the text. How a firm's answer looks is not known."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

from parsel import Selector

from crawlers.boards import unknown_replies
from crawlers.page import Ask, Broken, Follow, Kind, Page, RawPost, Rejection, SaidBy, Site
from crawlers.reading import SHOWN, each
from crawlers.words import words_of

site = Site(
    key="mouthshut",
    name="MouthShut",
    home="https://www.mouthshut.com",
    kind=Kind.REVIEW,
    access="pages that robots.txt allows; the firm's handle is the path of its page",
    proof="described",
    languages=("en",),
    never_says=("reply_to", "edited", "followers", "hashtags"),
    expect=(1, 10_000),
    zone="Asia/Kolkata",
)
STARS = 5
NAME = re.compile(r"-review-([a-z0-9]+)/?$", re.IGNORECASE)


def start(ask: Ask) -> SaidBy:
    """The first page of one firm's reviews."""
    yield Follow(urljoin(f"{ask.home}/", ask.firm.handle(site.key)))


def parse(page: Page) -> SaidBy:
    """A list, or one review. What a list cuts short is asked for; what the list alone says goes along."""
    if page.css("#firstReview"):
        yield from _single(page)
        return
    cards = page.css("#dvreview-listing div.review-article")
    if not cards and "mouthshut" not in page.text.lower():
        raise Broken("no page of MouthShut", "not this source")
    yield from each(cards, lambda card: _listed(card, page))
    if cards and (link := page.link(page.css("li.next a::attr(href)").get())):
        yield Follow(link)


def _listed(card: Selector, page: Page) -> SaidBy:
    url = page.link(card.css("strong > a::attr(href)").get())
    name, body = NAME.search(url or ""), card.css(".reviewdata")[:1]
    if name is None or not words_of(body):
        yield Rejection(reason="a review without its address" if name is None else "a review without its text",
                        field="ref" if name is None else "text", seen=(words_of(card) or "")[:SHOWN], ref=name and name[1])  # fmt: skip
        return
    stars = [set(star.attrib["class"].split()) & {"rated-star", "unrated-star"} for star in card.css(".rating i.icon-rating")]
    said: dict[str, Any] = {"rating": stars.count({"rated-star"}) if len(stars) == STARS and all(stars) else None,
            "title": words_of(card.css("strong > a")[:1]), "published": words_of(card.css(".rating > span")[1:2])}  # fmt: skip
    if body.css("a[onclick^='bindreviewcontent']"):
        yield Follow(url or "", next=False, meta=said)
        return
    yield RawPost(
        ref=name[1], url=url, kind=Kind.REVIEW, text=words_of(body), author=words_of(card.css(".user-ms-name a")[:1]), worst=1, best=5, **said
    )


def _single(page: Page) -> SaidBy:
    """The page of one review. It does not show the stars in a way that is known: they come from the list."""
    address = page.url or page.css("link[rel=canonical]::attr(href)").get() or ""
    name, text = NAME.search(address.partition("?")[0]), words_of(page.css(".rev-main-content p"))
    if name is None or not text:
        raise Broken("a review without its address or its text")
    said: dict[str, Any] = {key: page.meta.get(key) for key in ("rating", "title", "published")}
    said["published"] = words_of(page.css(".small-text.rating small")[:1]) or said["published"]
    yield RawPost(
        ref=name[1], url=address, kind=Kind.REVIEW, text=text, author=words_of(page.css("label[id*=linkrevname]")[:1]),
        author_place=words_of(page.css("p[id*=city]")[:1]), worst=1, best=5, engagement={"views": words_of(page.css("span.views")[:1])}, **said,
    )  # fmt: skip
    yield from unknown_replies(page.css("body"), name[1], "orporate")
