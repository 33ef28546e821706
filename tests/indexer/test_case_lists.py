"""Finding cases in the embedded store: what a question reads first."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bench.manycases import FIRM, fill, name
from indexer.connect import connect
from indexer.sqlite_cases import _where
from indexer.sqlite_tally import tally
from plaint.cases.queues import OPEN_STATES
from plaint.ports import CaseFilter


def test_the_case_of_a_post_is_found_by_the_post_not_among_all_of_the_firm(tmp_path: Path) -> None:
    stores = connect(f"sqlite:///{tmp_path}/a.db")
    fill(stores, 400, 1)
    asked = CaseFilter(firm=FIRM.key, scope=(FIRM.key,), states=OPEN_STATES, post="board:7", limit=1)
    rows, total = stores.cases.cases(asked)
    assert ([row.case for row in rows], total) == ([name(7)], 1)
    assert stores.cases.cases(CaseFilter(firm="orbit", post="board:7"))[1] == 0
    stores.close()
    with closing(sqlite3.connect(tmp_path / "a.db.cases")) as c:
        where, values = _where(asked)
        plan = " ".join(row[3] for row in c.execute(f"EXPLAIN QUERY PLAN SELECT count(*) FROM cases WHERE {where}", values))
    assert "SEARCH case_posts" in plan
    assert "cases_by_" not in plan


def test_cases_are_counted_without_reading_what_they_show(tmp_path: Path) -> None:
    stores = connect(f"sqlite:///{tmp_path}/a.db")
    fill(stores, 400, 1)
    stores.close()
    with closing(sqlite3.connect(tmp_path / "a.db.cases")) as c:
        plans: list[str] = []
        asked = CaseFilter(firm=FIRM.key, states=OPEN_STATES, unassigned=True, without=("snoozed",))
        c.set_trace_callback(plans.append)
        for by in (["state", "assignee"], ["team:", "state", "assignee"], ["firm", "state", "clock:2026-12-"]):
            tally(c, *_where(asked), by)
        c.set_trace_callback(None)
        for sql in plans:
            read = [row[3] for row in c.execute(f"EXPLAIN QUERY PLAN {sql}") if " cases " in row[3]]
            assert read
            assert all("COVERING INDEX" in one for one in read), sql


def test_each_case_is_walked_page_after_page(tmp_path: Path) -> None:
    stores = connect(f"sqlite:///{tmp_path}/a.db")
    fill(stores, 4_001, 1)
    found = [row.case for row in stores.cases.each_case(CaseFilter())]
    assert found == sorted(name(number) for number in range(4_001))
    stores.close()
