"""Several states of one post on one page: an edit history says the same id again, each state with its own date.

The latest is the post; the others are what it was before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from plaint.model import Post, iso, moment_of


def parted(posts: Sequence[Post], held: Mapping[str, Post]) -> tuple[list[Post], list[Post]]:
    """(the posts as they are now, what some of them were before), each in the order given.

    `held` are the posts of the archive, by id, that an earlier page of the same walk may have given. A state is earlier
    when a later date is known of the same post; without dates nothing tells them apart, and all stay. The moment from
    which an earlier state is known is its own date: so it is the same state however often the page is read again.
    """
    latest: dict[str, datetime] = {key: moment for key, post in held.items() if (moment := _moment(post)) is not None}
    for post in posts:
        if (moment := _moment(post)) is not None:
            latest[post.id] = max(moment, latest.get(post.id, moment))
    present, before = [], []
    for post in posts:
        moment = _moment(post)
        if moment is None or post.capture is None or moment == latest[post.id] or moment >= moment_of(post.capture.at):
            present.append(post)
        else:
            before.append(replace(post, capture=replace(post.capture, at=iso(moment))))
    return present, before


def _moment(post: Post) -> datetime | None:
    """When the words of this state were written; None where the source is vague about it."""
    when = post.edited or post.published
    return when.start if when is not None and when.earliest == when.latest else None
