"""The clock engine: examples counted by hand on a paper calendar, and what must hold for every receipt."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaint.deadlines.calendars import calendars
from plaint.deadlines.engine import BadInputs, Deadline, deadlines
from plaint.deadlines.regimes import regimes
from plaint.deadlines.trace import printed, shown

pytestmark = pytest.mark.pure

LONDON = ZoneInfo("Europe/London")

moments = st.datetimes(datetime(2022, 1, 1), datetime(2028, 9, 30), timezones=st.just(UTC))
"""Receipts whose business-day clocks all end inside the loaded years."""

counting = st.sampled_from(["UK-DISP", "UK-PSR", "UK-DPC", "EU-PSD2", "IE-CPC", "AU-RG271", "UK-ENERGY"])


def answer(regime: str, **inputs: object) -> dict[str, object]:
    return printed(deadlines(regime, inputs)).deadlines


def clock(regime: str, key: str, **inputs: object) -> Deadline:
    return next(one for one in deadlines(regime, inputs).deadlines if one.key == key)


# -- counted by hand

BY_HAND = [
    # Good Friday 26 and Easter Monday 29 March 2027 fall inside; Scotland works on Easter Monday
    ("UK-PSR", {"received_at": "2027-03-25T09:00:00Z"}, {"final_response_last_day_15bd": "2027-04-19", "holding_response_last_day": None}),
    ("UK-PSR", {"received_at": "2027-03-25T09:00:00Z", "calendar": "GB-SCT"}, {"final_response_last_day_15bd": "2027-04-16"}),
    # a leap day: 3 years on there is none
    (
        "UK-DISP",
        {"received_at": "2024-02-29T10:00:00Z", "calendar": "GB-ENG"},
        {
            "summary_resolution_last_day": "2024-03-05",
            "eight_week_response_last_day": "2024-04-25",
            "record_retention_until": "2027-02-28",
            "reporting_half_year": ("2024-01-01", "2024-06-30"),
            "publication_due_if_500_or_more": "2024-08-31",
        },
    ),
    # 23:30 UTC on Saturday 4 July is Sunday 00:30 in London; the count starts on Monday
    ("UK-DISP", {"received_at": "2026-07-04T23:30:00Z", "calendar": "GB-NIR"}, {"summary_resolution_last_day": "2026-07-08"}),
    # day 30 is Sunday 16 August, which rolls
    ("UK-DPC", {"received_at": "2026-07-17T12:00:00+01:00", "calendar": "GB-ENG"}, {"in_force": True, "acknowledge_last_day": "2026-08-17"}),
    ("UK-DPC", {"received_at": "2026-01-05T12:00:00Z"}, {"in_force": False, "acknowledge_last_day": None}),
    (
        "US-CFPB",
        {"date_sent_to_company": "2026-01-10", "company_first_response": "2026-01-26"},
        {
            "initial_response_last_day": "2026-01-25",
            "timely": "No",
            "published_no_earlier_than": "2026-01-25",
            "final_response_last_day": "2026-03-11",
        },
    ),
    ("US-CFPB", {"date_sent_to_company": "2026-01-10"}, {"timely": None, "published_no_earlier_than": "2026-01-25"}),
    # 15 July 2028 is a Saturday
    ("US-FINRA", {"received_at": "2028-05-02T09:00:00-04:00", "written": True}, {"calendar_quarter": "2028Q2", "quarterly_report_due": "2028-07-17"}),
    ("US-FINRA", {"received_at": "2026-05-04T09:00:00-04:00", "written": False}, {"calendar_quarter": "2026Q2", "quarterly_report_due": None}),
    # 31 December + 2 months ends on the last of February, a Sunday; the rolled date is only information
    (
        "EU-MICA",
        {"received_at": "2026-12-30T09:00:00Z", "received_tz": "Europe/Paris"},
        {"decision_last_day": "2027-02-28", "decision_last_day_rolled_1182_71": "2027-03-01"},
    ),
    # St Brigid's Day is Monday 1 February 2027
    ("IE-CPC", {"received_at": "2027-01-29T12:00:00Z"}, {"acknowledge_last_day_5bd": "2027-02-08"}),
    # 24 hours across the end of daylight saving on 5 April 2026 are 24 hours
    (
        "AU-RG271",
        {"received_at": "2026-04-04T20:00:00+11:00", "received_tz": "Australia/Sydney", "calendar": "AU-NSW"},
        {"acknowledge_24h": "2026-04-05T19:00:00+10:00", "acknowledge_next_business_day": "2026-04-07", "idr_response_last_day": "2026-05-04"},
    ),
    ("AU-RG271", {"received_at": "2028-08-01T09:00:00+10:00"}, {"asic_submission_window": ("2029-01-01", "2029-02-28")}),
    ("AU-RG271", {"received_at": "2027-08-01T09:00:00+10:00"}, {"asic_submission_window": ("2028-01-01", "2028-02-29")}),
    ("UK-OFCOM", {"received_at": "2026-03-31T09:00:00+01:00"}, {"adr_letter_last_day": "2026-05-26"}),
    ("UK-OFCOM", {"received_at": "2026-04-01T09:00:00+01:00"}, {"adr_letter_last_day": "2026-05-13"}),
    ("UK-OFCOM", {"received_at": "2026-04-01T09:00:00+01:00", "six_weeks_effective_from": "2026-04-20"}, {"adr_letter_last_day": "2026-05-27"}),
    (
        "OTHER",
        {"sub_regime": "CA-FCAC", "received_at": "2026-06-30T23:30:00-04:00", "received_tz": "America/Toronto"},
        {"deal_with_complaint_last_day": "2026-08-25"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("regime", "inputs", "expected"), BY_HAND)
def test_an_example_counted_by_hand(regime: str, inputs: dict[str, object], expected: dict[str, object]) -> None:
    got = answer(regime, **inputs)
    assert {key: got[key] for key in expected} == expected


def test_close_of_business_and_end_of_day_are_local() -> None:
    summary = clock("UK-DISP", "summary_resolution_last_day", received_at="2026-07-01T09:00:00Z")
    final = clock("UK-DISP", "eight_week_response_last_day", received_at="2026-07-01T09:00:00Z")
    assert summary.due == datetime(2026, 7, 6, 16, 0, tzinfo=UTC)
    assert final.due == datetime(2026, 8, 26, 22, 59, 59, 999000, tzinfo=UTC)


def test_a_receipt_without_a_time_of_day_has_no_24_hour_clock() -> None:
    without = clock("AU-RG271", "acknowledge_24h", received_at="2026-04-04")
    assert without.value is None
    assert without.no_date == "the time of day of receipt is not given"


def test_a_clock_without_a_number_says_why_it_has_no_date() -> None:
    for regime, key in (("UK-DISP", "acknowledge"), ("EU-JC", "reply"), ("UK-WATER", "final_response"), ("EU-MICA", "acknowledge")):
        found = clock(regime, key, received_at="2026-04-07T10:00:00Z")
        assert found.value is None
        assert found.no_date
        assert found.steps == (f"no date, because {found.no_date}",)


def test_every_day_of_a_count_is_there_with_its_holiday() -> None:
    found = clock("UK-PSR", "final_response_last_day_15bd", received_at="2025-12-22T10:00:00Z", calendar="GB-ENG")
    assert [day.number for day in found.days if day.number] == list(range(1, 16))
    skipped = {day.day.isoformat(): day.skipped for day in found.days if day.skipped and day.day.weekday() < 5}
    assert skipped == {"2025-12-25": "Christmas Day", "2025-12-26": "Boxing Day", "2026-01-01": "New Year's Day"}
    assert "Thu 25 Dec 2025 (Christmas Day)" in " ".join(found.steps)
    assert (found.calendar, found.calendar_version) == ("GB-ENG", "2026.1")


def test_a_rolled_day_names_what_it_passed_over() -> None:
    found = clock("UK-DPC", "acknowledge_last_day", received_at="2026-11-25T12:00:00Z", calendar="GB-ENG")
    assert "Fri 25 Dec 2026 (Christmas Day)" in " ".join(found.steps)
    assert [day.number for day in found.days[:30]] == list(range(1, 31))
    assert [day.skipped for day in found.days[29:]] == ["Christmas Day", "Saturday", "Sunday", found.days[32].skipped, None]


def test_a_rule_not_yet_in_force_is_counted_as_information_only() -> None:
    early = clock("EU-MICA", "decision_last_day", received_at="2024-05-02T10:00:00+02:00")
    assert not early.in_force
    assert "not in force on 2024-05-02" in early.steps[0]
    assert clock("EU-MICA", "decision_last_day", received_at="2025-03-05T10:00:00+01:00").in_force


@pytest.mark.parametrize(
    ("regime", "inputs", "says"),
    [
        ("UK-DSP", {}, "did you mean UK-DISP"),
        ("UK-DISP", {}, "received_at is not given"),
        ("UK-DISP", {"received_at": "2026-01-05T10:00:00"}, "without an offset"),
        ("UK-DISP", {"received_at": "yesterday"}, "ISO 8601"),
        ("UK-DISP", {"received_at": 12}, "ISO 8601"),
        ("UK-DISP", {"received_at": "9999-12-31T23:59:59Z"}, "the year 9999"),
        ("UK-DISP", {"received_at": "2026-01-05T10:00:00Z", "calendar": "US-FED"}, "GB-ENG, GB-SCT, GB-NIR"),
        ("UK-DISP", {"received_at": "2026-01-05T10:00:00Z", "received_tz": "Mars/Base"}, "IANA"),
        ("UK-DISP", {"received_at": "2026-01-05T10:00:00Z", "received_tz": "../etc/passwd"}, "IANA"),
        ("UK-DISP", {"received_at": "2026-01-05T10:00:00Z", "mifid_or_ucits": "yes"}, "true or false"),
        ("AU-RG271", {"received_at": "2026-01-05T10:00:00Z", "complaint_kind": "supper"}, "super_trustee"),
        ("OTHER", {"received_at": "2026-01-05T10:00:00Z"}, "no regime"),
    ],
)
def test_what_cannot_be_counted_from_is_named(regime: str, inputs: dict[str, object], says: str) -> None:
    with pytest.raises(BadInputs, match="(?s).*" + says.replace(".", r"\.")):
        deadlines(regime, inputs)


# -- what must hold for every receipt


@given(counting, moments)
def test_business_clocks_end_on_business_days_and_count_exactly(regime: str, received: datetime) -> None:
    for found in deadlines(regime, {"received_at": received.isoformat()}).deadlines:
        if found.clock.unit == "business_day" and found.last is not None:
            on = calendars()[found.calendar or ""]
            assert on.is_business_day(found.last)
            assert sum(day.number is not None for day in found.days) == found.clock.amount
            assert all(on.is_business_day(day.day) == (day.number is not None) for day in found.days)
        elif found.clock.roll == "following" and found.value is not None:
            assert calendars()[found.calendar or ""].is_business_day(found.last or date.min)


@given(counting, moments)
def test_every_day_between_start_and_end_is_traced_once(regime: str, received: datetime) -> None:
    for found in deadlines(regime, {"received_at": received.isoformat()}).deadlines:
        if found.days:
            assert found.start is not None
            assert [day.day for day in found.days] == [found.start + timedelta(days=n) for n in range(1, len(found.days) + 1)]
            assert found.days[-1].day == found.last


@given(counting, moments, st.timedeltas(timedelta(0), timedelta(days=20)))
def test_a_later_receipt_is_never_due_earlier(regime: str, received: datetime, later: timedelta) -> None:
    first = deadlines(regime, {"received_at": received.isoformat()})
    second = deadlines(regime, {"received_at": (received + later).isoformat()})
    for early, late in zip(first.deadlines, second.deadlines, strict=True):
        if early.last is not None and late.last is not None:
            assert early.last <= late.last


@given(counting, moments, st.sampled_from(["Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu"]))
def test_the_offset_in_which_an_instant_is_written_does_not_matter(regime: str, received: datetime, zone: str) -> None:
    here = deadlines(regime, {"received_at": received.isoformat()})
    there = deadlines(regime, {"received_at": received.astimezone(ZoneInfo(zone)).isoformat()})
    assert [shown(one.value) for one in here.deadlines] == [shown(one.value) for one in there.deadlines]


@given(moments)
def test_day_0_is_the_local_date_also_around_a_change_of_the_clocks(received: datetime) -> None:
    assert deadlines("UK-DISP", {"received_at": received.isoformat()}).day0 == received.astimezone(LONDON).date()


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/St_Johns"])
def test_the_servers_zone_does_not_matter(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    received = [f"2026-{month:02}-{day:02}T{hour:02}:30:00Z" for month in (1, 3, 10) for day in (24, 28, 29) for hour in (0, 1, 23)]
    expected = [printed(deadlines("UK-DISP", {"received_at": one})) for one in received]
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert [printed(deadlines("UK-DISP", {"received_at": one})) for one in received] == expected
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


@given(st.dates(date(2029, 1, 1), date(2150, 1, 1)) | st.dates(date(1971, 1, 1), date(2021, 6, 30)), counting)
def test_years_outside_the_calendars_are_refused_and_never_guessed(day: date, regime: str) -> None:
    found = deadlines(regime, {"received_at": f"{day}T12:00:00Z"})
    for one in found.deadlines:
        if one.clock.unit == "business_day" or one.clock.roll == "following":
            assert one.value is None
            assert one.due is None
    business = [one for one in found.deadlines if one.clock.unit == "business_day" and one.clock.starts == "receipt" and not one.clock.when]
    assert all(one.refused and "load that year" in (one.no_date or "") for one in business)


@given(st.sampled_from(sorted(regimes())), moments)
def test_every_regime_answers_every_receipt_with_a_trace(regime: str, received: datetime) -> None:
    answered = deadlines(regime, {regimes()[regime].receipt: received.isoformat()})
    assert [one.key for one in answered.deadlines] == regimes()[regime].keys
    assert all(one.steps for one in answered.deadlines)
    assert all((one.value is None) == (one.no_date is not None) for one in answered.deadlines)
