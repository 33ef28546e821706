"""`plaint case`: which cases, saved views of them, the same act on all that match, and texts for many."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from handles.case_options import CaseArgument, CommandOption, answer
from handles.options import AsOption, StoreOption, now, wrong_usage

if TYPE_CHECKING:
    from plaint.cases.commands import Command
    from plaint.model import Person
    from plaint.ports import CaseFilter, Stores

FirmOption = Annotated[str | None, typer.Option("--firm", help="Only this firm.")]
StateOption = Annotated[list[str] | None, typer.Option("--state", help="Only this state, such as CANDIDATE; may be repeated.")]
AssigneeOption = Annotated[str | None, typer.Option("--assignee", help="Only the cases of this account; `nobody`: those nobody has; `me`.")]
DueBeforeOption = Annotated[str | None, typer.Option("--due-before", metavar="ISO", help="Only cases due before this moment, in UTC.")]
WithOption = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="MARK", help="Only with this mark: label:refund, team:cards, priority:high, mention:tom …; may be repeated."),
]
WithoutOption = Annotated[list[str] | None, typer.Option("--without", metavar="MARK", help="Only without this mark; may be repeated.")]
ViewOption = Annotated[str | None, typer.Option("--view", help="What a saved view asks for; the other options narrow it.")]
KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="Its name: small letters, digits, dashes.")]


def commands(case: typer.Typer) -> None:
    """Register the commands."""
    for name, command in (
        ("bulk", bulk), ("take-back", take_back), ("views", views), ("save-view", save_view), ("drop-view", drop_view),
        ("macros", macros), ("save-macro", save_macro), ("drop-macro", drop_macro), ("macro", macro),
    ):  # fmt: skip
        case.command(name)(command)


def filter_of(
    firm: str | None, state: list[str] | None, assignee: str | None, due_before: str | None, with_: list[str] | None, without: list[str] | None
) -> CaseFilter:  # fmt: skip
    """The options as a filter; a state that does not exist is wrong usage."""
    from plaint.cases.case import State
    from plaint.ports import CaseFilter

    for one in state or ():
        if one not in set(State):
            wrong_usage(f"no state {one!r}: {', '.join(State)}")
    return CaseFilter(
        firm=firm, states=tuple(state or ()), assignee=None if assignee == "nobody" else assignee, unassigned=assignee == "nobody",
        due_before=due_before, marks=tuple(with_ or ()), without=tuple(without or ()),
    )  # fmt: skip


def asked_of(stores: Stores, person: Person, wanted: CaseFilter, view: str | None) -> CaseFilter:
    """A filter narrowed by a saved view, and `me` named."""
    from dataclasses import replace

    from plaint.desk import shelf

    if wanted.assignee == shelf.ME:
        wanted = replace(wanted, assignee=person.key)
    if view is None:
        return wanted
    saved = shelf.view(stores, person, view).filter(person, now())
    return replace(
        saved, firm=wanted.firm or saved.firm, states=wanted.states or saved.states, assignee=wanted.assignee or saved.assignee,
        unassigned=wanted.unassigned or saved.unassigned, due_before=wanted.due_before or saved.due_before,
        marks=(*saved.marks, *wanted.marks), without=(*saved.without, *wanted.without),
    )  # fmt: skip


def _acts() -> dict[str, Callable[[str], Command]]:
    """What can be done in bulk, by the name of the act, from its one value."""
    from plaint.cases import work
    from plaint.cases.commands import Acknowledge, Assign, Close

    return {
        "assign": lambda value: Assign(to=None if value == "nobody" else value),
        "route": lambda value: work.Route(team=None if value == "none" else value),
        "priority": lambda value: work.Prioritise(priority=value),
        "label": lambda value: work.Label(add=(value,)),
        "unlabel": lambda value: work.Label(remove=(value,)),
        "snooze": lambda value: work.Snooze(until=value),
        "acknowledge": lambda _: Acknowledge(),
        "close": lambda value: Close(how=value or None),
    }


def bulk(
    act: Annotated[str, typer.Argument(metavar="ACT", help="assign, route, priority, label, unlabel, snooze, acknowledge or close.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="To whom, which team, level, label, moment or ending.")] = "",
    firm: FirmOption = None,
    state: StateOption = None,
    assignee: AssigneeOption = None,
    due_before: DueBeforeOption = None,
    with_: WithOption = None,
    without: WithoutOption = None,
    view: ViewOption = None,
    do: Annotated[int | None, typer.Option("--do", metavar="N", help="Do it, if N cases match; without, they are only counted.")] = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Do the same to all cases that match. Without --do they are only counted; what was done can be taken back.

    Example: plaint case bulk assign tom --state CANDIDATE --with label:refund --do 37 --as anna
    """
    from plaint.desk import bulk as desk

    if act not in _acts():
        from rapidfuzz.process import extractOne

        near = extractOne(act, list(_acts()), score_cutoff=60)
        wrong_usage(f"no act {act!r}" + (f"; did you mean {near[0]}?" if near else "") + f"; there are {', '.join(_acts())}")
    asked, wanted = _acts()[act](value), filter_of(firm, state, assignee, due_before, with_, without)

    def run(stores: Stores, person: Person) -> Any:
        narrowed = asked_of(stores, person, wanted, view)
        if do is None:
            return {"act": act, "would_do": desk.count(stores, person, narrowed, now())}
        return desk.run(stores, person, narrowed, asked, expect=do, now=now(), command=command or f"bulk-{uuid4()}")

    answer(store, as_, run)


