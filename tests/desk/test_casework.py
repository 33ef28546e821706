"""What people do with cases, on a real store: rights, races, the log, the lists, the marks on posts."""

from __future__ import annotations

import multiprocessing
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest

from indexer.connect import connect
from plaint.cases.case import State
from plaint.cases.clocks import Status
from plaint.cases.events import Noted, draft
from plaint.deadlines.start import Basis
from plaint.desk import acting, casework, log
from plaint.desk.rights import Refused
from plaint.model import AboutFirm, Approval, Capture, Firm, Kind, Ownership, PartialDate, Person, Post
from plaint.ports import CaseFilter, StoreDown, Stores
from plaint.query.tree import Search
from tests.conftest import NOW

TOM = Person(key="tom", name="Tom Lindqvist", roles=("agent",), firms=("northgate",))
ANNA = Person(key="anna", name="Anna Berg", roles=("compliance",))
EVE = Person(key="eve", name="Eve Okafor", roles=("auditor",))
OTTO = Person(key="otto", name="Otto Rossi", roles=("agent",), firms=("orbit",))
RITA = Person(key="rita", name="Rita Moss", roles=("reader",))


def post(number: int, **changes: Any) -> Post:
    published = PartialDate.exact(NOW - timedelta(days=4, minutes=number))
    capture = Capture(url="https://board.example/1", at="2026-11-20T12:00:00Z", sha256="0" * 64)
    fields: dict[str, Any] = {
        "id": f"board:{number}", "source": "board", "ref": str(number), "kind": Kind.REVIEW, "text": f"They charged me twice, number {number}",
        "published": published, "firms": (AboutFirm(key="northgate", score=1, how="asked"),), "capture": capture, **changes,
    }  # fmt: skip
    return Post(**fields)


@pytest.fixture
def desk(stores: Stores) -> Stores:
    """A store with firms, accounts, an owned channel and five posts."""
    stores.registers.save_firms(
        [
            Firm(key="northgate", name="Northgate Bank", zone="Europe/London", calendar="GB-ENG", regimes=("UK-DISP", "UK-PSR")),
            Firm(key="orbit", name="Orbit Pay"),
        ]
    )
    stores.registers.save_approval(Approval(source="board", ownership=Ownership.OWNED, approved=True))
    for person in (TOM, ANNA, EVE, OTTO, RITA):
        stores.registers.save_person(person)
    stores.posts.put([post(number) for number in range(5)])
    return stores


def opened(desk: Stores, number: int = 1) -> str:
    return casework.open_case(desk, TOM, posts=[f"board:{number}"], firm="northgate", now=NOW, command=f"open{number}")


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


def test_a_case_is_opened_from_a_post_and_seen_everywhere(desk: Stores) -> None:
    case = opened(desk)
    view = casework.load(desk, TOM, case, NOW)
    assert (view.case.state, view.case.posts, view.case.title) == (State.CANDIDATE, ("board:1",), "They charged me twice, number 1")
    assert view.case.ownership is Ownership.OWNED
    assert view.case.times.collected == "2026-11-20T12:00:00Z"
    listed = casework.list_cases(desk, TOM, CaseFilter(), NOW)
    assert (listed.total, listed.rows[0].case, listed.rows[0].due) == (1, case, "2026-12-11T23:59:59.999000Z")
    hits = {hit.post.id: hit.case for hit in desk.posts.search(Search()).hits}
    assert hits["board:1"] is not None
    assert (hits["board:1"].case, hits["board:1"].state) == (case, "CANDIDATE")
    assert hits["board:2"] is None


def test_the_mark_on_the_post_follows_the_case(desk: Stores) -> None:
    case = opened(desk)
    casework.confirm(desk, TOM, case, reason="charged twice", now=NOW, command="k1")
    casework.close(desk, TOM, case, how="withdrawn", now=NOW, command="k2")
    (hit,) = [hit for hit in desk.posts.search(Search()).hits if hit.post.id == "board:1"]
    assert hit.case is not None
    assert hit.case.state == "CLOSED"


