"""When a count rises beyond what its own past explains: early warning on mentions of a firm, count by count, from the past only.

What came in the last half hour is held against what is usual at that time: the higher of the median of the last seven days and, from the
third week on, of the same weekday in the last four weeks. Counts are compared as square roots (Anscombe, 1948), so that a busy hour and a
quiet one spread alike. How far is too far is learned from the series: each day's highest excess, of the last 28 days, has a middle and a
spread, and an alarm is what lies beyond the middle by twice the spread. After an alarm there is none for a day.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

DAY = 86_400
WINDOW = timedelta(minutes=30)
"""The time over which counts are added up; a longer step between counts is its own window."""
DAYS, WEEKS, PEAKS = 7, 4, 28
"""Days and weeks whose same time is usual; days whose highest excess is remembered."""
LEAST_PEAKS = 2
"""Days that must be over before there are alarms."""
BEYOND, LEAST = 2.0, 3.0
"""Spreads beyond the middle of the daily peaks, and usual deviations, that an excess must reach for an alarm."""
QUIET = timedelta(days=1)
"""After an alarm there is none for so long."""
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=1)
"""Steps between counts that can be read."""
_ANSCOMBE = 0.375
_SPREAD = 1.4826
"""What makes the median of absolute deviations the standard deviation of a normal one."""


class OutOfOrderError(ValueError):
    """A count that is not later than the one before it, or steps too short or too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one count meant. Counts are of the window that ends with it; None where the past is too short to say."""

    at: datetime
    score: float
    """0 to 1: below 0.5 as usual, from 0.5 on beyond the limit."""
    alarm: bool
    seen: float
    expected: float | None = None
    limit: float | None = None
    """The count from which it would be an alarm."""
    deviations: float | None = None
    """How far above the expected, in usual deviations."""

    @property
    def why(self) -> str:
        """The reading in one line of English."""
        if self.expected is None:
            return f"{self.seen:g} seen; nothing is known yet of this time of day"
        said = f"{self.seen:g} seen, {self.expected:.0f} usual at this time"
        if self.deviations is None or self.limit is None:
            return f"{said}; the past is too short for alarms"
        return f"{said}, {self.deviations:.1f} usual deviations above; alarm from {self.limit:.0f}"


@dataclass(slots=True, kw_only=True)
class State:
    """All that is remembered of a series, plain values only; at most 28 days of it."""

    step: float = 0.0
    """Seconds between counts; 0 until two are known."""
    last: datetime | None = None
    quiet_until: datetime | None = None
    counts: list[float] = field(default_factory=list)
    """Of one window, oldest first."""
    roots: list[float | None] = field(default_factory=list)
    """What each window came to, oldest first; None where counts are missing."""
    excesses: list[float | None] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)
    """The highest excess of each day, in usual deviations."""
    peak: float | None = None
    """The same of the day that is not over."""
    in_day: int = 0
    usual: float | None = None
    """The usual deviation of a root; None until a day's worth is known."""


