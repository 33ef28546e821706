"""Capterra: saved pages of software reviews, in the layout of 2025 and 2026. Reviews have no id; the vendor's reply is not known."""

from __future__ import annotations

import re

from parsel import Selector, SelectorList

from crawlers.boards import unknown_replies
from crawlers.page import Broken, Kind, Page, RawPost, Rejection, SaidBy, Site
from crawlers.reading import SHOWN, each, key_of
from crawlers.words import words_of

site = Site(
    key="capterra",
    name="Capterra",
    home="https://www.capterra.com",
    kind=Kind.REVIEW,
    access="saved pages only",
    proof="described",
    languages=("en-US",),
    never_says=("author", "url", "reply_to", "edited", "followers", "engagement"),
    live=False,
)
RATING = "[data-testid='Overall Rating-rating'] span:nth-child(2), [data-testid='rating'] span"
PARTS = ("Ease of Use", "Customer Service", "Features", "Value for Money")


def parse(page: Page) -> SaidBy:
    """The reviews of a product's page; later ones are loaded by a button."""
    box = page.css("[data-test-id='review-cards-container']")
    if not box and "capterra" not in page.text.lower():
        raise Broken("no page of Capterra", "not this source")
    item = re.sub(r"^Reviews of | Reviews$", "", words_of(page.css("h1")[:1]) or "") or None
    yield from each(_cards(box), lambda card: _review(card, item))


def _cards(box: SelectorList[Selector]) -> list[Selector]:
    """The largest parts of the box with one heading each."""
    one = box.xpath(".//*[not(self::h3)][count(.//h3) = 1]")
    roots = {card.root for card in one}
    return [card for card in one if card.root.getparent() not in roots]


def _review(card: Selector, item: str | None) -> SaidBy:
    title = words_of(card.css("h3")[:1])
    dates = [words for line in card.css(".typo-0.text-neutral-90") if re.search(r"\b20\d\d\b", words := words_of(line) or "")]
    values = [words for span in card.css(RATING) if re.fullmatch(r"\d(?:\.\d)?", words := words_of(span) or "")]
    sides = {name: _beside(card, icon) for name, icon in (("pros", "Positive icon"), ("cons", "Negative icon"))}
    text = "\n\n".join(f"{name.capitalize()}: {words}" for name, words in sides.items() if words)
    if not title or not (text or values):
        yield Rejection(reason="a review without its title, or without both text and rating", field="text", seen=(words_of(card) or "")[:SHOWN])
        return
    marks = {part: words_of(card.css(f"[data-testid='{part}-rating'] span:nth-child(2)")[:1]) for part in PARTS}
    facts = {**sides, "item": item, "sub_ratings": {part: mark for part, mark in marks.items() if mark}}
    ref = key_of(title, dates[0] if dates else None, text)
    yield RawPost(
        ref=ref, kind=Kind.REVIEW, title=title, text=text, rating=values[0] if values else None, worst=1, best=5,
        published=dates[0] if dates else None, facts={name: value for name, value in facts.items() if value}, firm=item,
    )  # fmt: skip
    yield from unknown_replies([card], ref, "response", "reply")


def _beside(card: Selector, icon: str) -> str | None:
    """The paragraphs of the block that begins with an icon of that name."""
    block = card.xpath(".//*[local-name()='title'][normalize-space()=$icon]/ancestor::div[.//p][1]", icon=icon)[:1]
    return words_of(block.css("p")) or None
