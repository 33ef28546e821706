"""Who is on a case now, as the desk tells it."""

from __future__ import annotations

from datetime import timedelta

from plaint.desk import presence
from plaint.desk.presence import LAPSES, Doing
from plaint.ports import Stores
from tests.conftest import NOW
from tests.desk.test_casework import ANNA, OTTO, RITA, TOM, desk, opened, refusal

__all__ = ["desk"]


def test_each_sees_the_others_and_what_they_do(desk: Stores) -> None:
    case = opened(desk)
    assert presence.here(desk, TOM, case, Doing.READING, NOW) == []
    (other,) = presence.here(desk, ANNA, case, Doing.WRITING, NOW)
    assert (other.person, other.doing, other.case) == ("tom", Doing.READING, case)
    assert [(one.person, one.doing) for one in presence.who_is_here(desk, TOM, [case], NOW)] == [("anna", Doing.WRITING)]
    presence.left(desk, ANNA, case)
    assert presence.who_is_here(desk, TOM, [case], NOW) == []


def test_who_gives_no_sign_is_gone_after_a_minute(desk: Stores) -> None:
    case = opened(desk)
    presence.here(desk, TOM, case, Doing.READING, NOW)
    assert presence.who_is_here(desk, ANNA, [case], NOW + LAPSES - timedelta(seconds=1))
    assert presence.who_is_here(desk, ANNA, [case], NOW + LAPSES) == []


def test_being_there_is_no_act_and_leaves_no_trace_in_the_log(desk: Stores) -> None:
    case = opened(desk)
    before = list(desk.cases.walk())
    presence.here(desk, TOM, case, Doing.WRITING, NOW)
    presence.left(desk, TOM, case)
    assert list(desk.cases.walk()) == before


def test_who_may_not_read_cases_is_not_shown_and_sees_nobody(desk: Stores) -> None:
    case = opened(desk)
    assert "may not read cases" in refusal(lambda: presence.here(desk, RITA, case, Doing.READING, NOW))
    assert "may not read cases" in refusal(lambda: presence.who_is_here(desk, RITA, [case], NOW))
    assert "there is no case" in refusal(lambda: presence.here(desk, OTTO, case, Doing.READING, NOW))
    presence.here(desk, TOM, case, Doing.READING, NOW)
    assert presence.who_is_here(desk, OTTO, [case], NOW) == []
