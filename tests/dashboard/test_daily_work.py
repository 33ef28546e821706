"""The daily acts on Case and My work: what it is about, the answer, its clocks' start, claims, snooze, undo, replies, letters, the pack."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import answering
from plaint.cases.letters import letters
from plaint.cases.outcomes import SCHEME
from plaint.cases.standing import Case
from plaint.cases.taxonomies import taxonomies
from plaint.cases.work import CheckContent
from plaint.desk import casework, teamwork
from plaint.ports import CaseFilter
from plaint.replies.limits import Limit, Room
from tests.dashboard import made
from tests.dashboard.conftest import Open, words


def case_in(store: Any, state: str) -> str:
    return next(row.case for row in store.cases.cases(CaseFilter(states=(state,)))[0])


def press(at: AppTest, label: str) -> None:
    at.button[[button.label for button in at.button].index(label)].click().run()
    assert not at.exception, [one.message for one in at.exception]


def ask(at: AppTest, key: str) -> None:
    at.button(key=key).click().run()
    assert not at.exception, [one.message for one in at.exception]


def now_is(store: Any, case: str) -> Case:
    return casework.load(store, made.person(store, "anika"), case, made.NOW).case


def choose(at: AppTest, name: str, value: str) -> None:
    next(box for box in at.selectbox if str(box.key).startswith(f"{name}_")).set_value(value)


def some() -> tuple[str, str]:
    taxonomy = taxonomies()[SCHEME]
    return tuple(next(code for code, term in terms.items() if not term.is_missing) for terms in (taxonomy.products, taxonomy.causes))  # type: ignore[return-value]


@pytest.mark.pure
def test_what_is_left_is_said_as_the_channel_counts_and_too_long_says_by_how_much() -> None:
    limit = Limit(most=280, counts="weighted", certainty="verified")
    assert "80 of 280 left, counted in weighted" in answering.left(Room(used=200, limit=limit))
    assert "Too long by 20; the channel takes 280" in answering.left(Room(used=300, limit=limit))
    assert "No limit is known" in answering.left(Room(used=3, limit=None))


def test_confirming_can_say_product_and_cause_at_once(full: Any, open_page: Open) -> None:
    case, (product, cause) = case_in(full, "CANDIDATE"), some()
    at = open_page("case", case=case)
    ask(at, "c_yes")
    choose(at, "product", product)
    choose(at, "cause", cause)
    ask(at, "ask_1")
    about = now_is(full, case).classified[SCHEME]
    assert (about.product, about.cause) == (product, cause)
    assert taxonomies()[SCHEME].products[product].label in words(at)


def test_an_answer_with_its_redress_is_noted_and_a_wrong_amount_refused(full: Any, open_page: Open) -> None:
    case = case_in(full, "CONFIRMED_COMPLAINT")
    read = CheckContent(letter="disp-final-response", items=tuple(letters()["disp-final-response"].items))
    casework.perform(full, made.person(full, "tom"), case, read, now=made.NOW, command="read")
    at = open_page("case", case=case)
    ask(at, "c_resolve")
    at.text_input[-1].set_value("a lot")
    ask(at, "ask_do")
    assert "is no amount of money" in words(at)
    at.text_input[-1].set_value("120.50")
    ask(at, "ask_do")
    assert (now_is(full, case).redress, now_is(full, case).outcome) == ("120.50", "upheld")
    assert "120.50 GBP" in words(at)


def test_the_start_of_clocks_is_moved_with_a_reason_by_who_may(full: Any, open_page: Open) -> None:
    case = case_in(full, "CONFIRMED_COMPLAINT")
    assert "c_move" not in [button.key for button in open_page("case", case=case).button]
    at = open_page("case", person="carla", case=case)
    ask(at, "c_move")
    at.text_input[-1].set_value(f"{made.NOW:%Y-%m}-01 09:00")
    ask(at, "ask_do")
    assert "Not done" in words(at), "without a reason it is refused"
    at.text_area[0].set_value("The letter came on the first.")
    ask(at, "ask_do")
    assert now_is(full, case).start.at.startswith(f"{made.NOW:%Y-%m}-01T09:00")  # type: ignore[union-attr]
    assert "moved the start of its clocks" in words(at)


def test_snoozing_takes_it_out_of_the_queue_and_undo_brings_it_back(full: Any, open_page: Open) -> None:
    at = open_page("work", queue="triage")
    total = full.cases.cases(CaseFilter(states=("CANDIDATE",)))[1]
    assert f"{total} item" in words(at)
    ask(at, "w_snooze")
    ask(at, "ask_1")
    assert "Put aside" in words(at)
    assert len(full.cases.cases(CaseFilter(marks=("snoozed",)))[0]) == 1
    press(at, "Undo")
    assert "Taken back" in words(at)
    assert full.cases.cases(CaseFilter(marks=("snoozed",)))[0] == []


def test_a_wrong_decision_is_taken_back_by_its_author_only(full: Any, open_page: Open) -> None:
    case = case_in(full, "CANDIDATE")
    at = open_page("case", case=case)
    ask(at, "c_no")
    ask(at, "ask_1")
    assert "Undo" in [button.label for button in at.button]
    assert "Undo" not in [button.label for button in open_page("case", person="tom", case=case).button]
    press(at, "Undo")
    assert now_is(full, case).status == "CANDIDATE"


def test_undo_goes_when_somebody_else_acts(full: Any, open_page: Open) -> None:
    case = case_in(full, "CANDIDATE")
    at = open_page("case", case=case)
    press(at, "Assign to me")
    casework.note(full, made.person(full, "tom"), case, text="x", now=made.NOW, command="between")
    at.run()
    assert "Undo" not in [button.label for button in at.button]


def test_of_two_who_claim_one_gets_it_and_the_lease_is_shown(full: Any, open_page: Open) -> None:
    at = open_page("work", queue="triage")
    press(at, "Claim for 30 min")
    assert "claimed until" in words(at)
    case = next(row.case for row in full.cases.cases(CaseFilter(assignee="anika"))[0] if row.facts.get("lease_until"))
    with pytest.raises(Exception, match="has claimed"):
        teamwork.claim(full, made.person(full, "tom"), case, now=made.NOW, command="tom-too")


def test_a_reply_is_drafted_by_one_and_approved_by_another(full: Any, open_page: Open) -> None:
    case = case_in(full, "CONFIRMED_COMPLAINT")
    one = open_page("case", case=case, tab="replies")
    one.text_area[0].set_value("We are sorry. Write to us with your reference.").run()
    press(one, "Keep draft")
    assert one.text_area[0].value == ""
    assert "It waits for somebody else" in words(one)
    other = open_page("case", person="tom", case=case, tab="replies")
    press(other, "Approve")
    assert "approved by Tom Lindqvist" in words(other)
    press(other, "Posted by hand")
    other.text_input[-1].set_value("https://reviews.example/1")
    ask(other, "ask_do")
    assert now_is(full, case).replies[1].state == "posted"


def test_what_the_checks_find_stands_beside_the_draft_and_what_blocks_is_not_approved(full: Any, open_page: Open) -> None:
    case = case_in(full, "CONFIRMED_COMPLAINT")
    one = open_page("case", case=case, tab="replies")
    one.text_area[0].set_value("It was our fault. Your card is 4111 1111 1111 1111 <b>").run()
    assert '<mark dir="auto">our fault</mark>' in words(one)
    assert words(one).index("Card number") < words(one).index("Admission of liability"), "what blocks stands first"
    one.text_area[0].set_value("We are sorry.").run()
    assert "Checked: nothing" in words(one)
    one.text_area[0].set_value("Your card is 4111 1111 1111 1111 <b>").run()
    press(one, "Keep draft")
    assert '<mark title="card number">4111 1111 1111 1111</mark> &lt;b&gt;' in words(one)
    other = open_page("case", person="tom", case=case, tab="replies")
    press(other, "Approve")
    assert "is not approved with this in it" in words(other)
    assert now_is(full, case).replies[1].state == "drafted"


def test_an_empty_draft_is_refused_and_a_long_one_stays_in_its_field(full: Any, open_page: Open) -> None:
    case = case_in(full, "CONFIRMED_COMPLAINT")
    at = open_page("case", case=case, tab="replies")
    press(at, "Keep draft")
    assert "Not done" in words(at)
    assert not now_is(full, case).replies


def test_a_letter_is_sent_only_when_every_item_was_read_in_it(full: Any, open_page: Open) -> None:
    case = next(row.case for row in full.cases.cases(CaseFilter(states=("CONFIRMED_COMPLAINT",)))[0] if not row.facts.get("acknowledged"))
    at = open_page("case", case=case, tab="letters")
    letter = answering.letters_of(now_is(full, case))[0]
    press(at, "Letter sent")
    assert "has to be checked" in words(at)
    for box in [one for one in at.checkbox if f"_{letter.id}_" in str(one.key)]:
        box.check()
    press(at, "Keep ticks")
    press(at, "Letter sent")
    assert letter.id in now_is(full, case).sent


def test_the_pack_is_made_when_it_is_asked_for(full: Any, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    import streamlit as st

    asked: list[Any] = []
    monkeypatch.setattr(st, "download_button", lambda *_, data, **__: asked.append(data))
    open_page("case", person="carla", case=case_in(full, "CONFIRMED_COMPLAINT"))
    assert not [one for one in full.cases.read("access") if one.kind == "CasePacked"]
    with ZipFile(BytesIO(asked[0]())) as packed:
        assert packed.testzip() is None
    assert full.cases.read("access")[-1].kind == "CasePacked"


def test_clocks_are_paused_and_go_on_only_where_their_regime_has_a_pause(full: Any, open_page: Open) -> None:
    plain = case_in(full, "CONFIRMED_COMPLAINT")
    assert not [one for one in open_page("case", case=plain).button if one.key == "c_pause"]
    case = case_in(full, "CANDIDATE")
    person = made.person(full, "anika")
    casework.confirm(full, person, case, reason="lost money", regimes=("AU-RG271",), now=made.NOW, command="sydney")
    at = open_page("case", case=case)
    ask(at, "c_pause")
    next(one for one in at.text_area if str(one.key).startswith("words_")).set_value("went to the advocate")
    ask(at, "ask_do")
    assert now_is(full, case).pauses["AU-RG271"][-1].why == "customer_advocate_review"
    assert "stands still" in words(at)
    ask(at, "c_resume")
    next(one for one in at.text_area if str(one.key).startswith("words_")).set_value("came back")
    ask(at, "ask_do")
    assert now_is(full, case).pauses["AU-RG271"][-1].until is not None


def test_what_a_clocks_start_needs_is_said_on_the_case_page(full: Any, open_page: Open) -> None:
    plain = case_in(full, "CONFIRMED_COMPLAINT")
    case = case_in(full, "CANDIDATE")
    casework.confirm(full, made.person(full, "anika"), case, reason="lost money", regimes=("UK-DPC",), now=made.NOW, command="nothing asked")
    assert not [one for one in open_page("case", case=case).button if one.key == "c_facts"], "UK-DPC asks to know nothing"
    assert [one for one in open_page("case", case=plain).button if one.key == "c_facts"]

    case = case_in(full, "CANDIDATE")
    casework.confirm(full, made.person(full, "anika"), case, reason="lost money", regimes=("AU-RG271",), now=made.NOW, command="sydney")
    at = open_page("case", case=case)
    ask(at, "c_facts")
    choose(at, "fact_AU-RG271_complaint_kind", "death_benefit")
    ask(at, "ask_do")
    assert "Say why" in words(at)
    next(one for one in at.text_area if str(one.key).startswith("words_")).set_value("the certificate")
    ask(at, "ask_do")
    assert now_is(full, case).facts["AU-RG271"] == {"complaint_kind": "death_benefit"}
    assert "objection_period_ends is not given" in words(at)
    ask(at, "c_facts")
    day = next(one for one in at.text_input if "objection_period_ends" in str(one.key))
    next(one for one in at.text_area if str(one.key).startswith("words_")).set_value("the trustee's letter")
    day.set_value("the first")
    ask(at, "ask_do")
    assert "write a day like" in words(at)
    next(one for one in at.text_input if "objection_period_ends" in str(one.key)).set_value("2026-11-20")
    ask(at, "ask_do")
    assert now_is(full, case).facts["AU-RG271"]["objection_period_ends"] == "2026-11-20"
    assert "objection_period_ends is Fri 20 Nov 2026, so day 0 = 2026-11-20" in words(at)


def test_a_letter_that_went_out_earlier_bears_its_day_and_says_why(full: Any, open_page: Open) -> None:
    case = next(row.case for row in full.cases.cases(CaseFilter(states=("CONFIRMED_COMPLAINT",)))[0] if not row.facts.get("acknowledged"))
    letter = answering.letters_of(now_is(full, case))[0]
    person = made.person(full, "anika")
    read = CheckContent(letter=letter.id, items=tuple(letter.items))
    casework.perform(full, person, case, read, now=made.NOW, command="read")
    at = open_page("case", case=case, tab="letters")
    day = (made.NOW - timedelta(days=1)).date().isoformat()
    at.text_input(key=f"on_{case}_{letter.id}").set_value(day)
    press(at, "Sent on that day")
    assert letter.id not in now_is(full, case).sent, "a date of the past needs its reason"
    at.text_input(key=f"why_{case}_{letter.id}").set_value("it was posted by hand")
    press(at, "Sent on that day")
    assert now_is(full, case).sent[letter.id].startswith(day)
