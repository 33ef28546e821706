"""Trustpilot: its API with a key is the live route; saved pages are read by their own JSON. Pages are not crawled (robots.txt)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

from crawlers.loose_json import dig
from crawlers.page import Announced, Ask, Broken, Follow, Kind, Page, RawPost, Role, SaidBy, Site
from crawlers.paging import query_value, with_query
from crawlers.reading import each
from crawlers.schema_reviews import read_reviews
from crawlers.structured import script_json

site = Site(
    key="trustpilot",
    name="Trustpilot",
    home="https://api.trustpilot.com",
    kind=Kind.REVIEW,
    access="official API: TRUSTPILOT_API_KEY is the key of an application in the firm's Trustpilot Business account; "
    "the firm's handle is the domain under which it is listed; saved pages, because robots.txt forbids crawling them",
    terms="https://legal.trustpilot.com",
    delay=1,
    never_says=("followers", "hashtags", "mentions"),
    needs=("TRUSTPILOT_API_KEY",),
    newest_first=True,
)
KEY = {"apikey": "TRUSTPILOT_API_KEY"}


def start(ask: Ask) -> SaidBy:
    """Ask the API for the firm's business unit: its handle is the domain under which Trustpilot lists it."""
    yield Follow(f"{ask.home}/v1/business-units/find?name={quote(ask.firm.handle(site.key))}", next=False, secrets=KEY)


def parse(page: Page) -> SaidBy:
    """A saved page (`__NEXT_DATA__`), the JSON behind a page (`/_next/data`), or an answer of the API."""
    tree = page.json if page.body.lstrip()[:1] in b"{[" else script_json(page, "__NEXT_DATA__")
    if tree is None:
        yield from _json_ld(page)
        return
    props = dig(tree, "props", "pageProps") or dig(tree, "pageProps")
    yield from _page(props, page) if isinstance(props, dict) else _answer(tree, page)


def _json_ld(page: Page) -> SaidBy:
    """A page saved without its state: its schema.org reviews, which have no replies. Their id ends with that of the review."""
    if "trustpilot" not in page.text.lower():
        raise Broken("no page of Trustpilot: it has no __NEXT_DATA__", "not this source")
    found = [replace(said, ref=said.ref.rpartition("/")[2]) if isinstance(said, RawPost) else said for said in read_reviews(page)]
    if not found:
        raise Broken("a page of Trustpilot with neither __NEXT_DATA__ nor schema.org reviews")
    yield from found


def _page(props: dict[str, Any], page: Page) -> SaidBy:
    reviews = props["reviews"] if "reviews" in props else [props["review"]] if props.get("review") else None
    if reviews is None:
        if "businessUnits" in props or "statusCode" in props:
            return  # a list of firms, or the site's own "not found"
        raise Broken(f"pageProps has no reviews, but {', '.join(sorted(props)[:8])}; the layout changed?")
    paging = dig(props, "filters", "pagination") or {}
    if isinstance(count := paging.get("totalCount"), int):
        yield Announced(count)
    yield from each(reviews or (), lambda node: _review(node, props.get("businessUnit") or node.get("businessUnit") or {}))
    here = page.url or page.link(props.get("pageUrl"))
    if here and reviews and paging.get("currentPage", 1) < paging.get("totalPages", 1):
        yield Follow(with_query(here, page=paging.get("currentPage", 1) + 1))


def _answer(tree: Any, page: Page) -> SaidBy:
    if isinstance(reviews := dig(tree, "reviews"), list):
        yield from each(reviews, lambda node: _review(node, node.get("businessUnit") or {}))
        token = tree.get("nextPageToken")
        if token and reviews:
            yield Follow(with_query(page.url, pageToken=token), secrets=KEY)
        elif reviews and any(link.get("rel") == "next-page" for link in tree.get("links") or ()):
            yield Follow(with_query(page.url, page=int(query_value(page.url, "page") or 1) + 1), secrets=KEY)
    elif isinstance(unit := dig(tree, "id"), str) and "/business-units/find" in page.url:
        root = page.url.partition("/v1/")[0]
        yield Follow(f"{root}/v1/business-units/{unit}/reviews?perPage=100&orderBy=createdat.desc", secrets=KEY)
    else:
        raise Broken("JSON without reviews: no answer of the API", "not this source")


def _review(node: dict[str, Any], unit: dict[str, Any]) -> SaidBy:
    """A review of a page or of the API (`stars`, `createdAt`, `companyReply`), and the firm's answer."""
    ref, person, dates = node["id"], node.get("consumer") or {}, node.get("dates") or {}
    verified = dig(node, "labels", "verification", "isVerified")
    yield RawPost(
        ref=ref, url=f"https://www.trustpilot.com/reviews/{ref}", kind=Kind.REVIEW, title=node.get("title"), text=node.get("text"),
        lang=node.get("language"), author=person.get("displayName"), author_id=person.get("id"),
        author_url=f"https://www.trustpilot.com/users/{person['id']}" if person.get("id") else None,
        author_place=person.get("countryCode") or person.get("displayLocation"), verified=person.get("isVerified"),
        rating=node.get("rating", node.get("stars")), worst=1, best=5,
        published=dates.get("publishedDate") or node.get("createdAt"), edited=dates.get("updatedDate") or node.get("updatedAt"),
        engagement={"likes": node.get("likes", node.get("numberOfLikes")), "reviews": person.get("numberOfReviews")},
        facts=_facts(node, verified), firm=unit.get("identifyingName") or unit.get("displayName"),
    )  # fmt: skip
    if reply := node.get("reply") or node.get("companyReply"):
        yield RawPost(
            ref=f"{ref}/reply", within=ref, reply_to=ref, kind=Kind.REPLY, text=reply.get("message") or reply.get("text"), role=Role.FIRM,
            url=f"https://www.trustpilot.com/reviews/{ref}", author=unit.get("displayName"),
            published=reply.get("publishedDate") or reply.get("createdAt"), edited=reply.get("updatedDate") or reply.get("updatedAt"),
        )  # fmt: skip


def _facts(node: dict[str, Any], verified: Any) -> dict[str, Any]:
    facts = {
        "experienced": dig(node, "dates", "experiencedDate") or node.get("experiencedAt"),
        "verified_purchase": node.get("isVerified", verified),
        "invited": dig(node, "labels", "verification", "verificationLevel") or node.get("reviewVerificationLevel"),
        "source_name": node.get("source") or dig(node, "labels", "verification", "reviewSourceName"),
        "status": "pending" if node.get("isPending") or node.get("pending") else node.get("status"),
    }
    return {name: value for name, value in facts.items() if value is not None}
