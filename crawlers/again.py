"""Reads kept pages again with the source files of today: for rejected items, once a source file was mended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from crawlers.captured import page_of
from crawlers.guess import guess
from crawlers.importing import UNKNOWN
from crawlers.page import Broken, Page
from crawlers.reading import Reading, read
from crawlers.registry import Source, source
from plaint.desk import intake
from plaint.model import Capture, Firm, Quarantined
from plaint.ports import Fetched, Stores
from plaint.posts.brands import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What came of reading rejected items again: `settled` items are understood now, `still` are rejected as before.

    `lost` items have no evidence (any more), or a source that is gone. `new` and `changed` count posts.
    """

    settled: int = 0
    still: int = 0
    lost: int = 0
    new: int = 0
    changed: int = 0


def read_again(stores: Stores, items: Iterable[Quarantined], now: datetime) -> Again:
    """Read the page of each item again, each page once, and settle what is understood now."""
    names = Names(stores.registers.firms())
    done = Again()
    for _, same in groupby(sorted(items, key=_place), key=_place):
        done = _page_again(stores, list(same), names, now, done)
    return done


def _place(item: Quarantined) -> tuple[str, str, str]:
    return item.source, item.run, item.warc or ""


def _page_again(stores: Stores, items: Sequence[Quarantined], names: Names, now: datetime, done: Again) -> Again:
    first = items[0]
    try:
        fetched = stores.evidence.fetch(first.warc or "")
        one, reading = _read(first.source, page_of(fetched))
    except LookupError:
        return replace(done, lost=done.lost + len(items))
    except Broken:
        return replace(done, still=done.still + len(items))
    capture = _capture(fetched, first, f"{one.site.key}@{one.site.version}")
    tally = intake.receive(
        stores,
        site=one.site,
        capture=capture,
        said=[*reading.posts, *reading.rejected],
        run=first.run,
        asked=_asked(stores, first.run),
        names=names,
        now=now,
    )
    settled = [item.id for item in items if item.id not in tally.set_aside]
    stores.runs.settle(settled, "retried")
    return replace(
        done,
        settled=done.settled + len(settled),
        still=done.still + len(items) - len(settled),
        new=done.new + tally.new,
        changed=done.changed + tally.changed,
    )


def _read(key: str, page: Page) -> tuple[Source, Reading]:
    """Read a page with its source, or with the one that is found for it now; raises Broken, and LookupError for a source that is gone."""
    if key != UNKNOWN:
        one = source(key)
        return one, read(one, page)
    guessed = guess(page)
    if guessed.source is None or guessed.reading is None:
        raise Broken(guessed.reason or "no source reads this", "not this source")
    return guessed.source, guessed.reading


def _capture(fetched: Fetched, item: Quarantined, parser: str) -> Capture:
    from hashlib import sha256

    return Capture(url=fetched.url, at=fetched.at, sha256=sha256(fetched.body).hexdigest(), warc=item.warc, parser=parser, robots=fetched.robots)


def _asked(stores: Stores, run: str) -> Firm | None:
    """The firm that the run was about."""
    ledger = stores.runs.get(run)
    key = ledger.firm if ledger is not None else None
    return next((firm for firm in stores.registers.firms() if firm.key == key), None)
