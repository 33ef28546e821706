"""Understanding what is collected, as it comes in, and an archive again once models are newer; one walk at a time.

A post that cannot be understood costs nothing but its understanding: an event says which one. A walk keeps its place with its
lease after each batch, so that one that was killed is taken up there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from plaint.desk.rights import Refused, Right, require
from plaint.model import Person, Post
from plaint.ports import Stores
from plaint.query.meanings import meant
from plaint.query.parse import parse_query
from plaint.query.tree import Search
from plaint.understand.reading import Said, read, said_of
from plaint.understand.understanding import Understanding

log = structlog.get_logger()

SURPRISES = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a model may raise on a text that nobody foresaw; it costs the understanding of that post only."""

LEASE = "understand"
"""The name under which one process at a time walks the archive."""

HELD = timedelta(seconds=30)
"""How long a walk that gives no sign keeps others away."""

SAMPLE = 200
"""Posts that `reread` looks at."""

BATCH = 200
"""Posts that are understood and noted in one go."""

PROBE = Said(text="They charged me twice and nobody answers my mails.")

Clock = Callable[[], datetime]
Told = Callable[[str, int], None]
"""Hears what is being done and how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """What came of a walk: posts looked at and read again, how many are understood otherwise than before, and how many were not understood.

    `resumed` says that it went on where an earlier one was ended.
    """

    looked_at: int = 0
    read: int = 0
    changed: int = 0
    failed: int = 0
    resumed: bool = False


def read_posts(posts: Sequence[Post]) -> dict[str, Understanding]:
    """What is understood of posts, by id, without those that cannot be understood (see `ports.Reader`)."""
    try:
        return {post.id: said for post, said in zip(posts, read([said_of(post) for post in posts]), strict=True)}
    except SURPRISES:
        return {post.id: said for post in posts if (said := _read_one(post)) is not None}


def _read_one(post: Post) -> Understanding | None:
    try:
        return read([said_of(post)])[0]
    except SURPRISES as error:
        log.warning("understanding_failed", post=post.id, error=type(error).__name__)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """Posts whose understanding was read again, those of which other versions spoke, and those that the same versions read otherwise."""

    same: int
    older: int
    other: tuple[str, ...]


def reread(stores: Stores) -> Reread:
    """Read the newest posts again and compare what a search knows of each with what is kept; nothing is changed."""
    posts = [hit.post for hit in stores.posts.search(Search(limit=SAMPLE)).hits]
    held = stores.posts.understood([post.id for post in posts])
    now = read_posts([post for post in posts if post.id in held]) if held else {}
    comparable = {key for key, said in now.items() if said.models == held[key].models}
    other = tuple(sorted(key for key in comparable if meant(now[key]) != meant(held[key])))
    return Reread(same=len(comparable) - len(other), older=len(held) - len(comparable), other=other)


def present_models() -> Mapping[str, str]:
    """Which version of which model speaks for each part now, as `Understanding.models` has it."""
    return read([PROBE])[0].models


def is_older(said: Understanding | None, present: Mapping[str, str]) -> bool:
    """Whether nothing was understood yet, or a model of another version than the present one spoke, or none for a part that has one now."""
    return said is None or any(said.models.get(part) != version for part, version in present.items())


def read_archive(
    stores: Stores, person: Person | None, query: str, *, only_older: bool, owner: str, clock: Clock, told: Told
) -> Walked:  # fmt: skip
    """Understand all posts of a query again (`only_older`: those of which older models spoke, or none), from where an earlier walk ended.

    `owner` names the process. Raises Refused while another walks, Unreadable for a query, LeaseLost when another has taken over.
    """
    if person is not None:
        require(person, Right.KEEP_STORE)
    search, models, now = Search(query=parse_query(query), limit=BATCH), present_models(), clock()
    lease = stores.leases.take(LEASE, owner, now, now + HELD)
    if lease is None:
        until = next(held.until for held in stores.leases.all() if held.name == LEASE)
        raise Refused(f"the archive is being understood by another process, which has it until {until}; what it has done is kept if it ends")
    asked = {"query": query, "older": str(only_older), "models": repr(sorted(models.items()))}
    cursor = lease.said.get("cursor") if {name: lease.said.get(name) for name in asked} == asked else None
    done, own = Walked(resumed=cursor is not None), stores.fenced(lease)
    try:
        while True:
            found = own.posts.search(replace(search, cursor=cursor))
            done = _again(own, [hit.post for hit in found.hits], models if only_older else None, done)
            told("posts", done.looked_at)
            cursor = found.next
            lease = stores.leases.keep(lease, clock() + HELD, {} if cursor is None else {**asked, "cursor": cursor})
            if cursor is None:
                return done
    finally:
        stores.leases.release(lease)


def _again(stores: Stores, posts: Sequence[Post], models: Mapping[str, str] | None, done: Walked) -> Walked:
    """Understand some posts again and note it, with `models` only those of which others spoke; posts without a group of copies find theirs."""
    held = stores.posts.understood([post.id for post in posts]) if models is not None else {}
    wanted = [post for post in posts if models is None or is_older(held.get(post.id), models)]
    said = read_posts(wanted)
    changed = stores.posts.note(said, wanted) if said else 0
    stores.copies.join(posts)
    return replace(done, looked_at=done.looked_at + len(posts), read=done.read + len(said), changed=done.changed + changed,
                   failed=done.failed + len(wanted) - len(said))  # fmt: skip
