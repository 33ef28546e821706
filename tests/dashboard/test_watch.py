"""The page on which one sees what is walked and listened to, and what needs somebody."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from plaint.desk import watching
from plaint.insight import time_to_identify
from plaint.model import Approval, Run, iso
from tests.dashboard import made
from tests.dashboard.conftest import Open, words


def _approve(store: Any, source: str, firm: str) -> None:
    review = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    store.registers.save_approval(Approval(source=source, firm=firm, approved=True, by="anika", review_on=review))
    firms = [replace(one, handles={**one.handles, source: "#orbit"}) if one.key == firm else one for one in store.registers.firms()]
    store.registers.save_firms(firms)


def _stream(store: Any, **said: str) -> None:
    now = datetime.now(UTC)
    lease = store.leases.take("stream mastodon orbit #orbit", "machine:1:2", now, now + timedelta(minutes=1))
    store.leases.keep(lease, now + timedelta(minutes=1), {"firms": "orbit", "state": "following", "silent_after": "60", **said})


def test_what_is_watched_with_its_next_walk_and_its_speed(full: Any, open_page: Open) -> None:
    _approve(full, "mastodon", "orbit")
    now = datetime.now(UTC)
    ran = iso(now - timedelta(minutes=10))
    lease = full.leases.take(watching.name_of("mastodon", "orbit"), "machine:1:2", now, now)
    full.leases.keep(lease, now, watching.noted(watching.Walks(since=ran, ran=ran, state="done")))
    times = time_to_identify.noted({}, ran, iso(now - timedelta(minutes=9)), now - timedelta(minutes=9))
    full.runs.save(
        Run(id="watched", source="mastodon", firm="orbit", started=ran, ended=iso(now - timedelta(minutes=1)), state="done", pages=3, times=times)
    )
    _stream(full, heard=iso(now))
    said = words(open_page("watch"))
    assert "as planned" in said
    assert "in 49 min" in said
    assert "60 s / 60 s" in said
    assert "297 of 300" in said
    assert "following" in said


def test_a_silent_stream_stands_first_and_says_why(full: Any, open_page: Open) -> None:
    _approve(full, "mastodon", "orbit")
    _stream(full, heard=iso(datetime.now(UTC) - timedelta(seconds=500)))
    said = words(open_page("watch"))
    assert "1 of 2 needs somebody." in said
    assert re.search(r"silent for 5\d\d s, usually never longer than 1 min", said)
    assert said.index("silent for") < said.index("not yet walked")


def test_what_is_watched_for_another_firm_is_not_shown(full: Any, open_page: Open) -> None:
    _approve(full, "mastodon", "northgate")
    assert "not yet walked" in words(open_page("watch"))
    assert "not yet walked" not in words(open_page("watch", person="olga"))


def test_nothing_watched_says_how_to_begin(store: Any, open_page: Open) -> None:
    from plaint.desk import people

    people.add(store, None, key="carla", name="Carla", roles=("admin", "compliance"), now=made.NOW, command="a")
    at = open_page("watch", person="carla")
    assert "Nothing is watched" in words(at)
    assert [block.value for block in at.code] == ["plaint watch"]
