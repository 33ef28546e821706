"""The Reports page: forms by firm and period, the verdict first, each figure a link to exactly its cases."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import unquote_plus
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest

from dashboard.widgets import returns as shown
from plaint.cases.letters import letters
from plaint.cases.outcomes import Classify, Resolve
from plaint.cases.work import CheckContent
from plaint.desk import casework, filings, returns
from plaint.desk.casework import perform
from plaint.desk.filings import Filing
from plaint.desk.rights import Refused
from plaint.ports import CaseFilter
from plaint.reports.forms import forms
from plaint.reports.returns import Cell, Filled, Finding, Given, Return
from tests.dashboard import made
from tests.dashboard.conftest import Open, words

HALF = f"{made.NOW.year}H{1 if made.NOW.month <= 6 else 2}"
FORM = next(iter(forms()))
LONDON = ZoneInfo("Europe/London")


def filled(**said: Any) -> Filled:
    cells = (
        Cell(row="1", column="opened", value=2, cases=("c-1", "c-2")), Cell(row="1", column="closed", value=0),
        Cell(row="total", column="opened", value=None), Cell(row="total", column="closed", value=0),
    )  # fmt: skip
    whole = {"id": "A", "title": "Products", "certainty": "verified", "rows": (("1", "Loans"), ("total", "Total")),
             "columns": (("opened", "Opened"), ("closed", "Closed")), "cells": cells}  # fmt: skip
    return Filled(**{**whole, **said})


def a_return(*findings: Finding) -> Return:
    return Return(
        form="f", form_version="1", title="A form", rule="R 1", taxonomy="T 1", firm="northgate", period=HALF, first="2026-07-01", last="2026-12-31",
        cases=2, log="0", items=(("1", "Nil?", None),), tables=(), context=(), outstanding_start=0, outstanding_end=2, missing=(), findings=findings,
    )  # fmt: skip


@pytest.mark.pure
def test_a_figure_links_to_its_cases_a_zero_and_a_blank_do_not() -> None:
    said = shown.filled(filled(), {"form": "f"})
    assert said.count("<a ") == 1
    assert "table=A&amp;row=1&amp;column=opened" in said
    assert '<td class="num"></td>' in said, "a blank stays blank"
    assert 'tabindex="0"' in said, "a wide table can be scrolled by keyboard"


@pytest.mark.pure
def test_a_layout_that_was_not_checked_says_so_and_hostile_labels_stay_text() -> None:
    said = shown.filled(filled(certainty="unverified", rows=(("1", made.HOSTILE), ("total", "Total"))), {})
    assert "layout not verified" in said
    assert "<script" not in said


@pytest.mark.pure
def test_the_verdict_names_what_is_refused_and_where_to_mend_it() -> None:
    said = shown.verdict(a_return(Finding(rule="product", says="1 complaint without a product", cases=("c-1",))), {})
    assert "The validator refuses 1 thing" in said
    assert "1 complaint without a product." in said
    assert 'href="/reports?finding=0"' in said
    assert "refuses nothing" in shown.verdict(a_return(), {})


@pytest.mark.pure
def test_lists_that_are_missing_are_shown_as_not_loaded() -> None:
    assert "Not loaded" in shown.missing(("credit-related products",))
    assert shown.missing(()) == ""


def test_the_list_has_each_form_of_each_firm_under_its_regime(full: Any, open_page: Open) -> None:
    said = words(open_page("reports", person="carla"))
    assert said.count("<tr data-row") >= 2
    assert "Northgate Bank" in said
    assert "Tern Insurance" not in said, "a firm without the regime has no form"
    assert "not over yet" in said
    for one in forms().values():
        assert bool(one.missing) == ("Not loaded" in said)


def test_a_form_says_what_its_validator_refuses_first(full: Any, open_page: Open) -> None:
    said = words(open_page("reports", person="carla", form=FORM, of="northgate", period=HALF))
    assert "without a product" in said
    assert said.index("The validator refuses") < said.index('class="t form"')
    assert "the figures so far" in said


def test_a_finding_lists_the_cases_where_it_is_to_be_mended(full: Any, open_page: Open) -> None:
    said = words(open_page("reports", person="carla", form=FORM, of="northgate", period=HALF, finding="0"))
    number = int(re.search(r"(\d+) complaints? without a product", said).group(1))  # type: ignore[union-attr]
    assert said.split('id="behind"')[1].split("</section>")[0].count("<tr data-row") == number


def test_each_figure_lists_exactly_what_it_counts(full: Any, open_page: Open) -> None:
    sound(full)
    said = words(open_page("reports", person="carla", form=FORM, of="northgate", period=HALF))
    links = re.findall(r"table=([^&\"]+)&amp;row=([^&\"]+)&amp;column=([^&\"]+)\"[^>]*>([\d,]+)<", said)
    assert links
    counted = [one for one in links if not one[2].startswith("redress")][:3]
    for *spot, number in counted:
        table, row, column = (unquote_plus(unescape(part)) for part in spot)
        one = words(open_page("reports", person="carla", form=FORM, of="northgate", period=HALF, table=table, row=row, column=column))
        assert one.split('id="behind"')[1].split("</section>")[0].count("<tr data-row") == int(number)


def sound(full: Any) -> None:
    """Give every confirmed complaint a product, a cause and, where closed, an outcome."""
    form, carla = forms()[FORM], made.person(full, "carla")
    product = next(code for code, term in form.terms.products.items() if not term.is_missing)
    cause = next(code for code, term in form.terms.causes.items() if not term.is_missing)
    for number, row in enumerate(full.cases.cases(CaseFilter(firm="northgate"))[0]):
        if casework.load(full, carla, row.case, made.NOW).case.status != "CONFIRMED_COMPLAINT":
            continue
        if row.state == "CLOSED":
            casework.reopen(full, carla, row.case, reason="to answer it", now=made.NOW, command=f"again-{number}")
        perform(full, carla, row.case, Classify(product=product, cause=cause), now=made.NOW, command=f"about-{number}")
        said = CheckContent(letter="disp-final-response", items=tuple(letters()["disp-final-response"].items))
        if not set(said.items) <= set(casework.load(full, carla, row.case, made.NOW).case.checked.get(said.letter, ())):
            perform(full, carla, row.case, said, now=made.NOW, command=f"letter-{number}")
        perform(full, carla, row.case, Resolve(how="final_response", outcome="upheld", redress="120.50"), now=made.NOW, command=f"answer-{number}")


def test_a_sound_return_leaves_as_files_with_a_manifest_and_an_entry(full: Any, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    import streamlit as st

    sound(full)
    asked: list[Any] = []
    monkeypatch.setattr(st, "download_button", lambda *_, data, **__: asked.append(data))
    said = words(open_page("reports", person="carla", form=FORM, of="northgate", period=HALF))
    assert "The validator refuses nothing" in said
    with ZipFile(BytesIO(asked[0]())) as packed:
        ends = sorted(name.rsplit(".", 1)[1] for name in packed.namelist())
        assert [name for name in packed.namelist() if name.endswith(".manifest.json")]
    assert ends == ["csv", "csv", "json", "json", "xlsx"]
    assert full.cases.read("access")[-1].kind == "ReturnMade"


def past() -> str:
    return f"{made.NOW.year - 1}H2" if made.NOW.month <= 6 else f"{made.NOW.year}H1"


def test_a_return_is_filed_once_its_period_is_over_and_then_says_by_whom(full: Any, open_page: Open) -> None:
    at = open_page("reports", person="carla", form=FORM, of="northgate", period=past())
    at.checkbox[0].check().run()
    assert "The validator refuses nothing" in words(at)
    button = next(one for one in at.button if one.label == "Note as filed")
    button.click().run()
    assert "Say under which reference" in words(at)
    next(one for one in at.text_input if str(one.key).startswith("p_reference")).set_value("FCA-2026-1")
    next(one for one in at.button if one.label == "Note as filed").click().run()
    assert "by Carla Moreno, reference FCA-2026-1" in words(at)
    assert "Every figure is as it was filed" in words(at)
    assert "Note as filed" not in [one.label for one in at.button], "what has not changed is not filed twice"
    listed = words(open_page("reports", person="carla"))
    assert ">filed</span>" in listed
    assert ">draft</span>" in listed or ">not over yet</span>" in listed


def test_a_running_period_cannot_be_filed(full: Any, open_page: Open) -> None:
    sound(full)
    at = open_page("reports", person="carla", form=FORM, of="northgate", period=HALF)
    assert "Note as filed" not in [one.label for one in at.button]
    carla = made.person(full, "carla")
    given = returns.make(full, carla, form=FORM, firm="northgate", period=HALF, given=Given(), now=made.NOW)
    with pytest.raises(Refused, match="is not over"):
        filings.file(full, carla, given, reference="x", now=made.NOW, command="f")


@pytest.mark.pure
def test_what_changed_since_the_filing_is_named_with_its_cases() -> None:
    now = replace(a_return(), tables=(filled(cells=(Cell(row="1", column="opened", value=3, cases=("c-1",)),)),))
    cell = f"{now.tables[0].id}/1/opened"
    filed = Filing(form=now.form, firm=now.firm, period=now.period, number=2, at=made.iso(made.NOW), by="carla", log="x", reference="<i>7",
                   figures={cell: 2, "gone/1/x": 1})  # fmt: skip
    changes = filings.changes(filed, now)
    assert [(one.before, one.now, one.cases) for one in changes] == [(2, 3, ("c-1",)), (1, None, ())]
    said = shown.filed(filed, changes, now, {}, {}, made.NOW, LONDON)
    assert "Amended" in said
    assert "&lt;i&gt;7" in said
    assert "2 figures not as filed" in said
    assert "column=opened" in said


def test_an_unknown_form_and_a_wrong_period_are_refused_in_the_desks_words(full: Any, open_page: Open) -> None:
    assert "no form" in words(open_page("reports", person="carla", form="nonsense", of="northgate", period=HALF)).lower()
    assert "no half-year" in words(open_page("reports", person="carla", form=FORM, of="northgate", period="soon"))


def test_an_agent_sees_no_reports(full: Any, open_page: Open) -> None:
    assert "not yours to see" in words(open_page("reports", person="anika")).lower()
