"""`plaint case`: what a complaint is about and how it was answered, in the regimes' own terms."""

from __future__ import annotations

from typing import Annotated

import typer

from handles.case_options import (
    CaseArgument,
    CauseOption,
    CommandOption,
    ExpectedOption,
    ProductOption,
    RedressOption,
    perform,
)  # fmt: skip
from handles.options import AsOption, StoreOption, say, wrong_usage


def commands(case: typer.Typer) -> None:
    """Register the commands."""
    case.command("terms")(terms)
    case.command("classify")(classify)
    case.command("resolve")(resolve)


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
    expected: ExpectedOption = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Say what a complaint is about: the main product and the main cause; what is not given stays.

    Example: plaint case classify c-ab2c-3def-4ghi --product "Current accounts" --cause FCA1R-C03 --as tom
    """
    from plaint.cases.outcomes import Classify
    from plaint.desk import casework

    asked = Classify(product=product, cause=cause, root_cause=root_cause, vulnerability=tuple(vulnerable) if vulnerable else None, scheme=scheme)
    perform(store, as_, expected, command, lambda stores, person, **once: casework.perform(stores, person, case, asked, **once))


def resolve(
    case: CaseArgument,
    how: Annotated[str, typer.Option("--how", help="final_response or summary_resolution.")],
    outcome: Annotated[str, typer.Option("--outcome", help="upheld, partly_upheld or not_upheld.")],
    redress: RedressOption = None,
    expected: ExpectedOption = None,
    command: CommandOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Note that a complaint was answered, how, and with which redress. The work goes on until it is closed.

    Example: plaint case resolve c-ab2c-3def-4ghi --how final_response --outcome upheld --redress 120.50 --as tom
    """
    from plaint.cases.outcomes import Resolve
    from plaint.desk import casework

    asked = Resolve(how=how, outcome=outcome, redress=redress)
    perform(store, as_, expected, command, lambda stores, person, **once: casework.perform(stores, person, case, asked, **once))
