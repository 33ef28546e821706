"""`plaint crawl`: fetch what sources say about firms, politely, and print the ledger."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handles.options import AsOption, StoreOption, acting, opened, refuse, say, wrong_usage

if TYPE_CHECKING:
    from plaint.model import Person, Run
    from plaint.ports import Stores


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(crawl)


def crawl(
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE…", help="Which sources, as `plaint sources list` names them.")],
    firm: Annotated[list[str], typer.Option(metavar="F", help="Which firm of the register; may be given several times.")],
    since: Annotated[str | None, typer.Option(metavar="D", help="Leave out what is older: a date or moment in ISO 8601.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most so many items of each source and firm.")] = None,
    hashtag: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="Follow this hashtag, not what the firm's handles say; several times for more."),
    ] = None,
    screenshots: Annotated[
        bool, typer.Option("--screenshots", help="Also keep a picture of each page that posts are read from, where Chromium is installed.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="Read each list to its end, also where it is enough to meet what is known.")] = False,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Crawl and store; the last line is the ledger as JSON: sums, and each run with its alarms.

    A source runs only while its approval holds (`plaint sources approve`). robots.txt, pauses and Retry-After are
    kept. A list with its newest items first is read until what is known, and to its end when a full sweep is due
    (`plaint sources show`). Interrupt it at any time: the next crawl completes it. Exit status 1 when a walk ended before its end.

    Example: plaint crawl trustpilot cfpb --firm northgate --since 2026-11-01

    Example: plaint crawl mastodon bluesky --firm northgate --hashtag northgatefail

    Example: plaint crawl hellopeter --firm northgate --screenshots
    """
    from crawlers.registry import source
    from crawlers.run import Manners, crawl_sources
    from plaint.desk.rights import Refused
    from settings import settings

    try:
        chosen = [source(key) for key in sources]
    except LookupError as error:
        wrong_usage(error.args[0])
    given = settings()
    manners = Manners(
        contact=given.contact, delay=given.delay, homes=given.homes, full=full, hashtags=_tags(hashtag or []),
        chromium=given.chromium if screenshots else None, redis=given.redis,
    )  # fmt: skip
    progress = Progress() if sys.stderr.isatty() else None
    with opened(store) as stores:
        try:
            may_collect(stores, as_, firm)
            runs = crawl_sources(stores, chosen, firm, since=_date(since), limit=limit, manners=manners, progress=progress)
        except (Refused, LookupError) as error:
            refuse(str(error.args[0]))
    if progress is not None:
        print(file=sys.stderr)
    say(ledger_of(runs))
    if broken := [run for run in runs if run.state != "done"]:
        refuse("; ".join(f"{run.source} for {run.firm}: {run.state}{': ' if run.alarms else ''}{', '.join(run.alarms)}" for run in broken))


def may_collect(stores: Stores, key: str | None, firms: Sequence[str | None]) -> Person:
    """Who crawls or imports: the account that is named, else whoever runs the command line; raises Refused."""
    from plaint.desk.archive import OPERATOR
    from plaint.desk.rights import Right, require
    from settings import settings

    if not (key or settings().person):
        return OPERATOR
    person = acting(stores, key)
    for firm in firms:
        require(person, Right.COLLECT, firm)
    return person


SUMMED = ("new", "known", "changed", "rejected", "missing", "gone", "within", "pages", "bytes", "errors")


def ledger_of(runs: Sequence[Run], **more: Any) -> dict[str, Any]:
    """The ledgers of several runs as one object: sums first, the runs themselves under `runs`."""
    announced = [run.announced for run in runs if run.announced is not None]
    states = {run.state for run in runs}
    state = next((one for one in ("failed", "stopped", "running") if one in states), "done")
    sums = {"announced": sum(announced) if announced else None, **{name: sum(getattr(run, name) for run in runs) for name in SUMMED}}
    return {**more, **sums, "alarms": sorted({alarm for run in runs for alarm in run.alarms}), "state": state, "runs": list(runs)}


class Progress:
    """Writes how far all runs are, on one line of a terminal."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}

    def __call__(self, run: Run) -> None:
        """Take note of one run and write the line again."""
        self._runs[run.id] = run
        runs = self._runs.values()
        pages, posts = sum(one.pages for one in runs), sum(one.new + one.known + one.changed for one in runs)
        new, rejected = sum(one.new for one in runs), sum(one.rejected for one in runs)
        print(f"\r{pages} pages, {posts} posts, {new} new, {rejected} rejected ", end="", file=sys.stderr, flush=True)


def _tags(said: Sequence[str]) -> tuple[str, ...]:
    """Hashtags as they were given, with or without `#`."""
    tags = tuple(one.strip().lstrip("#") for one in said)
    if wrong := next((one for one, tag in zip(said, tags, strict=True) if not tag or not tag.replace("_", "").isalnum()), None):
        wrong_usage(f"--hashtag wants one word of letters, digits and _, as northgatefail, not {wrong!r}")
    return tags


def _date(text: str | None) -> str | None:
    """`--since` as it was given, once it is known to be a date."""
    from plaint.model import moment_of

    try:
        if text is not None:
            moment_of(text)
    except ValueError:
        wrong_usage(f"--since wants a date or moment in ISO 8601, as 2026-11-01, not {text!r}")
    return text
