"""Staffed time: what is counted, and the properties that hold for every start, span, week and zone."""

from __future__ import annotations

import os
import time as machine
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plaint.deadlines.calendars import OutsideCalendar
from plaint.deadlines.hours import after, between, minutes_of, told
from plaint.deadlines.service import ALWAYS, Hours

pytestmark = pytest.mark.pure

SPLIT = ("09:00-12:00", "13:00-17:30")
OFFICE = Hours(zone="Europe/London", week=(*[SPLIT] * 5, (), ()), calendar="GB-ENG")
NIGHT = Hours(zone="Europe/London", week=(("00:00-03:00", "22:00-24:00"),) * 7)
ODD = Hours(zone="Australia/Lord_Howe", week=(("01:45-02:15",), ("00:00-24:00",), (), ("23:59-24:00",), (), ("01:00-03:00",), ("01:30-02:30",)))
WEEKS = (ALWAYS, OFFICE, NIGHT, ODD)

starts = st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 30)).map(lambda moment: moment.replace(tzinfo=UTC))
spans = st.integers(1, 3000).map(lambda minutes: timedelta(minutes=minutes))


def at(text: str, zone: str = "Europe/London") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-11-24T10:00", 30, "2026-11-24T10:30"),
        ("2026-11-24T11:45", 30, "2026-11-24T13:15"),
        ("2026-11-24T11:30", 30, "2026-11-24T12:00"),
        ("2026-11-24T12:20", 30, "2026-11-24T13:30"),
        ("2026-11-24T17:15", 30, "2026-11-25T09:15"),
        ("2026-11-27T17:15", 30, "2026-11-30T09:15"),
        ("2026-12-24T17:20", 30, "2026-12-29T09:20"),
        ("2026-11-24T06:00", 450, "2026-11-24T17:30"),
        ("2026-11-24T06:00", 451, "2026-11-25T09:01"),
    ],
)
def test_staffed_minutes_run_over_breaks_nights_weekends_and_holidays(start: str, minutes: int, due: str) -> None:
    assert after(OFFICE, at(start), timedelta(minutes=minutes)).at == at(due)


def test_every_interval_is_named_counted_or_skipped() -> None:
    found = after(OFFICE, at("2026-12-24T16:45"), timedelta(minutes=60), ("2026-12-29",))
    assert [told(one) for one in found.intervals] == [
        "Thu 24 Dec 2026 09:00-12:00: skipped (over before the start)",
        "Thu 24 Dec 2026 13:00-17:30: 45 min counted",
        "Fri 25 Dec 2026: skipped (Christmas Day)",
        "Sat 26 Dec 2026: skipped (no hours on a Saturday)",
        "Sun 27 Dec 2026: skipped (no hours on a Sunday)",
        "Mon 28 Dec 2026: skipped (Boxing Day (observed))",
        "Tue 29 Dec 2026: skipped (closed by the firm)",
        "Wed 30 Dec 2026 09:00-12:00: 15 min counted",
    ]
    assert found.at == at("2026-12-30T09:15")
    seconds = after(OFFICE, at("2026-11-24T11:59:30"), timedelta(minutes=1))
    assert told(seconds.intervals[0]) == "Tue 24 Nov 2026 09:00-12:00: 0 min 30 s counted"


def test_the_hour_that_a_change_of_the_clocks_takes_is_not_counted_and_the_one_it_gives_is() -> None:
    spring, autumn = at("2026-03-29T00:00"), at("2026-10-25T00:00")
    assert between(NIGHT, spring, at("2026-03-29T12:00")) == timedelta(hours=2)
    assert between(NIGHT, autumn, at("2026-10-25T12:00")) == timedelta(hours=4)
    assert between(NIGHT, at("2026-11-01T00:00"), at("2026-11-01T12:00")) == timedelta(hours=3)
    gap = Hours(zone="Europe/London", week=(("01:15-01:45",),) * 7)
    assert between(gap, spring, at("2026-03-29T12:00")) == timedelta(), "local times that do not come are never staffed"
    part = Hours(zone="Europe/London", week=(("00:30-01:30", "01:30-02:30"),) * 7)
    assert between(part, spring, at("2026-03-29T12:00")) == timedelta(hours=1)


