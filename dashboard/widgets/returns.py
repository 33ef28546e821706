"""A regulator's return as its form has it: the verdict first, then the tables, each figure a link to its cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard.widgets import chips, states, times
from dashboard.widgets.chips import Parameters
from dashboard.widgets.hits import short
from dashboard.widgets.html import NOTHING, Html, icon, join, tag, text
from dashboard.widgets.tables import Column, table
from dashboard.wording import count, say
from plaint.desk.filings import Change, Filing
from plaint.reports.returns import Cell, Filled, Finding, Return

SURE = "verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One form of one firm for one period; `filed` says in words when it was, or that it was not."""

    form: str
    title: str
    firm: str
    firm_name: str
    period: str
    span: str
    state: str
    filed: str


def forms(lines: Sequence[Line]) -> Html:
    """The list of forms: whose, which period, how far."""
    rows = [
        [
            chips.link("reports", text(one.title, 120), form=one.form, of=one.firm, period=one.period),
            text(one.firm_name, 60), text(one.period), text(one.span), tag("span", say(f"reports.state.{one.state}"), class_="chip"), text(one.filed),
        ]
        for one in lines
    ]  # fmt: skip
    columns = [Column("Form", grow=True), Column("Firm"), Column("Period", tight=True), Column("Days", hide=True), Column("State", tight=True),
               Column("Filed", hide=True)]  # fmt: skip
    return table(say("reports.list"), columns, rows, walk=True)


def filed(
    one: Filing, changed: Sequence[Change], made: Return, view: Parameters, people: Mapping[str, str], now: datetime, zone: ZoneInfo
) -> Html:  # fmt: skip
    """When it was filed and by whom, and each figure that is not as it was filed, with the way to its cases."""
    key = "reports.filed_line" if one.number == 1 else "reports.amended_line"
    who = people.get(one.by, one.by)
    head = tag("p", say(key, when=times.moment_text(one.at, now, zone), who=who, reference=one.reference or say("reports.blank"), number=one.number))
    if not changed:
        return tag("div", join([head, tag("p", say("reports.as_filed"))]), class_="box-note", role="status")
    names = {f"{part.id}/{row}/{column}": (part.id, row, column, f"{dict(part.rows)[row]}, {label}") for part in made.tables
             for row, _ in part.rows for column, label in part.columns}  # fmt: skip
    rows = []
    for change in changed[:50]:
        table_, row, column, label = names.get(change.cell, ("", "", "", change.cell))
        place = chips.link("reports", text(label, 120), view, table=table_, row=row, column=column) if change.cases and table_ else text(label, 120)
        rows.append([place, _as_figure(change.before), _as_figure(change.now)])
    columns = [Column("Figure", grow=True), Column("As filed", number=True), Column("Now", number=True)]
    differ = table(say("reports.differ", number=count(len(changed), "figure")), columns, rows, shown=True)
    return tag("div", join([head, differ]), class_="box-late", role="status")


def _as_figure(value: int | None) -> Html:
    return text(say("reports.blank") if value is None else f"{value:,}")


def verdict(made: Return, view: Parameters) -> Html:
    """What the validator says: passed, or each thing that it refuses with the cases where it is to be mended."""
    if made.is_sound:
        passed = tag("span", join([icon("tick"), text(say("reports.passed"))]), class_="chip green")
        said = say("reports.passed_what", cases=count(made.cases, "complaint"), start=f"{made.outstanding_start:,}", end=f"{made.outstanding_end:,}")
        return tag("div", join([tag("p", passed, class_="h"), tag("p", said)]), class_="box-note", role="status")
    items = [tag("li", join([text(states.sentence(one.says)), _mend(number, one, view)], " ")) for number, one in enumerate(made.findings)]
    return states.box(
        say("reports.refused", number=count(len(made.findings), "thing")), tag("ol", join(items), class_="findings"), kind="bad", role="status"
    )


def _mend(number: int, finding: Finding, view: Parameters) -> Html:
    if not finding.cases:
        return NOTHING
    return chips.link("reports", count(len(finding.cases), "case"), {**view, "finding": str(number), "table": None, "row": None, "column": None})


def missing(said: Sequence[str]) -> Html:
    """Lists of the regulator that are not loaded."""
    if not said:
        return NOTHING
    items = tag("ul", join(tag("li", text(states.sentence(one), 400)) for one in said))
    return states.box(say("reports.missing"), join([items, tag("p", say("reports.missing_do"))]), kind="late")


def items(made: Return) -> Html:
    """The single questions of the form with their answers."""
    rows = [[text(number), text(label, 200), text(answer) if answer is not None else tag("span", say("reports.blank"), class_="soft")]
            for number, label, answer in made.items]  # fmt: skip
    return table(say("reports.items"), [Column("Item", tight=True), Column("Question", grow=True), Column("Answer", number=True)], rows, shown=True)


def filled(said: Filled, view: Parameters, *, here: tuple[str, str, str] | None = None) -> Html:
    """One table exactly as the form has it; a figure is a link to the cases behind it, a blank stays blank."""
    cells: Mapping[tuple[str, str], Cell] = {(cell.row, cell.column): cell for cell in said.cells}
    head = tag("tr", join([tag("th", say("reports.row"), scope="col"), *(tag("th", label, scope="col", class_="num") for _, label in said.columns)]))
    rows = []
    for code, label in said.rows:
        name = tag("th", label, scope="row", title=code)
        figures = [
            tag("td", _cell(cells[code, key], said.id, view), class_="num here" if here == (said.id, code, key) else "num") for key, _ in said.columns
        ]
        rows.append(tag("tr", join([name, *figures]), class_="total" if code == "total" else None))
    caption = tag("caption", join([text(said.title), unsure(said.certainty)], " "))
    whole = tag("table", join([caption, tag("thead", head), tag("tbody", join(rows))]), class_="t form")
    return tag("div", whole, class_="wide", tabindex="0", role="region", aria_label=said.title)


def _cell(cell: Cell, table_: str, view: Parameters) -> Html:
    if cell.value is None:
        return NOTHING
    if not cell.cases:
        return tag("span", f"{cell.value:,}", class_="soft")
    return chips.link("reports", f"{cell.value:,}", {**view, "table": table_, "row": cell.row, "column": cell.column, "finding": None})


def unsure(certainty: str) -> Html:
    """A word where the layout was not checked against the regulator's own text."""
    return NOTHING if certainty == SURE else tag("span", say("reports.unsure"), class_="chip guess")


def context(made: Return) -> Html:
    """The tables whose figures the firm gives."""
    said = []
    for _, title, rows in made.context:
        lines = [[text(group), text(unit), _given(provision), _given(intermediation)] for group, unit, provision, intermediation in rows]
        columns = [Column("Group", grow=True), Column("Unit"), Column("Provision", number=True), Column("Intermediation", number=True)]
        said.append(table(title, columns, lines, shown=True))
    return join(said)


def _given(figure: float | None) -> Html:
    return text(f"{figure:,.0f}") if figure is not None else tag("span", say("reports.blank"), class_="soft")


def behind(title: str, cases: Sequence[tuple[str, str]]) -> Html:
    """The cases behind one cell or one finding: id and title, each a link."""
    rows = [[chips.link("case", text(name or f"Case {short(case)}", 110), case=case), tag("code", text(case))] for case, name in cases]
    head = tag("h2", title)
    return tag("section", join([head, table(title, [Column("Case", grow=True), Column("Id", tight=True, hide=True)], rows, walk=True)]), id="behind")


__all__ = ["Line", "behind", "context", "filled", "forms", "items", "missing", "unsure", "verdict"]
