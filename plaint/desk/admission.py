"""What the register lets in of a page: nobody in a country that the decision leaves out, nothing that is past its retention class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from plaint.desk.retention import covers_from
from plaint.model import Approval, Post, Rejection
from plaint.ports import Stores

ELSEWHERE = "a person in a country that the approval does not cover"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """The posts of a page, sorted: those let in, those that are past their retention class, and those that are refused with their reason."""

    posts: list[Post]
    past: list[Post]
    refused: list[tuple[Post, Rejection]]


def admit(stores: Stores, posts: Sequence[Post], decision: Approval | None, today: date) -> Admitted:
    """Sort the posts of a page by the present decision about its source; what stands inside a post goes where that one goes.

    A country counts where the source states it as a code. A post that is held already is kept up to date although it is past
    its class: it may be part of a case. Without a decision all are let in.
    """
    if decision is None:
        return Admitted(posts=list(posts), past=[], refused=[])
    elsewhere = {
        post.ref: country for post in posts if (country := _country(post)) and decision.jurisdictions and country not in decision.jurisdictions
    }
    refused = [
        (post, Rejection(reason=ELSEWHERE, field="place", seen=elsewhere[ref], ref=post.ref))
        for post in posts
        if (ref := post.ref if post.ref in elsewhere else post.within) in elsewhere and ref is not None
    ]
    turned_away = {post.ref for post, _ in refused}
    left = [post for post in posts if post.ref not in turned_away]
    old = _past(stores, left, covers_from(decision.retention or "", today))
    sorted_out: dict[bool, list[Post]] = {True: [], False: []}
    for post in left:
        sorted_out[bool(old & {post.ref, post.within})].append(post)
    return Admitted(posts=sorted_out[False], past=sorted_out[True], refused=refused)


def _past(stores: Stores, posts: Sequence[Post], covered: date | None) -> set[str | None]:
    """The refs of posts from before the first day that is covered, and that are not held."""
    if covered is None:
        return set()
    old = [post for post in posts if post.published is not None and post.published.end.date() < covered]
    held = {post.id for post in stores.posts.get([post.id for post in old])} if old else set()
    return {post.ref for post in old if post.id not in held}


def _country(post: Post) -> str | None:
    """The country that the source states, where it is a code (ISO 3166)."""
    said = (post.place.country or "").strip().upper() if post.place is not None else ""
    return said if len(said) == 2 and said.isalpha() else None
