"""The ledger of a run while it is being written: counts, alarms by name, and which process is at work.

Every page is booked as soon as it is stored, so that a run that dies shows how far it came.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import structlog

from plaint.desk.intake import Tally
from plaint.desk.sweeps import Reach
from plaint.insight import time_to_identify
from plaint.model import Run, iso, moment_of
from plaint.ports import Stores
from plaint.posts.filling import Fill, fallen, scale_moved

log = structlog.get_logger()

DIED = "died"
"""The alarm of a run whose process ended without a word."""

Progress = Callable[[Run], None]
"""Told of every booking; for a terminal."""


def worker() -> str:
    """The name of this process, so that another one can tell whether it still lives: `host:pid:start`."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def is_at_work(name: str) -> bool:
    """Whether the process with that `worker` name lives. One on another machine is believed to."""
    host, _, rest = name.partition(":")
    pid, _, started = rest.partition(":")
    if host != socket.gethostname():
        return True
    if not pid.isdecimal() or not _is_alive(int(pid)):
        return False
    return not started or _started(int(pid)) in {"", started}


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(pid: int) -> str:
    """When a process began, in ticks since the machine did; empty where the system does not say. A pid is used again, this is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def close_dead(stores: Stores, now: datetime) -> list[Run]:
    """Mark runs as failed whose process is gone; what they stored stays, and the next run completes it."""
    dead = [run for run in stores.runs.newest(limit=200) if run.state == "running" and run.worker and not is_at_work(run.worker)]
    closed = [replace(run, state="failed", ended=iso(now), alarms=(*run.alarms, DIED)) for run in dead]
    for run in closed:
        stores.runs.save(run)
        log.warning("run_died", run=run.id, source=run.source)
    return closed


def fill_in(run: Run) -> Fill:
    """How full the fields of a run's posts were."""
    return Fill(posts=run.new + run.known + run.changed, counts=run.filled, scales=run.scales)


EARLIER = 5
"""Runs with which one is compared."""


def _usual(stores: Stores, run: Run) -> Fill:
    """How full the fields were in the last runs of the same source and firm that ended well and raised no alarm about it."""
    earlier = (one for one in stores.runs.newest(run.source, 50) if one.firm == run.firm and one.state == "done" and one.id != run.id)
    sound = (one for one in earlier if not any(alarm.startswith(("falling fill rate", "rating scale")) for alarm in one.alarms))
    return sum((fill_in(one) for one in islice(sound, EARLIER)), Fill())


