"""`plaint case`: working on cases together."""

from __future__ import annotations

from typing import Annotated

import typer

from handles.case_options import Act, CaseArgument, CommandOption, LateOption, OnOption, act, answer, does
from handles.options import AsOption, StoreOption, now, say, wrong_usage


def commands(case: typer.Typer) -> None:
    """Register the commands."""
    for name, command in (
        ("claim", claim), ("hand-over", hand_over), ("route", route), ("priority", priority), ("label", label), ("snooze", snooze),
        ("merge", merge), ("under", under), ("letters", letters), ("letter", letter), ("share-out", share_out),
    ):  # fmt: skip
        case.command(name)(command)


@act
def claim(
    case: CaseArgument,
    minutes: Annotated[int, typer.Option("--minutes", min=1, help="How long the claim holds.")] = 30,
) -> Act:
    """Take a case for a while; of two who ask at once one gets it, and the other is told who has it until when.

    Example: plaint case claim c-ab2c-3def-4ghi --minutes 60 --as tom
    """
    from datetime import timedelta

    from plaint.desk import teamwork

    span = timedelta(minutes=minutes)
    return lambda stores, person, **once: teamwork.claim(stores, person, case, span=span, **once)


@act
def hand_over(
    case: CaseArgument,
    to: Annotated[str, typer.Option("--to", metavar="PERSON", help="The account that gets it.")],
    words: Annotated[str, typer.Option("--words", help="Where it stands.")],
) -> Act:
    """Give a case to somebody with words about where it stands.

    Example: plaint case hand-over c-ab2c-3def-4ghi --to anna --words "waits for the branch's answer" --as tom
    """
    from plaint.desk import teamwork

    return lambda stores, person, **once: teamwork.hand_over(stores, person, case, to=to, words=words, **once)


@act
def route(
    case: CaseArgument,
    team: Annotated[str, typer.Argument(metavar="TEAM", help="A team's name, or `none`.")],
) -> Act:
    """Put a case into a team's queue; `plaint case list --with team:cards` shows it.

    Example: plaint case route c-ab2c-3def-4ghi cards --as tom
    """
    from plaint.cases.work import Route

    return does(case, Route(team=None if team == "none" else team))


@act
def priority(
    case: CaseArgument,
    level: Annotated[str, typer.Argument(metavar="LEVEL", help="urgent, high, normal or low.")],
) -> Act:
    """Say how urgent a case is; urgent ones come first in the queue.

    Example: plaint case priority c-ab2c-3def-4ghi urgent --as tom
    """
    from plaint.cases.work import Prioritise

    return does(case, Prioritise(priority=level))


@act
def label(
    case: CaseArgument,
    add: Annotated[list[str] | None, typer.Option("--add", help="A label to put on; may be repeated.")] = None,
    remove: Annotated[list[str] | None, typer.Option("--remove", help="A label to take off; may be repeated.")] = None,
) -> Act:
    """Put labels on a case and take labels off.

    Example: plaint case label c-ab2c-3def-4ghi --add refund --remove waiting --as tom
    """
    from plaint.cases.work import Label

    return does(case, Label(add=tuple(add or ()), remove=tuple(remove or ())))


@act
def snooze(
    case: CaseArgument,
    until: Annotated[str | None, typer.Option("--until", metavar="ISO", help="When it comes back, with its offset.")] = None,
    back: Annotated[bool, typer.Option("--back", help="Bring it back now.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="What it waits for.")] = None,
) -> Act:
    """Put a case aside until a moment before its next deadline. Its clocks run on.

    Example: plaint case snooze c-ab2c-3def-4ghi --until 2026-11-26T09:00:00Z --reason "the branch answers on Thursday" --as tom
    """
    from plaint.desk import teamwork

    if (until is None) != back:
        wrong_usage("say --until when, or --back")
    return lambda stores, person, **once: teamwork.snooze(stores, person, case, until=until, reason=reason, **once)


@act
def merge(
    case: CaseArgument,
    into: Annotated[str, typer.Option("--into", metavar="CASE", help="The case that goes on: the one whose clocks started first.")],
) -> Act:
    """Merge a case into another one of the same firm, which takes over its posts; prints the one that goes on.

    Example: plaint case merge c-zz2c-3def-4ghi --into c-ab2c-3def-4ghi --as tom
    """
    from plaint.desk import teamwork

    return lambda stores, person, **once: teamwork.merge(stores, person, case, into=into, **once)


@act
def under(
    case: CaseArgument,
    parent: Annotated[str, typer.Argument(metavar="PARENT", help="The case that it belongs under, or `none`.")],
) -> Act:
    """Put a case under another one, such as one about a cause that many share.

    Example: plaint case under c-zz2c-3def-4ghi c-ab2c-3def-4ghi --as tom
    """
    from plaint.desk import teamwork

    asked = None if parent == "none" else parent
    return lambda stores, person, **once: teamwork.put_under(stores, person, case, parent=asked, **once)


def letters(regime: Annotated[str | None, typer.Argument(metavar="REGIME", help="Only this regime's, such as UK-DISP.")] = None) -> None:
    """List the letters of the regimes with what each has to say, one JSON object a line.

    Example: plaint case letters UK-DISP
    """
    from plaint.cases.letters import letters as known

    for one in known().values():
        if regime in {None, one.regime}:
            say(one)


@act
def letter(
    case: CaseArgument,
    name: Annotated[str, typer.Argument(metavar="LETTER", help="Which letter, as `plaint case letters` names it.")],
    check: Annotated[list[str] | None, typer.Option("--check", metavar="ITEM", help="The text says this; may be repeated.")] = None,
    sent: Annotated[bool, typer.Option("--sent", help="It was sent; refused while anything it has to say is unchecked.")] = False,
    on: OnOption = None,
    reason: LateOption = None,
) -> Act:
    """Check what a letter says, or note that it was sent.

    Example: plaint case letter c-ab2c-3def-4ghi disp-acknowledgement --check received --check dealt_with --as tom
    """
    from plaint.cases.work import CheckContent, SendLetter

    if sent == bool(check):
        wrong_usage("say what was checked with --check, or --sent once it is")
    return does(case, SendLetter(letter=name, on=on, reason=reason) if sent else CheckContent(letter=name, items=tuple(check or ())))


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
