"""`plaint case`, `plaint deadlines` and `plaint people` as they are typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from indexer.connect import connect
from manage import app
from plaint.model import Approval, Firm, Kind, Ownership, PartialDate, Post

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on a store of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLAINT_PERSON", raising=False)
    runner = CliRunner()

    def run(*words: str, input: str | bytes | None = None) -> Result:
        store = [] if words[0] == "deadlines" else ["--store", f"sqlite:///{tmp_path}/plaint.db"]
        return runner.invoke(app, [*words, *store], input=input)

    return run


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> Run:
    """The same with two accounts, a firm and a post."""
    assert run("people", "add", "anna", "--name", "Anna Berg", "--role", "admin", "--role", "compliance").exit_code == 0
    stores = connect(f"sqlite:///{tmp_path}/plaint.db")
    stores.registers.save_firms(
        [Firm(key="northgate", name="Northgate Bank", zone="Europe/London", calendar="GB-ENG", regimes=("UK-DISP", "UK-PSR"))]
    )
    stores.registers.save_approval(Approval(source="board", ownership=Ownership.OWNED, approved=True))
    published = PartialDate.exact(datetime.now(UTC) - timedelta(days=1))
    stores.posts.put([Post(id="board:1", source="board", ref="1", kind=Kind.REVIEW, text="They charged me twice", published=published)])
    stores.close()
    assert run("people", "add", "tom", "--name", "Tom", "--role", "agent", "--firm", "northgate", "--as", "anna").exit_code == 0
    return run


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_board_and_a_month_are_counted(filled: Run) -> None:
    case = said(filled("case", "open", "board:1", "--firm", "northgate", "--as", "tom"))["case"]
    said(filled("case", "confirm", case, "--reason", "charged twice", "--as", "tom"))
    said(filled("case", "route", case, "cards", "--as", "tom"))
    (lane,) = said(filled("case", "board", "--as", "tom"))["lanes"]
    assert lane == {"team": "cards", "state": "CONFIRMED_COMPLAINT", "assignee": None, "cases": 1}
    shown = said(filled("case", "show", case, "--as", "tom"))
    day = next(clock["trace"]["value"] for clock in shown["clocks"] if clock["key"] == "eight_week_response_last_day")
    (found,) = [one for one in said(filled("case", "month", day[:7], "--as", "tom"))["days"] if one["day"] == day]
    assert (found["cases"], found["clocks"], found["teams"]) == (1, 1, {"cards": 1})
    assert filled("case", "month", "2026", "--as", "tom").exit_code == 2


def check_letter(run: Run, case: str, letter: str = "disp-final-response") -> None:
    items = ("decision", "leaflet", "website", "may_refer", "time_limits")
    said(run("case", "letter", case, letter, *(word for item in items for word in ("--check", item)), "--as", "tom"))


def refused(result: Result) -> str:
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("plaint: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_a_case_from_a_post_to_its_end(filled: Run) -> None:
    case = said(filled("case", "open", "board:1", "--firm", "northgate", "--as", "tom"))["case"]
    assert said(filled("case", "confirm", case, "--reason", "charged twice", "--as", "tom"))["state"] == "CONFIRMED_COMPLAINT"
    assert said(filled("case", "acknowledge", case, "--as", "tom"))["done"].keys() == {"acknowledged"}
    assert said(filled("case", "assign", case, "--to", "me", "--as", "tom"))["assignee"] == "tom"
    assert said(filled("case", "note", case, "asked the branch", "--as", "anna"))["notes"] == 1
    shown = said(filled("case", "show", case, "--as", "tom"))
    assert [one["event"] for one in shown["history"]] == ["CaseOpened", "ComplaintConfirmed", "Acknowledged", "Assigned", "Noted"]
    (final,) = [clock for clock in shown["clocks"] if clock["key"] == "final_response_last_day_15bd"]
    assert final["status"] == "on_track"
    assert final["trace"]["rule"] == "DISP 1.6.2AR(1)"
    assert any("15 business days after" in sentence for sentence in final["trace"]["why"])
    unsaid = refused(filled("case", "close", case, "--how", "final_response", "--as", "tom"))
    assert "under UK-DISP a final response (DISP 1.6.2R) has to say more than was checked: decision (that it accepts" in unsaid
    check_letter(filled, case)
    assert said(filled("case", "close", case, "--how", "final_response", "--as", "tom"))["sent"].keys() == {"disp-final-response"}
    assert said(filled("case", "reopen", case, "--reason", "wrote again", "--as", "tom"))["state"] == "CONFIRMED_COMPLAINT"
    listed = said(filled("case", "list", "--state", "CONFIRMED_COMPLAINT", "--as", "tom"))
    assert (listed["total"], listed["cases"][0]["case"]) == (1, case)
    assert said(filled("case", "list", "--next", "--as", "tom"))["cases"][0]["reasons"]


def test_a_note_may_come_through_a_pipe(filled: Run) -> None:
    case = said(filled("case", "open", "board:1", "--firm", "northgate", "--as", "tom"))["case"]
    assert said(filled("case", "note", case, "-", "--as", "tom", input="line one\nline two\n"))["notes"] == 1
    history = said(filled("case", "show", case, "--as", "tom"))["history"]
    assert history[1]["text"] == "line one\nline two"


def test_refusals_are_one_line_on_standard_error(filled: Run) -> None:
    case = said(filled("case", "open", "board:1", "--firm", "northgate", "--as", "tom"))["case"]
    assert "did you mean tom" in refused(filled("case", "show", case, "--as", "tomm"))
    assert "did you mean praise" in refused(filled("case", "reject", case, "--reason", "prase", "--as", "tom"))
    assert "did you mean northgate" in refused(filled("case", "open", "board:1", "--firm", "northgatte", "--as", "tom"))
    assert "no post board:11" in refused(filled("case", "open", "board:11", "--firm", "northgate", "--as", "tom"))
    assert "changed while you were at it" in refused(filled("case", "note", case, "x", "--expected", "0", "--as", "tom"))
    assert "who acts?" in refused(filled("case", "show", case))
    assert filled("case", "list", "--state", "CONFIRMD", "--as", "tom").exit_code == 2
    assert filled("case", "confrm", case).exit_code == 2


def test_one_command_id_acts_once(filled: Run) -> None:
    case = said(filled("case", "open", "board:1", "--firm", "northgate", "--as", "tom"))["case"]
    for _ in range(2):
        assert said(filled("case", "note", case, "once", "--command", "form-7", "--as", "tom"))["notes"] == 1


def test_a_mistyped_store_is_not_made(run: Run, tmp_path: Path) -> None:
    assert "no store there" in refused(run("case", "list", "--as", "tom"))
    assert not (tmp_path / "plaint.db").exists()


def test_accounts(filled: Run) -> None:
    lines = filled("people", "list").stdout.splitlines()
    assert [json.loads(line)["key"] for line in lines] == ["anna", "tom"]
    assert "who acts?" in refused(filled("people", "add", "eve", "--name", "Eve", "--role", "agent"))
    assert "may not manage accounts" in refused(filled("people", "add", "eve", "--name", "Eve", "--role", "agent", "--as", "tom"))
    assert said(filled("people", "password", "tom", "--as", "tom", input="battery staple\n")) == {"key": "tom", "password": "set"}
    assert said(filled("people", "change", "tom", "--off", "--as", "anna"))["active"] is False
    assert "no active account" in refused(filled("case", "list", "--as", "tom"))


def test_the_first_account_says_that_it_must_be_an_admin(run: Run) -> None:
    assert "must be an admin" in refused(run("people", "add", "tom", "--name", "Tom", "--role", "agent"))


INPUTS = '{"received_at": "2025-12-22T10:00:00Z", "received_tz": "Europe/London", "calendar": "GB-ENG"}'


def test_deadlines_of_one_complaint(run: Run) -> None:
    got = said(run("deadlines", "--regime", "UK-PSR", "--inputs", INPUTS))
    assert got["deadlines"]["final_response_last_day_15bd"] == "2026-01-15"
    trace = {one["key"]: one for one in got["trace"]}
    assert trace["day0"]["value"] == "2025-12-22"
    assert {"day": "2025-12-25", "number": None, "skipped": "Christmas Day"} in trace["final_response_last_day_15bd"]["days"]


def test_deadlines_of_many_go_on_after_a_bad_line(run: Run) -> None:
    lines = f'{{"id": 1, "regime": "UK-PSR", "inputs": {INPUTS}}}\nrubbish\n\n{{"id": "b", "regime": "UK-PSR", "inputs": {{}}}}\n[1]\n'
    result = run("deadlines", input=lines)
    assert result.exit_code == 0
    got = [json.loads(line) for line in result.stdout.splitlines()]
    assert got[0]["id"] == 1
    assert got[0]["deadlines"]["final_response_last_day_15bd"] == "2026-01-15"
    assert [(one["id"], one["line"]) for one in got[1:]] == [(None, 2), ("b", 4), (None, 5)]
    assert all(one["error"] for one in got[1:])


def test_deadlines_that_cannot_be_read_at_all_fail(run: Run) -> None:
    result = run("deadlines", input=b"\xff\xfe rubbish\nmore\n")
    assert result.exit_code == 1
    assert "none of 2 lines could be answered" in result.stderr


def test_a_year_without_calendar_is_refused_with_what_can_be_said(run: Run) -> None:
    result = run("deadlines", "--regime", "UK-PSR", "--inputs", '{"received_at": "2031-01-02T10:00:00Z"}')
    assert result.exit_code == 1
    assert "load that year's holidays first" in result.stderr
    assert json.loads(result.stdout)["deadlines"]["final_response_last_day_15bd"] is None


def test_deadlines_typed_wrongly(run: Run) -> None:
    assert run("deadlines", "--regime", "UK-PSR").exit_code == 2
    assert run("deadlines", "--regime", "UK-PSR", "--inputs", "{").exit_code == 2
    assert "did you mean UK-PSR" in refused(run("deadlines", "--regime", "UK-PRS", "--inputs", INPUTS))


def test_a_case_is_shown_as_it_was_and_packed(filled: Run, tmp_path: Path) -> None:
    case = said(filled("case", "open", "board:1", "--firm", "northgate", "--as", "tom"))["case"]
    opened = datetime.now(UTC)
    said(filled("case", "note", case, "asked the branch", "--as", "tom"))
    assert said(filled("case", "show", case, "--as-of", opened.isoformat(), "--as", "tom"))["notes"] == 0
    assert "no such case" in refused(filled("case", "show", case, "--as-of", "2020-01-01T00:00:00Z", "--as", "tom"))
    assert filled("case", "show", case, "--as-of", "yesterday", "--as", "tom").exit_code == 2
    made = said(filled("case", "pack", case, "--to", str(tmp_path / "case.zip"), "--as", "tom"))
    assert made["bytes"] == (tmp_path / "case.zip").stat().st_size
    assert filled("case", "pack", case, "--to", str(tmp_path / "case.tar"), "--as", "tom").exit_code == 2
    assert "no case" in refused(filled("case", "pack", "c-none", "--to", str(tmp_path / "x.zip"), "--as", "tom"))


def test_the_daily_work_as_it_is_typed(filled: Run) -> None:
    case = said(filled("case", "open", "board:1", "--firm", "northgate", "--as", "tom"))["case"]
    said(filled("case", "confirm", case, "--reason", "x", "--as", "tom"))
    assert said(filled("case", "claim", case, "--as", "tom"))["assignee"] == "tom"
    assert "tom has claimed" in refused(filled("case", "claim", case, "--as", "anna"))
    said(filled("case", "hand-over", case, "--to", "anna", "--words", "waits", "--as", "tom"))
    for words in (["route", case, "cards"], ["priority", case, "urgent"], ["label", case, "--add", "refund"]):
        said(filled("case", *words, "--as", "tom"))
    listed = said(filled("case", "list", "--with", "team:cards", "--with", "label:refund", "--assignee", "me", "--as", "anna"))
    assert (listed["total"], listed["cases"][0]["facts"]["priority"]) == (1, "urgent")
    assert said(filled("case", "list", "--without", "label:refund", "--as", "anna"))["total"] == 0
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    said(filled("case", "snooze", case, "--until", until, "--as", "anna"))
    assert said(filled("case", "list", "--next", "--as", "anna"))["cases"] == []
    said(filled("case", "snooze", case, "--back", "--as", "anna"))
    assert filled("case", "snooze", case, "--as", "anna").exit_code == 2
    said(filled("case", "letter", case, "disp-acknowledgement", "--check", "received", "--as", "anna"))
    assert "dealt_with" in refused(filled("case", "letter", case, "disp-acknowledgement", "--sent", "--as", "anna"))
    said(filled("case", "letter", case, "disp-acknowledgement", "--check", "dealt_with", "--as", "anna"))
    assert "acknowledged" in said(filled("case", "letter", case, "disp-acknowledgement", "--sent", "--as", "anna"))["done"]
    assert json.loads(CliRunner().invoke(app, ["case", "letters", "UK-PSR"]).stdout)["id"] == "psr-holding-response"


def test_bulk_acts_views_and_macros_as_they_are_typed(filled: Run) -> None:
    case = said(filled("case", "open", "board:1", "--firm", "northgate", "--as", "tom"))["case"]
    assert said(filled("case", "bulk", "assign", "tom", "--as", "anna"))["would_do"] == 1
    assert "match now" in refused(filled("case", "bulk", "assign", "tom", "--do", "3", "--as", "anna"))
    done = said(filled("case", "bulk", "assign", "tom", "--do", "1", "--as", "anna"))
    assert done["done"] == [case]
    said(filled("case", "save-view", "mine", "--assignee", "me", "--as", "tom"))
    assert said(filled("case", "views", "--as", "tom"))["views"][0]["count"] == 1
    assert said(filled("case", "list", "--view", "mine", "--as", "tom"))["total"] == 1
    assert said(filled("case", "take-back", done["id"], "--as", "anna"))["done"] == [case]
    assert said(filled("case", "list", "--view", "mine", "--as", "tom"))["total"] == 0
    said(filled("case", "drop-view", "mine", "--as", "tom"))
    said(filled("case", "save-macro", "sorry", "Sorry, {firm}", "--as", "tom"))
    assert said(filled("case", "macro", "sorry", case, "--as", "tom"))["text"] == "Sorry, Northgate Bank"
    assert said(filled("case", "macros", "--as", "tom"))["macros"][0]["key"] == "sorry"
    said(filled("case", "drop-macro", "sorry", "--as", "tom"))
    assert said(filled("case", "share-out", "tom", "--as", "anna"))["given"] == {case: "tom"}
    assert filled("case", "bulk", "explode", "--as", "anna").exit_code == 2


def test_a_reply_as_it_is_typed(filled: Run, tmp_path: Path) -> None:
    case = said(filled("case", "open", "board:1", "--firm", "northgate", "--as", "tom"))["case"]
    assert said(filled("case", "draft-reply", case, "-", "--as", "tom", input="We are sorry."))["checks"] == []
    said(filled("case", "send-back-reply", case, "1", "--reason", "say more", "--as", "anna"))
    said(filled("case", "draft-reply", case, "We are sorry, and have written to you.", "--as", "tom"))
    found = said(filled("case", "check-reply", case, "-", "--as", "tom", input="It was our fault: 4111 1111 1111 1111"))["checks"]
    assert [(one["check"], one["blocks"]) for one in found] == [("admission", False), ("card", True)]
    assert "may not approve" in refused(filled("case", "approve-reply", case, "2", "--as", "tom"))
    said(filled("case", "approve-reply", case, "2", "--as", "anna"))
    said(filled("case", "posted-reply", case, "2", "--url", "https://board.example/1#a", "--as", "tom"))
    assert said(filled("case", "show", case, "--as", "tom"))["replies"]["2"]["state"] == "posted"
    assert said(filled("case", "pack", case, "--to", str(tmp_path / "case.zip"), "--as", "anna"))["bytes"] > 0
    assert json.loads(CliRunner().invoke(app, ["case", "reply-room", "x", "日本"]).stdout)["left"] == 276


def test_clocks_stand_still_where_their_regime_has_a_pause(filled: Run) -> None:
    case = said(filled("case", "open", "board:1", "--firm", "northgate", "--as", "tom"))["case"]
    said(filled("case", "confirm", case, "--reason", "x", "--regime", "AU-RG271", "--regime", "UK-DISP", "--as", "tom"))
    fact = ("case", "facts", case, "complaint_kind=traditional_trustee", "--regime", "AU-RG271", "--reason", "a trust", "--as", "tom")
    assert said(filled(*fact))["facts"] == {"AU-RG271": {"complaint_kind": "traditional_trustee"}}
    pause = ("case", "pause", case, "--regime", "AU-RG271", "--for", "trustee_court_proceedings", "--reason", "in court", "--as", "tom")
    assert said(filled(*pause))["pauses"]["AU-RG271"][0]["until"] is None
    shown = said(filled("case", "show", case, "--as", "tom"))
    assert {one["status"] for one in shown["clocks"] if one["key"] == "idr_response_last_day"} == {"paused"}
    said(filled("case", "resume", case, "--regime", "AU-RG271", "--reason", "decided", "--as", "tom"))
    assert "has no pauses" in refused(filled(*(word.replace("AU-RG271", "UK-DISP") for word in pause)))
    assert filled("case", "facts", case, "complaint_kind", "--regime", "AU-RG271", "--reason", "x", "--as", "tom").exit_code == 2
