"""`plaint case`: what changes the clocks of a complaint: pauses, where a regime has them, and the facts that it asks to know."""

from __future__ import annotations

from typing import Annotated

import typer

from handles.case_options import Act, CaseArgument, OnOption, ReasonOption, act, does
from handles.options import wrong_usage

RegimeOption = Annotated[str, typer.Option("--regime", help="Whose clocks, such as AU-RG271.")]


def commands(case: typer.Typer) -> None:
    """Register the commands."""
    for name, command in (("pause", pause), ("resume", resume), ("facts", facts)):
        case.command(name)(command)


@act
def pause(
    case: CaseArgument,
    regime: RegimeOption,
    why: Annotated[str, typer.Option("--for", metavar="PAUSE", help="One of the regime's pauses, such as customer_advocate_review.")],
    reason: ReasonOption,
    on: OnOption = None,
) -> Act:
    """Let the clocks of a regime stand still, only where the regime has such a pause.

    Example: plaint case pause c-ab2c-3def-4ghi --regime AU-RG271 --for customer_advocate_review --reason "went to the advocate" --as anna
    """
    from plaint.cases.timing import Pause

    return does(case, Pause(regime=regime, why=why, reason=reason, on=on))


@act
def resume(
    case: CaseArgument,
    regime: RegimeOption,
    reason: ReasonOption,
    on: OnOption = None,
) -> Act:
    """Let the clocks of a regime go on after a pause.

    Example: plaint case resume c-ab2c-3def-4ghi --regime AU-RG271 --reason "the advocate sent it back" --as anna
    """
    from plaint.cases.timing import Resume

    return does(case, Resume(regime=regime, reason=reason, on=on))


@act
def facts(
    case: CaseArgument,
    said: Annotated[list[str], typer.Argument(metavar="NAME=VALUE…", help="Such as complaint_kind=traditional_trustee or mifid_or_ucits=true.")],
    regime: RegimeOption,
    reason: ReasonOption,
) -> Act:
    """Say what a regime asks to know of a complaint, on which the length of its clocks depends.

    Example: plaint case facts c-ab2c-3def-4ghi complaint_kind=death_benefit --regime AU-RG271 --reason "about a death benefit" --as tom
    """
    from plaint.cases.timing import StateFacts

    named: dict[str, bool | str] = {}
    for one in said:
        name, sign, value = one.partition("=")
        if not sign:
            wrong_usage(f"{one!r} is no fact; write it like complaint_kind=standard")
        named[name] = {"true": True, "false": False}.get(value, value)
    return does(case, StateFacts(regime=regime, facts=named, reason=reason))
