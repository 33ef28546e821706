"""The board: columns with exact counts, filters in the address, acting on some cards or on all that match, saved views."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import asked, columns
from dashboard.asked import Asked
from dashboard.widgets import board
from dashboard.widgets.board import Look
from dashboard.widgets.chips import Names
from plaint.cases.work import Label, Prioritise, Route
from plaint.desk import casework, shelf
from plaint.desk.shelf import View
from plaint.model import iso
from plaint.ports import CaseFilter, CaseRow
from tests.dashboard import made
from tests.dashboard.conftest import Open, words

LOOK = Look(names=Names(), people={"tom": "Tom Lindqvist"}, now=made.NOW, zone=ZoneInfo("Europe/London"), view={"by": "team"})


def row(case: str = "c-1", **said: Any) -> CaseRow:
    facts = said.pop("facts", {})
    return CaseRow(case=case, version=1, firm="northgate", state="CONFIRMED_COMPLAINT", title=said.pop("title", "Card blocked"), source="trustpilot",
                   posts=(), opened=iso(made.NOW - timedelta(days=30)), changed=iso(made.NOW), facts=facts, **said)  # fmt: skip


@pytest.mark.pure
def test_a_card_says_risk_priority_owner_and_labels_in_words() -> None:
    due = iso(made.NOW + timedelta(days=3))
    facts = {"priority": "urgent", "labels": ["refund"], "start": iso(made.NOW - timedelta(days=30)), "risky_from": iso(made.NOW - timedelta(days=1))}
    shown = board.card(row(due=due, assignee="tom", facts=facts), LOOK)
    for said in ("at risk", "urgent", "refund", "Tom Lindqvist", "Choose"):
        assert said in shown
    assert "pick=c-1" in shown
    assert "by=team" in shown, "a card's link keeps the view"


@pytest.mark.pure
def test_a_chosen_card_lets_go_by_the_same_link_and_a_hostile_title_stays_text() -> None:
    look = Look(names=Names(), people={}, now=made.NOW, zone=LOOK.zone, view={}, picked=("c-1", "c-2"))
    shown = board.card(row(title=made.HOSTILE), look)
    assert "Chosen" in shown
    assert 'href="/board?pick=c-2"' in shown
    assert "<script" not in shown


@pytest.mark.pure
@pytest.mark.parametrize("wanted", [Asked(), Asked(who="me", due="7"), Asked(who="-", team="cards", label="refund", priority="high", aside=True),
                                    Asked(state="CLOSED", due="0")])  # fmt: skip
def test_a_view_asks_what_the_board_asked_when_it_was_kept(wanted: Asked) -> None:
    kept = View(key="x", owner="tom", shared=False, wanted=wanted.kept(None), due_within=wanted.within)
    assert asked.from_view(kept) == wanted


@pytest.mark.pure
def test_a_view_with_a_mark_that_the_board_has_no_filter_for_is_not_opened_wrong() -> None:
    assert asked.from_view(View(key="x", owner="tom", shared=True, wanted=CaseFilter(marks=("regime:UK-DISP",)))) is None
    assert asked.from_view(View(key="x", owner="tom", shared=True, wanted=CaseFilter(), due_within=5)) is None


@pytest.mark.pure
@pytest.mark.parametrize("by", columns.BY)
def test_no_column_is_called_twice(by: str) -> None:
    parts = columns.columns(by, CaseFilter(), state="", teams=("cards", "loans"))
    assert len({part.key for part in parts}) == len(parts) >= 3


def on(store: Any, number: int = 0, state: str = "CANDIDATE") -> CaseRow:
    rows: list[CaseRow] = store.cases.cases(CaseFilter(states=(state,)))[0]
    return rows[number]


def act(store: Any, case: str, command: Any, name: str) -> None:
    casework.perform(store, made.person(store, "tom"), case, command, now=made.NOW, command=name)


def press(at: AppTest, key: str) -> None:
    next(button for button in at.button if str(button.key).startswith(key)).click().run()
    assert not at.exception, [one.message for one in at.exception]


def shown_counts(at: AppTest) -> dict[str, int]:
    return {title: int(number) for title, number in re.findall(r'aria-label="([^",]+), (\d+) cases?"', words(at))}


def test_each_column_counts_exactly_what_it_holds(full: Any, open_page: Open) -> None:
    counts = shown_counts(open_page("board"))
    assert counts["Likely complaint"] == full.cases.cases(CaseFilter(states=("CANDIDATE",)))[1]
    assert counts["Complaint"] == full.cases.cases(CaseFilter(states=("CONFIRMED_COMPLAINT",)))[1]


def test_columns_by_team_and_priority_share_the_cases_out(full: Any, open_page: Open) -> None:
    case = on(full).case
    act(full, case, Route(team="cards"), "t1")
    act(full, case, Prioritise(priority="high"), "t2")
    open_ = full.cases.cases(CaseFilter(states=("CANDIDATE", "CONFIRMED_COMPLAINT")))[1]
    by_team = shown_counts(open_page("board", by="team"))
    assert by_team == {"cards": 1, "No team": open_ - 1}
    by_priority = shown_counts(open_page("board", by="priority"))
    assert (by_priority["High"], by_priority["Normal"], by_priority["Urgent"]) == (1, open_ - 1, 0)


def test_filters_are_in_the_address_and_unknown_ones_are_named(full: Any, open_page: Open) -> None:
    at = open_page("board", who="-", due="nonsense")
    assert at.selectbox(key="b_who").value == "-"
    assert "Ignored: due nonsense" in words(at)
    assert shown_counts(at)["Complaint"] == full.cases.cases(CaseFilter(states=("CONFIRMED_COMPLAINT",), unassigned=True))[1]
    at.selectbox(key="b_who").set_value("me").run()
    assert at.query_params["who"] == "me"


def test_one_column_alone_is_paged(full: Any, open_page: Open) -> None:
    shown = words(open_page("board", column="CANDIDATE"))
    assert 'class="boardcols of1"' in shown
    assert "All columns" in shown


def test_chosen_cards_are_claimed_and_what_somebody_else_has_is_told(full: Any, open_page: Open) -> None:
    mine, theirs = on(full, 0).case, on(full, 1).case
    casework.assign(full, made.person(full, "tom"), theirs, to="tom", now=made.NOW, command="toms")
    at = open_page("board", pick=[mine, theirs])
    press(at, "do_b_claim")
    assert "1 case: claimed for 30 min." in words(at)
    assert "ask them to hand it over" in words(at)
    assert full.cases.cases(CaseFilter(assignee="anika", states=("CANDIDATE",)))[1] == 1


def test_chosen_cards_are_handed_over_with_words(full: Any, open_page: Open) -> None:
    case = on(full).case
    at = open_page("board", pick=case)
    press(at, "b_some")
    next(box for box in at.selectbox if str(box.key).startswith("act_")).set_value("hand_over").run()
    next(box for box in at.selectbox if str(box.key).startswith("value_hand_over")).set_value("tom")
    at.text_area[-1].set_value("The branch answers on Friday.")
    press(at, "ask_do")
    assert casework.load(full, made.person(full, "tom"), case, made.NOW).case.assignee == "tom"


def test_all_that_match_are_counted_then_labelled_then_taken_back(full: Any, open_page: Open) -> None:
    at = open_page("board", state="CANDIDATE")
    total = full.cases.cases(CaseFilter(states=("CANDIDATE",)))[1]
    assert f"Act on all {total} cases" in [button.label for button in at.button]
    press(at, "b_all")
    next(box for box in at.selectbox if str(box.key).startswith("act_")).set_value("label").run()
    assert full.cases.cases(CaseFilter(marks=("label:storm",)))[1] == 0, "counted, nothing done"
    at.text_input[-1].set_value("storm")
    press(at, "ask_do")
    assert full.cases.cases(CaseFilter(marks=("label:storm",)))[1] == total
    assert f"{total} cases: labels changed." in words(at)
    undo = next(button for button in at.button if button.label.startswith("Take back"))
    undo.click().run()
    assert full.cases.cases(CaseFilter(marks=("label:storm",)))[1] == 0
    assert "taken back" in words(at)


def test_when_others_match_than_were_counted_nothing_is_done_and_the_dialog_stays(full: Any, open_page: Open) -> None:
    at = open_page("board", state="CANDIDATE")
    press(at, "b_all")
    next(box for box in at.selectbox if str(box.key).startswith("act_")).set_value("label").run()
    at.text_input[-1].set_value("storm")
    casework.reject(full, made.person(full, "tom"), on(full).case, code="praise", now=made.NOW, command="meanwhile")
    press(at, "ask_do")
    assert "look again" in words(at)
    assert at.text_input[-1].value == "storm"
    assert full.cases.cases(CaseFilter(marks=("label:storm",)))[1] == 0


def test_a_view_is_kept_with_its_count_renamed_and_forgotten(full: Any, open_page: Open) -> None:
    at = open_page("board", who="-", label="refund")
    act(full, on(full).case, Label(add=("refund",)), "l1")
    at.text_input(key="b_view_name").set_value("Refunds!")
    press(at, "do_view_keep")
    assert "A key is small letters" in words(at)
    at.text_input(key="b_view_name").set_value("refunds")
    press(at, "do_view_keep")
    assert ">refunds 1</a>" in words(at)
    assert 'href="/board?who=-&amp;label=refund"' in words(at)
    at.text_input(key="b_view_new").set_value("nobodys-refunds")
    press(at, "do_view_rename")
    assert [one.key for one in shelf.views(full, made.person(full, "anika"), made.NOW)] == ["nobodys-refunds"]
    press(at, "do_view_forget")
    assert shelf.views(full, made.person(full, "anika"), made.NOW) == []


def test_a_view_of_everybodys_is_shown_to_others_with_their_own_count(full: Any, open_page: Open) -> None:
    anika = made.person(full, "anika")
    shelf.save_view(full, anika, "ours", Asked(who="me").kept(None), shared=True, now=made.NOW, command="v1")
    shelf.save_view(full, anika, "hers", Asked(who="me").kept(None), now=made.NOW, command="v2")
    shown = words(open_page("board", person="tom"))
    assert ">ours 0</a>" in shown
    assert "kept by Anika Rao" in shown
    assert "hers" not in shown


def test_an_auditor_sees_the_board_and_changes_nothing(full: Any, open_page: Open) -> None:
    from plaint.desk import people

    people.add(full, made.person(full, "root"), key="aud", name="Audra", roles=("auditor",), now=made.NOW, command="aud")
    at = open_page("board", person="aud")
    assert shown_counts(at)
    assert "Choose" not in words(at)
    assert "b_all" not in [button.key for button in at.button]
