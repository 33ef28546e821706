"""What became of an alert: its alarms, one for each cause, and what is to be sent about them now.

Pure: folded from the alert's log of one calendar month (UTC). An alarm never reaches into another month: a cause that lasts is an
alarm anew on the first, so that nobody is silenced for ever and no fold reads more than a month.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from plaint.alerts.alert import Alert, Channel, after_quiet, told_at
from plaint.model import moment_of

BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 3600, 6 * 3600))
"""The pauses between tries to send one message; after the try behind the last one it is given up."""

GRACE = timedelta(minutes=1)
"""How long after its span a digest leaves, so that what is being written at the end of the span is in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Posts that met the alert for one firm (empty: for none that is registered). `many` counts all where a threshold was reached."""

    id: str
    at: str
    firm: str
    posts: tuple[str, ...]
    many: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Somebody has seen an alarm and deals with it."""

    alarm: str
    at: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A try to send a message over a channel: `reason` is why it did not go, None where it did; after a `final` one there is no further."""

    alarm: str
    message: str
    channel: str
    at: str
    reason: str | None = None
    final: bool = False


Happened = Matched | Seen | Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One cause for a call: the alert and a firm, from its first post until it is acknowledged or nothing comes any more.

    `came` are the moments at which posts came, with how many; `many` is how many there are in all.
    """

    id: str
    firm: str
    raised: str
    last: str
    posts: tuple[str, ...]
    many: int
    came: tuple[tuple[str, int], ...]
    seen: Seen | None = None
    sent: tuple[Sent, ...] = ()

    def is_open(self, alert: Alert, now: datetime) -> bool:
        """Whether nobody has seen it and its cause may still go on."""
        return self.seen is None and now - moment_of(self.last) < alert.idle

    def tries(self, message: str, channel: str) -> tuple[Sent, ...]:
        """The tries to send a message over a channel, oldest first."""
        return tuple(one for one in self.sent if (one.message, one.channel) == (message, channel))


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of an alarm: `id` is the same at every try, `many` posts (`posts` among them) are what it tells of."""

    id: str
    alarm: Alarm
    due: datetime
    many: int
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A message that waits for its channel until a moment; `tried` is how often it was tried."""

    message: Message
    channel: Channel
    at: datetime
    tried: int

    @property
    def is_last(self) -> bool:
        """Whether it is given up when it fails once more."""
        return self.tried >= len(BACKOFF)


class Folding:
    """The alarms of one alert in one month, told what happened as it happens."""

    def __init__(self, alert: Alert) -> None:
        self._alert = alert
        self.alarms: dict[str, Alarm] = {}
        self.current: dict[str, str] = {}
        self.known: dict[str, set[str]] = {}

    def take(self, one: Happened) -> None:
        """Let one more thing have happened."""
        match one:
            case Matched():
                _matched(self, self._alert, one)
            case Seen() if one.alarm in self.alarms and self.alarms[one.alarm].seen is None:
                self.alarms[one.alarm] = replace(self.alarms[one.alarm], seen=one)
            case Sent() if one.alarm in self.alarms:
                found = self.alarms[one.alarm]
                self.alarms[one.alarm] = replace(found, sent=(*found.sent, one))
            case _:
                pass


def alarms(alert: Alert, happened: Iterable[Happened]) -> list[Alarm]:
    """The alarms of a month, oldest first."""
    fold = Folding(alert)
    for one in happened:
        fold.take(one)
    return list(fold.alarms.values())


def _matched(fold: Folding, alert: Alert, one: Matched) -> None:
    """Count posts into the alarm that is open for the firm, or raise one; a post counts once in a month."""
    known = fold.known.setdefault(one.firm, set())
    new = tuple(post for post in dict.fromkeys(one.posts) if post not in known)
    known.update(new)
    held = fold.alarms.get(fold.current.get(one.firm, ""))
    if held is not None and _goes_on(held, alert, moment_of(one.at)):
        many = len(new) if one.many is None else max(0, one.many - held.many)
        fold.alarms[held.id] = replace(
            held, last=max(held.last, one.at), posts=(*held.posts, *new), many=held.many + many,
            came=(*held.came, (one.at, many)) if many else held.came,
        )  # fmt: skip
        return
    many = len(new) if one.many is None else one.many
    if many:
        fold.alarms[one.id] = Alarm(id=one.id, firm=one.firm, raised=one.at, last=one.at, posts=new, many=many, came=((one.at, many),))
        fold.current[one.firm] = one.id


def _goes_on(held: Alarm, alert: Alert, at: datetime) -> bool:
    """Whether what comes at a moment is still the cause of an alarm. A threshold stays reached after somebody has seen it."""
    return at - moment_of(held.last) < alert.idle and (held.seen is None or alert.window is not None)


def messages(alert: Alert, alarm: Alarm) -> Iterator[Message]:
    """What is to be told of an alarm: once when it is raised; with a digest, once for each span in which posts came."""
    if alert.is_muted(moment_of(alarm.raised)):
        return
    if alert.digest is None:
        at, many = alarm.came[0]
        yield Message(id=alarm.id, alarm=alarm, due=after_quiet(moment_of(at), alert.quiet, alert.zone), many=many, posts=alarm.posts[:many])
        return
    spans: dict[datetime, int] = {}
    for at, many in alarm.came:
        told = told_at(moment_of(at), alert.digest, alert.zone)
        spans[told] = spans.get(told, 0) + many
    before = 0
    for told, many in spans.items():
        due = after_quiet(told + GRACE, alert.quiet, alert.zone)
        yield Message(id=f"{alarm.id}-{told:%Y%m%dT%H%M}", alarm=alarm, due=due, many=many, posts=alarm.posts[before : before + many])
        before += many


def waiting(alert: Alert, found: Sequence[Alarm]) -> Iterator[Due]:
    """Every message that is still to be sent, with the moment from which; nothing is sent of an alarm that somebody has seen."""
    for alarm in found:
        if alarm.seen is not None:
            continue
        for message in messages(alert, alarm):
            for channel in alert.channels:
                tries = alarm.tries(message.id, channel.key)
                if tries and (tries[-1].reason is None or tries[-1].final):
                    continue
                pause = moment_of(tries[-1].at) + BACKOFF[min(len(tries), len(BACKOFF)) - 1] if tries else message.due
                yield Due(message=message, channel=channel, at=max(message.due, pause), tried=len(tries))
