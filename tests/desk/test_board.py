"""How the work lies, counted over everything: lanes of the board, and the load of a month."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from plaint.cases import work
from plaint.desk import board, casework, due
from plaint.model import AboutFirm
from plaint.ports import CaseFilter, Stores
from tests.conftest import NOW
from tests.desk.test_casework import ANNA, OTTO, RITA, TOM, desk, opened, post, refusal

__all__ = ["desk"]

NOVEMBER_24 = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def _worked(desk: Stores) -> list[str]:
    """Three cases: one confirmed and in a team, one Tom's, one nobody's; a fourth of another firm."""
    cases = [opened(desk, number) for number in (1, 2, 3)]
    casework.confirm(desk, TOM, cases[0], reason="charged twice", now=NOW, command="c1")
    casework.perform(desk, TOM, cases[0], work.Route(team="cards"), now=NOW, command="r1")
    casework.assign(desk, TOM, cases[1], to="tom", now=NOW, command="a2")
    desk.posts.put([post(9, firms=(AboutFirm(key="orbit", score=1, how="asked"),))])
    casework.open_case(desk, ANNA, posts=["board:9"], firm="orbit", now=NOW, command="o9")
    return cases


def test_the_board_counts_every_lane_and_only_ones_own_firms(desk: Stores) -> None:
    _worked(desk)
    lanes = [(one.team, one.state.value, one.assignee, one.cases) for one in board.board(desk, TOM, CaseFilter(), NOW)]
    assert lanes == [("cards", "CONFIRMED_COMPLAINT", None, 1), (None, "CANDIDATE", "tom", 1), (None, "CANDIDATE", None, 1)]
    assert sum(one.cases for one in board.board(desk, ANNA, CaseFilter(), NOW)) == 4
    assert [one.cases for one in board.board(desk, ANNA, CaseFilter(firm="orbit"), NOW)] == [1]
    assert board.board(desk, OTTO, CaseFilter(firm="northgate"), NOW) == []
    assert "may not read cases" in refusal(lambda: board.board(desk, RITA, CaseFilter(), NOW))


def test_a_month_counts_clocks_beside_cases_and_its_filter_lists_those_behind(desk: Stores) -> None:
    cases = _worked(desk)
    days = {one.day: one for one in board.month(desk, TOM, year=2026, month=12, now=NOW)}
    assert list(days) == [date(2026, 12, 1) + timedelta(days=number) for number in range(31)]
    final = days[date(2026, 12, 11)]
    assert (final.cases, final.clocks, final.would_be) == (3, 1, 2)
    assert (dict(final.firms), dict(final.regimes), dict(final.teams)) == ({"northgate": 3}, {"UK-PSR": 3}, {"cards": 1, None: 2})
    assert sum(one.clocks + one.would_be for one in days.values()) == 3
    assert {row.case for row in casework.list_cases(desk, TOM, final.wanted, NOW).rows} == set(cases)
    assert not days[date(2026, 12, 10)].teams
    january = board.month(desk, TOM, year=2027, month=1, wanted=CaseFilter(marks=("team:cards",)), now=NOW)
    assert {one.day: one.clocks for one in january if one.cases} == {date(2027, 1, 15): 1}
    assert "no month" in refusal(lambda: board.month(desk, TOM, year=2026, month=13, now=NOW))


def test_what_is_ahead_counts_clocks_and_cases_apart(desk: Stores) -> None:
    cases = _worked(desk)
    far = NOW + timedelta(days=70)
    found = due.ahead(desk, TOM, firm=None, until=far, now=NOW, zone=ZoneInfo("Europe/London"))
    assert (found.total, len(found.dues), len(found.clocks)) == (3, 3, 6)
    assert [one.label for one in found.clocks if one.row.case == cases[0]] == [
        "final response to a payment services or e-money complaint",
        "final response, or why not yet with the right to go to the ombudsman",
    ]
    assert {one.risk for one in found.clocks if one.row.case == cases[0]} == {due.Risk.ON_TRACK}
    later = due.ahead(desk, TOM, firm=None, until=far, now=datetime(2027, 1, 14, 23, 59, 59, 999000, tzinfo=UTC), zone=ZoneInfo("Europe/London"))
    assert [one.risk for one in later.clocks if one.row.case == cases[0]] == [due.Risk.OVER, due.Risk.AT_RISK]


def test_a_clock_that_was_met_is_counted_no_more(desk: Stores) -> None:
    cases = _worked(desk)
    casework.close(desk, TOM, cases[0], how="withdrawn", now=NOW, command="x1")
    days = board.month(desk, TOM, year=2026, month=12, now=NOW)
    assert sum(one.clocks for one in days) == 0
