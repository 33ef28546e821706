"""Lists are made again from the log."""

from __future__ import annotations

from dataclasses import replace

from plaint.cases.work import Label
from plaint.desk import casework
from plaint.desk.board import labels
from plaint.desk.listing import list_again
from plaint.ports import CaseFilter, Stores
from tests.conftest import NOW
from tests.desk.test_casework import TOM, desk, opened

__all__ = ["desk"]


def test_cases_that_an_older_version_listed_are_listed_as_this_one_does(desk: Stores) -> None:
    cases = [opened(desk, number) for number in range(3)]
    casework.perform(desk, TOM, cases[0], Label(add=("refund",)), now=NOW, command="l")
    before, _ = desk.cases.cases(CaseFilter())
    for row in before:
        desk.cases.save_case(replace(row, marks=(), clocks=(), facts={}))
        for post in row.posts:
            desk.posts.mark(post, None)
    assert labels(desk, TOM, CaseFilter(), NOW) == {}
    assert list_again(desk, NOW) == sum(len(row.posts) for row in before)
    assert desk.cases.cases(CaseFilter())[0] == before
    assert labels(desk, TOM, CaseFilter(), NOW) == {"refund": 1}
    assert casework.list_cases(desk, TOM, CaseFilter(post="board:1"), NOW).total == 1
