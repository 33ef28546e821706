"""What sources say about a moment becomes that moment or an honest span, never a guess."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plaint.model import PartialDate
from plaint.posts.dates import read_date
from plaint.posts.relative import meaning

pytestmark = pytest.mark.pure

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def read(text: Any, **options: Any) -> tuple[str, str] | None:
    when = read_date(text, at=options.pop("at", AT), **options)
    return (when.earliest, when.latest) if when else None


@pytest.mark.parametrize(
    ("text", "earliest"),
    [
        ("2026-03-05T10:11:12Z", "2026-03-05T10:11:12Z"),
        ("2026-03-05T10:11:12.500+02:00", "2026-03-05T08:11:12.500000Z"),
        ("2026-03-05 10:11:12 +0200", "2026-03-05T08:11:12Z"),
        ("2026-03-05 10:11 UTC", "2026-03-05T10:11:00Z"),
        ("Thu, 05 Mar 2026 10:11:12 GMT", "2026-03-05T10:11:12Z"),
        ("Thu Mar 05 10:11:12 +0000 2026", "2026-03-05T10:11:12Z"),
        (1772705472, "2026-03-05T10:11:12Z"),
        ("1772705472", "2026-03-05T10:11:12Z"),
        (1772705472000, "2026-03-05T10:11:12Z"),
        ("1772705472.25", "2026-03-05T10:11:12.250000Z"),
        ("20260305101112", "2026-03-05T10:11:12Z"),
    ],
)
def test_a_certain_moment_is_exact(text: Any, earliest: str) -> None:
    assert read(text) == (earliest, earliest)


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2026-03-05", "2026-03-05", "2026-03-05"),
        ("20260305", "2026-03-05", "2026-03-05"),
        ("5 March 2026", "2026-03-05", "2026-03-05"),
        ("Mar 5, 2026", "2026-03-05", "2026-03-05"),
        ("2026年3月5日", "2026-03-05", "2026-03-05"),
        ("2026-03", "2026-03-01", "2026-03-31"),
        ("February 2024", "2024-02-01", "2024-02-29"),
        ("enero de 2025", "2025-01-01", "2025-01-31"),
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-W10", "2024-03-04", "2024-03-10"),
        ("24 Nov", "2026-11-24", "2026-11-24"),
        ("25 Nov", "2025-11-25", "2025-11-25"),
        ("26.10.21", "2021-10-26", "2021-10-26"),
    ],
)
def test_a_day_a_month_a_year_stay_what_they_are(text: str, earliest: str, latest: str) -> None:
    assert read(text) == (earliest, latest)


def test_a_year_of_two_figures_is_of_this_century() -> None:
    assert read("18.10.21 um 22:56 Uhr", languages=("de",)) == ("2021-10-18T22:56:00Z", "2021-10-18T22:56:00Z")
    assert read("2 December 95", languages=("en",)) == ("1995-12-02", "1995-12-02")


def test_day_and_month_follow_the_site_and_else_stay_open() -> None:
    assert read("02/03/2024") == ("2024-02-03", "2024-03-02")
    assert read("02/03/2024", languages=("en",)) == ("2024-02-03", "2024-03-02")
    assert read("02/03/2024", languages=("fr",)) == ("2024-03-02", "2024-03-02")
    assert read("02/03/2024", languages=("en",), date_order="MDY") == ("2024-02-03", "2024-02-03")
    assert read("13/03/2024", languages=("en",)) == ("2024-03-13", "2024-03-13")
    assert read("3/4", languages=("en",)) is None


@pytest.mark.parametrize(
    "text",
    ["", "to", "on", "1", "10", "never", "n/a", "unknown", "31/11/2024", "2024-02-30", "10 out of 10", "v2.3.1", "Order 12345 never arrived",
     "the best day of my life", "Q1 2024", "5 stars", "x" * 5000, "0" * 400],
)  # fmt: skip
def test_what_is_no_date_gives_none(text: str) -> None:
    assert read(text, languages=("en",)) is None


@pytest.mark.parametrize(
    ("text", "languages", "unit", "number"),
    [
        ("2 years ago", (), "year", -2),
        ("a month ago", ("en",), "month", -1),
        ("il y a 3 jours", ("fr",), "day", -3),
        ("hace un mes", ("es",), "month", -1),
        ("vor einem Tag", ("de",), "day", -1),
        ("قبل ساعتين", ("ar",), "hour", -2),
        ("٣ أيام", (), None, 0),
        ("3 日前", ("ja",), "day", -3),
        ("3d", (), "day", -3),
        ("5 mo. ago", (), "month", -5),
        ("about 2 hours ago", (), "hour", -2),
        ("last month", (), "month", -1),
        ("gestern", ("de",), "day", -1),
        ("in 2 days", (), "day", 2),
        ("the 3 of us", (), None, 0),
    ],
)
def test_relative_phrases_mean_units(text: str, languages: tuple[str, ...], unit: str | None, number: int) -> None:
    meant = meaning(text, languages)
    assert (meant.unit, meant.number) == (unit, number) if meant else unit is None


def test_a_phrase_is_a_span_around_what_it_says() -> None:
    assert read("2 years ago") == ("2023-11-24T10:00:00Z", "2025-05-25T22:00:00Z")
    assert read("3 days ago") == ("2026-11-20T10:00:00Z", "2026-11-21T23:59:59Z")
    assert read("just now") == ("2026-11-24T09:59:00Z", "2026-11-24T10:00:00Z")
    assert read("last month") == ("2026-10-01", "2026-10-31")
    assert read("this month") == ("2026-11-01", "2026-11-24")
    assert read("yesterday") == ("2026-11-23", "2026-11-23")
    assert read("1 year 11 months ago") == ("2024-11-24T10:00:00Z", "2025-01-08T10:00:00Z")


def test_yesterday_is_the_sites_own() -> None:
    late = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    assert read("yesterday", at=late, zone="America/New_York") == ("2026-11-22", "2026-11-22")
    assert read("yesterday", at=late, zone="Asia/Tokyo") == ("2026-11-23", "2026-11-23")


def test_a_time_without_a_zone_is_the_sites() -> None:
    assert read("2026-07-05 10:00", zone="Europe/Paris") == ("2026-07-05T08:00:00Z", "2026-07-05T08:00:00Z")
    assert read("5 July 2026 10:00", zone="Europe/Paris", languages=("en",)) == ("2026-07-05T08:00:00Z", "2026-07-05T08:00:00Z")


def test_phrases_around_a_date_are_stripped() -> None:
    assert read("Edited 2 weeks ago") == read("2 weeks ago")
    assert read("Posted on 5 March 2026") == ("2026-03-05", "2026-03-05")
    assert read("Reviewed in the United Kingdom on 5 March 2026", strip=("Reviewed in * on",)) == ("2026-03-05", "2026-03-05")
    assert read("5 March 2026 via mobile", strip=("via mobile",)) == ("2026-03-05", "2026-03-05")


def test_the_sites_own_format_comes_first() -> None:
    assert read("05-03-26", formats=("%d-%m-%y",), languages=("en",)) == ("2026-03-05", "2026-03-05")
    assert read("March 2026", formats=("%B %Y",)) == ("2026-03-01", "2026-03-31")
    assert read("25 Dec", formats=("%d %b",)) == ("2025-12-25", "2025-12-25")
    assert read("05.03.2026 10h11", formats=("%d.%m.%Y %Hh%M",), zone="Europe/Paris") == ("2026-03-05T09:11:00Z", "2026-03-05T09:11:00Z")


def test_the_words_are_kept() -> None:
    for text in ("Edited 2 weeks ago", "2026-03-05", "5 March 2026", "1772705472"):
        when = read_date(text, at=AT)
        assert when is not None
        assert when.said == text


def holds(when: PartialDate | None) -> None:
    assert when is None or when.start <= when.end


@given(st.text(max_size=120))
@settings(max_examples=60, deadline=None)
def test_no_text_makes_it_raise(text: str) -> None:
    holds(read_date(text, at=AT, languages=("en",)))


@given(st.text(alphabet="0123456789-/.:TZ +年月日apm", max_size=30))
@settings(max_examples=150, deadline=None)
def test_no_figures_make_it_raise(text: str) -> None:
    holds(read_date(text, at=AT, languages=("en",)))


@given(st.one_of(st.integers(), st.floats()))
@settings(deadline=None)
def test_no_number_makes_it_raise(number: float) -> None:
    holds(read_date(number, at=AT))


FORMS = {
    "en": "{n} {unit} ago", "fr": "il y a {n} {unit}", "de": "vor {n} {unit}", "es": "hace {n} {unit}", "ja": "{n} {unit}前", "pt": "há {n} {unit}",
}  # fmt: skip
UNIT_WORDS = {
    "en": ("seconds", "minutes", "hours", "days", "weeks", "months", "years"),
    "fr": ("secondes", "minutes", "heures", "jours", "semaines", "mois", "ans"),
    "de": ("Sekunden", "Minuten", "Stunden", "Tagen", "Wochen", "Monaten", "Jahren"),
    "es": ("segundos", "minutos", "horas", "días", "semanas", "meses", "años"),
    "ja": ("秒", "分", "時間", "日", "週間", "か月", "年"),
    "pt": ("segundos", "minutos", "horas", "dias", "semanas", "meses", "anos"),
}
LENGTHS = (1, 60, 3_600, 86_400, 604_800, 30.44 * 86_400, 365.25 * 86_400)


@given(
    st.sampled_from(sorted(FORMS)),
    st.integers(0, 6),
    st.integers(0, 90),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([None, "Europe/London", "Asia/Tokyo", "America/Los_Angeles"]),
)
@settings(deadline=None)
def test_what_is_ago_holds_its_moment_and_never_ends_after_the_fetch(language: str, unit: int, number: int, at: datetime, zone: str | None) -> None:
    text = FORMS[language].format(n=number, unit=UNIT_WORDS[language][unit])
    when = read_date(text, at=at, languages=(language,), zone=zone)
    assert when is not None, text
    assert when.start <= when.end <= at
    said = at - timedelta(seconds=number * LENGTHS[unit])
    slack = timedelta(seconds=LENGTHS[unit] / 5 + 1 + number * (86_400 if unit >= 5 else 0))
    assert when.start - slack <= said <= when.end + slack


@given(st.dates(date(1995, 1, 1), date(2026, 11, 20)))
@settings(max_examples=60, deadline=None)
def test_a_written_day_is_read_back(day: date) -> None:
    for text, language in (
        (f"{day:%d %B %Y}", "en"),
        (f"{day:%B} {day.day}, {day.year}", "en"),
        (f"{day:%d.%m.%Y}", "de"),
        (f"{day:%Y/%m/%d}", "ja"),
    ):
        assert read(text, languages=(language,)) == (day.isoformat(), day.isoformat()), text


def test_the_usual_forms_are_quick() -> None:
    begun = datetime(2025, 1, 1, tzinfo=UTC)
    for texts in (
        [(begun + timedelta(seconds=37 * n)).isoformat() for n in range(10_000)],
        [1_735_689_600 + 37 * n for n in range(10_000)],
        [f"{n % 30 + 1} days ago" for n in range(10_000)],
    ):
        clock = time.perf_counter()
        for text in texts:
            read_date(text, at=AT, languages=("en",))
        assert time.perf_counter() - clock < 0.5, f"20,000 a second is a tenth of what is usual: {texts[0]}"
