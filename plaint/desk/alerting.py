"""Alerts as people keep them, and their alarms: made, muted, acknowledged, and noted when posts come.

Definitions stand in the log stream `alerts`; what happened to one, in a stream for each alert and month. Queries, addresses and the
posts' ids are kept beside the chain, so that they can be erased.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from plaint.alerts.alarms import Alarm, Due, Folding, Happened, Matched, Seen, Sent, alarms, waiting
from plaint.alerts.alert import Alert, faults
from plaint.desk.acting import firm_of
from plaint.desk.answers import COLLECTOR
from plaint.desk.log import record
from plaint.desk.rights import Refused, Right, in_scope, require
from plaint.model import Person, iso, moment_of
from plaint.ports import Draft, Entry, Stores

STREAM = "alerts"

LONGEST_MUTE = timedelta(days=90)

_ALARM = re.compile(r"(?P<key>[a-z0-9][a-z0-9_-]*)-v(?P<version>\d+)-(?P<month>\d{4}-\d{2})-\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An alert with the alarms of this and the last month, newest first, and what waits to be sent."""

    alert: Alert
    alarms: tuple[Alarm, ...]
    waiting: tuple[Due, ...]

    def unseen(self) -> list[Alarm]:
        """The alarms that nobody has acknowledged."""
        return [one for one in self.alarms if one.seen is None]


def save(stores: Stores, person: Person, alert: Alert, now: datetime, command: str) -> Alert:
    """Make an alert, or change one's own; a changed one begins anew. Needs the right to work on cases of its firms."""
    require(person, Right.WORK_CASES)
    held = known(stores).get(alert.key)
    if held is not None and not _sees(person, held):
        raise Refused(f"{alert.key} is taken; choose another name")
    firms = _scope(stores, person, alert.firms)
    zone = firm_of(stores, firms[0]).zone if firms is not None and len(firms) == 1 else alert.zone
    wanted = replace(alert, owner=person.key, firms=firms, zone=zone, muted_from=None, muted_until=None)
    wrong = next(faults(wanted), None)
    if wrong is not None:
        raise Refused(wrong)
    body = msgspec.json.encode(replace(wanted, version=0)).decode()
    (entry, *_) = record(stores, STREAM, person, "AlertSaved", {"key": alert.key, "dropped": False}, now, command, bodies={"alert": body})
    return replace(wanted, version=entry.version)


def drop(stores: Stores, person: Person, key: str, now: datetime, command: str) -> None:
    """Forget an alert; its past stays in the log, and what waits to be sent is not sent."""
    _mine(stores, person, key)
    record(stores, STREAM, person, "AlertDropped", {"key": key, "dropped": True}, now, command)


def mute(stores: Stores, person: Person, key: str, until: datetime, now: datetime, command: str) -> None:
    """Let an alert call nobody for what begins until a moment; `until` not after now ends that. Its alarms are still counted."""
    _mine(stores, person, key)
    if until > now + LONGEST_MUTE:
        raise Refused(f"an alert is muted for at most {LONGEST_MUTE.days} days; remove it if nobody wants it")
    record(stores, STREAM, person, "AlertMuted", {"key": key, "from": iso(now), "until": iso(until)}, now, command)


def acknowledge(stores: Stores, person: Person, alarm: str, now: datetime, command: str) -> None:
    """Say that one has seen an alarm and deals with it: what waits to be sent of it is not sent, further posts are a new alarm."""
    found = _ALARM.fullmatch(alarm)
    if found is None:
        raise Refused(f"{alarm!r} is no alarm; `plaint alerts show NAME` shows their ids")
    alert = _mine(stores, person, found["key"])
    held = next((one for one in alarms(alert, _happened(stores, alert, found["month"])) if one.id == alarm), None)
    if held is None or alert.version != int(found["version"]):
        raise Refused(f"there is no alarm {alarm}; the alert may have been changed since")
    if held.seen is not None:
        raise Refused(f"{held.seen.by} acknowledged {alarm} at {held.seen.at}")
    said = {"alarm": alarm}
    record(stores, _stream(alert, found["month"]), person, "AlertAcknowledged", said, now, command)


