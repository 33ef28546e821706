"""What people do with cases: open one from posts, decide about it, work on it, look at it.

Every act asks for the person's right, is decided by `plaint.cases.decide`, becomes entries of the log, and then shows in
the projection and on the posts. What is refused, and who looked at which case, is logged in the stream `access`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from plaint.cases import decide as d
from plaint.cases.case import Case, case_from
from plaint.cases.clocks import CaseClock, Clocks, clocks_of
from plaint.cases.events import Recorded
from plaint.cases.judging import Review
from plaint.cases.outcomes import Classify, Resolve
from plaint.cases.queues import OPEN_STATES, Queued, in_order
from plaint.cases.replying import ApproveReply, SendBackReply
from plaint.cases.spoken import spoken as spoken
from plaint.cases.timing import Pause, Resume
from plaint.cases.work import Claim, SendLetter
from plaint.desk.acting import Overtaken as Overtaken
from plaint.desk.acting import act, catch_up, firm_of, load_case, scope_of, visible
from plaint.desk.drafts import require_clean
from plaint.desk.log import record
from plaint.desk.opening import case_id as case_id
from plaint.desk.opening import open_case as open_case
from plaint.desk.rights import Refused, Right, in_scope, may, require, rights_of
from plaint.model import Firm, Person, iso, moment_of
from plaint.ports import CaseFilter, CaseRow, Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """One case to look at: as it stands, everything that happened, and its clocks with their traces."""

    case: Case
    history: tuple[Recorded, ...]
    clocks: Clocks
    firm: Firm

    @property
    def due(self) -> CaseClock | None:
        """The clock that is due first."""
        return self.clocks.next_due()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Some cases, and the exact number of all that match."""

    rows: tuple[CaseRow, ...]
    total: int


def confirm(
    stores: Stores, person: Person, case: str, *, reason: str, regimes: Sequence[str] | None = None, about: Classify | None = None,
    now: datetime, command: str, expected: int | None = None,
) -> Case:  # fmt: skip
    """Decide that it is a complaint. The clocks of `regimes` (None: the firm's) run from the start that ownership gives.

    `about` may say at once what it is about.
    """

    def build(found: Case) -> d.Command:
        chosen = firm_of(stores, found.firm).regimes if regimes is None else regimes
        return d.Confirm(regimes=tuple(chosen), reason=reason, about=about)

    return act(stores, person, case, build, now, command, expected, words=reason)


def reject(
    stores: Stores, person: Person, case: str, *, code: str, words: str | None = None, now: datetime, command: str, expected: int | None = None
) -> Case:
    """Decide that it is no complaint; `code` is one of `cases.case.NotAComplaint`."""
    return act(stores, person, case, lambda _: d.Reject(code=code, words=words), now, command, expected, words=words)


def mark_duplicate(stores: Stores, person: Person, case: str, *, of: str, now: datetime, command: str, expected: int | None = None) -> Case:
    """Decide that another case, of the same firm, is about the same."""

    def build(found: Case) -> d.Command:
        other = load_case(stores, of)[0]
        if not other.exists or other.firm != found.firm:
            raise Refused(f"no case {of} of {found.firm}")
        return d.Duplicate(of=of)

    return act(stores, person, case, build, now, command, expected)


def refer(stores: Stores, person: Person, case: str, *, to: str, on: str, now: datetime, command: str, expected: int | None = None) -> Case:
    """Forward it to the firm that is responsible; `on` is the local date, ISO 8601."""
    return act(stores, person, case, lambda _: d.Refer(to=to, on=on), now, command, expected)


def acknowledge(
    stores: Stores, person: Person, case: str, *, on: str | None = None, reason: str | None = None,
    now: datetime, command: str, expected: int | None = None,
) -> Case:  # fmt: skip
    """Note that the person who complained was told that it is being dealt with; `on` and `reason` as for `close`."""
    return perform(stores, person, case, d.Acknowledge(on=on, reason=reason), now=now, command=command, expected=expected)


