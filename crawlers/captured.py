"""From a kept exchange to the page that a source file reads: the same road for a live answer, a saved file and old evidence."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from crawlers.page import Broken, Page
from plaint.ports import Fetched

LARGEST = 64 * 1024 * 1024
"""Bytes that a page may have once it is unpacked; more is a trap, not a page."""


def page_of(fetched: Fetched, meta: Mapping[str, Any] | None = None) -> Page:
    """The page in `fetched`, unpacked; raises Broken for a coding that is damaged, unknown or unpacks to more than `LARGEST`."""
    headers = {name.lower(): value for name, value in fetched.headers}
    body = unpacked(fetched.body, headers.pop("content-encoding", ""))
    return Page(body, url=fetched.url, at=fetched.at, status=fetched.status or 200, headers=headers, meta=meta)


def unpacked(body: bytes, codings: str) -> bytes:
    """`body` without the codings that a `Content-Encoding` header names, the last one first."""
    for coding in reversed([part.strip().lower() for part in codings.split(",") if part.strip()]):
        match coding:
            case "identity":
                continue
            case "gzip" | "x-gzip":
                body = _inflate(body, 16 + zlib.MAX_WBITS, coding)
            case "deflate":
                # Half of the servers that say "deflate" leave the zlib header out.
                body = _inflate(body, zlib.MAX_WBITS if body[:1] == b"\x78" else -zlib.MAX_WBITS, coding)
            case _:
                raise Broken(f"a page packed with {coding!r}, which is not read here", "error answer")
    return body


def _inflate(body: bytes, window: int, coding: str) -> bytes:
    if not body:
        return body
    inflater = zlib.decompressobj(window)
    try:
        plain = inflater.decompress(body, LARGEST)
    except zlib.error as error:
        raise Broken(f"a page that is not {coding} though it says so: {error}", "error answer") from None
    if inflater.unconsumed_tail:
        raise Broken(f"a page of more than {LARGEST // 1024 // 1024} MB", "response too large")
    if not inflater.eof:
        raise Broken("a page that was cut off on its way", "half page")
    return plain