class Surge:
    """Reads a series count by count. `state` can be kept and given back; the readings go on as if nothing had been between."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state or State()

    def read(self, at: datetime, count: float) -> Reading:
        """What a count means that came at `at`; raises OutOfOrderError, and ValueError for counts below zero or that are none."""
        if not (math.isfinite(count) and count >= 0):
            raise ValueError(f"{count:g} is no count")
        state = self.state
        for _ in range(self._steps_to(at) - 1):
            self._remember(None, None, None)
        state.counts = [*state.counts, count][-self._in_window :]
        seen = sum(state.counts)
        root = _root(seen * self._in_window / len(state.counts))
        expected = self._expected()
        if expected is None:
            self._remember(root, None, None)
            return Reading(at=at, score=0.0, alarm=False, seen=seen)
        excess = root - expected
        if state.usual is None:
            self._remember(root, excess, None)
            return Reading(at=at, score=0.0, alarm=False, seen=seen, expected=_count(expected))
        reading = self._judged(at, seen, expected, excess / state.usual, state.usual)
        if reading.alarm:
            state.quiet_until = at + QUIET
        self._remember(root, excess, reading.deviations)
        return reading

    def _judged(self, at: datetime, seen: float, expected: float, deviations: float, usual: float) -> Reading:
        limit, quiet = self._limit(), self.state.quiet_until
        if limit is None:
            return Reading(at=at, score=0.0, alarm=False, seen=seen, expected=_count(expected), deviations=deviations)
        return Reading(
            at=at, score=1 - 0.5 ** (max(deviations, 0.0) / limit), alarm=deviations > limit and not (quiet and at < quiet),
            seen=seen, expected=_count(expected), limit=_count(expected + limit * usual), deviations=deviations,
        )  # fmt: skip

    @property
    def _a_day(self) -> int:
        return max(1, round(DAY / self.state.step)) if self.state.step else 1

    @property
    def _in_window(self) -> int:
        return max(1, round(WINDOW.total_seconds() / self.state.step)) if self.state.step else 1

    def _steps_to(self, at: datetime) -> int:
        """How many steps after the last count this one comes; a gap longer than what is remembered begins anew."""
        state, last = self.state, self.state.last
        state.last = at
        if last is None:
            return 1
        gone = (at - last).total_seconds()
        if gone <= 0:
            state.last = last
            raise OutOfOrderError(f"{at.isoformat()} is not after {last.isoformat()}")
        if not state.step:
            if not SHORTEST.total_seconds() <= gone <= LONGEST.total_seconds():
                state.last = last
                raise OutOfOrderError(f"{gone:g} seconds between counts; give counts of each minute at most and of each day at least")
            state.step = gone
        if gone > PEAKS * DAY:
            self.state = State(step=state.step, last=at)
            return 1
        return max(1, round(gone / state.step))

    def _expected(self) -> float | None:
        """The usual root at this time, None while nothing is known of it."""
        roots, day = self.state.roots, self._a_day
        daily = _past(roots, (day * back for back in range(1, DAYS + 1)))
        if not daily:
            return None
        weekly = _past(roots, (7 * day * back for back in range(1, WEEKS + 1)))
        return max(median(daily), median(weekly)) if len(weekly) > 1 else median(daily)

    def _limit(self) -> float | None:
        """The deviations beyond which an excess is an alarm, None while too few days are over."""
        peaks = self.state.peaks
        if len(peaks) < LEAST_PEAKS:
            return None
        middle = median(peaks)
        return max(LEAST, middle + BEYOND * _SPREAD * median(abs(peak - middle) for peak in peaks))

    def _remember(self, root: float | None, excess: float | None, deviations: float | None) -> None:
        state, day = self.state, self._a_day
        state.roots.append(root)
        state.excesses.append(excess)
        state.in_day += 1
        if root is None:
            state.counts = []
        if deviations is not None:
            state.peak = deviations if state.peak is None else max(state.peak, deviations)
        if state.in_day % max(1, day // 24) == 0:
            self._forget(day)
        if state.in_day >= day:
            if state.peak is not None:
                state.peaks = [*state.peaks, state.peak][-PEAKS:]
            state.peak, state.in_day = None, 0

    def _forget(self, day: int) -> None:
        """Keep what is still looked at, and take the usual deviation anew."""
        state = self.state
        del state.roots[: -WEEKS * 7 * day]
        del state.excesses[: -DAYS * day]
        known = [abs(excess) for excess in state.excesses if excess is not None]
        if len(known) >= day:
            state.usual = max(1.0, _SPREAD * median(known))


def _past(roots: list[float | None], back: Iterable[int]) -> list[float]:
    return [root for steps in back if steps <= len(roots) and (root := roots[-steps]) is not None]


def _root(count: float) -> float:
    return 2 * math.sqrt(count + _ANSCOMBE)


def _count(root: float) -> float:
    return max(0.0, (root / 2) ** 2 - _ANSCOMBE)
