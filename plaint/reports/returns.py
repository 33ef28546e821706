"""A return from counted complaints: its tables with the case ids behind each cell, and what its validator refuses.

A cell is empty where the firm does no such business and 0 where it does but nothing was counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from plaint.cases.chain import canonical, order_hash
from plaint.reports.counting import BadPeriod, Complaint, Period, figure
from plaint.reports.forms import Column, Context, Form, Table

BANDS = ("closed_3bd", "closed_8w", "closed_later")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextFigures:
    """What a firm says of one group of products: its business at the end of the period, and policies sold in it."""

    provision: float | None = None
    intermediation: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the log cannot know and the firm says in a file.

    `business` are codes of products the firm deals in, so that a 0 can be told from a blank; `context` maps groups of
    products to the context tables' figures; the others answer the form's single questions.
    """

    group: bool = False
    frns: tuple[str, ...] = ()
    nil: bool = False
    consent: bool | None = None
    matches: bool | None = None
    business: tuple[str, ...] = ()
    context: Mapping[str, ContextFigures] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: `value` None is a blank. `cases` are the complaints behind it."""

    row: str
    column: str
    value: int | None
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A table with its rows (code, label), columns (key, label) and cells; the last row is the total."""

    id: str
    title: str
    certainty: str
    rows: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that the validator refuses, with the cases that cause it."""

    rule: str
    says: str
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A return as it is written. `log` is a hash over the version of each case counted: equal logs give equal returns."""

    form: str
    form_version: str
    title: str
    rule: str
    taxonomy: str
    firm: str
    period: str
    first: str
    last: str
    cases: int
    log: str
    items: tuple[tuple[str, str, str | int | None], ...]
    tables: tuple[Filled, ...]
    context: tuple[tuple[str, str, tuple[tuple[str, str, float | None, float | None], ...]], ...]
    outstanding_start: int
    outstanding_end: int
    missing: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether the validator refuses nothing."""
        return not self.findings


def check_period(form: Form, period: Period) -> None:
    """Raise BadPeriod for a period for which another form is used."""
    if form.effective_to is not None and period.last.isoformat() > form.effective_to:
        raise BadPeriod(f"{form.id} is for periods until {form.effective_to}; {period.label} ends {period.last}: {form.afterwards}")
    if form.effective_from is not None and period.first.isoformat() < form.effective_from:
        raise BadPeriod(f"{form.id} is for periods from {form.effective_from}; {period.label} begins {period.first}")


def made(form: Form, firm: str, period: Period, complaints: Sequence[Complaint], given: Given) -> Return:
    """The return of a firm for a period; its findings say whether it may leave."""
    opened = figure("opened", complaints, period)[0]
    tables = [] if given.nil else [_filled(form, one, complaints, period, given) for one in form.tables if _belongs(one, opened)]
    start, end = figure("outstanding_start", complaints, period)[0], figure("outstanding_end", complaints, period)[0]
    answers = {
        "group": _yes(given.group), "frns": " ".join(given.frns) or None, "nil": _yes(given.nil), "outstanding_start": None if given.nil else start,
        "opened": None if given.nil else opened, "consent": _yes(given.consent), "matches": _yes(given.matches),
    }  # fmt: skip
    return Return(
        form=form.id, form_version=form.version, title=form.title, rule=form.rule, taxonomy=f"{form.taxonomy} {form.terms.version}",
        firm=firm, period=period.label, first=period.first.isoformat(), last=period.last.isoformat(),
        cases=len(complaints), log=order_hash(canonical([one.case, one.version]) for one in complaints),
        items=tuple((item.item, item.label, answers[item.given]) for item in form.items), tables=tuple(tables),
        context=tuple(_context(one, given) for one in form.context if _belongs(one, opened)),
        outstanding_start=start, outstanding_end=end, missing=form.missing,
        findings=tuple(findings(form, period, complaints, given, tables)),
    )  # fmt: skip


def _belongs(table: Table | Context, opened: int) -> bool:
    """Whether a table is one for so many complaints."""
    return (table.least is None or opened >= table.least) and (table.below is None or opened < table.below)


def _filled(form: Form, table: Table, complaints: Sequence[Complaint], period: Period, given: Given) -> Filled:
    products = form.terms.products
    rows = form.rows(table)
    columns = form.columns if table.across == "figures" else _groups_across(form)
    business = {products[code].group if table.rows == "groups" else code for code in given.business if code in products}

    def behind(row: str) -> list[Complaint]:
        if table.rows == "causes":
            return [one for one in complaints if one.cause == row]
        if table.rows == "groups":
            return [one for one in complaints if _group(form, one) == row]
        return [one for one in complaints if one.product == row]

    cells = []
    for code in (*rows, "total"):
        of = complaints if code == "total" else behind(code)
        is_blank = code != "total" and table.rows != "causes" and not of and code not in business
        for column in columns:
            value, cases = _figure(form, table, column.key, of, period)
            cells.append(Cell(row=code, column=column.key, value=None if is_blank else value, cases=cases))
    named = [(code, term.label) for code, term in rows.items()] + [("total", "Total")]
    return Filled(
        id=table.id, title=table.title, certainty=table.certainty, rows=tuple(named),
        columns=tuple((column.key, column.label) for column in columns), cells=tuple(cells),
    )  # fmt: skip


def _groups_across(form: Form) -> tuple[Column, ...]:
    """Columns for the opened complaints of each group, and for all."""
    says = "complaints opened, by group of products"
    return tuple(Column(key=key, label=key if key != "opened" else "All", says=says, certainty="unverified") for key in (*form.groups, "opened"))


def _figure(form: Form, table: Table, key: str, of: Iterable[Complaint], period: Period) -> tuple[int, tuple[str, ...]]:
    if table.across == "figures" or key == "opened":
        return figure(key, of, period)
    return figure("opened", [one for one in of if _group(form, one) == key], period)


def _group(form: Form, one: Complaint) -> str | None:
    """The group of a complaint's product, None for one that the taxonomy does not have."""
    term = form.terms.products.get(one.product or "")
    return term.group if term else None


