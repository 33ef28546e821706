"""What makes the log tamper-evident: the hash of an entry, of a seal, and the keyed digest of a body.

The same functions write and check, on every store. JSON is made canonical first: keys sorted, UTF-8, no blanks.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import msgspec

GENESIS = "0" * 64
"""What stands for the hash before the first entry of a stream, and before the first seal."""

_encode = msgspec.json.Encoder(order="deterministic").encode


def canonical(value: Any) -> str:
    """A JSON value as the one text that is hashed and stored."""
    return _encode(value).decode()


def entry_hash(
    *, stream: str, version: int, at: str, by: str, command: str, kind: str, said: Mapping[str, Any], digests: Mapping[str, str], before: str
) -> str:
    """The hash of a log entry over every field and the hash before it, 64 hex digits."""
    return sha256(_encode([stream, version, at, by, command, kind, said, digests, before])).hexdigest()


def order_hash(hashes: Iterable[str]) -> str:
    """One hash over many, in their order; of none it is the hash of nothing."""
    whole = sha256()
    for one in hashes:
        whole.update(one.encode())
    return whole.hexdigest()


def seal_hash(*, number: int, at: str, position: int, heads: Mapping[str, tuple[int, str]], order: str, before: str) -> str:
    """The hash of a seal over every field and the seal before it, 64 hex digits."""
    return sha256(_encode([number, at, position, heads, order, before])).hexdigest()


def body_digest(secret: str, text: str) -> str:
    """The digest of a body under its secret (hex); without the secret the text cannot be guessed from it."""
    return hmac.new(bytes.fromhex(secret), text.encode(), sha256).hexdigest()
