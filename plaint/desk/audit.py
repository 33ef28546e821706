"""Looking into the log: what people did, read and took away, newest first; and verifying it, with the result kept.

Only names of acts, ids and places are shown: the words that people wrote are outside the chain and stay with their cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from plaint.desk import keeping, log
from plaint.desk.archive import READ, SHOWN
from plaint.desk.exports import EXPORTED
from plaint.desk.keeping import Proof, Told
from plaint.desk.packs import PACKED
from plaint.desk.returns import MADE, REFUSED
from plaint.desk.rights import Right, in_scope, require
from plaint.model import Person
from plaint.ports import CASE_STREAM, Entry, Stores

VERIFIED = "LogVerified"
"""The kind of the entry in the stream `verifications`: what was found, when and by whom."""

STREAM = "verifications"

PAGE = 50
"""Entries of one page."""

STEP, FARTHEST = 1_000, 20_000
"""Entries that are read at once, and at most for one page: a filter that matches little does not read the whole log."""


class Sort(StrEnum):
    """What an entry is: somebody looked, took something away, was refused, or changed something."""

    READ = "read"
    EXPORT = "export"
    REFUSED = "refused"
    WRITE = "write"


_SORTS = {
    "CaseRead": Sort.READ, READ: Sort.READ, SHOWN: Sort.READ, EXPORTED: Sort.EXPORT, PACKED: Sort.EXPORT, MADE: Sort.EXPORT,
    REFUSED: Sort.REFUSED, "ActRefused": Sort.REFUSED, "SignInRefused": Sort.REFUSED,
}  # fmt: skip


def sort_of(entry: Entry) -> Sort:
    """What an entry is; whatever is no look, export or refusal changed something."""
    return _SORTS.get(entry.kind, Sort.WRITE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which entries; empty parts ask for all. `before` is a position: only older ones."""

    by: str | None = None
    sort: Sort | None = None
    case: str | None = None
    kind: str | None = None
    before: int | None = None

    def holds(self, entry: Entry) -> bool:
        """Whether an entry is asked for."""
        return (
            self.by in {None, entry.by}
            and self.sort in {None, sort_of(entry)}
            and self.kind in {None, entry.kind}
            and self.case in {None, case_of(entry)}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Entries, newest first. `older` is where to go on, None at the beginning of the log; `looked` is how many were read for it."""

    entries: tuple[Entry, ...]
    older: int | None
    looked: int
    end: int


def case_of(entry: Entry) -> str | None:
    """The case that an entry is about, if it is about one."""
    if entry.stream.startswith(CASE_STREAM):
        return entry.stream
    named = entry.said.get("case")
    return named if isinstance(named, str) else None


def entries(stores: Stores, person: Person, asked: Asked) -> Page:
    """One page of the log as the person may see it: of the firms of the account, and of nothing else's."""
    require(person, Right.READ_LOG)
    if asked.case is not None and asked.before is None and asked.sort is Sort.WRITE:
        own = [entry for entry in stores.cases.read(asked.case) if asked.holds(entry) and _Scope(stores, person).holds(entry)]
        return Page(entries=tuple(reversed(own)), older=None, looked=len(own), end=_end(stores))
    end = _end(stores)
    scope, found = _Scope(stores, person), list[Entry]()
    position = end + 1 if asked.before is None else min(asked.before, end + 1)
    looked = 0
    while position > 1 and len(found) < PAGE and looked < FARTHEST:
        after = max(0, position - 1 - STEP)
        for entry in reversed(_between(stores, after, position)):
            looked += 1
            position = entry.position
            if asked.holds(entry) and scope.holds(entry):
                found.append(entry)
            if len(found) == PAGE:
                break
        else:
            position = after + 1
    return Page(entries=tuple(found), older=position if position > 1 else None, looked=looked, end=end)


def _between(stores: Stores, after: int, before: int) -> list[Entry]:
    """The entries between two positions, both left out."""
    found = []
    for entry in stores.cases.walk(after):
        if entry.position >= before:
            break
        found.append(entry)
    return found


def _end(stores: Stores) -> int:
    """The position of the newest entry: looked for in growing steps, then halved, so that the log is not walked."""

    def reaches(position: int) -> bool:
        return next(iter(stores.cases.walk(position - 1)), None) is not None

    seals = stores.cases.seals()
    low, step = (seals[-1].position if seals else 0), 1
    while reaches(low + step):
        low, step = low + step, step * 2
    high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if reaches(middle) else (low, middle)
    return low


@dataclass(slots=True)
class _Scope:
    """Whether an entry is about a firm of the person's; the firm of a case is read once."""

    stores: Stores
    person: Person
    firms: dict[str, str | None] = field(default_factory=dict)

    def holds(self, entry: Entry) -> bool:
        if self.person.firms is None:
            return True
        case, firm = case_of(entry), entry.said.get("firm")
        if isinstance(firm, str):
            return in_scope(self.person, firm)
        if case is None:
            return entry.by == self.person.key
        if case not in self.firms:
            opened = self.stores.cases.read(case)[:1]
            self.firms[case] = str(opened[0].said.get("firm")) if opened else None
        return self.firms[case] in self.person.firms


def verify(
    stores: Stores, person: Person, *, outside: Path | None, captures: bool, now: datetime, command: str, told: Told | None = None
) -> Result:  # fmt: skip
    """Verify the log, with `captures` also each post against what it was read from; the result is an entry of the log."""
    require(person, Right.READ_LOG)
    if captures:
        proof: Proof | None = keeping.verify(stores, person, outside=outside, told=told)
        verdict = proof.log if proof else log.verify(stores, outside=outside)
    else:
        proof, verdict = None, log.verify(stores, outside=outside)
    said = {
        "holds": verdict.holds and not (proof and proof.counts), "entries": verdict.entries, "bodies": verdict.bodies, "seals": verdict.seals,
        "broken": verdict.broken, "last_outside": verdict.last_outside, "covered": verdict.covered,
        "posts": proof.posts if proof else None, "captures": proof.captures if proof else None, "faults": dict(proof.counts) if proof else {},
    }  # fmt: skip
    entry = log.record(stores, STREAM, person, VERIFIED, said, now, command)[-1]
    return _result(entry, proof)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a verification found. `places` are the first faults of posts, only where it was just run."""

    at: str
    by: str
    holds: bool
    entries: int
    bodies: int
    seals: int
    covered: int
    broken: str | None = None
    last_outside: str | None = None
    posts: int | None = None
    captures: int | None = None
    faults: Mapping[str, int] = field(default_factory=dict)
    places: tuple[keeping.Fault, ...] = ()


def _result(entry: Entry, proof: Proof | None = None) -> Result:
    said: dict[str, Any] = dict(entry.said)
    return Result(at=entry.at, by=entry.by, places=proof.faults if proof else (), **said)


def results(stores: Stores, person: Person) -> Iterator[Result]:
    """What earlier verifications found, newest first."""
    require(person, Right.READ_LOG)
    return (_result(entry) for entry in reversed(stores.cases.read(STREAM)) if entry.kind == VERIFIED)
