"""What a complaint is about and how it was answered, in the regimes' own terms: commands, and what they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING

from plaint.cases.dated import dated
from plaint.cases.letters import letters_sent
from plaint.cases.outcome_events import ComplaintClassified, Resolved
from plaint.cases.refusal import Refusal, unknown
from plaint.cases.taxonomies import Taxonomy, Term, named, near, taxonomies
from plaint.cases.work_events import LetterSent

if TYPE_CHECKING:
    from plaint.cases.case import Case

SCHEME = "UK-FCA-1R"
"""The taxonomy that is meant where none is named."""


class Outcome(StrEnum):
    """How a complaint was answered. The return counts the first two as upheld."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    NOT_UPHELD = "not_upheld"

    @property
    def is_upheld(self) -> bool:
        """Whether a return counts it as upheld."""
        return self is not Outcome.NOT_UPHELD


class Vulnerability(StrEnum):
    """The four drivers of vulnerability (PS25/19)."""

    HEALTH = "health"
    LIFE_EVENTS = "life_events"
    RESILIENCE = "resilience"
    CAPABILITY = "capability"


ANSWERS = ("final_response", "summary_resolution")
"""The kinds of answer that resolve a complaint (DISP 1.6.2R, 1.5.4R)."""

MOST_REDRESS = Decimal(100_000_000)
"""More than this is taken for a slip of the hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """What a complaint is about under one taxonomy, as it stands."""

    version: str
    product: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Classify:
    """Say what it is about: codes or labels of a taxonomy; what is None stays as it was."""

    product: str | None = None
    cause: str | None = None
    root_cause: str | None = None
    vulnerability: tuple[str, ...] | None = None
    scheme: str = SCHEME


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """Note that it was answered, how, and with which redress (an amount of money as decimal text).

    `on` is when the answer was sent (a moment, ISO 8601) where it is noted later; `reason` then says why.
    """

    how: str
    outcome: str
    redress: str | None = None
    currency: str = "GBP"
    on: str | None = None
    reason: str | None = None


def classify(case: Case, command: Classify) -> tuple[ComplaintClassified] | Refusal:
    """What `Classify` leads to."""
    if command.scheme not in taxonomies():
        return unknown("taxonomy", command.scheme, taxonomies())
    taxonomy = taxonomies()[command.scheme]
    if all(said is None for said in (command.product, command.cause, command.root_cause, command.vulnerability)):
        return Refusal("say what it is about: a product, a cause, a root cause or a vulnerability")
    before = case.classified.get(command.scheme, Classified(version=taxonomy.version))
    product = _code("product", taxonomy, taxonomy.products, command.product, before.product)
    cause = _code("cause", taxonomy, taxonomy.causes, command.cause, before.cause)
    if isinstance(product, Refusal):
        return product
    if isinstance(cause, Refusal):
        return cause
    drivers = [driver.value for driver in Vulnerability]
    for driver in command.vulnerability or ():
        if driver not in drivers:
            return unknown("driver of vulnerability", driver, drivers)
    vulnerable = None if command.vulnerability is None else "\n".join(dict.fromkeys(command.vulnerability))
    words = (command.root_cause or "").strip() or None
    return (
        ComplaintClassified(
            scheme=taxonomy.id, scheme_version=taxonomy.version, product=product, cause=cause, root_cause=words, vulnerability=vulnerable
        ),
    )


def _code(what: str, taxonomy: Taxonomy, terms: Mapping[str, Term], said: str | None, before: str | None) -> str | Refusal | None:
    if said is None:
        return before
    found = named(terms, said)
    return found.code if found else Refusal(f"no {what} {said!r} in {taxonomy.id} {taxonomy.version}{near(terms, said)}")


def resolve(case: Case, command: Resolve, now: datetime) -> tuple[LetterSent | Resolved, ...] | Refusal:
    """What `Resolve` leads to: the letters that it says were sent, where a regime of the case asks for any, and the answer."""
    if case.status != "CONFIRMED_COMPLAINT":
        return Refusal(f"{case.id} is no confirmed complaint, so there is nothing to resolve; confirm it first")
    if case.resolved_at is not None:
        return Refusal(f"{case.id} was resolved already, {case.resolved_at}; reopen it to answer again")
    if command.how not in ANSWERS:
        return unknown("kind of answer", command.how, ANSWERS)
    outcomes = [outcome.value for outcome in Outcome]
    if command.outcome not in outcomes:
        return unknown("outcome", command.outcome, outcomes)
    redress = _money(command.redress)
    if isinstance(redress, Refusal):
        return redress
    on = dated(case, command.on, command.reason, now)
    if isinstance(on, Refusal):
        return on
    sent = letters_sent(case, command.how, on=on, reason=command.reason)
    if isinstance(sent, Refusal):
        return sent
    answer = Resolved(
        how=command.how, outcome=command.outcome, redress=redress, currency=command.currency if redress else None, on=on,
        reason=(command.reason or "").strip() or None,
    )  # fmt: skip
    return (*sent, answer)


def _money(said: str | None) -> str | Refusal | None:
    """An amount with two decimals; None for none and for zero."""
    if said is None:
        return None
    try:
        amount = Decimal(said.replace(",", ""))
    except InvalidOperation:
        return Refusal(f"{said!r} is no amount of money; write it like 120.50")
    if not amount.is_finite() or amount < 0 or amount > MOST_REDRESS or amount != round(amount, 2):
        return Refusal(f"redress is an amount from 0 to {MOST_REDRESS:,} with at most two decimals; got {said}")
    return f"{amount:.2f}" if amount else None
