"""Reading the archive as a person: within the firms they may see, without names where they may not see who wrote.

Personal data in titles, texts and snippets is hidden from everybody but the operator until it is asked for; showing it asks for the
right and is an entry in the access log. Opening one post, its revisions or its thread is one too: one of each for each person, post
and hour. A list of results is not; its query may name a person and is never kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from plaint.desk.log import record
from plaint.desk.rights import Refused, Right, in_scope, may, require
from plaint.model import Author, Person, Post, Revision
from plaint.ports import Stores
from plaint.posts.roles import told_apart
from plaint.query.tree import And, Found, Fuzzy, Node, Not, Or, Phrase, Prefix, Range, Search, Term
from plaint.understand.masking import masked_hits, masked_posts

STREAM = "access"
"""The stream of the log that keeps reads of personal data."""

READ = "PostRead"
"""The kind of the entry. Which post it was is a body, because the ids of posts hold what sources call people."""

SHOWN = "PersonalDataShown"
"""The kind of the entry: personal data in texts was shown; `posts` says of how many, which ones is a body."""

OPERATOR = Person(key="operator", name="Whoever has the files", roles=("compliance",))
"""Who reads on the command line when nobody is named: they hold the store itself, so there is nothing to keep from them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A post as it is opened: itself, every state of its words, and the conversation around it, oldest first.

    `hidden` says that personal data in any of the texts was hidden.
    """

    post: Post
    revisions: tuple[Revision, ...]
    thread: tuple[Post, ...]
    hidden: bool = False


def look_up(stores: Stores, person: Person, search: Search) -> Found:
    """Answer a question within the firms of `person`, with personal data in the texts hidden from all but the operator.

    Raises Refused when they may not read, or ask for authors without the right to see them; ValueError for a cursor of
    another question, a date that is none, or a field that cannot be asked so.
    """
    require(person, Right.READ_POSTS)
    if not may(person, Right.SEE_AUTHORS) and _asks_for_authors(search.query):
        raise Refused(f"{person.key} may not {Right.SEE_AUTHORS.value}, so author: cannot be asked; leave it out")
    found = _look_up(stores, person, search)
    return found if person == OPERATOR else replace(found, hits=masked_hits(found.hits))


def look_up_shown(stores: Stores, person: Person, search: Search, now: datetime, command: str) -> Found:
    """The same with all texts as they are, logged once with the posts that were shown; Refused without the right to see authors."""
    require(person, Right.READ_POSTS)
    require(person, Right.SEE_AUTHORS)
    found = _look_up(stores, person, search)
    if found.hits:
        ids = "\n".join(hit.post.id for hit in found.hits)
        record(stores, STREAM, person, SHOWN, {"posts": len(found.hits)}, now, command, bodies={"posts": ids})
    return found


def _look_up(stores: Stores, person: Person, search: Search) -> Found:
    found = stores.posts.search(replace(search, scope=scope_of(person, search.scope)))
    if may(person, Right.SEE_AUTHORS):
        return found
    return replace(found, hits=tuple(replace(hit, post=_without_author(hit.post)) for hit in found.hits))


def scan(stores: Stores, person: Person, search: Search, *, masked: bool | None = None) -> Iterator[Post]:
    """Every match within the firms of `person`, in order; `masked` None hides personal data in texts from all but the operator.

    Raises Refused for `masked=False` without the right to see authors.
    """
    require(person, Right.READ_POSTS)
    if masked is False:
        require(person, Right.SEE_AUTHORS)
    posts = _shown(person, stores.posts.scan(replace(search, scope=scope_of(person, search.scope))))
    return masked_posts(posts) if masks(person, wanted=masked) else posts


def masks(person: Person, *, wanted: bool | None) -> bool:
    """Whether personal data in texts is hidden from a person: as wanted, else from all but the operator."""
    return person != OPERATOR if wanted is None else wanted


def read_post(stores: Stores, person: Person, id: str, now: datetime, *, show: bool = False) -> Opened:
    """Open one post, with personal data in the texts hidden from all but the operator; `show` shows it, and is logged besides.

    Raises LookupError when there is none, Refused when it is about none of the person's firms, or for `show` without the right
    to see authors.
    """
    require(person, Right.READ_POSTS)
    if show:
        require(person, Right.SEE_AUTHORS)
    post = visible(stores, person, id)
    _log(stores, person, READ, id, now)
    if show:
        _log(stores, person, SHOWN, id, now)
    revisions = list(stores.posts.revisions(id))
    thread = told_apart([post for post in stores.posts.thread(id) if post.id == id or not post.firms or may_see(person, post)])
    every = list(_shown(person, [post, *(revision.post for revision in revisions), *thread]))
    told = every if show or person == OPERATOR else list(masked_posts(every))
    states = tuple(replace(revision, post=post) for revision, post in zip(revisions, told[1:], strict=False))
    return Opened(post=told[0], revisions=states, thread=tuple(told[1 + len(revisions) :]), hidden=told != every)


def visible(stores: Stores, person: Person, id: str) -> Post:
    """The post as it is held, for a person who may see it; raises LookupError when there is none, Refused when it is about none of their firms."""
    posts = stores.posts.get([id])
    if not posts:
        raise LookupError(f"there is no post {id!r} in the archive")
    if not may_see(person, posts[0]):
        raise Refused(f"{person.key} may not see this post: it is about none of their firms; ask an admin")
    return posts[0]


def may_see(person: Person, post: Post) -> bool:
    """Whether a post is about one of the person's firms; people for all firms see also posts about none."""
    return person.firms is None or any(in_scope(person, firm.key) for firm in post.firms)


def scope_of(person: Person, wanted: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The firms to search: those wanted that are also the person's; None is all."""
    if person.firms is None:
        return wanted
    return person.firms if wanted is None else tuple(firm for firm in wanted if firm in person.firms)


def _log(stores: Stores, person: Person, kind: str, id: str, now: datetime) -> None:
    command = sha256(f"{person.key} {id} {now:%Y-%m-%dT%H}".encode()).hexdigest()
    name, said = ("read", {}) if kind == READ else ("show", {"posts": 1})
    record(stores, STREAM, person, kind, said, now, f"{name}-{command[:32]}", bodies={"post" if kind == READ else "posts": id})


def _shown(person: Person, posts: Iterable[Post]) -> Iterator[Post]:
    sees = may(person, Right.SEE_AUTHORS)
    return (post if sees else _without_author(post) for post in posts)


def _without_author(post: Post) -> Post:
    return replace(post, author=None if post.author is None else Author(role=post.author.role))


def _asks_for_authors(node: Node) -> bool:
    match node:
        case And(of) | Or(of):
            return any(_asks_for_authors(part) for part in of)
        case Not(of):
            return _asks_for_authors(of)
        case Term() | Phrase() | Prefix() | Fuzzy() | Range():
            return node.field == "author"
