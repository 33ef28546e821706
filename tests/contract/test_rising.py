"""What is said about a firm, hour by hour, as each store counts it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from plaint.desk.archive import OPERATOR
from plaint.desk.rising import HOURS, rising
from plaint.model import AboutFirm, PartialDate
from plaint.ports import Stores
from tests.contract.test_posts import post

NOW = datetime(2026, 3, 20, 12, 30, tzinfo=UTC)


def test_a_burst_about_a_firm_is_an_alarm_and_of_that_firm_only(stores: Stores) -> None:
    busy = [timedelta(days=day, minutes=50) for day in range(1, 35)] + [timedelta(minutes=35 + number) for number in range(20)]
    stores.posts.put(
        [
            replace(post(f"{number}"), published=PartialDate.exact(NOW - back), firms=(AboutFirm(key="northgate", score=1.0, how="asked"),))
            for number, back in enumerate(busy)
        ]
    )
    got = rising(stores, OPERATOR, "northgate", NOW)
    assert len(got) == HOURS
    assert got[-1].at == NOW.replace(minute=0)
    assert [place for place, reading in enumerate(got) if reading.alarm] == [HOURS - 1]
    assert got[-1].seen == 20
    assert not any(reading.alarm or reading.seen for reading in rising(stores, OPERATOR, "another", NOW))
