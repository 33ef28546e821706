"""What a person may ask to happen to a case; what comes of it is in `decide`."""

from __future__ import annotations

from dataclasses import dataclass

from plaint.cases.judging import JudgeCommand, Proposal
from plaint.cases.outcomes import Classify, Resolve
from plaint.cases.replying import ReplyCommand
from plaint.cases.timing import TimingCommand
from plaint.cases.work import WorkCommand
from plaint.deadlines.start import Times
from plaint.model import Ownership


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Take up posts about a firm; `proposal` is what a model said of them."""

    firm: str
    source: str
    ownership: Ownership
    times: Times
    posts: tuple[str, ...]
    title: str | None = None
    kind: str | None = None
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """Decide that it is a complaint under these regimes; `about` may say at once what it is about."""

    regimes: tuple[str, ...]
    reason: str
    about: Classify | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """Decide that it is no complaint; `words` say more, and must where the code is `other`."""

    code: str
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """Decide that another case is about the same."""

    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refer:
    """Forward it to the firm that is responsible; `on` is the local date, ISO 8601."""

    to: str
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """Note that the person who complained was told; `on` (a moment, ISO 8601) where that was earlier, with a `reason`."""

    on: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """Give it to somebody, or to nobody."""

    to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Write a private note; `mentions` are the accounts that it calls on."""

    text: str
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveStart:
    """Move the start of the clocks to a moment or a date, ISO 8601."""

    to: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """End the work. With an `outcome` the answer is noted at once, with its redress (decimal text).

    `on` is when the answer was sent (a moment, ISO 8601) where it is noted later; `reason` then says why.
    """

    how: str | None = None
    reason: str | None = None
    outcome: str | None = None
    redress: str | None = None
    currency: str = "GBP"
    on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen:
    """Take the work up again: what was closed, or decided to be no complaint."""

    reason: str


Command = (
    Open | Confirm | Reject | Duplicate | Refer | Acknowledge | Assign | Note | MoveStart | Close | Reopen
    | Classify | Resolve | WorkCommand | ReplyCommand | JudgeCommand | TimingCommand
)  # fmt: skip
"""Everything that `decide` answers."""
