"""The table that leads from one taxonomy to another, as it stands beside what the archive holds, and what persons propose to change in it.

The shipped table is reviewed and has a version of the project; a change is proposed by one person and approved by another, both are events in
the log, and the shipped table stays as it is: what was approved is what the next edition of the table is to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from plaint.desk.archive import look_up
from plaint.desk.log import record
from plaint.desk.rights import Refused, Right, require
from plaint.model import Person
from plaint.ports import Stores
from plaint.query.tree import EVERYTHING, Node, Search
from plaint.understand.taxonomy import mapping, taxonomies

STREAM = "mappings"
"""The stream of the log that keeps proposals and approvals."""

PROPOSED, APPROVED = "MappingProposed", "MappingApproved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a person proposes that a code leads to ("": to nothing), why, who, when (ISO 8601), and who approved it (None: nobody yet)."""

    number: int
    to_code: str
    reason: str
    by: str
    at: str
    approved_by: str | None = None
    approved_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A code beside what it leads to: both with their labels, who reviewed it and when, and posts of which each is understood.

    `to_code` is empty where it was looked at and there is none; `change` is the last one that was proposed.
    """

    from_taxonomy: str
    kind: str
    from_code: str
    from_label: str
    to_taxonomy: str
    to_code: str
    to_label: str
    reviewer: str
    date: str
    note: str
    posts: int
    to_posts: int
    change: Change | None = None


def lines(stores: Stores, person: Person, query: Node = EVERYTHING) -> list[Line]:
    """The whole table in its order, with posts of the query within the person's firms. Raises Refused."""
    counts = look_up(stores, person, Search(query=query, limit=0, facets=("about",))).facets["about"]
    changes = {(said, to): change for said, to, change in _changes(stores)}
    return [
        Line(
            from_taxonomy=row.from_taxonomy, kind=row.from_kind, from_code=row.from_code,
            from_label=taxonomies()[row.from_taxonomy].labels(row.from_kind)[row.from_code],
            to_taxonomy=row.to_taxonomy, to_code=row.to_code,
            to_label=taxonomies()[row.to_taxonomy].labels(row.to_kind)[row.to_code] if row.to_code else "",
            reviewer=row.reviewer, date=row.date, note=row.note,
            posts=counts.get(f"{row.from_taxonomy}/{row.from_code}", 0),
            to_posts=counts.get(f"{row.to_taxonomy}/{row.to_code}", 0) if row.to_code else 0,
            change=changes.get((f"{row.from_taxonomy}/{row.from_code}", row.to_taxonomy)),
        )
        for row in mapping()
    ]  # fmt: skip


def propose(stores: Stores, person: Person, code: str, *, to: str, reason: str, now: datetime, command: str) -> int:
    """Propose that `code` (`taxonomy/code`) leads to `to` (`taxonomy/code`, or `taxonomy/` for nothing); the number of the proposal.

    Raises Refused without the right, for a code that is none, and for what the table says already.
    """
    require(person, Right.KEEP_MAP)
    row = next((one for one in mapping() if f"{one.from_taxonomy}/{one.from_code}" == code and one.to_taxonomy == to.partition("/")[0]), None)
    if row is None:
        raise Refused(f"the table has no line from {code!r} to {to.partition('/')[0]!r}; `plaint understand mapping` prints its lines")
    to_code = to.partition("/")[2]
    if to_code and to_code not in taxonomies()[row.to_taxonomy].labels(row.to_kind):
        raise Refused(
            f"{row.to_taxonomy} has no {row.to_kind} {to_code!r}; its codes are {', '.join(taxonomies()[row.to_taxonomy].labels(row.to_kind))}"
        )
    if to_code == row.to_code:
        raise Refused(f"{code} leads there already")
    if not reason.strip():
        raise Refused("say why: whoever approves it reads the reason")
    event = {"from": code, "taxonomy": row.to_taxonomy, "to": to_code, "reason": reason.strip()}
    (entry,) = record(stores, STREAM, person, PROPOSED, event, now, command)
    return entry.version


def approve(stores: Stores, person: Person, number: int, *, now: datetime, command: str) -> None:
    """Approve a proposal of somebody else. Raises Refused without the right, for one's own, and for what is no open proposal."""
    require(person, Right.KEEP_MAP)
    change = next((one for _, _, one in _changes(stores) if one.number == number), None)
    if change is None:
        raise Refused(f"there is no proposal {number}, or a later one took its place; `plaint understand mapping` shows them")
    if change.approved_by is not None:
        raise Refused(f"{change.approved_by} approved it already")
    if change.by == person.key:
        raise Refused("a proposal needs a second person; ask somebody else to approve it")
    record(stores, STREAM, person, APPROVED, {"proposal": number}, now, command)


def _changes(stores: Stores) -> Iterator[tuple[str, str, Change]]:
    """The last proposal for each line, with its approval: (from, taxonomy it leads to, change)."""
    last: dict[tuple[str, str], Change] = {}
    approvals = {}
    for entry in stores.cases.read(STREAM):
        if entry.kind == PROPOSED:
            said = entry.said
            last[said["from"], said["taxonomy"]] = Change(number=entry.version, to_code=said["to"], reason=said["reason"], by=entry.by, at=entry.at)
        elif entry.kind == APPROVED:
            approvals[entry.said["proposal"]] = (entry.by, entry.at)
    for (code, taxonomy), change in last.items():
        by, at = approvals.get(change.number, (None, None))
        yield code, taxonomy, Change(number=change.number, to_code=change.to_code, reason=change.reason, by=change.by, at=change.at,
                                     approved_by=by, approved_at=at)  # fmt: skip
