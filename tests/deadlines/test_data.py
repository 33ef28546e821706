"""The tables of clocks and calendars are whole and say how sure each rule is."""

import json
from datetime import date
from pathlib import Path

import pytest

from plaint.deadlines.calendars import DATA, calendars
from plaint.deadlines.engine import deadlines
from plaint.deadlines.regimes import regimes
from plaint.deadlines.trace import printed

pytestmark = pytest.mark.pure


def test_the_worked_examples_agree(shared: Path) -> None:
    examples = json.loads((shared / "design/regulation/worked_examples.json").read_text())["examples"]
    wrong = {}
    for example in examples:
        got = json.loads(json.dumps(printed(deadlines(example["regime"], example["inputs"])).deadlines))
        different = {key: (value, got.get(key)) for key, value in example["deadlines"].items() if got.get(key) != value}
        if different:
            wrong[example["id"]] = different
    assert len(examples) == 100
    assert wrong == {}


def test_every_calendar_file_is_listed_and_holds_only_weekdays_of_the_loaded_years() -> None:
    assert {file.stem for file in (DATA / "calendars").glob("*.csv")} == set(calendars())
    for calendar in calendars().values():
        assert {day.year for day in calendar.holidays} == set(range(calendar.first.year, calendar.last.year + 1))
        assert all(day.weekday() < 5 for day in calendar.holidays)
        assert list(calendar.holidays) == sorted(calendar.holidays)
        assert {holiday.certainty for holiday in calendar.holidays.values()} <= {"verified", "secondary", "unverified"}


@pytest.mark.parametrize(
    ("calendar", "day", "closed"),
    [
        ("GB-SCT", "2026-06-15", True), ("GB-ENG", "2026-06-15", False), ("GB-ENG", "2022-09-19", True), ("GB-NIR", "2026-03-17", True),
        ("IE", "2027-03-26", False), ("IE", "2026-02-02", True), ("TARGET", "2026-12-28", False), ("US-FED", "2026-06-19", True),
        ("AU-NSW", "2026-04-27", True), ("AU-VIC", "2026-04-27", False), ("GB-ENG", "2026-12-28", True),
    ],
)  # fmt: skip
def test_days_that_other_lists_get_wrong(calendar: str, day: str, closed: bool) -> None:
    assert (calendars()[calendar].closed_because(date.fromisoformat(day)) is not None) == closed


def test_every_clock_names_its_rule_and_refers_only_to_what_is_there() -> None:
    for regime in regimes().values():
        assert set(regime.calendars) <= set(calendars())
        for clock in regime.clocks:
            assert clock.rule
            assert (clock.unit == "none") == (clock.because is not None)
            for reference in (*clock.of, clock.starts, *(clock.starts_by.starts.values() if clock.starts_by else ())):
                kind, _, name = reference.partition(":")
                assert kind == "receipt" or name in (regime.keys if kind == "clock" else regime.inputs), (regime.id, clock.id, reference)
            assert set(clock.when) <= set(regime.inputs)
            assert clock.calendar in {None, "given", *calendars()}


def test_versions_of_one_clock_do_not_overlap_without_saying_which_wins() -> None:
    for regime in regimes().values():
        for key in regime.keys:
            begins = [clock.effective_from or "" for clock in regime.versions(key)]
            assert begins == sorted(begins), (regime.id, key)


def test_the_clocks_of_the_regulation_table_are_all_there(shared: Path) -> None:
    lines = (shared / "design/regulation/clocks.csv").read_text().splitlines()[1:]
    listed = {tuple(line.split(",")[:2]) for line in lines}
    have = {(regime.id, clock.id) for regime in regimes().values() for clock in regime.clocks}
    assert listed - have == set()