def test_a_year_that_is_not_loaded_is_refused() -> None:
    with pytest.raises(OutsideCalendar, match="load that year"):
        after(OFFICE, at("2028-12-31T10:00"), timedelta(hours=40))
    assert after(ALWAYS, at("2040-02-29T10:00"), timedelta(hours=24)).at == at("2040-03-01T10:00")


@pytest.mark.parametrize("wrong", ["09:00", "12:00-09:00", "09:00-09:00", "9:00-12:00", "09:00-25:00", "09:00+01:00-12:00", "a-b", "24:00-24:00"])
def test_what_is_no_interval_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        minutes_of(wrong)


@settings(deadline=None)
@given(starts, spans)
def test_every_minute_of_every_day_is_plain_addition(start: datetime, span: timedelta) -> None:
    assert after(ALWAYS, start, span).at == start + span


@settings(deadline=None)
@given(st.sampled_from(WEEKS), starts, spans)
def test_what_was_counted_lies_between_start_and_end_and_adds_up(hours: Hours, start: datetime, span: timedelta) -> None:
    found = after(hours, start, span)
    assert found.at > start
    assert between(hours, start, found.at) == span
    assert between(hours, start, found.at - timedelta(seconds=1)) == span - timedelta(seconds=1), "it ends within an interval"
    assert sum((one.counted for one in found.intervals), timedelta()) == span
    assert all((one.counted > timedelta()) != (one.skipped is not None) for one in found.intervals)


@settings(deadline=None)
@given(st.sampled_from(WEEKS), starts, spans, st.integers(0, 100_000), st.integers(0, 500))
def test_a_later_start_or_a_longer_span_never_ends_earlier(hours: Hours, start: datetime, span: timedelta, later: int, more: int) -> None:
    first = after(hours, start, span).at
    assert after(hours, start + timedelta(seconds=later), span).at >= first
    assert after(hours, start, span + timedelta(minutes=more)).at >= first


@settings(deadline=None, max_examples=40)
@given(st.sampled_from((OFFICE, NIGHT)), starts, st.integers(1, 300))
def test_it_agrees_with_counting_minute_by_minute(hours: Hours, start: datetime, minutes: int) -> None:
    zone, end = ZoneInfo(hours.zone), after(hours, start.replace(second=0, microsecond=0), timedelta(minutes=minutes)).at
    moment, left = start.replace(second=0, microsecond=0), minutes
    while left and moment < end + timedelta(days=1):
        left -= _is_staffed(hours, moment.astimezone(zone), moment)
        moment += timedelta(minutes=1)
    assert moment == end


def _is_staffed(hours: Hours, local: datetime, moment: datetime) -> bool:
    """By the wall clock of that very minute; where a time comes twice, an interval that ends within it ends the first time."""
    from plaint.deadlines.calendars import calendars

    if hours.calendar and local.date() in calendars()[hours.calendar].holidays:
        return False
    minute = local.hour * 60 + local.minute
    for opens, closes in map(minutes_of, hours.week[local.weekday()]):
        first = [local.replace(hour=edge // 60, minute=edge % 60, fold=0).astimezone(UTC) if edge < 1440 else None for edge in (opens, closes)]
        if opens <= minute and first[0] is not None and first[0] <= moment and (moment < first[1] if first[1] else minute < closes):
            return True
        if minute < opens and first[0] is not None and first[0] <= moment and first[1] and moment < first[1]:
            return True
    return False


@contextmanager
def _server_in(zone: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    machine.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        machine.tzset()


@settings(deadline=None)
@given(st.sampled_from(WEEKS), starts, spans, st.sampled_from(["Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati"]))
def test_the_servers_zone_changes_nothing(hours: Hours, start: datetime, span: timedelta, zone: str) -> None:
    here = after(hours, start, span)
    with _server_in(zone):
        assert after(hours, start.astimezone(ZoneInfo(zone)), span) == here