class Ledger:
    """One run of one source, for one firm or none."""

    def __init__(self, stores: Stores, source: str, firm: str | None, now: datetime, progress: Progress | None = None) -> None:
        self.source = source
        self._stores, self._progress = stores, progress
        self.seen: set[str] = set()
        """Refs that the run has met, understood or not."""
        self.new_words: set[int] = set()
        """By what new posts are known again, should they be old ones under other ids."""
        self.nameless = 0
        self.watched: datetime | None = None
        """Since when the source is watched: how long it takes to know a post is measured on those that are newer."""
        self._announced: dict[int, int] = {}
        self._absent = 0
        began = now.strftime("%Y%m%dT%H%M%SZ")
        self.run = Run(id=f"{began}-{source}-{secrets.token_hex(4)}", source=source, firm=firm, started=iso(now), worker=worker())
        stores.runs.save(self.run)

    @property
    def items(self) -> int:
        """The source's own items so far."""
        return self.run.new + self.run.known + self.run.changed + self.run.rejected

    def announce(self, count: int, listing: int = 0) -> None:
        """What a listing says it has; the last word of each counts, and listings are added up."""
        self._announced[listing] = count
        self._sum_up()

    def _sum_up(self) -> None:
        """What can still be had of what was announced: posts that were removed before they were ever held cannot."""
        if self._announced:
            self.run = replace(self.run, announced=max(0, sum(self._announced.values()) - self._absent))

    def withdraw(self) -> None:
        """Take back what was announced: this run met only a share of it."""
        self._announced.clear()
        self.run = replace(self.run, announced=None)

    def reaches(self, reach: Reach) -> None:
        """How far the run goes, or has gone."""
        self.run = replace(self.run, reach=reach)

    def page(self, size: int) -> None:
        """One answer of `size` bytes."""
        self.run = replace(self.run, pages=self.run.pages + 1, bytes=self.run.bytes + size)

    def add(self, tally: Tally) -> None:
        """Book what became of a page."""
        run = self.run
        self.seen |= tally.refs
        self.new_words |= tally.words
        self.nameless += tally.nameless
        self._absent += tally.absent
        fill = fill_in(run) + tally.fill
        self.run = replace(
            run,
            new=run.new + tally.new,
            known=run.known + tally.known,
            changed=run.changed + tally.changed,
            rejected=run.rejected + tally.rejected,
            within=run.within + tally.within,
            gone=run.gone + tally.gone,
            errors=run.errors + tally.broken + tally.within_rejected,
            filled=fill.counts,
            scales=fill.scales,
        )
        self._sum_up()
        self._time(tally.appeared)

    def _time(self, appeared: Iterable[tuple[str, str]]) -> None:
        """Note how long new posts took that are stored now, each with its publication and when it was fetched."""
        now = datetime.now(UTC)
        for published, seen in appeared:
            if self.watched is not None and moment_of(published) >= self.watched:
                self.run = replace(self.run, times=time_to_identify.noted(self.run.times, published, seen, now))

    def vanished(self, count: int) -> None:
        """Posts that are no longer at their source."""
        self.run = replace(self.run, gone=self.run.gone + count)

    def error(self, alarm: str, reason: str, url: str = "") -> None:
        """A trouble that cost something, under its name."""
        self.run = replace(self.run, errors=self.run.errors + 1)
        self.alarm(alarm, reason, url)

    def reject(self, alarm: str, reason: str, url: str = "") -> None:
        """A whole file that is not taken in."""
        self.run = replace(self.run, rejected=self.run.rejected + 1)
        self.alarm(alarm, reason, url)

    def alarm(self, alarm: str, reason: str, url: str = "") -> None:
        """A trouble under its name; each name once a run."""
        log.warning("crawl_alarm", source=self.source, alarm=alarm, reason=reason, url=url)
        if alarm not in self.run.alarms:
            self.run = replace(self.run, alarms=(*self.run.alarms, alarm))

    def compare(self) -> None:
        """Alarms of fields that earlier runs had and this one lacks, and of ratings on another scale."""
        now, before = fill_in(self.run), _usual(self._stores, self.run)
        for name in fallen(now, before):
            self.alarm(f"falling fill rate: {name}", f"{now.share(name):.0%} have it, {before.share(name):.0%} had")
        if (scale := scale_moved(now, before)) is not None:
            self.alarm("rating scale moved", f"ratings were on {scale}")

    def save(self) -> None:
        """Write how far the run is."""
        self._stores.runs.save(self.run)
        self.show()

    def show(self) -> None:
        """Tell whoever watches how far the run is."""
        if self._progress is not None:
            self._progress(self.run)

    def close(self, state: str, now: datetime, *, cursor: str | None = None) -> Run:
        """Write the end: `announced` = `new` + `known` + `changed` + `rejected` + `missing` where a number was announced.

        A walk that stopped at what is known has none: it says nothing about the whole.
        """
        announced = None if self.run.reach == Reach.KNOWN else self.run.announced
        missing = max(0, announced - self.items) if announced is not None else 0
        self.run = replace(self.run, announced=announced, state=state, ended=iso(now), missing=missing, cursor=cursor)
        self.save()
        log.info("run_ended", run=self.run.id, source=self.source, state=state, new=self.run.new, known=self.run.known)
        return self.run
