"""The evidence pack of one case: who may take it away, what goes in, and the entry in the log that says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from plaint.cases.case import Case, case_from
from plaint.cases.chain import GENESIS, body_digest, entry_hash
from plaint.cases.clocks import Clocks, clocks_of
from plaint.cases.events import recorded
from plaint.deadlines.trace import traced
from plaint.desk.acting import firm_of, load_case, visible
from plaint.desk.captured import each_capture
from plaint.desk.log import record
from plaint.desk.rights import Refused, Right
from plaint.model import Person, Post, Revision, iso, moment_of
from plaint.ports import Body, Entry, Stores
from plaint.reports.pack.archive import Proof, Taken, packed
from plaint.reports.pack.page import page

PACKED = "CasePacked"
"""The kind of the entry: the case, its version then, and the hash at the end of its log."""


def pack(stores: Stores, person: Person, case: str, *, version: str, now: datetime, command: str, as_of: str | None = None) -> bytes:
    """The pack of a case as a ZIP; with `as_of` (ISO 8601) of the case as it was then. Logged before it leaves.

    Refused where the case's own chain is broken: `plaint verify` says more about the whole log.
    """
    found, _ = load_case(stores, case)
    visible(stores, person, Right.EXPORT, found, now, command)
    visible(stores, person, Right.READ_CASES, found, now, command)
    moment = now if as_of is None else moment_of(as_of)
    proof = _proof(stores, case, moment)
    texts = {(body.version, body.name): body.text for body in proof.bodies}
    history = tuple(recorded(entry, texts) for entry in proof.entries)
    if not history:
        raise Refused(f"{case} was opened at {found.opened_at}; at {as_of} there was nothing to pack")
    as_it_was = case_from(case, history)
    firm = firm_of(stores, as_it_was.firm)
    clocks = clocks_of(as_it_was, firm, moment)
    posts = stores.posts.get(as_it_was.posts)
    revisions = {post.id: [one for one in stores.posts.revisions(post.id) if moment_of(one.seen) <= moment] for post in posts}
    shown = [revisions[post.id][-1].post if revisions[post.id] else post for post in posts]
    head = proof.entries[-1].hash
    manifest = {
        "case": case, "version": as_it_was.version, "head": head, "firm": firm.key, "as_of": iso(moment), "made": iso(now),
        "by": person.key, "plaint": version, "rows": len(history), "entries": len(proof.entries), "seals": len(proof.seals),
        "rules": sorted({f"{clock.deadline.regime} {clock.deadline.version}" for clock in clocks.clocks}),
    }  # fmt: skip
    whole = packed(
        page=page(as_it_was, history, clocks, shown, firm=firm.name, as_of=iso(moment), head=head),
        case=_case(as_it_was, history, revisions), deadlines=_deadlines(clocks), proof=proof,
        captures=list(_captures(stores, posts, revisions)), manifest=manifest,
    )  # fmt: skip
    record(stores, "access", person, PACKED, {"case": case, "version": as_it_was.version, "head": head}, now, command)
    return whole


def _proof(stores: Stores, case: str, moment: datetime) -> Proof:
    """The case's entries until a moment with their bodies and seals, checked on the way."""
    entries = [entry for entry in stores.cases.read(case) if moment_of(entry.at) <= moment]
    bodies = [body for entry in entries if entry.digests for body in _bodies(stores, entry)]
    before = GENESIS
    for number, entry in enumerate(entries, 1):
        own = entry_hash(
            stream=entry.stream, version=number, at=entry.at, by=entry.by, command=entry.command, kind=entry.kind,
            said=entry.said, digests=entry.digests, before=before,
        )  # fmt: skip
        if own != entry.hash:
            raise Refused(f"the chain of {case} is broken at version {number}: no pack is made of it; run plaint verify")
        before = own
    digests = {(entry.version, name): digest for entry in entries for name, digest in entry.digests.items()}
    for body in bodies:
        if body.text is not None and (body.secret is None or body_digest(body.secret, body.text) != digests.get((body.version, body.name))):
            raise Refused(f"the {body.name} of {case} version {body.version} is not as it was written: no pack is made of it; run plaint verify")
    return Proof(entries=entries, bodies=bodies, seals=[seal for seal in stores.cases.seals() if case in seal.heads])


def _bodies(stores: Stores, entry: Entry) -> Iterator[Body]:
    """The bodies of one entry, with their secrets."""
    for body in stores.cases.walk_bodies(entry.position - 1):
        if body.position > entry.position:
            return
        yield body


def _case(case: Case, history: Sequence[Any], revisions: dict[str, list[Revision]]) -> dict[str, Any]:
    events = [{"version": one.version, "at": one.at, "by": one.by, "event": type(one.event).__name__, **asdict(one.event)} for one in history]
    return {"case": asdict(case), "state": case.state, "history": events, "posts": revisions}


def _deadlines(clocks: Clocks) -> dict[str, Any]:
    said = [
        {"status": one.status, "why_status": one.why, "met_at": one.met_at, "provisional": one.provisional, "trace": traced(one.deadline)}
        for one in clocks.clocks
    ]
    return {"start": clocks.start, "receipts": clocks.receipts, "clocks": said, "trouble": clocks.trouble}


def _captures(stores: Stores, posts: Sequence[Post], revisions: dict[str, list[Revision]]) -> Iterator[Taken]:
    """What was fetched, each page once, in the order of the posts and their revisions."""
    for number, (post, capture) in enumerate(each_capture(posts, revisions), 1):
        name = f"{number:03}"
        facts: dict[str, Any] = {"post": post.id, **asdict(capture)}
        if capture.warc is None:
            yield Taken(name=name, facts=facts, lacks="it was not kept")
            continue
        try:
            fetched = stores.evidence.fetch(capture.warc)
        except LookupError as lost:
            yield Taken(name=name, facts=facts, lacks=str(lost))
            continue
        yield Taken(name=name, facts={**facts, "status": fetched.status, "headers": fetched.headers}, body=fetched.body)
