"""Setting service levels: who may, what the log keeps, and the lists that show the new clocks."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from plaint.deadlines.service import ServiceLevel
from plaint.desk import board, casework, due, levels
from plaint.ports import CaseFilter, Stores
from tests.conftest import NOW
from tests.desk.test_casework import ANNA, RITA, TOM, desk, opened, refusal

__all__ = ["desk"]

HALF_HOUR = ServiceLevel(id="first-answer", label="first answer", minutes=30, starts="opened")


def test_levels_are_set_kept_in_the_log_and_seen_in_the_lists_at_once(desk: Stores) -> None:
    case = opened(desk)
    assert "may not change the firms register" in refusal(lambda: levels.set_levels(desk, TOM, {"northgate": [HALF_HOUR]}, now=NOW, command="s0"))
    (done,) = levels.set_levels(desk, ANNA, {"northgate": [HALF_HOUR]}, now=NOW, command="s1")
    assert (done.levels, done.cases) == (1, 1)
    (row,) = casework.list_cases(desk, TOM, CaseFilter(), NOW).rows
    assert (row.due_clock, row.due) == ("SERVICE first answer", "2026-11-24T10:30:00Z")
    assert [one.regime for one in row.clocks] == ["SERVICE", "UK-PSR", "UK-DISP"]
    found = due.ahead(desk, TOM, firm=None, until=NOW + timedelta(days=1), now=NOW + timedelta(minutes=25), zone=ZoneInfo("Europe/London"))
    assert [(one.risk, one.row.case) for one in found.clocks] == [(due.Risk.AT_RISK, case)]
    today = next(one for one in board.month(desk, TOM, year=2026, month=11, now=NOW) if one.day == NOW.date())
    assert dict(today.regimes) == {"SERVICE": 1}
    levels.set_levels(desk, ANNA, {"northgate": []}, now=NOW, command="s2")
    assert "SERVICE" not in {one.regime for one in casework.list_cases(desk, TOM, CaseFilter(), NOW).rows[0].clocks}
    assert [len(entry.said["levels"]) for entry in desk.cases.read("levels")] == [1, 0]
    assert desk.cases.read("levels")[0].said["levels"][0]["minutes"] == 30


def test_nothing_is_set_where_one_firm_is_unknown(desk: Stores) -> None:
    assert "did you mean northgate" in refusal(
        lambda: levels.set_levels(desk, ANNA, {"orbit": [HALF_HOUR], "northgat": [HALF_HOUR]}, now=NOW, command="s1")
    )
    assert levels.shown(desk, ANNA, "orbit") == {"orbit": ()}


def test_one_sees_the_levels_of_ones_own_firms(desk: Stores) -> None:
    levels.set_levels(desk, ANNA, {"northgate": [HALF_HOUR]}, now=NOW, command="s1")
    assert levels.shown(desk, TOM, None) == {"northgate": (HALF_HOUR,)}
    assert "may not act for orbit" in refusal(lambda: levels.shown(desk, TOM, "orbit"))
    assert "may not read cases" in refusal(lambda: levels.shown(desk, RITA, None))


@pytest.mark.parametrize("priority", ["normal", "urgent"])
def test_a_level_is_tried_without_a_case(desk: Stores, priority: str) -> None:
    levels.set_levels(desk, ANNA, {"northgate": [HALF_HOUR]}, now=NOW, command="s1")
    (told,) = levels.tried(desk, TOM, "northgate", at=NOW, source="board", kind=None, priority=priority)
    assert told.due == "2026-11-24T10:30:00.000Z"
    assert desk.cases.version("c-a") == 0
