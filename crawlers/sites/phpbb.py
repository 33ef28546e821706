"""Forums on phpBB 3: topics of any site on that engine. Dates are in the board's language and zone."""

from __future__ import annotations

from urllib.parse import urljoin

from crawlers.forum import Layout, read_thread
from crawlers.page import Ask, Follow, Kind, Page, SaidBy, Site

site = Site(
    key="phpbb", name="phpBB forums", home="https://www.phpbb.com/community", kind=Kind.COMMENT,
    access="public pages; the firm's handle is the address of a topic", delay=5, never_says=("rating", "lang", "followers"),
    strip=("* »",),
)  # fmt: skip
NAME = "p.author strong a, p.author .username, p.author .username-coloured, .postprofile .username, .postprofile .username-coloured, p.author strong"
THIRD = Layout(
    post="div.post[id^=p]:not([id^=profile])", ref="::attr(id)", author=NAME,
    profile="p.author strong a::attr(href), .postprofile .username::attr(href)",
    date=("p.author time::attr(datetime)", "p.author"), body=".content", without=".signature",
    link=".postbody h3 a::attr(href), p.author a::attr(href)", title="h2.topic-title, h2, .postbody h3.first",
    further="a[rel=next]::attr(href), .pagination .arrow.next a::attr(href), a.right-box.right::attr(href)", ours="#phpbb",
)  # fmt: skip


def start(ask: Ask) -> SaidBy:
    """The topic whose address is the firm's handle."""
    yield Follow(urljoin(ask.home, ask.firm.handle(site.key)))


def parse(page: Page) -> SaidBy:
    """One page of a topic."""
    yield from read_thread(page, (THIRD,))
