"""Ripoff Report: lists of reports lead to single reports, which are read. No ratings. How rebuttals look is not known."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from crawlers.boards import labelled, numbered_link, unknown_replies
from crawlers.page import Ask, Broken, Follow, Kind, Page, RawPost, SaidBy, Site
from crawlers.paging import query_value
from crawlers.words import words_of

site = Site(
    key="ripoffreport",
    name="Ripoff Report",
    home="https://www.ripoffreport.com",
    kind=Kind.REVIEW,
    access="pages that robots.txt allows; the firm's handle is the words to search for",
    proof="described",
    languages=("en",),
    never_says=("rating", "reply_to", "edited", "followers", "engagement"),
    expect=(0, 2_000),
    date_order="MDY",
)
LABELS = {"reported by": "by", "category": "category"}
ADVERTISING = re.compile(r"\A[^\n]*click here now\W*\n*", re.IGNORECASE)


def start(ask: Ask) -> SaidBy:
    """The first page of a search."""
    yield Follow(f"{ask.home}/reports/specific_search/{quote(ask.firm.handle(site.key), safe='')}?&pg=1")


def parse(page: Page) -> SaidBy:
    """One report, or a list of links to reports."""
    if page.css("#report-view"):
        yield from _report(page)
        return
    links = dict.fromkeys(page.css(".title > a::attr(href), a[href^='/report/']::attr(href)").getall())
    if not links and "ripoffreport" not in page.text.lower().replace(" ", ""):
        raise Broken("no page of Ripoff Report", "not this source")
    for href in links:
        if "/report/" in href and (link := page.link(href)):
            yield Follow(link, next=False)
    if links and (following := numbered_link(page, int(query_value(page.url, "pg") or 1) + 1)):
        yield Follow(following)


def _report(page: Page) -> SaidBy:
    """A report; who wrote it and from where stand in one row, by label and not by place."""
    view = page.css("#report-view")[:1]
    number = re.search(r"Report:\s*#(\d+)", words_of(view) or "") or re.search(r"-(\d+)/?$", urlsplit(page.url).path)
    text = ADVERTISING.sub("", words_of(view.css(".report-body")[:1]) or "")
    if number is None or not text:
        raise Broken("a report without its number or its text")
    rows = labelled(view.css("li"), LABELS)
    author, dash, place = (rows.pop("by", "").replace(" – ", " — ")).partition(" — ")
    path = re.match(r"/reports?/([^/]+)/", urlsplit(page.url).path)
    yield RawPost(
        ref=number[1], url=page.url or None, kind=Kind.REVIEW, title=words_of(page.css("#report-view h1, h1")[:1]), text=text,
        author=author or None, author_place=place if dash else None, published=(view.css("time::attr(datetime)").get() or "")[:10],
        facts=rows, firm=path and path[1],
    )  # fmt: skip
    yield from unknown_replies(page.css("body"), number[1], "rebuttal", "comment-", "comments")
