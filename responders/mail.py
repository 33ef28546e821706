"""Letters by mail: SMTP with STARTTLS or TLS, one connection for each letter. No mail is read here."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum

from plaint.alerts.alert import Channel
from plaint.alerts.letters import Letter, NotSent
from plaint.model import moment_of

PATIENCE = 15.0
"""Seconds that each exchange with the server may take."""

REASON = 200
"""Characters of the server's words that are kept."""


class Security(StrEnum):
    """How the connection is made secret: asked for after it is made, from its start, or not at all (a relay on this machine)."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail server to send through. With `user` it logs in, never over a connection that is not secret."""

    host: str
    port: int
    sender: str
    security: Security = Security.STARTTLS
    user: str | None = None
    password: str | None = None

    def send(self, channel: Channel, letter: Letter) -> None:
        """Send a letter; raises NotSent. A refusal by the server (5xx) is final, anything else may pass."""
        try:
            with self._connected() as server:
                if self.user:
                    server.login(self.user, self.password or "")
                server.send_message(written(letter, self.sender, channel.address))
        except smtplib.SMTPRecipientsRefused as refused:
            code, words = next(iter(refused.recipients.values()))
            raise _said(code, words) from None
        except smtplib.SMTPResponseException as refused:
            raise _said(refused.smtp_code, refused.smtp_error) from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(f"{self.host}:{self.port}: {error}"[:REASON]) from None

    def _connected(self) -> smtplib.SMTP:
        trusted = ssl.create_default_context()
        if self.security is Security.TLS:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=PATIENCE, context=trusted)
        server = smtplib.SMTP(self.host, self.port, timeout=PATIENCE)
        if self.security is Security.STARTTLS:
            try:
                server.starttls(context=trusted)
            except (smtplib.SMTPException, OSError):
                server.close()
                raise
        return server


def written(letter: Letter, sender: str, to: str) -> EmailMessage:
    """A letter as a mail. Its Message-ID is the letter's id, so that the same letter twice can be told by any mail program."""
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, to
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(moment_of(letter.at))
    mail["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2].strip('> ')}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.body)
    return mail


def _said(code: int, words: bytes | str) -> NotSent:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return NotSent(f"the mail server said {code} {' '.join(text.split())}"[:REASON], final=500 <= code < 600)
