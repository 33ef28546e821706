"""`plaint bench`: measures the road on made-up posts, each figure beside a named baseline of the same run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
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
    ALL = "all"


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(bench)


def bench(
    parts: Annotated[
        list[Part] | None, typer.Argument(metavar="PART", help="parse, normalise, ingest, search, memory, dates, crawl, cases, watch or all.")
    ] = None,
    posts: Annotated[
        int | None, typer.Option(min=100, metavar="N", help="How many posts (dates, log entries) to measure on; each part has its own default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Measure on made-up posts; nothing of yours is read or written. `all` takes some minutes, most of it for search at 200,000 posts.

    Example: plaint bench parse dates --json
    """
    wanted = [part for part in Part if part is not Part.ALL] if not parts or Part.ALL in parts else list(dict.fromkeys(parts))
    figures = [figure for part in wanted for figure in (_measures()[part](posts) if posts else _measures()[part]())]
    if as_json:
        say({"figures": figures})
        return
    from bench.figures import table

    print(table(figures))


def _measures() -> dict[Part, Callable[..., Sequence[Figure]]]:
    from bench import casework, crawling, reading, storing, watch

    return {
        Part.PARSE: reading.parse, Part.NORMALISE: reading.normalised, Part.INGEST: storing.ingest, Part.SEARCH: storing.search,
        Part.MEMORY: storing.memory, Part.DATES: reading.dates, Part.CRAWL: crawling.crawl, Part.CASES: casework.cases,
        Part.WATCH: watch.watch,
    }  # fmt: skip
