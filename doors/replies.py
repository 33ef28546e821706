"""What a door sends back, whoever asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Status, body and headers of one answer."""

    status: int
    body: str
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


def plain(status: int, words: str) -> Reply:
    """An answer for a program."""
    return Reply(status=status, body=words + "\n", kind="text/plain; charset=utf-8")
