"""A case as its events made it, the words of its states, and `evolve`, which adds one event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from plaint.cases import events as e
from plaint.cases.outcome_events import ComplaintClassified, Resolved
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
class Case:
    """Everything known about a case. `status` is what was decided; `state` shows that it is closed as well.

    `done` maps what the firm did that meets a clock (`acknowledged`, `final_response`…) to when, ISO 8601 in UTC.
    `posts` is empty once they were erased. `classified` maps a taxonomy to what the complaint is about; `redress` is
    decimal text in `currency`. The answer's fields are None again once it is reopened.
    """

    id: str
    version: int = 0
    firm: str = ""
    source: str = ""
    ownership: Ownership = Ownership.THIRD_PARTY
    posts: tuple[str, ...] = ()
    title: str | None = None
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

    @property
    def state(self) -> State:
        """What lists show."""
        return State.CLOSED if self.closed_at is not None else self.status

    @property
    def exists(self) -> bool:
        """Whether it was opened."""
        return self.version > 0


def case_from(id: str, history: Iterable[e.Recorded]) -> Case:
    """A case from all its events, oldest first; from the events up to a moment, the case as it was then."""
    case = Case(id=id)
    for recorded in history:
        case = evolve(case, recorded)
    return case


def evolve(case: Case, recorded: e.Recorded) -> Case:
    """The case after one more event."""
    case = replace(case, version=recorded.version, changed_at=recorded.at)
    match recorded.event:
        case e.CaseOpened() as opened:
            return replace(
                case, firm=opened.firm, source=opened.source, ownership=opened.ownership, times=opened.times, title=opened.title,
                posts=tuple(opened.posts.split("\n")) if opened.posts else (), status=State.CANDIDATE,
                opened_at=recorded.at, opened_by=recorded.by,
            )  # fmt: skip
        case e.ComplaintConfirmed() as confirmed:
            case = replace(case, start=confirmed.start, regimes=confirmed.regimes, times=replace(case.times, aware=confirmed.aware))
            return _decided(case, recorded, State.CONFIRMED_COMPLAINT)
        case e.ComplaintRejected(code=code):
            return _decided(replace(case, code=code), recorded, State.NOT_A_COMPLAINT)
        case e.MarkedDuplicate(of=of):
            return _decided(replace(case, duplicate_of=of), recorded, State.DUPLICATE)
        case e.ReferredToFirm(to=to):
            return _decided(replace(case, referred_to=to), recorded, State.REFERRED_OTHER_FIRM)
        case e.Acknowledged():
            return replace(case, done={**case.done, "acknowledged": recorded.at})
        case e.Assigned(to=to):
            return replace(case, assignee=to)
        case e.Noted():
            return replace(case, notes=case.notes + 1)
        case e.ClockStartMoved(start=start):
            return replace(case, start=start)
        case e.Closed(how=how):
            return replace(case, closed_at=recorded.at, closed_how=how, done={how: recorded.at, **case.done})
        case e.Reopened():
            return _reopened(case, recorded)
        case ComplaintClassified() as said:
            return _classified(case, said)
        case Resolved() as answer:
            return replace(
                case, resolved_at=recorded.at, resolved_how=answer.how, outcome=answer.outcome, redress=answer.redress,
                currency=answer.currency, done={**case.done, answer.how: recorded.at},
            )  # fmt: skip


def _decided(case: Case, recorded: e.Recorded, status: State) -> Case:
    return replace(case, status=status, decided_at=recorded.at, decided_by=recorded.by)


def _reopened(case: Case, recorded: e.Recorded) -> Case:
    """A reopened complaint's answer was not the final one; that it was acknowledged stays true. What was no complaint is undecided again."""
    done = {what: at for what, at in case.done.items() if what not in set(Ending)}
    case = replace(case, closed_at=None, closed_how=None, reopened_at=recorded.at, done=done, resolved_at=None, resolved_how=None,
                   outcome=None, redress=None, currency=None)  # fmt: skip
    if case.status is State.CONFIRMED_COMPLAINT:
        return case
    return replace(case, status=State.CANDIDATE, decided_at=None, decided_by=None, code=None, duplicate_of=None, referred_to=None)


def _classified(case: Case, said: ComplaintClassified) -> Case:
    about = Classified(version=said.scheme_version, product=said.product, cause=said.cause)
    drivers = case.vulnerability if said.vulnerability is None else tuple(said.vulnerability.split("\n")) if said.vulnerability else ()
    return replace(case, classified={**case.classified, said.scheme: about}, root_cause=said.root_cause or case.root_cause, vulnerability=drivers)
