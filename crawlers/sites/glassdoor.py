"""Glassdoor: what employees say of a firm, from saved answers and saved pages. Off unless a firm asks for it: they are no customers."""

from __future__ import annotations

import re
from typing import Any

from crawlers.loose_json import dig, first_value
from crawlers.page import Broken, Kind, Page, Place, RawPost, Rejection, Role, SaidBy, Site
from crawlers.reading import SHOWN, each, key_of
from crawlers.schema_reviews import has_markup

site = Site(
    key="glassdoor",
    name="Glassdoor",
    home="https://www.glassdoor.com",
    kind=Kind.REVIEW,
    access="saved answers and pages only: behind a sign-in",
    proof="described",
    never_says=("author", "url", "edited", "followers", "hashtags"),
    live=False,
)
STATE = re.compile(r"\"?apollo(?:State|Cache)\"?\s*[:=]\s*(?=\{)")
SIDES = {"pros": "Pros", "cons": "Cons", "advice": "Advice"}


def parse(page: Page) -> SaidBy:
    """An answer with `employerReviews`, or a page whose state holds them with references to its other parts."""
    state: dict[str, Any] = {}
    if page.body.lstrip()[:1] == b"<":
        found = STATE.search(page.text)
        if found is None or "glassdoor" not in page.text.lower():
            raise Broken("no page of Glassdoor with its state", "not this source")
        state = first_value(page.text, found.end())
        root = state.get("ROOT_QUERY") or {}
        answer = next((value for name, value in root.items() if name.startswith("employerReviews")), None)
    else:
        answer = dig(page.json, "data", "employerReviews")
    reviews = dig(answer, "reviews")
    if not isinstance(reviews, list):
        raise Broken("JSON without reviews of an employer", "not this source")
    yield from each(reviews, lambda node: _review(_meant(node, state), state))


def _meant(node: Any, state: dict[str, Any]) -> Any:
    """What a node says, or what the node it refers to says."""
    return state.get(node["__ref"]) if isinstance(node, dict) and "__ref" in node else node


def _review(node: dict[str, Any], state: dict[str, Any]) -> SaidBy:
    """A review: three fixed questions make its text. Its moment has no zone, so it is a day."""
    ref = str(node["reviewId"])
    if not all(isinstance(node.get(name), str) for name in ("pros", "cons")):
        yield Rejection(reason="a review without one of its two answers", field="text", seen=str(node)[:SHOWN], ref=ref)
        return
    sides = {name: words for name in SIDES if (words := node.get(name))}
    text = "\n\n".join(f"{SIDES[name]}: {words}" for name, words in sides.items())
    job, place = (dig(_meant(node.get(name), state), part) for name, part in (("jobTitle", "text"), ("location", "name")))
    facts = {
        **sides,
        "category": job,
        "status": {True: "current employee", False: "former employee"}.get(bool(node["isCurrentJob"])) if "isCurrentJob" in node else None,
    }
    yield RawPost(
        ref=ref, kind=Kind.REVIEW, title=node.get("summary"), text=text, markup=has_markup(text), lang=node.get("languageId"),
        rating=node.get("ratingOverall"), worst=1, best=5, published=str(node.get("reviewDateTime") or "")[:10],
        place=Place(name=place) if place else None, engagement={"helpful": node.get("countHelpful")},
        facts={name: value for name, value in facts.items() if value},
    )  # fmt: skip
    for said in node.get("employerResponses") or ():
        answer = _meant(said, state)
        if not isinstance(words := dig(answer, "response"), str):
            yield Rejection(reason="a reply in a layout that is not known", field="reply", seen=str(answer)[:SHOWN], ref=ref)
            continue
        yield RawPost(
            ref=f"{ref}/{key_of(words)}", within=ref, reply_to=ref, kind=Kind.REPLY, role=Role.FIRM, text=words,
            markup=has_markup(words),
        )  # fmt: skip