def test_a_confirmed_complaint_has_clocks_that_say_why(desk: Stores) -> None:
    case = opened(desk)
    casework.confirm(desk, TOM, case, reason="charged twice", now=NOW, command="k1")
    view = casework.load(desk, TOM, case, NOW)
    assert view.clocks.start is not None
    assert view.clocks.start.basis is Basis.PUBLISHED_ON_OWNED_CHANNEL
    assert view.due is not None
    assert view.due.status is Status.ON_TRACK
    assert "15 business days after Fri 20 Nov 2026 on GB-ENG" in view.due.deadline.steps[0]


def test_the_firms_own_entry_in_the_source_register_goes_first(desk: Stores) -> None:
    desk.registers.save_approval(Approval(source="board", firm="northgate", ownership=Ownership.THIRD_PARTY, approved=True))
    assert casework.load(desk, TOM, opened(desk), NOW).case.ownership is Ownership.THIRD_PARTY


def test_a_regulators_post_starts_when_it_was_sent(desk: Stores) -> None:
    desk.registers.save_approval(Approval(source="board", ownership=Ownership.REGULATOR, approved=True))
    desk.posts.put([post(7, facts={"sent_to_company": "2026-11-17", "received": "2026-11-16"})])
    case = opened(desk, 7)
    casework.confirm(desk, TOM, case, reason="x", regimes=["US-CFPB"], now=NOW, command="k1")
    view = casework.load(desk, TOM, case, NOW)
    assert view.due is not None
    assert str(view.due.deadline.value) == "2026-12-02"


def test_two_openers_of_one_post_meet_in_one_case(desk: Stores) -> None:
    case = opened(desk)
    said = refusal(lambda: casework.open_case(desk, ANNA, posts=["board:1"], firm="northgate", now=NOW, command="other"))
    assert case in said
    assert "tom" in said
    assert casework.case_id("northgate", "board:1") == case


def test_a_post_that_is_in_a_case_opens_no_second_one(desk: Stores) -> None:
    case = casework.open_case(desk, TOM, posts=["board:1", "board:2"], firm="northgate", now=NOW, command="k1")
    assert case in refusal(lambda: casework.open_case(desk, TOM, posts=["board:2"], firm="northgate", now=NOW, command="k2"))


def test_a_post_about_two_firms_may_open_a_case_for_each(desk: Stores) -> None:
    assert opened(desk) != casework.open_case(desk, OTTO, posts=["board:1"], firm="orbit", now=NOW, command="k2")


def test_a_double_click_happens_once(desk: Stores) -> None:
    case = opened(desk)
    assert opened(desk) == case
    for _ in range(3):
        casework.note(desk, TOM, case, text="asked the branch", now=NOW, command="k1")
    for _ in range(2):
        assert casework.confirm(desk, TOM, case, reason="charged twice", now=NOW, command="k2", expected=2).version == 3


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda desk: casework.open_case(desk, TOM, posts=[], firm="northgate", now=NOW, command="k"), "at least one post"),
        (lambda desk: casework.open_case(desk, TOM, posts=["board:99"], firm="northgate", now=NOW, command="k"), "no post board:99"),
        (lambda desk: casework.open_case(desk, TOM, posts=["board:1"], firm="northgat", now=NOW, command="k"), "did you mean northgate"),
        (lambda desk: casework.open_case(desk, RITA, posts=["board:1"], firm="northgate", now=NOW, command="k"), "rita may not work on cases"),
        (lambda desk: casework.open_case(desk, OTTO, posts=["board:1"], firm="northgate", now=NOW, command="k"), "may not act for northgate"),
        (lambda desk: casework.note(desk, EVE, opened(desk), text="x", now=NOW, command="k"), "eve may not work on cases"),
        (lambda desk: casework.note(desk, OTTO, opened(desk), text="x", now=NOW, command="k"), "that you may see"),
        (lambda desk: casework.load(desk, OTTO, opened(desk), NOW), "that you may see"),
        (lambda desk: casework.load(desk, TOM, "c-none", NOW), "that you may see"),
        (lambda desk: casework.load(desk, TOM, "people", NOW), "that you may see"),
        (lambda desk: casework.load(desk, RITA, opened(desk), NOW), "rita may not read cases"),
        (lambda desk: casework.list_cases(desk, RITA, CaseFilter(), NOW), "rita may not read cases"),
        (lambda desk: casework.assign(desk, TOM, opened(desk), to="ann", now=NOW, command="k"), "no account 'ann'"),
        (lambda desk: casework.assign(desk, TOM, opened(desk), to="otto", now=NOW, command="k"), "otto may not work on cases of northgate"),
        (lambda desk: casework.mark_duplicate(desk, TOM, opened(desk), of="c-none", now=NOW, command="k"), "no case c-none"),
        (lambda desk: casework.move_start(desk, TOM, opened(desk), to="2026-11-01", reason="x", now=NOW, command="k"), "compliance"),
    ],
)
def test_a_refusal_names_what_to_do(desk: Stores, act: Callable[[Stores], object], says: str) -> None:
    assert says in refusal(lambda: act(desk))


