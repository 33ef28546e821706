"""Returns are counted from the lists of cases, and say the same as the log does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from plaint.cases.letters import letters
from plaint.cases.outcomes import Classify
from plaint.cases.work import CheckContent
from plaint.desk import casework, returns
from plaint.desk.acting import firm_of
from plaint.model import iso
from plaint.ports import CaseFilter, Stores
from plaint.reports import sheets
from plaint.reports.counting import cases_in, complaints_of, period_of
from plaint.reports.forms import forms
from plaint.reports.returns import Given, Return, made
from tests.conftest import NOW
from tests.desk.test_casework import ANNA, TOM, desk, opened

__all__ = ["desk"]

LATER = NOW + timedelta(days=1)


def _worked(desk: Stores) -> list[str]:
    """One answered, one withdrawn, one open, one to decide, one referred."""
    cases = [opened(desk, number) for number in range(5)]
    for number, case in enumerate(cases[:3]):
        about = Classify(product="Current accounts", cause="FCA1R-C03")
        casework.confirm(desk, TOM, case, reason="charged twice", about=about, now=NOW, command=f"c{number}")
    said = CheckContent(letter="disp-final-response", items=tuple(letters()["disp-final-response"].items))
    casework.perform(desk, TOM, cases[0], said, now=NOW, command="l0")
    casework.close(desk, TOM, cases[0], how="final_response", outcome="upheld", redress="12.50", now=NOW, command="x0")
    casework.close(desk, TOM, cases[1], how="withdrawn", now=NOW, command="x1")
    casework.refer(desk, TOM, cases[4], to="Harbour", on="2026-11-24", now=NOW, command="r4")
    return cases


def _made(desk: Stores, as_of: str | None = None) -> bytes:
    return _bytes(returns.make(desk, ANNA, form="uk-disp-1r", firm="northgate", period="2026H2", given=Given(), as_of=as_of, now=LATER))


def _bytes(made: Return) -> bytes:
    return sheets.as_json(made) + sheets.as_csv(made) + sheets.drill_down(made)


def _from_the_whole_log(desk: Stores, until: datetime) -> bytes:
    form = forms()["uk-disp-1r"]
    cases = cases_in(desk.cases.walk(), until=iso(until)).values()
    complaints = complaints_of(cases, firm_of(desk, "northgate"), form.regime, form.taxonomy)
    return _bytes(made(form, "northgate", period_of("2026H2"), complaints, Given()))


def test_the_lists_give_the_same_bytes_as_the_whole_log(desk: Stores) -> None:
    answered, *_ = _worked(desk)
    assert _made(desk) == _made(desk, as_of=iso(LATER)) == _from_the_whole_log(desk, LATER)
    assert answered.encode() in _made(desk)


def test_a_return_as_of_a_moment_counts_what_the_log_said_then(desk: Stores) -> None:
    answered, withdrawn, waiting, to_decide, _ = _worked(desk)
    then = _made(desk, as_of=iso(NOW))
    hour = NOW + timedelta(hours=1)
    casework.reopen(desk, TOM, answered, reason="they wrote again", now=hour, command="o0")
    casework.close(desk, TOM, waiting, how="withdrawn", now=hour, command="x2")
    casework.confirm(desk, TOM, to_decide, reason="so it is", now=hour, command="c3")
    casework.reopen(desk, TOM, withdrawn, reason="they came back", now=hour, command="o1")
    assert _made(desk, as_of=iso(NOW)) == then == _from_the_whole_log(desk, NOW)
    assert _made(desk) != then
    earlier = NOW - timedelta(days=365)
    assert _made(desk, as_of=iso(earlier)) == _from_the_whole_log(desk, earlier)


def test_a_case_whose_list_row_says_nothing_yet_is_read_from_the_log(desk: Stores) -> None:
    _worked(desk)
    rows, _ = desk.cases.cases(CaseFilter())
    for row in rows:
        desk.cases.save_case(replace(row, complaint=None))
    assert _made(desk) == _made(desk, as_of=iso(LATER))
