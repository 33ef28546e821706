"""`plaint bench`: measures the road on made-up posts, each figure beside a named baseline of the same run."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handles.options import say

if TYPE_CHECKING:
    from bench.figures import Figure


class Part(StrEnum):
    """What can be measured."""

    PARSE = "parse"
    NORMALISE = "normalise"
    INGEST = "ingest"
    SEARCH = "search"
    MEMORY = "memory"
    DATES = "dates"
    CRAWL = "crawl"
    CASES = "cases"
    WATCH = "watch"
    CAPACITY = "capacity"
    ELASTIC = "elastic"
    REGULATOR = "regulator"
    SAME = "same"
    UNDERSTAND = "understand"
    ALL = "all"


ON_SERVER = (Part.ELASTIC, Part.REGULATOR)
"""What needs a server; `all` leaves it out where none is named."""


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(bench)


def bench(
    parts: Annotated[
        list[Part] | None,
        typer.Argument(metavar="PART", help=f"{', '.join(part for part in Part if part is not Part.ALL)} or all."),
    ] = None,
    posts: Annotated[
        int | None, typer.Option(min=100, metavar="N", help="How many posts (dates, log entries) to measure on; each part has its own default.")
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(metavar="URL", help="An Elasticsearch for elastic, regulator, half of cases and of capacity; what is made there is taken away."),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", exists=True, dir_okay=False, help="A CSV of the regulator's complaint database, gzip or not."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Measure on made-up posts; nothing of yours is read or written. `all` takes some minutes, most of it for search at 200,000 posts.

    Example: plaint bench parse dates --json

    Example: plaint bench elastic --server http://127.0.0.1:9200 --posts 100000
    """
    wanted = _wanted(parts, server)
    figures = [figure for part in wanted for figure in _measured(part, posts, server, export)]
    if as_json:
        say({"figures": figures})
        return
    from bench.figures import table

    print(table(figures))


def _wanted(parts: Sequence[Part] | None, server: str | None) -> list[Part]:
    if not parts or Part.ALL in parts:
        return [part for part in Part if part is not Part.ALL and (server or part not in ON_SERVER)]
    if server is None and (lacking := [part for part in parts if part in ON_SERVER]):
        raise typer.BadParameter(f"{lacking[0]} is measured on a server: name one, as --server http://127.0.0.1:9200")
    return list(dict.fromkeys(parts))


def _measured(part: Part, posts: int | None, server: str | None, export: Path | None) -> Sequence[Figure]:
    from bench import capacity, casework, clustering, crawling, memory, reading, regulator, sameness, storing, understanding, watch

    count = {} if posts is None else {"posts": posts}
    if part is Part.ELASTIC:
        return clustering.elastic(str(server), **count)
    if part is Part.REGULATOR:
        return regulator.regulator(str(server), export=export, **count)
    if part is Part.CAPACITY:
        return capacity.capacity(server=server, **count)
    if part is Part.CASES:
        return casework.cases(server=server, **count)
    measure = {
        Part.PARSE: reading.parse, Part.NORMALISE: reading.normalised, Part.INGEST: storing.ingest, Part.SEARCH: storing.search,
        Part.MEMORY: memory.memory, Part.DATES: reading.dates, Part.CRAWL: crawling.crawl, Part.WATCH: watch.watch,
        Part.SAME: sameness.same, Part.UNDERSTAND: understanding.understand,
    }[part]  # fmt: skip
    return measure(posts) if posts else measure()
