"""What the commands of `plaint case` share: their options, how they act once, how a case is printed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from handles.options import AsOption, StoreOption, acting, need_store, now, opened, refuse, say, wrong_usage

if TYPE_CHECKING:
    from plaint.cases.case import Case
    from plaint.cases.clocks import CaseClock
    from plaint.cases.commands import Command
    from plaint.desk.casework import CaseView
    from plaint.model import Person
    from plaint.ports import Stores

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="The id of a case, like c-ab2c-3def-4ghi.")]
ExpectedOption = Annotated[int | None, typer.Option("--expected", metavar="VERSION", help="Refuse if the case is no longer at this version.")]
CommandOption = Annotated[str | None, typer.Option("--command", metavar="ID", help="Do it once however often this id is given.")]
ProductOption = Annotated[str | None, typer.Option("--product", help="A product's code or label, as `plaint case terms` shows them.")]
CauseOption = Annotated[str | None, typer.Option("--cause", help="Why they complain: a cause's code or label.")]
OutcomeOption = Annotated[str | None, typer.Option("--outcome", help="How it was answered: upheld, partly_upheld or not_upheld.")]
RedressOption = Annotated[str | None, typer.Option("--redress", metavar="AMOUNT", help="Money paid or offered, in pounds, like 120.50.")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", metavar="ISO", help="As it was at this moment (with its offset).")]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="ISO", help="When it was done, a moment with its offset or a local day, where it is noted only now.")
]
LateOption = Annotated[str | None, typer.Option("--reason", help="Why; needed with --on.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, in words that stay with the case.")]


def moment_given(said: str | None) -> str | None:
    """The moment that `--as-of` names, ISO 8601 in UTC; anything else is wrong usage."""
    from datetime import datetime

    from plaint.model import iso

    if said is None:
        return None
    try:
        return iso(datetime.fromisoformat(said))
    except ValueError:
        wrong_usage(f"--as-of is {said!r}; write a moment with its offset, like 2027-01-15T09:00:00Z")


def answer(store: str | None, as_: str | None, ask: Callable[[Stores, Person], Any]) -> None:
    """Print what a question or an act gives; a refusal ends with its reason."""
    from plaint.desk.rights import Refused

    need_store(store)
    with opened(store) as stores:
        person = acting(stores, as_)
        try:
            answer = ask(stores, person)
        except Refused as refusal:
            refuse(refusal.reason)
        say(answer)


Act = Callable[..., "Case"]
"""An act on one case: called with the stores, the person, and `now`, `command` and `expected`; gives the case as it is then."""


def act(says: Callable[..., Act]) -> Callable[..., None]:
    """A command that acts on one case, once, and prints it: `says` has the options of its own and gives the act.

    `--expected`, `--command`, `--store` and `--as` are the same for all of them and are added here.
    """

    @wraps(says)
    def command(*, expected: int | None, command: str | None, store: str | None, as_: str | None, **own: Any) -> None:
        done = says(**own)
        once = {"now": now(), "command": command or uuid4().hex, "expected": expected}
        answer(store, as_, lambda stores, person: case_json(done(stores, person, **once)))

    common = (("expected", ExpectedOption), ("command", CommandOption), ("store", StoreOption), ("as_", AsOption))
    added = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option) for name, option in common]
    own = inspect.signature(says, eval_str=True)
    command.__annotations__ = {}
    command.__signature__ = own.replace(parameters=[*own.parameters.values(), *added], return_annotation=None)  # type: ignore[attr-defined]
    return command


def does(case: str, asked: Command) -> Act:
    """The act that one command of a case is."""
    from plaint.desk import casework

    return lambda stores, person, **once: casework.perform(stores, person, case, asked, **once)


def case_json(case: Case) -> dict[str, Any]:
    """A case as it is printed."""
    from dataclasses import asdict

    return {"case": case.id, "state": case.state, **{name: value for name, value in asdict(case).items() if name != "id"}}


def shown(view: CaseView) -> dict[str, Any]:
    """A case with its history and clocks as it is printed."""
    from dataclasses import asdict

    history = [
        {"version": one.version, "at": one.at, "by": one.by, "event": type(one.event).__name__, **asdict(one.event)} for one in view.history
    ]  # fmt: skip
    clocks = [_clock(clock) for clock in view.clocks.clocks]
    return {
        **case_json(view.case), "history": history, "start": view.clocks.start, "receipts": view.clocks.receipts,
        "clocks": clocks, "trouble": view.clocks.trouble,
    }  # fmt: skip


def _clock(clock: CaseClock) -> dict[str, Any]:
    from plaint.deadlines.trace import traced

    return {
        "regime": clock.deadline.regime, "key": clock.deadline.key, "status": clock.status, "why_status": clock.why,
        "due": clock.due, "due_latest": clock.due_latest, "used": clock.used, "met_at": clock.met_at,
        "provisional": clock.provisional, "trace": traced(clock.deadline),
    }  # fmt: skip
