"""When each watched source is walked next, and why then: by its rhythm, its quota, and what became of the walks before.

Pure. What is known of a source stands in its lease (`said`), so that every process that watches decides the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from plaint.leases import Lease
from plaint.model import Run, Site, iso, moment_of

LONGEST_PAUSE = timedelta(days=1)
"""After failures a source is left alone for at most so long, or for its rhythm where that is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walks:
    """What is noted of the walks of one source for one firm. Times are ISO 8601 in UTC.

    `state` is that of the last run, or `refused` where it could not begin, with the `reason`; `failures` counts those in a row;
    `since` is when it was first watched.
    """

    since: str | None = None
    ran: str | None = None
    state: str = "never"
    run: str | None = None
    failures: int = 0
    reason: str | None = None


def walks_of(lease: Lease | None) -> Walks:
    """What a lease says of the walks so far."""
    said = dict(lease.said) if lease is not None else {}
    return msgspec.convert(said, Walks, strict=False)


def noted(walks: Walks) -> dict[str, str]:
    """The same, as it is noted with the lease."""
    plain: dict[str, Any] = msgspec.to_builtins(walks)
    return {name: str(value) for name, value in plain.items() if value is not None}


def name_of(source: str, firm: str) -> str:
    """The name of the lease for the walks of a source for a firm."""
    return f"walk {source} {firm}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """How much of a quota is used: `left` requests of `most`, and when some come free again."""

    most: int
    left: int
    free: datetime | None


def used(quota: tuple[int, float] | None, runs: Iterable[Run], now: datetime) -> Used | None:
    """What the runs of a source leave of its quota; None where it has none. `runs` must reach back over the quota's span."""
    if quota is None:
        return None
    most, seconds = quota
    begin = now - timedelta(seconds=seconds)
    recent = [run for run in runs if moment_of(run.ended or iso(now)) > begin]
    ends = [moment_of(run.ended or iso(now)) for run in recent if run.pages]
    return Used(most=most, left=max(0, most - sum(run.pages for run in recent)), free=min(ends) + timedelta(seconds=seconds) if ends else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The next walk of a source for a firm: when (None while one is at work), and why then."""

    source: str
    firm: str
    rhythm: float
    next: datetime | None
    why: str
    walks: Walks
    used: Used | None = None
    owner: str | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether it is time."""
        return self.next is not None and self.next <= now


def plan(site: Site, firm: str, *, rhythm: float | None, lease: Lease | None, used: Used | None, now: datetime) -> Plan:
    """The plan for one source and firm; `rhythm` in seconds replaces the source's own."""
    walks, every = walks_of(lease), site.rhythm if rhythm is None else rhythm
    owner = lease.owner if lease is not None and moment_of(lease.until) > now else None
    at, why = _when(walks, every, is_owned=owner is not None)
    if walks.ran is None:
        at, why = now, "never walked here"
    if at is not None and used is not None and used.left == 0 and used.free is not None and used.free > max(at, now):
        at, why = used.free, f"all {used.most} requests of the quota are used"
    return Plan(source=site.key, firm=firm, rhythm=every, next=at, why=why, walks=walks, used=used, owner=owner)


def _when(walks: Walks, every: float, *, is_owned: bool) -> tuple[datetime | None, str]:
    """When the last walk lets the next one begin."""
    if walks.ran is None:
        return None, "never walked"
    ran = moment_of(walks.ran)
    match walks.state:
        case "running" if is_owned:
            return None, "at work"
        case "running" if walks.failures == 0:
            return ran, "the process that walked it ended without a word"
        case "stopped":
            return ran, "was stopped before its end"
        case "refused":
            return ran + timedelta(seconds=every), f"could not begin: {walks.reason}"
        case "done":
            return ran + timedelta(seconds=every), f"every {span(every)}"
        case _:
            pause = _pause(every, walks.failures)
            return ran + pause, f"failed {walks.failures} in a row: waits {span(pause.total_seconds())}"


def _pause(every: float, failures: int) -> timedelta:
    """The wait after failures in a row: the rhythm, doubled with each further one."""
    longest = max(LONGEST_PAUSE.total_seconds(), every)
    return timedelta(seconds=min(longest, every * 2.0 ** min(failures - 1, 20)))


def span(seconds: float) -> str:
    """A length of time in words: `45 s`, `15 min`, `6 h`, `2 days`."""
    for unit, length in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g} {unit if seconds > length else unit.removesuffix('s')}"
    return f"{seconds:g} s"
