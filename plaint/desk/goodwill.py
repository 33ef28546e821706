"""Goodwill of a period for a person who looks at it, and how one conversation turned. Proposals: nothing here decides."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from plaint.desk.archive import scope_of
from plaint.desk.rights import Right, require
from plaint.insight import goodwill as rule
from plaint.insight.goodwill import Goodwill, Turned
from plaint.model import Person, Post
from plaint.ports import Stores
from plaint.posts.roles import told_apart
from plaint.query.tree import Node, Search, Sort
from plaint.understand.understanding import Understanding

MOST = 5_000
"""Posts that a figure is made of at most, the newest: reading them takes the time a person waits for a page."""

BATCH = 500
"""Posts whose understanding is read in one go."""

EXCLUDED = {"role": ("firm",)}
"""What has no voice: the firm's own posts. The list behind the figure leaves out the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The figure, of how many posts it was made, and how many there are; fewer were looked at where there are more than `MOST`."""

    goodwill: Goodwill
    looked_at: int
    of: int


def told(stores: Stores, person: Person, query: Node) -> Told:
    """The goodwill of the posts of a query within the person's firms; authors are told apart, but none is given out.

    Raises Refused without the right to read posts.
    """
    require(person, Right.READ_POSTS)
    search = Search(query=query, exclude=EXCLUDED, sort=Sort.NEWEST, scope=scope_of(person, None), limit=0)
    posts = list(islice(stores.posts.scan(search), MOST))
    known: dict[str, Understanding] = {}
    for start in range(0, len(posts), BATCH):
        known |= stores.posts.understood([post.id for post in posts[start : start + BATCH]])
    of = len(posts) if len(posts) < MOST else stores.posts.search(search).total
    return Told(goodwill=rule.goodwill(posts, known), looked_at=len(posts), of=of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """How the complainant of a conversation turned (None: cannot be told), and the ids of other people's answers that helped, best first."""

    turned: Turned | None = None
    helpful: tuple[str, ...] = ()


def conversation(stores: Stores, person: Person, thread: tuple[Post, ...]) -> Conversation:
    """What the turns of a conversation as `archive.read_post` gave it tell together; who wrote is read from the store, and not given out.

    Raises Refused without the right to read posts.
    """
    require(person, Right.READ_POSTS)
    ids = [post.id for post in thread]
    held = {post.id: post for post in stores.posts.get(ids)}
    turns = told_apart([held[post.id] for post in thread if post.id in held])
    known = stores.posts.understood(ids)
    helpful = tuple(answer.post for answer in rule.peer_answers(turns, known) if answer.is_good)
    return Conversation(turned=rule.turned(turns, known), helpful=helpful)
