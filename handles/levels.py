"""`plaint levels`: a firm's own service levels, counted in its staffed hours beside the clocks of the law."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from handles.case_options import answer
from handles.options import AsOption, StoreOption, now, refuse, wrong_usage

if TYPE_CHECKING:
    from plaint.model import Person
    from plaint.ports import Stores


def add(app: typer.Typer) -> None:
    """Register the commands."""
    levels = typer.Typer(name="levels", no_args_is_help=True, help="A firm's own service levels, counted in its staffed hours.")
    levels.command("import")(import_levels)
    levels.command("show")(show)
    levels.command("try")(try_level)
    app.add_typer(levels)


def import_levels(
    file: Annotated[Path, typer.Argument(help="A TOML file with hours and levels; docs/deadlines.md shows one.")],
    command: Annotated[str | None, typer.Option("--command", metavar="ID", help="Do it once however often this id is given.")] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Replace the service levels of each firm that the file names, by all their versions; what they were stays in the log.

    Example: plaint levels import levels.toml --as carla
    """
    from plaint.deadlines.levels_file import BadLevels, levels_in
    from plaint.desk import levels as desk

    try:
        found = levels_in(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{file} cannot be read: {error}")
    except BadLevels as bad:
        refuse(f"{file}: {bad}")
    if not found:
        refuse(f"{file}: no levels; begin one with [[levels]]")
    answer(store, as_, lambda stores, person: {"set": desk.set_levels(stores, person, found, now=now(), command=command or uuid4().hex)})


def show(
    firm: Annotated[str | None, typer.Option("--firm", help="Only this firm's.")] = None, store: StoreOption = None, as_: AsOption = None
) -> None:  # fmt: skip
    """Show the service levels of the firms, every version, in the order in which they are looked at.

    Example: plaint levels show --firm northgate --as anna
    """
    from plaint.desk import levels as desk

    answer(store, as_, lambda stores, person: {"firms": desk.shown(stores, person, firm)})


def try_level(
    firm: Annotated[str, typer.Option("--firm", help="Whose levels.")],
    at: Annotated[str, typer.Option("--at", metavar="ISO", help="When it was published, collected and opened, with its offset.")],
    source: Annotated[str, typer.Option("--source", help="The channel: the key of a source.")] = "",
    kind: Annotated[str | None, typer.Option("--kind", help="review, post, comment, reply, question or case.")] = None,
    priority: Annotated[str, typer.Option("--priority", help="urgent, high, normal or low.")] = "normal",
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Count the service levels for a case that does not exist, with each interval counted or skipped.

    Example: plaint levels try --firm northgate --at 2026-12-24T16:45:00Z --source trustpilot --as anna
    """
    from datetime import datetime

    from plaint.desk import levels as desk

    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        wrong_usage(f"--at is {at!r}; write a moment with its offset, like 2026-12-24T16:45:00Z")
    if moment.tzinfo is None:
        wrong_usage(f"--at is {at!r}, without an offset from UTC; write it like 2026-12-24T16:45:00Z")

    def count(stores: Stores, person: Person) -> Any:
        return {"clocks": desk.tried(stores, person, firm, at=moment, source=source, kind=kind, priority=priority)}

    answer(store, as_, count)
