"""Yelp: three excerpts of a business by the official API; saved pages, saved answers of the site and single nodes of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

from crawlers.loose_json import dig
from crawlers.page import Announced, Ask, Broken, Follow, Kind, Page, RawPost, Role, SaidBy, Site
from crawlers.paging import next_link
from crawlers.reading import each
from crawlers.schema_reviews import has_markup, read_reviews

site = Site(
    key="yelp",
    name="Yelp",
    home="https://api.yelp.com",
    kind=Kind.REVIEW,
    access="official API: YELP_API_KEY is `Bearer` and the key of an app made at yelp.com/developers; "
    "three excerpts a business; the firm's handle is its alias there; saved pages and answers",
    terms="https://terms.yelp.com/tos/",
    delay=1,
    zone="America/Los_Angeles",
    never_says=("title", "followers", "hashtags"),
    expect=(0, 3),
    needs=("YELP_API_KEY",),
)
WEB = "https://www.yelp.com"


def start(ask: Ask) -> SaidBy:
    """The excerpts of one business: the firm's handle is its alias."""
    business = quote(ask.firm.handle(site.key), safe="")
    yield Follow(f"{ask.home}/v3/businesses/{business}/reviews?sort_by=newest", secrets={"Authorization": "YELP_API_KEY"})


def parse(page: Page) -> SaidBy:
    """A page with microdata, an answer of `/gql/batch`, a list of review nodes, or an answer of the API."""
    if page.body.lstrip()[:1] == b"<":
        yield from _page(page)
        return
    tree = page.json
    if isinstance(tree, dict) and isinstance(dig(tree, "reviews"), list):
        yield from each(tree["reviews"], _excerpt)
        return
    if "error" in tree:
        raise Broken(f"Yelp answers {dig(tree, 'error', 'description') or dig(tree, 'error', 'code')}", "error answer")
    nodes = tree if isinstance(tree, list) else [tree]
    businesses = [business for part in nodes if isinstance(business := dig(part, "data", "business"), dict)]
    if not businesses and not all(isinstance(dig(node, "encid"), str) for node in nodes):
        raise Broken("JSON without reviews of a business", "not this source")
    for business in businesses:
        if isinstance(count := business.get("reviewCount"), int):
            yield Announced(count)
        edges = dig(business, "reviews", "edges") or ()
        yield from each([edge["node"] for edge in edges], lambda node, of=business: _review(node, of))  # type: ignore[misc]
        if edges and dig(business, "reviews", "pageInfo", "hasNextPage"):
            yield Follow(f"{WEB}/gql/batch", method="POST", token=dig(business, "reviews", "pageInfo", "endCursor"))
    if not businesses:
        yield from each(nodes, lambda node: _review(node, node.get("business") or {}))


def _page(page: Page) -> SaidBy:
    """A saved page. An older version of a review inside it is no item of its own."""
    if "yelp" not in page.text:
        raise Broken("no page of Yelp", "not this source")
    for said in read_reviews(page):
        here = page.url.partition("?")[0]
        yield replace(said, url=f"{here}?hrid={said.ref}") if isinstance(said, RawPost) and here and not said.within else said
    if link := next_link(page):
        yield Follow(link)


def _review(node: dict[str, Any], business: dict[str, Any]) -> SaidBy:
    ref, person, feedback, text = node["encid"], node.get("author") or {}, node.get("feedback") or {}, _words(node.get("text"))
    url = f"{WEB}/biz/{business['alias']}?hrid={ref}" if business.get("alias") else None
    yield RawPost(
        ref=ref, url=url, kind=Kind.REVIEW, text=text, markup=has_markup(text), lang=dig(node, "text", "language"),
        author=person.get("displayName"), author_id=person.get("encid"), author_place=person.get("displayLocation"),
        author_url=f"{WEB}/user_details?userid={person['encid']}" if person.get("encid") else None, rating=node.get("rating"), worst=1, best=5,
        published=_moment(node.get("createdAt")), firm=business.get("name"),
        engagement={"helpful": feedback.get("usefulCount"), "reviews": person.get("reviewCount")},
        facts={"item": business["name"]} if business.get("name") else {},
    )  # fmt: skip
    if reply := node.get("bizUserPublicReply"):
        words = _words(reply.get("text"))
        yield RawPost(
            ref=f"{ref}/reply", within=ref, reply_to=ref, kind=Kind.REPLY, text=words, markup=has_markup(words), role=Role.FIRM, url=url,
            author=dig(reply, "bizUser", "displayName") or business.get("name"), published=_moment(reply.get("createdAt")),
        )  # fmt: skip


def _excerpt(node: dict[str, Any]) -> SaidBy:
    """A review of the API: its text is cut after 160 characters."""
    person = node.get("user") or {}
    yield RawPost(
        ref=node["id"], url=node.get("url"), kind=Kind.REVIEW, text=node.get("text"), author=person.get("name"), author_id=person.get("id"),
        author_url=person.get("profile_url"), rating=node.get("rating"), worst=1, best=5, published=node.get("time_created"),
    )  # fmt: skip


def _words(text: Any) -> str:
    """The text, a string or `{full}`, without the marks of a search hit."""
    words = dig(text, "full") if isinstance(text, dict) else text
    return (words or "").replace("[[HIGHLIGHT]]", "").replace("[[ENDHIGHLIGHT]]", "")


def _moment(at: Any) -> str | None:
    return (at.get("utcDateTime") or at.get("localDateTimeForBusiness")) if isinstance(at, dict) else at
