"""UK Financial Ombudsman Service: the public search of its decisions. What a decision says stands in its PDF; here is the snippet."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from parsel import Selector

from crawlers.page import Announced, Ask, Broken, Follow, Kind, Ownership, Page, RawPost, Rejection, SaidBy, Site
from crawlers.paging import query_value, with_query
from crawlers.reading import SHOWN, each
from crawlers.words import words_of

site = Site(
    key="fos",
    name="Financial Ombudsman Service decisions",
    home="https://www.financial-ombudsman.org.uk",
    kind=Kind.CASE,
    access="public search of decisions; the firm's handle is its name there",
    proof="described",
    languages=("en",),
    never_says=("author", "rating", "reply_to", "engagement", "edited"),
    expect=(0, 20_000),
    ownership=Ownership.REGULATOR,
    zone="Europe/London",
    date_order="DMY",
)
SEARCH = "/decisions-case-studies/ombudsman-decisions/search"
TOTAL = re.compile(r"returned\s+([\d,]+)\s+result", re.IGNORECASE)
OUTCOME = re.compile(r"(?P<firm>.*?)[\s,|·–-]*\b(?P<outcome>(?:not |partly |partially )?upheld)\W*", re.IGNORECASE | re.DOTALL)


def start(ask: Ask) -> SaidBy:
    """The decisions about one business, by date."""
    asked = {"BusinessName": ask.firm.handle(site.key), "DateFrom": (ask.since or "")[:10], "Sort": "date", "Start": "0"}
    yield Follow(f"{ask.home}{SEARCH}?{urlencode({name: value for name, value in asked.items() if value})}")


def parse(page: Page) -> SaidBy:
    """The hits of one page of a search; `Start` counts hits, not pages."""
    hits, total = page.css("ul.search-results a.search-result[href]"), TOTAL.search(page.text)
    if not hits and total is None:
        raise Broken("no answer of the decision search", "not this source")
    count = int(total[1].replace(",", "")) if total else None
    if count is not None:
        yield Announced(count)
    yield from each(hits, lambda hit: _decision(hit, page))
    following = int(query_value(page.url, "Start") or 0) + len(hits)
    if hits and page.url and (count is None or following < count):
        yield Follow(with_query(page.url, Start=following))


def _decision(hit: Selector, page: Page) -> SaidBy:
    """One decision: its number, its day, the business, the outcome, and how the decision begins."""
    url, main = page.link(hit.attrib["href"]), hit.css(".search-result__info-main")[:1]
    number = re.search(r"DRN-?(\d+)", hit.attrib["href"]) or re.search(r"DRN-?(\d+)", words_of(hit.css("h4, h3")) or "")
    said = words_of(main, without=[em.root for em in main.css("em")]) or ""
    found = OUTCOME.fullmatch(said.strip(" ,"))
    if number is None or found is None:
        yield Rejection(reason="no number of a decision" if number is None else "no outcome that is known",
                        field="ref" if number is None else "outcome", seen=(words_of(hit) or "")[:SHOWN], ref=number and number[0])  # fmt: skip
        return
    ref = f"DRN-{number[1]}"
    facts = {"outcome": found["outcome"], "category": words_of(hit.css(".search-result__tag")), "reference": ref}
    yield RawPost(
        ref=ref, url=url, kind=Kind.CASE, title=words_of(hit.css("h4, h3")[:1]), text=words_of(hit.css(".search-result__desc")) or "",
        published=words_of(main.css("em")[:1]), facts={name: value for name, value in facts.items() if value}, firm=found["firm"].strip() or None,
    )  # fmt: skip
