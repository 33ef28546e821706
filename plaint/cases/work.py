"""The daily work on a case: commands, and what each leads to. Texts that would name a moment give it in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from plaint.cases import work_events as w
from plaint.cases.dated import dated
from plaint.cases.letters import lacking, letters, sent, sent_again
from plaint.cases.refusal import Refusal, unknown
from plaint.cases.standing import STATE_WORDS, Case, State
from plaint.model import iso, moment_of

LEASE = timedelta(minutes=30)
"""How long a claim holds unless said otherwise."""

LONGEST_LEASE = timedelta(hours=24)
"""Longer than this a case is not claimed but assigned."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class Priority(StrEnum):
    """How urgent a case is, the most urgent first."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Take it for oneself for a while; `by` is who asks."""

    by: str
    span: timedelta = LEASE


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Give it to somebody with words about where it stands."""

    to: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Put it into a team's queue, or into none."""

    team: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prioritise:
    """Say how urgent it is."""

    priority: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Put labels on it and take labels off."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """Leave it out of the queue until a moment (ISO 8601), or with None bring it back. `due` is its next deadline."""

    until: str | None
    reason: str | None = None
    due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeInto:
    """Merge it into another case, as that stands."""

    into: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorb:
    """Take over another case's posts, as that stands."""

    case: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class PutUnder:
    """Put it under another case, as that stands, or under none."""

    parent: Case | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContent:
    """Say that a letter's text holds items of its checklist."""

    letter: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLetter:
    """Note that a letter was sent; every item of its checklist has to be checked.

    `on` is when it was sent (a moment, ISO 8601) where it is noted later; `reason` then says why.
    """

    letter: str
    on: str | None = None
    reason: str | None = None


WorkCommand = Claim | HandOver | Route | Prioritise | Label | Snooze | MergeInto | Absorb | PutUnder | CheckContent | SendLetter
Worked = tuple[w.WorkEvent, ...] | Refusal


def decide(case: Case, command: WorkCommand, now: datetime) -> Worked:
    """What happens if `command` is given to `case` now."""
    if case.closed_at is not None and not isinstance(command, Label | PutUnder):
        return Refusal(f"{case.id} is closed; reopen it first")
    match command:
        case Claim():
            return _claim(case, command, now)
        case HandOver(to=to, words=words):
            return _hand_over(case, to, words)
        case Route(team=team):
            return _route(case, team)
        case Prioritise(priority=priority):
            return _prioritise(case, priority)
        case Label():
            return _label(case, command)
        case Snooze():
            return _snooze(case, command, now)
        case MergeInto(into=into):
            return _merge(case, into)
        case Absorb(case=other):
            return (w.Absorbed(case=other.id, posts="\n".join(other.posts)),)
        case PutUnder(parent=parent):
            return _put_under(case, parent)
        case CheckContent(letter=letter, items=items):
            return _check(case, letter, items)
        case SendLetter():
            return _send(case, command, now)


def holder(case: Case, now: datetime) -> str | None:
    """Who has a claim on it that still holds."""
    return case.assignee if case.lease_until is not None and moment_of(case.lease_until) > now else None


def _claim(case: Case, command: Claim, now: datetime) -> Worked:
    """Compare and set: the first wins; an assignment is kept, a claim that has run out is not."""
    if not timedelta() < command.span <= LONGEST_LEASE:
        return Refusal(f"a claim holds for more than nothing and at most {LONGEST_LEASE // timedelta(hours=1)} hours; assign it to keep it longer")
    held = holder(case, now)
    if held is not None and held != command.by:
        return Refusal(f"{held} has claimed {case.id} until {case.lease_until}")
    if case.lease_until is None and case.assignee not in {None, command.by}:
        return Refusal(f"{case.id} is {case.assignee}'s; ask them to hand it over, or assign it")
    return (w.Claimed(until=iso(now + command.span)),)


def _hand_over(case: Case, to: str, words: str) -> Worked:
    if to == case.assignee:
        return Refusal(f"{to} has {case.id} already")
    if not words.strip():
        return Refusal("say where it stands: whoever gets it should not have to find out")
    return (w.HandedOver(to=to, words=words.strip()),)


def _route(case: Case, team: str | None) -> Worked:
    if team is not None and not _SLUG.fullmatch(team):
        return Refusal(f"a team is named with small letters, digits, dashes and underscores; got {team!r}")
    if team == case.team:
        return Refusal(f"{case.id} is in that queue already" if team else f"{case.id} is in no team's queue")
    return (w.Routed(team=team),)


def _prioritise(case: Case, priority: str) -> Worked:
    if priority not in set(Priority):
        return unknown("priority", priority, list(Priority))
    return Refusal(f"{case.id} is {priority} already") if priority == case.priority else (w.Prioritised(priority=priority),)


