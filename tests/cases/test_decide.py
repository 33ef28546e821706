"""What may happen to a case, and the sentence that says why not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaint.cases import decide as d
from plaint.cases import events as e
from plaint.cases.case import Case, NotAComplaint, State, case_from
from plaint.cases.events import draft, recorded
from plaint.cases.work import CheckContent
from plaint.deadlines.start import Basis
from plaint.model import Ownership
from plaint.ports import Entry
from tests.cases.made import NOW, after, confirmed, opened, opening, ready

pytestmark = pytest.mark.pure

CONFIRM = d.Confirm(regimes=("UK-DISP",), reason="charged twice")


def refused(case: Case, command: d.Command) -> str:
    answer = d.decide(case, command, NOW)
    assert isinstance(answer, d.Refusal), answer
    return answer.reason


def test_opening_makes_a_candidate() -> None:
    case = opened()
    assert (case.state, case.firm, case.posts, case.opened_by) == (State.CANDIDATE, "northgate", ("board:1",), "tom")


def test_only_a_decision_makes_a_complaint_and_says_who_and_when() -> None:
    case = confirmed()
    assert (case.state, case.decided_by, case.regimes) == (State.CONFIRMED_COMPLAINT, "tom", ("UK-DISP", "UK-PSR"))
    assert case.times.aware == "2026-11-24T10:00:00Z"
    assert case.start is not None
    assert case.start.basis is Basis.PUBLISHED_ON_OWNED_CHANNEL


def test_a_third_partys_page_starts_with_the_decision() -> None:
    start = confirmed(Ownership.THIRD_PARTY).start
    assert start is not None
    assert (start.at, start.basis) == ("2026-11-24T10:00:00Z", Basis.TRIAGE_DECISION)


@pytest.mark.parametrize("code", [code for code in NotAComplaint if code is not NotAComplaint.OTHER])
def test_no_complaint_needs_only_a_code(code: NotAComplaint) -> None:
    case = after(opened(), d.Reject(code=code))
    assert (case.state, case.code) == (State.NOT_A_COMPLAINT, code)


def test_every_way_of_a_case_to_its_end() -> None:
    closed = after(ready(), d.Acknowledge(), d.Assign(to="anna"), d.Note(text=" asked "), d.Close(how="final_response", reason="paid back"))
    assert (closed.state, closed.status, closed.closed_how) == (State.CLOSED, State.CONFIRMED_COMPLAINT, "final_response")
    assert set(closed.done) == {"acknowledged", "final_response"}
    again = after(closed, d.Reopen(reason="wrote again"))
    assert (again.state, again.start) == (State.CONFIRMED_COMPLAINT, closed.start)
    assert set(again.done) == {"acknowledged"}
    assert after(opened(), d.Duplicate(of="c-b")).duplicate_of == "c-b"
    assert after(opened(), d.Refer(to="Harbour", on="2026-11-24")).state is State.REFERRED_OTHER_FIRM
    told = CheckContent(letter="disp-forwarding", items=("whom", "written"))
    assert after(confirmed(), told, d.Refer(to="Harbour", on="2026-11-24")).state is State.REFERRED_OTHER_FIRM
    assert after(opened(), d.Reject(code="praise"), d.Close()).state is State.CLOSED
    assert after(opened(), d.Reject(code="praise"), d.Reopen(reason="it is one")).state is State.CANDIDATE


def test_forwarding_a_complaint_says_that_its_letter_was_sent_where_the_regime_has_one() -> None:
    half = after(confirmed(), CheckContent(letter="disp-forwarding", items=("whom",)))
    said = d.decide(half, d.Refer(to="Harbour", on="2026-11-24"), NOW)
    assert isinstance(said, d.Refusal)
    assert "DISP 1.7" in said.reason
    assert "written (" in said.reason
    whole = after(half, CheckContent(letter="disp-forwarding", items=("written",)))
    assert after(whole, d.Refer(to="Harbour", on="2026-11-22")).sent["disp-forwarding"] == "2026-11-22T23:59:59Z"
    before = d.decide(whole, d.Refer(to="Harbour", on="2026-11-18"), NOW)
    assert isinstance(before, d.Refusal)
    assert "lies before the complaint" in before.reason
    elsewhere = after(opened(), d.Confirm(regimes=("IE-CPC",), reason="charged twice"), d.Refer(to="Harbour", on="2026-11-24"))
    assert (elsewhere.state, elsewhere.sent) == (State.REFERRED_OTHER_FIRM, {})


@pytest.mark.parametrize(
    ("case", "command", "says"),
    [
        (Case(id="c-a"), CONFIRM, "no case c-a"),
        (opened(), opening(), "open already, by tom"),
        (confirmed(), CONFIRM, "a confirmed complaint already, decided by tom"),
        (confirmed(), d.Reject(code="praise"), "a confirmed complaint already"),
        (confirmed(), d.Refer(to="Harbour", on="2026-11-26"), "still to come"),
        (opened(), d.Confirm(regimes=(), reason="  "), "say why"),
        (opened(), d.Confirm(regimes=("UK-DSP",), reason="x"), "did you mean UK-DISP"),
        (opened(), d.Reject(code="prase"), "did you mean praise"),
        (opened(), d.Reject(code="other"), "needs words"),
        (opened(), d.Duplicate(of="c-a"), "its own duplicate"),
        (opened(), d.Acknowledge(), "confirm that it is a complaint"),
        (after(confirmed(), d.Acknowledge()), d.Acknowledge(), "acknowledged already"),
        (opened(), d.Assign(to=None), "nobody's already"),
        (after(opened(), d.Assign(to="anna")), d.Assign(to="anna"), "anna has c-a already"),
        (opened(), d.Note(text="\n "), "an empty note"),
        (opened(), d.Note(text="x" * 20_001), "20,001 characters"),
        (opened(), d.Note(text="x\ud800"), "no text"),
        (opened(), d.Close(), "decide first"),
        (confirmed(), d.Close(), "say how it ended: final_response, summary_resolution, withdrawn"),
        (confirmed(), d.Close(how="no_response_needed"), "cannot end with"),
        (after(opened(), d.Reject(code="praise")), d.Close(how="final_response"), "cannot end with"),
        (after(opened(), d.Reject(code="praise")), CONFIRM, "reopen it to decide anew"),
        (opened(), d.Reopen(reason="x"), "is not closed"),
        (after(confirmed(), d.Close(how="withdrawn")), d.Reopen(reason=""), "say why"),
        (after(confirmed(), d.Close(how="withdrawn")), d.Close(how="withdrawn"), "closed already"),
        (after(confirmed(), d.Close(how="withdrawn")), d.Assign(to="anna"), "reopen it first"),
        (opened(), d.MoveStart(to="2026-11-20", reason="x"), "do not run"),
        (confirmed(), d.MoveStart(to="2026-11-19", reason=" "), "needs a reason"),
        (confirmed(), d.MoveStart(to="soon", reason="x"), "no moment"),
        (confirmed(), d.MoveStart(to="2026-11-19T09:00:00", reason="x"), "with its offset"),
        (confirmed(), d.MoveStart(to="2026-11-25", reason="x"), "still to come"),
        (confirmed(), d.MoveStart(to="2026-11-20T09:00:00Z", reason="x"), "start there already"),
        (opened(), d.Refer(to="", on="2026-11-24"), "name the other firm"),
        (opened(), d.Refer(to="northgate", on="2026-11-24"), "name the other firm"),
        (opened(), d.Refer(to="Harbour", on="24.11."), "no date"),
        (after(opened(), d.Reject(code="praise")), d.Refer(to="Harbour", on="2026-11-24"), "only a likely or confirmed"),
    ],
)
def test_a_refusal_says_why(case: Case, command: d.Command, says: str) -> None:
    assert says in refused(case, command)


def test_moving_the_start_keeps_the_old_one() -> None:
    before = confirmed()
    events = d.decide(before, d.MoveStart(to="2026-11-19T11:00:00+02:00", reason="the letter came first"), NOW)
    assert isinstance(events, tuple)
    (moved,) = events
    assert isinstance(moved, e.ClockStartMoved)
    assert (moved.start.at, moved.start.basis, moved.before) == ("2026-11-19T09:00:00Z", Basis.MANUAL_OVERRIDE, before.start)


texts = st.text(max_size=30)
commands = st.one_of(
    st.builds(d.Confirm, regimes=st.lists(st.sampled_from(["UK-DISP", "UK-PSR", "nonsense"]), max_size=2).map(tuple), reason=texts),
    st.builds(d.Reject, code=st.sampled_from([*NotAComplaint, "nonsense"]), words=st.none() | texts),
    st.builds(d.Duplicate, of=st.sampled_from(["c-a", "c-b"])),
    st.builds(d.Refer, to=texts, on=st.sampled_from(["2026-11-24", "nonsense"])),
    st.builds(d.Acknowledge),
    st.builds(d.Assign, to=st.sampled_from([None, "tom", "anna"])),
    st.builds(d.Note, text=texts),
    st.builds(d.MoveStart, to=st.sampled_from(["2026-11-01", "2026-11-20T09:00:00Z", "2027-01-01", "nonsense"]), reason=texts),
    st.builds(d.Close, how=st.sampled_from([None, "final_response", "no_response_needed", "nonsense"]), reason=st.none() | texts),
    st.builds(d.Reopen, reason=texts),
)


@given(st.sampled_from(Ownership), st.lists(commands, max_size=25))
def test_whatever_people_do_is_an_event_or_a_refusal_and_the_log_gives_the_case_back(ownership: Ownership, asked: list[d.Command]) -> None:
    case = Case(id="c-a")
    history = []
    for command in (opening(ownership), *asked):
        answer = d.decide(case, command, NOW)
        if isinstance(answer, d.Refusal):
            assert answer.reason
            continue
        for event in answer:
            kept = draft(event)
            entry = Entry(stream="c-a", version=case.version + 1, at="2026-11-24T10:00:00Z", by="tom", command="k", kind=kept.kind,
                          said=kept.said, digests={}, before="", hash="")  # fmt: skip
            history.append(recorded(entry, {(entry.version, name): text for name, text in kept.bodies.items()}))
            assert history[-1].event == event
            case = case_from("c-a", history)
    assert case.version == len(history)
    assert (case.decided_by is None) == (case.status is State.CANDIDATE)


def test_texts_and_ids_of_posts_are_bodies() -> None:
    kept = draft(
        e.CaseOpened(firm="northgate", source="board", ownership=Ownership.OWNED, times=opening().times, posts="board:1", title="Charged twice")
    )
    assert kept.bodies == {"posts": "board:1", "title": "Charged twice"}
    assert "board:1" not in repr(kept.said)
    assert "Charged" not in repr(kept.said)


def test_an_erased_text_reads_as_nothing() -> None:
    entry = Entry(stream="c-a", version=2, at="", by="tom", command="", kind="Noted", said={}, digests={}, before="", hash="")
    assert recorded(entry, {(2, "text"): None}).event == e.Noted(text=None)


def test_an_event_of_a_later_version_is_named() -> None:
    entry = Entry(stream="c-a", version=2, at="", by="tom", command="", kind="Teleported", said={}, digests={}, before="", hash="")
    with pytest.raises(ValueError, match="c-a version 2 is a Teleported"):
        recorded(entry, {})