def assign(stores: Stores, person: Person, case: str, *, to: str | None, now: datetime, command: str, expected: int | None = None) -> Case:
    """Give the case to an account that may work on it, or to nobody (None)."""

    def build(found: Case) -> d.Command:
        if to is not None:
            may_take(stores, to, found.firm)
        return d.Assign(to=to)

    return act(stores, person, case, build, now, command, expected)


def note(stores: Stores, person: Person, case: str, *, text: str, now: datetime, command: str, expected: int | None = None) -> Case:
    """Write a private note; `@anna` calls on that account, where it may see the case, until it acts on it."""

    def build(found: Case) -> d.Command:
        return d.Note(text=text, mentions=_called(stores, text, found.firm))

    return act(stores, person, case, build, now, command, expected, words=text)


def move_start(
    stores: Stores, person: Person, case: str, *, to: str, reason: str, now: datetime, command: str, expected: int | None = None
) -> Case:  # fmt: skip
    """Move the start of the clocks, with a reason; the old start stays visible. Needs the right to move clocks."""
    return act(stores, person, case, lambda _: d.MoveStart(to=to, reason=reason), now, command, expected, right=Right.MOVE_CLOCKS, words=reason)


def close(
    stores: Stores, person: Person, case: str, *, how: str | None = None, reason: str | None = None, outcome: str | None = None,
    redress: str | None = None, on: str | None = None, now: datetime, command: str, expected: int | None = None,
) -> Case:  # fmt: skip
    """End the work; `how` is one of `cases.case.Ending` and needed for a complaint that was not resolved before.

    With an `outcome` (`cases.outcomes.Outcome`) the answer is noted at once, with its redress as decimal text. `on` is
    when the answer was sent, a moment or a local day of the firm (its end), where it is noted only now; then the reason
    says why. Refused while a regime's letter that the answer is has not been checked for all that it must say.
    """
    asked = d.Close(how=how, reason=reason, outcome=outcome, redress=redress, on=on)
    return perform(stores, person, case, asked, now=now, command=command, expected=expected)


def perform(
    stores: Stores, person: Person, case: str, asked: d.Command, *, now: datetime, command: str, expected: int | None = None
) -> Case:  # fmt: skip
    """Do any other act: one of the commands of `plaint.cases`. Where a command says who acts, it is `person`, whatever it says."""
    if isinstance(asked, ApproveReply | Claim | Review):
        asked = replace(asked, by=person.key)
    words = next((said for name in ("text", "reason", "words") if isinstance(said := getattr(asked, name, None), str)), None)

    def build(found: Case) -> d.Command:
        if isinstance(asked, ApproveReply):
            require_clean(stores, found, asked)
        return _at_its_moment(stores, found, asked, now)

    return act(stores, person, case, build, now, command, expected, right=NEEDS.get(type(asked), Right.WORK_CASES), words=words)


def _at_its_moment(stores: Stores, case: Case, asked: d.Command, now: datetime) -> d.Command:
    """A command that bears a day instead of a moment with the end of that day where the firm is, or now if that is today."""
    if not isinstance(asked, d.Acknowledge | d.Close | Resolve | SendLetter | Pause | Resume) or asked.on is None or "T" in asked.on:
        return asked
    try:
        day = date.fromisoformat(asked.on)
    except ValueError:
        return asked
    zone = ZoneInfo(firm_of(stores, case.firm).zone)
    end = datetime.combine(day, time(23, 59, 59), zone)
    return replace(asked, on=iso(now if day == now.astimezone(zone).date() else end))


NEEDS: dict[type[d.Command], Right] = {
    d.MoveStart: Right.MOVE_CLOCKS,
    ApproveReply: Right.APPROVE_REPLIES,
    SendBackReply: Right.APPROVE_REPLIES,
}
"""Commands that need more than the right to work on cases."""


def reopen(stores: Stores, person: Person, case: str, *, reason: str, now: datetime, command: str, expected: int | None = None) -> Case:
    """Take a closed case up again, or one that was decided to be no complaint; day 0 stays where it was."""
    return act(stores, person, case, lambda _: d.Reopen(reason=reason), now, command, expected, words=reason)


