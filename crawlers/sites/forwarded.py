"""Forwarded to us: complaints that another system of the firm sends to the signed webhook `/hooks/forwarded`. Nothing is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from crawlers.page import Broken, Kind, Ownership, Page, Place, RawPost, Rejection, SaidBy, Site
from crawlers.reading import SHOWN, each

site = Site(
    key="forwarded", name="Forwarded to us", home="https://forwarded.invalid", kind=Kind.POST, proof="documented",
    access="deliveries that a system of the firm signs with FORWARDED_SECRET and sends to `/hooks/forwarded` of `plaint serve --public`, "
           "or their files; the form is in docs/webhooks.md",
    terms="the firm's own system", ownership=Ownership.DIRECT, never_says=("followers", "engagement"), live=False, delivers=True,
)  # fmt: skip


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One post of a delivery; what is not in this list is refused, so that nothing is lost in silence."""

    id: str
    text: str
    kind: Kind = Kind.POST
    title: str | None = None
    url: str | None = None
    author: str | None = None
    author_handle: str | None = None
    author_id: str | None = None
    published: str | int | None = None
    rating: float | None = None
    worst: float = 1
    best: float = 5
    lang: str | None = None
    place: str | None = None
    reply_to: str | None = None
    thread: str | None = None
    source_name: str | None = None
    private: bool = True


def parse(page: Page) -> SaidBy:
    """The posts of one delivery: `{"firm": …, "posts": […]}`."""
    tree: Any = page.json
    if not isinstance(tree, dict) or not isinstance(tree.get("firm"), str) or not isinstance(tree.get("posts"), list):
        raise Broken("no delivery: an object with `firm` and `posts`", "not this source")
    yield from each(tree["posts"], _post)


def _post(item: Mapping[str, Any]) -> SaidBy:
    try:
        said = msgspec.convert(item, Item)
    except msgspec.ValidationError as error:
        ref = item.get("id") if isinstance(item, dict) else None
        yield Rejection(reason=f"not as the form says: {error}", field="item", seen=repr(item)[:SHOWN], ref=ref if isinstance(ref, str) else None)
        return
    yield RawPost(
        ref=said.id, text=said.text, kind=said.kind, title=said.title, url=said.url, author=said.author, author_handle=said.author_handle,
        author_id=said.author_id, published=said.published, rating=said.rating, worst=said.worst, best=said.best, lang=said.lang,
        place=Place(name=said.place) if said.place else None, reply_to=said.reply_to, thread=said.thread,
        facts={name: value for name, value in (("source_name", said.source_name), ("visibility", "private" if said.private else None)) if value},
    )  # fmt: skip
