"""`plaint mail`: fetch what is new in a firm's mailbox over IMAP, and print the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from handles.options import AsOption, StoreOption, now, opened, refuse, say, wrong_usage


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(mail)


def mail(
    firm: Annotated[
        str, typer.Option(metavar="F", help="Whose mailbox: a firm of the register, whose handle at `mailbox` is imaps://USER@HOST/FOLDER.")
    ],
    since: Annotated[str | None, typer.Option(metavar="D", help="Leave out for good what came before that day, as 2026-11-01.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Fetch at most so many messages.")] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Fetch the messages that came since the last time, store them, and print the ledger as JSON. Nothing is marked as read.

    The password stands in MAILBOX_PASSWORD, or in MAILBOX_PASSWORD_FIRM for that firm alone. The source `mailbox` must be approved for the
    firm. Interrupt it at any time: the next run goes on. Exit status 1 when the account could not be read to its end.

    Example: plaint mail --firm northgate --since 2026-11-01
    """
    from datetime import date

    from crawlers.importing import Importer
    from crawlers.mailroom import KEY, Unreachable, account_of, new_messages
    from crawlers.named_secrets import MissingSecret
    from crawlers.registry import source
    from crawlers.run import firm_named
    from handles.crawl import ledger_of, may_collect
    from plaint.desk import register
    from plaint.desk.rights import Refused

    try:
        day = date.fromisoformat(since) if since is not None else None
    except ValueError:
        wrong_usage(f"--since wants a day in ISO 8601, as 2026-11-01, not {since!r}")
    with opened(store) as stores:
        try:
            may_collect(stores, as_, [firm])
            chosen = firm_named(stores, firm)
            register.allowed(stores, KEY, chosen.key, now())
            messages = new_messages(account_of(chosen), stores.runs, now(), since=day, limit=limit)
            done = Importer(stores, source=source(KEY), firm=chosen, now=now()).take_in(messages)
        except (Refused, LookupError, MissingSecret, ValueError, Unreachable) as error:
            refuse(str(error.args[0]))
        say(ledger_of(done.runs, messages=done.files))
