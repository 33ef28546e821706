"""The same act on every case that matches: counted first, done case by case, and taken back by other acts.

Each case is decided for itself: what is refused there is told with its reason and stops nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from plaint.cases.case import case_from
from plaint.cases.commands import Command, Reject
from plaint.cases.refusal import Refusal
from plaint.cases.undo import counter_to
from plaint.cases.work import Snooze
from plaint.desk.acting import catch_up, load_case, scope_of
from plaint.desk.casework import account, list_cases, may_take, perform
from plaint.desk.log import record
from plaint.desk.rights import Refused, Right, require
from plaint.desk.teamwork import snooze
from plaint.model import Person
from plaint.ports import CaseFilter, Stores

DONE = "BulkDone"
"""The kind of the entry in the stream `bulk`: the act, and the cases on which it was done."""

PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """What a bulk act came to. `id` names it for taking it back; `refused` maps a case to why it was left alone."""

    id: str
    act: str
    done: tuple[str, ...]
    refused: dict[str, str]


def count(stores: Stores, person: Person, wanted: CaseFilter, now: datetime) -> int:
    """How many cases match: the dry run."""
    require(person, Right.WORK_CASES)
    return list_cases(stores, person, replace(wanted, limit=0, offset=0), now).total


def every(stores: Stores, person: Person, wanted: CaseFilter, now: datetime) -> list[str]:
    """The ids of all cases that match, not of one page, soonest due first."""
    require(person, Right.READ_CASES)
    catch_up(stores, now)
    found = stores.cases.each_case(replace(wanted, scope=scope_of(person, wanted.scope)))
    return [case for *_, case in sorted((row.due is None, row.due or "", row.case) for row in found)]


Told = Callable[[int, int], None]
"""Is told, while a bulk act runs, how many cases are behind it and how many there are."""


def run(
    stores: Stores, person: Person, wanted: CaseFilter, asked: Command, *, expect: int, now: datetime, command: str, told: Told | None = None
) -> Bulk:  # fmt: skip
    """Do `asked` on every case that matches, if they are still as many as the dry run said."""
    _allow(stores, person, asked, command)
    cases = every(stores, person, wanted, now)
    if len(cases) != expect:
        raise Refused(f"{len(cases)} cases match now, not {expect}: look again, then repeat with the new number")
    return run_on(stores, person, cases, asked, now=now, command=command, told=told)


def run_on(
    stores: Stores, person: Person, cases: Sequence[str], asked: Command, *, now: datetime, command: str, told: Told | None = None
) -> Bulk:  # fmt: skip
    """Do `asked` on the named cases, each decided for itself; what is refused is told and stops nothing else."""
    _allow(stores, person, asked, command)
    to = getattr(asked, "to", None)
    done, refused = [], {}
    for number, case in enumerate(cases, 1):
        try:
            if isinstance(to, str):
                may_take(stores, to, load_case(stores, case)[0].firm)
            once = f"{command}:{case}"
            if isinstance(asked, Snooze):
                snooze(stores, person, case, until=asked.until, reason=asked.reason, now=now, command=once)
            else:
                perform(stores, person, case, asked, now=now, command=once)
            done.append(case)
        except Refused as refusal:
            refused[case] = refusal.reason
        if told is not None:
            told(number, len(cases))
    act = type(asked).__name__.lower()
    record(stores, "bulk", person, DONE, {"act": act, "cases": done, "refused": len(refused)}, now, command)
    return Bulk(id=command, act=act, done=tuple(done), refused=refused)


def _allow(stores: Stores, person: Person, asked: Command, command: str) -> None:
    require(person, Right.WORK_CASES)
    if isinstance(asked, Reject):
        raise Refused("whether something is a complaint is decided case by case, not in bulk")
    if isinstance(to := getattr(asked, "to", None), str):
        account(stores, to)
    if stores.cases.command_done(command):
        raise Refused(f"the bulk act {command} was done already")


def take_back(stores: Stores, person: Person, bulk: str, *, now: datetime, command: str) -> Bulk:
    """Take back a bulk act where nobody has changed the case again since."""
    require(person, Right.WORK_CASES)
    entry = next((one for one in stores.cases.read("bulk") if one.kind == DONE and one.command == bulk), None)
    if entry is None:
        raise Refused(f"there is no bulk act {bulk!r}")
    done, refused = [], {}
    for case in entry.said["cases"]:
        try:
            for number, counter in enumerate(_counters(stores, case, f"{bulk}:{case}")):
                perform(stores, person, case, counter, now=now, command=f"{command}:{case}:{number}")
            done.append(case)
        except Refused as refusal:
            refused[case] = refusal.reason
    record(stores, "bulk", person, "BulkTakenBack", {"cases": done, "refused": len(refused), "of": bulk}, now, command)
    return Bulk(id=command, act=f"take back {entry.said['act']}", done=tuple(done), refused=refused)


def _counters(stores: Stores, case: str, command: str) -> Iterator[Command]:
    """What brings back what a command changed; Refused where that cannot be."""
    present, history = load_case(stores, case)
    for number, one in enumerate(history):
        if one.command == command:
            counter = counter_to(one.event, case_from(case, history[:number]), present)
            if isinstance(counter, Refusal):
                raise Refused(f"{case} {counter.reason}" if counter.reason.startswith("was") else counter.reason)
            yield counter
