"""Forums on vBulletin 3 and 4: threads of any site on that engine. The zone of its times is the reader's, so only the day is kept."""

from __future__ import annotations

from urllib.parse import urljoin

from crawlers.forum import Layout, read_thread
from crawlers.page import Ask, Follow, Kind, Page, SaidBy, Site

site = Site(
    key="vbulletin", name="vBulletin forums", home="https://www.vbulletin.com/forum", kind=Kind.COMMENT,
    access="public pages; the firm's handle is the address of a thread", delay=5, never_says=("rating", "lang", "followers"),
)  # fmt: skip
FOURTH = Layout(
    post="li.postcontainer[id^=post_]", ref="::attr(id)", author=".username_container .username", profile="a.username::attr(href)",
    date=(".postdate .date",), body="blockquote.postcontent", without="", link="a.postcounter::attr(href)",
    title=".threadtitle, h1",
    further="a[rel=next]::attr(href)", ours="#vbulletin_html",
)  # fmt: skip


THIRD = Layout(
    post="table[id^=post]:not([id=posts])", ref="::attr(id)", author="a.bigusername, [id^=postmenu_]", profile="a.bigusername::attr(href)",
    date=("td.thead",), body="[id^=post_message_]", without="", link="a[id^=postcount]::attr(href)",
    title="td.navbar strong, .smallfont strong", ours="meta[name=generator][content^='vBulletin 3']",
)  # fmt: skip


def start(ask: Ask) -> SaidBy:
    """The thread whose address is the firm's handle."""
    yield Follow(urljoin(ask.home, ask.firm.handle(site.key)))


def parse(page: Page) -> SaidBy:
    """One page of a thread."""
    yield from read_thread(page, (FOURTH, THIRD))
