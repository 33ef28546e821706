"""Writing into the log, sealing it, and proving that nobody bent it.

`verify` recomputes every hash, compares the seals with the copies that left the store, and names the first broken
place. A seal counts as outside once it is written into a folder that is not the store's: whoever can write the store
can recompute everything in it, but not what they cannot reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from plaint.cases.chain import GENESIS, body_digest, entry_hash, order_hash, seal_hash
from plaint.desk.rights import Right, require
from plaint.model import Person, iso, moment_of
from plaint.ports import Body, Draft, Entry, Seal, Stores

ERASED = "BodyErased"
"""The kind of entry that orders an erasure; a body that is gone without one is damage."""

NOBODY = "nobody"
"""Who acts before there is any account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What `verify` found. `broken` says the first broken place in words, None when everything holds.

    `last_outside` is when the newest seal was made that was found outside, ISO 8601 in UTC, None without one;
    `covered` is how many entries it covers.
    """

    entries: int
    bodies: int
    seals: int
    broken: str | None = None
    last_outside: str | None = None
    covered: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing is broken."""
        return self.broken is None

    def age(self, now: datetime) -> timedelta | None:
        """How old the last outside seal is."""
        return None if self.last_outside is None else now - moment_of(self.last_outside)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideSeal:
    """A seal as it is written outside: with all heads at its moment, so that this one file names what was bent."""

    seal: Seal
    all_heads: Mapping[str, tuple[int, str]]


class _Broken(Exception):
    """The first broken place."""


def record(
    stores: Stores, stream: str, person: Person | None, kind: str, said: Mapping[str, Any], now: datetime, command: str,
    *, bodies: Mapping[str, str] | None = None,
) -> list[Entry]:  # fmt: skip
    """Append one entry to a stream that is no case (`sources`, `people`, `access`…), wherever that stream stands."""
    draft = Draft(kind=kind, said=said, bodies=bodies or {})
    return stores.cases.append(stream, None, [draft], at=iso(now), by=person.key if person else NOBODY, command=command)


def read(stores: Stores, person: Person, stream: str) -> list[Entry]:
    """The entries of a stream that is no case; needs the right to read the log."""
    require(person, Right.READ_LOG)
    return stores.cases.read(stream)


def seal(stores: Stores, person: Person | None, now: datetime, folder: Path | None) -> Seal:
    """Seal all chain heads and write the seal into `folder` outside the store (None: only inside).

    A file that is already there is never replaced: FileExistsError says that two stores seal into one folder.
    """
    if person is not None:
        require(person, Right.SEAL_LOG)
    made = stores.cases.seal(iso(now))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        heads: dict[str, tuple[int, str]] = {}
        for earlier in stores.cases.seals():
            if earlier.number <= made.number:
                heads.update(earlier.heads)
        with (folder / f"seal-{made.number:06}.json").open("xb") as file:
            file.write(msgspec.json.encode(OutsideSeal(seal=made, all_heads=heads)) + b"\n")
    return made


def erase(stores: Stores, person: Person, stream: str, version: int, name: str, *, reason: str, now: datetime, command: str) -> None:
    """Drop one text and its key for good. The order stays in the log with its reason; the chain and the figures stay true."""
    require(person, Right.ERASE)
    said = {"stream": stream, "version": version, "name": name, "reason": reason}
    record(stores, "erasures", person, ERASED, said, now, command)
    stores.cases.erase(stream, version, name)


def verify(stores: Stores, *, outside: Path | None = None) -> Verdict:
    """Walk the whole log: chains, order, bodies, seals, and the seals kept in the folder `outside`.

    Finds whatever was changed, removed, inserted or reordered up to the last outside seal, also when all hashes in the
    store were made again; after it, what does not fit its own chain.
    """
    walked = _Walked(stores)
    broken = None
    kept: list[OutsideSeal] = []
    try:
        kept = sorted(_outside(outside), key=lambda one: one.seal.number)
        walked.expect(kept)
        walked.entries_and_seals()
        walked.bodies()
        walked.outside_matches(kept)
    except _Broken as place:
        broken = str(place)
    last = kept[-1].seal if kept else None
    return Verdict(
        entries=walked.seen, bodies=walked.seen_bodies, seals=walked.seen_seals, broken=broken,
        last_outside=last.at if last else None, covered=last.position if last else 0,
    )  # fmt: skip


