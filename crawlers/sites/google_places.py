"""Google Places API: at most five reviews of a place, in the old (Details) and the new form. No replies, no review ids in the old one."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from crawlers.loose_json import dig
from crawlers.page import Ask, Broken, Follow, Kind, Page, RawPost, SaidBy, Site
from crawlers.reading import each, key_of

site = Site(
    key="google_places",
    name="Google Places",
    home="https://places.googleapis.com",
    kind=Kind.REVIEW,
    access="official API: GOOGLE_PLACES_KEY is a key of a Google Cloud project with the Places API (New) on; five reviews a place; "
    "the firm's handle is the place id",
    terms="https://developers.google.com/maps/documentation/places/web-service/policies",
    delay=1,
    never_says=("reply_to", "title", "edited", "followers"),
    expect=(0, 5),
    needs=("GOOGLE_PLACES_KEY",),
)


def start(ask: Ask) -> SaidBy:
    """The place of the firm, with its reviews."""
    place = quote(ask.firm.handle(site.key), safe="")
    yield Follow(f"{ask.home}/v1/places/{place}?fields=id,displayName,googleMapsUri,reviews", secrets={"X-Goog-Api-Key": "GOOGLE_PLACES_KEY"})


def parse(page: Page) -> SaidBy:
    """The reviews of one place. There is no next page."""
    answer = page.json
    if (status := dig(answer, "status")) not in (None, "OK", "ZERO_RESULTS") or dig(answer, "error"):
        reason = dig(answer, "error_message") or dig(answer, "error", "message") or status
        raise Broken(f"Google answers {reason}", "error answer")
    place = dig(answer, "result") or answer
    if not isinstance(place, dict) or not place.keys() & {"place_id", "placeId", "id", "reviews", "name"}:
        raise Broken("JSON without a place", "not this source")
    key = place.get("place_id") or place.get("id") or ""
    name = dig(place, "displayName", "text") or place.get("name")
    yield from each(place.get("reviews") or (), lambda node: _review(node, key, name))


def _review(node: dict[str, Any], place: str, name: str | None) -> SaidBy:
    """A review; where it has no name of its own, place and author identify it, for an author has one review of a place."""
    url = node.get("author_url") or dig(node, "authorAttribution", "uri")
    person = re.search(r"/contrib/(\d+)", url or "")
    author = node.get("author_name") or dig(node, "authorAttribution", "displayName")
    said, original = node.get("text"), node.get("originalText")
    text = dig(original or said, "text") if isinstance(original or said, dict) else said
    language = (
        dig(original or said, "languageCode") or (node.get("original_language") if not node.get("translated") else None) or node.get("language")
    )
    yield RawPost(
        ref=node.get("name") or (f"{place}/{person[1]}" if person else key_of(place, url, author)), kind=Kind.REVIEW, text=text, lang=language,
        url=node.get("googleMapsUri"), author=author, author_url=url, author_id=person and person[1], rating=node.get("rating"), worst=1, best=5,
        published=node.get("publishTime") or node.get("time"), firm=name,
        facts={"item": name, **({"translated_from": node.get("original_language")} if node.get("translated") else {})},
    )  # fmt: skip
