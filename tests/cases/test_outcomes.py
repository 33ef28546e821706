"""What a complaint is about and how it was answered."""

from __future__ import annotations

import pytest

from plaint.cases import decide as d
from plaint.cases.case import Case
from plaint.cases.outcomes import Classify, Resolve
from plaint.cases.taxonomies import taxonomies
from tests.cases.made import NOW, after, confirmed, opened, ready

pytestmark = pytest.mark.pure

ANSWER = Resolve(how="final_response", outcome="upheld", redress="1,120.5")


def refused(case: Case, command: d.Command) -> str:
    answer = d.decide(case, command, NOW)
    assert isinstance(answer, d.Refusal), answer
    return answer.reason


def test_the_taxonomy_has_its_rows_and_marks_what_is_missing() -> None:
    taxonomy = taxonomies()["UK-FCA-1R"]
    assert (len(taxonomy.products), len(taxonomy.causes)) == (51, 10)
    assert [code for code, term in taxonomy.products.items() if term.is_missing] == ["FCA1R-PCR"]


def test_a_label_means_its_code_and_what_is_not_said_stays() -> None:
    case = after(opened(), Classify(product="current accounts"), Classify(cause="FCA1R-C03", root_cause="wrong rate", vulnerability=("health",)))
    about = case.classified["UK-FCA-1R"]
    assert (about.product, about.cause, about.version) == ("FCA1R-P01", "FCA1R-C03", "2025H2")
    assert (case.root_cause, case.vulnerability) == ("wrong rate", ("health",))
    assert after(case, Classify(vulnerability=())).vulnerability == ()


def test_words_about_health_stay_outside_the_chain() -> None:
    from plaint.cases.events import draft

    events = d.decide(opened(), Classify(root_cause="x", vulnerability=("health",)), NOW)
    assert isinstance(events, tuple)
    assert "health" not in str(draft(events[0]).said)
    assert draft(events[0]).bodies == {"root_cause": "x", "vulnerability": "health"}


def test_an_answer_keeps_its_outcome_and_redress_until_it_is_reopened() -> None:
    case = after(ready(), ANSWER)
    assert (case.outcome, case.redress, case.currency, case.resolved_how) == ("upheld", "1120.50", "GBP", "final_response")
    assert case.state == "CONFIRMED_COMPLAINT"
    closed = after(case, d.Close())
    assert (closed.closed_how, closed.done["final_response"]) == ("final_response", case.resolved_at)
    again = after(closed, d.Reopen(reason="wrote again"))
    assert (again.outcome, again.redress, again.resolved_at) == (None, None, None)


def test_closing_can_note_the_answer_at_once_and_confirming_the_product() -> None:
    case = after(ready(), d.Close(how="summary_resolution", outcome="not_upheld"))
    assert (case.outcome, case.redress, case.state) == ("not_upheld", None, "CLOSED")
    about = d.Confirm(regimes=("UK-DISP",), reason="x", about=Classify(product="FCA1R-P04"))
    assert after(opened(), about).classified["UK-FCA-1R"].product == "FCA1R-P04"


@pytest.mark.parametrize(
    ("case", "command", "says"),
    [
        (opened(), Classify(), "say what it is about"),
        (opened(), Classify(product="Curent accounts"), "did you mean FCA1R-P01 (Current accounts)?"),
        (opened(), Classify(cause="nothing of the sort"), "no cause"),
        (opened(), Classify(scheme="UK-FCA-2R", product="x"), "did you mean UK-FCA-1R"),
        (opened(), Classify(vulnerability=("helth",)), "did you mean health"),
        (opened(), d.Confirm(regimes=(), reason="x", about=Classify(product="none of it")), "no product"),
        (opened(), ANSWER, "no confirmed complaint"),
        (after(ready(), ANSWER), ANSWER, "resolved already"),
        (after(ready(), ANSWER), d.Close(how="withdrawn"), "was resolved with a final_response"),
        (confirmed(), Resolve(how="withdrawn", outcome="upheld"), "no kind of answer"),
        (confirmed(), Resolve(how="final_response", outcome="up"), "no outcome"),
        (confirmed(), Resolve(how="final_response", outcome="upheld", redress="much"), "no amount of money"),
        (confirmed(), Resolve(how="final_response", outcome="upheld", redress="-1"), "from 0"),
        (confirmed(), Resolve(how="final_response", outcome="upheld", redress="1.005"), "two decimals"),
        (confirmed(), Resolve(how="final_response", outcome="upheld", redress="NaN"), "from 0"),
        (confirmed(), d.Close(how="withdrawn", outcome="upheld"), "no kind of answer"),
        (after(confirmed(), d.Close(how="withdrawn")), ANSWER, "reopen it first"),
    ],
)
def test_a_refusal_says_why(case: Case, command: d.Command, says: str) -> None:
    assert says in refused(case, command)
