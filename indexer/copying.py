"""Moving a whole archive from one store to another, in either direction: `plaint copy`.

Everything is taken as it is stored: posts with their states and marks, the log with its hashes, secrets and seals. May be
killed at any moment and begun again: what has arrived is not sent again unless it changed. `compared` proves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from indexer.files import placed, pour
from plaint.model import Post, Quarantined
from plaint.ports import Body, CaseFilter, Entry, Seal, Stores
from plaint.understand.understanding import Understanding

BATCH = 500
"""Records in one go."""

EVERY = 1 << 31
"""More than any store has."""

QUARANTINE = ("open", "retried", "dismissed")
"""The states of rejected items."""

Told = Callable[[str, int], None]
"""Hears what is being copied and how far it is."""

T = TypeVar("T")


class Mixed(Exception):
    """The target holds another log or another archive; the message says what was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A post as a store keeps it, with all that the port does not say. Moments are microseconds since 1970.

    `states` are earlier ones: when first captured, the fingerprint in hex, the post.
    """

    post: Post
    captured: int
    since: int
    collected: int
    edited: bool
    gone_at: str | None = None
    case: str | None = None
    state: str | None = None
    understood: Understanding | None = None
    states: tuple[tuple[int, str, Post], ...] = ()


class Whole(Protocol):
    """What both stores can do beyond the ports, so that one can be poured into the other."""

    def records(self) -> Iterator[Record]:
        """All posts, in the order of their ids."""

    def adopt(self, records: Sequence[Record]) -> None:
        """Write posts as they are; a post that is there already becomes what its record says."""

    def pages(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """What was last fetched, in the order of the urls."""

    def adopt_log(self, entries: Sequence[Entry], bodies: Sequence[Body]) -> None:
        """Append entries that follow the last one here, with their texts."""

    def adopt_seal(self, seal: Seal) -> None:
        """Add the next seal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much of everything a store holds, and one digest of it all, 64 hex digits each."""

    posts: int
    states: int
    entries: int
    bodies: int
    seals: int
    cases: int
    runs: int
    quarantined: int
    pages: int
    registers: int
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What both stores hold at the end; `differs` names the parts that are not equal."""

    source: Counts
    target: Counts
    differs: tuple[str, ...]
    evidence: int


def copy(source: Stores, target: Stores, told: Told) -> Copied:
    """Bring the target to what the source is, then compare them. Raises Mixed, StoreDown, OSError."""
    taken, given = whole(source), whole(target)
    _log(source, target, given, told)
    _registers(source, target)
    for number, records in enumerate(_batches(taken.records(), BATCH), 1):
        given.adopt(records)
        told("posts", number * BATCH)
    _ledger(source, target, taken)
    offset = 0
    while rows := source.cases.cases(CaseFilter(limit=BATCH, offset=offset))[0]:
        for row in rows:
            target.cases.save_case(row)
        offset += len(rows)
    evidence = _evidence(source, target, told)
    told("comparing", 0)
    here, there = counted(source), counted(target)
    differs = tuple(part for part, digest in here.digests.items() if there.digests[part] != digest)
    return Copied(source=here, target=there, differs=differs, evidence=evidence)


def counted(stores: Stores) -> Counts:
    """Count and digest everything; reads all of it."""
    full = whole(stores)
    digests: dict[str, str] = {}

    def part(name: str, things: Iterable[Any]) -> int:
        digest, count = sha256(), 0
        for count, thing in enumerate(things, 1):  # noqa: B007
            digest.update(msgspec.json.encode(thing, order="deterministic") + b"\n")
        digests[name] = digest.hexdigest()
        return count

    states = 0

    def posts() -> Iterator[Record]:
        nonlocal states
        for record in full.records():
            states += len(record.states)
            yield record

    bodies = part("bodies", stores.cases.walk_bodies())
    return Counts(
        posts=part("posts", posts()), states=states, entries=part("log", stores.cases.walk()), bodies=bodies,
        seals=part("seals", stores.cases.seals()),
        cases=part("cases", _cases(stores)), runs=part("runs", stores.runs.newest(limit=EVERY)), quarantined=part("quarantine", _items(stores)),
        pages=part("pages", full.pages()), registers=part("registers", _known(stores)), digests=digests,
    )  # fmt: skip


