"""`plaint import`: take saved pages, archives and recordings in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from handles.options import AsOption, StoreOption, now, opened, refuse, say, wrong_usage


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("import")(import_)


def import_(
    paths: Annotated[list[Path], typer.Argument(exists=True, metavar="PATH…", help="Files, folders, ZIP, WARC (.warc, .warc.gz), HAR.")],
    source: Annotated[str | None, typer.Option(metavar="KEY", help="Which source they are from (default: found out for each page).")] = None,
    firm: Annotated[str | None, typer.Option(metavar="F", help="The firm whose pages they are, where the pages do not say.")] = None,
    at: Annotated[
        str | None, typer.Option(metavar="ISO", help="When they were fetched; relative dates count from here (default: the file's own time).")
    ] = None,
    url: Annotated[str | None, typer.Option(metavar="U", help="Where a single page came from.")] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Read saved pages with the same source files as a crawl and store what they say; the last line is the ledger as JSON.

    Each file is kept as evidence. What cannot be read or understood is counted and lies in the quarantine with its
    reason (`plaint quarantine list`); the exit status is 0 once every file was dealt with. Importing again adds nothing
    twice, so an import that was cut off is simply started again.

    Example: plaint import ~/saved-pages reviews.warc.gz --firm northgate
    """
    from crawlers.importing import Importer
    from crawlers.registry import source as source_of
    from crawlers.run import firm_named
    from crawlers.saved import saved_pages
    from handles.crawl import Progress, ledger_of, may_collect
    from plaint.desk.rights import Refused

    try:
        one = source_of(source) if source is not None else None
    except LookupError as error:
        wrong_usage(error.args[0])
    when = _moment(at)
    progress = Progress() if sys.stderr.isatty() else None
    with opened(store) as stores:
        try:
            may_collect(stores, as_, [firm])
            asked = firm_named(stores, firm) if firm is not None else None
        except (Refused, LookupError) as error:
            refuse(str(error.args[0]))
        done = Importer(stores, source=one, firm=asked, now=now(), progress=progress).take_in(saved_pages(paths, at=when, url=url))
    if progress is not None:
        print(file=sys.stderr)
    say(ledger_of(done.runs, files=done.files, unreadable=done.unreadable))


def _moment(at: str | None) -> str | None:
    """`--at` as ISO 8601 in UTC; a moment without a zone is taken as UTC."""
    from datetime import UTC, datetime

    from plaint.model import iso

    if at is None:
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        wrong_usage(f"--at wants ISO 8601, as 2026-01-31T09:00:00Z, not {at!r}")
    return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
