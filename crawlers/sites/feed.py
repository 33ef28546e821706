"""Any RSS, RDF, Atom or podcast feed: blogs, news, forums, comment feeds."""

from __future__ import annotations

from urllib.parse import urljoin

from crawlers.feeds import entries
from crawlers.page import Ask, Follow, Kind, Page, SaidBy, Site
from crawlers.reading import each

site = Site(
    key="feed", name="Feeds", home="https://www.rssboard.org", kind=Kind.POST, access="a public feed; the firm's handle is its address", delay=2,
    whole=False, never_says=("rating", "followers"),
)  # fmt: skip


def start(ask: Ask) -> SaidBy:
    """The feed whose address is the firm's handle."""
    yield Follow(urljoin(ask.home, ask.firm.handle(site.key)))


def parse(page: Page) -> SaidBy:
    """All entries of the feed; one that cannot be read is rejected by itself."""
    yield from each(entries(page), lambda post: iter([post]))
