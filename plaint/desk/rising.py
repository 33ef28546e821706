"""Whether what is said about a firm rises beyond what its own past explains, hour by hour, counted from the archive."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from plaint.desk.archive import look_up
from plaint.insight.surge import Reading, Surge
from plaint.model import Person, iso
from plaint.ports import Stores
from plaint.query.tree import Search

HOURS = 35 * 24
"""How far back is counted: what a surge remembers, and a week more."""


def rising(stores: Stores, person: Person, firm: str, now: datetime) -> list[Reading]:
    """How each full hour of the last five weeks was, oldest first: posts about `firm` by when they were published.

    Posts of which only the day is known count in its first hour, every day. Raises Refused where `person` may not read posts; a firm
    outside their scope has none.
    """
    last = now.replace(minute=0, second=0, microsecond=0)
    edges = tuple(iso(last - timedelta(hours=back)) for back in range(HOURS, -1, -1))
    found = look_up(stores, person, Search(include={"firm": (firm,)}, edges=edges, limit=0))
    surge = Surge()
    return [surge.read(datetime.fromisoformat(end), count) for (_, end), count in zip(pairwise(edges), found.histogram, strict=True)]
