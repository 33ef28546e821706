"""Sending what alarms have to tell, and looking at thresholds: done in rounds by whoever has the lease.

Before each message the lease is kept once more, so that of two processes one sends. A process that dies between sending and noting it
leaves a message that is sent again, with the id it had: at least once, and who gets it can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from plaint.alerts.alarms import Due, Sent, waiting
from plaint.alerts.alert import Alert, Channel
from plaint.alerts.letters import Letter, NotSent, Sender, letter, test_letter
from plaint.desk import alerting, ruling, watched
from plaint.desk.rights import Right, require
from plaint.leases import Lease, LeaseLost
from plaint.model import Person, iso, moment_of
from plaint.ports import Stores
from plaint.query.parse import parse_query
from plaint.query.tree import And, Range, Search, Sort

log = structlog.get_logger()

LEASE = "alerts"
"""The lease of whoever sends."""

LENGTH = timedelta(seconds=60)
"""For so long nobody else takes over when the one who sends dies, unless another length is given; longer than any channel may take."""

LOOK = timedelta(seconds=30)
"""Between two looks at thresholds, and at what rules have left undone."""

FARTHEST = timedelta(hours=24)
"""So far back thresholds are looked at again when nobody has for a while."""

STEPS = 200
"""Moments at which one threshold is looked at in one round."""

EXAMPLES = 20
"""Posts that are named with a threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round did: messages `sent` and `failed`, thresholds `reached`, firings of rules carried out late."""

    sent: int = 0
    failed: int = 0
    reached: int = 0
    late: int = 0
    waits: bool = False


class Rounds:
    """Rounds of one process: `owner` names it, `clock` gives the present, `dashboard` is where people look at alarms, `length` is the lease's."""

    def __init__(
        self, stores: Stores, sender: Sender, *, owner: str, clock: Callable[[], datetime], dashboard: str | None = None, length: timedelta = LENGTH
    ) -> None:  # fmt: skip
        self._stores, self._sender, self._owner, self._clock, self._dashboard, self._length = stores, sender, owner, clock, dashboard, length
        self._lease: Lease | None = None
        self._looked: dict[str, tuple[int, datetime | None]] = {}
        self._reading = alerting.Reading()

    def once(self) -> Round:
        """One round, as far as nobody else has the lease; raises StoreDown."""
        try:
            return self._round()
        except LeaseLost:
            self._lease = None
            log.warning("lease_lost", name=LEASE)
            return Round(waits=True)

    def _round(self) -> Round:
        now = self._clock()
        lease = self._taken(now)
        if lease is None:
            return Round(waits=True)
        stores = self._stores.fenced(lease)
        alerts = list(alerting.known(stores).values())
        reached = late = 0
        checked = lease.said.get("checked")
        if checked is None or now - moment_of(checked) >= LOOK:
            since = max(moment_of(checked), now - FARTHEST) if checked else now
            reached = sum((_look_at_streams if alert.streams else _look)(stores, alert, since, now) for alert in alerts if alert.window is not None)
            late = ruling.carry_out_left(stores, now)
            self._reading.keep(alerts, now)
            lease = self._lease = self._stores.leases.keep(lease, self._clock() + self._length, {**lease.said, "checked": iso(now)})
        tried = [self._send(stores, lease, alert, one) for alert in alerts for one in self._due(stores, alert, now)]
        return Round(sent=sum(tried), failed=len(tried) - sum(tried), reached=reached, late=late)

    def end(self) -> None:
        """Let another process have the lease at once."""
        if self._lease is not None:
            self._stores.leases.release(self._lease)
            self._lease = None

    def _taken(self, now: datetime) -> Lease | None:
        """The lease, taken or held on when half of it is over; None while somebody else has it."""
        if self._lease is None or moment_of(self._lease.until) - now < self._length / 2:
            self._lease = self._stores.leases.take(LEASE, self._owner, now, now + self._length)
        return self._lease

    def _due(self, stores: Stores, alert: Alert, now: datetime) -> Iterator[Due]:
        """What is to be sent now; an alert to which nothing happened is not read again before something of it is due."""
        version = alerting.version(stores, alert, now)
        name = f"{alert.key} {alert.version} {alert.muted_from} {iso(now)[:7]}"
        seen, next_due = self._looked.get(name, (-1, None))
        if version == seen and (next_due is None or next_due > now):
            return
        found = list(waiting(alert, self._reading.alarms(stores, alert, now)))
        due = [one for one in found if one.at <= now]
        # What is tried now changes what is due next, in the stream of whichever month it belongs to.
        self._looked[name] = (-1 if due else version, min((one.at for one in found), default=None))
        yield from due

    def _send(self, stores: Stores, lease: Lease, alert: Alert, due: Due) -> bool:
        """Try one message; whether it went."""
        firms = {firm.key: firm.name for firm in stores.registers.firms()}
        said = letter(alert, due.message, firms, self._dashboard)
        self._stores.leases.keep(lease, self._clock() + self._length)
        sent = _tried(self._sender, due.channel, said, alarm=due.message.alarm.id, now=self._clock(), is_last=due.is_last)
        alerting.note_sent(stores, alert, sent)
        return sent.reason is None


