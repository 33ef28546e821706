"""Every word the dashboard says, by key, so that a firm can translate it and a test can read it.

Sentence case, present tense, no exclamation marks. `{…}` are filled in by `say`. The words stand in `dashboard.words`.
"""

from __future__ import annotations

from dashboard.words import alerts, audit, board, casework, deadlines, frame, keys, post, reports, search, sources, understood, watch

PARTS = (frame, search, post, sources, casework, board, keys, deadlines, reports, audit, watch, alerts, understood)
"""The files of words; a key stands in one of them."""

WORDS: dict[str, str] = {key: words for part in PARTS for key, words in part.WORDS.items()}

BANNED = ("submit", "oops", "successfully", "please", "ai", "sentiment", "click here", "utilize", "ok")
"""Words that must not stand on the screen (as whole words)."""


def say(key: str, /, **values: object) -> str:
    """The words of `key` with the values filled in; an unknown key raises KeyError."""
    words = WORDS[key]
    return words.format(**values) if values else words


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 post`, `1,204 posts`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
