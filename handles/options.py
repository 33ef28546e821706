"""Options and manners that all commands share: `--store`, `--as`, how a refusal ends, JSON on standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from plaint.model import Person
    from plaint.ports import Stores

StoreOption = Annotated[
    str | None, typer.Option("--store", metavar="ADDRESS", help="Where everything is kept (default: PLAINT_STORE, else sqlite:///plaint.db).")
]
AsOption = Annotated[str | None, typer.Option("--as", metavar="PERSON", help="Who acts: the key of an account (default: PLAINT_PERSON).")]


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def refuse(reason: str) -> NoReturn:
    """End with exit status 1 and one line on standard error."""
    print(f"plaint: {' '.join(reason.split())}", file=sys.stderr)
    raise typer.Exit(1)


def wrong_usage(reason: str) -> NoReturn:
    """End with exit status 2 and one line on standard error."""
    print(f"plaint: {' '.join(reason.split())}", file=sys.stderr)
    raise typer.Exit(2)


@contextmanager
def opened(address: str | None) -> Iterator[Stores]:
    """The stores at `address` (or of the settings), closed afterwards; a store that is down is a refusal."""
    from indexer.connect import connect
    from plaint.ports import StoreDown
    from settings import settings
    from settings.events import log_to_stderr

    try:
        log_to_stderr(settings().log)
        stores = connect(address or settings().store, evidence=settings().evidence)
    except (StoreDown, ValueError) as error:
        refuse(str(error))
    try:
        yield stores
    except StoreDown as error:
        refuse(str(error))
    finally:
        stores.close()


def need_store(address: str | None) -> None:
    """Refuse a store that is not there, where an empty new one would be a wrong answer to a mistyped address."""
    from indexer.connect import is_there, shown
    from plaint.ports import StoreDown
    from settings import settings

    address = address or settings().store
    try:
        if not is_there(address):
            refuse(f"{shown(address)}: no store there; is --store right?")
    except (StoreDown, ValueError) as error:
        refuse(str(error))


def need_evidence(address: str | None) -> None:
    """As `need_store`, but evidence alone is enough: the posts are made again from it."""
    from indexer.connect import evidence_beside
    from plaint.ports import StoreDown
    from settings import settings

    try:
        kept = settings().evidence or evidence_beside(address or settings().store)
    except (StoreDown, ValueError) as error:
        refuse(str(error))
    if not kept.is_dir():
        need_store(address)


def acting(stores: Stores, key: str | None) -> Person:
    """The account that acts; a refusal says how to name one."""
    from settings import settings

    key = key or settings().person
    people = {person.key: person for person in stores.registers.people()}
    if key is None:
        refuse("who acts? Give --as PERSON or set PLAINT_PERSON; `plaint people list` shows the accounts")
    if key not in people or not people[key].active:
        from rapidfuzz.process import extractOne

        near = extractOne(key, [k for k in people if people[k].active], score_cutoff=60)
        refuse(f"no active account {key!r}" + (f"; did you mean {near[0]}?" if near else "; `plaint people list` shows the accounts"))
    return people[key]


def acting_or_operator(stores: Stores, key: str | None) -> Person:
    """The account that acts, or whoever has the files when none is named: for what needs no more than the files."""
    from plaint.desk.archive import OPERATOR
    from settings import settings

    return OPERATOR if key is None and settings().person is None else acting(stores, key)


def say(value: Any) -> None:
    """One JSON object on one line of standard output."""
    import msgspec

    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


@contextmanager
def shown() -> Iterator[Callable[[str, int], None]]:
    """Progress for people; nothing in a pipe."""
    is_shown = sys.stderr.isatty()

    def told(what: str, count: int) -> None:
        if is_shown:
            print(f"\r\033[K{what}: {count:,}", end="", file=sys.stderr, flush=True)

    yield told
    if is_shown:
        print("\r\033[K", end="", file=sys.stderr)
