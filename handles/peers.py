"""`plaint peers`: what regulators publish about single firms, kept with its source, beside the others' and beside our own posts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from handles.case_options import answer
from handles.options import AsOption, StoreOption, acting_or_operator, need_store, now, opened, refuse, say

if TYPE_CHECKING:
    from plaint.insight.peers import Unread
    from plaint.model import Person
    from plaint.ports import Stores
    from plaint.reference import Figure


def add(app: typer.Typer) -> None:
    """Register the commands."""
    peers = typer.Typer(name="peers", no_args_is_help=True, help="Regulators' figures of firms, beside each other and beside our own posts.")
    peers.command("import")(import_table)
    peers.command("list")(list_tables)
    peers.command("show")(show)
    app.add_typer(peers)


def import_table(
    file: Annotated[Path, typer.Argument(help="A table of the FCA's firm complaints data, or a download of the CFPB's complaints, as CSV.")],
    measure: Annotated[
        str, typer.Option(metavar="NAME", help="What the product columns show, where the table does not say: upheld, closed_within_3_days.")
    ] = "share",
    url: Annotated[str | None, typer.Option(metavar="URL", help="Where the file was got.")] = None,
    command: Annotated[str | None, typer.Option("--command", metavar="ID", help="Do it once however often this id is given.")] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Keep the figures of a table, each with its row, under the digest of the file; say what was read, as JSON.

    Cells that are neither figures nor blank are listed as `unread`; the others are kept.

    Example: plaint peers import upheld.csv --measure upheld --url https://regulator.example/upheld.csv --as carla
    """
    from hashlib import file_digest

    from plaint.desk.peers import keep_table
    from plaint.model import iso
    from plaint.reference import Table

    try:
        with file.open("rb") as raw:
            digest = file_digest(raw, "sha256").hexdigest()
        publisher, figures, unread = _read(file, measure)
    except OSError as error:
        refuse(f"{file} cannot be read: {error.strerror}")
    except ValueError as error:
        refuse(f"{file.name}: {error}")
    if not figures:
        refuse(f"{file.name}: no figures in it; {len(unread)} cells were no figures")
    at = now()

    def act(stores: Stores, person: Person) -> dict[str, Any]:
        table = Table(
            digest=digest, name=file.name, publisher=publisher, url=url, measure=measure if publisher == "FCA" else "counted",
            figures=len(figures), unread=len(unread), start=min(one.start for one in figures), end=max(one.end for one in figures),
            at=iso(at), by=person.key,
        )  # fmt: skip
        is_new = keep_table(stores, person, table, figures, now=at, command=command or uuid4().hex)
        return {"new": is_new, "table": table, "firms": len({one.firm.casefold() for one in figures}), "unread": unread[:20]}

    answer(store, as_, act)


def _read(file: Path, measure: str) -> tuple[str, list[Figure], list[Unread]]:
    """Whose table it is, its figures, and what was no figure; raises ValueError for another table."""
    from plaint.insight.cfpb_firms import count_complaints, is_download
    from plaint.insight.peers import Unread, read_table

    with file.open(encoding="utf-8-sig", newline="") as lines:
        is_counted = is_download(lines.readline())
        lines.seek(0)
        read = list(count_complaints(lines) if is_counted else read_table(lines.read(), measure))
    figures = [one for one in read if not isinstance(one, Unread)]
    return "CFPB" if is_counted else "FCA", figures, [one for one in read if isinstance(one, Unread)]


def list_tables(store: StoreOption = None, as_: AsOption = None) -> None:
    """List the tables that are kept, each with its digest, its periods, where it is from and who took it in.

    Example: plaint peers list
    """
    from plaint.desk.peers import tables

    _told(store, as_, lambda stores, person: {"tables": tables(stores, person)})


def show(
    firm: Annotated[str, typer.Option(metavar="KEY", help="The firm, by its key in the firms register.")],
    name: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="What the tables call it, where that is no name or alias of the firm; repeatable.")
    ] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Show each published figure of a firm: its table and row, the other firms' of the same half-year, our own posts of the same days.

    Example: plaint peers show --firm northgate --name "Northgate Bank plc"
    """
    from plaint.desk.peers import show as shown

    _told(store, as_, lambda stores, person: shown(stores, person, firm, name or ()))


def _told(store: str | None, as_: str | None, ask: Callable[[Stores, Person], Any]) -> None:
    """Print what a question gives; whoever has the files may ask it without an account."""
    from plaint.desk.rights import Refused

    need_store(store)
    with opened(store) as stores:
        try:
            said = ask(stores, acting_or_operator(stores, as_))
        except Refused as refusal:
            refuse(refusal.reason)
        say(said)
