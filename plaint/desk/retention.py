"""What is held longer than the register's retention classes say. It names and counts; it erases nothing.

A class says its period at its end: `complaints-6y`, `mentions-18m`, `trial-90d`. Posts in a case are not counted: the record of a
complaint is kept by the rules of its regime.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from plaint.ports import Stores
from plaint.query.tree import And, Node, Not, Range, Search, Term

_PERIOD = re.compile(r"(?:^|[-_ ])(\d{1,3})([ymd])$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """Posts of a source (for one firm, or all) published before `before`, the first day that its class still covers."""

    source: str
    firm: str | None
    retention: str
    before: date
    posts: int


def covers_from(retention: str, today: date) -> date | None:
    """The first day of which a class still lets posts be held; None where its name has no period."""
    found = _PERIOD.search(retention.strip())
    if found is None:
        return None
    number, unit = int(found[1]), found[2].lower()
    if unit == "d":
        return today - timedelta(days=number)
    months = today.year * 12 + today.month - 1 - number * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def overdue(stores: Stores, today: date) -> Iterator[Overdue]:
    """What is held longer than its class says, by source; a firm with a decision of its own is counted under that one."""
    decisions = [one for one in stores.registers.approvals() if one.retention]
    for one in decisions:
        before = covers_from(one.retention or "", today)
        if before is None:
            continue
        own = [other.firm for other in decisions if other.source == one.source and other.firm is not None]
        parts: list[Node] = [Term(one.source, "source"), Range("published", high=before.isoformat(), with_high=False), Not(Term("case", "is"))]
        parts += [Term(one.firm, "firm")] if one.firm is not None else [Not(Term(firm, "firm")) for firm in own if firm is not None]
        count = stores.posts.search(Search(query=And(tuple(parts)), limit=0)).total
        if count:
            yield Overdue(source=one.source, firm=one.firm, retention=one.retention or "", before=before, posts=count)
