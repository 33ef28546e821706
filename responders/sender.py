"""Which channel sends what, as the settings say; and a thread that sends in rounds beside other work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import structlog

from plaint.alerts.alert import Channel
from plaint.alerts.letters import Letter, NotSent
from plaint.desk.sending import LENGTH, Rounds
from plaint.ports import StoreDown, Stores
from responders.hook import Hook
from responders.mail import Mail, Security
from settings import Settings

log = structlog.get_logger()

TICK = 1.0
"""Seconds between two rounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responders:
    """Sends over whatever channel is set up."""

    mail: Mail | None = None
    hook: Hook | None = None

    def send(self, channel: Channel, letter: Letter) -> None:
        """See `plaint.alerts.letters.Sender.send`. What is not set up may be by the next try."""
        over = self.mail if channel.kind == "mail" else self.hook
        if over is None:
            wanted = "PLAINT_SMTP and PLAINT_MAIL_FROM" if channel.kind == "mail" else "PLAINT_HOOK_SECRET"
            raise NotSent(f"set {wanted} to send over this channel")
        over.send(channel, letter)


def responders(given: Settings) -> Responders:
    """What the settings set up; raises ValueError for an address of a mail server that is none."""
    mail = None
    if given.smtp and given.mail_from:
        host, _, port = given.smtp.rpartition(":")
        if not host or not port.isdigit():
            raise ValueError(f"PLAINT_SMTP is {given.smtp!r}; write host:port, like mail.firm.example:587")
        mail = Mail(
            host=host.strip("[]"), port=int(port), sender=given.mail_from, security=Security(given.smtp_security), user=given.smtp_user,
            password=given.smtp_password,
        )  # fmt: skip
        if mail.user and mail.security is Security.NONE:
            raise ValueError("PLAINT_SMTP_USER is set, but the connection is not secret; set PLAINT_SMTP_SECURITY to starttls or tls")
    return Responders(mail=mail, hook=Hook(secret=given.hook_secret, clock=time.time) if given.hook_secret else None)


def rounds(stores: Stores, given: Settings, owner: str, length: timedelta = LENGTH) -> Rounds:
    """Rounds over the channels of the settings, under a lease of that length; raises ValueError for settings that do not fit."""
    return Rounds(stores, responders(given), owner=owner, clock=lambda: datetime.now(UTC), dashboard=given.dashboard, length=length)


@contextmanager
def sending(turning: Rounds) -> Iterator[None]:
    """Send what alarms have to tell, until the block ends and once more then; a store that is down is waited for."""
    stop = Event()
    thread = Thread(target=_turn, args=(turning, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)


def _turn(turning: Rounds, stop: Event) -> None:
    is_last = False
    while not is_last:
        is_last = stop.is_set()
        try:
            turning.once()
            if is_last:
                turning.end()
        except StoreDown as down:
            log.warning("watch_waits", reason=str(down))
        stop.wait(TICK)
