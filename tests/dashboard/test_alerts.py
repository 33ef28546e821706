"""Alerts and rules on the dashboard: made from a search, seen, tried, acknowledged; what a reader or another firm sees of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from plaint.alerts.alert import Alert, channel_of
from plaint.alerts.rule import Rule
from plaint.desk import alerting, ruling
from settings import settings
from tests.dashboard import made
from tests.dashboard.conftest import Open, words
from tests.responders.receiving import SECRET, receiving

CARDS = Alert(key="cards", owner="", query="card AND blocked", firms=("northgate",))


def met(store: Any, alert: Alert = CARDS) -> str:
    """Make an alert that a post has met; its alarm."""
    now = datetime.now(UTC)
    held = alerting.save(store, made.person(store, "anika"), alert, now, "a")
    alerting.note(store, held, "northgate", ["trustpilot:made0001"], now)
    return alerting.standing(store, made.person(store, "anika"), alert.key, now).alarms[0].id


def press(at: Any, label: str) -> Any:
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception
    return at


def test_a_search_becomes_an_alert(full: Any, open_page: Open) -> None:
    assert "Alert me on this" in words(open_page("search", q="late fee"))
    at = open_page("alerts", q="(late fee)")
    assert at.text_input(key="al_query").value == "(late fee)"
    press(at, "Make the alert")
    assert "a name is small letters" in words(at).lower()
    at.text_input(key="al_name").set_value("fees")
    press(at, "Make the alert")
    assert "The alert fees is set." in words(at)
    assert alerting.known(full)["fees"].query == "(late fee)"


def test_an_alarm_is_seen_and_acknowledged_once(full: Any, open_page: Open) -> None:
    alarm = met(full)
    assert "1 alarm waits for somebody." in words(open_page("alerts"))
    at = open_page("alerts", alert="cards")
    assert "post?post=trustpilot%3Amade0001" in words(at)
    press(at, "Acknowledge Northgate Bank, 1 post")
    assert "seen by Anika Rao" in words(at)
    assert alerting.standing(full, made.person(full, "anika"), "cards", datetime.now(UTC)).alarms[0].id == alarm
    assert "Every alarm has been seen." in words(open_page("alerts", person="tom"))


def test_the_test_button_says_where_it_went_or_why_not(full: Any, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(503) as receiver:
        met(full, replace(CARDS, channels=(channel_of(receiver.address),)))
        at = press(open_page("alerts", alert="cards"), "Send a test")
        assert "PLAINT_HOOK_SECRET" in words(at)
        monkeypatch.setenv("PLAINT_HOOK_SECRET", SECRET)
        settings.cache_clear()
        assert "answered 503" in words(press(at, "Send a test"))
        assert "The test went to" in words(press(at, "Send a test"))
        assert "test sent" in words(at)
        assert [one["type"] for one in receiver.bodies] == ["alert.test"] * 2


def test_an_alert_is_muted_and_removed(full: Any, open_page: Open) -> None:
    met(full)
    at = press(open_page("alerts", alert="cards"), "Mute for 8 hours")
    assert alerting.known(full)["cards"].is_muted(datetime.now(UTC))
    press(at, "Unmute")
    assert not alerting.known(full)["cards"].is_muted(datetime.now(UTC))
    assert "The alert cards is removed." in words(press(at, "Remove"))


def test_alerts_of_another_firm_are_not_there_for_who_may_not_see_it(full: Any, open_page: Open) -> None:
    met(full)
    assert "No alert yet" in words(open_page("alerts", person="olga"))
    assert "card AND blocked" not in words(open_page("alerts", person="olga", alert="cards"))


def test_a_rule_is_tried_on_the_past_and_set(full: Any, open_page: Open) -> None:
    at = open_page("rules", person="carla")
    at.text_input(key="ru_query").set_value("refund")
    press(at, "Dry run")
    assert "Would have fired" in words(at)
    assert ruling.known(full) == {}
    at.text_input(key="ru_name").set_value("refunds")
    press(at, "Set the rule")
    assert ruling.known(full)["refunds"].opens
    assert "refunds" in words(open_page("rules"))
    assert not [button for button in open_page("rules").button if button.label == "Set the rule"]


def test_a_rule_shows_what_it_did(full: Any, open_page: Open) -> None:
    now = datetime.now(UTC)
    post = next(iter(full.posts.scan(_of("northgate"))))
    rule = ruling.save(full, made.person(full, "carla"), Rule(key="refunds", owner="", query="refund", labels=("refund",), opens=True), now, "r")
    ruling.note(full, rule, "northgate", [post.id], now)
    ruling.carry_out(full, rule, "northgate", post.id, now)
    at = open_page("rules", person="carla", rule="refunds")
    said = words(at)
    assert "case, labels" in said
    assert "does nothing for posts that come now" in words(press(at, "Pause"))
    assert "Paused: opens a case" in words(open_page("rules"))
    press(at, "Let it fire again")
    assert not ruling.known(full)["refunds"].paused
    assert post.id in said
    full.registers.save_firms([replace(one, hashtags=("orbitfail",)) for one in full.registers.firms() if one.key == "orbit"])
    assert "hashtag:orbitfail" in words(open_page("rules"))


def _of(firm: str) -> Any:
    from plaint.query.tree import Search

    return Search(include={"firm": (firm,)}, limit=1)
