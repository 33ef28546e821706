"""What was done earlier than it was noted, letters that an act asserts, and what a holding response does to clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from plaint.cases import decide as d
from plaint.cases.case import Case
from plaint.cases.clocks import Status, clocks_of
from plaint.cases.letters import letters
from plaint.cases.outcomes import Resolve
from plaint.cases.spoken import spoken
from plaint.cases.work import CheckContent, SendLetter
from plaint.cases.work_events import LetterSent
from tests.cases.made import FIRM, LETTERS, NOW, PUBLISHED, after, confirmed, opened, ready

pytestmark = pytest.mark.pure

LATE = datetime(2027, 1, 20, 9, 0, tzinfo=UTC)
"""After eight weeks."""


def refused(case: Case, command: d.Command, now: datetime = NOW) -> str:
    found = d.decide(case, command, now)
    assert isinstance(found, d.Refusal)
    return found.reason


def standing(case: Case, key: str, now: datetime = LATE) -> tuple[Status, str]:
    (found,) = [one for one in clocks_of(case, FIRM, now).clocks if one.deadline.key == key]
    return found.status, found.why


def test_an_answer_sent_in_time_and_noted_late_met_its_clock_and_the_trace_says_both() -> None:
    answer = Resolve(how="final_response", outcome="upheld", on="2027-01-15T16:00:00Z", reason="the branch forgot to note it")
    case = after(ready(), answer, now=LATE)
    assert (case.resolved_at, case.done["final_response"]) == ("2027-01-15T16:00:00Z", "2027-01-15T16:00:00Z")
    assert standing(case, "eight_week_response_last_day") == (
        Status.MET, "done in time: dated 2027-01-15T16:00:00Z, noted 2027-01-20T09:00:00Z",
    )  # fmt: skip
    unsaid = after(ready(), Resolve(how="final_response", outcome="upheld"), now=LATE)
    assert standing(unsaid, "eight_week_response_last_day") == (Status.BREACHED, "done too late")


@pytest.mark.parametrize(
    ("on", "reason", "says"),
    [
        ("2026-11-25T09:00:00Z", "x", "still to come"),
        ("2026-11-20T08:59:59Z", "x", "lies before the complaint, whose clocks start 2026-11-20T09:00:00Z"),
        ("2026-11-23T09:00:00Z", " ", "say why it was not noted then"),
        ("2026-11-23T09:00:00", "x", "no offset"),
        ("yesterday", "x", "no moment"),
    ],
)
def test_a_date_is_never_still_to_come_nor_before_the_complaint_nor_without_a_reason(on: str, reason: str, says: str) -> None:
    letter = SendLetter(letter="disp-final-response", on=on, reason=reason)
    for asked in (
        d.Acknowledge(on=on, reason=reason), letter, d.Close(how="withdrawn", on=on, reason=reason),
        Resolve(how="final_response", outcome="upheld", on=on, reason=reason),
    ):  # fmt: skip
        assert says in refused(ready(), asked)


def test_what_is_noted_within_minutes_needs_no_reason() -> None:
    assert after(confirmed(), d.Acknowledge(on="2026-11-24T09:55:00Z")).done["acknowledged"] == "2026-11-24T09:55:00Z"


@pytest.mark.parametrize("asked", [Resolve(how="final_response", outcome="upheld"), d.Close(how="final_response")])
def test_an_answer_names_what_its_letter_lacks(asked: d.Command) -> None:
    half = after(confirmed(), CheckContent(letter="disp-final-response", items=("decision", "website", "may_refer", "time_limits")))
    said = refused(half, asked)
    assert "a final response (DISP 1.6.2R) has to say more than was checked: leaflet (the ombudsman's leaflet is enclosed). Check it first" in said
    assert "plaint case letter c-a disp-final-response --check leaflet" in said
    whole = after(half, CheckContent(letter="disp-final-response", items=("leaflet",)), asked)
    assert whole.sent.keys() == {"disp-final-response"}


def test_only_what_asserts_a_letter_and_only_the_regimes_of_the_case_ask_for_one() -> None:
    assert after(confirmed(), d.Close(how="withdrawn")).sent == {}
    other = after(opened(), d.Confirm(regimes=("US-CFPB",), reason="x"), d.Close(how="final_response"))
    assert other.sent == {}
    again = after(ready(), SendLetter(letter="disp-final-response"), Resolve(how="final_response", outcome="upheld"))
    assert again.sent["disp-final-response"] < again.resolved_at  # type: ignore[operator]


def test_a_letter_of_an_answer_that_was_not_the_last_has_to_be_sent_again() -> None:
    case = after(ready(), d.Close(how="final_response"), d.Reopen(reason="wrote again"))
    assert case.sent == {}
    assert after(case, d.Close(how="final_response")).sent.keys() == {"disp-final-response"}


def test_a_holding_response_meets_the_first_limit_and_starts_the_second() -> None:
    case = confirmed()
    assert standing(case, "final_response_last_day_35bd", NOW)[0] is Status.NOT_APPLICABLE
    held = after(case, CheckContent(letter="psr-holding-response", items=tuple(letters()["psr-holding-response"].items)),
                 SendLetter(letter="psr-holding-response"))  # fmt: skip
    assert standing(held, "final_response_last_day_15bd", NOW)[0] is Status.MET
    assert standing(held, "holding_response_last_day", NOW)[0] is Status.MET
    (last,) = [one for one in clocks_of(held, FIRM, NOW).clocks if one.deadline.key == "final_response_last_day_35bd"]
    assert (last.status, last.deadline.last) == (Status.ON_TRACK, datetime(2027, 1, 13, tzinfo=UTC).date())
    assert held.facts == {"UK-PSR": {"exceptional_circumstances": True}}


def test_a_holding_response_after_its_limit_is_too_late() -> None:
    checked = CheckContent(letter="psr-holding-response", items=tuple(letters()["psr-holding-response"].items))
    held = after(confirmed(), checked, SendLetter(letter="psr-holding-response"), now=PUBLISHED + timedelta(days=60))
    assert standing(held, "final_response_last_day_15bd")[0] is Status.BREACHED


def test_the_eight_week_letter_meets_the_eight_week_clock_and_the_answer_is_still_to_come() -> None:
    items = tuple(letters()["disp-holding-response"].items)
    held = after(confirmed(), CheckContent(letter="disp-holding-response", items=items), SendLetter(letter="disp-holding-response"))
    assert standing(held, "eight_week_response_last_day", NOW)[0] is Status.MET
    assert held.resolved_at is None
    assert after(held, *LETTERS, d.Close(how="final_response")).closed_how == "final_response"


def test_a_letter_is_spoken_of() -> None:
    assert "disp-final-response" in spoken(LetterSent(letter="disp-final-response"))
