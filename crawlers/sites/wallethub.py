"""WalletHub: saved pages of reviews of banks, insurers and lenders. How a firm's answer looks is not known."""

from __future__ import annotations

from parsel import Selector

from crawlers.boards import unknown_replies
from crawlers.page import Broken, Kind, Page, RawPost, Rejection, SaidBy, Site
from crawlers.reading import SHOWN, each
from crawlers.words import words_of

site = Site(
    key="wallethub",
    name="WalletHub",
    home="https://wallethub.com",
    kind=Kind.REVIEW,
    access="saved pages only: the reviews are put in by scripts",
    proof="described",
    languages=("en-US",),
    never_says=("title", "reply_to", "edited", "followers", "hashtags"),
    live=False,
)


def parse(page: Page) -> SaidBy:
    """The reviews of a firm's page."""
    cards = page.css("article[data-rvid]")
    if not cards and "wallethub" not in page.text.lower():
        raise Broken("no page of WalletHub", "not this source")
    firm = words_of(page.css("h1")[:1])
    yield from each(cards, lambda card: _review(card, page, firm))


def _review(card: Selector, page: Page, firm: str | None) -> SaidBy:
    ref, text = card.attrib["data-rvid"], words_of(card.css("[itemprop=description], .rvtab-ci-content")[:1])
    if not text:
        yield Rejection(reason="a review without its text", field="text", seen=(words_of(card) or "")[:SHOWN], ref=ref)
        return
    facts = {"category": words_of(card.css(".rvtab-ci-category span")[:1]), "verified_purchase": bool(card.css(".rvtab-ci-verified")) or None}
    yield RawPost(
        ref=ref, url=page.url.partition("#")[0] or None, kind=Kind.REVIEW, text=text, author=words_of(card.css(".rvtab-ci-name")[:1]),
        author_handle=(words_of(card.css(".rvtab-ci-nickname")[:1]) or "").strip() or None,
        rating=card.css("meta[itemprop=ratingValue]::attr(content)").get(), worst=1, best=5,
        published=card.css("meta[itemprop=datePublished]::attr(content)").get(), firm=firm,
        engagement={"likes": words_of(card.css(".up .span-like")[:1]), "dislikes": words_of(card.css(".dn .span-like")[:1])},
        facts={name: value for name, value in facts.items() if value},
    )  # fmt: skip
    yield from unknown_replies([card], ref, "response", "reply")
