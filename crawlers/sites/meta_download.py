"""Data downloads of a Facebook or Instagram account, as JSON: what the account itself posted and commented. Files, never fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crawlers.loose_json import dig
from crawlers.page import Broken, Kind, Ownership, Page, RawPost, Rejection, SaidBy, Site
from crawlers.reading import SHOWN, each, key_of

site = Site(
    key="meta_download", name="Facebook and Instagram downloads", home="https://accountscenter.facebook.com", kind=Kind.COMMENT, proof="described",
    access="comments.json, your_posts_1.json or post_comments_1.json of a download in JSON that the owner of the account asked for, in English "
           "(import only)",
    ownership=Ownership.DIRECT, never_says=("rating", "lang", "followers", "url", "engagement", "reply_to", "thread"), live=False,
)  # fmt: skip


def parse(page: Page) -> SaidBy:
    """Facebook's comments (`comments_v2`) or posts (a list with `timestamp` and `data`), or Instagram's comments (`string_map_data`).

    What has no words, as a picture or a sticker, says nothing and is passed over.
    """
    tree = page.json
    comments = dig(tree, "comments_v2") if isinstance(tree, dict) else None
    named = next((found for name, found in tree.items() if name.startswith("comments_")), None) if isinstance(tree, dict) else tree
    items: list[Any] = next((found for found in (comments, named) if isinstance(found, list)), [])
    first = items[0] if items and isinstance(items[0], dict) else {}
    if isinstance(comments, list):
        yield from each(comments, _facebook_comment)
    elif "string_map_data" in first:
        yield from each(items, _instagram_comment)
    elif isinstance(tree, list) and "timestamp" in first and ("data" in first or "attachments" in first):
        yield from each(tree, _facebook_post)
    else:
        raise Broken("neither comments nor posts of a download", "not this source")


def _facebook_comment(item: Mapping[str, Any]) -> SaidBy:
    """One comment; the title says in words on whose post or to whom it was."""
    for part in item.get("data") or ():
        said = part["comment"]
        if text := mended(said["comment"]).strip():
            yield _post("comment", text, said["timestamp"], Kind.COMMENT, title=item.get("title"), author=said.get("author"))


def _facebook_post(item: Mapping[str, Any]) -> SaidBy:
    """One post; beside its words it may say when it was last changed."""
    for part in item.get("data") or ():
        if text := mended(part.get("post") or "").strip():
            yield _post("post", text, item["timestamp"], Kind.POST, title=item.get("title"))


def _instagram_comment(item: Mapping[str, Any]) -> SaidBy:
    """One comment; its labels are in the language of the account."""
    said = item["string_map_data"]
    if not {"Comment", "Time"} <= said.keys():
        yield Rejection(reason="labels in another language than English", field="item", seen=str(sorted(said))[:SHOWN])
        return
    if text := mended(said["Comment"]["value"]).strip():
        owner = dig(said, "Media Owner", "value")
        yield _post("instagram", text, said["Time"]["timestamp"], Kind.COMMENT, facts={"item": owner, "item_kind": "media owner"} if owner else {})


def _post(
    what: str, text: str, when: Any, kind: Kind, *, title: str | None = None, author: str | None = None, facts: Mapping[str, str] | None = None
) -> RawPost:  # fmt: skip
    """A post of the account; it has no id, and who could read it is not said."""
    if not isinstance(when, int) or when <= 0:
        raise ValueError(f"no moment: {when!r}")
    return RawPost(
        ref=key_of(what, when, text), text=text, kind=kind, published=when, title=mended(title) if title else None,
        author=mended(author) if author else None, facts={"visibility": "private", **(facts or {})},
    )  # fmt: skip


def mended(text: str) -> str:
    r"""Words whose UTF-8 bytes were written one by one as Latin-1 (`\u00c3\u00b8` for ø), as these downloads do; others stay."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
