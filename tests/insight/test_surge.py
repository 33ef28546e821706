"""Surges: what rises beyond the usual of its time, from the past only."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from math import sin, tau
from random import Random

import pytest

from plaint.insight.surge import OutOfOrderError, Reading, Surge

pytestmark = pytest.mark.pure

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def usual(days: int, seed: int = 1, step: timedelta = HOUR) -> list[tuple[datetime, float]]:
    """Counts with a high afternoon and a low night."""
    random, a_day = Random(seed), round(timedelta(days=1) / step)
    return [(START + place * step, float(max(0, round(random.gauss(20 + 15 * sin(tau * place / a_day), 3))))) for place in range(days * a_day)]


def readings(series: list[tuple[datetime, float]], surge: Surge | None = None) -> list[Reading]:
    surge = surge or Surge()
    return [surge.read(at, count) for at, count in series]


def test_an_ordinary_series_has_hardly_an_alarm():
    assert sum(reading.alarm for reading in readings(usual(40))) <= 2


def test_a_burst_is_an_alarm_once_and_says_what_was_usual():
    series = usual(20)
    place = 15 * 24 + 18
    for more in range(3):
        series[place + more] = (series[place + more][0], 150.0)
    got = readings(series)
    alarm = got[place]
    assert [at for at, reading in enumerate(got) if reading.alarm and at >= 10 * 24] == [place]
    assert alarm.seen == 150
    assert alarm.expected == pytest.approx(5, abs=4)
    assert alarm.limit is not None
    assert alarm.limit < 100
    assert alarm.score > 0.5
    assert alarm.why.startswith("150 seen, ")


def test_at_night_less_is_a_burst_than_in_the_afternoon():
    series, count = usual(20), 38.0
    night, noon = 15 * 24 + 18, 15 * 24 + 6
    for place, told in ((night, True), (noon, False)):
        changed = [*series[:place], (series[place][0], count)]
        assert readings(changed)[-1].alarm is told


def test_what_comes_every_week_is_no_surge_from_the_third_week_on():
    series = [(at, count + (200 if at.weekday() == 0 and at.hour == 9 else 0)) for at, count in usual(56)]
    assert not any(reading.alarm for reading in readings(series)[28 * 24 :])


def test_the_start_says_nothing():
    got = readings(usual(4))
    assert not any(reading.alarm for reading in got)
    assert got[0].why == f"{got[0].seen:g} seen; nothing is known yet of this time of day"
    assert got[30].limit is None


def test_half_an_hour_is_added_up():
    got = readings(usual(3, step=timedelta(minutes=5)))
    assert got[-1].seen == sum(count for _, count in usual(3, step=timedelta(minutes=5))[-6:])


def test_only_the_past_counts():
    series = usual(20)
    cut = readings(series[:300])
    assert readings([*series[:300], *((at, 900.0) for at, _ in series[300:])])[:300] == cut


@pytest.mark.parametrize("place", [1, 24, 47, 100, 253])
def test_a_state_that_was_kept_goes_on_as_if_nothing_had_been_between(place: int):
    series = usual(18)
    first = Surge()
    before = readings(series[:place], first)
    kept = deepcopy(first.state)
    assert before + readings(series[place:], Surge(kept)) == readings(series)


def test_a_state_is_of_plain_values_and_does_not_grow():
    import msgspec

    from plaint.insight.surge import State

    surge = Surge()
    readings(usual(90), surge)
    packed = msgspec.json.encode(surge.state)
    assert msgspec.json.decode(packed, type=State) == surge.state
    assert len(surge.state.roots) <= 29 * 24
    assert isinstance(json.loads(packed), dict)


def test_missing_counts_are_no_zeros():
    series = usual(20)
    gap = series[: 10 * 24] + series[12 * 24 :]
    assert not any(reading.alarm for reading in readings(gap)[8 * 24 :])
    assert readings([*series, (series[-1][0] + timedelta(days=60), 5.0)])[-1].expected is None


def test_what_cannot_be_read_is_refused_and_leaves_no_trace():
    surge = Surge()
    surge.read(START, 1)
    with pytest.raises(OutOfOrderError):
        surge.read(START, 1)
    with pytest.raises(OutOfOrderError):
        surge.read(START + timedelta(days=3), 1)
    for bad in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="no count"):
            surge.read(START + HOUR, bad)
    surge.read(START + HOUR, 1)
    with pytest.raises(OutOfOrderError):
        surge.read(START, 1)
