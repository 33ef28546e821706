"""What pages ask the desk about cases. Nothing here is ever kept: a case may change while one looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from dashboard import here
from plaint.cases.queues import OPEN_STATES, Queued
from plaint.desk import board, casework
from plaint.model import Firm, Person, iso
from plaint.ports import CaseFilter, CaseRow

ROWS = 50
"""Cases of one list."""

QUEUES = ("mine", "called", "triage", "approvals", "nobody", "due", "all")
"""The lists of My work: mine; where a note calls on me; likely complaints to decide; answers that wait for a second person; nobody's; due within
a week; every case, closed ones too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTally:
    """How many cases have an open clock due within a week, and how many of those are over."""

    cases: int
    over: int


def wanted(queue: str, person: Person, firm: Firm | None, *, limit: int = ROWS, offset: int = 0) -> CaseFilter:
    """The filter behind a queue's name."""
    now = here.now()
    only = firm.key if firm else None
    match queue:
        case "mine":
            return CaseFilter(firm=only, states=OPEN_STATES, assignee=person.key, limit=limit, offset=offset)
        case "called":
            return CaseFilter(firm=only, marks=(f"mention:{person.key}",), limit=limit, offset=offset)
        case "approvals":
            return CaseFilter(firm=only, marks=("reply:drafted",), limit=limit, offset=offset)
        case "triage":
            return CaseFilter(firm=only, states=("CANDIDATE",), limit=limit, offset=offset)
        case "nobody":
            return CaseFilter(firm=only, states=OPEN_STATES, unassigned=True, limit=limit, offset=offset)
        case "due":
            return CaseFilter(firm=only, states=OPEN_STATES, due_before=iso(now + timedelta(days=7)), limit=limit, offset=offset)
        case _:
            return CaseFilter(firm=only, limit=limit, offset=offset)


def queue(name: str, person: Person, firm: Firm | None) -> tuple[list[Queued], int]:
    """The items of a queue in the order in which they are to be done, with the reasons, and how many there are in all."""
    asked = wanted(name, person, firm)
    return casework.queue(here.stores(), person, asked, here.now())


def every(person: Person, firm: Firm | None, offset: int = 0) -> casework.Listed:
    """All cases, closed ones too."""
    return casework.list_cases(here.stores(), person, wanted("all", person, firm, offset=offset), here.now())


def counts(person: Person, firm: Firm | None) -> dict[str, int]:
    """How many items each queue has."""
    return {name: casework.list_cases(here.stores(), person, wanted(name, person, firm, limit=0), here.now()).total for name in QUEUES}


def due(person: Person, firm: Firm | None, limit: int) -> Sequence[CaseRow]:
    """The cases whose clock is due soonest."""
    listed = casework.list_cases(here.stores(), person, wanted("due", person, firm, limit=limit), here.now())
    return listed.rows


def due_tally(person: Person, firm: Firm | None) -> DueTally:
    """The figure "Due in 7 days"."""
    now, only = here.now(), firm.key if firm else None
    over = CaseFilter(firm=only, states=OPEN_STATES, due_before=iso(now), limit=0)
    soon = casework.list_cases(here.stores(), person, wanted("due", person, firm, limit=0), now)
    return DueTally(cases=soon.total, over=casework.list_cases(here.stores(), person, over, now).total)


def cases_of(person: Person, post: str) -> Sequence[CaseRow]:
    """The cases that a post belongs to: one a firm at most."""
    return casework.list_cases(here.stores(), person, CaseFilter(post=post, limit=10), here.now()).rows


def under(person: Person, case: str) -> Sequence[CaseRow]:
    """The cases that belong under a case."""
    return casework.list_cases(here.stores(), person, CaseFilter(marks=(f"parent:{case}",), limit=20), here.now()).rows


def teams_and_labels(person: Person, firm: Firm | None) -> tuple[list[str], list[str]]:
    """The teams and the labels that open cases have."""
    asked = CaseFilter(firm=firm.key if firm else None)
    lanes = board.board(here.stores(), person, asked, here.now())
    return sorted({lane.team for lane in lanes if lane.team}), sorted(board.labels(here.stores(), person, asked, here.now()))
