"""Takes an entry of the form in: kept as evidence first, then read by its source file and stored like any other post."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from crawlers.captured import page_of
from crawlers.reading import read
from crawlers.registry import source
from crawlers.sites.front_door import FORM
from doors.form import Entry
from plaint.desk import intake, register
from plaint.model import Firm, iso
from plaint.ports import Fetched, Stores
from plaint.posts.brands import Names

KEY = "front_door"
RUN = "front-door"
"""The run under which a rejected entry lies in the quarantine: an entry belongs to no crawl."""


def is_open(stores: Stores, firm: Firm, now: datetime) -> bool:
    """Whether the register lets the firm's door stand open; raises Refused, with the command to give, when not."""
    return register.allowed(stores, KEY, firm.key, now).approved


def take_in(stores: Stores, firm: Firm, entry: Entry, reference: str, now: datetime, address: str) -> bool:
    """Store one entry; false when it could not be understood and lies in the quarantine. The same reference twice is one entry.

    Raises Refused when the register has closed the door meanwhile.
    """
    is_open(stores, firm, now)
    if stores.posts.get([f"{KEY}:{reference}"]):
        return True
    said = {
        "form": FORM, "entry": reference, "at": iso(now), "firm": firm.name, "text": entry.text, "name": entry.name, "reach": entry.reach,
        "rating": entry.rating, "place": entry.place, "consent": "may be quoted without the name" if entry.may_quote else "not to be quoted",
    }  # fmt: skip
    body = json.dumps(said, ensure_ascii=False, indent=1).encode()
    one = source(KEY)
    fetched = Fetched(url=address, at=iso(now), status=0, headers=(("Content-Type", "application/json"),), body=body, source=KEY)
    capture = replace(stores.evidence.keep(fetched), parser=f"{KEY}@{one.site.version}")
    reading = read(one, page_of(fetched))
    tally = intake.receive(
        stores, site=one.site, capture=capture, said=[*reading.posts, *reading.rejected], run=RUN, asked=firm,
        names=Names(stores.registers.firms()), now=now,
    )  # fmt: skip
    return tally.rejected == 0
