"""Any page with reviews in microformats: hReview (2006) and h-review (microformats2), on the scale that the page names."""

from __future__ import annotations

from urllib.parse import urljoin

from parsel import Selector, SelectorList

from crawlers.page import Ask, Broken, Follow, Kind, Page, RawPost, SaidBy, Site
from crawlers.paging import next_link
from crawlers.reading import each, key_of
from crawlers.words import words_of

site = Site(
    key="hreview",
    name="Pages with hReview",
    home="https://microformats.org",
    kind=Kind.REVIEW,
    access="pages that robots.txt allows; the firm's handle is the address of its page",
    never_says=("followers", "verified", "reply_to", "engagement"),
    date_order="DMY",
)


def start(ask: Ask) -> SaidBy:
    """The firm's page: its handle is a whole address, or a path below the home that was set."""
    yield Follow(urljoin(ask.home, ask.firm.handle(site.key)))


def parse(page: Page) -> SaidBy:
    """All reviews of a page; the average of all (`hreview-aggregate`) is none."""
    if "<" not in page.text[:100_000]:
        raise Broken("no HTML page", "not this source")
    yield from each(page.css(".hreview, .h-review"), lambda card: _review(card, page))
    if link := next_link(page):
        yield Follow(link)


def _review(card: Selector, page: Page) -> SaidBy:
    item = _value(card.css(".item .fn, .p-item .p-name, .item .org, .item, .p-item")[:1])
    author = card.css(".reviewer .fn, .p-author .p-name, .reviewer, .p-author")[:1]
    published = _value(card.css(".dtreviewed, .dt-reviewed, .dt-published")[:1])
    title = words_of(card.css(".summary, :not(.p-item) > .p-name")[:1]) or None
    text = words_of(card.css(".description, .e-content, .e-description")[:1]) or ""
    rating = card.css(".rating, .p-rating")
    permalink = card.css(
        "a[rel~=bookmark]::attr(href), a[rel~=self]::attr(href), :not(.p-item):not(.p-author):not(.item) > a.u-url::attr(href)"
    ).get()
    yield RawPost(
        ref=page.link(permalink) or key_of(item, words_of(author), published, title, text), url=page.link(permalink), kind=Kind.REVIEW,
        title=title, text=text, author=words_of(author) or None, rating=_stars(rating),
        worst=_value(rating.css(".worst, .p-worst")[:1]), best=_value(rating.css(".best")[:1] or card.css(".p-best")[:1]), published=published,
        facts={"item": item} if item else {}, firm=item,
    )  # fmt: skip


def _stars(rating: SelectorList[Selector]) -> str | None:
    """The value of a rating; its whole words only where they hold no best or worst value that would be taken for it."""
    return _value(rating.css(".value")[:1]) or (None if rating.css(".best, .worst") else _value(rating[:1]))


def _value(found: SelectorList[Selector]) -> str | None:
    """A value by the patterns of microformats: `value-title`, the title of an `abbr`, `datetime`, else the words."""
    if not found:
        return None
    hidden = found.css(".value-title::attr(title), abbr[title]::attr(title), time::attr(datetime)").get()
    own = found.attrib.get("title") if found[0].root.tag == "abbr" else found.attrib.get("datetime") or found.attrib.get("value")
    return own or hidden or words_of(found[0]) or None