class _Walked:
    """One walk over the log, with what has been seen so far."""

    def __init__(self, stores: Stores) -> None:
        self.log = stores.cases
        self.seen = self.seen_bodies = self.seen_seals = 0
        self.heads: dict[str, tuple[int, str]] = {}
        self.digests: dict[tuple[int, str], tuple[str, int, str]] = {}
        self.ordered: set[tuple[str, int, str]] = set()
        self.due: dict[tuple[str, int], str] = {}
        self.sealed: list[Seal] = []

    def expect(self, kept: Sequence[OutsideSeal]) -> None:
        """Remember which hash each stream had by the newest outside seal, so that the walk names the first that differs."""
        for one in kept:
            if one.seal.hash != _hash_of(one.seal):
                raise _Broken(f"the outside copy of seal {one.seal.number} was changed")
        if kept:
            self.due = {(stream, version): head for stream, (version, head) in kept[-1].all_heads.items()}

    def entries_and_seals(self) -> None:
        """Check each entry against its chain, and each seal at the position where it was made."""
        self.sealed = self.log.seals()
        waiting = self._seals_in_order()
        seal = next(waiting, None)
        grown: dict[str, tuple[int, str]] = {}
        hashes: list[str] = []
        for entry in self.log.walk():
            while seal is not None and entry.position > seal.position:
                _check_seal(seal, grown, hashes)
                grown, hashes = {}, []
                seal = next(waiting, None)
            self._check_entry(entry)
            grown[entry.stream] = (entry.version, entry.hash)
            hashes.append(entry.hash)
        while seal is not None:
            if seal.position != self.seen and hashes:
                raise _Broken(f"seal {seal.number} covers {seal.position} entries, the log ends at {self.seen}")
            _check_seal(seal, grown, hashes)
            grown, hashes = {}, []
            seal = next(waiting, None)

    def _seals_in_order(self) -> Iterator[Seal]:
        before = GENESIS
        for number, seal in enumerate(self.sealed, 1):
            if seal.number != number:
                raise _Broken(f"seal {number} is missing")
            if seal.before != before or seal.hash != _hash_of(seal):
                raise _Broken(f"seal {number} of {seal.at} was changed")
            before = seal.hash
            self.seen_seals += 1
            yield seal

    def _check_entry(self, entry: Entry) -> None:
        where = f"{entry.stream} version {entry.version} (position {entry.position})"
        version, before = self.heads.get(entry.stream, (0, GENESIS))
        if entry.position != self.seen + 1:
            raise _Broken(f"position {self.seen + 1} is missing, before {where}")
        if entry.version != version + 1:
            raise _Broken(f"{entry.stream} version {version + 1} is missing or out of its order, at {where}")
        if entry.before != before or entry.hash != _hash_of_entry(entry):
            raise _Broken(f"{where}, a {entry.kind} by {entry.by}, is not as it was written")
        if self.due.get((entry.stream, entry.version), entry.hash) != entry.hash:
            raise _Broken(f"{entry.stream} was written anew up to version {entry.version}: its hash is not that of the outside seal")
        self.heads[entry.stream] = (entry.version, entry.hash)
        for name, digest in entry.digests.items():
            self.digests[entry.position, name] = (entry.stream, entry.version, digest)
        if entry.kind == ERASED:
            self.ordered.add(_order_of(entry))
        self.seen += 1

    def bodies(self) -> None:
        """Check each text against its digest; one that is gone needs the order to erase it."""
        for body in self.log.walk_bodies():
            if body.position > self.seen and self._has_grown():
                break
            expected = self.digests.pop((body.position, body.name), None)
            place = f"the {body.name} of {body.stream} version {body.version}"
            if expected is None or expected[:2] != (body.stream, body.version):
                raise _Broken(f"{place} belongs to no entry")
            if not self._is_true(body, expected[2]):
                raise _Broken(f"{place} " + ("is gone without an order to erase it" if body.text is None else "was changed"))
            self.seen_bodies += 1
        for (_, name), (stream, version, _) in self.digests.items():
            raise _Broken(f"the {name} of {stream} version {version} is missing")

    def _has_grown(self) -> bool:
        """Whether somebody has appended since the walk began; what they wrote is the next verification's."""
        return next(self.log.walk(self.seen), None) is not None

    def _is_true(self, body: Body, digest: str) -> bool:
        if body.text is None or body.secret is None:
            return body.text is None and body.secret is None and self._is_ordered((body.stream, body.version, body.name))
        try:
            return body_digest(body.secret, body.text) == digest
        except ValueError:
            return False

    def _is_ordered(self, body: tuple[str, int, str]) -> bool:
        if body not in self.ordered:
            self.ordered.update(_order_of(entry) for entry in self.log.walk(self.seen) if entry.kind == ERASED)
        return body in self.ordered

    def outside_matches(self, kept: Sequence[OutsideSeal]) -> None:
        """Compare the store's seals with the copies outside, and look for streams that are gone."""
        for one in kept:
            number = one.seal.number
            for stream, (version, _) in one.all_heads.items():
                if self.heads.get(stream, (0, ""))[0] < version:
                    raise _Broken(f"{stream} ends at version {self.heads.get(stream, (0, ''))[0]}; outside seal {number} saw version {version}")
            if number > len(self.sealed):
                raise _Broken(f"seal {number} is missing in the store; it is kept outside")
            if self.sealed[number - 1].hash != one.seal.hash:
                raise _Broken(f"seal {number} in the store is not the one kept outside")


def _order_of(entry: Entry) -> tuple[str, int, str]:
    """Which body an order to erase names."""
    return str(entry.said.get("stream")), int(entry.said.get("version", 0)), str(entry.said.get("name"))


def _check_seal(seal: Seal, grown: Mapping[str, tuple[int, str]], hashes: Iterable[str]) -> None:
    if seal.order != order_hash(hashes):
        raise _Broken(f"entries before seal {seal.number} of {seal.at} are not those it was made over, or not in their order")
    if dict(seal.heads) != dict(grown):
        raise _Broken(f"seal {seal.number} of {seal.at} names other chain heads than the log has")


def _hash_of(seal: Seal) -> str:
    return seal_hash(number=seal.number, at=seal.at, position=seal.position, heads=seal.heads, order=seal.order, before=seal.before)


def _hash_of_entry(entry: Entry) -> str:
    return entry_hash(
        stream=entry.stream, version=entry.version, at=entry.at, by=entry.by, command=entry.command, kind=entry.kind,
        said=entry.said, digests=entry.digests, before=entry.before,
    )  # fmt: skip


def _outside(folder: Path | None) -> Iterator[OutsideSeal]:
    """The seals kept in a folder; a file that cannot be read is a broken place."""
    for file in sorted(folder.glob("seal-*.json")) if folder is not None else ():
        try:
            yield msgspec.json.decode(file.read_bytes(), type=OutsideSeal)
        except msgspec.DecodeError as error:
            raise _Broken(f"the outside seal {file.name} cannot be read: {error}") from error
