"""Archives that are too large to be held at once, in pieces that are read one after the other: mailboxes and the tweets of X's data downloads.

A piece is what its archive would be with fewer messages, each as it was: the reading of a source file knows no difference.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import IO

PIECE = 4 * 1024 * 1024
"""Bytes that are read at once: about the size of a piece. Smaller archives stay whole."""
TWEETS = re.compile(r"tweets?(-part\d+)?\.js")
"""The files of X's data download that hold public posts; its other scripts are private or no posts."""
_HEAD = re.compile(r"\s*window\.YTD\.\w+\.part\d+\s*=\s*\[")
_BETWEEN = re.compile(r"[\s,]*")
_MESSAGE = re.compile(rb"\n\r?\n(?=From \S+ [^\n]*\d{4}\s*?\n)")
"""Between two messages; "From here on" at the beginning of a paragraph is none."""
_decoder = json.JSONDecoder(strict=False)


def splitter(name: str, size: int) -> Callable[[IO[bytes]], Iterator[bytes]] | None:
    """What cuts a file of that name and size (bytes) into pieces; None for one that is read whole."""
    if size <= PIECE:
        return None
    last = name.rpartition("/")[2].lower()
    return mailbox if last.endswith(".mbox") else tweets if TWEETS.fullmatch(last) else None


def mailbox(handle: IO[bytes]) -> Iterator[bytes]:
    """A mailbox in mailboxes, cut before the `From ` lines that begin its messages."""
    rest = b""
    while block := handle.read(PIECE):
        rest += block
        cut = max((found.end() for found in _MESSAGE.finditer(rest)), default=0)
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest


def tweets(handle: IO[bytes]) -> Iterator[bytes]:
    """The list of tweets in shorter lists under the same head. What is no list, or damaged, comes as it is, for its reader to refuse."""
    decoder, head, rest = codecs.getincrementaldecoder("utf-8-sig")("replace"), "", ""
    while block := handle.read(PIECE):
        rest += decoder.decode(block)
        if not head and (found := _HEAD.match(rest)):
            head, rest = found[0], rest[found.end() :]
        cut = _end_of_last(rest) if head else 0
        if cut:
            yield f"{head}{rest[:cut].lstrip(', ')}]".encode()
            rest = rest[cut:]
    if rest.strip(" \t\r\n,];") or not head:
        yield f"{head}{rest.lstrip().removeprefix(',')}".encode()


def _end_of_last(text: str) -> int:
    """Where the last whole value of a list's inside ends; 0 where there is none."""
    end = 0
    while True:
        start = _BETWEEN.match(text, end).end()  # type: ignore[union-attr] # it matches nothing too
        try:
            end = _decoder.raw_decode(text, start)[1]
        except (ValueError, RecursionError):
            return end
