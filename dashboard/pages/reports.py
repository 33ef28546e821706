"""Reports: what is filed, whether it is valid, and the cases behind every figure. A form is counted anew each time, never cached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from importlib.metadata import version
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import acts, address, here
from dashboard.widgets import chips, states, times
from dashboard.widgets import returns as shown
from dashboard.widgets.html import Html, join, tag, text
from dashboard.widgets.returns import Line
from dashboard.wording import count, say
from plaint.desk import filings, returns
from plaint.desk.acting import load_case
from plaint.desk.filings import Filing
from plaint.desk.rights import Refused
from plaint.model import Firm, Person
from plaint.reports.counting import BadPeriod, Period, period_of
from plaint.reports.forms import Form, forms
from plaint.reports.returns import Given, Return, check_period

MOST = 200
"""Cases of one cell that are listed."""


def page() -> None:
    """Read the address, ask the desk, show."""
    person = here.visitor()
    now, zone = here.now(), here.zone(here.firm(person))
    here.show(tag("h1", say("page.reports")))
    form, firm, period = address.one("form"), address.one("of"), address.one("period")
    if not (form and firm and period):
        _list(person, now, zone)
        return
    here.show(tag("p", chips.link("reports", say("reports.back"), firm=address.one("firm") or None)))
    name = here.names(person).firm(firm)
    key = f"{form}_{firm}_{period}"
    try:
        given = _given(returns.form_of(form), key)
        made = returns.make(here.stores(), person, form=form, firm=firm, period=period, given=given, now=now)
    except Refused as refused:
        here.show(states.refusal(refused.reason))
        return
    _one(made, name, person, now)


def _list(person: Person, now: datetime, zone: ZoneInfo) -> None:
    chosen = here.firm(person)
    firms = [chosen] if chosen else here.firms(person)
    lines = [line for form in forms().values() for firm in firms if form.regime in firm.regimes for line in _lines(form, firm, person, now, zone)]
    if not lines:
        here.show(states.empty(say("reports.none"), say("reports.none_why", regimes=", ".join(sorted({form.regime for form in forms().values()})))))
        return
    here.show(join([tag("p", say("reports.what"), class_="soft"), shown.forms(lines)]))
    for form in forms().values():
        here.show(shown.missing(form.missing))


def _lines(form: Form, firm: Firm, person: Person, now: datetime, zone: ZoneInfo) -> list[Line]:
    """The running half-year and the two before it, as far as the form is used for them."""
    found = []
    today = now.astimezone(zone).date()
    filed = filings.latest(here.stores(), person)
    for said in _half_years(today):
        period = period_of(said)
        try:
            check_period(form, period)
        except BadPeriod:
            continue
        found.append(_line(form, firm, period, filed.get((form.id, firm.key, period.label)), today, now, zone))
    return found


def _line(form: Form, firm: Firm, period: Period, filed: Filing | None, today: date, now: datetime, zone: ZoneInfo) -> Line:
    state = "running" if period.last >= today else "draft"
    said = say("reports.not_filed")
    if filed is not None:
        state = "filed" if filed.number == 1 else "amended"
        said = f"{times.moment_text(filed.at, now, zone)}, {here.people().get(filed.by, filed.by)}"
    span = f"{times.long_day(period.first)} to {times.long_day(period.last)}"
    return Line(form=form.id, title=form.title, firm=firm.key, firm_name=firm.name, period=period.label, span=span, state=state, filed=said)


def _half_years(today: date) -> list[str]:
    year, half = today.year, 1 if today.month <= 6 else 2
    found = []
    for _ in range(3):
        found.append(f"{year}H{half}")
        year, half = (year, 1) if half == 2 else (year - 1, 2)
    return found


def _given(form: Form, key: str) -> Given:
    """What the firm says itself: kept for the visit, put into the files, never into the log."""
    products = {code: term for code, term in form.terms.products.items() if not term.is_missing}
    answer = {"": None, "Yes": True, "No": False}
    with st.expander(say("reports.given"), key=f"p_given_{key}"):
        nil = st.checkbox(say("reports.nil"), key=f"p_nil_{key}")
        group = st.checkbox(say("reports.group"), key=f"p_group_{key}")
        frns = st.text_input(say("reports.frns"), key=f"p_frns_{key}")
        business = st.multiselect(say("reports.business"), list(products), key=f"p_business_{key}", format_func=lambda code: products[code].label)
        consent = st.selectbox(say("reports.consent"), list(answer), key=f"p_consent_{key}", format_func=lambda said: said or say("reports.blank"))
        matches = st.selectbox(say("reports.matches"), list(answer), key=f"p_matches_{key}", format_func=lambda said: said or say("reports.blank"))
        st.caption(say("reports.given_file"))
    return Given(
        nil=nil, group=group, frns=tuple(frns.replace(",", " ").split()), business=tuple(business), consent=answer[consent], matches=answer[matches]
    )


def _one(made: Return, firm: str, person: Person, now: datetime) -> None:
    view = {**address.here("firm", "form", "of", "period")}
    over = made.last < now.date().isoformat()
    head = [text(firm, 60), text(f"{made.first} to {made.last}"), text(f"{made.form} {made.form_version}"), text(made.rule), text(made.taxonomy)]
    parts = [tag("h2", text(made.title)), states.trail(head)]
    if not over:
        parts.append(states.note(say("reports.not_over")))
    here.show(join([*parts, shown.verdict(made, view), shown.missing(made.missing)]))
    with st.container(key="p_files", horizontal=True, vertical_alignment="center", gap="small"):
        st.download_button(
            say("reports.files" if made.is_sound else "reports.findings"), data=_files(person, made),
            file_name=f"{made.form}-{made.firm}-{made.period}.zip",
            mime="application/zip", key="p_download", type="primary", on_click="ignore",
        )  # fmt: skip
        here.show(tag("p", say("reports.files_what" if made.is_sound else "reports.findings_what"), class_="soft"))
    _filed(made, view, person, now)
    _behind(made)
    spot = (address.one("table"), address.one("row"), address.one("column"))
    here.show(join([shown.items(made), *(shown.filled(one, view, here=spot) for one in made.tables), shown.context(made)]))


def _files(person: Person, made: Return) -> Callable[[], bytes]:
    """A function that makes the ZIP when it is asked for; that the files left is an entry of the log."""

    def make() -> bytes:
        files = returns.files_of(here.stores(), person, made, as_of=None, version=version("plaint"), now=here.now(), command=here.command())
        whole = BytesIO()
        with ZipFile(whole, "w", ZIP_DEFLATED) as packed:
            for name, content in files.items():
                packed.writestr(name, content)
        return whole.getvalue()

    return make


def _filed(made: Return, view: Mapping[str, str | tuple[str, ...] | None], person: Person, now: datetime) -> None:
    """How far it is: a draft, filed, amended; what is not as it was filed; and noting that it was filed."""
    filed = filings.latest(here.stores(), person).get((made.form, made.firm, made.period))
    acts.told()
    if filed is not None:
        here.show(shown.filed(filed, filings.changes(filed, made), made, view, here.people(), now, here.zone(None)))
    if made.is_sound and made.last < now.date().isoformat() and (filed is None or filed.log != made.log):
        with st.container(key="p_file", horizontal=True, gap="small", vertical_alignment="bottom"):
            st.text_input(say("reports.reference"), key=f"p_reference_{made.form}_{made.firm}_{made.period}", width=300)
            label = say("reports.file" if filed is None else "reports.amend")
            acts.button(label, f"file_{made.form}_{made.firm}_{made.period}_{made.log}", _file, (made,))


def _file(made: Return, command: str) -> None:
    person, said = here.visitor(), str(st.session_state.get(f"p_reference_{made.form}_{made.firm}_{made.period}") or "")
    acts.do(lambda: filings.file(here.stores(), person, made, reference=said, now=here.now(), command=command), say("reports.was_filed"))


def _behind(made: Return) -> None:
    """The cases of the cell or the finding that the address names."""
    found = _named(made)
    if found is None:
        return
    title, cases = found
    titles = {case: load_case(here.stores(), case)[0].title or "" for case in cases[:MOST]}
    said: list[Html] = [shown.behind(title, list(titles.items()))]
    if len(cases) > MOST:
        said.append(tag("p", say("reports.more", number=f"{len(cases) - MOST:,}"), class_="soft"))
    here.show(join(said))


def _named(made: Return) -> tuple[str, tuple[str, ...]] | None:
    number = address.one("finding")
    if number.isdigit() and int(number) < len(made.findings):
        finding = made.findings[int(number)]
        return states.sentence(finding.says), finding.cases
    for one in made.tables:
        for cell in one.cells:
            if (one.id, cell.row, cell.column) == (address.one("table"), address.one("row"), address.one("column")):
                labels = f"{dict(one.rows)[cell.row]}, {dict(one.columns)[cell.column].lower()}"
                return f"{labels}: {count(len(cell.cases), 'case')}", cell.cases
    return None


page()
