"""Working on one case together: who is here, arranging, merging, texts for many, drafts that survive somebody else's act."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import answering, company
from dashboard.widgets import cases
from plaint.cases.replying import ApproveReply, DraftReply, SeeAnswer
from plaint.cases.standing import Case
from plaint.desk import casework, presence, shelf, teamwork
from plaint.desk.presence import Colleague, Doing
from plaint.model import iso
from plaint.ports import CaseFilter
from tests.dashboard import made
from tests.dashboard.conftest import Open, words
from tests.dashboard.test_daily_work import ask, case_in, now_is, press


def field(at: AppTest, boxes: str, name: str) -> Any:
    return next(box for box in getattr(at, boxes) if str(box.key).startswith(f"{name}_"))


@pytest.mark.pure
def test_who_writes_is_named_before_who_reads() -> None:
    others = [Colleague(case="c-1", person="bea", doing=Doing.READING, until=""), Colleague(case="c-1", person="tom", doing=Doing.WRITING, until="")]
    shown = company.line(others, {"bea": "Bea", "tom": "<b>Tom</b>"})
    assert shown.index("is writing an answer now") < shown.index("has it open")
    assert "&lt;b&gt;Tom" in shown
    assert "<p" in company.line([], {}), "the line keeps its place when nobody is here"


@pytest.mark.pure
def test_priority_team_and_labels_are_words_beside_the_title() -> None:
    shown = "".join(cases.sorted_as(Case(id="c-1", priority="urgent", team="cards", labels=("refund",))))
    assert all(word in shown for word in ("urgent", "team cards", "refund"))


@pytest.mark.pure
def test_a_collected_answer_leads_to_its_post() -> None:
    assert 'href="/post?post=trustpilot%3A1"' in answering.collected(("trustpilot:1",))
    assert answering.collected(()) == ""


def test_two_people_see_each_other_on_a_case_and_on_the_board(full: Any, open_page: Open) -> None:
    case = case_in(full, "CONFIRMED_COMPLAINT")
    open_page("case", case=case)
    assert "Anika Rao" in words(open_page("case", person="tom", case=case)).split('class="company"')[1].split("</p>")[0]
    presence.here(full, made.person(full, "carla"), case, Doing.WRITING, company.here.now())
    assert "Carla Moreno</bdi> is writing an answer now" in words(open_page("case", case=case))
    assert "Carla Moreno is writing" in words(open_page("board"))


def test_opening_another_case_takes_the_sign_back(full: Any, open_page: Open) -> None:
    one, other = (row.case for row in full.cases.cases(CaseFilter(states=("CONFIRMED_COMPLAINT",)))[0][:2])
    at = open_page("case", case=one)
    at.query_params["case"] = other
    at.run()
    assert [(who.case, who.person) for who in full.presence.who([one, other], now=iso(company.here.now()))] == [(other, "anika")]


def test_priority_team_and_labels_are_set_in_one_go_and_a_wrong_name_keeps_what_was_typed(full: Any, open_page: Open) -> None:
    case = case_in(full, "CANDIDATE")
    at = open_page("case", case=case)
    ask(at, "c_arrange")
    at.button_group(key=str(field(at, "button_group", "level").key)).set_value("urgent")
    field(at, "text_input", "team").set_value("Cards Team")
    field(at, "text_input", "labels").set_value("refund, branch")
    ask(at, "ask_do")
    assert "a team is named with small letters" in words(at).replace("A team", "a team")
    assert field(at, "text_input", "team").value == "Cards Team"
    field(at, "text_input", "team").set_value("cards")
    ask(at, "ask_do")
    found = now_is(full, case)
    assert (found.priority, found.team, found.labels) == ("urgent", "cards", ("branch", "refund"))
    assert "team cards" in words(at)


def test_handing_over_needs_words_and_says_whose_it_is_then(full: Any, open_page: Open) -> None:
    case = case_in(full, "CONFIRMED_COMPLAINT")
    if now_is(full, case).assignee != "anika":
        casework.assign(full, made.person(full, "tom"), case, to="anika", now=made.NOW, command="to-anika")
    at = open_page("case", case=case)
    ask(at, "c_hand_over")
    field(at, "selectbox", "to").set_value("tom")
    ask(at, "ask_do")
    assert "ay where it stands" in words(at)
    field(at, "text_area", "words").set_value("The branch answers on Friday.")
    ask(at, "ask_do")
    assert now_is(full, case).assignee == "tom"
    assert "The branch answers on Friday." in words(at)


def test_a_case_is_merged_by_the_address_of_the_other(full: Any, open_page: Open) -> None:
    later, earlier = (row.case for row in full.cases.cases(CaseFilter(states=("CANDIDATE",)))[0][:2])
    at = open_page("case", case=later)
    ask(at, "c_tie")
    field(at, "text_input", "other").set_value("c-none-none-none")
    ask(at, "ask_merge")
    assert "Not done" in words(at)
    field(at, "text_input", "other").set_value(f"http://127.0.0.1:8501/case?case={earlier}&tab=notes")
    ask(at, "ask_merge")
    assert now_is(full, later).duplicate_of == earlier
    assert f"case={earlier}" in words(at)
    assert later in now_is(full, earlier).absorbed
    assert f"case={later}" in words(open_page("case", case=earlier))


def test_a_case_under_another_is_shown_on_both(full: Any, open_page: Open) -> None:
    child, parent = (row.case for row in full.cases.cases(CaseFilter(states=("CANDIDATE",)))[0][:2])
    at = open_page("case", case=child)
    ask(at, "c_tie")
    field(at, "text_input", "other").set_value(parent)
    ask(at, "ask_under")
    assert f"case={parent}" in words(at)
    assert f"case={child}" in words(open_page("case", case=parent))
    ask(at, "c_tie")
    ask(at, "ask_out")
    assert now_is(full, child).parent is None


def test_what_was_put_aside_is_brought_back(full: Any, open_page: Open) -> None:
    case = case_in(full, "CANDIDATE")
    until = iso(made.NOW + timedelta(days=1))
    teamwork.snooze(full, made.person(full, "tom"), case, until=until, now=made.NOW, command="aside")
    press(open_page("case", case=case), "Bring back now")
    assert now_is(full, case).snoozed_until is None


def test_a_text_for_many_cases_is_kept_and_put_in_beside_what_is_written(full: Any, open_page: Open) -> None:
    case = case_in(full, "CONFIRMED_COMPLAINT")
    at = open_page("case", case=case, tab="replies")
    at.text_area[0].set_value("We are sorry. {firm} looks at it.").run()
    at.text_input(key="c_macro_name").set_value("sorry")
    press(at, "Keep text")
    assert [one.key for one in shelf.macros(full, made.person(full, "anika"))] == ["sorry"]
    at.text_area[0].set_value("Dear Marit,").run()
    at.selectbox(key="c_macro").set_value("sorry").run()
    assert at.text_area[0].value == "Dear Marit,\n\nWe are sorry. Northgate Bank looks at it."


def test_somebody_elses_act_refuses_the_draft_names_the_change_and_keeps_the_words(full: Any, open_page: Open) -> None:
    case = case_in(full, "CONFIRMED_COMPLAINT")
    at = open_page("case", case=case, tab="replies")
    at.text_area[0].set_value("We are sorry about this.").run()
    mark = next(button for button in at.button if button.label == "Keep draft")
    casework.note(full, made.person(full, "tom"), case, text="The branch called.", now=made.NOW, command="between")
    mark.click().run()
    assert "Tom Lindqvist changed this case while you wrote" in words(at)
    assert "wrote a private note" in words(at)
    assert at.text_area[0].value == "We are sorry about this."
    assert not now_is(full, case).replies
    press(at, "Keep draft")
    assert now_is(full, case).replies[1].text == "We are sorry about this."


def test_the_published_answer_is_tied_and_leads_to_its_capture(full: Any, open_page: Open) -> None:
    case = case_in(full, "CONFIRMED_COMPLAINT")
    post = now_is(full, case).posts[0]
    anika, tom = made.person(full, "anika"), made.person(full, "tom")
    casework.perform(full, anika, case, DraftReply(text="We are sorry."), now=made.NOW, command="d")
    casework.perform(full, tom, case, ApproveReply(number=1, by="tom"), now=made.NOW, command="a")
    casework.perform(full, anika, case, SeeAnswer(post=f"{post}-answer", answers=post, text="We are sorry."), now=made.NOW, command="s")
    shown = words(open_page("case", case=case, tab="replies"))
    assert "published as approved" in shown
    assert "Answer 1, as it was captured" in shown
