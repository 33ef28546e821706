"""`plaint case`: everything that can be done to a case."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from handles import case_answers, case_around, case_board, case_bulk, case_pack, case_reply, case_team, case_time
from handles.case_bulk import (
    AssigneeOption,
    DueBeforeOption,
    FirmOption,
    StateOption,
    ViewOption,
    WithOption,
    WithoutOption,
    asked_of,
    filter_of,
)
from handles.case_options import (
    Act,
    AsOfOption,
    CaseArgument,
    CauseOption,
    CommandOption,
    LateOption,
    OnOption,
    OutcomeOption,
    ProductOption,
    ReasonOption,
    RedressOption,
    act,
    answer,
    case_json,
    does,
    moment_given,
    shown,
)
from handles.options import AsOption, StoreOption, now, wrong_usage

if TYPE_CHECKING:
    from plaint.model import Person
    from plaint.ports import Stores


def add(app: typer.Typer) -> None:
    """Register the commands."""
    case = typer.Typer(name="case", no_args_is_help=True, help=__doc__)
    for name, command in (
        ("open", open_case), ("list", list_cases), ("show", show), ("confirm", confirm), ("reject", reject), ("duplicate", duplicate),
        ("refer", refer), ("assign", assign), ("note", note), ("acknowledge", acknowledge), ("move-start", move_start),
        ("close", close), ("reopen", reopen),
    ):  # fmt: skip
        case.command(name)(command)
    for part in (case_answers, case_around, case_board, case_team, case_bulk, case_reply, case_pack, case_time):
        part.commands(case)
    app.add_typer(case)


def open_case(
    posts: Annotated[list[str], typer.Argument(metavar="POST…", help="Ids of posts, source:ref; the first one names the case.")],
    firm: Annotated[str, typer.Option("--firm", help="The firm that the complaint is about.")],
    score: Annotated[str | None, typer.Option("--score", help="How sure a model is that it is a complaint, 0 to 1; with --model.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Which model in which version proposes it, like complaint@3.")] = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Open a case from posts; prints the case.

    Example: plaint case open trustpilot:5f1c --firm northgate --as tom
    """
    from plaint.cases.judging import Proposal
    from plaint.desk import casework

    if (score is None) != (model is None):
        wrong_usage("--score and --model go together")
    proposal = None if score is None or model is None else Proposal(score=score, model=model)

    def act(stores: Stores, person: Person) -> Any:
        made = casework.open_case(stores, person, posts=posts, firm=firm, proposal=proposal, now=now(), command=command or uuid4().hex)
        return case_json(casework.load(stores, person, made, now()).case)

    answer(store, as_, act)


def list_cases(
    firm: FirmOption = None,
    state: StateOption = None,
    assignee: AssigneeOption = None,
    post: Annotated[str | None, typer.Option("--post", help="Only cases with this post.")] = None,
    due_before: DueBeforeOption = None,
    with_: WithOption = None,
    without: WithoutOption = None,
    view: ViewOption = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="At most so many.")] = 50,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Leave out so many at the beginning.")] = 0,
    next_: Annotated[bool, typer.Option("--next", help="Only what waits for somebody, each with the reasons for its place.")] = False,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """List cases, soonest due first: one JSON object with the exact `total` and the `cases`.

    Example: plaint case list --firm northgate --state CONFIRMED_COMPLAINT --with label:refund --as tom
    """
    from dataclasses import replace

    from plaint.desk import casework

    wanted = filter_of(firm, state, assignee, due_before, with_, without)

    def look(stores: Stores, person: Person) -> Any:
        asked = replace(asked_of(stores, person, wanted, view), post=post, limit=limit, offset=offset)
        if next_:
            queued, total = casework.queue(stores, person, asked, now())
            return {"total": total, "cases": queued}
        listed = casework.list_cases(stores, person, asked, now())
        return {"total": listed.total, "cases": listed.rows}

    answer(store, as_, look)


def show(case: CaseArgument, as_of: AsOfOption = None, store: StoreOption = None, as_: AsOption = None) -> None:
    """Show a case with its history and its clocks, each with why this date; with --as-of as it was then. The look is logged.

    Example: plaint case show c-ab2c-3def-4ghi --as-of 2026-11-24T12:00:00Z --as tom
    """
    from plaint.desk import casework

    moment = moment_given(as_of)
    answer(store, as_, lambda stores, person: shown(casework.load(stores, person, case, now(), as_of=moment)))


@act
def confirm(
    case: CaseArgument,
    reason: ReasonOption,
    regime: Annotated[
        list[str] | None, typer.Option("--regime", help="Clocks that run, such as UK-DISP; may be repeated (default: the firm's).")
    ] = None,
    product: ProductOption = None,
    cause: CauseOption = None,
) -> Act:
    """Decide that it is a complaint; its clocks start where the channel's ownership says.

    Example: plaint case confirm c-ab2c-3def-4ghi --reason "charged twice, asks for the money" --as tom
    """
    from plaint.cases.outcomes import Classify
    from plaint.desk import casework

    about = None if product is None and cause is None else Classify(product=product, cause=cause)

    return lambda stores, person, **once: casework.confirm(stores, person, case, reason=reason, regimes=regime or None, about=about, **once)


