"""`plaint case`: what a complaint is about and how it was answered, in the regimes' own terms."""

from __future__ import annotations

from typing import Annotated

import typer

from handles.case_options import (  # fmt: skip
    Act,
    CaseArgument,
    CauseOption,
    LateOption,
    OnOption,
    ProductOption,
    ReasonOption,
    RedressOption,
    act,
    does,
)
from handles.options import say, wrong_usage


def commands(case: typer.Typer) -> None:
    """Register the commands."""
    case.command("terms")(terms)
    case.command("classify")(classify)
    case.command("resolve")(resolve)
    case.command("review")(review)
    case.command("add-regime")(add_regime)


def terms(scheme: Annotated[str, typer.Argument(metavar="SCHEME", help="The taxonomy.")] = "UK-FCA-1R") -> None:
    """List the products and causes of a taxonomy, one JSON object a line, each with how well it is known.

    Example: plaint case terms UK-FCA-1R
    """
    from plaint.cases.taxonomies import taxonomies

    if scheme not in taxonomies():
        wrong_usage(f"no taxonomy {scheme!r}: {', '.join(taxonomies())}")
    taxonomy = taxonomies()[scheme]
    for kind, rows in (("product", taxonomy.products), ("cause", taxonomy.causes)):
        for term in rows.values():
            say({"kind": kind, "code": term.code, "group": term.group, "label": term.label, "certainty": term.certainty})


@act
def classify(
    case: CaseArgument,
    product: ProductOption = None,
    cause: CauseOption = None,
    root_cause: Annotated[str | None, typer.Option("--root-cause", help="What went wrong underneath, in words.")] = None,
    vulnerable: Annotated[
        list[str] | None,
        typer.Option("--vulnerable", help="health, life_events, resilience or capability; may be repeated."),
    ] = None,
    scheme: Annotated[str, typer.Option("--scheme", help="Whose products and causes.")] = "UK-FCA-1R",
) -> Act:
    """Say what a complaint is about: the main product and the main cause; what is not given stays.

    Example: plaint case classify c-ab2c-3def-4ghi --product "Current accounts" --cause FCA1R-C03 --as tom
    """
    from plaint.cases.outcomes import Classify

    asked = Classify(product=product, cause=cause, root_cause=root_cause, vulnerability=tuple(vulnerable) if vulnerable else None, scheme=scheme)
    return does(case, asked)


@act
def resolve(
    case: CaseArgument,
    how: Annotated[str, typer.Option("--how", help="final_response or summary_resolution.")],
    outcome: Annotated[str, typer.Option("--outcome", help="upheld, partly_upheld or not_upheld.")],
    redress: RedressOption = None,
    on: OnOption = None,
    reason: LateOption = None,
) -> Act:
    """Note that a complaint was answered, how, and with which redress. The work goes on until it is closed.

    Refused while a letter that the answer is was not checked for all that its rule asks for: `plaint case letter`.

    Example: plaint case resolve c-ab2c-3def-4ghi --how final_response --outcome upheld --redress 120.50 --as tom
    """
    from plaint.cases.outcomes import Resolve

    return does(case, Resolve(how=how, outcome=outcome, redress=redress, on=on, reason=reason))


@act
def review(
    case: CaseArgument,
    agree: Annotated[bool, typer.Option("--agree/--disagree", help="Whether it is no complaint; --disagree makes it undecided again.")],
    words: Annotated[str | None, typer.Option("--words", help="Why; needed with --disagree.")] = None,
) -> Act:
    """Look, as a second person, at a decision that something is no complaint. `plaint case list --with review:due` shows the sample.

    Example: plaint case review c-ab2c-3def-4ghi --disagree --words "asks for the fee back" --as anna
    """
    from plaint.cases.judging import Review
    from plaint.desk import casework

    return lambda stores, person, **once: casework.perform(stores, person, case, Review(by=person.key, agrees=agree, words=words), **once)


@act
def add_regime(
    case: CaseArgument,
    regimes: Annotated[list[str], typer.Argument(metavar="REGIME…", help="Whose clocks run as well, such as UK-DPC.")],
    reason: ReasonOption,
) -> Act:
    """Let the clocks of more regimes run on the same complaint, from the same start.

    Example: plaint case add-regime c-ab2c-3def-4ghi UK-DPC --reason "asks what data is held" --as tom
    """
    from plaint.cases.judging import AddRegimes

    return does(case, AddRegimes(regimes=tuple(regimes), reason=reason))
