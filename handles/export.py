"""`plaint export`: the whole answer to a query as a file, or no file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from handles.options import AsOption, StoreOption, acting_or_operator, need_store, now, opened, refuse, say, wrong_usage


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(export)


def export(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to export, in the language of `plaint search`; '' is everything.")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The file to write; its ending says how: .csv .ndjson .xlsx .parquet")],
    sort: Annotated[str, typer.Option(metavar="ORDER", help="newest, oldest, rating_low, rating_high or collected.")] = "newest",
    masked: Annotated[
        bool | None, typer.Option("--masked/--unmasked", help="Hide personal data in titles and texts; with --as it is hidden unless --unmasked.")
    ] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Write every post that matches, in order, with FILE.manifest.json beside it.

    The file appears only when it is complete, its manifest last; a file without a manifest is no export.
    What was exported, by whom, and whether masked, is an entry in the access log.

    Example: plaint export 'firm:northgate rating:<3' --to complaints.csv --as ada
    """
    from importlib.metadata import version
    from uuid import uuid4

    import msgspec

    from indexer.files import placed
    from plaint.desk import exports
    from plaint.desk.rights import Refused
    from plaint.query.parse import Unreadable
    from plaint.query.tree import Sort
    from plaint.reports.export import Format, Unwritable

    ending = to.suffix.lower().removeprefix(".")
    if ending not in set(Format):
        wrong_usage(f"{to}: the ending says how to write; it can be {', '.join(f'.{kind}' for kind in Format)}")
    if sort not in {order.value for order in exports.ORDERS}:
        wrong_usage(f"no order {sort!r}; there are {', '.join(exports.ORDERS)}")
    if not to.parent.is_dir():
        refuse(f"{to.parent}: no such folder; make it first")
    wanted = exports.Wanted(query=query, format=Format(ending), name=to.name, sort=Sort(sort), masked=masked)
    need_store(store)
    with opened(store) as stores:
        person = acting_or_operator(stores, as_)
        try:
            with placed(to) as out, _shown() as told:
                made = exports.export(stores, person, wanted, out, version=version("plaint"), now=now(), command=f"export-{uuid4()}", told=told)
                manifest_of(to).unlink(missing_ok=True)
            with placed(manifest_of(to)) as beside:
                beside.write(msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n")
        except Unreadable as error:
            refuse(f"{error} The query was: {query}")
        except (Refused, Unwritable, ValueError) as error:
            refuse(str(error))
        except OSError as error:
            refuse(f"{to}: {error.strerror or error}; nothing was exported")
    if made.cut_cells:
        print(f"plaint: {made.cut_cells} cells were longer than .xlsx allows and say so at their end; .csv holds them whole", file=sys.stderr)
    say(made)


def manifest_of(file: Path) -> Path:
    """Where the manifest of an export lies."""
    return file.with_name(f"{file.name}.manifest.json")


class _Told:
    """Shows on a terminal how many rows are written."""

    def __call__(self, rows: int) -> None:
        print(f"\r{rows:,} posts", end="", file=sys.stderr, flush=True)


@contextmanager
def _shown() -> Iterator[_Told | None]:
    """Progress for people; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    yield _Told()
    print("\r\033[K", end="", file=sys.stderr)
