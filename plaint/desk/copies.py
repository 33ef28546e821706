"""Who says the same, as a person may see it: the group of a post, the campaigns of a period, and whether what is kept of groups is so.

Numbers of posts and sources are those within the person's firms; how many people wrote them is told to those who see all firms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from plaint.desk.archive import look_up, visible
from plaint.desk.rights import Right, require
from plaint.model import Person
from plaint.ports import Stores
from plaint.posts.copies import Kind
from plaint.posts.grouping import LEAST, words_of
from plaint.posts.sameness import copied, pairs_of
from plaint.posts.words import terms
from plaint.query.tree import EVERYTHING, And, Hit, Node, Search, Term

LOOKED_AT = 100
"""Posts of a group that are looked at for a case."""

SHOWN = 3
"""Other posts of a group that are shown beside one."""

LISTED = 20
"""Groups listed, largest first."""

CHECKED = 200
"""Posts of the largest group that `faults` compares."""

KINDS = (Kind.CAMPAIGN, Kind.SHARED, Kind.CROSS_POST, Kind.REPEAT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A case that another post of the group is in, and that post."""

    case: str
    state: str
    post: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The group of a post: its name and kind, its posts and sources within the person's firms, and people where they see all firms.

    `others` are some of its other posts, newest first; `twins` are the cases that any of them is in.
    """

    group: str
    kind: Kind
    posts: int
    sources: int
    people: int | None
    others: tuple[Hit, ...]
    twins: tuple[Twin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A group in a list: `example` is its newest post."""

    group: str
    kind: Kind
    posts: int
    sources: int
    people: int | None
    example: Hit


def around(stores: Stores, person: Person, id: str) -> Around | None:
    """Who says the same as a post; None where nobody does that the person may see. Raises Refused and LookupError as for reading it."""
    require(person, Right.READ_POSTS)
    visible(stores, person, id)
    name = stores.copies.of([id]).get(id)
    known = None if name is None else stores.copies.group(name)
    if name is None or known is None or known.kind is Kind.SINGLE:
        return None
    found = look_up(stores, person, Search(query=Term(name, "same"), limit=LOOKED_AT, facets=("source",)))
    others = tuple(hit for hit in found.hits if hit.post.id != id)
    if not others:
        return None
    cases = {hit.case.case: Twin(case=hit.case.case, state=hit.case.state, post=hit.post.id) for hit in others if hit.case is not None}
    return Around(group=name, kind=known.kind, posts=found.total, sources=len(found.facets["source"]), people=_people(person, known.people),
                  others=others[:SHOWN], twins=tuple(cases.values()))  # fmt: skip


def listed(stores: Stores, person: Person, *, kind: Kind, query: Node = EVERYTHING, limit: int = LISTED) -> list[Listed]:
    """The groups of a kind among the posts of a query, those with most of these posts first. Raises Refused."""
    counted = look_up(stores, person, Search(query=And((query, Term(str(kind), "copies"))), limit=0, facets=("same",)))
    groups = []
    for name in list(counted.facets["same"])[:limit]:
        found = look_up(stores, person, Search(query=And((query, Term(name, "same"))), limit=1, facets=("source",)))
        known = stores.copies.group(name)
        if found.hits and known is not None:
            groups.append(Listed(group=name, kind=known.kind, posts=found.total, sources=len(found.facets["source"]),
                                 people=_people(person, known.people), example=found.hits[0]))  # fmt: skip
    return groups


def faults(stores: Stores) -> Iterator[str]:
    """Posts of which what is kept is not so: in no group though their text is long enough, or copies of none of their group.

    Groups of more than `CHECKED` posts are not compared. That posts would be grouped otherwise if they had come in another order is no fault.
    """
    grouped: set[str] = set()
    for _, of_group in groupby(stores.copies.walk(), key=lambda pair: pair[1]):
        ids = [post for post, _ in of_group]
        grouped.update(ids)
        if 1 < len(ids) <= CHECKED:
            pairs = {post.id: pairs_of(words_of(post)) for post in stores.posts.get(ids)}
            yield from (
                key for key, mine in pairs.items() if not any(copied(mine, theirs) for other, theirs in pairs.items() if other != key)
            )  # fmt: skip
    for post in stores.posts.scan(Search()):
        if post.id not in grouped and len(terms(words_of(post))) >= LEAST:
            yield post.id


def _people(person: Person, people: int) -> int | None:
    return people if person.firms is None else None
