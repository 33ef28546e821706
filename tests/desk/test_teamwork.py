"""People working together on a real store: claims, merging, bulk acts, views, macros."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from plaint.cases import work
from plaint.cases.commands import Acknowledge, Assign, Close, Reject
from plaint.desk import bulk, casework, log, shelf, teamwork
from plaint.desk.rights import Refused
from plaint.ports import CaseFilter, Stores
from tests.conftest import NOW
from tests.desk.test_casework import ANNA, EVE, OTTO, TOM, desk, opened, post, refusal

__all__ = ["desk"]


def test_of_two_who_claim_at_once_one_gets_it(desk: Stores) -> None:
    case = opened(desk)
    won, lost = [], []
    gate = threading.Barrier(2)

    def ask(person: object, command: str) -> None:
        gate.wait()
        try:
            won.append(teamwork.claim(desk, person, case, now=NOW, command=command).assignee)  # type: ignore[arg-type]
        except Refused as refused:
            lost.append(refused.reason)

    both = [threading.Thread(target=ask, args=(TOM, "k1")), threading.Thread(target=ask, args=(ANNA, "k2"))]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(won) == 1
    assert f"{won[0]} has claimed {case}" in lost[0]
    assert casework.load(desk, TOM, case, NOW).case.assignee == won[0]


def test_a_case_is_handed_only_to_who_may_work_on_it(desk: Stores) -> None:
    case = opened(desk)
    for key, why in (("eve", "may not work"), ("otto", "may not work"), ("nobody", "no account")):
        assert why in refusal(lambda key=key: teamwork.hand_over(desk, TOM, case, to=key, words="x", now=NOW, command=f"h-{key}"))
    assert teamwork.hand_over(desk, TOM, case, to="anna", words="x", now=NOW, command="h").assignee == "anna"


def test_a_note_calls_on_people_and_the_list_finds_it(desk: Stores) -> None:
    case = opened(desk)
    casework.note(desk, TOM, case, text="@anna look; mail me@anna.example; @otto and @nobody cannot", now=NOW, command="k1")
    assert casework.load(desk, TOM, case, NOW).case.mentioned == ("anna",)
    assert casework.list_cases(desk, ANNA, CaseFilter(marks=("mention:anna",)), NOW).total == 1
    casework.note(desk, ANNA, case, text="seen", now=NOW, command="k2")
    assert casework.list_cases(desk, ANNA, CaseFilter(marks=("mention:anna",)), NOW).total == 0


def test_what_is_put_aside_leaves_the_queue_and_comes_back(desk: Stores) -> None:
    case, other = opened(desk, 1), opened(desk, 2)
    teamwork.snooze(desk, TOM, case, until="2026-11-26T09:00:00Z", now=NOW, command="k1")
    assert [one.row.case for one in casework.queue(desk, TOM, CaseFilter(), NOW)[0]] == [other]
    later = NOW + timedelta(days=2)
    assert {one.row.case for one in casework.queue(desk, TOM, CaseFilter(), later)[0]} == {case, other}
    assert "cannot be out of sight" in refusal(lambda: teamwork.snooze(desk, TOM, other, until="2027-03-01T09:00:00Z", now=NOW, command="k2"))


def test_urgent_cases_come_first_even_from_beyond_the_page(desk: Stores) -> None:
    cases = [opened(desk, number) for number in range(5)]
    last = casework.queue(desk, TOM, CaseFilter(), NOW)[0][-1].row.case
    casework.perform(desk, TOM, last, work.Prioritise(priority="urgent"), now=NOW, command="k1")
    queued, total = casework.queue(desk, TOM, CaseFilter(limit=2), NOW)
    assert (queued[0].row.case, queued[0].reasons[0], total, len(queued)) == (last, "somebody said that it is urgent", len(cases), 2)


def test_merging_takes_the_posts_over_and_marks_them(desk: Stores) -> None:
    early, late = opened(desk, 2), opened(desk, 1)
    for number, case in enumerate((early, late)):
        casework.confirm(desk, TOM, case, reason="x", now=NOW, command=f"c{number}")
    whole = teamwork.merge(desk, TOM, late, into=early, now=NOW, command="m1")
    assert (whole.id, set(whole.posts), whole.absorbed) == (early, {"board:1", "board:2"}, (late,))
    assert casework.load(desk, TOM, late, NOW).case.duplicate_of == early
    again = teamwork.merge(desk, TOM, late, into=early, now=NOW, command="m1")
    assert again.version == whole.version
    assert log.verify(desk).holds


def test_cases_are_shared_out_in_turn_by_who_has_fewest(desk: Stores) -> None:
    cases = [opened(desk, number) for number in range(5)]
    casework.assign(desk, TOM, cases[0], to="tom", now=NOW, command="a")
    assert "may not work" in refusal(lambda: teamwork.share_out(desk, ANNA, CaseFilter(), among=["eve"], now=NOW, command="s0"))
    given = teamwork.share_out(desk, ANNA, CaseFilter(), among=["tom", "anna"], now=NOW, command="s")
    assert sorted(given) == sorted(cases[1:])
    assert sorted(given.values()) == ["anna", "anna", "tom", "tom"]


def test_a_bulk_act_reaches_all_that_match_and_can_be_taken_back(desk: Stores) -> None:
    desk.posts.put([post(number) for number in range(5, 12)])
    cases = [opened(desk, number) for number in range(12)]
    casework.assign(desk, TOM, cases[0], to="tom", now=NOW, command="a")
    assert bulk.count(desk, TOM, CaseFilter(limit=3), NOW) == 12
    done = bulk.run(desk, TOM, CaseFilter(limit=3), Assign(to="tom"), expect=12, now=NOW, command="b1")
    assert (len(done.done), set(done.refused)) == (11, {cases[0]})
    casework.assign(desk, TOM, cases[1], to="anna", now=NOW, command="a2")
    back = bulk.take_back(desk, TOM, "b1", now=NOW, command="u1")
    assert (len(back.done), set(back.refused)) == (10, {cases[1]})
    owners = [casework.load(desk, TOM, case, NOW).case.assignee for case in cases]
    assert owners == ["tom", "anna", *[None] * 10]
    assert log.verify(desk).holds


def test_a_bulk_act_is_refused_when_other_cases_match_than_were_counted(desk: Stores) -> None:
    opened(desk, 1)
    assert "1 cases match now, not 2" in refusal(lambda: bulk.run(desk, TOM, CaseFilter(), work.Label(add=("x",)), expect=2, now=NOW, command="b"))
    assert "did you mean tom" in refusal(lambda: bulk.run(desk, TOM, CaseFilter(), Assign(to="tm"), expect=1, now=NOW, command="b"))
    assert not list(desk.cases.read("bulk")), "an account that is not there is told once, not for each case"
    assert "case by case" in refusal(lambda: bulk.run(desk, TOM, CaseFilter(), Reject(code="praise"), expect=1, now=NOW, command="b"))
    assert "no bulk act" in refusal(lambda: bulk.take_back(desk, TOM, "b9", now=NOW, command="u"))
    assert "may not work" in refusal(lambda: bulk.count(desk, EVE, CaseFilter(), NOW))


def test_closing_labels_and_snoozing_are_taken_back_and_what_cannot_be_says_so(desk: Stores) -> None:
    case = opened(desk, 1)
    casework.confirm(desk, TOM, case, reason="x", now=NOW, command="c")
    for number, asked in enumerate((work.Label(add=("x",)), work.Snooze(until="2026-11-25T09:00:00Z"), Close(how="withdrawn"))):
        assert bulk.run(desk, TOM, CaseFilter(), asked, expect=1, now=NOW, command=f"b{number}").done == (case,)
        assert bulk.take_back(desk, TOM, f"b{number}", now=NOW, command=f"u{number}").done == (case,), asked
    found = casework.load(desk, TOM, case, NOW).case
    assert (found.labels, found.snoozed_until, found.closed_at) == ((), None, None)
    bulk.run(desk, TOM, CaseFilter(), Acknowledge(), expect=1, now=NOW, command="b8")
    assert "cannot be taken back" in bulk.take_back(desk, TOM, "b8", now=NOW, command="u8").refused[case]


def test_a_bulk_act_stays_within_the_firms_of_the_account(desk: Stores) -> None:
    opened(desk, 1)
    assert bulk.count(desk, OTTO, CaseFilter(), NOW) == 0


def test_views_count_what_matches_for_whoever_looks(desk: Stores) -> None:
    case = opened(desk, 1)
    opened(desk, 2)
    casework.assign(desk, TOM, case, to="tom", now=NOW, command="a")
    shelf.save_view(desk, TOM, "mine", CaseFilter(assignee="me"), shared=True, now=NOW, command="v1")
    shelf.save_view(desk, TOM, "soon", CaseFilter(firm="northgate"), due_within=30, now=NOW, command="v2")
    assert {one.key: one.count for one in shelf.views(desk, TOM, NOW)} == {"mine": 1, "soon": 2}
    assert {one.key: one.count for one in shelf.views(desk, ANNA, NOW)} == {"mine": 0}
    assert "tom's view" in refusal(lambda: shelf.save_view(desk, ANNA, "mine", CaseFilter(), now=NOW, command="v3"))
    assert "not your view" in refusal(lambda: shelf.drop_view(desk, ANNA, "mine", now=NOW, command="v4"))
    shelf.drop_view(desk, TOM, "mine", now=NOW, command="v5")
    assert "no view" in refusal(lambda: shelf.view(desk, TOM, "mine"))


def test_a_macro_fills_its_blanks_for_a_case(desk: Stores) -> None:
    case = opened(desk, 1)
    shelf.save_macro(desk, TOM, "sorry", "Sorry about {title}, says {firm}: by {due}. {me}, {case}", now=NOW, command="m1")
    assert shelf.filled(desk, TOM, "sorry", case, NOW) == (
        f"Sorry about They charged me twice, number 1, says Northgate Bank: by 2026-12-11. Tom Lindqvist, {case}"
    )
    assert "no blank {who}" in refusal(lambda: shelf.save_macro(desk, TOM, "x", "{who}", now=NOW, command="m2"))
    assert "no case" in refusal(lambda: shelf.filled(desk, OTTO, "sorry", case, NOW))
    shelf.drop_macro(desk, TOM, "sorry", now=NOW, command="m3")
    assert shelf.macros(desk, TOM) == []


@pytest.mark.parametrize("key", ["", "Mine", "a b", "x" * 41])
def test_a_key_is_a_plain_word(desk: Stores, key: str) -> None:
    assert "small letters" in refusal(lambda: shelf.save_macro(desk, TOM, key, "x", now=NOW, command="m"))
