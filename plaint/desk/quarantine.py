"""Rejected items that a person takes off the list for good: who did it, and which, is an entry of the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from plaint.desk.log import record
from plaint.desk.rights import Refused, Right, require
from plaint.model import Person
from plaint.ports import Stores

DISMISSED = "QuarantineDismissed"
"""The kind of the entry in the stream `quarantine`: the ids of the items."""


def dismiss(stores: Stores, person: Person, ids: Sequence[str], *, now: datetime, command: str) -> int:
    """Take items off the list; they stay readable as dismissed. How many there were. Needs the right to crawl and import.

    The entry is written first: a crash between the two leaves an entry whose items are still on the list, never the reverse.
    """
    require(person, Right.COLLECT)
    items = list(dict.fromkeys(ids))
    if not items:
        raise Refused("no item is named, so none is dismissed")
    record(stores, "quarantine", person, DISMISSED, {"items": items}, now, command)
    stores.runs.settle(items, "dismissed")
    return len(items)
