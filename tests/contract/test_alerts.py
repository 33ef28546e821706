"""Alerts and rules on every store: noted as posts come, sent once, not lost when a process dies; rules act once and decide nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from plaint.alerts.alert import Alert, Channel
from plaint.alerts.rule import Rule
from plaint.desk import alerting, heard, intake, ruling, sending
from plaint.desk.rights import Refused
from plaint.model import Capture, Firm, Kind, Person, Post, RawPost, Site, iso
from plaint.ports import CaseFilter
from plaint.posts.brands import Names
from responders.hook import Hook
from responders.sender import Responders
from tests.responders.receiving import SECRET, Receiver, receiving

SITE = Site(key="x", name="X", home="https://x.example", kind=Kind.POST, access="made up")
FENNEL = Firm(key="fennel", name="Fennel Bank", aliases=("Fennel Bank",))
ANN = Person(key="ann", name="Ann", roles=("agent", "compliance"))
CARD = RawPost(ref="1", text="Fennel Bank blocked my card again", author_handle="ann", published="2026-11-20T08:00:00Z")
APP = msgspec.structs.replace(CARD, ref="2", text="Fennel Bank: the app is down")
CARDS = Alert(key="cards", owner="ann", query="card AND blocked")


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


def take_in(stores: Any, now: datetime, *posts: RawPost) -> intake.Tally:
    return intake.receive(
        stores, site=SITE, capture=Capture(url="https://x.example/search", at=iso(now), sha256="0" * 64), said=posts, run="run",
        asked=FENNEL, names=Names([FENNEL]), now=now,
    )  # fmt: skip


def understood(now: datetime, raw: RawPost) -> Post:
    post = intake.understood(raw, SITE, Capture(url="https://x.example/search", at=iso(now), sha256="0" * 64), Names([FENNEL]), FENNEL)
    assert isinstance(post, Post)
    return post


def counts(stores: Any, now: datetime, key: str = "cards") -> list[tuple[str, int]]:
    return [(one.firm, one.many) for one in alerting.standing(stores, ANN, key, now).alarms]


@pytest.fixture
def desk(stores: Any) -> Any:
    stores.registers.save_firms([FENNEL])
    stores.registers.save_person(ANN)
    return stores


def test_a_new_post_that_matches_raises_an_alarm_and_counts_once(desk: Any, now: datetime) -> None:
    alerting.save(desk, ANN, CARDS, now, "a")
    take_in(desk, now, CARD, APP)
    assert counts(desk, now) == [("fennel", 1)]
    take_in(desk, now + timedelta(hours=1), CARD, msgspec.structs.replace(CARD, ref="3"))
    assert counts(desk, now) == [("fennel", 2)]


def test_what_was_there_before_the_alert_raises_nothing_unless_an_edit_makes_it_match(desk: Any, now: datetime) -> None:
    take_in(desk, now, CARD, APP)
    alerting.save(desk, ANN, CARDS, now, "a")
    later = now + timedelta(hours=1)
    take_in(desk, later, CARD, APP)
    assert counts(desk, now) == []
    take_in(desk, later, msgspec.structs.replace(APP, text="Fennel Bank: the app is down and my card is blocked"))
    assert counts(desk, now) == [("fennel", 1)]


def test_an_alarm_that_was_noted_before_the_process_died_is_one_alarm_afterwards(desk: Any, now: datetime) -> None:
    alerting.save(desk, ANN, CARDS, now, "a")
    heard.note(desk, [understood(now, CARD)], now)
    assert desk.posts.get(["x:1"]) == []
    take_in(desk, now, CARD)
    assert counts(desk, now) == [("fennel", 1)]


def rounds(stores: Any, clock: Clock, owner: str = "one") -> sending.Rounds:
    return sending.Rounds(stores, Responders(hook=Hook(secret=SECRET, clock=time.time)), owner=owner, clock=clock)


def with_hook(receiver: Receiver, **said: Any) -> Alert:
    return replace(CARDS, channels=(Channel(kind="hook", address=receiver.address),), **said)


def test_of_two_processes_one_sends_and_another_goes_on_when_it_has_died(desk: Any, now: datetime) -> None:
    with receiving() as receiver:
        alerting.save(desk, ANN, with_hook(receiver), now, "a")
        clock = Clock(now)
        one, two = rounds(desk, clock), rounds(desk, clock, "two")
        assert one.once().sent == 0
        take_in(desk, now, CARD)
        assert (two.once(), one.once().sent, one.once().sent) == (sending.Round(waits=True), 1, 0)
        clock.at = now + timedelta(minutes=2)
        alarm = alerting.standing(desk, ANN, "cards", now).alarms[0]
        alerting.acknowledge(desk, ANN, alarm.id, clock.at, "ack")
        take_in(desk, clock.at, msgspec.structs.replace(CARD, ref="3"))
        assert two.once().sent == 1
        assert one.once().waits
        assert len(set(receiver.ids)) == len(receiver.ids) == 2


def test_a_receiver_that_is_down_gets_it_later_with_the_same_id(desk: Any, now: datetime) -> None:
    with receiving(503, 503) as receiver:
        alerting.save(desk, ANN, with_hook(receiver), now, "a")
        clock = Clock(now)
        turning = rounds(desk, clock)
        take_in(desk, now, CARD)
        assert (turning.once().failed, turning.once().failed) == (1, 0)
        clock.at = now + timedelta(seconds=30)
        assert turning.once().failed == 1
        clock.at += timedelta(seconds=119)
        assert turning.once() == sending.Round()
        clock.at += timedelta(seconds=1)
        assert rounds(desk, clock, "one").once().sent == 1
        assert len(receiver.ids) == 3
        assert len(set(receiver.ids)) == 1
        tries = alerting.standing(desk, ANN, "cards", now).alarms[0].sent
        assert [one.reason for one in tries] == ["127.0.0.1 answered 503", "127.0.0.1 answered 503", None]


def test_a_threshold_is_reached_within_its_window_also_while_nobody_looked(desk: Any, now: datetime) -> None:
    alerting.save(desk, ANN, replace(CARDS, window=60, least=2), now, "a")
    clock = Clock(now)
    turning = rounds(desk, clock)
    assert turning.once().reached == 0
    take_in(desk, now + timedelta(minutes=5), CARD)
    take_in(desk, now + timedelta(minutes=6), msgspec.structs.replace(CARD, ref="3"))
    _searchable(desk, 2)
    clock.at = now + timedelta(hours=5)
    assert turning.once().reached == 1
    assert counts(desk, clock.at) == [("", 2)]
    clock.at += timedelta(minutes=1)
    assert turning.once().reached == 0


def test_a_silent_stream_calls_once_also_when_seen_and_again_after_it_spoke(desk: Any, now: datetime) -> None:
    with receiving() as receiver:
        silence = with_hook(receiver, query="", streams=True, window=60, firms=("fennel",))
        with pytest.raises(Refused, match="neither a query"):
            alerting.save(desk, ANN, replace(silence, query="card"), now, "a")
        alerting.save(desk, ANN, silence, now, "b")
        clock = Clock(now)
        turning = rounds(desk, clock)
        for name, firm in (("bluesky jetstream", "fennel"), ("mastodon #orbit", "orbit")):
            lease = desk.leases.take(f"stream {name}", "machine:1:2", now, now + timedelta(days=1))
            desk.leases.keep(lease, now + timedelta(days=1), {"firms": firm, "heard": iso(now), "silent_after": "300"})
        take_in(desk, now, CARD)
        assert turning.once().sent == 0
        clock.at = now + timedelta(minutes=6)
        assert turning.once() == sending.Round(sent=1, reached=1)
        assert receiver.bodies[0]["data"] == {"alert": "cards", "firm": None, "count": 1, "posts": [], "link": None, "stream": "bluesky jetstream"}
        (alarm,) = alerting.standing(desk, ANN, "cards", now).alarms
        alerting.acknowledge(desk, ANN, alarm.id, clock.at, "ack")
        for _ in range(4):
            clock.at += timedelta(minutes=31)
            assert turning.once().sent == 0
        lease = desk.leases.take("stream bluesky jetstream", "machine:1:2", now, now + timedelta(days=1))
        desk.leases.keep(lease, now + timedelta(days=1), {**lease.said, "heard": iso(clock.at)})
        clock.at += timedelta(hours=2)
        assert turning.once() == sending.Round(sent=1, reached=1)
        assert len(set(receiver.ids)) == 2


def _searchable(stores: Any, many: int) -> None:
    """A cluster finds posts a moment after they are stored."""
    from plaint.query.tree import Search

    until = time.monotonic() + 10
    while stores.posts.search(Search(limit=0)).total < many and time.monotonic() < until:
        time.sleep(0.1)


RULE = Rule(key="cards", owner="ann", query="card AND blocked", opens=True, team="cards", priority="high", labels=("card",), notify="cards")


def rows(stores: Any) -> list[Any]:
    return list(stores.cases.cases(CaseFilter(limit=10))[0])


def test_a_rule_opens_a_case_that_nobody_has_decided_and_puts_it_in_its_place_once(desk: Any, now: datetime) -> None:
    alerting.save(desk, ANN, replace(CARDS, query="no such words"), now, "a")
    ruling.save(desk, ANN, RULE, now, "r")
    take_in(desk, now, CARD, APP)
    (row,) = rows(desk)
    assert (row.state, row.posts) == ("CANDIDATE", ("x:1",))
    assert {"team:cards", "priority:high", "label:card"} <= set(row.marks)
    (fired,) = ruling.fired(desk, ANN, "cards", now)
    assert (fired.post, fired.did, fired.case) == ("x:1", "case, team, priority, labels, alert", row.case)
    assert counts(desk, now) == [("fennel", 1)]
    take_in(desk, now + timedelta(hours=1), CARD)
    assert [one.version for one in rows(desk)] == [row.version]


def test_what_a_process_that_died_left_undone_is_carried_out_later(desk: Any, now: datetime) -> None:
    ruling.save(desk, ANN, replace(RULE, notify=None), now, "r")
    post = understood(now, CARD)
    heard.note(desk, [post], now)
    later = now + timedelta(minutes=3)
    assert ruling.carry_out_left(desk, later) == 0
    desk.posts.put([post])
    assert ruling.carry_out_left(desk, now + timedelta(minutes=1)) == 0
    assert ruling.carry_out_left(desk, later) == 1
    assert "label:card" in rows(desk)[0].marks
    assert ruling.carry_out_left(desk, later) == 0


def test_a_paused_rule_does_nothing_for_what_comes_and_still_what_it_owes(desk: Any, now: datetime) -> None:
    ruling.save(desk, ANN, replace(RULE, notify=None), now, "r")
    owed = understood(now, CARD)
    heard.note(desk, [owed], now)
    ruling.pause(desk, ANN, "cards", paused=True, now=now, command="p")
    with pytest.raises(Refused, match="paused already"):
        ruling.pause(desk, ANN, "cards", paused=True, now=now, command="q")
    with pytest.raises(Refused, match="may not change the firms register"):
        ruling.pause(desk, replace(ANN, roles=("agent",)), "cards", paused=False, now=now, command="q")
    take_in(desk, now, msgspec.structs.replace(CARD, ref="3"))
    assert rows(desk) == []
    desk.posts.put([owed])
    assert ruling.carry_out_left(desk, now + timedelta(minutes=3)) == 1
    assert [row.posts for row in rows(desk)] == [("x:1",)]
    ruling.pause(desk, ANN, "cards", paused=False, now=now, command="s")
    take_in(desk, now, msgspec.structs.replace(CARD, ref="3"), msgspec.structs.replace(CARD, ref="4"))
    assert sorted(row.posts for row in rows(desk)) == [("x:1",), ("x:4",)]
    assert [(entry.kind, entry.by) for entry in desk.cases.read("rules")][1:] == [("RulePaused", "ann"), ("RulePaused", "ann")]


def test_a_dry_run_says_what_would_have_happened_and_does_nothing(desk: Any, now: datetime) -> None:
    take_in(desk, now - timedelta(days=100), msgspec.structs.replace(CARD, ref="old"))
    take_in(desk, now - timedelta(days=5), CARD, APP, msgspec.structs.replace(CARD, ref="3"))
    take_in(desk, now, msgspec.structs.replace(CARD, ref="boost", facts={"item_kind": "boost"}))
    _searchable(desk, 5)
    found = ruling.dry_run(desk, ANN, replace(RULE, notify=None), now)
    assert (found.times, sorted(post.id for post in found.posts), found.whole) == (2, ["x:1", "x:3"], True)
    assert rows(desk) == []


def test_alerts_of_other_firms_are_not_seen_and_who_may_not_work_on_cases_makes_none(desk: Any, now: datetime) -> None:
    alerting.save(desk, ANN, CARDS, now, "a")
    other = replace(ANN, key="olga", firms=("orbit",))
    assert alerting.standings(desk, other, now) == []
    with pytest.raises(Refused, match="no alert"):
        alerting.drop(desk, other, "cards", now, "b")
    with pytest.raises(Refused, match="taken"):
        alerting.save(desk, other, CARDS, now, "c")
    with pytest.raises(Refused, match="may not work on cases"):
        alerting.save(desk, replace(ANN, roles=("reader",)), replace(CARDS, key="mine"), now, "d")
    with pytest.raises(Refused, match="may not change the firms register"):
        ruling.save(desk, replace(ANN, roles=("agent",)), RULE, now, "e")


def test_a_muted_alert_counts_and_calls_nobody_and_a_removed_one_is_gone(desk: Any, now: datetime) -> None:
    with receiving() as receiver:
        alerting.save(desk, ANN, with_hook(receiver), now, "a")
        alerting.mute(desk, ANN, "cards", now + timedelta(hours=1), now, "m")
        take_in(desk, now, CARD)
        assert rounds(desk, Clock(now)).once().sent == 0
        assert counts(desk, now) == [("fennel", 1)]
        alerting.drop(desk, ANN, "cards", now, "r")
        assert alerting.standings(desk, ANN, now) == []


def test_a_test_is_sent_and_says_that_it_is_one(desk: Any, now: datetime) -> None:
    with receiving(410) as receiver:
        alerting.save(desk, ANN, with_hook(receiver), now, "a")
        sender = Responders(hook=Hook(secret=SECRET, clock=time.time))
        ((_, refused),) = sending.send_test(desk, ANN, "cards", sender, now=now, command="t1")
        ((_, sent),) = sending.send_test(desk, ANN, "cards", sender, now=now + timedelta(seconds=1), command="t2")
        assert (refused.reason, sent.reason) == ("127.0.0.1 answered 410", None)
        assert [one["type"] for one in receiver.bodies] == ["alert.test", "alert.test"]
        assert len(alerting.tests_sent(desk, alerting.known(desk)["cards"], now)) == 2


def test_who_reads_on_knows_the_alarms_that_a_fresh_look_finds(desk: Any, now: datetime) -> None:
    """Also over the end of a month, for several firms, and after somebody has seen one."""
    alert, reading = alerting.save(desk, ANN, CARDS, now, "a"), alerting.Reading()
    later = now + timedelta(days=8)
    steps: list[Any] = [
        lambda: alerting.note(desk, alert, "fennel", ["x:1", "x:2"], now),
        lambda: alerting.note(desk, alert, "orbit", ["x:2"], now),
        lambda: alerting.acknowledge(desk, ANN, alerting.alarms_now(desk, alert, now)[0].id, now, "ack"),
        lambda: alerting.note(desk, alert, "fennel", ["x:2", "x:3"], now + timedelta(minutes=1)),
        lambda: alerting.note(desk, alert, "fennel", ["x:4"], later),
    ]
    for step in steps:
        step()
        assert reading.alarms(desk, alert, now) == alerting.alarms_now(desk, alert, now)
    assert [one.many for one in reading.alarms(desk, alert, now)] == [2, 1, 1]
    assert reading.alarms(desk, alert, later) == alerting.alarms_now(desk, alert, later)
    assert len(reading.alarms(desk, alert, later)) == 4
    stream = f"alert:cards:{alert.version}:{now:%Y-%m}"
    whole, texts = desk.cases.read(stream), desk.cases.bodies(stream)
    for after in range(len(whole) + 1):
        assert desk.cases.read(stream, after) == whole[after:]
        assert desk.cases.bodies(stream, after) == {name: text for name, text in texts.items() if name[0] > after}
