"""Sitejabber, called SmartCustomer since 2026: the schema.org reviews of a firm's page. Both hosts have the same pages."""

from __future__ import annotations

import re
from urllib.parse import quote

from msgspec.structs import replace

from crawlers.loose_json import dig
from crawlers.page import Announced, Ask, Broken, Follow, Kind, Page, RawPost, SaidBy, Site
from crawlers.paging import next_link, query_value, with_query
from crawlers.schema_reviews import read_reviews
from crawlers.structured import json_ld

site = Site(
    key="sitejabber",
    name="Sitejabber",
    home="https://www.smartcustomer.com",
    kind=Kind.REVIEW,
    access="pages that robots.txt allows; the firm's handle is the domain under which it is listed",
    proof="described",
    languages=("en",),
    never_says=("edited", "followers", "hashtags"),
    expect=(1, 20_000),
)
HERE = re.compile(r"https?://(?:www\.)?(?:sitejabber|smartcustomer)\.com/reviews/([^?\s]+)")


def start(ask: Ask) -> SaidBy:
    """The first page of one firm's reviews."""
    yield Follow(f"{ask.home}/reviews/{quote(ask.firm.handle(site.key), safe='')}")


def parse(page: Page) -> SaidBy:
    """The reviews of a page; a review's name is the end of its address, the same on both hosts."""
    found = list(read_reviews(page))
    posts = [said for said in found if isinstance(said, RawPost) and not said.within]
    own = [page.url, *page.css("link[rel=canonical]::attr(href), meta[property='og:url']::attr(content)").getall()]
    if not any(HERE.match(address) for address in (*own, *(post.url or "" for post in posts))):
        raise Broken("no page of Sitejabber", "not this source")
    names = {post.ref: name[1] for post in posts if (name := HERE.match(post.url or "")) and "#" in name[1]}
    for said in found:
        yield _renamed(said, names) if isinstance(said, RawPost) else said
    count = next((count for _, block in json_ld(page) if isinstance(count := dig(block, "aggregateRating", "reviewCount"), int)), None)
    if count is not None:
        yield Announced(count)
    number = int(query_value(page.url, "page") or 1)
    if posts and (link := next_link(page) or (with_query(page.url, page=number + 1) if page.url and count and number * len(posts) < count else None)):
        yield Follow(link)


def _renamed(post: RawPost, names: dict[str, str]) -> RawPost:
    """A review or an answer below one, under the name that the review's address gives it."""
    if post.within is None:
        return replace(post, ref=names.get(post.ref, post.ref))
    name = names.get(post.within, post.within)
    return replace(post, ref=name + post.ref.removeprefix(post.within), within=name, reply_to=name)
