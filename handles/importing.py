"""`plaint import`: take saved pages, archives and recordings in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handles.options import AsOption, StoreOption, now, opened, refuse, say, wrong_usage

if TYPE_CHECKING:
    from crawlers.importing import Refusal
    from crawlers.registry import Source
    from crawlers.saved import Saved
    from plaint.model import Person
    from plaint.ports import Stores


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
    columns: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, metavar="MAPPING.toml", help="Read tables (CSV, XLSX): which column is which part of a post."),
    ] = None,
    reason: Annotated[
        str | None, typer.Option(metavar="WHY", help="Take pages in though their source is not approved; who may approve sources may, and says why.")
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="With --columns: show the first posts and every wrong row; store nothing.")] = False,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Read saved pages with the same source files as a crawl and store what they say; the last line is the ledger as JSON.

    Each file is kept as evidence. What cannot be read or understood is counted and lies in the quarantine with its
    reason (`plaint quarantine list`); the exit status is 0 once every file was dealt with. Importing again adds nothing
    twice, so an import that was cut off is simply started again.

    Pages of a source that is not approved are refused, unless it is one that can only be imported. While a store has no
    accounts, whoever has the files decides.

    Example: plaint import ~/saved-pages reviews.warc.gz --firm northgate

    Example: plaint import tickets.csv --columns tickets.toml --preview
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
    if preview and columns is None:
        wrong_usage("--preview shows tables: give their mapping with --columns MAPPING.toml")
    tables = None if columns is None else _tables(paths, columns, when)
    if preview and tables is not None:
        _show(tables)
        return
    progress = Progress() if sys.stderr.isatty() else None
    with opened(store) as stores:
        try:
            person = may_collect(stores, as_, [firm])
            refusal = _refusal(stores, person, one if tables is None else source_of("table"), firm, reason)
            asked = firm_named(stores, firm) if firm is not None else None
        except (Refused, LookupError) as error:
            refuse(str(error.args[0]))
        done = Importer(
            stores, source=one if tables is None else source_of("table"), firm=asked, now=now(), progress=progress, refusal=refusal
        ).take_in(saved_pages(paths, at=when, url=url) if tables is None else tables)
    if progress is not None:
        print(file=sys.stderr)
    say(ledger_of(done.runs, files=done.files, unreadable=done.unreadable))


def _refusal(stores: Stores, person: Person, one: Source | None, firm: str | None, reason: str | None) -> Refusal | None:
    """Which sources' pages are set aside; raises Refused where the one that is named may not be taken in."""
    from uuid import uuid4

    from plaint.desk import register
    from plaint.desk.archive import OPERATOR
    from plaint.desk.rights import Refused

    if reason is not None:
        register.import_anyway(stores, person, one.site.key if one is not None else None, reason, now(), str(uuid4()))
        return lambda _: None
    if person is OPERATOR and not stores.registers.people():
        return None
    approvals = stores.registers.approvals()
    if one is not None and (why := register.why_not_imported(approvals, one.site, firm, now())) is not None:
        raise Refused(f"{why}: `plaint sources approve {one.site.key} …`, or --reason WHY --as PERSON of somebody who may approve sources")
    return lambda site: register.why_not_imported(approvals, site, firm, now())


def _tables(paths: list[Path], columns: Path, at: str | None) -> list[Saved]:
    """The parts of all tables, once they are known to fit the mapping."""
    from crawlers.tables import Unfit, read_mapping, table_pages
    from plaint.model import iso

    try:
        mapping = read_mapping(columns)
        return [part for path in paths for part in table_pages(path, mapping, at or iso(now().replace(microsecond=0)))]
    except (Unfit, OSError) as error:
        wrong_usage(str(error))


PREVIEWED = 5
"""Posts that a preview shows."""


def _show(tables: list[Saved]) -> None:
    """Print the first posts as they would be stored, then one line for each row that is wrong, then the sums."""
    from crawlers.captured import page_of
    from crawlers.lab import normalised
    from crawlers.reading import read
    from crawlers.registry import source
    from plaint.model import Post

    one, good, bad = source("table"), 0, 0
    for part in tables:
        page = page_of(part.fetched)
        reading = read(one, page)
        for said in (*normalised(one, page, reading), *reading.rejected):
            good, bad = good + isinstance(said, Post), bad + (not isinstance(said, Post))
            if not isinstance(said, Post) or good <= PREVIEWED:
                say(said)
    say({"posts": good, "rejected": bad})


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
