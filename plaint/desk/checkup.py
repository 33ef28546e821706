"""What `plaint doctor` asks of a store: whether anything is overdue, stuck, unproved or about to be too large."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from plaint.desk import log, retention, watched
from plaint.model import Run, moment_of
from plaint.ports import Stores
from plaint.query.tree import Search

TOO_MANY = 2_000_000
"""Posts up to which the embedded store answers quickly."""

SEAL_AGE = timedelta(days=7)
"""After which an outside seal is old."""

RECENT = 1000
"""Runs that are looked at, newest first."""


class State(StrEnum):
    """`fail`: something does not work; `warn`: somebody should look; `ok`."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at, and what to do about it unless it is well."""

    name: str
    state: State
    says: str


def look_over(stores: Stores, now: datetime, *, outside: Path | None, is_at_work: Callable[[str], bool]) -> Iterator[Check]:
    """All checks of an open store. `is_at_work` tells whether the process of a run lives."""
    yield _size(stores)
    yield _approvals(stores, now.date())
    runs = stores.runs.newest(limit=RECENT)
    yield _stuck(runs, is_at_work)
    yield _coverage(runs)
    yield _quarantine(stores)
    yield _seal(stores, now, outside)
    yield _lists(stores)
    yield _retention(stores, now.date())
    yield _streams(stores, now)


def _size(stores: Stores) -> Check:
    total = stores.posts.search(Search(limit=0)).total
    if total > TOO_MANY and stores.address.startswith("sqlite"):
        return Check(name="size", state=State.WARN, says=f"{total:,} posts: more than the embedded store is made for; move to Elasticsearch")
    if not stores.address.startswith("sqlite"):
        return Check(name="size", state=State.OK, says=f"{total:,} posts")
    share = f"{total / TOO_MANY:.0%} of what the embedded store is made for"
    return Check(name="size", state=State.OK, says=f"{total:,} posts, {share}")


def _approvals(stores: Stores, today: date) -> Check:
    past = [
        approval for approval in stores.registers.approvals() if approval.approved and approval.review_on and approval.review_on < today.isoformat()
    ]
    named = ", ".join(f"{one.source}{f' for {one.firm}' if one.firm else ''} ({one.review_on})" for one in past)
    if past:
        return Check(
            name="approvals",
            state=State.WARN,
            says=f"past their review, so they no longer run: {named}; `plaint sources approve` after looking again",
        )
    return Check(name="approvals", state=State.OK, says="none is past its review")


def _stuck(runs: list[Run], is_at_work: Callable[[str], bool]) -> Check:
    dead = [run.id for run in runs if run.state == "running" and (run.worker is None or not is_at_work(run.worker))]
    if dead:
        return Check(
            name="runs", state=State.WARN, says=f"ended without a word: {', '.join(dead[:5])}; the next run of the source takes up what is missing"
        )
    return Check(name="runs", state=State.OK, says="none is stuck")


def _coverage(runs: list[Run]) -> Check:
    newest: dict[tuple[str, str | None], Run] = {}
    for run in runs:
        newest.setdefault((run.source, run.firm), run)
    alarmed = [f"{run.source}: {', '.join(run.alarms)}" for run in newest.values() if run.alarms]
    if alarmed:
        return Check(name="coverage", state=State.WARN, says="; ".join(sorted(alarmed)[:10]))
    return Check(name="coverage", state=State.OK, says=f"no alarm in the last run of {len(newest)} sources")


def _quarantine(stores: Stores) -> Check:
    counts = stores.runs.quarantine_counts()
    if counts:
        (source, reason), most = max(counts.items(), key=lambda item: item[1])
        return Check(name="quarantine", state=State.WARN, says=f"{sum(counts.values())} items wait; most ({most}) from {source}: {reason[:80]}")
    return Check(name="quarantine", state=State.OK, says="empty")


def _seal(stores: Stores, now: datetime, outside: Path | None) -> Check:
    name = "outside seal"
    if outside is None:
        return Check(name=name, state=State.WARN, says="seals never leave the store: set PLAINT_SEALS to a folder elsewhere")
    seals = stores.cases.seals()
    kept = sorted(outside.glob("seal-*.json"))
    if not kept or not seals:
        return Check(name=name, state=State.WARN, says=f"none in {outside}: `plaint backup` seals the log and writes one there")
    age = now - moment_of(seals[min(len(seals), len(kept)) - 1].at)
    if age > SEAL_AGE:
        return Check(name=name, state=State.WARN, says=f"the last is {age.days} days old: `plaint backup` makes a new one")
    verdict = log.verify(stores, outside=outside)
    if not verdict.holds:
        return Check(name=name, state=State.FAIL, says=f"{verdict.broken}; run `plaint verify`")
    return Check(name=name, state=State.OK, says=f"{age.days} days old, over {verdict.covered} entries; the log holds")


def _lists(stores: Stores) -> Check:
    behind = stores.cases.behind()
    if behind:
        return Check(
            name="case lists", state=State.WARN, says=f"{len(behind)} cases are not in the lists yet; opening the list of cases brings them up"
        )
    return Check(name="case lists", state=State.OK, says="up to date with the log")


def _retention(stores: Stores, today: date) -> Check:
    due = list(retention.overdue(stores, today))
    if due:
        named = "; ".join(f"{one.source}{f' for {one.firm}' if one.firm else ''}: {one.posts:,} from before {one.before}" for one in due)
        return Check(name="retention", state=State.WARN, says=f"held longer than their class says, and in no case: {named}")
    return Check(name="retention", state=State.OK, says="nothing is held longer than its class says")


def _streams(stores: Stores, now: datetime) -> Check:
    leases = stores.leases.all()
    if found := list(watched.alarms(leases, now)):
        return Check(name="streams", state=State.WARN, says="; ".join(found[:10]))
    followed = sum(lease.name.startswith(watched.STREAM) for lease in leases)
    return Check(name="streams", state=State.OK, says=f"{followed} followed, none silent for too long")
