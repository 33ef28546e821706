"""Signing a delivery as Standard Webhooks 1.0.0 says (standardwebhooks.com): what is sent and what is let in are signed alike. Pure."""

from __future__ import annotations

import base64
import binascii
import hmac
from hashlib import sha256


def sign_standard(key: str, stamp: str, body: bytes, secret: str) -> str:
    """The signature of a delivery with that id and time: `v1,` and base64."""
    signed = hmac.new(_key_of(secret), f"{key}.{stamp}.".encode() + body, sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def _key_of(secret: str) -> bytes:
    """The bytes of a secret: base64 behind `whsec_`, else the text itself."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            pass
    return secret.encode()
