"""Proving that nothing was lost or bent: the log against its seals, posts against what was fetched, groups of copies against posts.

`verify` changes nothing. It shows no text and no author, only ids and places, so it needs no right beyond the log's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from plaint.desk import copies, log
from plaint.desk.register import narrowing
from plaint.desk.rights import Right, require
from plaint.desk.understanding import reread as reread_understandings
from plaint.model import Capture, Person, Post, fingerprint
from plaint.ports import Fetched, Stores
from plaint.query.tree import Search

SHOWN = 50
"""Faults that are listed one by one; all are counted."""

Reread = Callable[[Capture, Fetched], Sequence[Post]]
"""The posts that a capture gives when its bytes are read again."""

Told = Callable[[str, int], None]
"""Hears what is being checked and how far it is."""

NO_CAPTURE = "post without a capture"
LOST = "capture not in the evidence"
BENT = "capture whose bytes changed"
UNSUPPORTED = "post that its capture does not give"
DIFFERENT = "post that says other things than its capture"
MISREAD = "post of which something else is kept than its model says"
UNGROUPED = "post whose copies are not kept as its text says"
ALONE = "picture of a capture that is not in the evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that does not hold: what kind it is, the post where there is one, and the place in the evidence."""

    what: str
    post: str | None = None
    warc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What `verify` found. `counts` has the number of faults of each kind, `faults` the first of them.

    `reread` is how many captures were read again, None when that was not asked for; `left_out` is how many posts they
    give that the archive does not have, which is no fault: a crawl with `--since` leaves older ones out; `pictures` are those
    that were taken of captures, whole as they were kept. `understood` are the newest posts that were read for their meaning again and say the same,
    `understood_older` those of which another version of a model spoke.
    """

    log: log.Verdict
    posts: int
    captures: int
    reread: int | None
    left_out: int
    pictures: int
    understood: int
    understood_older: int
    counts: dict[str, int]
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return self.log.holds and not self.counts


@dataclass(slots=True)
class _Found:
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    shown: list[Fault] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)
    pictures: int = 0

    def add(self, what: str, post: str | None = None, warc: str | None = None) -> None:
        self.counts[what] += 1
        if len(self.shown) < SHOWN:
            self.shown.append(Fault(what=what, post=post, warc=warc))


def verify(stores: Stores, person: Person | None, *, outside: Path | None = None, reread: Reread | None = None, told: Told | None = None) -> Proof:
    """Check the log, and each post against the bytes it was read from; with `reread` also against what they say.

    A post that its source has taken away since counts as supported by the last capture that had it. Raises Refused.
    """
    if person is not None:
        require(person, Right.READ_LOG)
    found = _Found()
    told = told or _nobody
    places = _places(stores, found, told)
    posts = found.counts.pop("", 0) + sum(map(len, places.values()))
    again = _check(stores, places, found, reread, told)
    for key in copies.faults(stores):
        found.add(UNGROUPED, key)
    understood = reread_understandings(stores)
    for key in understood.other:
        found.add(MISREAD, key)
    return Proof(
        log=log.verify(stores, outside=outside), posts=posts, captures=len(places), reread=again if reread else None, left_out=len(found.left_out),
        pictures=found.pictures, understood=understood.same, understood_older=understood.older, counts=dict(found.counts), faults=tuple(found.shown),
    )  # fmt: skip


def _nobody(_what: str, _count: int) -> None:
    """Hears nothing."""


def _places(stores: Stores, found: _Found, told: Told) -> dict[str, list[tuple[str, bytes]]]:
    """Which posts (id, SHA-256 of the capture) were read from which record; a post without a record is a fault."""
    places: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    for number, post in enumerate(stores.posts.scan(Search()), 1):
        if post.capture is None or post.capture.warc is None:
            found.add(NO_CAPTURE, post.id)
            found.counts[""] += 1
        else:
            places[post.capture.warc].append((post.id, bytes.fromhex(post.capture.sha256)))
        if number % 1000 == 0:
            told("posts", number)
    return places


def _check(stores: Stores, places: dict[str, list[tuple[str, bytes]]], found: _Found, reread: Reread | None, told: Told) -> int:
    """Walk the evidence once; records behind a damaged one are asked for one by one. How many were read again."""
    waiting = dict(places)
    again = 0
    for number, (place, fetched) in enumerate(_records(stores, waiting), 1):
        if fetched.picture_of is not None:
            _same_page(stores, place, fetched.picture_of, found)
            continue
        posts = waiting.pop(place, [])
        _same_bytes(place, posts, fetched, found)
        if reread is not None:
            again += _same_words(stores, place, [key for key, _ in posts], fetched, reread, found)
        if number % 100 == 0:
            told("captures", number)
    for place, posts in waiting.items():
        for key, _ in posts:
            found.add(LOST, key, place)
    return again


def _same_page(stores: Stores, place: str, shown: str, found: _Found) -> None:
    """Count a picture, and see that the capture that it shows is still there."""
    found.pictures += 1
    try:
        stores.evidence.fetch(shown)
    except LookupError:
        found.add(ALONE, warc=place)


def _records(stores: Stores, waiting: dict[str, list[tuple[str, bytes]]]) -> Iterator[tuple[str, Fetched]]:
    yield from stores.evidence.walk()
    for place in list(waiting):
        try:
            yield place, stores.evidence.fetch(place)
        except LookupError:
            continue


def _same_bytes(place: str, posts: Sequence[tuple[str, bytes]], fetched: Fetched, found: _Found) -> None:
    digest = sha256(fetched.body).digest() if posts else b""
    for key, expected in posts:
        if digest != expected:
            found.add(BENT, key, place)


def _same_words(stores: Stores, place: str, ids: Sequence[str], fetched: Fetched, reread: Reread, found: _Found) -> int:
    capture = Capture(url=fetched.url, at=fetched.at, sha256=sha256(fetched.body).hexdigest(), warc=place, robots=fetched.robots)
    given = {post.id: post for post in reread(capture, fetched)}
    narrow = narrowing(stores.registers.approvals())
    held = {post.id: post for post in stores.posts.get(list(dict.fromkeys([*ids, *given])))}
    for key in ids:
        if key not in given:
            found.add(UNSUPPORTED, key, place)
        elif fingerprint(replace(held[key], gone=None)) not in {fingerprint(replace(one, gone=None)) for one in (given[key], narrow(given[key]))}:
            found.add(DIFFERENT, key, place)
    found.left_out.update(key for key, post in given.items() if key not in held and post.gone is None)
    return 1 if given or ids else 0
