"""Taking back one's own last act on a case: by another act, since nothing in the log is ever undone."""

from __future__ import annotations

from datetime import datetime

from plaint.cases.case import Case, case_from
from plaint.cases.commands import Command
from plaint.cases.refusal import Refusal
from plaint.cases.undo import counter_to
from plaint.desk.acting import load_case, visible
from plaint.desk.casework import perform
from plaint.desk.rights import Refused, Right
from plaint.model import Person
from plaint.ports import Stores


def can_take_back(stores: Stores, person: Person, case: str, version: int) -> bool:
    """Whether the person's act that led to this version of the case can be taken back, and nobody has acted since."""
    return not isinstance(_counter(stores, person, case, version), str)


def take_back(stores: Stores, person: Person, case: str, version: int, *, now: datetime, command: str) -> Case:
    """Take it back; Refused where somebody has acted since, where it was somebody else's, or where no act brings it back."""
    found, _ = load_case(stores, case)
    visible(stores, person, Right.WORK_CASES, found, now, command)
    counter = _counter(stores, person, case, version)
    if isinstance(counter, str):
        raise Refused(counter)
    return perform(stores, person, case, counter, now=now, command=command, expected=version)


def _counter(stores: Stores, person: Person, case: str, version: int) -> Command | str:
    """The act that brings it back, or why there is none."""
    present, history = load_case(stores, case)
    if not history or present.version != version:
        return f"{case} was changed again since, and is left so"
    last = history[-1]
    if last.by != person.key:
        return f"that was {last.by}'s act"
    counter = counter_to(last.event, case_from(case, history[:-1]), present)
    return counter.reason if isinstance(counter, Refusal) else counter