def standings(stores: Stores, person: Person, now: datetime) -> list[Standing]:
    """The alerts that a person may see, those with something unseen first, then by name."""
    require(person, Right.READ_CASES)
    found = [_standing(stores, alert, now) for alert in known(stores).values() if _sees(person, alert)]
    return sorted(found, key=lambda one: (not one.unseen(), one.alert.key))


def standing(stores: Stores, person: Person, key: str, now: datetime) -> Standing:
    """One alert; Refused where there is none that the person may see."""
    require(person, Right.READ_CASES)
    return _standing(stores, _seen_by(stores, person, key), now)


def known(stores: Stores) -> dict[str, Alert]:
    """All alerts by key."""
    entries = stores.cases.read(STREAM)
    bodies = stores.cases.bodies(STREAM) if entries else {}
    found: dict[str, Alert] = {}
    for entry in entries:
        key, body = str(entry.said["key"]), bodies.get((entry.version, "alert"))
        if entry.kind == "AlertMuted":
            if key in found:
                found[key] = replace(found[key], muted_from=str(entry.said["from"]), muted_until=str(entry.said["until"]))
        elif entry.said["dropped"] or body is None:
            found.pop(key, None)
        else:
            found[key] = replace(msgspec.json.decode(body, type=Alert), version=entry.version)
    return found


def note(stores: Stores, alert: Alert, firm: str, posts: Sequence[str], now: datetime, *, many: int | None = None) -> None:
    """Note that posts met an alert for a firm (empty: none that is registered); the same posts again are noted once."""
    month = _month(now)
    what = "\0".join([firm, *sorted(posts)] if many is None else [firm, str(many), iso(now)])
    command = f"{_stream(alert, month)}:{sha256(what.encode(errors='surrogatepass')).hexdigest()[:24]}"
    said = {"firm": firm, "posts": len(posts), "many": many}
    draft = Draft(kind="AlertMatched", said=said, bodies={"posts": msgspec.json.encode(list(posts)).decode()})
    stores.cases.append(_stream(alert, month), None, [draft], at=iso(now), by=COLLECTOR.key, command=command)


def note_sent(stores: Stores, alert: Alert, sent: Sent) -> None:
    """Note a try to send a message."""
    kind = "AlertSent" if sent.reason is None else "AlertNotSent"
    month = _ALARM.fullmatch(sent.alarm)
    said = {"alarm": sent.alarm, "message": sent.message, "channel": sent.channel, "final": sent.final}
    stream = _stream(alert, month["month"] if month else _month(moment_of(sent.at)))
    draft = Draft(kind=kind, said=said, bodies={"reason": sent.reason} if sent.reason is not None else {})
    stores.cases.append(stream, None, [draft], at=sent.at, by=COLLECTOR.key, command=f"{stream}:{sent.message}:{sent.channel}:{sent.at}")


def alarms_now(stores: Stores, alert: Alert, now: datetime) -> list[Alarm]:
    """The alarms of this month, and of the one before, oldest first."""
    return [one for month in _months(now) for one in alarms(alert, _happened(stores, alert, month))]


class Reading:
    """The alarms of alerts, read on from where they were read last: of an alert that each post meets only what is new costs anything."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[int, Folding]] = {}

    def alarms(self, stores: Stores, alert: Alert, now: datetime) -> list[Alarm]:
        """See `alarms_now`."""
        return [one for month in _months(now) for one in self._month(stores, alert, month)]

    def keep(self, alerts: Iterable[Alert], now: datetime) -> None:
        """Forget what is none of those alerts' any more, or of a month that is over."""
        kept = {_stream(alert, month) for alert in alerts for month in _months(now)}
        self._read = {stream: held for stream, held in self._read.items() if stream in kept}

    def _month(self, stores: Stores, alert: Alert, month: str) -> list[Alarm]:
        stream = _stream(alert, month)
        version, fold = self._read.get(stream) or (0, Folding(alert))
        for last, one in _happened_since(stores, alert, month, version):
            fold.take(one)
            self._read[stream] = (last, fold)
        return list(fold.alarms.values())


