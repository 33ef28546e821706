"""What a crawl hands to its clerk, and what comes back: notes about pages, over a private socket between two processes of one crawl."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from plaint.desk.intake import Tally
from plaint.model import Capture, Firm, RawPost, Rejection, Run, Site
from plaint.ports import Fetched

HEAD = struct.Struct(">I")
"""Before each message stands its length in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What the clerk knows of one run: its id, the facts of its source, the firm that is asked for, and since when."""

    run: str
    site: Site
    asked: Firm
    since: str | None


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep an exchange as evidence; later slips speak of it by `number`."""

    number: int
    fetched: Fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeIn:
    """Take in what a page said, and remember its validators under `note` once it is stored.

    The page is the exchange `kept`, or an earlier one of which the capture is given.
    """

    number: int
    round: int
    posts: tuple[RawPost, ...]
    rejected: tuple[Rejection, ...]
    kept: int | None = None
    capture: Capture | None = None
    note: tuple[str, Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Put the whole page `kept` into the quarantine."""

    number: int
    round: int
    kept: int
    rejection: Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPicture:
    """Keep a picture of the page `kept`."""

    number: int
    kept: int
    picture: Fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Write how far a run is."""

    number: int
    run: Run


@dataclass(frozen=True, slots=True)
class Goodbye:
    """There will be no more. Without it the crawl was killed, and what is not stored is left to the next one."""


Slip = Keep | TakeIn | SetAside | KeepPicture | Book | Goodbye


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a slip: the tally of a page, None for what has none, or the words of an error."""

    number: int
    round: int | None = None
    tally: Tally | None = None
    trouble: str | None = None


def packed(message: Slip | Done) -> bytes:
    """A message as it goes over the socket. Pickled: hostile pages hold strings that no stricter form can carry (half surrogates)."""
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return HEAD.pack(len(body)) + body


def opened(body: bytes | memoryview) -> Slip | Done:
    """The message in a body: only ever of the other half of this crawl, over a socket that nobody else has."""
    message: Slip | Done = pickle.loads(body)  # noqa: S301 - see above
    return message


def whole(buffer: bytearray) -> Iterator[Slip | Done]:
    """All messages that are whole at the beginning of `buffer`; they are taken out of it."""
    at = 0
    while len(buffer) - at >= HEAD.size and len(buffer) - at - HEAD.size >= (length := HEAD.unpack_from(buffer, at)[0]):
        start = at + HEAD.size
        at = start + length
        yield opened(bytes(buffer[start:at]))
    del buffer[:at]
