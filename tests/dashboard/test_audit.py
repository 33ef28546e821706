"""The Audit page: whether the log holds, who did, read and took away what, and a case as it was."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.widgets import audit as shown
from plaint.desk import audit, casework, log, people
from plaint.desk.audit import Asked, Result, Sort
from plaint.desk.rights import Refused
from plaint.model import iso, moment_of
from plaint.ports import CaseFilter, Entry
from settings import settings
from tests.dashboard import made
from tests.dashboard.conftest import Open, words

LONDON = ZoneInfo("Europe/London")
NOW = moment_of("2026-11-24T12:00:00+00:00")


def result(**said: Any) -> Result:
    return Result(**{"at": "2026-11-24T11:00:00+00:00", "by": "carla", "holds": True, "entries": 12, "bodies": 3, "seals": 1, "covered": 10, **said})


def entry(kind: str, stream: str = "access", **said: Any) -> Entry:
    return Entry(
        stream=stream, version=1, at="2026-11-24T11:00:00+00:00", by="carla", command="c", kind=kind, said=said, digests={}, before="0", hash="1"
    )


@pytest.mark.pure
def test_a_broken_log_names_the_first_broken_place_and_hostile_names_stay_text() -> None:
    said = shown.verdict(result(holds=False, broken=f"c-ab version 3, by {made.HOSTILE}"), {}, NOW, LONDON)
    assert "The log does not hold" in said
    assert "First broken place:" in said
    assert "c-ab version 3" in said
    assert "<script" not in said
    assert 'role="alert"' in said


@pytest.mark.pure
def test_a_log_that_holds_says_what_was_looked_at() -> None:
    said = shown.verdict(result(), {"carla": "Carla Moreno"}, NOW, LONDON)
    assert "Everything holds" in said
    assert "12 entries, 3 texts, 1 seal. Run by Carla Moreno" in said
    assert "posts were not compared" in said


@pytest.mark.pure
def test_the_age_of_the_last_outside_seal_is_said_and_its_lack_too() -> None:
    assert "3 h old. It covers 10 entries; 2 came after it" in shown.seal_age("2026-11-24T09:00:00+00:00", 10, 12, NOW, folder=True)
    assert "PLAINT_SEALS" in shown.seal_age(None, 0, 12, NOW, folder=False)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("kind", "sort"),
    [("CaseRead", Sort.READ), ("PostRead", Sort.READ), ("PostsExported", Sort.EXPORT), ("CasePacked", Sort.EXPORT), ("ReturnMade", Sort.EXPORT),
     ("ActRefused", Sort.REFUSED), ("Assigned", Sort.WRITE), ("SourceApproved", Sort.WRITE)],
)  # fmt: skip
def test_each_act_is_a_read_an_export_a_refusal_or_a_write(kind: str, sort: Sort) -> None:
    assert audit.sort_of(entry(kind)) is sort


@pytest.mark.pure
def test_an_entry_shows_names_and_numbers_but_nothing_that_was_typed() -> None:
    said = shown.what(entry("PostsExported", format="csv", rows=12, query="author:marit"), {})
    assert said == "posts exported: format csv, rows 12"


def test_verifying_says_that_it_holds_and_leaves_an_entry(full: Any, open_page: Open) -> None:
    at = open_page("audit", person="carla")
    assert "Not verified yet" in words(at)
    at.button(key="a_run").click().run()
    assert "Everything holds" in words(at)
    assert [one.kind for one in full.cases.read("verifications")] == [audit.VERIFIED]
    again = words(open_page("audit", person="carla"))
    assert "Run by Carla Moreno" in again


def test_a_log_that_somebody_bent_is_named_by_its_place(full: Any, open_page: Open) -> None:
    case = full.cases.cases(CaseFilter(states=("CONFIRMED_COMPLAINT",)))[0][0].case
    for file in Path(full.address.removeprefix("sqlite:///")).parent.glob("*.cases"):
        with sqlite3.connect(file) as bent:
            if bent.execute("SELECT 1 FROM sqlite_master WHERE name = 'entries'").fetchone():
                for name in [row[0] for row in bent.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
                    bent.execute(f"DROP TRIGGER {name}")
                bent.execute("UPDATE entries SET at = '2020-01-01T00:00:00+00:00' WHERE stream = ? AND version = 2", (case,))
    at = open_page("audit", person="carla")
    at.button(key="a_run").click().run()
    assert f"First broken place: <strong><bdi>{case} version 2" in words(at)


def test_a_seal_outside_is_found_and_its_age_said(full: Any, open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAINT_SEALS", str(tmp_path / "outside"))
    settings.cache_clear()
    at = open_page("audit", person="carla")
    at.button(key="a_seal").click().run()
    assert "Sealed" in words(at)
    at.button(key="a_run").click().run()
    assert "The last seal outside is" in words(at)
    assert len(list((tmp_path / "outside").iterdir())) == 1


@pytest.mark.parametrize(("act", "expected"), [("read", 2), ("export", 0)])
def test_the_log_is_filtered_by_what_was_done(full: Any, open_page: Open, act: str, expected: int) -> None:
    anika = made.person(full, "anika")
    for row in full.cases.cases(CaseFilter())[0][:2]:
        casework.load(full, anika, row.case, made.NOW)
    at = open_page("audit", person="carla", tab="log", by="anika", act=act)
    assert words(at).count("<tr data-row") == expected


def test_a_case_of_the_log_is_all_that_happened_to_it(full: Any, open_page: Open) -> None:
    row = full.cases.cases(CaseFilter(states=("CONFIRMED_COMPLAINT",)))[0][0]
    at = open_page("audit", person="carla", tab="log", about=row.case, act="write")
    assert words(at).count("<tr data-row") == row.version
    assert "Called the branch" not in words(at), "what people wrote is not in the log's list"


def test_the_log_is_walked_page_by_page_with_none_missing_or_twice(full: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    carla, seen, before = made.person(full, "carla"), [], None
    for _ in range(20):
        found = audit.entries(full, carla, Asked(before=before))
        seen += [one.position for one in found.entries]
        if found.older is None:
            break
        before = found.older
        monkeypatch.setattr(audit, "PAGE", 7)
    assert seen == [one.position for one in full.cases.walk()][::-1]


def test_a_filter_that_finds_little_does_not_read_the_whole_log(full: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "STEP", 3)
    monkeypatch.setattr(audit, "FARTHEST", 9)
    found = audit.entries(full, made.person(full, "carla"), Asked(by="nobody-at-all"))
    assert found.looked <= 12
    assert found.older is not None


def test_who_sees_one_firm_sees_nothing_of_the_others_in_the_log(full: Any) -> None:
    ada = made.person(full, "ada")
    only = people.add(full, ada, key="odd", name="Odd", roles=("auditor",), firms=("orbit",), now=made.NOW, command="odd")
    assert [one for one in audit.entries(full, only, Asked()).entries if audit.case_of(one)] == []


def test_a_case_as_it_was_beside_as_it_is(full: Any, open_page: Open) -> None:
    case = next(one.stream for one in full.cases.walk() if one.kind == "Closed")
    at = iso(made.NOW - timedelta(days=17))
    shown_ = words(open_page("audit", person="carla", tab="as_of", about=case, at=at))
    assert "Then and now" in shown_
    assert "Complaint" in shown_
    assert "changed" in shown_
    assert "closed it" not in shown_.split("What had happened")[1]


def test_a_moment_before_the_case_is_refused_with_when_it_was_opened(full: Any, open_page: Open) -> None:
    case = full.cases.cases(CaseFilter())[0][0].case
    assert "was opened at" in words(open_page("audit", person="carla", tab="as_of", about=case, at="2001-01-01T00:00:00+00:00"))


def test_an_agent_may_not_look_into_the_log(full: Any, open_page: Open) -> None:
    assert "not yours to see" in words(open_page("audit", person="anika")).lower()
    with pytest.raises(Refused):
        audit.entries(full, made.person(full, "anika"), Asked())


def test_seals_do_not_hide_the_end_of_the_log(full: Any) -> None:
    carla = made.person(full, "carla")
    for number in range(3):
        log.seal(full, carla, made.NOW, None)
        log.record(full, "access", carla, "CaseRead", {"case": "c-x"}, made.NOW, f"look-{number}")
    assert audit.entries(full, carla, Asked()).end == sum(1 for _ in full.cases.walk())
