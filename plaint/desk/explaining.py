"""What was understood of a post, for a person who looks at it: with the words that decided, and without those they may not see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plaint.desk.archive import may_see, visible
from plaint.desk.rights import Right, require
from plaint.model import Person, Post
from plaint.ports import Stores
from plaint.understand.masking import hidden
from plaint.understand.reach import Reach, reach
from plaint.understand.reading import read_text, said_of
from plaint.understand.taxonomy import taxonomies
from plaint.understand.understanding import Span, Understanding

HIDDEN = "•"
"""Stands for each letter of personal data, so that places in the text stay true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """An understanding (None: not read yet) with the text that its places count in, the names of its codes by `taxonomy/code`, and the reach."""

    understanding: Understanding | None
    text: str
    names: dict[str, str]
    reach: Reach | None


def explain(stores: Stores, person: Person, id: str, *, show: bool) -> Explained:
    """What was understood of a post; personal data in the text is hidden unless `show`.

    Raises Refused for a post of other firms or without the right, LookupError for one that is not there. Showing is logged by
    `archive.read_post`, which opens the post.
    """
    require(person, Right.READ_POSTS)
    if show:
        require(person, Right.SEE_AUTHORS)
    post = visible(stores, person, id)
    known = stores.posts.understood([id]).get(id)
    said = read_text(said_of(post))
    text = said if show or known is None else _without(said, hidden([said])[0])
    return Explained(understanding=known, text=text, names=_names(known) if known else {}, reach=reach(post))


def known_of(stores: Stores, person: Person, posts: Sequence[Post]) -> dict[str, Understanding]:
    """What was understood of the posts of a list, by id, of those that the person may see; Refused without the right to read posts."""
    require(person, Right.READ_POSTS)
    return stores.posts.understood([post.id for post in posts if may_see(person, post)])


def _without(said: str, spans: Iterable[Span]) -> str:
    signs = list(said)
    for span in spans:
        signs[span.start : span.end] = HIDDEN * len(signs[span.start : span.end])
    return "".join(signs)


def _names(known: Understanding) -> dict[str, str]:
    named = {}
    for kind, codes in (("product", known.product), ("issue", known.issue)):
        for taxonomy, code in codes.items():
            if code is not None and taxonomy in taxonomies():
                named[f"{taxonomy}/{code.code}"] = taxonomies()[taxonomy].labels(kind).get(code.code, code.code)
    return named
