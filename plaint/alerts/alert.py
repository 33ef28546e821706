"""What an alert is: a query, when it is met, whom it calls, and when they want to be left alone.

Pure. Moments are ISO 8601 in UTC; quiet hours and the hour of a digest are local, in a zone that is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from plaint.model import moment_of
from plaint.query.matching import askable
from plaint.query.parse import Unreadable, parse_query

IDLE = timedelta(hours=24)
"""After so long without another post an alarm about new posts is over; the next one is a new alarm."""

DIGEST_HOUR = 8
"""The local hour at which a daily digest leaves."""

SHORTEST_WINDOW, LONGEST_WINDOW = 5, 31 * 24 * 60
"""Minutes of a threshold's window: it is looked at every half minute."""

SILENCE = 60
"""Minutes after which a stream that spoke again and falls silent once more is a new alarm; the window of an alert on streams."""

CHANNELS = 5
"""Addresses of one alert at most."""

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_MAIL = re.compile(r"[^\s@,;<>()\"]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z0-9-]{2,63}")


class Digest(StrEnum):
    """How often what came is told together; without a digest each alarm is told at once."""

    HOURLY = "hourly"
    DAILY = "daily"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where an alert is sent: `kind` is `mail` or `hook`, `address` a mail address or an http(s) address."""

    kind: str
    address: str

    @property
    def key(self) -> str:
        """Its name in the log, which holds no addresses: the kind and eight hex digits."""
        return f"{self.kind}-{sha256(self.address.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert. Without `window` (minutes) each new post that matches counts; with it there must be `least` within the window.

    `version` is that of its definition in the log: a changed alert begins anew, with alarms of its own. One of `streams` has no query: it
    calls when a stream of its firms is silent for too long or nobody follows it, and the stream stands where others name a firm.

    `firms` are those whose posts count, None for all; `zone` is where quiet hours and digests are local. Muted from one
    moment until another it calls nobody for what begins then.
    """

    key: str
    owner: str
    query: str
    version: int = 0
    streams: bool = False
    firms: tuple[str, ...] | None = None
    window: int | None = None
    least: int = 1
    channels: tuple[Channel, ...] = ()
    quiet: str | None = None
    digest: Digest | None = None
    zone: str = "UTC"
    muted_from: str | None = None
    muted_until: str | None = None

    @property
    def idle(self) -> timedelta:
        """How long nothing must come for an alarm to be over."""
        return IDLE if self.window is None else timedelta(minutes=self.window)

    def is_muted(self, at: datetime) -> bool:
        """Whether it calls nobody for what begins at a moment."""
        if self.muted_from is None or self.muted_until is None:
            return False
        return moment_of(self.muted_from) <= at < moment_of(self.muted_until)


def faults(alert: Alert) -> Iterator[str]:
    """Everything that is wrong with an alert, in words that say what to write instead."""
    if not _KEY.fullmatch(alert.key):
        yield f"a name is small letters, digits, dashes and underscores, at most 40; got {alert.key!r}"
    if not alert.streams:
        yield from faults_of_query(alert.query)
    elif alert.query or (alert.window, alert.least) != (SILENCE, 1):
        yield "an alert on silent streams has neither a query nor a threshold"
    if alert.window is not None and not SHORTEST_WINDOW <= alert.window <= LONGEST_WINDOW:
        yield f"a window is {SHORTEST_WINDOW} to {LONGEST_WINDOW:,} minutes, got {alert.window}"
    if alert.least < 1 or (alert.window is None and alert.least != 1):
        yield "a threshold is at least one post within a window; give both, as 20 within 60 minutes"
    if alert.quiet is not None and (not _QUIET.fullmatch(alert.quiet) or alert.quiet[:5] == alert.quiet[6:]):
        yield f"quiet hours are two local times, like 22:00-07:00; got {alert.quiet!r}"
    if len(alert.channels) > CHANNELS:
        yield f"an alert is sent to at most {CHANNELS} addresses, got {len(alert.channels)}"
    for channel in alert.channels:
        yield from _faults_of_channel(channel)


def faults_of_query(text: str) -> Iterator[str]:
    """Why a text is no query that a new post can be asked."""
    if not text.strip():
        yield "an alert or rule needs a query; * asks for every post"
        return
    try:
        why = askable(parse_query(text))
    except Unreadable as error:
        why = f"{error.message} at character {error.position + 1}: {error.hint}"
    if why is not None:
        yield why


def channel_of(said: str) -> Channel:
    """The channel that `mail:ops@firm.example` or an http(s) address names; any other text is a channel with a fault."""
    kind, _, address = said.strip().partition(":")
    return Channel(kind="mail", address=address.strip()) if kind.casefold() == "mail" else Channel(kind="hook", address=said.strip())


def _faults_of_channel(channel: Channel) -> Iterator[str]:
    if channel.kind == "mail":
        if not _MAIL.fullmatch(channel.address):
            yield f"{channel.address!r} is no mail address; write mail:ops@firm.example"
        return
    try:
        parts = urlsplit(channel.address)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and parts.username is None
    except ValueError:
        fits = False
    if not fits or not channel.address.isascii() or re.search(r"[\s\x00-\x1f]", channel.address):
        yield f"{channel.address!r} is no channel; write mail:ops@firm.example or https://firm.example/hook"


def after_quiet(at: datetime, quiet: str | None, zone: str) -> datetime:
    """The first moment from `at` on that lies outside the quiet hours: that moment itself, or their end."""
    found = _QUIET.fullmatch(quiet or "")
    if found is None:
        return at
    first, until = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    local = at.astimezone(ZoneInfo(zone))
    clock = local.time()
    if not (first <= clock < until if first < until else clock >= first or clock < until):
        return at
    day = local.date() + timedelta(days=1 if first > until and clock >= first else 0)
    return datetime.combine(day, until, local.tzinfo).astimezone(at.tzinfo)


def told_at(at: datetime, digest: Digest | None, zone: str) -> datetime:
    """When what came at a moment is told: at once, at the next full hour, or at the next local DIGEST_HOUR."""
    if digest is None:
        return at
    local = at.astimezone(ZoneInfo(zone))
    if digest is Digest.HOURLY:
        return (at.replace(minute=0, second=0, microsecond=0)) + timedelta(hours=1)
    day = local.date() + timedelta(days=local.time() >= time(DIGEST_HOUR))
    return datetime.combine(day, time(DIGEST_HOUR), local.tzinfo).astimezone(at.tzinfo)


def spoken(alert: Alert) -> str:
    """When it calls, in words."""
    if alert.streams:
        return "a stream is silent for too long"
    if alert.window is None:
        return "each new post"
    span = f"{alert.window} min" if alert.window % 60 else f"{alert.window // 60} h"
    return f"{alert.least} posts within {span}" if alert.least > 1 else f"a post within {span}"


def called(channels: Mapping[str, Channel], key: str) -> str:
    """How a channel of the log is called for people: its address while the alert has it."""
    return channels[key].address if key in channels else f"{key} (no longer used)"
