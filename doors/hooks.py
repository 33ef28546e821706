"""Webhooks: `/hooks/SOURCE` takes what a network or a system of the firm delivers, once it is proved whose it is.

A delivery is cut into parts, each about one firm: the entries of Meta's, the whole of a forwarded one. The body is kept as evidence as it
came, before it is read; each part goes through the same reading and intake as a page of a crawl. A part that came before is not taken
again, so that a network may deliver as often as it likes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import parse_qs

import structlog

from crawlers.named_secrets import MissingSecret, values
from crawlers.page import Broken, Page
from crawlers.reading import read
from crawlers.registry import source
from doors.replies import Reply, plain
from doors.signed import fault_of_meta, fault_of_standard, is_token
from plaint.desk import intake, register
from plaint.desk.rights import Refused
from plaint.model import Capture, Firm, Rejection, iso
from plaint.ports import Fetched, Stores
from plaint.posts.brands import Names

log = structlog.get_logger()

ROOT = "/hooks/"

LARGEST = 1024 * 1024
"""Bytes of a delivery that are read."""

RUN = "hooks"
"""The run under which a rejected item lies in the quarantine: a delivery belongs to no crawl."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """How one source delivers: the names of its secrets.

    `set_up_with` is the secret that Meta repeats when the webhook is set up; who forwards to us asks nothing before.
    """

    signed_with: str
    set_up_with: str | None = None


HOOKS = {
    "facebook": Hook(signed_with="FACEBOOK_APP_SECRET", set_up_with="FACEBOOK_VERIFY_TOKEN"),
    "instagram": Hook(signed_with="INSTAGRAM_APP_SECRET", set_up_with="INSTAGRAM_VERIFY_TOKEN"),
    "forwarded": Hook(signed_with="FORWARDED_SECRET"),
}
"""Every source that can deliver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What of a delivery is about one firm: `about` is how the delivery names it, `body` the part as JSON of its own."""

    about: str
    body: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the part, by which it is known when it comes again."""
        return sha256(self.body).hexdigest()


@dataclass(slots=True, kw_only=True)
class Taken:
    """What became of a delivery: posts by outcome, parts that had come before, parts that nobody may take in."""

    new: int = 0
    known: int = 0
    changed: int = 0
    rejected: int = 0
    again: int = 0
    refused: int = 0


def challenge(key: str, query: str) -> Reply:
    """The answer to Meta's question whether this address is the app's own."""
    hook = HOOKS.get(key)
    if hook is None or hook.set_up_with is None:
        return plain(404, "Nothing here.")
    try:
        token = values([hook.set_up_with])[hook.set_up_with]
    except MissingSecret as missing:
        return _not_set_up(key, missing)
    said = {name: many[-1] for name, many in parse_qs(query, max_num_fields=10).items()}
    word = said.get("hub.challenge", "")
    if said.get("hub.mode") != "subscribe" or not is_token(said.get("hub.verify_token", ""), token) or not (word.isalnum() and len(word) <= 200):
        log.warning("hook_refused", source=key, reason="wrong token")
        return plain(403, "No.")
    return Reply(status=200, body=word, kind="text/plain; charset=utf-8")


def deliver(stores: Stores, key: str, body: bytes, headers: Mapping[str, str], clock: Callable[[], float]) -> Reply:
    """The answer to a delivery; `headers` have lower-case names. 401 for a wrong signature, 503 for what should be sent again later."""
    hook = HOOKS.get(key)
    if hook is None:
        return plain(404, "Nothing here.")
    try:
        secret = values([hook.signed_with])[hook.signed_with]
    except MissingSecret as missing:
        return _not_set_up(key, missing)
    now = clock()
    fault = fault_of_meta(body, headers, secret) if hook.set_up_with else fault_of_standard(body, headers, secret, now)
    if fault is not None:
        log.warning("hook_refused", source=key, reason=fault)
        return plain(401, f"{fault[0].upper()}{fault[1:]}.")
    parts = parts_of(key, body)
    if parts is None:
        log.warning("hook_refused", source=key, reason="no delivery of this source")
        return plain(400, "This is no delivery of this source.")
    kept = (("Content-Type", "application/json"),)
    taken = take_in(stores, key, parts, Fetched(url=f"hook:{key}", at="", status=0, headers=kept, body=body, source=key),
                    datetime.fromtimestamp(now, UTC))  # fmt: skip
    if taken.refused and taken.refused == len(parts):
        return plain(503, "Closed: the register does not let this in for any firm.")
    log.info("hook_taken", source=key, new=taken.new, known=taken.known, changed=taken.changed, rejected=taken.rejected, again=taken.again)
    said = {name: getattr(taken, name) for name in Taken.__dataclass_fields__}
    return Reply(status=200, body=json.dumps(said) + "\n", kind="application/json")


