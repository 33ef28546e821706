"""Forums on XenForo 1 and 2: threads of any site on that engine."""

from __future__ import annotations

from urllib.parse import urljoin

from crawlers.forum import Layout, read_thread
from crawlers.page import Ask, Follow, Kind, Page, SaidBy, Site

site = Site(
    key="xenforo", name="XenForo forums", home="https://xenforo.com/community", kind=Kind.COMMENT,
    access="public pages; the firm's handle is the address of a thread", delay=5, never_says=("rating", "lang", "followers"),
)  # fmt: skip
SECOND = Layout(
    post="article.message--post", ref="::attr(data-content)", author="::attr(data-author)", profile="a.username::attr(href)",
    date=("time.u-dt::attr(datetime)", "time.u-dt::attr(data-timestamp)"), body=".message-userContent .bbWrapper", without=".message-signature",
    link="a[href*='/post-']::attr(href), .message-attribution a::attr(href)", title=".p-title-value",
    further="a.pageNav-jump--next::attr(href)", ours="html#XF", edited=".message-lastEdit time::attr(datetime)",
    removed="message--deleted",
)  # fmt: skip
FIRST = Layout(
    post="li.message[id^=post-]", ref="::attr(id)", author="::attr(data-author)", profile="a.username::attr(href)",
    date=("abbr.DateTime::attr(data-time)", "span.DateTime::attr(title)", "span.DateTime"), body="blockquote.messageText", without=".signature",
    link="a.datePermalink::attr(href)", title=".titleBar h1, h1", further="a[rel=next]::attr(href), .PageNav a.text:last-child::attr(href)",
    ours="html#XenForo", removed="deleted",
)  # fmt: skip


def start(ask: Ask) -> SaidBy:
    """The thread whose address is the firm's handle."""
    yield Follow(urljoin(ask.home, ask.firm.handle(site.key)))


def parse(page: Page) -> SaidBy:
    """One page of a thread, in either layout."""
    yield from read_thread(page, (SECOND, FIRST))