def whole(stores: Stores) -> Whole:
    """What a store can do beyond the ports."""
    from indexer.connect import SqliteStores

    if isinstance(stores, SqliteStores):
        from indexer.sqlite_whole import SqliteWhole

        return SqliteWhole(stores)
    from indexer.elastic_whole import ElasticWhole

    return ElasticWhole(stores)


def _log(source: Stores, target: Stores, given: Whole, told: Told) -> None:
    """The entries that the target lacks, texts erased since, seals."""
    last = None
    for last in target.cases.walk():  # noqa: B007
        pass
    position = 0 if last is None else last.position
    if last is not None:
        same = next(source.cases.walk(position - 1), None)
        if same is None or same.hash != last.hash:
            raise Mixed(f"{target.address} holds another log (its entry {position} is not the source's): copy into a store of its own")
    texts = {(body.position, body.name): body for body in source.cases.walk_bodies()}
    for entries in _appends(source.cases.walk(position)):
        given.adopt_log(entries, [texts[entry.position, name] for entry in entries for name in entry.digests if (entry.position, name) in texts])
        told("log entries", entries[-1].position)
    for body in target.cases.walk_bodies():
        now = texts.get((body.position, body.name))
        if now is not None and now.text is None and body.text is not None:
            target.cases.erase(body.stream, body.version, body.name)
    have = len(target.cases.seals())
    for seal in source.cases.seals()[have:]:
        given.adopt_seal(seal)


def _appends(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    """The entries that were appended together."""
    for _, group in groupby(entries, key=lambda entry: (entry.stream, entry.command)):
        yield list(group)


def _registers(source: Stores, target: Stores) -> None:
    target.registers.save_firms(source.registers.firms())
    for approval in source.registers.approvals():
        target.registers.save_approval(approval)
    for person in source.registers.people():
        target.registers.save_person(person, source.registers.secret(person.key))
    for table in source.registers.tables():
        target.registers.save_table(table, source.registers.figures(table.digest))


def _ledger(source: Stores, target: Stores, taken: Whole) -> None:
    for run in reversed(source.runs.newest(limit=EVERY)):
        if target.runs.get(run.id) != run:
            target.runs.save(run)
    for items in _batches(_items(source), BATCH):
        target.runs.quarantine(items)
    for url, validators in taken.pages():
        if target.runs.seen_page(url) != validators:
            target.runs.note_page(url, validators)


def _items(stores: Stores) -> Iterator[Quarantined]:
    for state in QUARANTINE:
        yield from stores.runs.quarantined(state=state, limit=EVERY)


def _cases(stores: Stores) -> Iterator[Any]:
    offset = 0
    while rows := stores.cases.cases(CaseFilter(limit=BATCH, offset=offset))[0]:
        yield from rows
        offset += len(rows)


def _known(stores: Stores) -> Iterator[Any]:
    yield from stores.registers.firms()
    yield from stores.registers.approvals()
    for person in stores.registers.people():
        yield person, stores.registers.secret(person.key)
    for table in stores.registers.tables():
        yield table, stores.registers.figures(table.digest)


def _evidence(source: Stores, target: Stores, told: Told) -> int:
    """The WARC files, as far as they have grown; how many files were copied."""
    from_folder, to = (Path(str(getattr(stores.evidence, "path"))) for stores in (source, target))  # noqa: B009 the port has no folder
    if from_folder.resolve() == to.resolve() or not from_folder.is_dir():
        return 0
    to.mkdir(parents=True, exist_ok=True)
    copied = 0
    for file in sorted(from_folder.glob("*.warc*")):
        size, there = file.stat().st_size, to / file.name
        if not there.exists() or there.stat().st_size < size:
            with file.open("rb") as read, placed(there) as out:
                pour(read, out, size)
            copied += 1
            told("evidence files", copied)
    return copied


def _batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    waiting = iter(things)
    while batch := list(islice(waiting, size)):
        yield batch
