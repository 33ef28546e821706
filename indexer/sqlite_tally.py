"""How many cases have which values, counted by SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

COLUMNS = frozenset({"firm", "state", "assignee"})
"""What cases are counted by besides the beginnings of marks."""

_LAST = "\U0010ffff"
"""Sorts after every sign that a mark has."""


def tally(connection: sqlite3.Connection, where: str, values: Sequence[Any], by: Sequence[str]) -> dict[tuple[str | None, ...], int]:
    """See `ports.CaseLog.tally`; `where` is the filter as a condition on the table `cases`, with its values.

    The marks come first in the join: there are fewer of one kind than there are cases.
    """
    tables, shown, given = list[str](), list[str](), list[Any]()
    for number, part in enumerate(by):
        if part in COLUMNS:
            shown.append(f"cases.{part}")
            continue
        own = f"m{number}"
        tables.append(f'(SELECT mark AS {own}, "case" AS of{number} FROM case_marks WHERE mark >= ? AND mark < ?)')
        shown.append(f"substr({own}, {len(part) + 1})")
        given += [part, part + _LAST]
    same = [f'cases."case" = of{number}' for number, part in enumerate(by) if part not in COLUMNS]
    condition = " AND ".join([*same, where])
    groups = ", ".join(str(number) for number in range(1, len(by) + 1))
    sql = f"SELECT {', '.join(shown)}, count(*) FROM {' CROSS JOIN '.join([*tables, 'cases'])} WHERE {condition} GROUP BY {groups}"
    return {tuple(row[:-1]): row[-1] for row in connection.execute(sql, (*given, *values))}
