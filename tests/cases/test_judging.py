"""A model's proposal, the second look at what is no complaint, and more clocks on one complaint."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plaint.cases import decide as d
from plaint.cases.case import Case, State
from plaint.cases.clocks import clocks_of
from plaint.cases.judging import ONE_IN, AddRegimes, Proposal, Review, is_sampled
from tests.cases.made import FIRM, NOW, after, confirmed, opened, opening

pytestmark = pytest.mark.pure

REJECTED = after(opened(), d.Reject(code="praise"))


def refused(case: Case, command: d.Command) -> str:
    answer = d.decide(case, command, NOW)
    assert isinstance(answer, d.Refusal), answer
    return answer.reason


def test_a_proposal_is_kept_beside_the_decision() -> None:
    case = after(Case(id="c-a"), replace(opening(), proposal=Proposal(score="0.930", model="complaint@3")))
    assert (case.state, case.proposed_score, case.proposed_by) == (State.CANDIDATE, "0.93", "complaint@3")
    decided = after(case, d.Reject(code="praise"))
    assert (decided.state, decided.proposed_by, decided.decided_by) == (State.NOT_A_COMPLAINT, "complaint@3", "tom")


@pytest.mark.parametrize(("score", "model"), [("1.1", "m"), ("-0.1", "m"), ("much", "m"), ("NaN", "m"), ("0.5", " ")])
def test_a_proposal_has_a_score_and_a_model(score: str, model: str) -> None:
    refused(Case(id="c-a"), replace(opening(), proposal=Proposal(score=score, model=model)))


def test_a_review_needs_a_second_person_and_happens_once() -> None:
    assert "second person" in refused(REJECTED, Review(by="tom", agrees=True))
    agreed = after(REJECTED, Review(by="anna", agrees=True), by="anna")
    assert (agreed.state, agreed.reviewed_by) == (State.NOT_A_COMPLAINT, "anna")
    assert "reviewed already" in refused(agreed, Review(by="paul", agrees=True))
    assert "reviewed is what" in refused(opened(), Review(by="anna", agrees=True))


def test_who_does_not_agree_makes_it_undecided_and_says_why() -> None:
    assert "say why" in refused(REJECTED, Review(by="anna", agrees=False))
    again = after(REJECTED, Review(by="anna", agrees=False, words="asks for the fee"), by="anna")
    assert (again.state, again.decided_by, again.reviewed_by) == (State.CANDIDATE, None, None)


def test_about_one_in_ten_is_sampled_and_always_the_same_ones() -> None:
    cases = [replace(REJECTED, id=f"c-{number}") for number in range(5000)]
    share = sum(map(is_sampled, cases)) / len(cases)
    assert 0.8 / ONE_IN < share < 1.2 / ONE_IN
    assert [is_sampled(case) for case in cases[:50]] == [is_sampled(case) for case in cases[:50]]
    assert not any(is_sampled(replace(opened(), id=f"c-{number}")) for number in range(200))


def test_more_regimes_run_from_the_same_start() -> None:
    case = after(confirmed(), AddRegimes(regimes=("UK-DPC", "UK-DISP"), reason="asks what data is held"))
    assert case.regimes == ("UK-DISP", "UK-PSR", "UK-DPC")
    assert {one.deadline.regime for one in clocks_of(case, FIRM, NOW).clocks} == {"UK-DISP", "UK-PSR", "UK-DPC"}
    for wrong, says in (
        (AddRegimes(regimes=("UK-DPCC",), reason="x"), "did you mean UK-DPC"),
        (AddRegimes(regimes=("UK-DPC",), reason=" "), "say why"),
        (AddRegimes(regimes=("UK-DPC",), reason="x"), "run already"),
    ):
        assert says in refused(case, wrong)
    assert "open confirmed" in refused(opened(), AddRegimes(regimes=("UK-DPC",), reason="x"))
