"""`plaint case`: a public reply from its draft to the answer that is seen published."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from handles.case_options import Act, CaseArgument, CommandOption, ExpectedOption, act, answer, case_json, does
from handles.options import AsOption, StoreOption, now, say

if TYPE_CHECKING:
    from plaint.model import Person
    from plaint.ports import Stores

NumberArgument = Annotated[int, typer.Argument(metavar="N", help="The number of the reply within the case, from 1.")]


def commands(case: typer.Typer) -> None:
    """Register the commands."""
    for name, command in (
        ("draft-reply", draft), ("check-reply", check), ("approve-reply", approve),
        ("send-back-reply", send_back), ("posted-reply", posted), ("reply-room", room),
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

    `checks` says what was found in it; while something there `blocks`, nobody can approve it.

    Example: plaint case draft-reply c-ab2c-3def-4ghi "We are sorry; we have written to you." --as tom
    """
    from plaint.cases.replying import DraftReply
    from plaint.desk import casework, drafts

    asked = DraftReply(text=sys.stdin.read() if text == "-" else text, post=post)
    at = now()

    def act(stores: Stores, person: Person) -> dict[str, Any]:
        kept = casework.perform(stores, person, case, asked, now=at, command=command or uuid4().hex, expected=expected)
        return {**case_json(kept), "checks": drafts.check(stores, person, case, asked.text, at, post=post)}

    answer(store, as_, act)


def check(
    case: CaseArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The reply; - reads it from standard input.")],
    post: Annotated[str | None, typer.Option("--post", help="Which post it answers (default: the case's first).")] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Say what the checks find in a public reply: each with its words, its reason, and whether it blocks. Nothing is kept.

    Example: plaint case check-reply c-ab2c-3def-4ghi "It was our fault." --as tom
    """
    from plaint.desk import drafts

    said = sys.stdin.read() if text == "-" else text
    answer(store, as_, lambda stores, person: {"checks": drafts.check(stores, person, case, said, now(), post=post)})


@act
def approve(
    case: CaseArgument,
    number: NumberArgument,
) -> Act:
    """Approve a reply that somebody else wrote.

    Example: plaint case approve-reply c-ab2c-3def-4ghi 1 --as anna
    """
    from plaint.cases.replying import ApproveReply
    from plaint.desk import casework

    return lambda stores, person, **once: casework.perform(stores, person, case, ApproveReply(number=number, by=person.key), **once)


@act
def send_back(
    case: CaseArgument,
    number: NumberArgument,
    reason: Annotated[str, typer.Option("--reason", help="What should be changed.")],
) -> Act:
    """Ask for a change to a reply.

    Example: plaint case send-back-reply c-ab2c-3def-4ghi 1 --reason "name no amounts in public" --as anna
    """
    from plaint.cases.replying import SendBackReply

    return does(case, SendBackReply(number=number, reason=reason))


@act
def posted(
    case: CaseArgument,
    number: NumberArgument,
    url: Annotated[str, typer.Option("--url", help="The link to the published reply.")],
) -> Act:
    """Note that an approved reply was posted by hand. When it is collected, it is tied to the case.

    Example: plaint case posted-reply c-ab2c-3def-4ghi 1 --url https://reviews.example/5f1c#reply --as tom
    """
    from plaint.cases.replying import PostedReply

    return does(case, PostedReply(number=number, url=url))


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
