"""What happens when a person asks for something: `decide` answers a command with events or with a refusal.

A refusal is a sentence for the person who asked. Nothing here raises for what a user did; rights are checked at the desk.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from rapidfuzz.process import extractOne

from plaint.cases import events as e
from plaint.cases import judging, replying, timing, work
from plaint.cases import outcomes as o
from plaint.cases.case import STATE_WORDS, Case, Ending, NotAComplaint, State
from plaint.cases.commands import Acknowledge as Acknowledge
from plaint.cases.commands import Assign as Assign
from plaint.cases.commands import Close as Close
from plaint.cases.commands import Command as Command
from plaint.cases.commands import Confirm as Confirm
from plaint.cases.commands import Duplicate as Duplicate
from plaint.cases.commands import MoveStart as MoveStart
from plaint.cases.commands import Note as Note
from plaint.cases.commands import Open as Open
from plaint.cases.commands import Refer as Refer
from plaint.cases.commands import Reject as Reject
from plaint.cases.commands import Reopen as Reopen
from plaint.cases.dated import dated
from plaint.cases.letters import FORWARDED, letters_sent
from plaint.cases.refusal import Refusal as Refusal
from plaint.deadlines.regimes import regimes as known_regimes
from plaint.deadlines.start import Basis, Start, start_of
from plaint.model import iso, moment_of

FIRST_MIDNIGHT = timedelta(hours=14)
"""How far ahead of UTC the day begins where it begins first."""

LAST_MIDNIGHT = timedelta(hours=12)
"""How far behind UTC the day ends where it ends last."""

LONGEST = 20_000
"""Characters that one note or reason may have."""


def decide(case: Case, command: Command, now: datetime) -> tuple[e.CaseEvent, ...] | Refusal:
    """What happens if `command` is given to `case` now."""
    if isinstance(command, Open):
        return _open(case, command)
    if not case.exists:
        return Refusal(f"there is no case {case.id}")
    refusal = _unreadable(command)
    if refusal is not None:
        return refusal
    match command:
        case Confirm():
            return _confirm(case, command, now)
        case Reject():
            return _reject(case, command)
        case Duplicate(of=of):
            return Refusal("a case cannot be its own duplicate") if of == case.id else _undecided(case) or (e.MarkedDuplicate(of=of),)
        case Refer():
            return _refer(case, command, now)
        case Acknowledge():
            return _acknowledge(case, command, now)
        case Assign(to=to):
            return _assign(case, to)
        case Note(text=text, mentions=mentions):
            noted = e.Noted(text=text.strip(), mentions=mentions)
            return (noted,) if text.strip() else Refusal("an empty note says nothing; write it, or leave it")
        case MoveStart():
            return _move_start(case, command, now)
        case Close():
            return _close(case, command, now)
        case Reopen(reason=reason):
            return _reopen(case, reason)
        case o.Classify():
            return Refusal(f"{case.id} is closed; reopen it first") if case.closed_at else o.classify(case, command)
        case o.Resolve():
            return Refusal(f"{case.id} is closed; reopen it first") if case.closed_at else o.resolve(case, command, now)
        case replying.DraftReply() | replying.ApproveReply() | replying.SendBackReply() | replying.PostedReply() | replying.SeeAnswer():
            return replying.decide(case, command)
        case judging.Review() | judging.AddRegimes():
            return judging.decide(case, command)
        case timing.Pause() | timing.Resume() | timing.StateFacts():
            return timing.decide(case, command, now)
        case _:
            return work.decide(case, command, now)


def _open(case: Case, command: Open) -> tuple[e.CaseEvent, ...] | Refusal:
    if case.exists:
        return Refusal(f"{case.id} is open already, by {case.opened_by} since {case.opened_at}, and is {STATE_WORDS[case.state]}")
    if not command.posts:
        return Refusal("a case is opened from at least one post")
    opened = e.CaseOpened(
        firm=command.firm, source=command.source, ownership=command.ownership, times=command.times,
        posts="\n".join(command.posts), title=command.title, kind=command.kind,
    )  # fmt: skip
    if command.proposal is None:
        return (opened,)
    proposed = judging.proposed(command.proposal)
    return proposed if isinstance(proposed, Refusal) else (opened, proposed)


def _confirm(case: Case, command: Confirm, now: datetime) -> tuple[e.CaseEvent, ...] | Refusal:
    refusal = _undecided(case)
    if refusal is not None:
        return refusal
    if not command.reason.strip():
        return Refusal("say why it is a complaint: the reason stays with the case")
    for regime in command.regimes:
        if regime not in known_regimes():
            near = extractOne(regime, list(known_regimes()), score_cutoff=50)
            return Refusal(f"no regime {regime!r}" + (f"; did you mean {near[0]}?" if near else ""))
    times = replace(case.times, aware=iso(now))
    start = start_of(case.ownership, times)
    if start is None:
        return Refusal("nothing is known of when this was published or collected; move the start of its clocks by hand")
    confirmed = e.ComplaintConfirmed(regimes=command.regimes, aware=iso(now), start=start, reason=command.reason.strip())
    if command.about is None:
        return (confirmed,)
    about = o.classify(case, command.about)
    return about if isinstance(about, Refusal) else (confirmed, *about)


def _reject(case: Case, command: Reject) -> tuple[e.CaseEvent, ...] | Refusal:
    refusal = _undecided(case)
    if refusal is not None:
        return refusal
    codes = [code.value for code in NotAComplaint]
    if command.code not in codes:
        near = extractOne(command.code, codes, score_cutoff=60)
        return Refusal(f"no reason {command.code!r}{f'; did you mean {near[0]}?' if near else ''}; the reasons are {', '.join(codes)}")
    words = (command.words or "").strip() or None
    if command.code == NotAComplaint.OTHER and words is None:
        return Refusal("the reason other needs words: what makes it no complaint?")
    return (e.ComplaintRejected(code=command.code, words=words),)


def _refer(case: Case, command: Refer, now: datetime) -> tuple[e.CaseEvent, ...] | Refusal:
    if case.closed_at is not None:
        return Refusal(f"{case.id} is closed; reopen it first")
    if case.status not in {State.CANDIDATE, State.CONFIRMED_COMPLAINT}:
        return Refusal(f"{case.id} is {STATE_WORDS[case.status]}; only a likely or confirmed complaint can be referred")
    if not command.to.strip() or command.to == case.firm:
        return Refusal("name the other firm that it is referred to")
    try:
        day = date.fromisoformat(command.on)
    except ValueError:
        return Refusal(f"{command.on!r} is no date; write it like 2026-01-05")
    if day > (now + FIRST_MIDNIGHT).date():
        return Refusal(f"{day} is still to come; it is noted once it was forwarded")
    if case.start is not None and datetime.combine(day, time.max, UTC) + LAST_MIDNIGHT < moment_of(case.start.at):
        return Refusal(f"{day} lies before the complaint, whose clocks start {case.start.at}")
    sent_on = None if day >= now.date() else f"{day}T23:59:59Z"
    told = letters_sent(case, FORWARDED, on=sent_on, reason=f"forwarded on {day}")
    return told if isinstance(told, Refusal) else (*told, e.ReferredToFirm(to=command.to.strip(), on=day.isoformat()))


def _acknowledge(case: Case, command: Acknowledge, now: datetime) -> tuple[e.CaseEvent, ...] | Refusal:
    if case.closed_at is not None:
        return Refusal(f"{case.id} is closed; reopen it first")
    if case.status is not State.CONFIRMED_COMPLAINT:
        return Refusal(f"{case.id} is {STATE_WORDS[case.status]}; confirm that it is a complaint before acknowledging it")
    if "acknowledged" in case.done:
        return Refusal(f"{case.id} was acknowledged already, {case.done['acknowledged']}")
    on = dated(case, command.on, command.reason, now)
    return on if isinstance(on, Refusal) else (e.Acknowledged(on=on, reason=(command.reason or "").strip() or None),)


def _assign(case: Case, to: str | None) -> tuple[e.CaseEvent, ...] | Refusal:
    if case.closed_at is not None:
        return Refusal(f"{case.id} is closed; reopen it first")
    if to == case.assignee:
        return Refusal(f"{to} has {case.id} already" if to else f"{case.id} is nobody's already")
    return (e.Assigned(to=to),)


def _move_start(case: Case, command: MoveStart, now: datetime) -> tuple[e.CaseEvent, ...] | Refusal:
    if case.start is None:
        return Refusal(f"the clocks of {case.id} do not run: it is {STATE_WORDS[case.status]}")
    if not command.reason.strip():
        return Refusal("moving the start of a clock needs a reason; it stays with the case, beside the old start")
    at = _moment_or_day(command.to)
    if at is None:
        return Refusal(f"{command.to!r} is no moment; write 2026-01-05T09:00:00Z (with its offset) or 2026-01-05")
    latest = iso(now) if "T" in at else now.date().isoformat()
    if at > latest:
        return Refusal(f"{at} is still to come; a clock starts in the past")
    if at == case.start.at and not case.start.is_span:
        return Refusal(f"the clocks start there already, {at}")
    reason = command.reason.strip()
    moved = Start(at=at, latest=at, basis=Basis.MANUAL_OVERRIDE, because=f"moved by hand from {case.start.at}; the reason is in the history")
    return (e.ClockStartMoved(start=moved, before=case.start, reason=reason),)


def _close(case: Case, command: Close, now: datetime) -> tuple[e.CaseEvent, ...] | Refusal:
    if case.closed_at is not None:
        return Refusal(f"{case.id} is closed already, {case.closed_at}")
    if case.status is State.CANDIDATE:
        return Refusal(f"{case.id} is a likely complaint: decide first whether it is one (confirm or reject)")
    is_complaint = case.status is State.CONFIRMED_COMPLAINT
    fitting = [how.value for how in Ending if (how is not Ending.NO_RESPONSE) == is_complaint]
    how = command.how or (case.resolved_how if is_complaint else Ending.NO_RESPONSE.value)
    if how not in fitting:
        said = "say how it ended" if how is None else f"{case.id} is {STATE_WORDS[case.status]} and cannot end with {how!r}"
        return Refusal(f"{said}: {', '.join(fitting)}")
    if case.resolved_how is not None and how != case.resolved_how:
        return Refusal(f"{case.id} was resolved with a {case.resolved_how}, so it ends with that, not with {how!r}")
    on = dated(case, command.on, command.reason, now)
    if isinstance(on, Refusal):
        return on
    closed = e.Closed(how=how, on=on, reason=(command.reason or "").strip() or None)
    if command.outcome is None and command.redress is None:
        sent = letters_sent(case, how, on=on, reason=command.reason) if how in o.ANSWERS and case.resolved_how is None else ()
        return sent if isinstance(sent, Refusal) else (*sent, closed)
    asked = o.Resolve(
        how=how, outcome=command.outcome or "", redress=command.redress, currency=command.currency, on=command.on, reason=command.reason
    )  # fmt: skip
    answer = o.resolve(case, asked, now)
    return answer if isinstance(answer, Refusal) else (*answer, closed)


def _reopen(case: Case, reason: str) -> tuple[e.CaseEvent, ...] | Refusal:
    if case.closed_at is None and case.status in {State.CANDIDATE, State.CONFIRMED_COMPLAINT}:
        return Refusal(f"{case.id} is not closed; it is {STATE_WORDS[case.status]}")
    if not reason.strip():
        return Refusal("say why it is taken up again")
    return (e.Reopened(reason=reason.strip()),)


def _undecided(case: Case) -> Refusal | None:
    """A refusal unless the case waits for a decision."""
    if case.closed_at is not None:
        return Refusal(f"{case.id} is closed; reopen it first")
    if case.status is not State.CANDIDATE:
        anew = "" if case.status is State.CONFIRMED_COMPLAINT else "; reopen it to decide anew"
        return Refusal(f"{case.id} is {STATE_WORDS[case.status]} already, decided by {case.decided_by} at {case.decided_at}{anew}")
    return None


def _unreadable(command: Command) -> Refusal | None:
    """A refusal for text that no store could keep."""
    for name in ("text", "reason", "words", "root_cause"):
        text = getattr(command, name, None)
        if text is None:
            continue
        if len(text) > LONGEST:
            return Refusal(f"the {name} has {len(text):,} characters; at most {LONGEST:,} are kept, so cut it or attach it elsewhere")
        if any("\ud800" <= sign <= "\udfff" or sign == "\0" for sign in text):
            return Refusal(f"the {name} holds signs that are no text; write it again without them")
    return None


def _moment_or_day(text: str) -> str | None:
    """ISO 8601 in UTC, or a bare date; None for anything else."""
    try:
        if len(text) == 10:
            return date.fromisoformat(text).isoformat()
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else iso(moment.astimezone(UTC))
