"""What people see of the watching: each source and stream with its rhythm, next walk, quota, owner, lag, errors and newest post.

A stream that nobody follows, or that has been silent for too long, is an alarm; so is a source whose walk nobody takes up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from plaint.desk.watching import Plan, span
from plaint.insight import time_to_identify
from plaint.leases import Lease
from plaint.model import Run, iso, moment_of
from plaint.ports import Stores

LATE = timedelta(minutes=5)
"""How long a walk may be due before that is an alarm."""

DAY = timedelta(days=1)
"""The runs whose times to identify are shown."""

RUNS = 1000
"""Runs that are looked at for them."""

STREAM = "stream "
"""How the names of the leases of streams begin; source and stream follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One source for one firm, or one stream. Times are ISO 8601 in UTC, lengths in seconds.

    `lag` is how far behind it is: a walk behind its time, a stream behind its newest message. `usual` and `slowest` are
    what half and 99 of 100 new posts of the last day did not exceed from publication to queue; `stages` are those of each stage.
    """

    kind: str
    source: str
    firm: str | None
    state: str
    why: str
    rhythm: float | None = None
    last: str | None = None
    next: str | None = None
    quota: int | None = None
    quota_left: int | None = None
    owner: str | None = None
    lag: float | None = None
    errors: int = 0
    newest: str | None = None
    usual: float | None = None
    slowest: float | None = None
    stages: dict[str, float] | None = None
    alarm: str | None = None


def watched(
    stores: Stores, plans: Sequence[Plan], leases: Sequence[Lease], delivered: Sequence[tuple[str, str]], now: datetime
) -> list[Watched]:  # fmt: skip
    """Everything that is watched, alarms first; `delivered` are the sources and firms of which posts are brought to us."""
    runs = [run for run in stores.runs.newest(limit=RUNS) if moment_of(run.started) > now - DAY]
    rows = [*(_walk(stores, plan, runs, now) for plan in plans), *(_stream(lease, runs, now) for lease in leases if lease.name.startswith(STREAM))]
    for source, firm in delivered:
        newest = stores.posts.newest(source, firm)
        rows.append(Watched(kind="deliveries", source=source, firm=firm, state="waits", why="delivered as it happens", newest=newest))
    return sorted(rows, key=lambda row: (row.alarm is None, row.source, row.firm or ""))


def alarms(leases: Sequence[Lease], now: datetime) -> Iterator[str]:
    """The alarms of streams, for `plaint doctor`."""
    for lease in leases:
        if lease.name.startswith(STREAM) and (alarm := _silence(lease, now)) is not None:
            yield f"{lease.name.removeprefix(STREAM)}: {alarm}"


def silent(leases: Sequence[Lease], now: datetime) -> Iterator[tuple[str, list[str]]]:
    """The streams that need somebody, each with its firms, for alerts."""
    for lease in leases:
        if lease.name.startswith(STREAM) and _silence(lease, now) is not None:
            yield lease.name.removeprefix(STREAM), lease.said.get("firms", "").split(", ")


def _walk(stores: Stores, plan: Plan, runs: Sequence[Run], now: datetime) -> Watched:
    late = max(0.0, (now - plan.next).total_seconds()) if plan.next is not None and plan.walks.ran is not None else None
    mine = [run for run in runs if run.source == plan.source and run.firm == plan.firm]
    alarm = None
    if late is not None and late > LATE.total_seconds():
        alarm = f"due for {span(round(late / 60) * 60)} and nobody walks it: does plaint watch run?"
    elif plan.walks.failures > 1:
        alarm = f"failed {plan.walks.failures} times in a row{f': {plan.walks.reason}' if plan.walks.reason else ''}"
    elif plan.walks.state == "refused":
        alarm = plan.why
    return Watched(
        kind="walks", source=plan.source, firm=plan.firm, state=plan.walks.state, why=plan.why, rhythm=plan.rhythm, last=plan.walks.ran,
        next=iso(plan.next) if plan.next is not None else None, quota=plan.used.most if plan.used else None,
        quota_left=plan.used.left if plan.used else None, owner=plan.owner, lag=late, errors=plan.walks.failures,
        newest=stores.posts.newest(plan.source, plan.firm), alarm=alarm, **_speed(mine),
    )  # fmt: skip


def _stream(lease: Lease, runs: Sequence[Run], now: datetime) -> Watched:
    said, (source, _, name) = lease.said, lease.name.removeprefix(STREAM).partition(" ")
    alarm = _silence(lease, now)
    owner = lease.owner if moment_of(lease.until) > now else None
    mine = [run for run in runs if run.source == source and (run.cursor or "").startswith(f"{name} ")]
    return Watched(
        kind="stream", source=source, firm=said.get("firms"), state=said.get("state", "waiting") if owner else "nobody follows it",
        why=said.get("reason") or name, last=said.get("heard"), owner=owner, lag=float(said["lag"]) if said.get("lag") else None,
        errors=int(said.get("breaks", "0")), newest=said.get("newest"), alarm=alarm, **_speed(mine),
    )  # fmt: skip


def _silence(lease: Lease, now: datetime) -> str | None:
    """Why a stream needs somebody, or None."""
    said = lease.said
    if moment_of(lease.until) < now - LATE:
        return f"nobody follows it since {lease.until}: does plaint watch run?"
    heard, longest = said.get("heard"), float(said.get("silent_after", "0"))
    if heard and longest and (silent := (now - moment_of(heard)).total_seconds()) > longest:
        return f"silent for {span(round(silent / 60) * 60 if silent > 600 else round(silent))}, usually never longer than {span(longest)}"
    return None


def _speed(runs: Sequence[Run]) -> dict[str, Any]:
    times = time_to_identify.together(run.times for run in runs)
    stages = {stage: took for stage in time_to_identify.STAGES if (took := time_to_identify.within(times, 0.5, stage)) is not None}
    return {"usual": time_to_identify.within(times, 0.5), "slowest": time_to_identify.within(times, 0.99), "stages": stages or None}
