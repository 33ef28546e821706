"""How long it takes from a post appearing at its source to its standing in the archive with its case, by stage.

Kept as counts in fixed steps, so that any number of runs can be added up and a run stays small. A share is answered
with the upper end of its step: never better than it was.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import datetime

from plaint.model import moment_of

STEPS = (0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14_400, 86_400)
"""Upper ends in seconds; what took longer than the last is counted after it."""

NOTICED, STORED, TOTAL = "noticed", "stored", "total"

STAGES = (NOTICED, STORED, TOTAL)
"""`noticed`: from its publication until it was fetched or came in. `stored`: from then until it could be found and its case
stood in the queue. `total`: both."""

DEFINITION = (
    "From the moment a source gives as a post's publication until the post can be found here and a case that a rule opens stands in the queue. "
    "Counted are new posts with an exact time that appeared after the source was first watched. Shown is the upper end of a step."
)

Times = Mapping[str, tuple[int, ...]]


def noted(times: Times, appeared: str, seen: str, stored: datetime) -> dict[str, tuple[int, ...]]:
    """`times` with one post more. A source whose clock is ahead counts as 0 seconds."""
    fetched, published = moment_of(seen), moment_of(appeared)
    took = {NOTICED: fetched - published, STORED: stored - fetched, TOTAL: stored - published}
    return {stage: _with(times.get(stage, ()), max(0.0, took[stage].total_seconds())) for stage in STAGES}


def together(many: Iterable[Times]) -> dict[str, tuple[int, ...]]:
    """The counts of several runs as one."""
    total: dict[str, list[int]] = {}
    for times in many:
        for stage, counts in times.items():
            sums = total.setdefault(stage, [0] * (len(STEPS) + 1))
            for place, count in enumerate(counts):
                sums[place] += count
    return {stage: tuple(sums) for stage, sums in total.items()}


def within(times: Times, share: float, stage: str = TOTAL) -> float | None:
    """Seconds that `share` (0 to 1) of the posts did not exceed; infinity beyond the last step; None without posts."""
    counts = times.get(stage, ())
    wanted, passed = share * sum(counts), 0
    for place, count in enumerate(counts):
        passed += count
        if count and passed >= wanted:
            return STEPS[place] if place < len(STEPS) else float("inf")
    return None


def _with(counts: tuple[int, ...], seconds: float) -> tuple[int, ...]:
    sums = list(counts) or [0] * (len(STEPS) + 1)
    sums[bisect_left(STEPS, seconds)] += 1
    return tuple(sums)
