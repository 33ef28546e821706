"""Which group of copies a post belongs to, decided for a batch against what a store has. Pure; asks and writes nothing.

A group is made of posts of which each is a copy of one that came before. The first of a group under a band is its *head* there: posts that
come are compared with heads only, and a band has few, so that however many say the same, one more costs the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from plaint.model import Post
from plaint.posts import sameness
from plaint.posts.copies import CAMPAIGN, HEADS, Kind
from plaint.posts.words import key_of, terms

LEAST = 6
"""Words that a text has at least to be held to be somebody's copy: "great bank, thank you" says nobody but once."""

FEW = 200
"""Posts of a group that are grouped anew when one of them leaves; a larger one only has others stand in for it."""

TRIED = 50
"""Posts of a larger group that are tried to stand under the bands of one that left it."""

EXACT, NEAR = "exact", "near"
"""Whether another post of the group has the same words in the same order, or only nearly the same."""

LABELS = (Kind.REPEAT, Kind.CROSS_POST, Kind.SHARED, Kind.CAMPAIGN, EXACT, NEAR)
"""All values of the field `copies`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Come:
    """A post that is to find its group.

    `pairs` and `bands` are as `plaint.posts.sameness` has them, `whole` stands for all its words in order, `author` for who wrote it
    (None: nobody says); `name` is that of the group which it founds when it is no copy.
    """

    key: str
    name: str
    source: str
    author: str | None
    whole: str
    pairs: frozenset[int]
    bands: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A post that stands for its group under a band."""

    key: str
    group: str
    pairs: frozenset[int]


@dataclass(slots=True)
class Plan:
    """What is to be written: the group of each post that came, the bands under which it is a head, and groups that become others."""

    groups: dict[str, str] = field(default_factory=dict)
    heads: dict[str, list[str]] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)

    def now(self, group: str) -> str:
        """What a group is called after the merges."""
        while group in self.merged:
            group = self.merged[group]
        return group


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What tells the kind of a group: how many posts, and how many people (those beyond `CAMPAIGN` need not be counted) on how many sources.

    `nameless` says that some name nobody.
    """

    posts: int
    people: int
    sources: int
    nameless: bool


def words_of(post: Post) -> str:
    """What is compared of a post: its text, and its title where it has none. Who posts a text again often gives it another title."""
    return post.text if post.text.strip() else post.title or ""


def come(post: Post, said: str) -> Come | None:
    """What a post brings; None where it says too little. `said` is the fingerprint of its words (hex)."""
    text = words_of(post)
    if len(terms(text)) < LEAST:
        return None
    pairs, bands = sameness.pairs_and_bands(text)
    return Come(key=post.id, name=f"g{_digest(f'{post.id} {said}')}", source=post.source, author=_author(post), whole=_digest(sameness.whole(text)),
                pairs=pairs, bands=bands)  # fmt: skip


def plan(posts: Iterable[Come], held: Mapping[str, Sequence[Head]], size: Callable[[str], int]) -> Plan:
    """Find the group of each; `held` are the heads under the bands of all of them, `size` says how many posts a group has.

    Where a post is a copy of posts of two groups these become one, called as the larger.
    """
    made, heads = Plan(), {band: list(of) for band, of in held.items()}
    for one in posts:
        met = _met(one, heads, made)
        if met:
            group = max(met, key=lambda name: (size(name), name)) if len(met) > 1 else met[0]
            made.merged |= {other: group for other in met if other != group}
        else:
            group = one.name
        made.groups[one.key] = group
        mine = Head(key=one.key, group=group, pairs=one.pairs)
        made.heads[one.key] = [band for band in one.bands if _stands(mine, heads.setdefault(band, []), made)]
    made.groups = {key: made.now(group) for key, group in made.groups.items()}
    return made


def kind_by(look: Look) -> Kind:
    """The kind of a group, as `copies.kind_of` tells it of all its posts."""
    if look.posts == 1:
        return Kind.SINGLE
    if look.people >= CAMPAIGN:
        return Kind.CAMPAIGN
    if look.people != 1 or look.nameless:
        return Kind.SHARED
    return Kind.REPEAT if look.sources == 1 else Kind.CROSS_POST


def tags(group: str, kind: Kind, *, exact: bool) -> list[tuple[str, str]]:
    """(field, value) of what a search knows of a post's copies; nothing for a post that has none."""
    return [] if kind is Kind.SINGLE else [("same", group), ("copies", str(kind)), ("copies", EXACT if exact else NEAR)]


def label_of(group: str, kind: Kind, *, exact: bool) -> str:
    """The same in one line, by which a store sees whether a post's tags are others now; empty where there are none."""
    return " ".join(value for _, value in tags(group, kind, exact=exact))


def _met(one: Come, heads: Mapping[str, Sequence[Head]], made: Plan) -> list[str]:
    """The groups of which some head is what the post was copied from, or a copy of it."""
    met: list[str] = []
    seen: set[str] = {one.key}
    for band in one.bands:
        for head in heads.get(band, ()):
            group = made.now(head.group)
            if head.key in seen or group in met:
                continue
            seen.add(head.key)
            if sameness.copied(one.pairs, head.pairs):
                met.append(group)
    return met


def _stands(mine: Head, heads: list[Head], made: Plan) -> bool:
    """Whether the post becomes a head: its group has none there yet, and there is room."""
    group = made.now(mine.group)
    if len(heads) >= HEADS or any(made.now(head.group) == group for head in heads):
        return False
    heads.append(mine)
    return True


def _author(post: Post) -> str | None:
    said = post.author and (post.author.name or post.author.handle)
    return _digest(key_of(said)) if said and key_of(said) else None


def _digest(said: str | bytes) -> str:
    given = said.encode("utf-8", "surrogatepass") if isinstance(said, str) else said
    return blake2b(given, digest_size=6).hexdigest()
