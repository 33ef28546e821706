"""A return counts what the log says, shows the cases behind each cell, and refuses what does not add up."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from plaint.cases import decide as d
from plaint.cases.case import Case
from plaint.cases.events import draft
from plaint.cases.outcomes import Classify, Resolve
from plaint.cases.work import CheckContent
from plaint.ports import Entry
from plaint.reports import sheets
from plaint.reports.counting import BadPeriod, Complaint, Period, cases_in, complaints_of, period_of
from plaint.reports.forms import forms
from plaint.reports.returns import ContextFigures, Given, Return, check_period, made
from tests.cases.made import FIRM, LETTERS, after, confirmed, opened, ready

pytestmark = pytest.mark.pure

FORM = forms()["uk-disp-1r"]
H2 = period_of("2026H2")


def complaint(number: int = 1, **changes: Any) -> Complaint:
    fields: dict[str, Any] = {
        "case": f"c-{number}",
        "version": 3,
        "opened": date(2026, 9, 1),
        "product": "FCA1R-P01",
        "cause": "FCA1R-C03",
        **changes,
    }
    return Complaint(**fields)


def answered(number: int = 1, **changes: Any) -> Complaint:
    return complaint(number, **{"closed": date(2026, 9, 20), "band": "closed_8w", "outcome": "upheld", **changes})


def returned(*complaints: Complaint, said: Given | None = None, period: Period = H2) -> Return:
    return made(FORM, "northgate", period, complaints, said or Given())


def cell(made: Return, table: str, row: str, column: str) -> tuple[int | None, tuple[str, ...]]:
    (found,) = [one for filled in made.tables if filled.id == table for one in filled.cells if (one.row, one.column) == (row, column)]
    return found.value, found.cases


def refusals(made: Return) -> set[str]:
    return {finding.rule for finding in made.findings}


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [("2026H2", "2026-07-01", "2026-12-31"), ("2026h1", "2026-01-01", "2026-06-30"), ("2026-04-01..2026-09-30", "2026-04-01", "2026-09-30")],
)
def test_a_period_is_a_half_year(said: str, first: str, last: str) -> None:
    period = period_of(said)
    assert (str(period.first), str(period.last)) == (first, last)


@pytest.mark.parametrize("said", ["2026", "2026H3", "2026Q1", "2026-04-01..2026-10-31", "2026-04-02..2026-10-01", "2026-02-30..2026-07-30", ""])
def test_what_is_no_half_year_is_refused(said: str) -> None:
    with pytest.raises(BadPeriod, match=r"half-year|2026"):
        period_of(said)


def test_a_period_of_the_next_form_is_refused_with_the_reason() -> None:
    with pytest.raises(BadPeriod, match="consolidated return"):
        check_period(FORM, period_of("2027H1"))


def test_each_cell_has_its_complaints() -> None:
    back = returned(
        answered(1, redress=Decimal("120.50"), currency="GBP"), answered(2, band="closed_3bd", outcome="not_upheld", product="FCA1R-P13"),
        complaint(3, product="FCA1R-P13", cause="FCA1R-C07"), complaint(4, opened=date(2026, 6, 30)),
    )  # fmt: skip
    assert back.is_sound, back.findings
    assert cell(back, "1", "Banking and credit cards", "opened") == (1, ("c-1",))
    assert cell(back, "1", "Insurance & pure protection", "opened") == (2, ("c-2", "c-3"))
    assert cell(back, "1", "Insurance & pure protection", "closed_3bd") == (1, ("c-2",))
    assert cell(back, "1", "total", "upheld") == (1, ("c-1",))
    assert cell(back, "1", "total", "redress") == (121, ("c-1",))
    assert cell(back, "2", "FCA1R-C07", "Insurance & pure protection") == (1, ("c-3",))
    assert (back.outstanding_start, back.outstanding_end) == (1, 2)
    assert {number: answer for number, _, answer in back.items}["49"] == 3


def test_blank_is_no_such_business_and_nought_is_business_without_complaints() -> None:
    back = returned(complaint(), said=Given(business=("FCA1R-P36",)))
    assert cell(back, "1", "Investments", "opened")[0] == 0
    assert cell(back, "1", "Home finance", "opened")[0] is None


def test_from_500_complaints_the_form_goes_by_product() -> None:
    back = returned(*(complaint(number) for number in range(500)))
    assert {table.id for table in back.tables} == {"4", "5"}
    assert cell(back, "4", "FCA1R-P01", "opened")[0] == 500
    assert "FCA1R-PCR" not in {code for code, _ in back.tables[0].rows}


@pytest.mark.parametrize(
    ("complaints", "said", "rule"),
    [
        ([complaint(product=None)], Given(), "product"),
        ([complaint(cause=None)], Given(), "cause"),
        ([complaint(product="FCA1R-P99")], Given(), "unknown product"),
        ([complaint(product="FCA1R-PCR")], Given(), "rows missing"),
        ([complaint(cause="x")], Given(), "unknown cause"),
        ([answered(outcome=None)], Given(), "outcome"),
        ([answered(redress=Decimal(5), currency="EUR")], Given(), "currency"),
        ([answered(band=None)], Given(), "closed"),
        ([answered(opened=date(2026, 7, 1), closed=date(2026, 6, 1))], Given(), "outstanding"),
        ([complaint(trouble="no calendar")], Given(), "day 0"),
        ([complaint()], Given(nil=True), "nil with numbers"),
        ([], Given(nil=True, context={"Investments": ContextFigures(provision=4)}), "nil with numbers"),
        ([], Given(group=True), "group"),
        ([], Given(consent=True, matches=True), "publication"),
        ([], Given(business=("FCA1R-PCR",)), "unknown product"),
        ([], Given(context={"Credit": ContextFigures()}), "context"),
    ],
)  # fmt: skip
def test_the_validator_refuses(complaints: list[Complaint], said: Given, rule: str) -> None:
    back = returned(*complaints, said=said)
    assert rule in refusals(back)
    assert not back.is_sound


def test_a_withdrawn_complaint_needs_no_outcome() -> None:
    assert returned(answered(outcome=None, withdrawn=True)).is_sound


def test_a_nil_return_leaves_every_table_blank() -> None:
    back = returned(said=Given(nil=True))
    assert back.is_sound
    assert back.tables == ()
    assert {number: answer for number, _, answer in back.items}["2"] == "Yes"


@given(
    st.lists(
        st.tuples(
            st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 200) | st.none(),
            st.sampled_from(["FCA1R-P01", "FCA1R-P13", "FCA1R-P40"]), st.decimals(0, 500, places=2),
        ),
        max_size=30,
    )
)  # fmt: skip
def test_what_is_well_recorded_always_adds_up(drawn: list[tuple[date, int | None, str, Decimal]]) -> None:
    complaints = []
    for number, (opened_on, took, product, redress) in enumerate(drawn):
        one = complaint(number, opened=opened_on, product=product)
        if took is not None:
            band = "closed_3bd" if took < 4 else "closed_8w" if took < 57 else "closed_later"
            one = replace(one, closed=opened_on + timedelta(days=took), band=band, outcome="upheld", redress=redress, currency="GBP")
        complaints.append(one)
    assert returned(*complaints).findings == ()


def test_the_same_return_gives_the_same_bytes() -> None:
    back = returned(answered(1), complaint(2))
    for write in (sheets.as_csv, sheets.as_json, sheets.as_xlsx, sheets.drill_down):
        assert write(back) == write(returned(answered(1), complaint(2)))


def test_the_files_say_the_same() -> None:
    back = returned(answered(1), complaint(2, product="FCA1R-P40"))
    book = load_workbook(io.BytesIO(sheets.as_xlsx(back)))
    assert book.sheetnames == ["Questions", "Table 1", "Table 2", "Table 3"]
    rows = {row[1]: row[2:] for row in book["Table 1"].iter_rows(min_row=3, values_only=True)}
    assert rows["Total"][:2] == (2, 0)
    assert rows["Home finance"][0] is None
    text = sheets.as_csv(back).decode()
    assert "Total,2,0,1,0,1,1,0,0,0\r\n" in text
    lines = list(csv.DictReader(io.StringIO(sheets.drill_down(back).decode())))
    assert {"table": "1", "row": "Investments", "column": "opened", "case": "c-2"} in lines


# -- from events


def entries(case: Case, *commands: d.Command, at: datetime) -> list[Entry]:
    """The log entries that commands on a case would leave, one minute apart."""
    found, now = [], at
    for number, command in enumerate(commands):
        now = at + timedelta(minutes=number)
        events = d.decide(case, command, now)
        assert not isinstance(events, d.Refusal), events
        for event in events:
            case = after_event(case, event, now)
            made_draft = draft(event)
            found.append(Entry(stream=case.id, version=case.version, at=case.changed_at, by="tom", command="k", kind=made_draft.kind,
                               said=made_draft.said, digests={}, before="", hash=""))  # fmt: skip
    return found


def after_event(case: Case, event: Any, now: datetime) -> Case:
    from plaint.cases.case import evolve
    from tests.cases.made import recorded

    return evolve(case, recorded(event, case.version + 1, now))


ABOUT = Classify(product="Current accounts", cause="FCA1R-C03")


@pytest.mark.parametrize(
    ("closed", "band"),
    [
        (datetime(2026, 11, 25, 17, 0, tzinfo=UTC), "closed_3bd"),
        (datetime(2026, 11, 25, 17, 1, tzinfo=UTC), "closed_8w"),
        (datetime(2027, 1, 15, 23, 59, tzinfo=UTC), "closed_8w"),
        (datetime(2027, 1, 16, 0, 1, tzinfo=UTC), "closed_later"),
    ],
)
def test_the_band_is_that_of_the_clocks(closed: datetime, band: str) -> None:
    """Published on Friday 20 November 2026 on the firm's own channel."""
    case = after(ready(), ABOUT)
    case = after(case, d.Close(how="final_response", outcome="upheld", redress="10"), now=closed)
    (one,) = complaints_of([case], FIRM, "UK-DISP", "UK-FCA-1R")
    assert (one.opened, one.band, one.product, one.redress) == (date(2026, 11, 20), band, "FCA1R-P01", Decimal("10.00"))


