"""`plaint demo`: a made-up public web on loopback, crawled, with cases, and the dashboard on it."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handles.options import now, refuse, say
from handles.serve import PORT, dashboard, free_port, interruptible

if TYPE_CHECKING:
    from demo.stage import Stage
    from demo.web import Web
    from plaint.model import Run

HOST = "127.0.0.1"


def add(app: typer.Typer) -> None:
    """Register `plaint demo`."""
    app.command("demo")(demo)


def demo(
    seed: Annotated[int | None, typer.Option(help="Which made-up web: the same number gives the same one (default: 1).")] = None,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its store; delete it to begin afresh.")] = Path(".demo"),
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port of the dashboard; the next free one is taken.")] = PORT,
    web_port: Annotated[int, typer.Option(min=1, max=65_535, help="First of the five ports of the made-up web.")] = 8511,
    once: Annotated[bool, typer.Option("--once", help="Crawl, print the ledger's sums as one line of JSON, and end.")] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
) -> None:
    """Serve a small made-up public web on this machine, crawl it, and open the dashboard on what was found.

    Nothing beyond 127.0.0.1 is asked. The web changes once: after the first crawl one review is edited and one
    vanishes, and a second crawl finds that.

    Example: plaint demo

    Example: plaint demo --once --folder /tmp/plaint-demo
    """
    from demo.stage import Spoilt, open_stage, sums_of
    from demo.web import NoPort, serve
    from indexer.connect import is_cluster
    from plaint.desk.rights import Refused
    from plaint.ports import StoreDown
    from settings import settings
    from settings.events import log_to_stderr

    log_to_stderr(settings().log)
    try:
        store = settings().store
        stage = open_stage(folder, seed, now().date(), store if is_cluster(store) else None)
        unfinished = "interrupted; what was stored is kept, and the next run completes it" if once else None
        setting = stage.setting
        with closing(stage), interruptible(unfinished), serve(setting.seed, setting.today, step=setting.step, port=web_port) as web:
            runs = _play(stage, web)
            if once:
                say(sums_of(runs))
                return
            _show(stage, web, runs, port, no_open=no_open)
    except (Spoilt, NoPort, Refused, StoreDown) as error:
        refuse(str(error))


def _play(stage: Stage, web: Web) -> list[Run]:
    """Crawl; on the first visit let the web move on and crawl again; open the cases that people work on."""
    from demo.casework import work
    from demo.stage import furnish
    from indexer.connect import connect
    from settings import settings

    stores = connect(stage.address, evidence=settings().evidence)
    try:
        furnish(stores, now())
        runs = _crawled(stage, web)
        while not stage.is_over and not _is_stopped(runs):
            stage.move_on()
            runs += _crawled(stage, web)
        if not _is_stopped(runs):
            work(stores, web.story, now())
    finally:
        stores.close()
    return runs


def _crawled(stage: Stage, web: Web) -> list[Run]:
    from demo.stage import crawl_web
    from settings import settings

    is_shown = sys.stderr.isatty()
    runs = crawl_web(stage, web, evidence=settings().evidence, is_shown=is_shown)
    if is_shown:
        print(file=sys.stderr)
    return runs


def _is_stopped(runs: list[Run]) -> bool:
    return any(run.state == "stopped" for run in runs)


def _show(stage: Stage, web: Web, runs: list[Run], first_port: int, *, no_open: bool) -> None:
    port = free_port(HOST, first_port)
    with dashboard(stage.address, HOST, port) as running:
        print(_welcome(stage, web, runs, port), flush=True)
        if not no_open and sys.stdout.isatty():
            typer.launch(f"http://{HOST}:{port}")
        status = running.wait()
    refuse(f"the dashboard ended with status {status}; what it said stands above")


def _welcome(stage: Stage, web: Web, runs: list[Run], port: int) -> str:
    from demo.cast import ADMIN, PASSWORD, PEOPLE
    from demo.stage import sums_of
    from indexer.connect import shown

    sums = sums_of(runs)
    people = "\n".join(f"  {one.key:<8}{', '.join(one.roles):<12}{', '.join(one.firms) if one.firms else 'all firms'}" for one in (*PEOPLE, ADMIN))
    sites = "\n".join(f"  {address}  {site}" for site, address in web.addresses.items())
    return (
        f"\nCrawled over HTTP: {sums.new} new, {sums.known} known, {sums.changed} changed, {sums.rejected} rejected, {sums.missing} missing.\n"
        f"\nThe dashboard:  http://{HOST}:{port}\n\nDemo accounts, all with the password {PASSWORD}:\n{people}\n\nThe made-up web:\n{sites}\n"
        f"\nThe store:  {shown(stage.address)}\nCtrl-C ends everything. `plaint demo` goes on with the same web; "
        f"deleting {stage.folder} begins afresh.\n"
    )
