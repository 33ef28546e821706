"""Alerts: saved searches that call somebody: what waits for somebody, what was sent, and making one. Nothing here is cached."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import acts, address, here
from dashboard.widgets import alarms, states
from dashboard.widgets.chips import link
from dashboard.widgets.html import tag
from dashboard.wording import count, say
from plaint.alerts.alert import Alert, Digest, channel_of
from plaint.desk import alerting, sending
from plaint.desk.alerting import Standing
from plaint.desk.rights import Refused, Right, may
from plaint.model import Firm, Person
from responders.sender import responders
from settings import settings

MUTE = timedelta(hours=8)
ACKS = 8
"""Alarms with a button each; the others are listed and acknowledged as these go."""


def page() -> None:
    """Read the address, ask the desk, show."""
    person = here.visitor()
    firm = here.firm(person)
    now, zone = here.now(), here.zone(firm)
    here.show(tag("h1", say("page.alerts")))
    acts.told()
    if key := address.one("alert"):
        try:
            standing = alerting.standing(here.stores(), person, key, now)
        except Refused:
            here.show(states.no_such("alert", key))
        else:
            _one(standing, person, now, zone)
            return
    _all(person, firm, now, zone)
    if may(person, Right.WORK_CASES):
        _new(firm)


def _all(person: Person, firm: Firm | None, now: datetime, zone: ZoneInfo) -> None:
    found = alerting.standings(here.stores(), person, now)
    found = [one for one in found if firm is None or one.alert.firms is None or firm.key in one.alert.firms]
    if not found:
        here.show(states.empty(say("alerts.none"), say("alerts.none_why"), say("alerts.none_do")))
        return
    unseen = sum(len(one.unseen()) for one in found)
    key = "alerts.all_seen" if not unseen else "alerts.unseen.one" if unseen == 1 else "alerts.unseen"
    here.show(tag("p", say(key, number=f"{unseen:,}"), class_="soft", role="status"))
    here.show(alarms.listed(found, here.names(person), now, zone))


def _one(standing: Standing, person: Person, now: datetime, zone: ZoneInfo) -> None:
    """One alert: what it asks, its alarms, what was sent, and what can be done with it."""
    alert, names = standing.alert, here.names(person)
    here.show(tag("p", link("alerts", say("alerts.back"))))
    here.show(tag("h2", alert.key))
    here.show(alarms.asked(alert, names, here.people(), now, zone))
    if may(person, Right.WORK_CASES):
        with st.container(key="acts_alert", horizontal=True, gap="small"):
            acts.button(say("alerts.test"), f"alert_test_{alert.key}", _test, (alert.key,))
            muted = alert.is_muted(now)
            acts.button(say("alerts.unmute" if muted else "alerts.mute"), f"alert_mute_{alert.key}_{muted}", _mute, (alert.key, muted))
            acts.button(say("alerts.remove"), f"alert_remove_{alert.key}", _remove, (alert.key,))
    here.show(tag("h2", say("alerts.alarms")))
    if not standing.alarms:
        here.show(tag("p", say("alerts.no_alarm"), class_="soft"))
    else:
        here.show(alarms.alarms(alert, standing.alarms, names, here.people(), now, zone))
        if may(person, Right.WORK_CASES):
            with st.container(key="acts_alarms", horizontal=True, gap="small"):
                for one in standing.unseen()[:ACKS]:
                    label = say("alerts.ack", firm=names.firm(one.firm) if one.firm else alert.key, posts=count(one.many, "post"))
                    acts.button(label, f"alert_ack_{one.id}", _ack, (one.id,))
    here.show(tag("h2", say("alerts.sent")))
    if standing.waiting:
        here.show(tag("p", say("alerts.waits", number=f"{len(standing.waiting):,}"), class_="soft"))
    tests = alerting.tests_sent(here.stores(), alert, now)
    sent = sorted([*tests, *(one for alarm in standing.alarms for one in alarm.sent)], key=lambda one: one.at, reverse=True)
    here.show(alarms.deliveries(alert, sent[:50], now, zone) if sent else tag("p", say("alerts.no_sent"), class_="soft"))


def _new(firm: Firm | None) -> None:
    """The form of a new alert; its search may come with the address."""
    given = address.one("q")
    if given and st.session_state.get("al_given") != given:
        st.session_state.update(al_given=given, al_query=given)
    with st.expander(say("alerts.new"), expanded=bool(given), key="al_new"):
        st.text_input(say("alerts.name"), key="al_name", placeholder="app-outage", width=300)
        st.text_input(say("alerts.query"), key="al_query", placeholder="app AND (down OR error)", help=say("alerts.query_what"))
        each = [say("alerts.each"), say("alerts.threshold")]
        if st.radio(say("alerts.when"), each, key="al_when", horizontal=True) == each[1]:
            with st.container(horizontal=True, gap="small"):
                st.number_input(say("alerts.least"), min_value=1, value=20, key="al_least", width=140)
                st.number_input(say("alerts.window"), min_value=5, value=60, key="al_window", width=140)
        st.text_area(say("alerts.to"), key="al_to", help=say("alerts.to_what"), height=80)
        with st.container(horizontal=True, gap="small"):
            st.text_input(say("alerts.quiet"), key="al_quiet", placeholder="22:00-07:00", width=160)
            tells = [None, *Digest]
            st.selectbox(say("alerts.digest"), tells, key="al_digest", format_func=lambda one: say(f"alerts.digest.{one or 'none'}"), width=240)
        acts.button(say("alerts.make"), "alert_make", _make, (firm.key if firm else None,), kind="primary")


def _make(firm: str | None, command: str) -> None:
    person, said = here.visitor(), st.session_state
    by_number = said.get("al_when") == say("alerts.threshold")
    name = str(said.get("al_name", "")).strip()
    wanted = Alert(
        key=name, owner=person.key, query=str(said.get("al_query", "")).strip(), firms=(firm,) if firm else None,
        window=int(said.get("al_window", 60)) if by_number else None, least=int(said.get("al_least", 1)) if by_number else 1,
        channels=tuple(dict.fromkeys(channel_of(line) for line in str(said.get("al_to", "")).splitlines() if line.strip())),
        quiet=str(said.get("al_quiet", "")).strip() or None, digest=said.get("al_digest"), zone=settings().zone,
    )  # fmt: skip
    if acts.do(lambda: alerting.save(here.stores(), person, wanted, here.now(), command), say("alerts.made", name=name)):
        for key in ("command_alert_make", "al_name", "al_query", "al_to", "al_quiet", "al_new"):
            said.pop(key, None)
        address.change(q=None)


def _test(key: str, command: str) -> None:
    """Send a test, and say where it did not go."""
    person, went = here.visitor(), list[str]()

    def test() -> None:
        try:
            sender = responders(settings())
        except ValueError as error:
            raise Refused(str(error)) from None
        now = here.now()
        found = sending.send_test(here.stores(), person, key, sender, now=now, command=command, dashboard=settings().dashboard)
        failed = [f"{channel.address}: {sent.reason}" for channel, sent in found if sent.reason is not None]
        if failed or not found:
            raise Refused("; ".join(failed) or say("alerts.no_channel", name=key))
        went.extend(channel.address for channel, _ in found)

    if acts.do(test):
        st.session_state["told"] = states.note(say("alerts.tested", to=", ".join(went)))
    st.session_state.pop(f"command_alert_test_{key}", None)


def _mute(key: str, muted: bool, command: str) -> None:  # noqa: FBT001  (what the button said)
    person, now = here.visitor(), here.now()
    until = now if muted else now + MUTE
    done = say("alerts.unmuted") if muted else say("alerts.muted", until=f"{until.astimezone(here.zone(here.firm(person))):%H:%M}")
    acts.do(lambda: alerting.mute(here.stores(), person, key, until, now, command), done)
    st.session_state.pop(f"command_alert_mute_{key}_{muted}", None)


def _remove(key: str, command: str) -> None:
    person = here.visitor()
    if acts.do(lambda: alerting.drop(here.stores(), person, key, here.now(), command), say("alerts.removed", name=key)):
        address.change(alert=None)


def _ack(alarm: str, command: str) -> None:
    person = here.visitor()
    acts.do(lambda: alerting.acknowledge(here.stores(), person, alarm, here.now(), command), say("alerts.acked"))


page()
