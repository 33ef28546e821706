"""The daily work on a case: who has it, what comes first, what has to be in a letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from plaint.cases import decide as d
from plaint.cases import work
from plaint.cases.case import Case, State
from plaint.cases.clocks import Status, clocks_of
from plaint.cases.letters import FORWARDED, letters
from plaint.cases.undo import counter_to
from plaint.cases.work_events import Labelled
from plaint.deadlines.regimes import regimes
from tests.cases.made import FIRM, NOW, after, confirmed, opened

pytestmark = pytest.mark.pure

LATER = NOW + timedelta(hours=1)


def refused(case: Case, command: d.Command, now: datetime = NOW) -> str:
    answer = d.decide(case, command, now)
    assert isinstance(answer, d.Refusal), answer
    return answer.reason


def test_a_claim_holds_against_others_until_it_runs_out() -> None:
    case = after(opened(), work.Claim(by="tom"))
    assert (case.assignee, work.holder(case, NOW)) == ("tom", "tom")
    assert "tom has claimed c-a until 2026-11-24T10:30:00Z" in refused(case, work.Claim(by="anna"))
    assert work.holder(case, LATER) is None
    assert after(case, work.Claim(by="anna"), now=LATER, by="anna").assignee == "anna"
    assert after(case, work.Claim(by="tom", span=timedelta(hours=2)), by="tom").lease_until == "2026-11-24T12:00:00Z"


def test_an_assigned_case_is_not_claimed_from_its_owner() -> None:
    assert "is anna's" in refused(after(opened(), d.Assign(to="anna")), work.Claim(by="tom"), LATER)
    assert "at most 24 hours" in refused(opened(), work.Claim(by="tom", span=timedelta(days=2)))


def test_handing_over_needs_words_and_ends_the_claim() -> None:
    case = after(opened(), work.Claim(by="tom"))
    assert "say where it stands" in refused(case, work.HandOver(to="anna", words=" "))
    handed = after(case, work.HandOver(to="anna", words="waits for the branch"))
    assert (handed.assignee, handed.lease_until) == ("anna", None)


def test_team_priority_and_labels() -> None:
    case = after(
        opened(), work.Route(team="cards"), work.Prioritise(priority="urgent"), work.Label(add=("refund", "vip")), work.Label(remove=("vip",))
    )
    assert (case.team, case.priority, case.labels) == ("cards", "urgent", ("refund",))
    assert after(case, work.Route(team=None)).team is None


@pytest.mark.parametrize(
    ("case", "command", "says"),
    [
        (opened(), work.Route(team="The Cards"), "small letters"),
        (opened(), work.Route(team=None), "in no team's queue"),
        (opened(), work.Prioritise(priority="urgnt"), "did you mean urgent"),
        (opened(), work.Prioritise(priority="normal"), "normal already"),
        (opened(), work.Label(add=("ReFund",)), "a label is small letters"),
        (opened(), work.Label(), "already"),
        (opened(), work.Snooze(until="soon"), "no moment"),
        (opened(), work.Snooze(until="2026-11-24T09:00:00Z"), "not still to come"),
        (opened(), work.Snooze(until="2026-11-25T09:00:00"), "with its offset"),
        (opened(), work.Snooze(until="2026-12-25T09:00:00Z", due=datetime(2026, 12, 11, tzinfo=UTC)), "is due 2026-12-11"),
        (opened(), work.Snooze(until=None), "is not snoozed"),
        (opened(), work.HandOver(to="anna", words=""), "say where it stands"),
        (opened(), work.MergeInto(into=opened()), "only into another case"),
        (opened(), work.PutUnder(parent=opened()), "only under another case"),
        (opened(), work.PutUnder(parent=None), "under no case"),
        (confirmed(), work.CheckContent(letter="disp-finel-response", items=()), "did you mean disp-final-response"),
        (confirmed(), work.CheckContent(letter="disp-final-response", items=("leafet",)), "did you mean leaflet"),
        (confirmed(), work.SendLetter(letter="disp-final-response"), "it has to be checked that it says: decision"),
        (confirmed(), work.SendLetter(letter="rg271-idr-response"), "does not apply"),
        (opened(), work.SendLetter(letter="disp-final-response"), "about confirmed complaints"),
        (after(confirmed(), d.Close(how="withdrawn")), work.Claim(by="tom"), "reopen it first"),
    ],
)
def test_a_refusal_says_why(case: Case, command: d.Command, says: str) -> None:
    assert says in refused(case, command)


def other(case: Case, id: str = "c-b") -> Case:
    from dataclasses import replace

    return replace(case, id=id)


def test_merging_never_moves_a_deadline_back() -> None:
    early = after(confirmed(), d.MoveStart(to="2026-11-18", reason="letter"))
    assert "started first" in refused(early, work.MergeInto(into=other(confirmed())))
    merged = after(confirmed(), work.MergeInto(into=other(early)))
    assert (merged.state, merged.duplicate_of) == (State.DUPLICATE, "c-b")
    whole = after(other(early), work.Absorb(case=other(opened(), "c-c")))
    assert (whole.absorbed, whole.posts) == (("c-c",), ("board:1",))
    assert "other way round" in refused(confirmed(), work.MergeInto(into=other(opened())))


def test_a_case_under_another_is_one_level_deep() -> None:
    child = after(opened(), work.PutUnder(parent=other(confirmed())))
    assert child.parent == "c-b"
    assert "itself under c-b" in refused(other(opened(), "c-d"), work.PutUnder(parent=child))


def test_a_letter_is_sent_only_with_all_it_has_to_say_and_meets_its_clock() -> None:
    case = after(confirmed(), work.CheckContent(letter="disp-final-response", items=("decision", "leaflet", "website")))
    assert "may_refer" in refused(case, work.SendLetter(letter="disp-final-response"))
    sent = after(
        case, work.CheckContent(letter="disp-final-response", items=("may_refer", "time_limits")), work.SendLetter(letter="disp-final-response")
    )
    (clock,) = [one for one in clocks_of(sent, FIRM, NOW).clocks if one.deadline.key == "eight_week_response_last_day"]
    assert clock.status is Status.MET
    assert "sent already" in refused(sent, work.SendLetter(letter="disp-final-response"))


def test_a_holding_letter_of_payments_does_not_meet_the_eight_weeks() -> None:
    case = after(
        confirmed(), work.CheckContent(letter="psr-holding-response", items=("reasons", "final_by")), work.SendLetter(letter="psr-holding-response")
    )
    met = {one.deadline.key for one in clocks_of(case, FIRM, NOW).clocks if one.status is Status.MET}
    assert "eight_week_response_last_day" not in met
    assert "final_response_last_day_15bd" in met


def test_every_letter_is_of_a_known_regime_and_meets_a_clock_that_looks_for_it() -> None:
    for letter in letters().values():
        looked_for = {what for clock in regimes()[letter.regime].clocks for what in clock.met_by}
        assert letter.meets in {None, FORWARDED} | looked_for, letter.id


def test_an_irish_update_is_due_twenty_business_days_after_the_last_one_that_was_sent() -> None:
    check, send = work.CheckContent(letter="cpc-update", items=("progress",)), work.SendLetter(letter="cpc-update")
    irish = replace(FIRM, zone="Europe/Dublin", calendar="IE", regimes=("IE-CPC",))

    def standing(case: Case, now: datetime) -> dict[str, tuple[str, str | None]]:
        found = {one.deadline.key: one for one in clocks_of(case, irish, now).clocks if "update" in one.deadline.key}
        return {key: (one.status, str(one.deadline.last)) for key, one in found.items()}

    case = after(opened(), d.Confirm(regimes=("IE-CPC",), reason="charged twice"))
    before = standing(case, NOW)
    assert before["first_update_last_day_20bd"] == (Status.ON_TRACK, "2026-12-18")
    assert before["next_update_last_day"] == (Status.NOT_APPLICABLE, "None")
    once = after(case, check, send, now=datetime(2026, 12, 1, 10, 0, tzinfo=UTC))
    after_one = standing(once, datetime(2026, 12, 2, tzinfo=UTC))
    assert after_one["first_update_last_day_20bd"][0] is Status.MET
    assert after_one["next_update_last_day"] == (Status.ON_TRACK, "2026-12-30")
    assert "has to be checked" in refused(once, send)
    later = datetime(2026, 12, 14, 23, 30, tzinfo=UTC)
    twice = after(once, check, send, now=later)
    after_two = standing(twice, later)
    assert after_two["second_update_last_day"][0] is Status.MET
    assert after_two["next_update_last_day"] == (Status.ON_TRACK, "2027-01-13")
    dated = replace(send, on="2026-12-10T10:00:00Z", reason="noted late")
    early = d.decide(after(twice, check, now=later), dated, later + timedelta(days=1))
    assert isinstance(early, d.Refusal)
    assert "comes after it" in early.reason


def test_a_call_on_somebody_stands_until_they_act() -> None:
    case = after(opened(), d.Note(text="@anna please look", mentions=("anna",)))
    assert case.mentioned == ("anna",)
    assert after(case, d.Note(text="more"), by="tom").mentioned == ("anna",)
    assert after(case, d.Note(text="done"), by="anna").mentioned == ()


def test_taking_back_leaves_what_was_changed_again() -> None:
    before, case = opened(), after(opened(), d.Assign(to="anna"))
    event = d.decide(before, d.Assign(to="anna"), NOW)
    assert isinstance(event, tuple)
    assert counter_to(event[0], before, case) == d.Assign(to=None)
    assert isinstance(counter_to(event[0], before, after(case, d.Assign(to="tom"))), d.Refusal)
    assert counter_to(Labelled(added=("x",)), before, case) == work.Label(add=(), remove=("x",))
    noted = d.decide(before, d.Note(text="x"), NOW)
    assert isinstance(noted, tuple)
    assert isinstance(counter_to(noted[0], before, case), d.Refusal)
