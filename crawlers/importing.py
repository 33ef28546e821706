"""Takes saved pages in: the same source files, the same intake and the same ledger as a crawl, one run for each source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from crawlers.captured import page_of
from crawlers.guess import guess
from crawlers.ledger import Ledger, Progress, close_dead
from crawlers.page import Broken, Page
from crawlers.reading import Reading, read
from crawlers.registry import Source
from crawlers.saved import Saved
from plaint.desk import intake, register
from plaint.model import Capture, Firm, RawPost, Rejection, Run, Site
from plaint.ports import Stores
from plaint.posts.brands import Names

UNKNOWN = "unknown"
"""Under this name go files that no source reads."""

BATCH = 500
"""Items that are stored in one transaction: a large export must not keep others from writing."""


Refusal = Callable[[Site], str | None]
"""Why pages of a source may not be taken in; None when they may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of the files: `files` were read, `unreadable` of them could not be; each is in one of the `runs`."""

    files: int
    unreadable: int
    runs: tuple[Run, ...]


class Importer:
    """One import: opens a ledger for each source that it meets. Pages of a source that `refusal` names are set aside."""

    def __init__(
        self, stores: Stores, *, source: Source | None, firm: Firm | None, now: datetime, progress: Progress | None = None,
        refusal: Refusal | None = None,
    ) -> None:  # fmt: skip
        self._stores, self._source, self._firm, self._now, self._progress = stores, source, firm, now, progress
        self._names = Names(stores.registers.firms())
        self._ledgers: dict[str, Ledger] = {}
        self._refusal = refusal or _refused(stores, now)

    def take_in(self, pages: Iterable[Saved]) -> Imported:
        """Take all pages in, one after the other; what cannot be read is set aside with its reason."""
        close_dead(self._stores, self._now)
        files = unreadable = 0
        state = "stopped"
        try:
            for saved in pages:
                files += 1
                unreadable += not self._one(saved)
            state = "done"
        finally:
            runs = tuple(ledger.close(state, self._now) for ledger in self._ledgers.values())
        return Imported(files=files, unreadable=unreadable, runs=runs)

    def _one(self, saved: Saved) -> bool:
        """Take one page in; whether it could be read."""
        capture = self._stores.evidence.keep(replace(saved.fetched, source=self._source.site.key if self._source else None))
        try:
            if saved.problem is not None:
                raise Broken(saved.problem, "error answer")
            one, reading = self._read(page_of(saved.fetched))
        except _Unread as unread:
            self._set_aside(unread.source, capture, saved, unread.reason, unread.alarm)
            return False
        except Broken as broken:
            self._set_aside(self._source.site.key if self._source else UNKNOWN, capture, saved, str(broken), broken.alarm)
            return False
        self._store(one, reading, replace(capture, parser=f"{one.site.key}@{one.site.version}"), len(saved.fetched.body))
        return True

    def _read(self, page: Page) -> tuple[Source, Reading]:
        """The source of a page and what it says there; raises Broken or _Unread."""
        if self._source is not None:
            return self._source, read(self._source, page)
        guessed = guess(page)
        if guessed.source is None or guessed.reading is None:
            key = guessed.source.site.key if guessed.source is not None else UNKNOWN
            raise _Unread(key, guessed.reason or "not read", guessed.alarm or "not this source")
        if (why := self._refusal(guessed.source.site)) is not None:
            raise _Unread(guessed.source.site.key, why, "refused by the register")
        return guessed.source, guessed.reading

    def _store(self, one: Source, reading: Reading, capture: Capture, size: int) -> None:
        ledger = self._ledger(one.site.key)
        ledger.page(size)
        said: Iterator[RawPost | Rejection] = iter((*reading.posts, *reading.rejected))
        while batch := list(islice(said, BATCH)):
            tally = intake.receive(
                self._stores,
                site=one.site,
                capture=capture,
                said=batch,
                run=ledger.run.id,
                asked=self._firm,
                names=self._names,
                now=self._now,
                seen=ledger.seen,
            )
            ledger.add(tally)
            if tally.broken:
                ledger.alarm("half page", "a page that ends before it is complete", capture.url)
        ledger.save()

    def _set_aside(self, source: str, capture: Capture, saved: Saved, reason: str, alarm: str) -> None:
        ledger = self._ledger(source)
        ledger.page(len(saved.fetched.body))
        ledger.reject(alarm, reason, saved.name)
        rejection = Rejection(reason=reason, field=intake.PAGE, seen=f"{saved.name}: {alarm}"[:500])
        intake.set_aside(self._stores, source=source, capture=capture, rejection=rejection, run=ledger.run.id, now=self._now)
        ledger.save()

    def _ledger(self, source: str) -> Ledger:
        if source not in self._ledgers:
            firm = self._firm.key if self._firm is not None else None
            self._ledgers[source] = Ledger(self._stores, source, firm, self._now, self._progress)
        return self._ledgers[source]


def _refused(stores: Stores, now: datetime) -> Refusal:
    """Why a source is not read, where nothing more is asked than that nobody has refused it."""
    refused = {approval.source for approval in stores.registers.approvals() if register.standing(approval, now) == "refused"}
    return lambda site: f"the register says that {site.key} may not be read" if site.key in refused else None


class _Unread(Exception):
    """A page that is not taken in, with the source under which it is set aside."""

    def __init__(self, source: str, reason: str, alarm: str) -> None:
        super().__init__(reason)
        self.source, self.reason, self.alarm = source, reason, alarm
