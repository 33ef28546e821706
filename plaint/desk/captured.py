"""The captures that a case rests on: every state of its posts with the bytes it was read from, and whether those are still the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from plaint.desk.acting import load_case, visible
from plaint.desk.archive import may_see
from plaint.desk.keeping import BENT, LOST, NO_CAPTURE
from plaint.desk.log import record
from plaint.desk.rights import Right
from plaint.model import Capture, Person, Post, Revision
from plaint.ports import Stores

CHECKED = "CapturesVerified"
"""The kind of the entry: how many captures of a case were compared with their bytes, and how many faults there were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One capture, and the post of the case that was read from it.

    `fault` is one of `keeping`'s kinds; None before it was compared, and where it holds.
    """

    post: str
    capture: Capture
    fault: str | None = None


def each_capture(posts: Iterable[Post], revisions: Mapping[str, Sequence[Revision]]) -> Iterator[tuple[Post, Capture]]:
    """The captures of posts and their revisions (by post), each page once, in that order."""
    seen: set[tuple[str, str]] = set()
    for one in posts:
        for post in (*(revision.post for revision in revisions.get(one.id, ())), one):
            capture = post.capture
            if capture is not None and (capture.sha256, capture.at) not in seen:
                seen.add((capture.sha256, capture.at))
                yield post, capture


def captures(stores: Stores, person: Person, case: str, now: datetime) -> tuple[Held, ...]:
    """What the posts of a case were read from, oldest state of each first. Raises Refused."""
    found, _ = load_case(stores, case)
    visible(stores, person, Right.READ_CASES, found, now, "captures")
    posts = [post for post in stores.posts.get(found.posts) if may_see(person, post)]
    revisions = {post.id: stores.posts.revisions(post.id) for post in posts}
    return tuple(Held(post=post.id, capture=capture) for post, capture in each_capture(posts, revisions))


def check(stores: Stores, person: Person, case: str, *, now: datetime, command: str) -> tuple[Held, ...]:
    """Compare each capture of a case with the bytes in the evidence; the log says that it was done and what was found. Raises Refused."""
    held = [_compared(stores, one) for one in captures(stores, person, case, now)]
    faults = sum(one.fault is not None for one in held)
    record(stores, "verifications", person, CHECKED, {"case": case, "captures": len(held), "faults": faults}, now, command)
    return tuple(held)


def _compared(stores: Stores, held: Held) -> Held:
    return Held(post=held.post, capture=held.capture, fault=_fault(stores, held.capture))


def _fault(stores: Stores, capture: Capture) -> str | None:
    if capture.warc is None:
        return NO_CAPTURE
    try:
        fetched = stores.evidence.fetch(capture.warc)
    except LookupError:
        return LOST
    return None if sha256(fetched.body).hexdigest() == capture.sha256 else BENT
