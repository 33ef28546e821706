"""Working on cases together: claims, handing over, sharing out, merging, and what needs more than one case to decide.

Whatever needs only its own case is done by `casework.perform`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from plaint.cases import work
from plaint.cases.case import Case
from plaint.cases.clocks import clocks_of
from plaint.cases.decide import Assign, Command
from plaint.cases.queues import OPEN_STATES
from plaint.desk.acting import act, firm_of, load_case, visible
from plaint.desk.casework import list_cases, may_take, perform
from plaint.desk.rights import Refused, Right, require
from plaint.model import Person
from plaint.ports import CaseFilter, Stores


def claim(
    stores: Stores, person: Person, case: str, *, span: timedelta = work.LEASE, now: datetime, command: str, expected: int | None = None
) -> Case:  # fmt: skip
    """Take a case for oneself for a while. Of two who ask at once one gets it, the other is told who has it and until when."""
    return act(stores, person, case, lambda _: work.Claim(by=person.key, span=span), now, command, expected)


def hand_over(
    stores: Stores, person: Person, case: str, *, to: str, words: str, now: datetime, command: str, expected: int | None = None
) -> Case:  # fmt: skip
    """Give a case to an account that may work on it, with words about where it stands."""

    def build(found: Case) -> Command:
        may_take(stores, to, found.firm)
        return work.HandOver(to=to, words=words)

    return act(stores, person, case, build, now, command, expected, words=words)


def snooze(
    stores: Stores, person: Person, case: str, *, until: str | None, reason: str | None = None,
    now: datetime, command: str, expected: int | None = None,
) -> Case:  # fmt: skip
    """Put a case aside until a moment before its next deadline, or (None) bring it back. Its clocks run on."""

    def build(found: Case) -> Command:
        due = clocks_of(found, firm_of(stores, found.firm), now).next_due()
        # One that is over already can be put aside for a while: its deadline cannot be missed again.
        limit = due.due if due and due.due and due.due > now else None
        return work.Snooze(until=until, reason=reason, due=limit)

    return act(stores, person, case, build, now, command, expected, words=reason)


def merge(stores: Stores, person: Person, case: str, *, into: str, now: datetime, command: str, expected: int | None = None) -> Case:
    """Merge a case into another one, which takes over its posts; the other one, as it is then.

    Two chains are written: first that it was merged, then that the other took it over. Repeated after a crash between
    the two, with the same `command`, the second is done.
    """
    other, _ = load_case(stores, into)
    visible(stores, person, Right.WORK_CASES, other, now, command)
    merged = act(stores, person, case, lambda _: work.MergeInto(into=load_case(stores, into)[0]), now, command, expected)
    return act(stores, person, into, lambda _: work.Absorb(case=merged), now, f"{command}:absorb", None)


def put_under(
    stores: Stores, person: Person, case: str, *, parent: str | None, now: datetime, command: str, expected: int | None = None
) -> Case:  # fmt: skip
    """Put a case under another one of the same firm, or (None) take it out."""

    def build(_: Case) -> Command:
        return work.PutUnder(parent=None if parent is None else load_case(stores, parent)[0])

    return act(stores, person, case, build, now, command, expected)


def share_out(
    stores: Stores, person: Person, wanted: CaseFilter, *, among: Sequence[str], now: datetime, command: str
) -> dict[str, str]:  # fmt: skip
    """Give the unassigned cases that match to several people in turn, soonest due first; who got which.

    Whoever has the fewest open cases is next, so that the turns even out what was uneven; equal ones in the order given.
    A case that somebody takes meanwhile is left to them.
    """
    require(person, Right.WORK_CASES)
    if not among:
        raise Refused("name the accounts among which the cases are shared out")
    load = {key: list_cases(stores, person, CaseFilter(states=OPEN_STATES, assignee=key, limit=0), now).total for key in dict.fromkeys(among)}
    listed = list_cases(stores, person, replace(wanted, unassigned=True, states=wanted.states or OPEN_STATES), now)
    given: dict[str, str] = {}
    for row in listed.rows:
        for key in load:
            may_take(stores, key, row.firm)
        to = min(load, key=lambda key: load[key])
        try:
            perform(stores, person, row.case, Assign(to=to), now=now, command=f"{command}:{row.case}", expected=row.version)
        except Refused:
            continue
        given[row.case] = to
        load[to] += 1
    return given