def _label(case: Case, command: Label) -> Worked:
    for label in (*command.add, *command.remove):
        if not _SLUG.fullmatch(label):
            return Refusal(f"a label is small letters, digits, dashes and underscores, at most 40; got {label!r}")
    added = tuple(sorted(set(command.add) - set(case.labels)))
    removed = tuple(sorted(set(command.remove) & set(case.labels)))
    if not added and not removed:
        return Refusal(f"{case.id} has the labels {', '.join(case.labels) or 'none'} already")
    return (w.Labelled(added=added, removed=removed),)


def _snooze(case: Case, command: Snooze, now: datetime) -> Worked:
    if command.until is None:
        return Refusal(f"{case.id} is not snoozed") if case.snoozed_until is None else (w.Snoozed(until=None),)
    try:
        until = datetime.fromisoformat(command.until)
    except ValueError:
        return Refusal(f"{command.until!r} is no moment; write 2026-11-25T09:00:00Z, with its offset")
    if until.tzinfo is None or until <= now:
        return Refusal(f"{command.until} is not still to come; write a moment with its offset")
    if command.due is not None and until >= command.due:
        return Refusal(f"{case.id} is due {iso(command.due)}: it cannot be out of sight until {iso(until)}")
    return (w.Snoozed(until=iso(until), reason=(command.reason or "").strip() or None),)


def _merge(case: Case, into: Case) -> Worked:
    """The case that lives on has to be the one whose clocks started first, or a deadline would move back."""
    if into.id == case.id or not into.exists or into.firm != case.firm:
        return Refusal(f"{case.id} can be merged only into another case of {case.firm}")
    for one in (case, into):
        if one.status not in {State.CANDIDATE, State.CONFIRMED_COMPLAINT} or one.closed_at is not None:
            return Refusal(f"{one.id} is {STATE_WORDS[one.state]}; only what is open is merged")
    if case.status is State.CONFIRMED_COMPLAINT and into.status is not State.CONFIRMED_COMPLAINT:
        return Refusal(f"{case.id} is a confirmed complaint and {into.id} is not: merge it the other way round, or confirm that one first")
    if case.start is not None and into.start is not None and moment_of(case.start.at) < moment_of(into.start.at):
        return Refusal(f"the clocks of {case.id} started first, {case.start.at}: merge {into.id} into it")
    return (w.MergedInto(into=into.id),)


def _put_under(case: Case, parent: Case | None) -> Worked:
    if parent is None:
        return Refusal(f"{case.id} is under no case") if case.parent is None else (w.PutUnder(parent=None),)
    if parent.id == case.id or not parent.exists or parent.firm != case.firm:
        return Refusal(f"{case.id} can be put only under another case of {case.firm}")
    if parent.parent is not None:
        return Refusal(f"{parent.id} is itself under {parent.parent}; put it under that one")
    return Refusal(f"{case.id} is under {parent.id} already") if case.parent == parent.id else (w.PutUnder(parent=parent.id),)


def _check(case: Case, letter: str, items: tuple[str, ...]) -> Worked:
    if letter not in letters():
        return unknown("letter", letter, letters())
    for item in items:
        if item not in letters()[letter].items:
            return unknown(f"item of {letter}", item, letters()[letter].items)
    new = tuple(item for item in dict.fromkeys(items) if item not in case.checked.get(letter, ()))
    return (w.ContentChecked(letter=letter, items=new),) if new else Refusal("nothing is checked that was not checked before")


def _send(case: Case, command: SendLetter, now: datetime) -> Worked:
    if command.letter not in letters():
        return unknown("letter", command.letter, letters())
    letter = letters()[command.letter]
    if case.status is not State.CONFIRMED_COMPLAINT:
        return Refusal(f"{case.id} is {STATE_WORDS[case.status]}; letters are sent about confirmed complaints")
    if letter.regime not in (case.regimes or ()):
        return Refusal(f"{letter.id} is a letter of {letter.regime}, which does not apply to {case.id}")
    if letter.id in case.sent and not letter.repeats:
        return Refusal(f"{letter.id} was sent already, {case.sent[letter.id]}")
    if missing := lacking(case, letter):
        return Refusal(f"before the {letter.title} is sent it has to be checked that it says: {'; '.join(missing)}")
    on = dated(case, command.on, command.reason, now)
    if isinstance(on, Refusal):
        return on
    said = sent_again(case, letter, now, on=on, reason=command.reason) if letter.repeats else sent(letter, on=on, reason=command.reason)
    return said if isinstance(said, Refusal) else (said,)