def send_test(
    stores: Stores, person: Person, key: str, sender: Sender, *, now: datetime, command: str, dashboard: str | None = None
) -> list[tuple[Channel, Sent]]:  # fmt: skip
    """Send a letter that says that it is a test over every channel of an alert, at once; what became of each."""
    require(person, Right.WORK_CASES)
    alert = alerting.standing(stores, person, key, now).alert
    said = test_letter(alert, f"test-{command}", iso(now), dashboard)
    found = []
    for channel in alert.channels:
        sent = _tried(sender, channel, said, alarm="", now=now, is_last=True)
        alerting.note_sent(stores, alert, sent)
        found.append((channel, sent))
    return found


def _tried(sender: Sender, channel: Channel, said: Letter, *, alarm: str, now: datetime, is_last: bool) -> Sent:
    """Try to send a letter, and tell what became of it."""
    reason, final = None, False
    try:
        sender.send(channel, said)
    except NotSent as refused:
        reason, final = refused.reason, refused.final or is_last
        log.warning("alert_not_sent", alert=said.alert, channel=channel.key, final=final)
    else:
        log.info("alert_sent", alert=said.alert, channel=channel.key, message=said.id)
    return Sent(alarm=alarm, message=said.id, channel=channel.key, at=iso(now), reason=reason, final=final)


def _look_at_streams(stores: Stores, alert: Alert, _since: datetime, now: datetime) -> int:
    """Note which streams are silent now; how many became so."""
    held = {one.firm: one for one in alerting.alarms_now(stores, alert, now) if now - moment_of(one.last) < alert.idle}
    reached = 0
    for stream, firms in watched.silent(stores.leases.all(), now):
        before = held.get(stream)
        if (alert.firms is None or set(alert.firms) & set(firms)) and (before is None or now - moment_of(before.last) >= alert.idle / 2):
            alerting.note(stores, alert, stream, [], now, many=1)
            reached += before is None
    return reached


def _look(stores: Stores, alert: Alert, since: datetime, now: datetime) -> int:
    """Look whether a threshold is reached now, or was at a moment since nobody looked; how many firms reached it anew."""
    window = timedelta(minutes=alert.window or 1)
    step = max(window / 2, (now - since) / STEPS, LOOK)
    moments = [now]
    while (before := moments[-1] - step) > since:
        moments.append(before)
    return sum(_reached(stores, alert, firm, at, window) for at in reversed(moments) for firm in (alert.firms or ("",)))


def _reached(stores: Stores, alert: Alert, firm: str, at: datetime, window: timedelta) -> bool:
    """Note that so many posts of a firm came within the window before a moment; whether that was news."""
    came = Range("collected", low=iso(at - window), high=iso(at))
    search = Search(query=And((parse_query(alert.query), came)), scope=(firm,) if firm else None, sort=Sort.COLLECTED, limit=EXAMPLES)
    found = stores.posts.search(search)
    if found.total < alert.least:
        return False
    mine = [one for one in alerting.alarms_now(stores, alert, at) if one.firm == firm and at - moment_of(one.last) < alert.idle]
    if mine and found.total <= mine[-1].many and at - moment_of(mine[-1].last) < alert.idle / 2:
        return False
    alerting.note(stores, alert, firm, [hit.post.id for hit in found.hits], at, many=found.total)
    return not mine
