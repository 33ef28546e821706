"""What is sent about an alarm: counts, names and a way to the dashboard; never what a post says nor who wrote it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urlencode

from plaint.alerts.alarms import Message
from plaint.alerts.alert import Alert, Channel, Digest, spoken

NAMED = 20
"""Posts that a message names at most."""


class NotSent(Exception):
    """A message did not go. A `final` refusal (no such address, not allowed) is not tried again."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.final = reason, final


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message, the same for every channel. `id` is the same at every try, so that whoever gets it twice can tell.

    `posts` are ids of posts, `link` leads to the dashboard where its address is known, `at` is when it was due (ISO 8601 in UTC).
    `stream` is the stream that fell silent.
    """

    id: str
    alert: str
    subject: str
    body: str
    firm: str | None
    many: int
    posts: tuple[str, ...]
    at: str
    link: str | None = None
    is_test: bool = False
    stream: str | None = None


class Sender(Protocol):
    """What can send letters, such as `responders.sender`."""

    def send(self, channel: Channel, letter: Letter) -> None:
        """Send it; raises NotSent with what the other side said."""


def letter(alert: Alert, message: Message, firms: Mapping[str, str], dashboard: str | None) -> Letter:
    """The letter of a message; `firms` are their names by key, `dashboard` is its address."""
    if alert.streams:
        return _about_a_stream(alert, message, dashboard)
    firm = message.alarm.firm or None
    about = f" about {firms.get(firm, firm)}" if firm else ""
    posts = "1 post" if message.many == 1 else f"{message.many:,} posts"
    kind = "" if alert.digest is None else f"{Digest(alert.digest).value.capitalize()} digest: "
    link = _link(dashboard, alert.key)
    lines = [
        f"{kind}{posts}{about} met the alert {alert.key} ({spoken(alert)}).", f"First: {message.alarm.came[0][0]}", "",
        *(f"  {post}" for post in message.posts[:NAMED]),
        *([f"  and {message.many - NAMED:,} more"] if message.many > NAMED else []), "",
        *([f"Look at it and acknowledge it: {link}"] if link else [f"Acknowledge it: plaint alerts ack {message.alarm.id}"]),
        "Further posts of the same cause are counted there; no other message comes of them." if alert.digest is None else "",
    ]  # fmt: skip
    return Letter(
        id=message.id, alert=alert.key, subject=f"[Plaint] {alert.key}: {posts}{about}", body="\n".join(lines).rstrip() + "\n", firm=firm,
        many=message.many, posts=message.posts[:NAMED], at=message.alarm.raised, link=link,
    )  # fmt: skip


def _about_a_stream(alert: Alert, message: Message, dashboard: str | None) -> Letter:
    """The letter of an alert on streams, which the alarm names where others name a firm."""
    stream, link = message.alarm.firm, _link(dashboard, alert.key)
    look = f"Look at it and acknowledge it: {link}" if link else f"Acknowledge it: plaint alerts ack {message.alarm.id}"
    body = f"The stream {stream} is silent for longer than it should be, or nobody follows it.\nSeen: {message.alarm.raised}\n\n{look}\n"
    return Letter(
        id=message.id, alert=alert.key, subject=f"[Plaint] {alert.key}: the stream {stream} is silent", body=body, firm=None, many=message.many,
        posts=(), at=message.alarm.raised, link=link, stream=stream,
    )  # fmt: skip


def test_letter(alert: Alert, id: str, at: str, dashboard: str | None) -> Letter:
    """A letter that says that it is a test."""
    link = _link(dashboard, alert.key)
    body = f"This is a test of the alert {alert.key}. Nothing happened.\n" + (f"\n{link}\n" if link else "")
    return Letter(
        id=id, alert=alert.key, subject=f"[Plaint] TEST {alert.key}", body=body, firm=None, many=0, posts=(), at=at, link=link, is_test=True
    )  # fmt: skip


def _link(dashboard: str | None, key: str) -> str | None:
    return None if dashboard is None else f"{dashboard.rstrip('/')}/alerts?{urlencode({'alert': key}, quote_via=quote)}"
