"""What each channel takes for one reply, and how much of it a text uses. A channel without an entry has no known limit."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
import regex  # type: ignore[import-untyped]

_URL = regex.compile(r"https?://[^\s<>\"]+", regex.IGNORECASE)
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that weigh one on X (its text configuration, version 3); all others weigh two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a channel takes: `most` of what it `counts`; a web address counts as `link` where that is given."""

    most: int
    counts: Literal["graphemes", "bytes", "weighted"]
    certainty: str
    link: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much of a channel's limit a text uses; `limit` is None where none is known."""

    used: int
    limit: Limit | None

    @property
    def fits(self) -> bool:
        """Whether the channel takes it, as far as is known."""
        return self.limit is None or self.used <= self.limit.most

    @property
    def left(self) -> int | None:
        """How much more would fit; negative when it is too long, None where no limit is known."""
        return None if self.limit is None else self.limit.most - self.used


@cache
def limits() -> Mapping[str, Limit]:
    """All known limits by source key."""
    with Path(__file__).with_name("limits.toml").open("rb") as file:
        return {source: msgspec.convert(said, Limit) for source, said in tomllib.load(file).items()}


def room(source: str, text: str) -> Room:
    """How much of its channel's limit a reply uses."""
    limit = limits().get(source)
    return Room(used=_graphemes(text) if limit is None else counted(text, limit), limit=limit)


def counted(text: str, limit: Limit) -> int:
    """How much of a limit a text uses, in what the limit counts."""
    links = _URL.findall(text) if limit.link is not None else []
    bare = _URL.sub("", text) if limit.link is not None else text
    used = {"graphemes": _graphemes, "bytes": _bytes, "weighted": _weighted}[limit.counts](bare)
    return used + len(links) * (limit.link or 0)


def _graphemes(text: str) -> int:
    return len(regex.findall(r"\X", text))


def _bytes(text: str) -> int:
    return len(text.encode("utf-8"))


def _weighted(text: str) -> int:
    """X's counting: after NFC a light code point is one and any other two; an emoji of several code points is two."""
    return sum(2 if _is_emoji(sign) else sum(_weight(one) for one in sign) for sign in regex.findall(r"\X", unicodedata.normalize("NFC", text)))


def _is_emoji(sign: str) -> bool:
    return bool(regex.match(r"\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3", sign)) and (
        len(sign) > 1 or bool(regex.match(r"\p{Emoji_Presentation}", sign))
    )


def _weight(sign: str) -> int:
    return 1 if any(low <= ord(sign) <= high for low, high in _LIGHT) else 2
