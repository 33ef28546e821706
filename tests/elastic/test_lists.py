"""How far the lists of cases are known to be complete is noted for the next process, and that note is no case."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.manycases import fill, name
from bench.manycases import later as note
from indexer.connect import connect
from indexer.elastic_cases import NOTED_EVERY
from plaint.ports import CaseFilter, Stores
from tests.elastic.server import Emptied, asked

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic")]

AT = "2026-11-24T10:00:00Z"
CASES = NOTED_EVERY // 2


def appended(stores: Stores, number: int) -> None:
    stores.cases.append(name(number), None, [note(number)], at=AT, by="tom", command=f"late {number}")


def test_a_new_process_begins_where_the_lists_were_complete(emptied: Emptied, tmp_path: Path) -> None:
    address = emptied.address()
    first = connect(address, evidence=tmp_path)
    fill(first, CASES, 2)
    assert first.cases.behind() == []
    noted = asked(emptied.server, "GET", f"/{address.rpartition('/')[2]}-cases/_doc/listed")["_source"]
    assert noted == {"version": 2 * CASES}
    appended(first, 3)
    second = connect(address, evidence=tmp_path)
    assert second.cases.behind() == [name(3)]
    rows, total = second.cases.cases(CaseFilter(limit=CASES + 5))
    assert (len(rows), total) == (CASES, CASES)
    assert sum(second.cases.tally(CaseFilter(), ("firm",)).values()) == CASES
    first.close()
    second.close()
    emptied.take_back()


def test_a_case_that_is_late_is_never_noted_as_listed(emptied: Emptied, tmp_path: Path) -> None:
    address = emptied.address()
    first = connect(address, evidence=tmp_path)
    fill(first, CASES, 1)
    appended(first, 0)
    for number in range(1, CASES):
        appended(first, number)
    late = first.cases.behind()
    assert len(late) == CASES
    second = connect(address, evidence=tmp_path)
    assert second.cases.behind() == late
    first.close()
    second.close()
    emptied.take_back()
