"""Handing captures to a third party: who may, which posts, and the entry in the log that says what left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from plaint.desk import log
from plaint.desk.archive import may_see
from plaint.desk.rights import Refused, Right, require
from plaint.model import Person, Post
from plaint.ports import Fetched, Stores


def captures_of(stores: Stores, person: Person, ids: Sequence[str]) -> tuple[list[Post], dict[str, Fetched]]:
    """The posts with these ids and the exchanges that they were read from, by place in the evidence.

    Raises Refused without the rights to export and to see authors (a page shows who wrote it), for a post that is unknown
    or not the person's, and where a capture is lost: half a proof is none.
    """
    require(person, Right.EXPORT)
    require(person, Right.SEE_AUTHORS)
    posts = [post for post in stores.posts.get(list(dict.fromkeys(ids))) if may_see(person, post)]
    if missing := set(ids) - {post.id for post in posts}:
        raise Refused(f"no post {', '.join(sorted(missing))} that you may see")
    captures: dict[str, Fetched] = {}
    for post in posts:
        place = post.capture.warc if post.capture is not None else None
        try:
            captures[place or ""] = stores.evidence.fetch(place or "")
        except LookupError as error:
            raise Refused(f"the capture of {post.id} cannot be read: {error.args[0]}") from None
    return posts, captures


def pictures_of(stores: Stores, captures: Mapping[str, Fetched]) -> dict[str, Fetched]:
    """The pictures that were taken of these captures, by the place of what they show."""
    return {place: picture for place in captures if (picture := stores.evidence.picture(place)) is not None}


def handed_over(stores: Stores, person: Person, posts: Sequence[Post], digest: str, now: datetime, command: str) -> None:
    """Record what left, before it is said to be done; ids contain refs, so they stand beside the chain."""
    log.record(
        stores, "access", person, "EvidenceHandedOver", {"posts": len(posts), "sha256": digest}, now, command,
        bodies={"ids": "\n".join(post.id for post in posts)},
    )  # fmt: skip
