"""What can have happened to a public reply: written, approved by a second person, posted by hand, seen published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyDrafted:
    """Somebody wrote a reply to a post (its id). `number` names it within the case, from 1."""

    BODIES: ClassVar[tuple[str, ...]] = ("text", "post")
    number: int
    channel: str
    text: str | None = None
    post: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyApproved:
    """A second person approved it."""

    BODIES: ClassVar[tuple[str, ...]] = ()
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySentBack:
    """A second person wants it changed, with a reason."""

    BODIES: ClassVar[tuple[str, ...]] = ("reason",)
    number: int
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPosted:
    """Somebody posted it by hand, at this address."""

    BODIES: ClassVar[tuple[str, ...]] = ("url",)
    number: int
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSeen:
    """The collector found a public answer of the firm (a post's id); `number` is the reply that it publishes, None for none of ours.

    `as_approved` says whether it has the words that were approved, `published` when it was published where that is known
    exactly (ISO 8601 in UTC).
    """

    BODIES: ClassVar[tuple[str, ...]] = ("post",)
    number: int | None
    as_approved: bool
    post: str | None = None
    published: str | None = None


ReplyEvent = ReplyDrafted | ReplyApproved | ReplySentBack | ReplyPosted | AnswerSeen
"""Every event of this module."""