def test_somebody_faster_is_named_and_the_draft_is_kept(desk: Stores) -> None:
    case = opened(desk)
    seen = casework.load(desk, TOM, case, NOW).case.version
    casework.confirm(desk, ANNA, case, reason="charged twice", now=NOW + timedelta(minutes=1), command="k1")
    casework.assign(desk, ANNA, case, to="anna", now=NOW + timedelta(minutes=2), command="k2")
    with pytest.raises(casework.Overtaken) as refused:
        casework.note(desk, TOM, case, text="a long note", now=NOW, command="k3", expected=seen)
    assert refused.value.draft == "a long note"
    assert [change.by for change in refused.value.changes] == ["anna", "anna"]
    assert "anna confirmed the complaint at 2026-11-24T10:01:00Z; anna assigned it to anna at 2026-11-24T10:02:00Z" in refused.value.reason
    assert casework.load(desk, TOM, case, NOW).case.notes == 0


def test_the_same_command_may_be_given_again_after_a_refusal(desk: Stores) -> None:
    case = opened(desk)
    casework.note(desk, ANNA, case, text="first", now=NOW, command="k1")
    with pytest.raises(casework.Overtaken):
        casework.note(desk, TOM, case, text="mine", now=NOW, command="k2", expected=1)
    assert casework.note(desk, TOM, case, text="mine", now=NOW, command="k2", expected=2).notes == 2


def test_scope_narrows_lists_whatever_is_asked(desk: Stores) -> None:
    case = opened(desk)
    other = casework.open_case(desk, OTTO, posts=["board:2"], firm="orbit", now=NOW, command="k2")
    assert {row.case for row in casework.list_cases(desk, ANNA, CaseFilter(), NOW).rows} == {case, other}
    assert [row.case for row in casework.list_cases(desk, OTTO, CaseFilter(), NOW).rows] == [other]
    assert casework.list_cases(desk, OTTO, CaseFilter(scope=("northgate",)), NOW).total == 0
    assert casework.list_cases(desk, OTTO, CaseFilter(firm="northgate"), NOW).total == 0


def test_the_queue_gives_reasons(desk: Stores) -> None:
    opened(desk)
    (queued,), total = casework.queue(desk, TOM, CaseFilter(), NOW)
    assert total == 1
    assert "would be due on 2026-12-11" in queued.reasons[0]


def test_looks_and_refused_attempts_are_logged(desk: Stores) -> None:
    case = opened(desk)
    for minute in range(3):
        casework.load(desk, TOM, case, NOW + timedelta(minutes=minute))
    casework.load(desk, EVE, case, NOW)
    refusal(lambda: casework.note(desk, OTTO, case, text="x", now=NOW, command="k"))
    refusal(lambda: casework.close(desk, TOM, case, now=NOW, command="k"))
    kinds = [(entry.by, entry.kind) for entry in desk.cases.read("access")]
    assert kinds == [("tom", "CaseRead"), ("eve", "CaseRead"), ("otto", "ActRefused"), ("tom", "ActRefused")]