def _not_set_up(key: str, missing: MissingSecret) -> Reply:
    log.warning("hook_refused", source=key, reason=f"set {' and '.join(missing.names)}")
    return plain(503, "Not set up.")


def parts_of(key: str, body: bytes) -> list[Part] | None:
    """The parts of a delivery, whatever the order of their keys; None where it is no delivery of that source."""
    try:
        tree = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(tree, dict):
        return None
    if HOOKS[key].set_up_with is None:
        return [Part(about=str(tree["firm"]), body=_bytes(tree))] if "firm" in tree else None
    entries = tree.get("entry")
    if tree.get("object") not in {"page", "instagram"} or not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        return None
    return [Part(about=str(one.get("id")), body=_bytes({"object": tree["object"], "entry": [one]})) for one in entries]


def _bytes(tree: object) -> bytes:
    return json.dumps(tree, sort_keys=True, ensure_ascii=False).encode(errors="surrogatepass")


def take_in(stores: Stores, key: str, parts: list[Part], fetched: Fetched, now: datetime) -> Taken:
    """Take the parts in that are new and that the register allows; the whole delivery is their evidence, kept once.

    Raises StoreDown; what was stored before stays, and the delivery may come again.
    """
    firms = stores.registers.firms()
    names, taken = Names(firms), Taken()
    capture: Capture | None = None
    for part in parts:
        place = f"hook:{key}/{part.digest}"
        if stores.runs.seen_page(place):
            taken.again += 1
            continue
        firm = _firm(firms, key, part.about)
        try:
            register.allowed(stores, key, firm.key if firm is not None else None, now)
        except Refused:
            log.warning("hook_refused", source=key, reason="not approved", firm=firm.key if firm is not None else None)
            taken.refused += 1
            continue
        if capture is None:
            capture = stores.evidence.keep(replace(fetched, at=iso(now)))
        _take_part(stores, key, part, replace(capture, parser=f"{key}@{source(key).site.version}"), firm, names, now, taken)
        stores.runs.note_page(place, {"sha256": part.digest, "at": iso(now), "warc": capture.warc or ""})
    return taken


def _firm(firms: list[Firm], key: str, about: str) -> Firm | None:
    """The firm of a part: by its handle at the source, or, where a system of its own forwards, by its key."""
    return next((firm for firm in firms if (firm.key if HOOKS[key].set_up_with is None else firm.handles.get(key)) == about), None)


def _take_part(
    stores: Stores, key: str, part: Part, capture: Capture, firm: Firm | None, names: Names, now: datetime, taken: Taken
) -> None:  # fmt: skip
    one = source(key)
    try:
        reading = read(one, Page(part.body, url=capture.url, at=capture.at, headers={"content-type": "application/json"}))
    except Broken as broken:
        intake.set_aside(stores, source=key, capture=capture, rejection=Rejection(reason=str(broken), field=intake.PAGE), run=RUN, now=now)
        taken.rejected += 1
        return
    tally = intake.receive(
        stores, site=one.site, capture=capture, said=[*reading.posts, *reading.rejected], run=RUN, asked=firm, names=names, now=now,
    )  # fmt: skip
    taken.new += tally.new
    taken.known += tally.known
    taken.changed += tally.changed
    taken.rejected += tally.rejected