@act
def reject(
    case: CaseArgument,
    reason: Annotated[str, typer.Option("--reason", metavar="CODE", help="praise, question, information_only, not_about_this_firm, staff_grievance, "
                                        "survey_without_expected_answer, spam_or_advertising, not_genuine or other.")],
    words: Annotated[str | None, typer.Option("--words", help="More words; needed with the reason other.")] = None,
) -> Act:  # fmt: skip
    """Decide that it is no complaint, with a reason.

    Example: plaint case reject c-ab2c-3def-4ghi --reason praise --as tom
    """
    from plaint.desk import casework

    return lambda stores, person, **once: casework.reject(stores, person, case, code=reason, words=words, **once)


@act
def duplicate(
    case: CaseArgument,
    of: Annotated[str, typer.Option("--of", metavar="CASE", help="The case that is about the same.")],
) -> Act:
    """Decide that another case is about the same.

    Example: plaint case duplicate c-ab2c-3def-4ghi --of c-zz2c-3def-4ghi --as tom
    """
    from plaint.desk import casework

    return lambda stores, person, **once: casework.mark_duplicate(stores, person, case, of=of, **once)


@act
def refer(
    case: CaseArgument,
    to: Annotated[str, typer.Option("--to", help="The firm that is responsible.")],
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="When it was forwarded (default: today, UTC).")] = None,
) -> Act:
    """Note that it was forwarded to the firm that is responsible.

    Example: plaint case refer c-ab2c-3def-4ghi --to "Harbour Insurance" --as tom
    """
    from plaint.desk import casework

    return lambda stores, person, **once: casework.refer(stores, person, case, to=to, on=on or now().date().isoformat(), **once)


@act
def assign(
    case: CaseArgument,
    to: Annotated[str, typer.Option("--to", metavar="PERSON", help="The account that gets it; `me`, or `nobody`.")],
) -> Act:
    """Give a case to somebody.

    Example: plaint case assign c-ab2c-3def-4ghi --to me --as tom
    """
    from plaint.desk import casework

    return lambda stores, person, **once: casework.assign(stores, person, case, to={"me": person.key, "nobody": None}.get(to, to), **once)


@act
def note(
    case: CaseArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The note; - reads it from standard input.")],
) -> Act:
    """Write a private note.

    Example: plaint case note c-ab2c-3def-4ghi "asked the branch" --as tom
    """
    from plaint.desk import casework

    words = sys.stdin.read() if text == "-" else text
    return lambda stores, person, **once: casework.note(stores, person, case, text=words, **once)


@act
def acknowledge(
    case: CaseArgument,
    on: OnOption = None,
    reason: LateOption = None,
) -> Act:
    """Note that the person who complained was told that it is being dealt with.

    Example: plaint case acknowledge c-ab2c-3def-4ghi --as tom
    """
    from plaint.desk import casework

    return lambda stores, person, **once: casework.acknowledge(stores, person, case, on=on, reason=reason, **once)


@act
def move_start(
    case: CaseArgument,
    to: Annotated[str, typer.Option("--to", metavar="ISO", help="The moment with its offset, or the local date.")],
    reason: ReasonOption,
) -> Act:
    """Move the start of the clocks; the old start stays in the history.

    Example: plaint case move-start c-ab2c-3def-4ghi --to 2026-11-20T09:00:00Z --reason "the letter came first" --as anna
    """
    from plaint.desk import casework

    return lambda stores, person, **once: casework.move_start(stores, person, case, to=to, reason=reason, **once)


@act
def close(
    case: CaseArgument,
    how: Annotated[str | None, typer.Option("--how", help="How a complaint ended: final_response, summary_resolution or withdrawn.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="More words; needed with --on.")] = None,
    outcome: OutcomeOption = None,
    redress: RedressOption = None,
    on: OnOption = None,
) -> Act:
    """End the work on a case. Refused while a letter that the answer is was not checked for all that its rule asks for.

    Example: plaint case close c-ab2c-3def-4ghi --how final_response --outcome upheld --redress 120 --as tom
    """
    from plaint.cases.decide import Close

    return does(case, Close(how=how, reason=reason, outcome=outcome, redress=redress, on=on))


@act
def reopen(
    case: CaseArgument,
    reason: ReasonOption,
) -> Act:
    """Take a case up again that was closed or decided to be no complaint.

    Example: plaint case reopen c-ab2c-3def-4ghi --reason "wrote again" --as tom
    """
    from plaint.desk import casework

    return lambda stores, person, **once: casework.reopen(stores, person, case, reason=reason, **once)
