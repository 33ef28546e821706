"""When an alert calls: one alarm for each cause, quiet hours, digests, back-off, and what is wrong with an alert or rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from plaint.alerts import rule as rules
from plaint.alerts.alarms import BACKOFF, Alarm, Happened, Matched, Seen, Sent, alarms, messages, waiting
from plaint.alerts.alert import Alert, Channel, Digest, after_quiet, channel_of, faults, told_at
from plaint.alerts.letters import letter
from plaint.alerts.rule import Rule
from plaint.model import iso

pytestmark = pytest.mark.pure

START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MAIL = Channel(kind="mail", address="ops@fennel.example")
NEW = Alert(key="outage", owner="ann", query="app AND error", channels=(MAIL,))
MANY = replace(NEW, window=60, least=20)


def at(minutes: float) -> str:
    return iso(START + timedelta(minutes=minutes))


def came(minutes: float, *posts: str, firm: str = "fennel", many: int | None = None) -> Matched:
    return Matched(id=f"outage-v1-2026-11-{minutes:g}", at=at(minutes), firm=firm, posts=posts, many=many)


def folded(alert: Alert, *happened: Happened) -> list[tuple[str, int]]:
    return [(one.firm, one.many) for one in alarms(alert, happened)]


def test_posts_of_one_cause_are_one_alarm_and_each_counts_once() -> None:
    assert folded(NEW, came(0, "x:1"), came(5, "x:2", "x:1"), came(700, "x:3")) == [("fennel", 3)]


def test_firms_are_causes_of_their_own() -> None:
    assert folded(NEW, came(0, "x:1"), came(1, "x:1", firm="orbit")) == [("fennel", 1), ("orbit", 1)]


def test_what_comes_after_somebody_has_seen_it_or_after_a_quiet_day_is_a_new_alarm() -> None:
    (first,) = alarms(NEW, [came(0, "x:1")])
    assert folded(NEW, came(0, "x:1"), Seen(alarm=first.id, at=at(3), by="ann"), came(5, "x:2")) == [("fennel", 1), ("fennel", 1)]
    assert folded(NEW, came(0, "x:1"), came(24 * 60, "x:2")) == [("fennel", 1), ("fennel", 1)]
    assert folded(NEW, came(0, "x:1"), came(24 * 60 - 1, "x:2")) == [("fennel", 2)]


def test_the_same_posts_again_after_it_was_seen_raise_nothing() -> None:
    (first,) = alarms(NEW, [came(0, "x:1")])
    assert folded(NEW, came(0, "x:1"), Seen(alarm=first.id, at=at(3), by="ann"), came(5, "x:1")) == [("fennel", 1)]


def test_a_threshold_that_stays_reached_is_one_alarm_also_once_seen() -> None:
    (first,) = alarms(MANY, [came(0, many=20)])
    assert folded(MANY, came(0, many=20), Seen(alarm=first.id, at=at(3), by="ann"), came(30, many=25), came(80, many=22)) == [("fennel", 25)]
    assert folded(MANY, came(0, many=20), came(60, many=21)) == [("fennel", 20), ("fennel", 21)]


@pytest.mark.parametrize(
    ("local", "quiet", "until"),
    [
        ("2026-11-24T23:10", "22:00-07:00", "2026-11-25T07:00"),
        ("2026-11-24T03:00", "22:00-07:00", "2026-11-24T07:00"),
        ("2026-11-24T07:00", "22:00-07:00", None),
        ("2026-11-24T12:30", "12:00-13:00", "2026-11-24T13:00"),
        ("2026-11-24T21:59", "22:00-07:00", None),
        ("2026-03-29T00:30", "22:00-07:00", "2026-03-29T07:00"),
        ("2026-11-24T03:00", None, None),
    ],
)
def test_quiet_hours_are_local_and_end_in_the_morning(local: str, quiet: str | None, until: str | None) -> None:
    from zoneinfo import ZoneInfo

    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/London"))
    expected = datetime.fromisoformat(until or local).replace(tzinfo=ZoneInfo("Europe/London"))
    assert after_quiet(moment.astimezone(UTC), quiet, "Europe/London") == expected


def test_a_digest_tells_what_came_in_each_span_once() -> None:
    hourly = replace(NEW, digest=Digest.HOURLY)
    (alarm,) = alarms(hourly, [came(0, "x:1"), came(59, "x:2", "x:3"), came(61, "x:4")])
    told = [(iso(one.due), one.many, one.posts) for one in messages(hourly, alarm)]
    assert told == [(at(61), 3, ("x:1", "x:2", "x:3")), (at(121), 1, ("x:4",))]
    assert iso(told_at(START, Digest.DAILY, "Europe/London")) == "2026-11-25T08:00:00Z"


def due(alert: Alert, *happened: Happened) -> list[tuple[str, int]]:
    return [(iso(one.at), one.tried) for one in waiting(alert, alarms(alert, happened))]


def test_a_message_is_tried_again_after_growing_pauses_and_then_given_up() -> None:
    events: list[Happened] = [came(0, "x:1")]
    assert due(NEW, *events) == [(at(0), 0)]
    moment = START
    for number, pause in enumerate(BACKOFF, 1):
        events.append(Sent(alarm=came(0).id, message=came(0).id, channel=MAIL.key, at=iso(moment), reason="451 later"))
        assert due(NEW, *events) == [(iso(moment + pause), number)]
        moment += pause
    assert next(waiting(NEW, alarms(NEW, events))).is_last
    assert due(NEW, *events, Sent(alarm=came(0).id, message=came(0).id, channel=MAIL.key, at=iso(moment), reason="no", final=True)) == []


def test_nothing_is_sent_twice_nor_of_what_was_seen_nor_while_muted() -> None:
    sent = Sent(alarm=came(0).id, message=came(0).id, channel=MAIL.key, at=at(1))
    assert due(NEW, came(0, "x:1"), sent, came(2, "x:2")) == []
    assert due(NEW, came(0, "x:1"), Seen(alarm=came(0).id, at=at(1), by="ann")) == []
    muted = replace(NEW, muted_from=at(-1), muted_until=at(1))
    assert due(muted, came(0, "x:1"), came(90, "x:2")) == []
    assert due(muted, came(1, "x:1")) == [(at(1), 0)]


def test_a_letter_says_how_many_and_where_and_nothing_of_the_words() -> None:
    (alarm,) = alarms(NEW, [came(0, "x:1", "x:2")])
    (message,) = messages(NEW, alarm)
    said = letter(NEW, message, {"fennel": "Fennel Bank"}, "https://plaint.fennel.example/")
    assert said.subject == "[Plaint] outage: 2 posts about Fennel Bank"
    assert said.link == "https://plaint.fennel.example/alerts?alert=outage"
    assert "x:2" in said.body
    assert letter(NEW, message, {}, None).link is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"key": "Two words"}, "a name is small letters"),
        ({"query": "  "}, "needs a query"),
        ({"query": "(refund"}, "at character"),
        ({"query": "is:case"}, "a post that has just come"),
        ({"least": 5}, "give both"),
        ({"window": 1, "least": 5}, "a window is 5 to"),
        ({"quiet": "22-7"}, "like 22:00-07:00"),
        ({"quiet": "07:00-07:00"}, "like 22:00-07:00"),
        ({"channels": (channel_of("mail:ops at home"),)}, "no mail address"),
        ({"channels": (channel_of("ftp://x.example"),)}, "no channel"),
        ({"channels": (channel_of("https://a:b@x.example"),)}, "no channel"),
        ({"channels": (channel_of("mail:a@x.example\nBcc: b@x.example"),)}, "no mail address"),
    ],
)
def test_what_is_wrong_with_an_alert_is_said(wrong: dict[str, object], said: str) -> None:
    assert said in " ".join(faults(replace(NEW, **wrong)))  # type: ignore[arg-type]
    assert list(faults(NEW)) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"opens": False}, "does nothing"),
        ({"query": "*"}, "narrow its query"),
        ({"priority": "severe"}, "a priority is"),
        ({"labels": ("two words",)}, "a label is"),
        ({"query": "state:CANDIDATE"}, "a post that has just come"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(wrong: dict[str, object], said: str) -> None:
    fine = Rule(key="cards", owner="ann", query="card AND blocked", opens=True)
    assert list(rules.faults(fine)) == []
    assert said in " ".join(rules.faults(replace(fine, **wrong)))  # type: ignore[arg-type]


def test_an_alarm_is_open_until_it_is_seen_or_its_cause_is_over() -> None:
    (alarm,) = alarms(NEW, [came(0, "x:1")])
    assert isinstance(alarm, Alarm)
    assert alarm.is_open(NEW, START + timedelta(hours=23))
    assert not alarm.is_open(NEW, START + timedelta(hours=24))
