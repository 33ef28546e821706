"""`plaint watch`: walks every approved source at its rhythm until it is stopped, and shows when what is next."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from handles.options import StoreOption, need_store, now, opened, refuse, say, wrong_usage

if TYPE_CHECKING:
    from crawlers.watch_plan import Given
    from plaint.desk.watched import Watched


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(watch)


def watch(
    show: Annotated[bool, typer.Option("--show", help="Show what is watched, what is next and why, and end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --show: one JSON object instead of a table.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Walk what is due now, and end; streams are not followed.")] = False,
    health_port: Annotated[
        int | None, typer.Option(min=0, max=65_535, metavar="PORT", help="Answer /health and /ready on this port of 127.0.0.1.")
    ] = None,
    lease: Annotated[
        float,
        typer.Option(
            min=1,
            max=3600,
            metavar="SECONDS",
            help="After so long without a sign of a process another takes over its work, after twice that its alerts.",
        ),
    ] = 30.0,
    store: StoreOption = None,
) -> None:
    """Walk each approved source at its own rhythm, within its quota, follow streams and send alerts, until SIGTERM or Ctrl-C.

    Several of these processes, on one machine or many, share the work through the store.

    Example: plaint watch --health-port 8700

    Example: plaint watch --show --json
    """
    if as_json and not show:
        wrong_usage("--json belongs to --show")
    need_store(store)
    if show:
        _show(store, as_json=as_json)
        return
    import asyncio
    from datetime import timedelta

    from crawlers.ledger import worker
    from crawlers.run import Manners
    from crawlers.watch import Terms, Watch
    from crawlers.watch_health import answering
    from crawlers.watch_walk import Place
    from responders.sender import rounds, sending
    from settings import settings

    given = settings()
    place = Place(address=store or given.store, evidence=given.evidence, log=given.log)
    manners = Manners(contact=given.contact, delay=given.delay, homes=given.homes)
    with opened(store) as stores:
        watching = Watch(stores, Terms(place=place, manners=manners, given=_given(), length=lease, once=once))
        try:
            sender = rounds(stores, given, worker(), timedelta(seconds=2 * lease))
        except ValueError as error:
            refuse(str(error))
        try:
            with answering(watching.pulse, health_port) if health_port is not None else nullcontext(), sending(sender):
                asyncio.run(watching.run())
        except OSError as error:
            refuse(f"port {health_port} on 127.0.0.1: {error.strerror}; give another with --health-port")


def _given() -> Given:
    """What the settings say about rhythms and streams; refuses what would be passed over in silence."""
    from crawlers.registry import source
    from crawlers.watch_plan import Given
    from settings import settings

    given = settings()
    for name, said in (("PLAINT_RHYTHMS", given.rhythms), ("PLAINT_STREAMS", given.streams)):
        for key in said:
            try:
                source(key)
            except LookupError as error:
                refuse(f"{name}: {error.args[0]}")
    if wrong := [key for key, seconds in given.rhythms.items() if not seconds > 0]:
        refuse(f"PLAINT_RHYTHMS: {wrong[0]} needs a number of seconds above 0")
    if wrong := [key for key, url in given.streams.items() if not url.startswith(("ws://", "wss://"))]:
        refuse(f"PLAINT_STREAMS: the stream of {wrong[0]} needs an address that begins with wss://")
    return Given(rhythms=given.rhythms, homes=given.homes, streams=given.streams)


def _show(store: str | None, *, as_json: bool) -> None:
    from crawlers.watch_plan import delivered, plans
    from plaint.desk.watched import watched

    with opened(store) as stores:
        at = now()
        rows = watched(stores, plans(stores, _given(), at), stores.leases.all(), delivered(stores, at), at)
    if as_json:
        say({"watched": rows})
    elif not rows:
        print("Nothing is watched: no approved source that can be crawled has a firm; `plaint sources approve` decides.")
    else:
        print("\n".join(_lines(rows)))


def _lines(rows: list[Watched]) -> list[str]:
    head = ("source", "firm", "state", "every", "last", "next", "quota", "owner", "errors", "why")
    cells = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]


def _cells(row: Watched) -> tuple[str, ...]:
    from plaint.desk.watching import span

    quota = "" if row.quota is None else f"{row.quota_left} of {row.quota}"
    every = span(row.rhythm) if row.rhythm is not None else row.kind
    return (
        row.source, row.firm or "", row.state, every, _short(row.last), _short(row.next), quota, row.owner or "", str(row.errors),
        f"ALARM {row.alarm}" if row.alarm else row.why,
    )  # fmt: skip


def _short(moment: str | None) -> str:
    """A moment to the second, as `2026-11-24 10:00:00`, UTC."""
    return moment[:19].replace("T", " ").removesuffix("Z") if moment else ""
