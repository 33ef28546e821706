"""A message of a stream as it came, and where a stream stands: what is noted with its lease and outlives its owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from websockets.exceptions import InvalidStatus

from crawlers.named_secrets import MissingSecret
from crawlers.stream_page import Overheard
from plaint.ports import StoreDown


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came, when, and what it is about."""

    body: bytes
    at: datetime
    about: Overheard


@dataclass(slots=True)
class Standing:
    """Where a stream stands, as it is noted with its lease. `gap` is the position behind which something may be missing."""

    firms: str
    silent_after: float
    since: str
    position: int | None = None
    gap: int | None = None
    state: str = "connecting"
    reason: str = ""
    heard: str = ""
    newest: str = ""
    lag: float | None = None
    breaks: int = 0
    run: str = ""

    def said(self) -> dict[str, str]:
        """The same in words, as the lease keeps it."""
        plain = {name: getattr(self, name) for name in ("firms", "silent_after", "since", "position", "gap", "state", "reason", "heard",
                                                         "newest", "lag", "breaks", "run")}  # fmt: skip
        return {name: str(value) for name, value in plain.items() if value not in {None, ""}}


def reason_of(error: Exception) -> str:
    """A trouble of a connection, without what the server wrote."""
    match error:
        case InvalidStatus():
            return f"the server answered {error.response.status_code}"
        case StoreDown() | MissingSecret():
            return str(error)
        case _:
            return type(error).__name__
