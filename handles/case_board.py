"""`plaint case`: how the work lies, counted over all cases: the board, and what falls due in a month."""

from __future__ import annotations

from typing import Annotated

import typer

from handles.case_bulk import AssigneeOption, FirmOption, StateOption, ViewOption, WithOption, WithoutOption, asked_of, filter_of
from handles.case_options import answer
from handles.options import AsOption, StoreOption, now, wrong_usage


def commands(case: typer.Typer) -> None:
    """Register the commands."""
    case.command("board")(board)
    case.command("month")(month)


def board(
    firm: FirmOption = None,
    state: StateOption = None,
    assignee: AssigneeOption = None,
    with_: WithOption = None,
    without: WithoutOption = None,
    view: ViewOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Count the open cases by team, state and owner.

    Example: plaint case board --firm northgate --as anna
    """
    from plaint.desk import board as desk

    wanted = filter_of(firm, state, assignee, None, with_, without)
    answer(store, as_, lambda stores, person: {"lanes": desk.board(stores, person, asked_of(stores, person, wanted, view), now())})


def month(
    which: Annotated[str, typer.Argument(metavar="MONTH", help="A month, like 2026-12.")],
    firm: FirmOption = None,
    assignee: AssigneeOption = None,
    with_: WithOption = None,
    without: WithoutOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Count what falls due on each day of a month: cases, and clocks by firm, team and regime; days with nothing are left out.

    Example: plaint case month 2026-12 --with team:cards --as anna
    """
    from plaint.desk import board as desk

    year, dash, number = which.partition("-")
    if not (dash and year.isdigit() and number.isdigit()):
        wrong_usage(f"{which!r} is no month; write it like 2026-12")
    wanted = filter_of(firm, None, assignee, None, with_, without)
    answer(
        store, as_,
        lambda stores, person: {
            "days": [
                {"day": one.day, "cases": one.cases, "clocks": one.clocks, "would_be": one.would_be,
                 "firms": one.firms, "teams": {team or "none": many for team, many in one.teams.items()}, "regimes": one.regimes}
                for one in desk.month(
                    stores, person, year=int(year), month=int(number), wanted=asked_of(stores, person, wanted, None), now=now()
                )
                if one.cases
            ]
        },
    )  # fmt: skip