def load(stores: Stores, person: Person, case: str, now: datetime, *, as_of: str | None = None) -> CaseView:
    """A case with its history and clocks; with `as_of` (ISO 8601) as they were at that moment.

    The look is logged, once an hour for each person and case. Texts erased since stay erased.
    """
    found, history = load_case(stores, case)
    visible(stores, person, Right.READ_CASES, found, now, "look")
    seen = f"read:{person.key}:{case}:{now:%Y-%m-%dT%H}"
    if not stores.cases.command_done(seen):
        record(stores, "access", person, "CaseRead", {"case": case}, now, seen)
    if as_of is not None:
        now = moment_of(as_of)
        history = tuple(one for one in history if moment_of(one.at) <= now)
        if not history:
            raise Refused(f"{case} was opened at {found.opened_at}; at {as_of} there was no such case")
        found = case_from(case, history)
    firm = firm_of(stores, found.firm)
    return CaseView(case=found, history=history, clocks=clocks_of(found, firm, now), firm=firm)


def version(stores: Stores, person: Person, case: str) -> int:
    """The present version of a case, for telling whether it changed since it was shown; nothing is logged."""
    require(person, Right.READ_CASES)
    return stores.cases.version(case)


def list_cases(stores: Stores, person: Person, wanted: CaseFilter, now: datetime) -> Listed:
    """Cases that the person may see, soonest due first, and how many there are in all."""
    require(person, Right.READ_CASES)
    catch_up(stores, now)
    rows, total = stores.cases.cases(replace(wanted, scope=scope_of(person, wanted.scope)))
    return Listed(rows=tuple(rows), total=total)


def queue(stores: Stores, person: Person, wanted: CaseFilter, now: datetime) -> tuple[list[Queued], int]:
    """The same for cases that wait for somebody, each with the reasons for its place: urgent ones first, what is put aside not at all."""
    asked = replace(wanted, states=wanted.states or OPEN_STATES, without=(*wanted.without, SNOOZED))
    wake(stores, now)
    listed = list_cases(stores, person, asked, now)
    rows = list(listed.rows)
    if not wanted.offset and wanted.limit:
        urgent = list_cases(stores, person, replace(asked, marks=(*asked.marks, "priority:urgent")), now).rows
        rows = list({row.case: row for row in (*urgent, *rows)}.values())
    return in_order(rows, now)[: wanted.limit], listed.total


SNOOZED = "snoozed"
"""The mark of a case that is put aside."""


def wake(stores: Stores, now: datetime) -> int:
    """List again the cases whose time aside is over; how many there were. Nothing is logged: the moment was said when they were put aside."""
    rows, _ = stores.cases.cases(CaseFilter(marks=(SNOOZED,), limit=1000))
    over = [row for row in rows if moment_of(row.facts.get("snoozed_until", row.opened)) <= now]
    for row in over:
        stores.cases.save_case(replace(row, marks=tuple(mark for mark in row.marks if mark != SNOOZED)))
    return len(over)


def may_take(stores: Stores, key: str, firm: str) -> None:
    """Refuse an assignee who could not work on the case."""
    person = account(stores, key)
    if Right.WORK_CASES not in rights_of(person) or not in_scope(person, firm):
        raise Refused(f"{key} may not work on cases of {firm}, so it cannot be theirs")


def account(stores: Stores, key: str) -> Person:
    """An account by its key; Refused, with a near spelling, where there is none."""
    people = {one.key: one for one in stores.registers.people()}
    if key not in people:
        from rapidfuzz.process import extractOne

        near = extractOne(key, list(people), score_cutoff=60)
        raise Refused(f"no account {key!r}" + (f"; did you mean {near[0]}?" if near else "; `plaint people list` shows them"))
    return people[key]


_CALL = re.compile(r"(?<![\w@])@([a-z0-9][a-z0-9._-]*[a-z0-9]|[a-z0-9])")


def _called(stores: Stores, text: str, firm: str) -> tuple[str, ...]:
    """The accounts that a note calls on; an @word that is no account that may read the case is just a word."""
    called = dict.fromkeys(_CALL.findall(text))
    able = {one.key for one in stores.registers.people() if may(one, Right.READ_CASES, firm)} if called else set()
    return tuple(key for key in called if key in able)
