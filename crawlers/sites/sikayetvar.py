"""Şikayetvar (Turkey): lists lead to single complaints, which are read by their JSON-LD or by the layout of 2024 to 2026."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawlers.boards import numbered_link
from crawlers.loose_json import dig
from crawlers.page import Ask, Broken, Follow, Kind, Page, RawPost, Role, SaidBy, Site
from crawlers.paging import next_link, query_value
from crawlers.reading import key_of
from crawlers.schema_reviews import has_markup, text_in
from crawlers.structured import json_ld, type_names
from crawlers.words import words_of

site = Site(
    key="sikayetvar",
    name="Şikayetvar",
    home="https://www.sikayetvar.com",
    kind=Kind.REVIEW,
    access="pages that robots.txt allows; the firm's handle is the path of its page",
    proof="described",
    languages=("tr",),
    never_says=("rating", "edited", "followers", "hashtags"),
    expect=(1, 10_000),
    zone="Europe/Istanbul",
    date_order="DMY",
)
NO_YEAR = re.compile(r"\d{1,2} \w+(?: \d{1,2}:\d\d)?")
"""A page shows the year of a date only in its title, and of a saved page nobody knows which year it was."""
DETAIL = ".complaint-detail-description"


def start(ask: Ask) -> SaidBy:
    """The first page of one brand's complaints."""
    yield Follow(urljoin(f"{ask.home}/", ask.firm.handle(site.key)))


def parse(page: Page) -> SaidBy:
    """A list, which cuts its texts and is only followed, or one complaint with its answers."""
    if (posting := next(_postings(page), None)) is not None:
        yield from _posting(posting, page)
    elif page.css(DETAIL):
        yield from _page(page)
    else:
        links = dict.fromkeys(page.css("article h2 a::attr(href), article h3 a::attr(href), a.complaint-layer::attr(href)").getall())
        if not links and "sikayetvar" not in page.text.lower():
            raise Broken("no page of Şikayetvar", "not this source")
        for href in links:
            if (link := page.link(href)) and len(_path(link)) == 2:
                yield Follow(link, next=False)
        number = int(query_value(page.url, "page") or query_value(page.url, "sayfa") or 1)
        if links and (following := next_link(page) or numbered_link(page, number + 1)):
            yield Follow(following)


def _path(address: str) -> list[str]:
    """The brand and the complaint of an address `/{brand}/{complaint}`."""
    return [part for part in urlsplit(address).path.split("/") if part]


def _postings(page: Page) -> Iterator[dict[str, Any]]:
    """The complaints of the page's JSON-LD, at the top of a block or as its main thing."""
    for _, block in json_ld(page):
        for node in block if isinstance(block, list) else [block]:
            for one in (node, dig(node, "mainEntity")):
                if isinstance(one, dict) and "DiscussionForumPosting" in type_names(one.get("@type")):
                    yield one


def _address(page: Page, *stated: Any) -> str:
    """The address of a complaint: what names it on this site."""
    for address in (page.url, *stated, page.css("link[rel=canonical]::attr(href), meta[property='og:url']::attr(content)").get()):
        if isinstance(address, str) and len(_path(address)) == 2:
            return address
    raise Broken("a complaint without its address, which names it: give it with --url")


def _posting(node: dict[str, Any], page: Page) -> SaidBy:
    if "sikayetvar" not in page.text.lower():
        raise Broken("a discussion of another site", "not this source")
    address, author = _address(page, node.get("url"), node.get("@id")), text_in(node.get("author"))
    ref, text = "/".join(_path(address)), node["text"]
    solved = words_of(page.css(".solved-badge")[:1])
    yield RawPost(
        ref=ref, url=page.link(address), kind=Kind.REVIEW, title=node.get("headline"), text=text, markup=has_markup(text), author=author,
        published=node.get("dateCreated") or node.get("datePublished"), facts={"status": solved} if solved else {}, firm=_path(address)[0],
    )  # fmt: skip
    comments: Any = node.get("comment") or ()
    for said in comments if isinstance(comments, list) else [comments]:
        by, name = dig(said, "author", "@type"), text_in(said.get("author"))
        role = Role.FIRM if "Organization" in type_names(by) else Role.CUSTOMER if name and name == author else Role.OTHER
        yield RawPost(
            ref=f"{ref}/{key_of(name, said.get('datePublished'), said['text'])}", within=ref, reply_to=ref, kind=Kind.REPLY, role=role,
            text=said["text"], markup=has_markup(said["text"]), author=name, published=said.get("datePublished"),
        )  # fmt: skip


def _page(page: Page) -> SaidBy:
    """A complaint without JSON-LD. An answer that is marked `ga-c ga-v` is the brand's; whose another one is, is not said."""
    address = _address(page)
    ref, time = "/".join(_path(address)), page.xpath("(//*[contains(@class, 'post-time')])[1]//*[contains(@class, 'time')][1]")
    stars, solved = words_of(page.css("[data-ga-element=Result_Stars] .rate-num")[:1]), words_of(page.css(".solved-badge")[:1])
    said = time.attrib.get("title") or words_of(time[:1])
    is_vague = bool(said and NO_YEAR.fullmatch(said))
    facts = {"date_as_said": said if is_vague else None, "status": solved, "sub_ratings": {"solution": f"{stars} of 5"} if stars else None}
    yield RawPost(
        ref=ref, url=address, kind=Kind.REVIEW, title=words_of(page.css("h1.complaint-detail-title")[:1]), text=words_of(page.css(DETAIL)[:1]),
        author=words_of(page.css("span.username")[:1]), published=None if is_vague else said, firm=_path(address)[0],
        engagement={"views": words_of(page.css(".js-view-count")[:1]), "likes": words_of(page.css("span.total-support")[:1])},
        facts={name: value for name, value in facts.items() if value},
    )  # fmt: skip
    for answer in page.css("div.complaint-answer-container > div"):
        words, when = words_of(answer.css("p.message")), words_of(answer.css(".post-time")[:1])
        is_brand = {"ga-c", "ga-v"} <= set(answer.attrib.get("class", "").split())
        if words:
            yield RawPost(
                ref=f"{ref}/{key_of(is_brand, words)}", within=ref, reply_to=ref, kind=Kind.REPLY, text=words, published=when,
                role=Role.FIRM if is_brand else Role.OTHER,
            )  # fmt: skip
