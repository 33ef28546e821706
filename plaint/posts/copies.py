"""Which posts are copies of one text, and of what kind: one person's repeats, cross-posts, or many people with one text.

`Clustering` takes texts in, one by one, and gives the cluster of each; it keeps a signature of each text, not the text.
`kind_of` looks at who posted the copies, and where.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from plaint.posts import sameness
from plaint.posts.words import key_of, terms

CAMPAIGN = 3
"""People from whom on one text is a campaign."""
HEADS = 8
"""Clusters that a text is compared with under one band; more share it only where the band says nothing."""

TextOf = Callable[[int], str]
"""Gives the text at a place again."""


class Kind(StrEnum):
    """What a cluster of copies is."""

    SINGLE = "single"
    REPEAT = "repeat"
    """One person, one source, several times."""
    CROSS_POST = "cross-post"
    """One person, several sources."""
    SHARED = "shared"
    """A few people with one text, or nobody knows whose posts they are."""
    CAMPAIGN = "campaign"
    """`CAMPAIGN` people or more with one text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One post of a cluster: who posted it (None where nobody says) and the key of its source."""

    author: str | None
    source: str


def kind_of(copies: Sequence[Copy]) -> Kind:
    """The kind of a cluster. People are told apart by their folded names; posts that name nobody are no one's repeat."""
    if len(copies) == 1:
        return Kind.SINGLE
    people = {key_of(copy.author) for copy in copies if copy.author and key_of(copy.author)}
    if len(people) >= CAMPAIGN:
        return Kind.CAMPAIGN
    if len(people) != 1 or any(not copy.author for copy in copies):
        return Kind.SHARED
    return Kind.REPEAT if len({copy.source for copy in copies}) == 1 else Kind.CROSS_POST


class Clustering:
    """Clusters of many texts in little memory: 264 bytes a text while they come in, about 300 when they are clustered.

    Texts are added in order; their place is their number, from 0. The one that came first leads its cluster.
    """

    def __init__(self) -> None:
        self._signatures = array("I")
        self._wholes = array("Q")
        self._leads = array("Q")

    def add(self, text: str) -> None:
        """Take one text in."""
        words = terms(text)
        self._signatures.frombytes(sameness.signature(sameness.pairs_of(text)).tobytes())
        self._wholes.append(_hash_of(sameness.whole(text)))
        self._leads.append((sameness.lead_of(words) or 0) + 1 if len(words) > sameness.LEAD else 0)

    def clusters(self, text_of: TextOf) -> NDArray[np.int64]:
        """For each text the place of the one that leads its cluster; `text_of` is asked again for texts that share a band."""
        united = _Union(len(self._wholes))
        for group in _groups(np.frombuffer(self._wholes, np.uint64)):
            for place in group[1:]:
                united.unite(group[0], place)
        found = np.frombuffer(self._signatures, np.uint32).reshape(-1, sameness.BANDS, sameness.ROWS)
        for band in range(sameness.BANDS):
            for group in _groups(sameness.keys(found[:, band])):
                _compare(group, united, text_of)
        for group in _groups(np.frombuffer(self._leads, np.uint64), but=0):
            _compare(group, united, text_of)
        return united.leaders()


def _compare(group: Sequence[int], united: _Union, text_of: TextOf) -> None:
    """Unite those of a band that are copies of one of its first `HEADS` clusters."""
    if len({united.leader(place) for place in group}) == 1:
        return
    heads: list[tuple[int, frozenset[int]]] = []
    for place in group:
        leader = united.leader(place)
        if any(united.leader(head) == leader for head, _ in heads):
            continue
        pairs = sameness.pairs_of(text_of(place))
        found = next((head for head, theirs in heads if sameness.copied(pairs, theirs)), None)
        if found is not None:
            united.unite(found, place)
        elif len(heads) < HEADS:
            heads.append((place, pairs))


def _hash_of(data: bytes) -> int:
    """64 bits of a text, the same everywhere."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")


def _groups(keys: NDArray[np.uint64], but: int | None = None) -> Iterator[list[int]]:
    """Places whose keys are equal, two or more, each group in order; the key `but` is no key."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(keys) else np.empty(0, np.int64)
    ends = np.append(starts[1:], len(keys))
    several = ends - starts > 1
    for start, end in zip(starts[several].tolist(), ends[several].tolist(), strict=True):
        if but is None or ordered[start] != but:
            yield order[start:end].tolist()


class _Union:
    """Which places are one; the lowest leads."""

    def __init__(self, count: int) -> None:
        self._above = array("q", range(count))

    def leader(self, place: int) -> int:
        above = self._above
        while above[place] != place:
            above[place] = above[above[place]]
            place = above[place]
        return place

    def unite(self, one: int, other: int) -> None:
        low, high = sorted((self.leader(one), self.leader(other)))
        self._above[high] = low

    def leaders(self) -> NDArray[np.int64]:
        return np.array([self.leader(place) for place in range(len(self._above))], np.int64)
