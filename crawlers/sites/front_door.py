"""The firm's own front door: entries of its public form, as `doors/` keeps them. Nothing is fetched."""

from __future__ import annotations

from typing import Any

from crawlers.page import Broken, Kind, Ownership, Page, Place, RawPost, SaidBy, Site

site = Site(
    key="front_door",
    name="Front door",
    home="https://front-door.invalid",
    kind=Kind.REVIEW,
    access="entries of the firm's own public form (`plaint serve --public`), with consent",
    proof="documented",
    terms="the firm's own form; the person consents to being read",
    languages=(),
    ownership=Ownership.DIRECT,
    never_says=("title", "followers", "engagement", "url"),
    live=False,
    delivers=True,
    worst=1,
    best=5,
)
FORM = "plaint front door 1"
"""What every kept entry says of itself."""


def parse(page: Page) -> SaidBy:
    """The one entry of a kept form."""
    said: dict[str, Any] = page.json
    if not isinstance(said, dict) or said.get("form") != FORM:
        raise Broken("no entry of the front door", "not this source")
    yield RawPost(
        ref=said["entry"], text=said["text"], rating=said.get("rating"), worst=1, best=5, published=said["at"], author=said.get("name"),
        author_handle=said.get("reach"), place=Place(name=said["place"]) if said.get("place") else None, firm=said["firm"],
        facts={"consent": said["consent"], "visibility": "private", "reference": said["entry"]},
    )  # fmt: skip
