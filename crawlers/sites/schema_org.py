"""Any page that carries schema.org reviews, in JSON-LD or microdata: shops, hotels, complaint boards, a firm's own site."""

from __future__ import annotations

from urllib.parse import urljoin

from crawlers.page import Ask, Broken, Follow, Kind, Page, SaidBy, Site
from crawlers.paging import next_link
from crawlers.schema_reviews import read_reviews

site = Site(
    key="schema_org",
    name="Pages with schema.org reviews",
    home="https://schema.org",
    kind=Kind.REVIEW,
    access="pages that robots.txt allows; the firm's handle is the address of its page",
    never_says=("followers", "verified"),
)


def start(ask: Ask) -> SaidBy:
    """The firm's page: its handle is a whole address, or a path below the home that was set."""
    yield Follow(urljoin(ask.home, ask.firm.handle(site.key)))


def parse(page: Page) -> SaidBy:
    """All reviews of an HTML page, and the next page of the same list."""
    beginning = page.text.lstrip("\ufeff \t\r\n")[:1]
    if beginning in {"{", "["} or "<" not in page.text[:100_000]:
        raise Broken("no HTML page: JSON or text instead" if beginning else "an empty page", "not this source")
    yield from read_reviews(page)
    if link := next_link(page):
        yield Follow(link)
