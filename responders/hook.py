"""Letters as signed webhooks: JSON by POST, signed as Standard Webhooks 1.0.0 says; redirects are not followed."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from plaint.alerts.alert import Channel
from plaint.alerts.letters import Letter, NotSent
from plaint.signing import sign_standard

PATIENCE = 10.0
"""Seconds that each step of the exchange may take."""

PASSING = frozenset({408, 425, 429})
"""Refusals of the 4xx family that may pass; the others are final."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Deliveries signed with one secret; `clock` is in epoch seconds."""

    secret: str
    clock: Callable[[], float]

    def send(self, channel: Channel, letter: Letter) -> None:
        """Deliver a letter; raises NotSent for any answer but 2xx."""
        parts = urlsplit(channel.address)
        body = as_json(letter)
        stamp = str(int(self.clock()))
        headers = {
            "Content-Type": "application/json", "User-Agent": "Plaint", "webhook-id": letter.id, "webhook-timestamp": stamp,
            "webhook-signature": sign_standard(letter.id, stamp, body, self.secret),
        }  # fmt: skip
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection = _connection(parts.scheme, parts.hostname or "", parts.port)
            try:
                connection.request("POST", path, body, headers)
                status = connection.getresponse().status
            finally:
                connection.close()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NotSent(f"{parts.hostname}: {type(error).__name__}: {error}"[:200]) from None
        if not 200 <= status < 300:
            raise NotSent(f"{parts.hostname} answered {status}", final=300 <= status < 500 and status not in PASSING)


def as_json(letter: Letter) -> bytes:
    """A letter as it is delivered."""
    about = {} if letter.stream is None else {"stream": letter.stream}
    said = {
        "type": "alert.test" if letter.is_test else "alert.raised", "id": letter.id, "timestamp": letter.at,
        "data": {"alert": letter.alert, "firm": letter.firm, "count": letter.many, "posts": list(letter.posts), "link": letter.link, **about},
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False).encode(errors="backslashreplace")


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=PATIENCE)
