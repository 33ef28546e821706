"""TripAdvisor: five reviews of a location by the official API; saved pages (2016) and saved answers of the site (2026)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from parsel import Selector

from crawlers.loose_json import dig
from crawlers.page import Announced, Ask, Broken, Follow, Kind, Page, RawPost, Role, SaidBy, Site
from crawlers.reading import each
from crawlers.words import words_of

site = Site(
    key="tripadvisor",
    name="TripAdvisor",
    home="https://api.content.tripadvisor.com",
    kind=Kind.REVIEW,
    access="official Content API: TRIPADVISOR_API_KEY is a key from tripadvisor.com/developers; five reviews a location; the firm's handle is the "
    "location's number; saved pages and answers",
    terms="https://tripadvisor.mediaroom.com/us-terms-of-use",
    languages=("en", "de", "fr", "es", "it", "nl", "pl", "sv", "pt", "ru", "tr", "ja"),
    delay=1,
    never_says=("followers", "hashtags", "edited"),
    expect=(0, 5),
    strip=("Reviewed", "Отзыв написан", "Avis publié :", "Bewertet am", "Opinión escrita el", "Recensito il", "Beoordeeld op"),
    needs=("TRIPADVISOR_API_KEY",),
)
WEB = "https://www.tripadvisor.com"


def start(ask: Ask) -> SaidBy:
    """The newest reviews of one location: the firm's handle is its number."""
    location = quote(ask.firm.handle(site.key), safe="")
    yield Follow(f"{ask.home}/api/v1/location/{location}/reviews", secrets={"key": "TRIPADVISOR_API_KEY"})


def parse(page: Page) -> SaidBy:
    """A saved page, a list of GraphQL answers, or an answer of the API."""
    if page.body.lstrip()[:1] == b"<":
        yield from _page(page)
    elif isinstance(dig(page.json, "data"), list):
        yield from each(page.json["data"], _review)
    elif isinstance(page.json, list):
        yield from _answers(page.json)
    else:
        raise Broken(f"JSON without reviews: {dig(page.json, 'message') or dig(page.json, 'error', 'message') or 'another kind'}", "error answer")


def _page(page: Page) -> SaidBy:
    """The filled reviews of a page of 2016; empty ones were to be loaded later and are none. A list of places has no reviews."""
    if "tripadvisor" not in page.text.lower():
        raise Broken("no page of TripAdvisor", "not this source")
    cards = [card for card in page.css("div.reviewSelector[id^=review_]") if card.css(".entry, .quote")]
    yield from each(cards, lambda card: _card(card, page))
    if cards and (link := page.link(page.css("link[rel=next]::attr(href), a.next::attr(href)").get())):
        yield Follow(link)


def _card(card: Selector, page: Page) -> SaidBy:
    ref = card.attrib["id"].removeprefix("review_")
    date = card.css(".ratingDate")[:1]
    stars = re.search(r"\b(?:s|bubble_)(\d)(\d)\b", " ".join(card.css(".rating [class]::attr(class)").getall()))
    person = re.search(r"UID_(\w+)-SRC", card.css("[id^=UID_]::attr(id)").get(""))
    url = page.link(card.css(".quote a::attr(href)").get())
    yield RawPost(
        ref=ref, url=url, kind=Kind.REVIEW, title=words_of(card.css(".quote .noQuotes, .noQuotes")[:1]),
        text=words_of(card.css(".entry .partial_entry, .entry p")[:1]) or "", author=words_of(card.css(".scrname, .username")[:1]),
        author_id=person and person[1], author_place=words_of(card.css(".member_info .location")[:1]),
        rating=f"{stars[1]}.{stars[2]}" if stars else card.css(".rating img::attr(alt)").get(), worst=1, best=5,
        published=date.attrib.get("title") or words_of(date), engagement={"helpful": words_of(card.css(".numHlpIn")[:1])},
    )  # fmt: skip
    for reply in card.css(".mgrRspnInline")[:1]:
        yield RawPost(
            ref=f"{ref}/reply", within=ref, reply_to=ref, kind=Kind.REPLY, role=Role.FIRM, url=url,
            text=words_of(reply.css(".displayText, .partial_entry, .entry")[:1]) or "", published=words_of(reply.css(".res_date")[:1]),
            author=(words_of(reply.css(".header")[:1]) or "").partition(",")[0] or None,
        )  # fmt: skip


def _answers(answers: list[Any]) -> SaidBy:
    pages = [found for one in answers if isinstance(found := _list_in(one), dict)]
    if not pages:
        raise Broken("a list of answers, none with reviews", "not this source")
    for one in pages:
        if isinstance(total := one.get("totalCount"), int):
            yield Announced(total)
        yield from each(one.get("reviews") or (), _review)


def _list_in(answer: Any) -> Any:
    return dig(answer, "data", "locations", 0, "reviewListPage") or dig(answer, "data", "ReviewsProxy_getReviewListPageForLocation", 0)


def _review(node: dict[str, Any]) -> SaidBy:
    """A review of the site's answers (`publishedDate`, `mgmtResponse`) or of the API (`published_date`, `owner_response`)."""
    ref, person = str(node["id"]), node.get("userProfile") or node.get("user") or {}
    trip, path = node.get("tripInfo") or {}, node.get("absoluteUrl") or ""
    url = node.get("url") or (WEB + path if path.startswith("/") else path or None)
    facts = {
        "experienced": trip.get("stayDate") or node.get("travel_date"), "visit_type": trip.get("tripType") or node.get("trip_type"),
        "translated_from": node.get("translationType") and node.get("originalLanguage"),
    }  # fmt: skip
    yield RawPost(
        ref=ref, url=url, kind=Kind.REVIEW, title=node.get("title"), text=node.get("text"), lang=node.get("language") or node.get("lang"),
        author=person.get("displayName") or person.get("username"), author_handle=person.get("username"), verified=person.get("isVerified"),
        author_place=dig(person, "hometown", "location", "additionalNames", "long") or dig(person, "user_location", "name"),
        rating=node.get("rating"), worst=1, best=5, published=node.get("publishedDate") or node.get("published_date") or node.get("createdDate"),
        engagement={"helpful": node.get("helpfulVotes", node.get("helpful_votes"))}, facts={name: value for name, value in facts.items() if value},
    )  # fmt: skip
    if reply := node.get("mgmtResponse") or node.get("owner_response"):
        yield RawPost(
            ref=f"{ref}/reply/{reply.get('id', '')}".rstrip("/"), within=ref, reply_to=ref, kind=Kind.REPLY, role=Role.FIRM, url=url,
            text=reply.get("text"), lang=reply.get("language") or reply.get("lang"), author=reply.get("username") or reply.get("author"),
            title=reply.get("title"),
            published=reply.get("publishedDate") or reply.get("published_date"),
        )  # fmt: skip
