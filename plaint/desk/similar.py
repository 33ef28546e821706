"""Posts that are like those of a case: about the same firm and with its telling words, or by the same writer.

Likeness here is shared words, weighed by how rare they are among the firm's posts; each answer names the words, so that a
person can judge it. It says nothing about sameness of cause.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log

from plaint.desk.acting import load_case, visible
from plaint.desk.archive import look_up
from plaint.desk.rights import Right
from plaint.model import Author, Person, Post
from plaint.ports import Stores
from plaint.posts import words
from plaint.query.matching import Asked
from plaint.query.tree import And, CaseMark, Hit, Node, Or, Phrase, Search, Sort, Term

ASKED, TELLING = 24, 8
"""Words of a post whose rarity is asked for, and how many of them are then looked for."""

COMMON = 0.5
"""A word in more than this share of the firm's posts tells nothing about one of them."""

ALIKE = 0.3
"""Share of the words' weight that a post has to have."""

_SHORTEST = 4
"""Letters of a word that is asked for; signs that are words by themselves count in pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A post like those of a case: the words they share, rarest first, their share of all the words' weight, and the post's own case."""

    post: Post
    shared: tuple[str, ...]
    share: float
    case: CaseMark | None


def similar(stores: Stores, person: Person, case: str, now: datetime, *, limit: int = 10) -> tuple[Alike, ...]:
    """Posts of the case's firm that share its first post's telling words, the most alike first. Raises Refused."""
    found, _ = load_case(stores, case)
    visible(stores, person, Right.READ_CASES, found, now, "similar")
    first = next(iter(stores.posts.get(found.posts[:1])), None)
    if first is None:
        return ()
    weights = _telling(stores, person, first, found.firm)
    if not weights:
        return ()
    search = Search(query=Or(tuple(map(Term, weights))), scope=(found.firm,), sort=Sort.RELEVANCE, limit=5 * limit)
    hits = look_up(stores, person, search).hits
    alike = [one for hit in hits if hit.post.id not in found.posts and (one := _alike(hit, weights)).share >= ALIKE and len(one.shared) > 1]
    return tuple(sorted(alike, key=lambda one: (-one.share, one.post.id))[:limit])


def _telling(stores: Stores, person: Person, post: Post, firm: str) -> Mapping[str, float]:
    """The words of a post that are rare among the firm's posts, each with its weight, the rarest first."""

    def number(node: Node) -> int:
        return look_up(stores, person, Search(query=node, scope=(firm,), limit=0)).total

    said = dict.fromkeys(words.terms(f"{post.title or ''}\n{post.text}"))
    worth = [term for term in said if len(term) >= (_SHORTEST if term.isascii() else 2) and not term.isdigit()]
    total = number(And(()))
    counts = {term: number(Term(term)) for term in sorted(worth, key=lambda term: (-len(term), term))[:ASKED]}
    rare = {term: log(total / count) for term, count in counts.items() if 1 < count <= max(2, COMMON * total)}
    return dict(sorted(rare.items(), key=lambda item: (-item[1], item[0]))[:TELLING])


def _alike(hit: Hit, weights: Mapping[str, float]) -> Alike:
    asked = Asked(hit.post)
    shared = tuple(term for term in weights if asked.answers(Term(term)))
    whole = sum(weights.values())
    return Alike(post=hit.post, shared=shared, share=sum(weights[term] for term in shared) / whole if whole else 0.0, case=hit.case)


def by_same_writer(stores: Stores, person: Person, case: str, now: datetime, *, limit: int = 10) -> tuple[Hit, ...]:
    """Other posts about the case's firm by whoever wrote its first post, newest first. Needs the right to see who wrote a post.

    Only an account that the source names (its id or handle) makes two writers one; a shown name alone does not.
    """
    found, _ = load_case(stores, case)
    visible(stores, person, Right.READ_CASES, found, now, "writer")
    visible(stores, person, Right.SEE_AUTHORS, found, now, "writer")
    first = next(iter(stores.posts.get(found.posts[:1])), None)
    if first is None or not (query := _asking_for(first.author)):
        return ()
    search = Search(query=query, include={"source": (first.source,)}, scope=(found.firm,), limit=5 * limit)
    hits = look_up(stores, person, search).hits
    return tuple(hit for hit in hits if hit.post.id not in found.posts and _same(hit.post.author, first.author))[:limit]


def _asking_for(author: Author | None) -> Node | None:
    """The question for posts that may be by the same account: the words under which an author is found."""
    said: Sequence[str] = [] if author is None else [word for word in (author.handle, author.name) if word and words.terms(word)]
    known = author is not None and (author.id or author.handle)
    return Or(tuple(Phrase(word, "author") for word in said)) if known and said else None


def _same(one: Author | None, other: Author | None) -> bool:
    if one is None or other is None:
        return False
    return one.id == other.id if one.id and other.id else bool(one.handle) and one.handle == other.handle
