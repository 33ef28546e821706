"""Cursors: where a list goes on. Opaque to whoever carries one, and good only for the question it was made for."""

from __future__ import annotations

import base64
import binascii
from hashlib import sha256

import msgspec

from plaint.query.tree import Search

Place = tuple[int | float | str, str | int]
"""The sort key of the last post shown and its id; by relevance the name of a kept walk and the position in it."""


def write_cursor(search: Search, place: Place) -> str:
    """The cursor after `place` in the answer to `search`."""
    return base64.urlsafe_b64encode(msgspec.json.encode((_signature(search, place), *place))).decode().rstrip("=")


def read_cursor(search: Search) -> Place | None:
    """Where the answer to `search` goes on, None for its beginning; raises ValueError for a cursor of another question."""
    if search.cursor is None:
        return None
    padded = search.cursor + "=" * (-len(search.cursor) % 4)
    try:
        signature, key, last = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=tuple[str, int | float | str, str | int])
    except (binascii.Error, UnicodeError, ValueError):
        raise ValueError("this is not a cursor: take `next` of the page before, or leave it out to start at the first page") from None
    if signature != _signature(search, (key, last)):
        raise ValueError("this cursor belongs to another question: leave it out to start at the first page")
    return key, last


def _signature(search: Search, place: Place) -> str:
    limits = [sorted((name, sorted(values)) for name, values in part.items()) for part in (search.include, search.exclude)]
    scope = None if search.scope is None else sorted(search.scope)
    question = repr((search.query, limits, scope, str(search.sort), place))
    return sha256(question.encode("utf-8", "surrogatepass")).hexdigest()[:24]
