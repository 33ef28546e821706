"""What events make of a case: `evolve` adds one event, `case_from` all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from plaint.cases import events as e
from plaint.cases import judgement_events as j
from plaint.cases import reply_events as r
from plaint.cases import replying
from plaint.cases import timing_events as t
from plaint.cases import work_events as w
from plaint.cases.letters import letters
from plaint.cases.outcome_events import ComplaintClassified, Resolved
from plaint.cases.outcomes import Classified
from plaint.cases.standing import STATE_WORDS as STATE_WORDS
from plaint.cases.standing import Case as Case
from plaint.cases.standing import Ending as Ending
from plaint.cases.standing import NotAComplaint as NotAComplaint
from plaint.cases.standing import Paused
from plaint.cases.standing import State as State
from plaint.model import moment_of

FIRST_ANSWER = "first_answer"
"""What a service level looks for that promises a public answer."""


def case_from(id: str, history: Iterable[e.Recorded]) -> Case:
    """A case from all its events, oldest first; from the events up to a moment, the case as it was then."""
    case = Case(id=id)
    for recorded in history:
        case = evolve(case, recorded)
    return case


def evolve(case: Case, recorded: e.Recorded) -> Case:
    """The case after one more event."""
    others = tuple(key for key in case.mentioned if key != recorded.by)
    case = replace(case, version=recorded.version, changed_at=recorded.at, mentioned=others)
    match recorded.event:
        case e.CaseOpened() as opened:
            return replace(
                case, firm=opened.firm, source=opened.source, ownership=opened.ownership, times=opened.times, title=opened.title, kind=opened.kind,
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
        case e.Acknowledged(on=on):
            return _did(case, recorded, "acknowledged", on)
        case e.Assigned(to=to):
            return replace(case, assignee=to, lease_until=None)
        case e.Noted(mentions=mentions):
            return replace(case, notes=case.notes + 1, mentioned=tuple(dict.fromkeys((*case.mentioned, *mentions))))
        case e.ClockStartMoved(start=start):
            return replace(case, start=start)
        case e.Closed(how=how, on=on):
            return _did(replace(case, closed_at=recorded.at, closed_how=how), recorded, how, on)
        case e.Reopened():
            return _reopened(case, recorded)
        case ComplaintClassified() as said:
            return _classified(case, said)
        case Resolved() as answer:
            answered = replace(
                case, resolved_at=answer.on or recorded.at, resolved_how=answer.how, outcome=answer.outcome, redress=answer.redress,
                currency=answer.currency,
            )  # fmt: skip
            return _did(answered, recorded, answer.how, answer.on)
        case r.ReplyDrafted() | r.ReplyApproved() | r.ReplySentBack() | r.ReplyPosted() | r.AnswerSeen():
            return _replied(case, recorded, recorded.event)
        case j.ComplaintProposed(score=score, model=model):
            return replace(case, proposed_score=score, proposed_by=model)
        case j.DecisionReviewed():
            return replace(case, reviewed_by=recorded.by)
        case j.RegimesAdded(regimes=regimes):
            return replace(case, regimes=(*(case.regimes or ()), *regimes))
        case t.ClocksPaused() | t.ClocksResumed() | t.FactsStated() as timed:
            return _timed(case, timed)
        case _:
            return _worked(case, recorded, recorded.event)


def _did(case: Case, recorded: e.Recorded, what: str, on: str | None) -> Case:
    """What a clock looks for was done: the first time counts, and the day on which it was done, not on which it was noted."""
    if what in case.done:
        return case
    noted = {**case.noted_later, what: recorded.at} if on is not None else case.noted_later
    return replace(case, done={**case.done, what: on or recorded.at}, noted_later=noted)


def _stated(case: Case, letter: w.LetterSent) -> Mapping[str, Mapping[str, bool | str]]:
    """The facts of each regime with what sending a letter states."""
    if letter.regime is None or not letter.states:
        return case.facts
    return {**case.facts, letter.regime: {**case.facts.get(letter.regime, {}), **letter.states}}


def _decided(case: Case, recorded: e.Recorded, status: State) -> Case:
    return replace(case, status=status, decided_at=recorded.at, decided_by=recorded.by)


def _reopened(case: Case, recorded: e.Recorded) -> Case:
    """A reopened complaint's answer was not the final one; that it was acknowledged stays true. What was no complaint is undecided again."""
    done = {what: at for what, at in case.done.items() if what not in set(Ending)}
    sent = {letter: at for letter, at in case.sent.items() if letter not in letters() or letters()[letter].meets not in set(Ending)}
    case = replace(case, sent=sent, closed_at=None, closed_how=None, reopened_at=recorded.at, done=done, resolved_at=None, resolved_how=None,
                   outcome=None, redress=None, currency=None)  # fmt: skip
    if case.status is State.CONFIRMED_COMPLAINT:
        return case
    return replace(case, status=State.CANDIDATE, decided_at=None, decided_by=None, code=None, duplicate_of=None, referred_to=None,
                   reviewed_by=None)  # fmt: skip