def _context(table: Context, given: Given) -> tuple[str, str, tuple[tuple[str, str, float | None, float | None], ...]]:
    known = {group: given.context.get(group, ContextFigures()) for group in table.units}
    rows = tuple((group, unit, known[group].provision, known[group].intermediation) for group, unit in table.units.items())
    return table.id, table.title, rows


def _yes(said: bool | None) -> str | None:  # noqa: FBT001 - an answer of the form, not a switch
    return None if said is None else "Yes" if said else "No"


def findings(form: Form, period: Period, complaints: Sequence[Complaint], given: Given, tables: Sequence[Filled]) -> Iterator[Finding]:
    """Everything that the validator refuses, in the order of its rules."""
    counted = [one for one in complaints if period.holds(one.opened) or period.holds(one.closed)]
    yield from _of_complaints(form, period, counted)
    yield from _of_answers(form, period, complaints, given)
    for table in tables:
        yield from _of_table(table)
    start, opened, closed, end = (figure(key, complaints, period)[0] for key in ("outstanding_start", "opened", "closed", "outstanding_end"))
    if start + opened - closed != end:
        odd = tuple(one.case for one in complaints if one.closed is not None and one.closed < one.opened)
        says = f"outstanding at the start {start} + opened {opened} - closed {closed} is not {end}, what is outstanding at the end"
        yield Finding(rule="outstanding", says=says, cases=odd)


def _of_complaints(form: Form, period: Period, counted: Sequence[Complaint]) -> Iterator[Finding]:
    """What is wrong with single complaints."""
    products, causes = form.terms.products, form.terms.causes
    closed = [one for one in counted if period.holds(one.closed) and not one.withdrawn]
    checks = (
        ("day 0", "of which day 0 lies in a year without a calendar", [one for one in counted if one.trouble]),
        ("product", "without a product", [one for one in counted if one.product is None]),
        ("unknown product", f"with a product that {form.taxonomy} does not have", [one for one in counted if one.product not in {None, *products}]),
        ("rows missing", "with a credit-related product, whose rows are not loaded", [one for one in counted if _is_missing(one, form)]),
        ("cause", "without a main cause", [one for one in counted if one.cause is None]),
        ("unknown cause", f"with a cause that {form.taxonomy} does not have", [one for one in counted if one.cause not in {None, *causes}]),
        ("outcome", "closed without an outcome", [one for one in closed if one.outcome is None]),
        ("currency", "with redress in another currency than GBP", [one for one in closed if one.currency not in {None, "GBP"}]),
    )
    for rule, says, wrong in checks:
        if wrong:
            yield Finding(rule=rule, says=f"{len(wrong)} complaint{'s' * (len(wrong) != 1)} {says}", cases=tuple(one.case for one in wrong))


def _is_missing(one: Complaint, form: Form) -> bool:
    term = form.terms.products.get(one.product or "")
    return term is not None and term.is_missing


def _of_answers(form: Form, period: Period, complaints: Sequence[Complaint], given: Given) -> Iterator[Finding]:
    """What is wrong with what the firm says."""
    opened, cases = figure("opened", complaints, period)
    closed, more = figure("closed", complaints, period)
    if given.nil and (opened or closed):
        yield Finding(rule="nil with numbers", says=f"a nil return is declared, but {opened} were opened and {closed} closed", cases=(*cases, *more))
    if given.nil and given.context:
        yield Finding(rule="nil with numbers", says="a nil return is declared, but context figures are given")
    if given.group and not given.frns:
        yield Finding(rule="group", says="item 1 says that the return covers more than one entity, so item 34 must name their FRNs")
    if given.consent and opened < form.publish_from:
        yield Finding(rule="publication", says=f"item 47 is answered only from {form.publish_from} complaints; there are {opened}")
    if given.consent and given.matches is None:
        yield Finding(rule="publication", says="item 48 must be answered where item 47 is Yes")
    for code in given.business:
        if code not in form.terms.products or form.terms.products[code].is_missing:
            yield Finding(rule="unknown product", says=f"the firm's business names {code!r}, which is no row of {form.taxonomy}")
    for group in given.context:
        if group not in form.groups:
            yield Finding(rule="context", says=f"context is given for {group!r}, which is no group of {form.taxonomy}: {', '.join(form.groups)}")


def _of_table(table: Filled) -> Iterator[Finding]:
    """What does not add up in a table, whoever filled it."""
    values = {(cell.row, cell.column): cell.value or 0 for cell in table.cells}
    columns = [key for key, _ in table.columns]
    rows = [code for code, _ in table.rows]
    for row in rows:
        if "closed" in columns and values[row, "closed"] != sum(values[row, band] for band in BANDS):
            yield Finding(rule="closed", says=f"table {table.id}, {row}: closed is not the sum of the three bands")
        if "upheld" in columns and values[row, "upheld"] > values[row, "closed"]:
            yield Finding(rule="upheld", says=f"table {table.id}, {row}: more upheld than closed")
    for column in columns:
        whole = sum(values[row, column] for row in rows if row != "total")
        # Pounds are rounded row by row, so only counts must add up.
        if not column.startswith("redress") and values["total", column] != whole:
            says = f"table {table.id}, {column}: the total is {values['total', column]}, the rows add up to {whole}"
            yield Finding(rule="sum of rows", says=says)
