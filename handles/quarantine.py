"""`plaint quarantine`: what was rejected, with its reason: look at it, read it again, or dismiss it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from handles.options import AsOption, StoreOption, need_store, now, opened, refuse, say, wrong_usage

if TYPE_CHECKING:
    from plaint.model import Quarantined
    from plaint.ports import Stores

ALL = 1_000_000_000


def add(app: typer.Typer) -> None:
    """Register the commands."""
    quarantine = typer.Typer(no_args_is_help=True, help="What was rejected: look at it, read it again, or dismiss it.")
    quarantine.command("list")(list_items)
    quarantine.command("retry")(retry)
    quarantine.command("dismiss")(dismiss)
    app.add_typer(quarantine, name="quarantine")


def list_items(
    source: Annotated[str | None, typer.Option(help="Of this source only.")] = None,
    state: Annotated[str, typer.Option(help="open, retried or dismissed.")] = "open",
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 200,
    store: StoreOption = None,
) -> None:
    """Print rejected items with their reasons, one JSON object a line.

    Example: plaint quarantine list --source trustpilot
    """
    if state not in {"open", "retried", "dismissed"}:
        wrong_usage(f"no state {state!r}; there are open, retried and dismissed")
    if source is not None:
        _check_source(source)
    need_store(store)
    with opened(store) as stores:
        for item in stores.runs.quarantined(source, state, limit):
            say(item)


def retry(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help="Which items (default: all that are open).")] = None,
    source: Annotated[str | None, typer.Option(help="All of this source.")] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Read the pages of rejected items again, from the evidence, with the source files of today; prints what came of it.

    Example: plaint quarantine retry --source trustpilot
    """
    from crawlers.again import read_again
    from handles.crawl import may_collect
    from plaint.desk.rights import Refused

    if source is not None:
        _check_source(source)
    need_store(store)
    with opened(store) as stores:
        try:
            may_collect(stores, as_, [None])
        except Refused as error:
            refuse(error.reason)
        say(read_again(stores, _items(stores, ids, source), now()))


def dismiss(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Which items.")],
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Take rejected items off the list for good; they stay readable with `--state dismissed`.

    Example: plaint quarantine dismiss 0f3a9c2d11aa45be --as ada
    """
    from uuid import uuid4

    from handles.crawl import may_collect
    from plaint.desk import quarantine
    from plaint.desk.rights import Refused

    need_store(store)
    with opened(store) as stores:
        try:
            person = may_collect(stores, as_, [None])
            items = _items(stores, ids, None)
            number = quarantine.dismiss(stores, person, [item.id for item in items], now=now(), command=uuid4().hex)
        except Refused as error:
            refuse(error.reason)
        say({"dismissed": number})


def _check_source(key: str) -> None:
    from crawlers.registry import source

    try:
        source(key)
    except LookupError as error:
        wrong_usage(error.args[0])


def _items(stores: Stores, wanted: list[str] | None, source: str | None) -> list[Quarantined]:
    """The open items that are meant; a refusal names ids that are not among them."""
    held = {item.id: item for item in stores.runs.quarantined(source, "open", ALL)}
    unknown = [one for one in wanted or () if one not in held]
    if unknown:
        refuse(f"no open item {', '.join(unknown)}; `plaint quarantine list` shows them")
    return [held[one] for one in wanted] if wanted else list(held.values())
