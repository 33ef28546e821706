"""The Deadlines page: eight weeks, the list, the load; what cannot be counted is an error row."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.widgets import calendar
from dashboard.widgets.chips import Names
from plaint.cases.queues import OPEN_STATES
from plaint.cases.work import Route
from plaint.deadlines.calendars import calendars
from plaint.desk import casework, people
from plaint.desk.due import Due, Risk, ahead, monday, risk
from plaint.model import Author, iso, moment_of
from plaint.ports import CaseFilter, CaseRow
from tests.dashboard import made
from tests.dashboard.conftest import Open, words

LONDON = ZoneInfo("Europe/London")
NOW = moment_of("2026-11-24T12:00:00+00:00")


def due(case: str, day: str, risk_: Risk = Risk.ON_TRACK, owner: str | None = None, **facts: Any) -> Due:
    row = CaseRow(
        case=case, version=1, firm="northgate", state="CONFIRMED_COMPLAINT", title=facts.pop("title", f"About {case}"), source="trustpilot", posts=(),
        opened="2026-11-01T09:00:00+00:00", changed="2026-11-01T09:00:00+00:00", due=f"{day}T23:59:59+00:00", assignee=owner, facts=facts,
    )  # fmt: skip
    return Due(
        row=row,
        at=moment_of(f"{day}T23:59:59+00:00"),
        day=date.fromisoformat(day),
        risk=risk_,
        regime="UK-DISP",
        label="final response",
        rule="1.6.2",
    )


@pytest.mark.pure
def test_the_calendar_has_a_row_a_week_and_names_each_calendars_holidays() -> None:
    places = [calendars()["GB-ENG"], calendars()["IE"]]
    shown = calendar.weeks([due("c-1", "2026-12-23")], date(2026, 11, 23), 8, date(2026, 11, 24), places, {})
    assert shown.count('scope="row"') == 8
    assert shown.count("<td") == 56
    assert "Christmas Day (GB-ENG, IE)" in shown
    assert "Boxing Day (observed) (GB-ENG)" in shown, "a holiday of one calendar names that one"
    assert 'href="/deadlines?day=2026-12-23"' in shown
    assert "today" in shown


@pytest.mark.pure
def test_a_day_outside_a_calendar_says_so_and_is_not_taken_for_a_working_day() -> None:
    place = calendars()["GB-ENG"]
    shown = calendar.weeks([], monday(place.last), 2, place.last, [place], {})
    assert "calendar not loaded (GB-ENG)" in shown


@pytest.mark.pure
def test_a_day_shows_its_worst_first_and_says_it_in_words() -> None:
    link = calendar.link([due("c-1", "2026-11-25", Risk.AT_RISK), due("c-2", "2026-11-25")], date(2026, 11, 25), {"regime": "UK-DISP"})
    assert "2 (1 at risk)" in link
    assert 'class="amber"' in link
    assert "/deadlines?regime=UK-DISP&amp;day=2026-11-25" in link


@pytest.mark.pure
def test_the_load_counts_each_owner_and_day_and_links_to_exactly_those() -> None:
    said = [due("c-1", "2026-11-24", owner="anika"), due("c-2", "2026-11-26", owner="anika"), due("c-3", "2026-11-20", Risk.OVER)]
    shown = calendar.load(said, {"anika": "Anika Rao"}, date(2026, 11, 24), {})
    assert "owner=anika&amp;day=2026-11-24" in shown
    assert "owner=-&amp;status=over" in shown
    assert shown.index("Anika Rao") < shown.index("nobody&#x27;s"), "who has most to do comes first"


@pytest.mark.pure
def test_hostile_titles_stay_text_in_the_list() -> None:
    shown = calendar.dues([due("c-1", "2026-11-25", title=made.HOSTILE)], Names(), {}, NOW, LONDON)
    assert "<script" not in shown
    assert "<img" not in shown


@pytest.mark.pure
@pytest.mark.parametrize(
    ("risky_from", "due_at", "state", "expected"),
    [
        ("2026-11-20", "2026-11-23", {}, Risk.OVER),
        ("2026-11-24", "2026-11-30", {}, Risk.AT_RISK),
        ("2026-12-20", "2026-12-30", {}, Risk.ON_TRACK),
        ("2026-11-20", "2026-11-23", {"provisional": True}, Risk.WOULD_BE),
    ],
)
def test_a_clock_is_at_risk_from_its_own_moment_on(risky_from: str, due_at: str, state: dict[str, Any], expected: Risk) -> None:
    row = due("c-1", due_at, risky_from=f"{risky_from}T00:00:00+00:00", **state).row
    assert risk(row, moment_of(f"{due_at}T11:00:00+00:00"), NOW) is expected


def test_the_page_shows_weeks_list_and_load(full: Any, open_page: Open) -> None:
    shown = words(open_page("deadlines"))
    assert 'class="cal"' in shown
    assert "Who will be late next week if nobody acts" in shown
    assert "over" in shown
    assert shown.count("<tr data-row") == full.cases.cases(CaseFilter(states=OPEN_STATES, due_before=iso(made.NOW + timedelta(days=56))))[1]


@pytest.mark.parametrize("status", ["over", "at_risk", "on_track", "would_be"])
def test_a_status_lists_what_its_figure_counts(full: Any, open_page: Open, status: str) -> None:
    everything = words(open_page("deadlines"))
    said = re.search(rf'status={status}"[^>]*>([\d,]+) ', everything)
    assert words(open_page("deadlines", status=status)).count("<tr data-row") == (int(said.group(1)) if said else 0)


def test_a_days_link_lists_that_day(full: Any, open_page: Open) -> None:
    shown = words(open_page("deadlines"))
    day, number = re.search(r'day=(\d{4}-\d\d-\d\d)"[^>]*title="(\d+) case', shown).groups()  # type: ignore[union-attr]
    one = words(open_page("deadlines", day=day))
    assert one.count("<tr data-row") == int(number)
    assert "Due on" in one


def test_filters_are_in_the_address_and_unknown_ones_are_named(full: Any, open_page: Open) -> None:
    at = open_page("deadlines", owner="anika", status="nonsense")
    assert at.selectbox(key="d_owner").value == "anika"
    assert "Ignored: Status nonsense" in words(at)
    at.selectbox(key="d_status").set_value("over").run()
    assert at.query_params["status"] == "over"


def test_without_clocks_it_says_so(store: Any, open_page: Open) -> None:
    people.add(store, None, key="carla", name="Carla", roles=("admin", "compliance"), now=made.NOW, command="a")
    shown = words(open_page("deadlines", person="carla"))
    assert "No open clocks" in shown
    assert 'class="cal"' not in shown


def test_a_reader_does_not_see_it(full: Any, open_page: Open) -> None:
    assert "not yours to see" in words(open_page("deadlines", person="rui")).lower()


def test_a_person_of_one_firm_sees_no_deadline_of_another(full: Any, open_page: Open) -> None:
    assert "No open clocks" in words(open_page("deadlines", person="olga"))


def test_a_clock_outside_the_loaded_calendars_is_an_error_row(full: Any, open_page: Open) -> None:
    last = max(one.last for one in calendars().values())
    late = made.NOW.replace(year=last.year + 2, month=3)
    post = made._post(made.random.Random(1), 9001, late)
    late_post = replace(post, author=Author(name="Marit Olsen"), firms=(made.AboutFirm(key="northgate", score=1.0, how="asked"),))
    full.posts.put([late_post])
    anika = made.person(full, "anika")
    case = casework.open_case(full, anika, posts=[late_post.id], firm="northgate", now=late + timedelta(hours=2), command="late")
    casework.confirm(full, anika, case, reason="lost money", now=late + timedelta(hours=3), command="late-yes")
    found = ahead(full, anika, firm=None, until=made.NOW + timedelta(days=56), now=made.NOW, zone=LONDON)
    assert [row.case for row in found.uncounted] == [case]
    shown = words(open_page("deadlines"))
    assert "Not counted: a day lies outside the loaded calendars" in shown
    assert "load that year" in shown
    assert iso(late)[:4] in shown


def test_a_months_day_counts_cases_and_clocks_and_lists_exactly_its_cases(full: Any, open_page: Open) -> None:
    row = next(row for row in full.cases.cases(CaseFilter(states=("CONFIRMED_COMPLAINT",)))[0] if row.clocks)
    day = row.clocks[0].day
    shown = words(open_page("deadlines", view="month", month=day[:7]))
    assert f"month={day[:7]}" in shown
    number = re.search(rf'day={day}"[^>]*>(\d+) cases?<', shown)
    assert number is not None
    assert re.search(r"\d+ clocks?", shown)
    one = words(open_page("deadlines", view="month", month=day[:7], day=day))
    assert one.count("<tr data-row") == int(number.group(1))
    assert "Due on" in one


def test_a_month_is_narrowed_by_team_and_owner_and_an_unreadable_one_is_named(full: Any, open_page: Open) -> None:
    row = next(row for row in full.cases.cases(CaseFilter(states=("CONFIRMED_COMPLAINT",)))[0] if row.clocks)
    casework.perform(full, made.person(full, "tom"), row.case, Route(team="cards"), now=made.NOW, command="to-cards")
    month = row.clocks[0].day[:7]
    mine = words(open_page("deadlines", view="month", month=month, team="cards", owner="" if row.assignee else "-"))
    assert f"day={row.clocks[0].day}" in mine
    assert "day=" not in words(open_page("deadlines", view="month", month=month, team="cards", owner="carla")).split("<table")[1].split("</table>")[0]
    assert "Ignored: soon" in words(open_page("deadlines", view="month", month="soon"))


def test_the_weeks_say_cases_and_clocks_and_each_rule_leads_to_its_trace(full: Any, open_page: Open) -> None:
    shown = words(open_page("deadlines"))
    assert re.search(r"<strong>\d+ cases?</strong>.*?\d+ open clocks", shown)
    assert "print=1" in shown
