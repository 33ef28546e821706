"""Alerts, their alarms and what was sent of them, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard.widgets import times
from dashboard.widgets.chips import Names, link
from dashboard.widgets.html import NOTHING, Html, bdi, icon, join, tag, text
from dashboard.widgets.tables import Column, facts, table
from plaint.alerts.alarms import Alarm, Sent
from plaint.alerts.alert import Alert, called, spoken
from plaint.desk.alerting import Standing

SHOWN = 3
"""Posts of an alarm that are led to; the search shows all."""


def listed(found: Sequence[Standing], names: Names, now: datetime, zone: ZoneInfo) -> Html:
    """All alerts with how many alarms nobody has seen."""
    columns = [Column("Alert"), Column("Unseen"), Column("Calls at", hide=True), Column("Search", grow=True, hide=True), Column("Firm", hide=True),
               Column("Last post"), Column("Muted until", hide=True)]  # fmt: skip
    return table("Alerts, those with something unseen first", columns, [_row(one, names, now, zone) for one in found], walk=True)


def _row(one: Standing, names: Names, now: datetime, zone: ZoneInfo) -> list[Html]:
    alert, unseen = one.alert, one.unseen()
    last = max((alarm.last for alarm in one.alarms), default=None)
    chip = tag("span", join([icon("warning"), text(f"{len(unseen):,}")]), class_="chip red") if unseen else tag("span", "none", class_="soft")
    return [
        link("alerts", alert.key, alert=alert.key), chip, text(spoken(alert)), NOTHING if alert.streams else tag("code", alert.query),
        text(_firms(alert, names)), times.at(last, now, zone, relative=True) if last else NOTHING, _muted(alert, now, zone),
    ]  # fmt: skip


def asked(alert: Alert, names: Names, people: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Html:
    """What an alert asks, when it calls and whom."""
    to = join([bdi(channel.address, 300) for channel in alert.channels], ", ") or text("the dashboard only")
    return facts([
        ("Search", NOTHING if alert.streams else link("search", tag("code", alert.query), q=alert.query)),
        ("Calls at", text(spoken(alert))),
        ("Firm", text(_firms(alert, names))),
        ("Sent to", to),
        ("Quiet hours", text(f"{alert.quiet} ({alert.zone})") if alert.quiet else NOTHING),
        ("Digest", text(alert.digest) if alert.digest else NOTHING),
        ("Muted until", _muted(alert, now, zone)),
        ("Set by", text(people.get(alert.owner, alert.owner))),
    ])  # fmt: skip


def alarms(alert: Alert, found: Sequence[Alarm], names: Names, people: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Html:
    """The alarms of an alert, newest first."""
    columns = [Column("Raised"), Column("State"), Column("Firm", hide=True), Column("Posts", number=True), Column("Last", hide=True),
               Column("Newest posts", grow=True, hide=True)]  # fmt: skip
    return table("Alarms, newest first", columns, [_alarm(alert, one, names, people, now, zone) for one in found], walk=True)


def _alarm(alert: Alert, one: Alarm, names: Names, people: Mapping[str, str], now: datetime, zone: ZoneInfo) -> list[Html]:
    if one.seen is not None:
        seen = join([icon("tick"), text(f"seen by {people.get(one.seen.by, one.seen.by)}")])
        state = tag("span", seen, class_="chip green")
    elif one.is_open(alert, now):
        state = tag("span", join([icon("warning"), text("open")]), class_="chip red")
    else:
        state = tag("span", "over, unseen", class_="chip amber")
    posts = join([link("post", bdi(post, 60), post=post) for post in reversed(one.posts[-SHOWN:])], ", ")
    return [
        times.at(one.raised, now, zone), state, text(one.firm if alert.streams else names.firm(one.firm) if one.firm else ""), text(f"{one.many:,}"),
        times.at(one.last, now, zone, relative=True), posts,
    ]  # fmt: skip


def deliveries(alert: Alert, sent: Sequence[Sent], now: datetime, zone: ZoneInfo) -> Html:
    """Every try to send something, newest first."""
    known = {channel.key: channel for channel in alert.channels}
    columns = [Column("At", tight=True), Column("To"), Column("Result"), Column("Message", hide=True)]
    rows = [[times.at(one.at, now, zone), bdi(called(known, one.channel), 200), _result(one), tag("code", one.message)] for one in sent]
    return table("Deliveries, newest first", columns, rows)


def _result(one: Sent) -> Html:
    what = "test " if not one.alarm else ""
    if one.reason is None:
        return tag("span", join([icon("tick"), text(f"{what}sent")]), class_="chip green")
    word = "given up" if one.final else "tried again later"
    chip = tag("span", join([icon("warning"), text(f"{what}not sent")]), class_="chip red" if one.final else "chip amber")
    return join([chip, tag("span", f"{one.reason}{'' if not one.alarm else '; ' + word}", class_="soft")], " ")


def _firms(alert: Alert, names: Names) -> str:
    return "all" if alert.firms is None else ", ".join(map(names.firm, alert.firms))


def _muted(alert: Alert, now: datetime, zone: ZoneInfo) -> Html:
    return times.at(alert.muted_until, now, zone) if alert.muted_until is not None and alert.is_muted(now) else NOTHING
