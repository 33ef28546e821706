"""`plaint case`: a public reply from its draft to the answer that is seen published."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from handles.case_options import CaseArgument, CommandOption, ExpectedOption, perform
from handles.options import AsOption, StoreOption, say

NumberArgument = Annotated[int, typer.Argument(metavar="N", help="The number of the reply within the case, from 1.")]


def commands(case: typer.Typer) -> None:
    """Register the commands."""
    for name, command in (
        ("draft-reply", draft), ("approve-reply", approve), ("send-back-reply", send_back), ("posted-reply", posted), ("reply-room", room),
    ):  # fmt: skip
        case.command(name)(command)


def draft(
    case: CaseArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The reply; - reads it from standard input.")],
    post: Annotated[str | None, typer.Option("--post", help="Which post it answers (default: the case's first).")] = None,
    expected: ExpectedOption = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Write a public reply; refused where it is longer than its channel takes. A draft that still waits for the same post is replaced.

    Example: plaint case draft-reply c-ab2c-3def-4ghi "We are sorry; we have written to you." --as tom
    """
    from plaint.cases.replying import DraftReply
    from plaint.desk import casework

    asked = DraftReply(text=sys.stdin.read() if text == "-" else text, post=post)
    perform(store, as_, expected, command, lambda stores, person, **once: casework.perform(stores, person, case, asked, **once))


def approve(
    case: CaseArgument,
    number: NumberArgument,
    expected: ExpectedOption = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Approve a reply that somebody else wrote.

    Example: plaint case approve-reply c-ab2c-3def-4ghi 1 --as anna
    """
    from plaint.cases.replying import ApproveReply
    from plaint.desk import casework

    perform(
        store, as_, expected, command,
        lambda stores, person, **once: casework.perform(stores, person, case, ApproveReply(number=number, by=person.key), **once),
    )  # fmt: skip


def send_back(
    case: CaseArgument,
    number: NumberArgument,
    reason: Annotated[str, typer.Option("--reason", help="What should be changed.")],
    expected: ExpectedOption = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Ask for a change to a reply.

    Example: plaint case send-back-reply c-ab2c-3def-4ghi 1 --reason "name no amounts in public" --as anna
    """
    from plaint.cases.replying import SendBackReply
    from plaint.desk import casework

    asked = SendBackReply(number=number, reason=reason)
    perform(store, as_, expected, command, lambda stores, person, **once: casework.perform(stores, person, case, asked, **once))


def posted(
    case: CaseArgument,
    number: NumberArgument,
    url: Annotated[str, typer.Option("--url", help="The link to the published reply.")],
    expected: ExpectedOption = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Note that an approved reply was posted by hand. When it is collected, it is tied to the case.

    Example: plaint case posted-reply c-ab2c-3def-4ghi 1 --url https://reviews.example/5f1c#reply --as tom
    """
    from plaint.cases.replying import PostedReply
    from plaint.desk import casework

    asked = PostedReply(number=number, url=url)
    perform(store, as_, expected, command, lambda stores, person, **once: casework.perform(stores, person, case, asked, **once))


def room(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The key of a source.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The reply.")] = "",
) -> None:
    """Say how much of a channel's limit a text uses; `left` is null where no limit is known.

    Example: plaint case reply-room bluesky "We are sorry."
    """
    from plaint.replies.limits import room as measured

    found = measured(source, text)
    say({"source": source, "used": found.used, "left": found.left, "fits": found.fits, "limit": found.limit})