def test_the_chain_holds_no_id_of_a_post_and_no_word_that_somebody_wrote(desk: Stores) -> None:
    case = casework.open_case(desk, TOM, posts=["board:1", "board:2"], firm="northgate", now=NOW, command="k1")
    casework.note(desk, TOM, case, text="her words", now=NOW, command="k2")
    refusal(lambda: casework.reject(desk, TOM, case, code="her words", now=NOW, command="k3"))
    refusal(lambda: casework.open_case(desk, TOM, posts=["board:2"], firm="northgate", now=NOW, command="k4"))
    casework.reject(desk, TOM, case, code="other", words="her words", now=NOW, command="k5")
    chained = repr(list(desk.cases.walk()))
    for text in ("board:", "her words", "charged me twice"):
        assert text not in chained
    assert any("board:2" in (body.text or "") for body in desk.cases.walk_bodies())


def test_a_crash_between_log_and_list_is_caught_up(desk: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    case = opened(desk)
    monkeypatch.setattr(acting, "_show", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        casework.confirm(desk, TOM, case, reason="charged twice", now=NOW, command="k1")
    monkeypatch.undo()
    assert desk.cases.behind() == [case]
    assert casework.list_cases(desk, TOM, CaseFilter(), NOW).rows[0].state == "CONFIRMED_COMPLAINT"
    assert desk.cases.behind() == []
    (hit,) = [hit for hit in desk.posts.search(Search()).hits if hit.post.id == "board:1"]
    assert hit.case is not None
    assert hit.case.state == "CONFIRMED_COMPLAINT"


def test_an_archive_that_is_down_delays_only_the_list(desk: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    case = opened(desk)

    def down(*_: object) -> None:
        raise StoreDown("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(type(desk.posts), "mark", down)
        assert casework.confirm(desk, TOM, case, reason="charged twice", now=NOW, command="k1").state is State.CONFIRMED_COMPLAINT
        assert desk.cases.behind() == [case]
    assert casework.list_cases(desk, TOM, CaseFilter(), NOW).rows[0].state == "CONFIRMED_COMPLAINT"


def test_an_erased_note_is_gone_and_the_log_holds(desk: Stores) -> None:
    case = opened(desk)
    casework.note(desk, TOM, case, text="her number is 0123", now=NOW, command="k1")
    log.erase(desk, ANNA, case, 2, "text", reason="asked for", now=NOW, command="k2")
    assert casework.load(desk, TOM, case, NOW).history[1].event == Noted(text=None)
    assert log.verify(desk).holds


# -- many at once


def _agent(address: str, name: str, cases: list[str], go: float, out: Any) -> None:
    """One process: claims what nobody has and writes a note on every case."""
    stores = connect(address)
    person = Person(key=name, name=name, roles=("agent",))
    claimed, notes = [], 0
    while time.time() < go:
        time.sleep(0.001)
    for number, case in enumerate(cases):
        view = casework.load(stores, person, case, NOW)
        if view.case.assignee is None:
            try:
                casework.assign(stores, person, case, to=name, now=NOW, command=f"{name}:claim:{number}", expected=view.case.version)
                claimed.append(case)
            except Refused:
                pass
        casework.note(stores, person, case, text=f"{name} was here", now=NOW, command=f"{name}:note:{number}")
        notes += 1
    stores.close()
    out.put((name, claimed, notes))


def test_eight_processes_on_the_same_cases_lose_nothing_and_claim_nothing_twice(desk: Stores) -> None:
    names = [f"agent{number}" for number in range(8)]
    for name in names:
        desk.registers.save_person(Person(key=name, name=name, roles=("agent",)))
    cases = [opened(desk, number) for number in range(5)]
    context = multiprocessing.get_context("spawn")
    out = context.Queue()
    go = time.time() + 4
    workers = [context.Process(target=_agent, args=(desk.address, name, cases, go, out)) for name in names]
    for worker in workers:
        worker.start()
    results = [out.get(timeout=90) for _ in workers]
    for worker in workers:
        worker.join()
    claims = [case for _, claimed, _ in results for case in claimed]
    assert sorted(claims) == sorted(set(claims))
    owners = {case: name for name, claimed, _ in results for case in claimed}
    for case in cases:
        view = casework.load(desk, ANNA, case, NOW)
        assert view.case.notes == 8
        assert view.case.assignee == owners[case]
        assert sorted(one.by for one in view.history if isinstance(one.event, Noted)) == sorted(names)
    assert log.verify(desk).holds
    listed = casework.list_cases(desk, ANNA, CaseFilter(), NOW)
    assert {row.case: row.version for row in listed.rows} == dict.fromkeys(cases, 10)


def _importer(path: str, stop: Any, ready: Any) -> None:
    """Another process that writes posts as fast as it can."""
    stores = connect(f"sqlite:///{path}")
    number = 1000
    while not stop.is_set():
        stores.posts.put([post(number + one, text="words " * 60) for one in range(500)])
        number += 500
        ready.set()
    stores.close()


def test_an_append_does_not_wait_for_an_import(desk: Stores, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    stop, ready = context.Event(), context.Event()
    importer = context.Process(target=_importer, args=(desk.address.removeprefix("sqlite:///"), stop, ready))
    importer.start()
    try:
        assert ready.wait(60)
        case = opened(desk)
        waits = []
        for number in range(60):
            begin = time.perf_counter()
            entry = draft(Noted(text=f"note {number}"))
            desk.cases.append(case, None, [entry], at="2026-11-24T10:00:00Z", by="tom", command=f"n{number}")
            waits.append(time.perf_counter() - begin)
            time.sleep(0.01)
    finally:
        stop.set()
        importer.join()
    p95 = quantiles(waits, n=20)[-1]
    print(f"append beside an import: p95 {p95 * 1000:.1f} ms, most {max(waits) * 1000:.1f} ms")
    assert p95 < 0.2  # the aim is 50 ms; a shared machine gets some slack here


def test_a_note_needs_nothing_of_the_archive(desk: Stores, now: datetime) -> None:
    """So an import that holds the archive's lock does not hold up the work."""
    case = opened(desk)
    blocker = sqlite3.connect(desk.address.removeprefix("sqlite:///"), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    begin = time.perf_counter()
    casework.note(desk, TOM, case, text="needs no mark", now=now, command="k1")
    assert time.perf_counter() - begin < 5
    blocker.execute("ROLLBACK")
    blocker.close()
    assert desk.cases.behind() == []


class _Interrupting:
    """The posts of a store, where somebody decides about the case just before the first mark is written."""

    def __init__(self, posts: Any, decide: Callable[[], object]) -> None:
        self._posts, self._decide = posts, [decide]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._posts, name)

    def mark(self, id: str, mark: Any) -> None:
        if self._decide:
            self._decide.pop()()
        self._posts.mark(id, mark)


def test_a_mark_that_is_written_late_is_written_again_as_the_case_stands(desk: Stores) -> None:
    case = casework.open_case(desk, TOM, posts=["board:1"], firm="northgate", now=NOW, command="open")
    other = connect(desk.address)
    slow: Any = replace(
        desk, posts=_Interrupting(desk.posts, lambda: casework.reopen(other, ANNA, case, reason="it is one", now=NOW, command="again"))
    )  # type: ignore[type-var]
    casework.reject(slow, TOM, case, code="spam_or_advertising", now=NOW, command="reject")
    (hit,) = [hit for hit in desk.posts.search(Search()).hits if hit.post.id == "board:1"]
    assert hit.case is not None
    assert hit.case.state == acting.load_case(desk, case)[0].state.value != State.NOT_A_COMPLAINT.value
    other.close()
