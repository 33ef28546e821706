"""A firm's service levels: who may set them, what is kept of it, and the lists that show the new clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from plaint.cases.queues import OPEN_STATES
from plaint.deadlines.levels import fitting, promised
from plaint.deadlines.service import ServiceLevel
from plaint.deadlines.trace import Traced, traced
from plaint.desk.acting import firm_of, project
from plaint.desk.bulk import every
from plaint.desk.log import record
from plaint.desk.rights import Right, in_scope, require
from plaint.model import Person
from plaint.ports import CaseFilter, Stores

STREAM, SET = "levels", "ServiceLevelsSet"
"""Where each change of a firm's levels is kept, whole, and the kind of the entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelsSet:
    """The levels of one firm that were set, and how many of its open cases were listed anew."""

    firm: str
    levels: int
    cases: int


def set_levels(
    stores: Stores, person: Person, levels: Mapping[str, Sequence[ServiceLevel]], *, now: datetime, command: str
) -> list[LevelsSet]:  # fmt: skip
    """Replace the service levels of firms by all their versions; a firm that is not named keeps its own, an empty list takes them away.

    Needs the right to change the firms register; nothing is set where one firm is unknown. What they were before stays in the log.
    """
    firms = []
    for key, own in levels.items():
        require(person, Right.KEEP_FIRMS, key)
        firms.append(replace(firm_of(stores, key), levels=tuple(own)))
    stores.registers.save_firms(firms)
    done = []
    for firm in firms:
        said = {"firm": firm.key, "levels": msgspec.to_builtins(firm.levels)}
        record(stores, STREAM, person, SET, said, now, f"{command}:{firm.key}")
        cases = every(stores, _READS_ALL, CaseFilter(firm=firm.key, states=OPEN_STATES), now)
        for case in cases:
            project(stores, case, firm, now)
        done.append(LevelsSet(firm=firm.key, levels=len(firm.levels), cases=len(cases)))
    return done


_READS_ALL = Person(key="levels", name="Service levels", roles=("auditor",))
"""Lists the cases whose rows are written anew: whoever sets levels need not be one who reads cases."""


def shown(stores: Stores, person: Person, firm: str | None) -> dict[str, tuple[ServiceLevel, ...]]:
    """The levels of the firms that the person may see, by key; of one firm where one is named. Needs the right to read cases."""
    require(person, Right.READ_CASES, firm)
    firms = [firm_of(stores, firm)] if firm is not None else stores.registers.firms()
    return {one.key: one.levels for one in firms if in_scope(person, one.key)}


def tried(
    stores: Stores, person: Person, firm: str, *, at: datetime, source: str, kind: str | None, priority: str
) -> tuple[Traced, ...]:  # fmt: skip
    """What a case of a firm would have to be answered by, with the trace, if it began at a moment. Needs the right to read cases."""
    require(person, Right.READ_CASES, firm)
    found = firm_of(stores, firm)
    starts: dict[str, datetime | None] = {"published": at, "collected": at, "opened": at}
    levels = fitting(found.levels, source=source, kind=kind, priority=priority, starts=starts)
    return tuple(traced(promised(level, at, share=found.at_risk, closures=found.closures).deadline) for level in levels)
