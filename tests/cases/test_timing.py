"""Pauses, only where a regime has them, and facts on which the length of a clock depends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plaint.cases import decide as d
from plaint.cases.case import Case
from plaint.cases.caseclock import CaseClock, Status
from plaint.cases.clocks import clocks_of
from plaint.cases.timing import Pause, Resume, StateFacts
from plaint.deadlines.engine import Stop, deadlines
from plaint.deadlines.regimes import regimes
from tests.cases.made import FIRM, NOW, after, confirmed, opened

pytestmark = pytest.mark.pure

SYDNEY = replace(FIRM, zone="Australia/Sydney", calendar="AU-NSW", regimes=("AU-RG271",))
PAUSE = Pause(regime="AU-RG271", why="customer_advocate_review", reason="went to the advocate")
RESUME = Resume(regime="AU-RG271", reason="came back")
RECEIVED = {"received_at": "2026-11-20T09:00:00Z", "calendar": "AU-NSW"}


def case() -> Case:
    return after(opened(), d.Confirm(regimes=("AU-RG271",), reason="x"))


def clock(of: Case, key: str = "idr_response_last_day", now: datetime = NOW) -> CaseClock:
    (found,) = [one for one in clocks_of(of, SYDNEY, now).clocks if one.deadline.key == key]
    return found


def refused(of: Case, command: d.Command) -> str:
    found = d.decide(of, command, NOW)
    assert isinstance(found, d.Refusal)
    return found.reason


def test_a_pause_stops_the_response_and_the_notice_of_its_delay_and_no_other_clock() -> None:
    stopped = after(case(), PAUSE)
    for key in ("idr_response_last_day", "delay_notification_last_day"):
        assert clock(stopped, key).status is Status.PAUSED
        assert clock(stopped, key).due is None
        assert "stands still since Tue 24 Nov 2026: customer advocate review" in clock(stopped, key).why
    assert clock(stopped, "acknowledge_next_business_day") == clock(case(), "acknowledge_next_business_day")
    due = clocks_of(stopped, SYDNEY, NOW).next_due()
    assert due is not None
    assert due.deadline.key == "acknowledge_next_business_day"


def test_the_days_between_are_not_counted_and_each_is_named() -> None:
    gone_on = after(after(case(), PAUSE), RESUME, now=NOW + timedelta(days=5))
    before, found = clock(case()), clock(gone_on, now=NOW + timedelta(days=5))
    assert (before.deadline.last, found.deadline.last) == (date(2026, 12, 20), date(2026, 12, 24))
    assert [one.day for one in found.deadline.days if one.skipped] == [date(2026, 11, day) for day in (25, 26, 27, 28)]
    assert "stood still from Tue 24 Nov 2026 to Sun 29 Nov 2026 (customer advocate review): 4 days between them not counted" in found.deadline.steps
    assert [one.number for one in found.deadline.days if one.number][-1] == 30


@pytest.mark.parametrize(
    ("of", "asked", "says"),
    [
        (confirmed(), replace(PAUSE, regime="UK-DISP"), "UK-DISP has no pauses: its clocks never stand still"),
        (confirmed(), PAUSE, "does not apply"),
        (opened(), PAUSE, "a likely complaint"),
        (case(), replace(PAUSE, why="customer_advocate"), "did you mean customer_advocate_review?"),
        (case(), replace(PAUSE, reason=" "), "say why"),
        (case(), replace(PAUSE, on="2026-11-25T00:00:00Z"), "still to come"),
        (after(case(), PAUSE), PAUSE, "stand still already"),
        (case(), RESUME, "do not stand still"),
        (after(case(), PAUSE), replace(RESUME, on="2026-11-23T00:00:00Z"), "before the pause"),
        (after(case(), PAUSE, RESUME, now=NOW - timedelta(hours=1)), replace(PAUSE, on="2026-11-24T09:00:30Z"), "in the pause before"),
        (case(), StateFacts(regime="AU-RG271", facts={"complaint_kin": "standard"}, reason="x"), "did you mean complaint_kind?"),
        (case(), StateFacts(regime="AU-RG271", facts={"complaint_kind": "standart"}, reason="x"), "did you mean standard?"),
        (case(), StateFacts(regime="AU-RG271", facts={"objection_period_ends": "soon"}, reason="x"), "write a day"),
        (confirmed(), StateFacts(regime="UK-DISP", facts={"mifid_or_ucits": "yes"}, reason="x"), "true or false"),
        (after(opened(), d.Confirm(regimes=("UK-DPC",), reason="x")), StateFacts(regime="UK-DPC", facts={}, reason="x"), "nothing besides"),
    ],
)
def test_what_no_regime_allows_is_refused(of: Case, asked: d.Command, says: str) -> None:
    assert says in refused(of, asked)


def test_facts_give_a_clock_its_length() -> None:
    trustee = after(case(), StateFacts(regime="AU-RG271", facts={"complaint_kind": "traditional_trustee"}, reason="a trust"))
    assert clock(trustee).deadline.last == date(2027, 1, 4)
    assert "says that already" in refused(trustee, StateFacts(regime="AU-RG271", facts={"complaint_kind": "traditional_trustee"}, reason="again"))


def test_every_input_of_a_regime_says_which_clocks_look_at_it() -> None:
    assert regimes()["AU-RG271"].looking_at("complaint_kind") == regimes()["AU-RG271"].looking_at("objection_period_ends") != []
    assert "super_trustee" in regimes()["AU-RG271"].choices("complaint_kind")
    assert regimes()["UK-DISP"].choices("mifid_or_ucits") == ("true", "false")
    assert regimes()["UK-DISP"].choices("final_response_sent") == ()


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(0, 60), st.integers(0, 60))
def test_a_longer_pause_never_ends_earlier_and_days_counted_stay_the_same(since: int, length: int, more: int) -> None:
    def last(days: int) -> tuple[date, int]:
        begins = datetime(2026, 11, 20, 9, tzinfo=UTC) + timedelta(days=since)
        found = deadlines("AU-RG271", RECEIVED, stops=[Stop(why="x", since=begins, until=begins + timedelta(days=days))])
        (one,) = [deadline for deadline in found.deadlines if deadline.key == "idr_response_last_day"]
        assert one.last is not None
        return one.last, sum(day.number is not None for day in one.days)

    assert last(length)[0] <= last(length + more)[0]
    assert last(length + more)[1] == 30
