"""What the door says, in the languages it knows: one file each in `doors/languages/`, chosen by `?lang=`, else by what the browser asks for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

FOLDER = Path(__file__).with_name("languages")

FIRST = "en"
"""The language of whoever asks for none that is known."""


class Sayings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All words of one language; `{firm}` stands for the firm's name, `{text}` and `{line}` for the most characters. Plain text, no markup."""

    name: str
    language: str
    tell: str
    not_sent_yet: str
    place: str
    what: str
    how: str
    scale: tuple[str, str, str, str, str]
    optional: str
    your_name: str
    reach: str
    reach_hint: str
    consent: str
    quote: str
    send: str
    trap: str
    thanks: str
    received: str
    nothing_here: str
    no_form: str
    closed: str
    closed_now: str
    not_sent: str
    try_later: str
    only_form: str
    unread: str
    faults: Mapping[str, str]


@cache
def languages() -> Mapping[str, Sayings]:
    """The words by code (BCP 47 primary), the first language first. A file that lacks a word raises msgspec.ValidationError."""
    found = {file.stem: msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Sayings) for file in sorted(FOLDER.glob("*.toml"))}
    return {FIRST: found[FIRST], **found}


def chosen(asked: str | None, accepted: str | None) -> str:
    """The code of the language to speak: the one that is asked for, else the best of an `Accept-Language` header (RFC 9110, 12.5.4)."""
    if asked is not None and asked in languages():
        return asked
    weighed = [_weighed(part) for part in (accepted or "")[:500].split(",")]
    known = [(weight, code) for weight, code in weighed if weight > 0 and code in languages()]
    return max(known, key=lambda pair: pair[0])[1] if known else FIRST


def _weighed(part: str) -> tuple[float, str]:
    """One entry of the header: how much it is wanted, and its primary code."""
    code, _, rest = part.partition(";")
    weight = rest.strip().removeprefix("q=")
    try:
        return (float(weight) if weight else 1.0), code.strip().partition("-")[0].lower()
    except ValueError:
        return 0.0, ""
