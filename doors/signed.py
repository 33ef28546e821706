"""Who may deliver: the signatures under webhooks. Pure; secrets and the time are given, compared in constant time.

Meta signs the bytes of the body (`X-Hub-Signature-256`, developers.facebook.com/docs/graph-api/webhooks/getting-started). Whoever
forwards to us signs id, time and body as Standard Webhooks 1.0.0 says (standardwebhooks.com), which has libraries in most languages.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256

from plaint.signing import sign_standard

TOLERANCE = 300.0
"""Seconds by which the time of a forwarded delivery may differ from ours, either way: an older one is replayed."""

FAULTS = ("no signature", "wrong signature", "too old", "too early")
"""Why a delivery is not let in."""


def fault_of_meta(body: bytes, headers: Mapping[str, str], secret: str) -> str | None:
    """Why a delivery of Meta is not let in, one of `FAULTS`; None for one that is signed with the app's secret."""
    scheme, _, signature = headers.get("x-hub-signature-256", "").partition("=")
    if scheme != "sha256" or not signature:
        return "no signature"
    ours = hmac.new(secret.encode(), body, sha256).hexdigest()
    return None if hmac.compare_digest(signature.encode(), ours.encode()) else "wrong signature"


def fault_of_standard(body: bytes, headers: Mapping[str, str], secret: str, now: float) -> str | None:
    """Why a forwarded delivery is not let in, one of `FAULTS`; `now` is in epoch seconds.

    Several signatures, set apart by spaces, are for the days on which a secret changes.
    """
    key, stamp, signatures = (headers.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature"))
    if not (key and re.fullmatch(r"[0-9]{1,12}", stamp) and signatures):
        return "no signature"
    ours = sign_standard(key, stamp, body, secret).encode()
    if not any(hmac.compare_digest(one.encode(), ours) for one in signatures.split()):
        return "wrong signature"
    age = now - int(stamp)
    if age > TOLERANCE:
        return "too old"
    return "too early" if age < -TOLERANCE else None


def is_token(given: str, token: str) -> bool:
    """Whether the word that Meta repeats when it sets a webhook up is ours."""
    return hmac.compare_digest(given.encode(), token.encode())
