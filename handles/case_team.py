"""`plaint case`: working on cases together."""

from __future__ import annotations

from typing import Annotated

import typer

from handles.case_options import CaseArgument, CommandOption, ExpectedOption, LateOption, OnOption, answer, perform
from handles.options import AsOption, StoreOption, now, say, wrong_usage


def commands(case: typer.Typer) -> None:
    """Register the commands."""
    for name, command in (
        ("claim", claim), ("hand-over", hand_over), ("route", route), ("priority", priority), ("label", label), ("snooze", snooze),
        ("merge", merge), ("under", under), ("letters", letters), ("letter", letter), ("share-out", share_out),
    ):  # fmt: skip
        case.command(name)(command)


def claim(
    case: CaseArgument,
    minutes: Annotated[int, typer.Option("--minutes", min=1, help="How long the claim holds.")] = 30,
    expected: ExpectedOption = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Take a case for a while; of two who ask at once one gets it, and the other is told who has it until when.

    Example: plaint case claim c-ab2c-3def-4ghi --minutes 60 --as tom
    """
    from datetime import timedelta

    from plaint.desk import teamwork

    span = timedelta(minutes=minutes)
    perform(store, as_, expected, command, lambda stores, person, **once: teamwork.claim(stores, person, case, span=span, **once))


def hand_over(
    case: CaseArgument,
    to: Annotated[str, typer.Option("--to", metavar="PERSON", help="The account that gets it.")],
    words: Annotated[str, typer.Option("--words", help="Where it stands.")],
    expected: ExpectedOption = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Give a case to somebody with words about where it stands.

    Example: plaint case hand-over c-ab2c-3def-4ghi --to anna --words "waits for the branch's answer" --as tom
    """
    from plaint.desk import teamwork

    perform(store, as_, expected, command, lambda stores, person, **once: teamwork.hand_over(stores, person, case, to=to, words=words, **once))


def route(
    case: CaseArgument,
    team: Annotated[str, typer.Argument(metavar="TEAM", help="A team's name, or `none`.")],
    expected: ExpectedOption = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Put a case into a team's queue; `plaint case list --with team:cards` shows it.

    Example: plaint case route c-ab2c-3def-4ghi cards --as tom
    """
    from plaint.cases.work import Route
    from plaint.desk import casework

    asked = Route(team=None if team == "none" else team)
    perform(store, as_, expected, command, lambda stores, person, **once: casework.perform(stores, person, case, asked, **once))


def priority(
    case: CaseArgument,
    level: Annotated[str, typer.Argument(metavar="LEVEL", help="urgent, high, normal or low.")],
    expected: ExpectedOption = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Say how urgent a case is; urgent ones come first in the queue.

    Example: plaint case priority c-ab2c-3def-4ghi urgent --as tom
    """
    from plaint.cases.work import Prioritise
    from plaint.desk import casework

    asked = Prioritise(priority=level)
    perform(store, as_, expected, command, lambda stores, person, **once: casework.perform(stores, person, case, asked, **once))


def label(
    case: CaseArgument,
    add: Annotated[list[str] | None, typer.Option("--add", help="A label to put on; may be repeated.")] = None,
    remove: Annotated[list[str] | None, typer.Option("--remove", help="A label to take off; may be repeated.")] = None,
    expected: ExpectedOption = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Put labels on a case and take labels off.

    Example: plaint case label c-ab2c-3def-4ghi --add refund --remove waiting --as tom
    """
    from plaint.cases.work import Label
    from plaint.desk import casework

    asked = Label(add=tuple(add or ()), remove=tuple(remove or ()))
    perform(store, as_, expected, command, lambda stores, person, **once: casework.perform(stores, person, case, asked, **once))


def snooze(
    case: CaseArgument,
    until: Annotated[str | None, typer.Option("--until", metavar="ISO", help="When it comes back, with its offset.")] = None,
    back: Annotated[bool, typer.Option("--back", help="Bring it back now.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="What it waits for.")] = None,
    expected: ExpectedOption = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Put a case aside until a moment before its next deadline. Its clocks run on.

    Example: plaint case snooze c-ab2c-3def-4ghi --until 2026-11-26T09:00:00Z --reason "the branch answers on Thursday" --as tom
    """
    from plaint.desk import teamwork

    if (until is None) != back:
        wrong_usage("say --until when, or --back")
    perform(store, as_, expected, command, lambda stores, person, **once: teamwork.snooze(stores, person, case, until=until, reason=reason, **once))


def merge(
    case: CaseArgument,
    into: Annotated[str, typer.Option("--into", metavar="CASE", help="The case that goes on: the one whose clocks started first.")],
    expected: ExpectedOption = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Merge a case into another one of the same firm, which takes over its posts; prints the one that goes on.

    Example: plaint case merge c-zz2c-3def-4ghi --into c-ab2c-3def-4ghi --as tom
    """
    from plaint.desk import teamwork

    perform(store, as_, expected, command, lambda stores, person, **once: teamwork.merge(stores, person, case, into=into, **once))


def under(
    case: CaseArgument,
    parent: Annotated[str, typer.Argument(metavar="PARENT", help="The case that it belongs under, or `none`.")],
    expected: ExpectedOption = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Put a case under another one, such as one about a cause that many share.

    Example: plaint case under c-zz2c-3def-4ghi c-ab2c-3def-4ghi --as tom
    """
    from plaint.desk import teamwork

    asked = None if parent == "none" else parent
    perform(store, as_, expected, command, lambda stores, person, **once: teamwork.put_under(stores, person, case, parent=asked, **once))


def letters(regime: Annotated[str | None, typer.Argument(metavar="REGIME", help="Only this regime's, such as UK-DISP.")] = None) -> None:
    """List the letters of the regimes with what each has to say, one JSON object a line.

    Example: plaint case letters UK-DISP
    """
    from plaint.cases.letters import letters as known

    for one in known().values():
        if regime in {None, one.regime}:
            say(one)


def letter(
    case: CaseArgument,
    name: Annotated[str, typer.Argument(metavar="LETTER", help="Which letter, as `plaint case letters` names it.")],
    check: Annotated[list[str] | None, typer.Option("--check", metavar="ITEM", help="The text says this; may be repeated.")] = None,
    sent: Annotated[bool, typer.Option("--sent", help="It was sent; refused while anything it has to say is unchecked.")] = False,
    on: OnOption = None,
    reason: LateOption = None,
    expected: ExpectedOption = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Check what a letter says, or note that it was sent.

    Example: plaint case letter c-ab2c-3def-4ghi disp-acknowledgement --check received --check dealt_with --as tom
    """
    from plaint.cases.work import CheckContent, SendLetter
    from plaint.desk import casework

    if sent == bool(check):
        wrong_usage("say what was checked with --check, or --sent once it is")
    asked = SendLetter(letter=name, on=on, reason=reason) if sent else CheckContent(letter=name, items=tuple(check or ()))
    perform(store, as_, expected, command, lambda stores, person, **once: casework.perform(stores, person, case, asked, **once))


def share_out(
    among: Annotated[list[str], typer.Argument(metavar="PERSON…", help="The accounts that get them in turn.")],
    firm: Annotated[str | None, typer.Option("--firm", help="Only cases of this firm.")] = None,
    team: Annotated[str | None, typer.Option("--team", help="Only cases in this team's queue.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="At most so many.")] = 50,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Give the cases that nobody has to several people in turn, soonest due first; whoever has the fewest is next.

    Example: plaint case share-out tom anna --team cards --as anna
    """
    from uuid import uuid4

    from plaint.desk import teamwork
    from plaint.ports import CaseFilter

    wanted = CaseFilter(firm=firm, marks=(f"team:{team}",) if team else (), limit=limit)
    once = command or uuid4().hex
    answer(store, as_, lambda stores, person: {"given": teamwork.share_out(stores, person, wanted, among=among, now=now(), command=once)})