def test_day_0_is_the_local_day() -> None:
    from plaint.model import PartialDate

    late = after(
        opened(published=PartialDate.exact(datetime(2026, 6, 30, 23, 30, tzinfo=UTC))), d.Confirm(regimes=("UK-DISP",), reason="x"),
    )  # fmt: skip
    (one,) = complaints_of([late], FIRM, "UK-DISP", "UK-FCA-1R")
    assert one.opened == date(2026, 7, 1)
    assert H2.holds(one.opened)


def test_only_confirmed_complaints_of_the_firm_under_the_regime_count() -> None:
    third = after(opened(), d.Confirm(regimes=("UK-PSR",), reason="x"))
    referred = after(confirmed(), CheckContent(letter="disp-forwarding", items=("whom", "written")), d.Refer(to="Harbour", on="2026-11-24"))
    rejected = after(opened(), d.Reject(code="praise"))
    assert complaints_of([third, referred, rejected, opened()], FIRM, "UK-DISP", "UK-FCA-1R") == []
    assert complaints_of([confirmed()], replace(FIRM, key="orbit"), "UK-DISP", "UK-FCA-1R") == []


def test_a_reopened_complaint_is_outstanding_again() -> None:
    case = after(ready(), ABOUT, Resolve(how="final_response", outcome="upheld", redress="5"), d.Close(), d.Reopen(reason="wrote again"))
    (one,) = complaints_of([case], FIRM, "UK-DISP", "UK-FCA-1R")
    assert (one.closed, one.outcome, one.redress) == (None, None, Decimal(0))


def test_the_log_is_counted_as_it_was_at_a_moment() -> None:
    at = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    from tests.cases.made import opening

    log = entries(Case(id="c-a"), opening(), d.Confirm(regimes=("UK-DISP",), reason="x", about=ABOUT), *LETTERS, d.Close(how="final_response"), at=at)
    (now,) = cases_in(log).values()
    assert now.closed_at is not None
    (then,) = cases_in(log, until="2026-11-24T10:01:30Z").values()
    assert then.closed_at is None
    assert then.classified["UK-FCA-1R"].product == "FCA1R-P01"
    assert cases_in(log, until="2026-11-24T09:00:00Z") == {}