def _classified(case: Case, said: ComplaintClassified) -> Case:
    about = Classified(version=said.scheme_version, product=said.product, cause=said.cause)
    drivers = case.vulnerability if said.vulnerability is None else tuple(said.vulnerability.split("\n")) if said.vulnerability else ()
    return replace(case, classified={**case.classified, said.scheme: about}, root_cause=said.root_cause or case.root_cause, vulnerability=drivers)


def _worked(case: Case, recorded: e.Recorded, event: w.WorkEvent) -> Case:
    """What events of the daily work make of a case."""
    match event:
        case w.Claimed(until=until):
            return replace(case, assignee=recorded.by, lease_until=until)
        case w.HandedOver(to=to):
            return replace(case, assignee=to, lease_until=None)
        case w.Routed(team=team):
            return replace(case, team=team)
        case w.Prioritised(priority=priority):
            return replace(case, priority=priority)
        case w.Labelled(added=added, removed=removed):
            return replace(case, labels=tuple(sorted({*case.labels, *added} - set(removed))))
        case w.Snoozed(until=until):
            return replace(case, snoozed_until=until)
        case w.MergedInto(into=into):
            return _decided(replace(case, duplicate_of=into), recorded, State.DUPLICATE)
        case w.Absorbed(case=other, posts=posts):
            more = tuple(posts.split("\n")) if posts else ()
            return replace(case, absorbed=(*case.absorbed, other), posts=tuple(dict.fromkeys((*case.posts, *more))))
        case w.PutUnder(parent=parent):
            return replace(case, parent=parent)
        case w.ContentChecked(letter=letter, items=items):
            known = case.checked.get(letter, ())
            return replace(case, checked={**case.checked, letter: tuple(dict.fromkeys((*known, *items)))})
        case w.LetterSent(letter=letter, meets=meets, on=on):
            checked = case.checked if letter not in letters() or not letters()[letter].repeats else {**case.checked, letter: ()}
            case = replace(case, sent={**case.sent, letter: on or recorded.at}, facts=_stated(case, event), checked=checked)
            return case if meets is None else _did(case, recorded, meets, on)


def _timed(case: Case, event: t.TimingEvent) -> Case:
    """What events of the clocks make of a case."""
    before = case.pauses.get(event.regime, ())
    match event:
        case t.ClocksPaused(regime=regime, why=why, on=on):
            return replace(case, pauses={**case.pauses, regime: (*before, Paused(why=why, since=on))})
        case t.ClocksResumed(regime=regime, on=on):
            return replace(case, pauses={**case.pauses, regime: (*before[:-1], replace(before[-1], until=on))})
        case t.FactsStated(regime=regime, facts=facts):
            return replace(case, facts={**case.facts, regime: {**case.facts.get(regime, {}), **facts}})


def _replied(case: Case, recorded: e.Recorded, event: r.ReplyEvent) -> Case:
    answers = (*case.answers, event.post) if isinstance(event, r.AnswerSeen) and event.post is not None else case.answers
    case = replace(case, replies=replying.evolve(case.replies, event, recorded.by, recorded.at), answers=answers)
    return _answered(case, recorded, event) if isinstance(event, r.ReplyPosted | r.AnswerSeen) else case


def _answered(case: Case, recorded: e.Recorded, event: r.ReplyPosted | r.AnswerSeen) -> Case:
    """The first public answer counts from when it was published, where that is known, else from when it was noted or found."""
    published = event.published if isinstance(event, r.AnswerSeen) else None
    at, known = published or recorded.at, case.done.get(FIRST_ANSWER)
    if known is not None and moment_of(known) <= moment_of(at):
        return case
    noted = {**case.noted_later, FIRST_ANSWER: recorded.at} if published is not None else case.noted_later
    return replace(case, done={**case.done, FIRST_ANSWER: at}, noted_later=noted)
