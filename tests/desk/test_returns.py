"""Returns are counted from the lists of cases, and say the same as the log does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from plaint.cases.letters import letters
from plaint.cases.outcomes import Classify
from plaint.cases.work import CheckContent
from plaint.desk import casework, returns
from plaint.model import iso
from plaint.ports import CaseFilter, Stores
from plaint.reports import sheets
from plaint.reports.returns import Given
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
    made = returns.make(desk, ANNA, form="uk-disp-1r", firm="northgate", period="2026H2", given=Given(), as_of=as_of, now=LATER)
    return sheets.as_json(made) + sheets.as_csv(made) + sheets.drill_down(made)


def test_the_lists_give_the_same_bytes_as_the_whole_log(desk: Stores) -> None:
    answered, *_ = _worked(desk)
    assert _made(desk) == _made(desk, as_of=iso(LATER))
    assert answered.encode() in _made(desk)


def test_a_case_whose_list_row_says_nothing_yet_is_read_from_the_log(desk: Stores) -> None:
    _worked(desk)
    rows, _ = desk.cases.cases(CaseFilter())
    for row in rows:
        desk.cases.save_case(replace(row, complaint=None))
    assert _made(desk) == _made(desk, as_of=iso(LATER))


def test_all_pages_are_counted(desk: Stores, monkeypatch: object) -> None:
    _worked(desk)
    whole = _made(desk)
    monkeypatch.setattr(returns, "PAGE", 1)  # type: ignore[attr-defined]
    assert _made(desk) == whole
