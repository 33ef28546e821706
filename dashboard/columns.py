"""The columns of the board: what each holds, as a question for the store, so that its count is exact and its cards are paged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard.wording import say
from plaint.cases.work import Priority
from plaint.ports import CaseFilter

BY = ("state", "team", "priority")
"""What the columns can stand for."""

STATES = ("CANDIDATE", "CONFIRMED_COMPLAINT", "CLOSED", "NOT_A_COMPLAINT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its key in the address, its heading, and its cases."""

    key: str
    title: str
    wanted: CaseFilter


def columns(by: str, wanted: CaseFilter, *, state: str, teams: Sequence[str]) -> list[Column]:
    """The columns within `wanted`; `state` is the one the address asks for, if any, `teams` those that have cases."""
    if by == "team":
        return [*(Column(key=team, title=team, wanted=_with(wanted, f"team:{team}")) for team in teams), _no_team(wanted, teams)]
    if by == "priority":
        return [_priority(level, wanted) for level in Priority]
    return [
        Column(key=one, title=say(f"state.{one}"), wanted=replace(wanted, states=(one,)))
        for one in STATES if one == (state or one)
    ]  # fmt: skip


def _with(wanted: CaseFilter, mark: str) -> CaseFilter:
    return replace(wanted, marks=(*wanted.marks, mark))


def _no_team(wanted: CaseFilter, teams: Sequence[str]) -> Column:
    return Column(key="-", title=say("board.no_team"), wanted=replace(wanted, without=(*wanted.without, *(f"team:{team}" for team in teams))))


def _priority(level: Priority, wanted: CaseFilter) -> Column:
    """A case of normal priority has no mark of it."""
    others = tuple(f"priority:{one}" for one in Priority if one is not Priority.NORMAL)
    narrowed = replace(wanted, without=(*wanted.without, *others)) if level is Priority.NORMAL else _with(wanted, f"priority:{level}")
    return Column(key=level.value, title=level.value.capitalize(), wanted=narrowed)
