"""How full the fields of posts are, and whether a field that a source used to give has stopped coming.

A field that nobody fills is no error by itself: `None` means that the source does not say. It is one when the same
source said it before, because then the markup has changed and the reading has not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from math import sqrt

from plaint.model import Post, Role

FIELDS = ("url", "title", "text", "author", "rating", "published", "edited", "reply_to", "engagement", "place", "facts")
"""What is counted of a source's own items, in the order in which it is shown."""

FEWEST = 10
"""Posts that each side of a comparison must have: a share of three says little."""

USUAL = 0.05
"""Share from which a field counts as usually given."""

CHANCE = 3.0
"""Standard deviations by which a count may differ from what is usual without meaning anything."""

FALLEN = 0.5
"""A share below this part of what it was has fallen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """How many of `posts` posts have each field (fields that none has may be missing), and how many ratings are on each scale (`1-5`)."""

    posts: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    scales: Mapping[str, int] = field(default_factory=dict)

    def share(self, name: str) -> float:
        """The share of posts that have a field, 0 to 1; 0 where there are no posts."""
        return self.counts.get(name, 0) / self.posts if self.posts else 0.0

    def shares(self) -> dict[str, float]:
        """The shares of all fields, rounded to a hundredth; empty without posts."""
        return {name: round(self.share(name), 2) for name in FIELDS} if self.posts else {}

    def __add__(self, other: Fill) -> Fill:
        return Fill(posts=self.posts + other.posts, counts=_added(self.counts, other.counts), scales=_added(self.scales, other.scales))

    def times(self, number: int) -> Fill:
        """The same as if there were `number` such pages."""
        counts, scales = ({name: count * number for name, count in many.items()} for many in (self.counts, self.scales))
        return Fill(posts=self.posts * number, counts=counts, scales=scales)


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in (*one, *(name for name in other if name not in one))}


def fill_of(posts: Iterable[Post]) -> Fill:
    """How full the fields of a source's own items are.

    Counted besides, over all posts: those that came inside another item (`within`), the answers of firms (`firm_role`)
    and each kind (`kind comment`), because a post that stops being one of these is taken for a complaint.
    """
    posts = list(posts)
    own = [post for post in posts if post.within is None]
    counts = Counter({name: sum(bool(getattr(post, name)) for post in own) for name in FIELDS})
    counts["within"] = len(posts) - len(own)
    counts["firm_role"] = sum(post.author is not None and post.author.role is Role.FIRM for post in posts)
    counts.update(f"kind {post.kind}" for post in posts)
    scales = Counter(f"{post.rating.worst:g}-{post.rating.best:g}" for post in own if post.rating is not None)
    return Fill(posts=len(own), counts=dict(+counts), scales=dict(scales))


def fallen(now: Fill, before: Fill) -> tuple[str, ...]:
    """What `before` usually had and `now` has less than half as often, beyond chance; nothing where either has too few posts."""
    if min(now.posts, before.posts) < FEWEST:
        return ()
    return tuple(name for name in before.counts if _has_fallen(now.counts.get(name, 0), now.posts, before.share(name)))


def _has_fallen(count: int, posts: int, usual: float) -> bool:
    """Whether `count` of `posts` is less than half of the usual share, and further below it than chance explains."""
    spread = sqrt(posts * usual * (1 - usual if usual <= 1 else 1))
    return usual >= USUAL and count < posts * usual * FALLEN and count < posts * usual - CHANCE * spread


def scale_moved(now: Fill, before: Fill) -> str | None:
    """A scale on which ratings usually were and now fewer than half as many are; None while that is not so.

    A rating of 4 means another thing on one to ten than on one to five: a page that stops naming its best value is read
    on the scale of the source, and nobody would see it.
    """
    rated, were = sum(now.scales.values()), sum(before.scales.values())
    if min(rated, were) < FEWEST:
        return None
    return next((scale for scale, count in before.scales.items() if _has_fallen(now.scales.get(scale, 0), rated, count / were)), None)


SHORTEST = 8
"""Characters of text by which a post can be known again; many people write "Great!"."""


def words_key(post: Post) -> int | None:
    """A number by which a source's own item is known again under another id: over its words; None where they are few."""
    if post.within is not None or len(post.text) < SHORTEST:
        return None
    return int.from_bytes(sha256(f"{post.title or ''}\x1f{post.text}".encode(errors="surrogatepass")).digest()[:8])
