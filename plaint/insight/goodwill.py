"""Goodwill: how people speak of a firm, how a conversation turned, and who of the public helped. Pure; proposals, no decisions."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from plaint.model import Post, Role
from plaint.posts.roles import identity, told_apart
from plaint.understand.understanding import Understanding

FEWEST = 30
"""Voices below which there is no figure: too few to say."""
POLARITY = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}
DEFINITION = (
    "50 + 50 × the mean polarity (negative −1, neutral 0, positive 1) of what customers and others wrote about the firm in the period: one voice "
    "for each author and day, the firm's own posts left out. The range holds the true mean 19 times of 20 if the voices were drawn at random. "
    f"Under {FEWEST} voices: too few to say."
)
"""What the figure means, in the words that stand beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodwill:
    """The figure on 0 to 100 with its likely range, None with under `FEWEST` voices; `unread` are posts nobody has understood yet."""

    voices: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unread: int = 0


def goodwill(posts: Iterable[Post], understood: Mapping[str, Understanding]) -> Goodwill:
    """The goodwill of posts about one firm, by what was understood of each (by post id)."""
    voices: dict[tuple[str, str], list[float]] = defaultdict(list)
    unread = 0
    for post in posts:
        if post.author is not None and post.author.role is Role.FIRM:
            continue
        known = understood.get(post.id)
        if known is None or known.sentiment is None:
            unread += 1
            continue
        voices[_voice(post)].append(POLARITY[known.sentiment.label])
    means = [sum(said) / len(said) for said in voices.values()]
    if len(means) < FEWEST:
        return Goodwill(voices=len(means), unread=unread)
    mean = sum(means) / len(means)
    spread = math.sqrt(sum((one - mean) ** 2 for one in means) / (len(means) - 1))
    reach = 1.96 * spread / math.sqrt(len(means))
    low, high = max(-1.0, mean - reach), min(1.0, mean + reach)
    return Goodwill(voices=len(means), value=_shown(mean), low=_shown(low), high=_shown(high), unread=unread)


def _voice(post: Post) -> tuple[str, str]:
    """Whose voice it is on which day; of unknown authors every post is a voice of its own."""
    who = identity(post.author) if post.author is not None else None
    day = post.published.earliest[:10] if post.published is not None else ""
    return (f"{post.source} {who}", day) if who else (post.id, "")


def _shown(mean: float) -> float:
    return round(50 + 50 * mean, 1)


class Turn(StrEnum):
    """How what a complainant wrote moved from the first post of a conversation to the last."""

    THANKS = "complaint to thanks"
    CALMER = "complaint, then no more"
    STILL = "still a complaint"
    WORSE = "became a complaint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """The turn of a conversation, with the ids of the posts between which it lies."""

    turn: Turn
    first: str
    last: str


def turned(thread: Sequence[Post], understood: Mapping[str, Understanding]) -> Turned | None:
    """How the complainant of a conversation (oldest first) turned; None where they wrote once, or what they wrote is not understood."""
    own = [post for post in told_apart(thread) if post.author is not None and post.author.role is Role.CUSTOMER and post.id in understood]
    if not own:
        return None
    author = identity(own[0].author) if own[0].author is not None else None
    own = [post for post in own if post.author is not None and identity(post.author) == author]
    if author is None or len(own) < 2:
        return None
    first, last = own[0], own[-1]
    before, after = _complains(understood[first.id]), _complains(understood[last.id])
    if before is None or after is None or not (before or after):
        return None
    return Turned(turn=_turn(understood[last.id], was=before, still=after), first=first.id, last=last.id)


def _turn(last: Understanding, *, was: bool, still: bool) -> Turn:
    if still:
        return Turn.STILL if was else Turn.WORSE
    return Turn.THANKS if last.sentiment is not None and last.sentiment.label == "positive" else Turn.CALMER


def _complains(understood: Understanding) -> bool | None:
    if understood.sentiment is not None and understood.sentiment.label == "positive":
        return False
    return None if understood.complaint is None else understood.complaint.p >= 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerAnswer:
    """An answer that one customer gave another: whether the asker accepted it or thanked for it, and its votes."""

    post: str
    is_accepted: bool
    is_thanked: bool
    votes: int

    @property
    def is_good(self) -> bool:
        """Whether anything speaks for it."""
        return self.is_accepted or self.is_thanked or self.votes > 0


def peer_answers(thread: Sequence[Post], understood: Mapping[str, Understanding]) -> list[PeerAnswer]:
    """The answers of other people in a conversation (oldest first), best first.

    Accepted: the source says so. Thanked: the asker answered it in words that are positive. Votes: what the source counts for
    it less what it counts against it.
    """
    apart = told_apart(thread)
    others = [post for post in apart if post.author is not None and post.author.role is Role.OTHER and post.reply_to is not None]
    thanks = {
        post.reply_to
        for post in apart
        if post.author is not None and post.author.role is Role.CUSTOMER and _is_glad(understood.get(post.id))
    }  # fmt: skip
    answers = [
        PeerAnswer(post=post.id, is_accepted=bool(post.facts.get("accepted")), is_thanked=post.ref in thanks, votes=_votes(post))
        for post in others
    ]  # fmt: skip
    return sorted(answers, key=lambda one: (-one.is_accepted, -one.is_thanked, -one.votes, one.post))


def _is_glad(understood: Understanding | None) -> bool:
    return understood is not None and understood.sentiment is not None and understood.sentiment.label == "positive"


def _votes(post: Post) -> int:
    said = post.engagement
    if "score" in said:
        return said["score"]
    return said.get("likes", 0) + said.get("helpful", 0) - said.get("dislikes", 0) - said.get("unhelpful", 0)
