"""What a source file says of its streams: where to listen, which messages concern a firm, and how kept messages are read again.

Messages are kept as they came, one on a line; `parse` reads such a page like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crawlers.page import Page

LINES = "application/x-ndjson"
"""The content type of kept messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overheard:
    """What one message is about. Nothing in it: it concerns nobody, and is not kept.

    `position` is where the stream stands after it, `at` when it was sent (epoch seconds), as far as it says. `firms` are those
    whose words are in it; `changes` is the ref of a post that it edits or removes, which concerns us when we hold that post.
    """

    position: int | None = None
    at: float | None = None
    firms: tuple[str, ...] = ()
    changes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """One stream. `name` is its own among those of the source, `firms` are whose words are listened for.

    `cursor` is the query parameter by which it goes on where it broke off, and `start_at` the position of a moment (epoch
    seconds), where it is first listened to; None: what was missed is fetched by the
    source's `start`, with the position as `Ask.cursor`. `overlap` is taken off the position first: what comes late. `secrets`
    are headers by the name of a secret. After `silent_after` seconds without a message somebody should look.
    """

    name: str
    url: str
    firms: tuple[str, ...]
    hear: Callable[[Any], Overheard]
    cursor: str | None = None
    start_at: Callable[[float], int] | None = None
    overlap: int = 0
    secrets: Mapping[str, str] = field(default_factory=dict)
    silent_after: float = 0.0


def is_streamed(page: Page) -> bool:
    """Whether a page holds kept messages."""
    return page.headers.get("content-type", "").startswith(LINES)


def lines(page: Page) -> Iterator[bytes]:
    """The messages of a page as they came."""
    return (line for line in page.body.split(b"\n") if line)


def socket_of(home: str) -> str:
    """The websocket address of a home: `https://x.example` → `wss://x.example`."""
    return f"ws{home.removeprefix('http')}" if home.startswith("http") else home
