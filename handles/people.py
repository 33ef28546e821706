"""`plaint people`: the accounts of those who work here."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from handles.options import AsOption, StoreOption, acting, need_store, now, opened, refuse, say

if TYPE_CHECKING:
    from plaint.model import Person

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="The account: small letters, digits, dots and dashes.")]
PasswordOption = Annotated[bool, typer.Option("--password", help="Ask for a password, or read it from standard input in a pipe.")]
RolesOption = Annotated[list[str] | None, typer.Option("--role", help="reader, agent, approver, compliance, auditor or admin; may be repeated.")]
FirmsOption = Annotated[list[str] | None, typer.Option("--firm", help="Limit the account to this firm; may be repeated (default: all firms).")]


def add(app: typer.Typer) -> None:
    """Register the commands."""
    people = typer.Typer(name="people", no_args_is_help=True, help=__doc__)
    people.command("list")(list_people)
    people.command("add")(add_person)
    people.command("password")(set_password)
    people.command("change")(change_person)
    app.add_typer(people)


def list_people(store: StoreOption = None) -> None:
    """List the accounts, one JSON object a line.

    Example: plaint people list
    """
    from plaint.desk.people import listed

    need_store(store)
    with opened(store) as stores:
        for person in listed(stores):
            say(person)


def add_person(
    key: KeyArgument,
    name: Annotated[str, typer.Option("--name", help="The person's name.")],
    role: RolesOption = None,
    firm: FirmsOption = None,
    password: PasswordOption = False,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Create an account. The first account of a store must be an admin and needs no --as.

    Example: plaint people add anna --name "Anna Berg" --role admin
    """
    from plaint.desk.people import add, listed
    from plaint.desk.rights import Refused

    with opened(store) as stores:
        by: Person | None = acting(stores, as_) if listed(stores) else None
        try:
            made = add(stores, by, key=key, name=name, roles=role or [], firms=firm or None,
                       password=_asked() if password else None, now=now(), command=uuid4().hex)  # fmt: skip
        except Refused as refusal:
            refuse(refusal.reason)
        say(made)


def set_password(key: KeyArgument, store: StoreOption = None, as_: AsOption = None) -> None:
    """Set the password of an account: your own, or anybody's if you are admin. It is asked for, or read from a pipe.

    Example: plaint people password anna --as anna
    """
    from plaint.desk.people import set_password as set_it
    from plaint.desk.rights import Refused

    need_store(store)
    with opened(store) as stores:
        by = acting(stores, as_)
        try:
            set_it(stores, by, key, _asked(), now=now(), command=uuid4().hex)
        except Refused as refusal:
            refuse(refusal.reason)
        say({"key": key, "password": "set"})


def change_person(
    key: KeyArgument,
    role: RolesOption = None,
    firm: FirmsOption = None,
    active: Annotated[bool | None, typer.Option("--on/--off", help="Switch the account on or off.")] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Change the roles or firms of an account, or switch it off; what is not given stays.

    Example: plaint people change tom --role compliance --as anna
    """
    from plaint.desk.people import change
    from plaint.desk.rights import Refused

    need_store(store)
    with opened(store) as stores:
        by = acting(stores, as_)
        try:
            changed = change(stores, by, key, roles=role or None, firms=firm or None, active=active, now=now(), command=uuid4().hex)
        except Refused as refusal:
            refuse(refusal.reason)
        say(changed)


def _asked() -> str:
    """A password: typed twice without showing it, or the first line of a pipe."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return asked
