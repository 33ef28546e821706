"""When a source is walked next, and why then; how long posts take to be known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from plaint.desk.watched import alarms
from plaint.desk.watching import Used, Walks, noted, plan, span, used, walks_of
from plaint.insight import time_to_identify as times
from plaint.leases import Lease
from plaint.model import Kind, Run, Site, iso
from tests.conftest import NOW

pytestmark = pytest.mark.pure
SITE = Site(key="board", name="Board", home="https://board.example", kind=Kind.REVIEW, access="pages", rhythm=600)
EARLIER = iso(NOW - timedelta(seconds=60))


def lease(walks: Walks, owner: str | None = None) -> Lease:
    return Lease(name="walk board acme", owner=owner, token=1, until=iso(NOW + timedelta(seconds=30)), said=noted(walks))


@pytest.mark.parametrize(
    ("walks", "owner", "wait", "why"),
    [
        (Walks(ran=EARLIER, state="done"), None, 540, "every 10 min"),
        (Walks(ran=EARLIER, state="running"), "a", None, "at work"),
        (Walks(ran=EARLIER, state="running"), None, -60, "the process that walked it ended without a word"),
        (Walks(ran=EARLIER, state="running", failures=2), None, 1140, "failed 2 in a row: waits 20 min"),
        (Walks(ran=EARLIER, state="stopped"), None, -60, "was stopped before its end"),
        (Walks(ran=EARLIER, state="failed", failures=1), None, 540, "failed 1 in a row: waits 10 min"),
        (Walks(ran=EARLIER, state="failed", failures=3), None, 2340, "failed 3 in a row: waits 40 min"),
        (Walks(ran=EARLIER, state="failed", failures=99), None, 86_340, "failed 99 in a row: waits 1 day"),
        (Walks(ran=EARLIER, state="refused", reason="not approved"), None, 540, "could not begin: not approved"),
        (Walks(), None, 0, "never walked here"),
    ],
)
def test_the_next_walk_and_why(walks: Walks, owner: str | None, wait: float | None, why: str) -> None:
    held = lease(walks, owner)
    assert walks_of(held) == walks
    made = plan(SITE, "acme", rhythm=None, lease=held, used=None, now=NOW)
    assert made.why == why
    assert (made.next and (made.next - NOW).total_seconds()) == wait
    assert made.is_due(NOW) == (wait is not None and wait <= 0)


def test_a_rhythm_of_the_settings_replaces_the_source_s_own() -> None:
    assert plan(SITE, "acme", rhythm=90, lease=lease(Walks(ran=EARLIER, state="done")), used=None, now=NOW).next == NOW + timedelta(seconds=30)


def test_a_quota_that_is_used_up_holds_the_walk_back() -> None:
    runs = [Run(id=str(number), source="board", firm="acme", started=EARLIER, ended=EARLIER, pages=5) for number in range(2)]
    runs.append(Run(id="old", source="board", firm="acme", started="2026-01-01T00:00:00Z", ended="2026-01-01T00:00:00Z", pages=500))
    assert used((12, 300), runs, NOW) == Used(most=12, left=2, free=NOW + timedelta(seconds=240))
    assert used(None, runs, NOW) is None
    left = used((10, 300), runs, NOW)
    assert left is not None
    held = plan(SITE, "acme", rhythm=1, lease=lease(Walks(ran=EARLIER, state="done")), used=left, now=NOW)
    assert (held.next, held.why) == (NOW + timedelta(seconds=240), "all 10 requests of the quota are used")
    assert plan(SITE, "acme", rhythm=1, lease=lease(Walks(ran=EARLIER, state="done")), used=replace(left, left=1), now=NOW).is_due(NOW)


def test_a_stream_that_is_silent_for_too_long_is_an_alarm() -> None:
    said = {"heard": iso(NOW - timedelta(seconds=500)), "silent_after": "300"}
    stream = Lease(name="stream board all", owner="a", token=1, until=iso(NOW + timedelta(seconds=30)), said=said)
    assert list(alarms([stream], NOW)) == ["board all: silent for 500 s, usually never longer than 5 min"]
    assert list(alarms([replace(stream, said={**said, "heard": EARLIER})], NOW)) == []
    (alarm,) = alarms([replace(stream, until=iso(NOW - timedelta(hours=1)))], NOW)
    assert "nobody follows it" in alarm


def test_times_are_counted_in_steps_and_added_up() -> None:
    one = times.noted({}, "2026-11-24T09:59:58Z", "2026-11-24T09:59:59Z", NOW)
    assert (times.within(one, 0.5), times.within(one, 0.5, times.NOTICED), times.within(one, 0.5, times.STORED)) == (2, 1, 1)
    ahead = times.noted({}, "2026-11-24T10:30:00Z", "2026-11-24T09:59:59Z", NOW)
    late = times.noted({}, "2025-11-24T10:30:00Z", "2026-11-24T09:59:59Z", NOW)
    both = times.together([one, ahead, late])
    assert sum(both["total"]) == 3
    assert (times.within(both, 0.3), times.within(both, 0.5), times.within(both, 0.99)) == (0.1, 2, float("inf"))
    assert times.within({}, 0.5) is None


@pytest.mark.parametrize(("seconds", "words"), [(1.5, "1.5 s"), (90, "90 s"), (900, "15 min"), (3600, "1 h"), (86_400, "1 day"), (172_800, "2 days")])
def test_lengths_of_time_in_words(seconds: float, words: str) -> None:
    assert span(seconds) == words
