"""App Store Connect: the reviews of an own app with the developer's answers, by Apple's official API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from crawlers.loose_json import dig
from crawlers.page import Announced, Ask, Broken, Follow, Kind, Ownership, Page, Place, RawPost, Role, SaidBy, Site
from crawlers.reading import each

site = Site(
    key="appstore_connect",
    name="App Store Connect",
    home="https://api.appstoreconnect.apple.com",
    kind=Kind.REVIEW,
    access="official API for own apps: APPSTORE_CONNECT_AUTHORIZATION is `Bearer` and a token signed with a key of "
    "App Store Connect; the firm's handle is the app's number",
    proof="documented",
    delay=1,
    never_says=("url", "edited", "followers", "engagement", "author_id"),
    expect=(0, 100_000),
    ownership=Ownership.CLAIMED,
    newest_first=True,
    needs=("APPSTORE_CONNECT_AUTHORIZATION",),
)
SIGNED = {"Authorization": "APPSTORE_CONNECT_AUTHORIZATION"}


def start(ask: Ask) -> SaidBy:
    """The newest reviews of one app in all countries."""
    app = quote(ask.firm.handle(site.key).rpartition("/")[2], safe="")
    yield Follow(f"{ask.home}/v1/apps/{app}/customerReviews?include=response&sort=-createdDate&limit=200", secrets=SIGNED)


def parse(page: Page) -> SaidBy:
    """One page of reviews; answers stand beside them in `included`. An answer that is still to be published is none yet."""
    if errors := dig(page.json, "errors"):
        raise Broken(f"Apple answers {dig(errors, 0, 'title') or dig(errors, 0, 'code')}", "error answer")
    reviews = dig(page.json, "data")
    if not isinstance(reviews, list) or any(dig(node, "type") != "customerReviews" for node in reviews) or not (reviews or dig(page.json, "links")):
        raise Broken("JSON without customer reviews", "not this source")
    if isinstance(total := dig(page.json, "meta", "paging", "total"), int):
        yield Announced(total)
    answers = {node["id"]: node["attributes"] for node in page.json.get("included") or () if node.get("type") == "customerReviewResponses"}
    yield from each(reviews, lambda node: _review(node, answers))
    if reviews and (link := page.link(dig(page.json, "links", "next"))):
        yield Follow(link, secrets=SIGNED)


def _review(node: dict[str, Any], answers: dict[str, Any]) -> SaidBy:
    ref, said, territory = node["id"], node["attributes"], dig(node, "attributes", "territory")
    yield RawPost(
        ref=ref, kind=Kind.REVIEW, title=said.get("title"), text=said["body"], author=said.get("reviewerNickname"), rating=said["rating"], worst=1,
        best=5, published=said.get("createdDate"), place=Place(name=territory) if territory else None,
    )  # fmt: skip
    answer = answers.get(dig(node, "relationships", "response", "data", "id"))
    if answer and answer.get("state") == "PUBLISHED":
        yield RawPost(
            ref=f"{ref}/reply", within=ref, reply_to=ref, kind=Kind.REPLY, role=Role.FIRM, text=answer["responseBody"],
            published=answer.get("lastModifiedDate"),
        )  # fmt: skip
