"""What can have happened to a case: one frozen class each, in the past tense, and how each is kept in the log.

Texts and whatever could name a person are bodies: they stay outside the chain and may be erased, then they read None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import msgspec

from plaint.cases import judgement_events as j
from plaint.cases import reply_events as r
from plaint.cases import timing_events as t
from plaint.cases import work_events as w
from plaint.cases.outcome_events import ComplaintClassified, Resolved
from plaint.deadlines.start import Start, Times
from plaint.model import Ownership
from plaint.ports import Draft, Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened:
    """Somebody took posts about a firm up; `posts` are their ids, one a line."""

    BODIES: ClassVar[tuple[str, ...]] = ("posts", "title")
    firm: str
    source: str
    ownership: Ownership
    times: Times
    kind: str | None = None
    posts: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintConfirmed:
    """A named person decided that it is a complaint; from then on the clocks of `regimes` run from `start`."""

    BODIES: ClassVar[tuple[str, ...]] = ("reason",)
    regimes: tuple[str, ...]
    aware: str
    start: Start
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintRejected:
    """A named person decided that it is no complaint; `code` is one of `case.NotAComplaint`."""

    BODIES: ClassVar[tuple[str, ...]] = ("words",)
    code: str
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedDuplicate:
    """It is the same complaint as another case."""

    BODIES: ClassVar[tuple[str, ...]] = ()
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferredToFirm:
    """It was forwarded to the firm that is responsible, on a local date (ISO 8601)."""

    BODIES: ClassVar[tuple[str, ...]] = ()
    to: str
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """The person who complained was told that it is being dealt with; `on` and `reason` as for `Resolved`."""

    BODIES: ClassVar[tuple[str, ...]] = ("reason",)
    on: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """It is somebody's to work on; None: nobody's."""

    BODIES: ClassVar[tuple[str, ...]] = ()
    to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Somebody wrote a private note; `mentions` are the accounts that it calls on."""

    BODIES: ClassVar[tuple[str, ...]] = ("text",)
    text: str | None = None
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStartMoved:
    """The start of the clocks was moved, with a reason; `before` is what it was."""

    BODIES: ClassVar[tuple[str, ...]] = ("reason",)
    start: Start
    before: Start
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The work is done; `how` is one of `case.Ending`. `on` is when the answer was sent where it was not noted then."""

    BODIES: ClassVar[tuple[str, ...]] = ("reason",)
    how: str
    on: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """The work goes on; day 0 stays where it was."""

    BODIES: ClassVar[tuple[str, ...]] = ("reason",)
    reason: str | None = None


CaseEvent = (
    CaseOpened
    | ComplaintConfirmed
    | ComplaintRejected
    | MarkedDuplicate
    | ReferredToFirm
    | Acknowledged
    | Assigned
    | Noted
    | ClockStartMoved
    | Closed
    | Reopened
    | ComplaintClassified
    | Resolved
    | w.WorkEvent
    | r.ReplyEvent
    | j.JudgementEvent
    | t.TimingEvent
)

_KINDS: Mapping[str, type[Any]] = {kind.__name__: kind for kind in CaseEvent.__args__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event with its place in the log: when (ISO 8601 in UTC), by whom, as which version of the case."""

    event: CaseEvent
    at: str
    by: str
    version: int
    command: str = ""


def draft(event: CaseEvent) -> Draft:
    """An event as the log takes it: bodies apart."""
    fields = asdict(event)
    bodies = {name: fields.pop(name) for name in event.BODIES}
    return Draft(kind=type(event).__name__, said=fields, bodies={name: text for name, text in bodies.items() if text is not None})


def recorded(entry: Entry, bodies: Mapping[tuple[int, str], str | None]) -> Recorded:
    """A log entry as an event again; raises ValueError for a kind that this version does not know."""
    kind = _KINDS.get(entry.kind)
    if kind is None:
        raise ValueError(f"{entry.stream} version {entry.version} is a {entry.kind}, which this version of Plaint does not know")
    texts = {name: bodies.get((entry.version, name)) for name in kind.BODIES}
    event: CaseEvent = msgspec.convert({**entry.said, **texts}, kind)
    return Recorded(event=event, at=entry.at, by=entry.by, version=entry.version, command=entry.command)
