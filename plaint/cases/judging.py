"""Whether it is a complaint, looked at again: what a model proposed, a second person's review, more regimes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from hashlib import sha256

from plaint.cases import events as e
from plaint.cases import judgement_events as j
from plaint.cases.refusal import Refusal, unknown
from plaint.cases.standing import STATE_WORDS, Case, State
from plaint.deadlines.regimes import regimes as known_regimes

ONE_IN = 10
"""Of so many decisions that something is no complaint one goes to a second person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a model said of a post: how sure (0 to 1, decimal text), and which model in which version."""

    score: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Look at a decision that it is no complaint; `by` is who looks. Where they do not agree it is undecided again."""

    by: str
    agrees: bool
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRegimes:
    """Let more clocks run."""

    regimes: tuple[str, ...]
    reason: str


JudgeCommand = Review | AddRegimes


def proposed(proposal: Proposal) -> j.ComplaintProposed | Refusal:
    """A proposal as an event."""
    try:
        score = Decimal(proposal.score)
    except InvalidOperation:
        return Refusal(f"{proposal.score!r} is no score; give a number from 0 to 1")
    if not score.is_finite() or not 0 <= score <= 1:
        return Refusal(f"a score is a number from 0 to 1; got {proposal.score}")
    if not proposal.model.strip():
        return Refusal("name the model that proposes it, with its version")
    return j.ComplaintProposed(score=f"{score.normalize():f}", model=proposal.model.strip())


def is_sampled(case: Case) -> bool:
    """Whether the decision goes to a second person: by the moment it was made, which nobody can choose or know before."""
    return case.status is State.NOT_A_COMPLAINT and int(sha256(f"{case.id}\0{case.decided_at}".encode()).hexdigest()[:8], 16) % ONE_IN == 0


def decide(case: Case, command: JudgeCommand) -> tuple[e.CaseEvent, ...] | Refusal:
    """What happens if `command` is given to `case`."""
    if isinstance(command, Review):
        return _review(case, command)
    return _add(case, command)


def _review(case: Case, command: Review) -> tuple[e.CaseEvent, ...] | Refusal:
    words = (command.words or "").strip() or None
    if case.status is not State.NOT_A_COMPLAINT:
        return Refusal(f"{case.id} is {STATE_WORDS[case.status]}; reviewed is what was decided to be no complaint")
    if case.decided_by == command.by:
        return Refusal("a review needs a second person: you decided this yourself")
    if case.reviewed_by is not None:
        return Refusal(f"{case.id} was reviewed already, by {case.reviewed_by}")
    if not command.agrees and words is None:
        return Refusal("say why it is one after all: the reason stays with the case")
    reviewed = j.DecisionReviewed(agrees=command.agrees, words=words)
    return (reviewed,) if command.agrees else (reviewed, e.Reopened(reason=words))


def _add(case: Case, command: AddRegimes) -> tuple[e.CaseEvent, ...] | Refusal:
    if case.status is not State.CONFIRMED_COMPLAINT or case.closed_at is not None:
        return Refusal(f"{case.id} is {STATE_WORDS[case.state]}; clocks are added to an open confirmed complaint")
    if not command.reason.strip():
        return Refusal("say why these clocks run as well")
    for regime in command.regimes:
        if regime not in known_regimes():
            return unknown("regime", regime, known_regimes())
    new = tuple(regime for regime in dict.fromkeys(command.regimes) if regime not in (case.regimes or ()))
    return (
        (j.RegimesAdded(regimes=new, reason=command.reason.strip()),) if new else Refusal(f"the clocks of {', '.join(command.regimes)} run already")
    )