def tests_sent(stores: Stores, alert: Alert, now: datetime) -> list[Sent]:
    """The tests of an alert that were sent this month, oldest first."""
    return [one for one in _happened(stores, alert, _month(now)) if isinstance(one, Sent) and one.alarm == ""]


def version(stores: Stores, alert: Alert, now: datetime) -> int:
    """How much has happened to an alert this month: a cheap way to tell whether there is anything to look at."""
    return stores.cases.version(_stream(alert, _month(now)))


def _standing(stores: Stores, alert: Alert, now: datetime) -> Standing:
    found = alarms_now(stores, alert, now)
    return Standing(alert=alert, alarms=tuple(reversed(found)), waiting=tuple(waiting(alert, found)))


def _happened(stores: Stores, alert: Alert, month: str) -> Iterator[Happened]:
    return (one for _, one in _happened_since(stores, alert, month))


def _happened_since(stores: Stores, alert: Alert, month: str, version: int = 0) -> Iterator[tuple[int, Happened]]:
    """What happened to an alert in a month after a version of its stream, with the versions."""
    stream = _stream(alert, month)
    entries = stores.cases.read(stream, version)
    bodies = stores.cases.bodies(stream, version) if entries else {}
    for entry in entries:
        yield entry.version, _happening(entry, bodies, f"{alert.key}-v{alert.version}-{month}-{entry.version}")


def _happening(entry: Entry, bodies: Mapping[tuple[int, str], str | None], id: str) -> Happened:
    said: Mapping[str, Any] = entry.said
    match entry.kind:
        case "AlertMatched":
            posts = msgspec.json.decode(bodies.get((entry.version, "posts")) or "[]", type=tuple[str, ...])
            return Matched(id=id, at=entry.at, firm=str(said["firm"]), posts=posts, many=said["many"])
        case "AlertAcknowledged":
            return Seen(alarm=str(said["alarm"]), at=entry.at, by=entry.by)
        case _:
            reason = None if entry.kind == "AlertSent" else bodies.get((entry.version, "reason")) or "erased"
            return Sent(
                alarm=str(said["alarm"]), message=str(said["message"]), channel=str(said["channel"]), at=entry.at, reason=reason,
                final=bool(said["final"]),
            )  # fmt: skip


def _stream(alert: Alert, month: str) -> str:
    return f"alert:{alert.key}:{alert.version}:{month}"


def _month(now: datetime) -> str:
    return iso(now)[:7]


def _months(now: datetime) -> tuple[str, str]:
    """The last month and this one."""
    return _month(now.replace(day=1) - timedelta(days=1)), _month(now)


def _scope(stores: Stores, person: Person, firms: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The firms of an alert: those that are asked for, all of them the person's; without any, all of the person's."""
    if firms is None:
        return person.firms
    for firm in firms:
        require(person, Right.WORK_CASES, firm)
        firm_of(stores, firm)
    return firms


def _sees(person: Person, alert: Alert) -> bool:
    return person.firms is None if alert.firms is None else all(in_scope(person, firm) for firm in alert.firms)


def _seen_by(stores: Stores, person: Person, key: str) -> Alert:
    found = known(stores).get(key)
    if found is None or not _sees(person, found):
        raise Refused(f"there is no alert {key!r} that you may see; `plaint alerts list` shows them")
    return found


def _mine(stores: Stores, person: Person, key: str) -> Alert:
    """An alert that the person may change: it needs the right to work on cases, and all of its firms."""
    require(person, Right.WORK_CASES)
    return _seen_by(stores, person, key)
