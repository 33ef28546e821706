"""Many people at once from processes of their own, with an import beside them: no double claim, no lost note.

`PLAINT_TEST_CASES=2000` is the nightly form; from a hundred cases on there are sixteen agents.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from datetime import timedelta
from typing import Any

from indexer.connect import connect
from plaint.cases.events import Noted
from plaint.cases.work_events import Claimed
from plaint.desk import acting, casework, log, teamwork
from plaint.desk.rights import Refused
from plaint.model import AboutFirm, Approval, Firm, Kind, Ownership, PartialDate, Person, Post
from plaint.ports import CaseFilter, Stores
from tests.conftest import NOW

CASES = int(os.environ.get("PLAINT_TEST_CASES", "12"))
AGENTS = 16 if CASES >= 100 else 4
LEADER = Person(key="leader", name="Leader", roles=("agent",))


def person(number: int) -> Person:
    return Person(key=f"agent{number}", name=f"Agent {number}", roles=("agent",), firms=("northgate",))


def post(number: int) -> Post:
    return Post(
        id=f"board:{number}", source="board", ref=str(number), kind=Kind.REVIEW, text=f"They charged me twice, number {number}",
        published=PartialDate.exact(NOW - timedelta(days=4, minutes=number)), firms=(AboutFirm(key="northgate", score=1, how="asked"),),
    )  # fmt: skip


def _works(address: str, number: int, cases: list[str], go: Any, out: Any) -> None:
    """One agent: claims every fourth case or so against three others, and writes a note on each whoever has it."""
    stores = connect(address)
    me, won, noted = person(number), [], []
    go.wait(120)
    for place, case in enumerate(cases):
        if (place - number) % AGENTS not in {0, 1, 2, AGENTS - 1}:
            continue
        try:
            teamwork.claim(stores, me, case, span=timedelta(hours=8), now=NOW, command=f"claim:{number}:{case}")
            won.append(case)
        except Refused:
            pass
        casework.note(stores, me, case, text=f"by {me.key}", now=NOW, command=f"note:{number}:{case}")
        noted.append(case)
    stores.close()
    out.put((me.key, won, noted))


def _imports(address: str, stop: Any) -> None:
    """An import beside the work."""
    stores = connect(address)
    number = 1_000_000
    while not stop.is_set():
        stores.posts.put([post(number + one) for one in range(200)])
        number += 200
        time.sleep(0.05)
    stores.close()


def test_no_case_is_claimed_twice_and_no_note_is_lost(stores: Stores) -> None:
    stores.registers.save_firms([Firm(key="northgate", name="Northgate Bank", zone="Europe/London", calendar="GB-ENG", regimes=("UK-DISP",))])
    stores.registers.save_approval(Approval(source="board", ownership=Ownership.OWNED, approved=True))
    for one in (LEADER, *(person(number) for number in range(AGENTS))):
        stores.registers.save_person(one)
    for start in range(0, CASES, 500):
        stores.posts.put([post(number) for number in range(start, min(CASES, start + 500))])
    cases = [
        casework.open_case(stores, LEADER, posts=[f"board:{number}"], firm="northgate", now=NOW, command=f"open{number}")
        for number in range(CASES)
    ]  # fmt: skip
    context = multiprocessing.get_context("spawn")
    stop, go, out = context.Event(), context.Event(), context.Queue()
    importer = context.Process(target=_imports, args=(stores.address, stop))
    agents = [context.Process(target=_works, args=(stores.address, number, cases, go, out)) for number in range(AGENTS)]
    for process in (importer, *agents):
        process.start()
    began = time.perf_counter()
    go.set()
    said = [out.get(timeout=1800) for _ in agents]
    seconds = time.perf_counter() - began
    stop.set()
    for process in (importer, *agents):
        process.join(60)
    acts = sum(len(won) + 2 * len(noted) for _, won, noted in said)
    print(f"{AGENTS} agents, {CASES} cases: {acts} acts and refusals in {seconds:.1f} s, {acts / seconds:.0f} a second")

    owners = {case: key for key, won, _ in said for case in won}
    assert sum(len(won) for _, won, _ in said) == CASES
    assert set(owners) == set(cases)
    for case in cases:
        found, history = acting.load_case(stores, case)
        assert [one.by for one in history if isinstance(one.event, Claimed)] == [owners[case]]
        assert found.assignee == owners[case]
        assert sorted(one.by for one in history if isinstance(one.event, Noted)) == sorted(key for key, _, noted in said if case in noted)
    verdict = log.verify(stores)
    assert verdict.holds, verdict.broken
    acting.catch_up(stores, NOW)
    assert {row.case: row.assignee for row in stores.cases.cases(CaseFilter(limit=CASES))[0]} == owners
