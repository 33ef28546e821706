"""How far a post reaches: 0 to 100 points, each part with its own, from what the post itself says. The whole formula is here.

Parts (most points): followers of the author (40), how fast people react (30), the kind of place (20), a verified account (10).
What the source does not say gives no points and is no part. Nothing is kept about the author, and nothing is bought in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import log10

from plaint.model import Kind, Post, moment_of

MOST_FOLLOWERS, MOST_SPEED = 1_000_000, 1_000
"""From so many followers, and so many reactions an hour, on there are no more points."""
FASTEST_AGE = 1.0
"""Hours that a post counts as old at least, so that one reaction in the first minute is no avalanche."""
WEIGHTS = {"followers": 40, "speed": 30, "place": 20, "verified": 10}
"""The most points of each part."""
REACTIONS = {
    "likes": 1,
    "dislikes": 1,
    "reactions": 1,
    "helpful": 1,
    "unhelpful": 1,
    "score": 1,
    "bookmarks": 1,
    "replies": 2,
    "quotes": 3,
    "shares": 3,
}
"""How much one reaction of a kind counts: who answers is heard by some, who passes on brings new readers."""
VIEWS = 0.01
"""How much one view counts."""
PLACES = {Kind.REVIEW: 1.0, Kind.CASE: 1.0, Kind.QUESTION: 0.75, Kind.POST: 0.75, Kind.COMMENT: 0.4, Kind.REPLY: 0.25}
"""How long and how publicly a post of a kind stands: a review stays on a firm's page for years, a reply is read below another post."""


class Part(StrEnum):
    """What points are given for."""

    FOLLOWERS = "followers"
    SPEED = "speed"
    PLACE = "place"
    VERIFIED = "verified"


class Band(StrEnum):
    """How far, in words: `far` from 60 points on, `wide` from 40, `some` from 20, `little` below."""

    FAR = "far"
    WIDE = "wide"
    SOME = "some"
    LITTLE = "little"


_FROM = ((60, Band.FAR), (40, Band.WIDE), (20, Band.SOME))


def band(score: int) -> Band:
    """The band of a score."""
    return next((name for least, name in _FROM if score >= least), Band.LITTLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """The points of one part, and what was counted: followers, weighted reactions an hour, the place's share, or 1 for verified."""

    part: Part
    points: float
    counted: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """`score` (0 to 100) is the sum of the parts' points, rounded; the parts stand with most points first."""

    score: int
    parts: tuple[Points, ...]


def reach(post: Post, source_weight: float = 1.0) -> Reach | None:
    """How far a post reaches, as known when it was captured; None where its source says nothing of followers, reactions or verification.

    `source_weight` (0 to 1) is how much a source is read; it scales the points of the place. Raises ValueError beyond that.
    """
    if not 0 <= source_weight <= 1:
        raise ValueError(f"source_weight {source_weight}: give a number from 0 to 1")
    told = [part for part in (_followers(post), _speed(post), _verified(post)) if part is not None]
    if not told:
        return None
    place = PLACES[post.kind] * source_weight
    parts = [*told, Points(part=Part.PLACE, points=round(WEIGHTS["place"] * place, 1), counted=place)]
    parts.sort(key=lambda part: -part.points)
    return Reach(score=round(sum(part.points for part in parts)), parts=tuple(parts))


def _followers(post: Post) -> Points | None:
    count = post.author.followers if post.author else None
    if count is None:
        return None
    return Points(part=Part.FOLLOWERS, points=_logarithmic(count, MOST_FOLLOWERS, WEIGHTS["followers"]), counted=max(0, count))


def _verified(post: Post) -> Points | None:
    said = post.author.verified if post.author else None
    return None if said is None else Points(part=Part.VERIFIED, points=float(WEIGHTS["verified"] * said), counted=float(said))


def _speed(post: Post) -> Points | None:
    """Reactions an hour between publication and capture; where either moment is unknown, as if they had come in a day."""
    counted = [
        max(0, number) * weight for kind, weight in (REACTIONS | {"views": VIEWS}).items() if (number := post.engagement.get(kind)) is not None
    ]
    if not counted:
        return None
    speed = sum(counted) / _hours(post)
    return Points(part=Part.SPEED, points=_logarithmic(speed, MOST_SPEED, WEIGHTS["speed"]), counted=round(speed, 3))


def _hours(post: Post) -> float:
    if post.published is None or post.capture is None:
        return 24.0
    passed = moment_of(post.capture.at) - post.published.start
    return max(FASTEST_AGE, passed.total_seconds() / 3600)


def _logarithmic(number: float, most: float, points: int) -> float:
    """Points by order of magnitude: ten times as many give as much more each time, `most` and beyond all of them."""
    return round(min(1.0, log10(1 + max(0, number)) / log10(1 + most)) * points, 1)
