"""Facebook: recommendations on a saved page of a firm, in English. Yes or no, no stars, no date and no id. Import only."""

from __future__ import annotations

import re

from parsel import Selector

from crawlers.page import Broken, Kind, Page, RawPost, Rejection, SaidBy, Site
from crawlers.reading import SHOWN, each, key_of
from crawlers.words import words_of

site = Site(
    key="facebook_reviews",
    name="Facebook recommendations",
    home="https://www.facebook.com",
    kind=Kind.REVIEW,
    access="saved pages only: a sign-in wall stands before most of them",
    proof="described",
    never_says=("rating", "published", "url", "title", "reply_to", "edited", "followers", "engagement"),
    live=False,
)
NAME = "[data-ad-rendering-role='profile_name']"
STORY = "[data-ad-rendering-role='story_message']"
VERDICT = re.compile(r"(recommends|doesn['’]t recommend|does not recommend)\s+(.+?)\.?", re.IGNORECASE)


def parse(page: Page) -> SaidBy:
    """The recommendations of a page; what else is posted there is none and is passed over."""
    names = page.css(NAME)
    if not names and "facebook" not in page.text.lower():
        raise Broken("no page of Facebook", "not this source")
    yield from each([name for name in names if len(name.css("b")) > 1], _recommendation)


def _recommendation(name: Selector) -> SaidBy:
    """One recommendation: two pieces in bold, who and what verdict; the words stand in the same card, if there are any."""
    who, said = (words_of(bold) or "" for bold in name.css("b")[:2])
    verdict = VERDICT.fullmatch(said)
    if verdict is None or not who:
        yield Rejection(reason="no verdict in words that are known", field="recommendation", seen=(words_of(name) or "")[:SHOWN])
        return
    card = next((outer for outer in name.xpath("ancestor::*")[::-1] if len(outer.css(NAME)) == 1 and outer.css(STORY)), None)
    text = (words_of(card.css(STORY)[:1]) if card is not None else None) or ""
    yield RawPost(
        ref=key_of(who, verdict[2], text), kind=Kind.REVIEW, text=text, author=who, firm=verdict[2],
        facts={"recommendation": "yes" if verdict[1].lower() == "recommends" else "no"},
    )  # fmt: skip
