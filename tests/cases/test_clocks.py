"""How the clocks of a case stand, and what is next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from plaint.cases import decide as d
from plaint.cases.case import Case
from plaint.cases.clocks import CaseClock, Status, clocks_of
from plaint.cases.queues import in_order
from plaint.model import Firm, Ownership, PartialDate
from plaint.ports import CaseRow
from tests.cases.made import FIRM, NOW, after, confirmed, opened, ready

pytestmark = pytest.mark.pure

SUMMARY, FINAL15, WEEKS8 = "summary_resolution_last_day", "final_response_last_day_15bd", "eight_week_response_last_day"


def clock(case: Case, key: str, now: datetime = NOW, regime: str | None = None) -> CaseClock:
    return next(
        one for one in clocks_of(case, FIRM, now).clocks if one.deadline.key == key and (regime is None or one.deadline.regime == regime)
    )  # fmt: skip


def test_the_clocks_of_all_regimes_run_side_by_side() -> None:
    clocks = clocks_of(confirmed(), FIRM, NOW)
    assert clock(confirmed(), FINAL15).due == datetime(2026, 12, 11, 23, 59, 59, 999000, tzinfo=UTC)
    assert clock(confirmed(), WEEKS8).due == datetime(2027, 1, 15, 23, 59, 59, 999000, tzinfo=UTC)
    assert {one.deadline.regime for one in clocks.clocks} == {"UK-DISP", "UK-PSR"}
    dues = [one.due for one in clocks.clocks if one.due]
    assert dues == sorted(dues)
    following = clocks.next_due()
    assert following is not None
    assert following.deadline.key == FINAL15


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (NOW, Status.ON_TRACK),
        (datetime(2026, 12, 7, tzinfo=UTC), Status.AT_RISK),
        (datetime(2026, 12, 11, 23, 59, tzinfo=UTC), Status.AT_RISK),
        (datetime(2026, 12, 12, 0, 0, tzinfo=UTC), Status.BREACHED),
    ],
)
def test_a_clock_stands_by_how_much_time_is_used(now: datetime, status: Status) -> None:
    found = clock(confirmed(), FINAL15, now)
    assert found.status is status
    assert found.is_open
    assert found.used is not None


def test_an_answer_in_time_meets_its_clock_and_a_late_one_breaches_it() -> None:
    answered = after(ready(), d.Close(how="final_response"), now=NOW + timedelta(days=1))
    assert clock(answered, FINAL15).status is Status.MET
    late = after(ready(), d.Close(how="final_response"), now=datetime(2026, 12, 14, tzinfo=UTC))
    assert clock(late, FINAL15).status is Status.BREACHED
    assert clock(late, WEEKS8).status is Status.MET
    assert clocks_of(late, FIRM, NOW).next_due() is None


def test_letting_the_summary_route_pass_is_no_breach() -> None:
    found = clock(confirmed(), SUMMARY, NOW + timedelta(days=10))
    assert found.status is Status.NOT_APPLICABLE
    assert "no breach" in found.why


def test_a_withdrawn_complaint_has_nothing_due() -> None:
    withdrawn = after(confirmed(), d.Close(how="withdrawn"))
    assert clock(withdrawn, FINAL15).status is Status.NOT_APPLICABLE
    assert clocks_of(withdrawn, FIRM, NOW).next_due() is None


def test_reopening_does_not_stop_or_restart_a_clock() -> None:
    again = after(ready(), d.Close(how="final_response"), d.Reopen(reason="wrote again"))
    assert clock(again, FINAL15).due == clock(confirmed(), FINAL15).due
    assert clock(again, FINAL15).is_open


def test_clocks_are_provisional_before_the_decision_and_gone_after_a_rejection() -> None:
    assert clock(opened(), FINAL15).provisional
    assert clocks_of(after(opened(), d.Reject(code="praise")), FIRM, NOW).clocks == ()
    third = clocks_of(opened(Ownership.THIRD_PARTY), FIRM, NOW)
    assert (third.start, third.clocks) == (None, ())


def test_a_moved_start_moves_the_dates() -> None:
    moved = after(confirmed(), d.MoveStart(to="2026-11-18", reason="letter"))
    assert clock(moved, FINAL15).due == datetime(2026, 12, 9, 23, 59, 59, 999000, tzinfo=UTC)


def test_a_span_shows_both_ends() -> None:
    span = PartialDate(earliest="2026-11-16", latest="2026-11-20", said="last week")
    found = clock(opened(published=span), FINAL15)
    assert found.due == datetime(2026, 12, 7, 23, 59, 59, 999000, tzinfo=UTC)
    assert found.due_latest == datetime(2026, 12, 11, 23, 59, 59, 999000, tzinfo=UTC)


def test_a_year_without_calendar_is_trouble_that_is_shown() -> None:
    old = opened(published=PartialDate.exact(datetime(2019, 5, 6, tzinfo=UTC)))
    found = clock(old, FINAL15)
    assert (found.status, found.due) == (Status.NOT_APPLICABLE, None)
    assert "loaded for 2022 to 2028" in found.why


def test_an_unknown_regime_of_a_firm_is_named() -> None:
    firm = Firm(key="northgate", name="Northgate", regimes=("UK-DSP", "UK-DISP"))
    clocks = clocks_of(opened(), firm, NOW)
    assert clocks.trouble == ("UK-DSP: no regime 'UK-DSP'; correct the firm's regimes",)
    assert clocks.clocks


def test_the_firms_zone_counts_only_where_a_regime_spans_zones() -> None:
    abroad = Firm(key="northgate", name="Northgate", zone="Australia/Perth", calendar="AU-WA", regimes=("UK-DISP", "AU-RG271"))
    late = opened(published=PartialDate.exact(datetime(2026, 11, 20, 17, 0, tzinfo=UTC)))
    starts = {
        one.deadline.regime: one.deadline.start
        for one in clocks_of(late, abroad, NOW).clocks
        if one.deadline.start and one.deadline.clock.starts == "receipt"
    }
    assert {regime: str(day) for regime, day in starts.items()} == {"UK-DISP": "2026-11-20", "AU-RG271": "2026-11-21"}


def row(case: str, due: str | None, **changes: object) -> CaseRow:
    fields = {"version": 1, "firm": "northgate", "state": "CONFIRMED_COMPLAINT", "title": "", "source": "board", "posts": (),
              "opened": "2026-11-23T10:00:00Z", "changed": "", "due_clock": "UK-DISP final response", "assignee": "tom", **changes}  # fmt: skip
    return CaseRow(case=case, due=due, **fields)  # type: ignore[arg-type]


def test_the_queue_is_soonest_first_and_says_why() -> None:
    queued = in_order(
        [
            row("c-4", None, state="CANDIDATE", assignee=None), row("c-3", "2026-12-20T00:00:00Z", facts={"due_day": "2026-12-19"}),
            row("c-2", "2026-11-24T15:00:00Z", facts={"acknowledged": "x"}), row("c-1", "2026-11-22T00:00:00Z"),
            row("c-5", "2026-11-01T00:00:00Z", state="CLOSED"), row("c-0", "2026-12-20T00:00:00Z", state="CANDIDATE"),
        ],
        NOW,
    )  # fmt: skip
    assert [one.row.case for one in queued] == ["c-1", "c-2", "c-0", "c-3", "c-4"]
    assert [one.reasons[0] for one in queued] == [
        "its UK-DISP final response is 2 days over",
        "its UK-DISP final response is due in 5 hours",
        "its UK-DISP final response would be due on 2026-12-20, in 25 days",
        "its UK-DISP final response is due on 2026-12-19, in 25 days",
        "no clock with a date runs yet; it has been open for 1 day",
    ]
    assert queued[4].reasons[1:] == ("nobody has decided yet whether it is a complaint", "nobody has it")
    assert queued[1].reasons == ("its UK-DISP final response is due in 5 hours",)


def test_a_firms_own_closure_is_no_business_day_and_says_so() -> None:
    from dataclasses import replace

    closed = replace(FIRM, closures=("2026-11-27", "2026-12-25"))
    (found,) = [one for one in clocks_of(confirmed(), closed, NOW).clocks if one.deadline.key == FINAL15]
    assert found.due == datetime(2026, 12, 14, 23, 59, 59, 999000, tzinfo=UTC)
    assert [day.skipped for day in found.deadline.days if day.day.isoformat() == "2026-11-27"] == ["closed by the firm"]
    (weeks,) = [one for one in clocks_of(confirmed(), closed, NOW).clocks if one.deadline.key == WEEKS8]
    assert weeks.due == clock(confirmed(), WEEKS8).due


def test_a_firm_sets_when_a_clock_is_at_risk_and_when_business_closes() -> None:
    from dataclasses import replace

    early = replace(FIRM, at_risk=0.1, closes="16:30")
    found = {one.deadline.key: one for one in clocks_of(confirmed(), early, NOW).clocks}
    assert found[FINAL15].status is Status.AT_RISK
    assert clock(confirmed(), FINAL15).status is Status.ON_TRACK
    assert found[SUMMARY].due == datetime(2026, 11, 25, 16, 30, tzinfo=UTC)
