"""A case as it stands: the words of its states, and everything that is known about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from plaint.cases.outcomes import Classified
from plaint.deadlines.start import Start, Times
from plaint.model import Ownership


class State(StrEnum):
    """Where a case stands. A post without a case is a MENTION; only a named person decides about a CANDIDATE."""

    MENTION = "MENTION"
    CANDIDATE = "CANDIDATE"
    CONFIRMED_COMPLAINT = "CONFIRMED_COMPLAINT"
    NOT_A_COMPLAINT = "NOT_A_COMPLAINT"
    DUPLICATE = "DUPLICATE"
    REFERRED_OTHER_FIRM = "REFERRED_OTHER_FIRM"
    CLOSED = "CLOSED"


STATE_WORDS: Mapping[State, str] = {
    State.MENTION: "a mention",
    State.CANDIDATE: "a likely complaint",
    State.CONFIRMED_COMPLAINT: "a confirmed complaint",
    State.NOT_A_COMPLAINT: "not a complaint",
    State.DUPLICATE: "a duplicate",
    State.REFERRED_OTHER_FIRM: "referred to another firm",
    State.CLOSED: "closed",
}
"""How a refusal or a list says a state."""


class NotAComplaint(StrEnum):
    """Why something is no complaint. Relabelling is punished, so a code is needed (RG 271.30-35 names several of these)."""

    PRAISE = "praise"
    QUESTION = "question"
    INFORMATION = "information_only"
    NOT_THIS_FIRM = "not_about_this_firm"
    STAFF_GRIEVANCE = "staff_grievance"
    SURVEY = "survey_without_expected_answer"
    SPAM = "spam_or_advertising"
    NOT_GENUINE = "not_genuine"
    OTHER = "other"


class Ending(StrEnum):
    """How the work on a case ended; the first three end a complaint, the last what is none."""

    FINAL_RESPONSE = "final_response"
    SUMMARY_RESOLUTION = "summary_resolution"
    WITHDRAWN = "withdrawn"
    NO_RESPONSE = "no_response_needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A public reply as it stands: `drafted`, `sent back`, `replaced`, `approved`, `posted` or `seen` published.

    `as_approved` says of a seen one whether its words are those that were approved.
    """

    number: int
    channel: str
    post: str | None
    text: str | None
    by: str
    at: str
    state: str = "drafted"
    approved_by: str | None = None
    url: str | None = None
    as_approved: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """A time in which the clocks of a regime stood still (ISO 8601 in UTC); `until` None: they still do."""

    why: str
    since: str
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything known about a case. `status` is what was decided; `state` shows that it is closed as well.

    `done` maps what the firm did that meets a clock (`acknowledged`, `final_response`…) to when, ISO 8601 in UTC;
    `noted_later` those of them that bear an earlier date to when they were noted. `facts` are what each regime asks to
    know of a complaint, such as exceptional circumstances; `pauses` when the clocks of each stood still.
    `kind` is the sort of its first post. `posts` is empty once they were erased. `classified` maps a taxonomy to what the
    complaint is about; `redress` is decimal text in `currency`. The answer's fields are None again once it is reopened.

    A claim holds until `lease_until`. `mentioned` are accounts that a note named and that have not acted since.
    `absorbed` are cases merged into this one. `checked` maps a letter to what its text was checked for, `sent` to when
    it went out. `answers` are public answers of the firm that were collected (ids of posts).
    `proposed_by` is the model that took it for a complaint, kept beside what people decided.
    """

    id: str
    version: int = 0
    firm: str = ""
    source: str = ""
    ownership: Ownership = Ownership.THIRD_PARTY
    posts: tuple[str, ...] = ()
    title: str | None = None
    kind: str | None = None
    status: State = State.MENTION
    times: Times = field(default_factory=Times)
    start: Start | None = None
    regimes: tuple[str, ...] | None = None
    opened_at: str = ""
    opened_by: str = ""
    changed_at: str = ""
    decided_at: str | None = None
    decided_by: str | None = None
    code: str | None = None
    duplicate_of: str | None = None
    referred_to: str | None = None
    assignee: str | None = None
    done: Mapping[str, str] = field(default_factory=dict)
    noted_later: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Mapping[str, bool | str]] = field(default_factory=dict)
    pauses: Mapping[str, tuple[Paused, ...]] = field(default_factory=dict)
    closed_at: str | None = None
    closed_how: str | None = None
    reopened_at: str | None = None
    notes: int = 0
    classified: Mapping[str, Classified] = field(default_factory=dict)
    root_cause: str | None = None
    vulnerability: tuple[str, ...] = ()
    resolved_at: str | None = None
    resolved_how: str | None = None
    outcome: str | None = None
    redress: str | None = None
    currency: str | None = None
    lease_until: str | None = None
    team: str | None = None
    priority: str = "normal"
    labels: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    snoozed_until: str | None = None
    parent: str | None = None
    absorbed: tuple[str, ...] = ()
    checked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sent: Mapping[str, str] = field(default_factory=dict)
    replies: Mapping[int, Reply] = field(default_factory=dict)
    answers: tuple[str, ...] = ()
    proposed_score: str | None = None
    proposed_by: str | None = None
    reviewed_by: str | None = None

    @property
    def state(self) -> State:
        """What lists show."""
        return State.CLOSED if self.closed_at is not None else self.status

    @property
    def exists(self) -> bool:
        """Whether it was opened."""
        return self.version > 0