def take_back(
    bulk: Annotated[str, typer.Argument(metavar="ID", help="The id of a bulk act, as it was printed.")],
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Take back a bulk act, by acts that bring back what was; what somebody has changed again since is left.

    Example: plaint case take-back bulk-0b5e --as anna
    """
    from plaint.desk import bulk as desk

    answer(store, as_, lambda stores, person: desk.take_back(stores, person, bulk, now=now(), command=command or f"back-{uuid4()}"))


def views(store: StoreOption = None, as_: AsOption = None) -> None:
    """List the saved views, each with how many cases match for you now.

    Example: plaint case views --as tom
    """
    from plaint.desk import shelf

    answer(store, as_, lambda stores, person: {"views": shelf.views(stores, person, now())})


def save_view(
    key: KeyArgument,
    firm: FirmOption = None,
    state: StateOption = None,
    assignee: AssigneeOption = None,
    due_within: Annotated[int | None, typer.Option("--due-within", metavar="DAYS", help="Due within so many days of whenever one looks.")] = None,
    with_: WithOption = None,
    without: WithoutOption = None,
    shared: Annotated[bool, typer.Option("--shared", help="For everybody.")] = False,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Keep a question about cases under a name, for yourself or for everybody.

    Example: plaint case save-view my-week --assignee me --due-within 7 --as tom
    """
    from plaint.desk import shelf

    wanted = filter_of(firm, state, assignee, None, with_, without)

    def save(stores: Stores, person: Person) -> Any:
        shelf.save_view(stores, person, key, wanted, shared=shared, due_within=due_within, now=now(), command=uuid4().hex)
        return {"view": key}

    answer(store, as_, save)


def drop_view(key: KeyArgument, store: StoreOption = None, as_: AsOption = None) -> None:
    """Forget a view of your own.

    Example: plaint case drop-view my-week --as tom
    """
    from plaint.desk import shelf

    def drop(stores: Stores, person: Person) -> Any:
        shelf.drop_view(stores, person, key, now=now(), command=uuid4().hex)
        return {"dropped": key}

    answer(store, as_, drop)


def macros(store: StoreOption = None, as_: AsOption = None) -> None:
    """List the texts for many cases.

    Example: plaint case macros --as tom
    """
    from plaint.desk import shelf

    answer(store, as_, lambda stores, person: {"macros": shelf.macros(stores, person)})


def save_macro(
    key: KeyArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="With blanks {case} {title} {firm} {due} {me}; - reads it from standard input.")],
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Keep a text for many cases under a name.

    Example: plaint case save-macro sorry "We are sorry about {title}. {firm} answers by {due}." --as tom
    """
    from plaint.desk import shelf

    words = sys.stdin.read() if text == "-" else text

    def save(stores: Stores, person: Person) -> Any:
        shelf.save_macro(stores, person, key, words, now=now(), command=uuid4().hex)
        return {"macro": key}

    answer(store, as_, save)


def drop_macro(key: KeyArgument, store: StoreOption = None, as_: AsOption = None) -> None:
    """Forget a text for many cases.

    Example: plaint case drop-macro sorry --as tom
    """
    from plaint.desk import shelf

    def drop(stores: Stores, person: Person) -> Any:
        shelf.drop_macro(stores, person, key, now=now(), command=uuid4().hex)
        return {"dropped": key}

    answer(store, as_, drop)


def macro(key: KeyArgument, case: CaseArgument, store: StoreOption = None, as_: AsOption = None) -> None:
    """Print a text for many cases with its blanks filled for one.

    Example: plaint case macro sorry c-ab2c-3def-4ghi --as tom
    """
    from plaint.desk import shelf

    answer(store, as_, lambda stores, person: {"text": shelf.filled(stores, person, key, case, now())})
