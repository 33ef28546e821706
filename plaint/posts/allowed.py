"""Which fields of a post may be kept: what the register does not allow is dropped before anything is stored.

What makes a post a post, and what clocks and threads stand on, cannot be dropped: its words, date, kind, address, language,
the firms it is about, and whether a firm or a customer wrote it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from plaint.model import Author, Post, Role

MAY_BE_DROPPED = (
    "author", "author_place", "edited", "engagement", "facts", "followers", "hashtags", "links", "media", "mentions", "place", "rating", "title",
)  # fmt: skip
"""The fields about which the register decides; `author` is everything that names a person, the other two are parts of it."""

_EMPTY: dict[str, Any] = {"engagement": {}, "facts": {}, "hashtags": (), "links": (), "media": (), "mentions": ()}


def only(post: Post, allowed: Collection[str] | None) -> Post:
    """The post without the fields that are not in `allowed`; None allows all."""
    if allowed is None:
        return post
    dropped = [name for name in MAY_BE_DROPPED if name not in allowed]
    whole: dict[str, Any] = {name: _EMPTY.get(name) for name in dropped if name in Post.__dataclass_fields__ and name != "author"}
    return replace(post, author=_author(post.author, dropped), **whole)


def _author(author: Author | None, dropped: Collection[str]) -> Author | None:
    if author is None:
        return None
    if "author" in dropped:
        return None if author.role is Role.CUSTOMER else Author(role=author.role)
    return replace(
        author, place=None if "author_place" in dropped else author.place, followers=None if "followers" in dropped else author.followers
    )  # fmt: skip


def unknown(names: Collection[str]) -> list[str]:
    """Names about which nothing can be decided, by name."""
    return sorted(set(names) - set(MAY_BE_DROPPED))
