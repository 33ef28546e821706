"""Exports: who may take posts out of the archive, what the file says about itself, and the entry in the access log.

Bytes are made by `plaint.reports.export`; putting the file in its place is the caller's, who has the disk.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import IO, Any

from plaint.desk import archive
from plaint.desk.log import record
from plaint.desk.rights import Refused, Right, require
from plaint.model import Person, Post, Run, iso
from plaint.ports import Stores
from plaint.posts import words
from plaint.query.parse import parse_query
from plaint.query.tree import And, Fuzzy, Node, Not, Or, Phrase, Prefix, Range, Search, Sort, Term
from plaint.reports.export import COLUMNS, Format, write

EXPORTED = "PostsExported"
"""The kind of the entry: `format`, `rows`, `sha256`, `sort`, `masked`; the query is a body, since it may name a person."""

GUARD = (
    "A text cell that a spreadsheet could run begins with an added apostrophe; to have the text back, take one off each cell that begins "
    "with apostrophes and then such a sign."
)
COVERAGE = (
    "The file holds what had been collected by its as-of and matches the query: what each source showed to a visitor, not every complaint "
    "that exists. The last run of each source says how much of what it announced is held."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An export as it was asked for: the query as typed, the kind of file, the order, and the file's name without a folder.

    `masked` says whether personal data in titles and texts is hidden; None hides it from all but the operator.
    """

    query: str
    format: Format
    name: str
    sort: Sort = Sort.NEWEST
    masked: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The newest run of a source for a firm, so that a reader knows how complete the archive was."""

    source: str
    firm: str | None
    ended: str | None
    state: str
    announced: int | None
    held: int
    rejected: int
    missing: int
    alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the file can and cannot show: a sentence, and the last run of each source."""

    note: str
    runs: tuple[LastRun, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What stands in `FILE.manifest.json`. `as_of` and `bytes` are of the file; `tree` is the query as it was understood."""

    file: str
    format: Format
    query: str
    tree: Any
    sort: Sort
    order: str
    rows: int
    cut_cells: int
    bytes: int
    sha256: str
    as_of: str
    by: str
    masked: bool
    firms: tuple[str, ...] | None
    columns: tuple[str, ...]
    guard: str | None
    versions: Mapping[str, str]
    coverage: Coverage


ORDERS = {
    Sort.NEWEST: "newest possible publication first, undated last, then id",
    Sort.OLDEST: "oldest possible publication first, undated last, then id",
    Sort.RATING_LOW: "lowest rating first, unrated last, then id",
    Sort.RATING_HIGH: "highest rating first, unrated last, then id",
    Sort.COLLECTED: "last collected first, then id",
}
"""The orders that an export can have, in words; by relevance there is no stored order to repeat."""


def export(
    stores: Stores, person: Person, wanted: Wanted, out: IO[bytes], *, version: str, now: datetime, command: str,
    told: Callable[[int], None] | None = None,
) -> Manifest:  # fmt: skip
    """Write every post that matches and that `person` may see to `out`, log it, and say what was written.

    `out` must be empty, seekable and readable. `version` is Plaint's own; `told` hears the number of rows so far.
    Raises Refused, `query.parse.Unreadable` for a query that cannot be read, ValueError for a field that cannot be asked so,
    `reports.export.Unwritable` for a format that cannot hold the answer.
    When it raises, nothing was exported and what is in `out` is to be thrown away.
    """
    require(person, Right.EXPORT)
    if wanted.sort not in ORDERS:
        raise Refused(f"an export has a stored order: {', '.join(ORDERS)}")
    tree = parse_query(wanted.query)
    posts = archive.scan(stores, person, Search(query=tree, sort=wanted.sort), masked=wanted.masked)
    written = write(wanted.format, _counted(posts, told) if told else posts, out, as_of=now)
    size, digest = _measured(out)
    manifest = Manifest(
        file=wanted.name, format=wanted.format, query=wanted.query, tree=tree_json(tree), sort=wanted.sort, order=ORDERS[wanted.sort],
        rows=written.rows, cut_cells=written.cut, bytes=size, sha256=digest, as_of=iso(now), by=person.key, firms=person.firms,
        masked=archive.masks(person, wanted=wanted.masked),
        columns=() if wanted.format is Format.NDJSON else tuple(COLUMNS),
        guard=GUARD if wanted.format is Format.CSV else None,
        versions={"plaint": version, "words": words.VERSION, "unicode": unicodedata.unidata_version},
        coverage=Coverage(note=COVERAGE, runs=coverage(stores.runs.newest(limit=500), person)),
    )  # fmt: skip
    said = {"format": wanted.format.value, "rows": manifest.rows, "sha256": manifest.sha256, "sort": wanted.sort.value, "masked": manifest.masked}
    record(stores, archive.STREAM, person, EXPORTED, said, now, command, bodies={"query": wanted.query})
    return manifest


def _measured(out: IO[bytes]) -> tuple[int, str]:
    """How many bytes were written, and their SHA-256."""
    out.seek(0)
    whole, size = sha256(), 0
    while block := out.read(1 << 20):
        whole.update(block)
        size += len(block)
    return size, whole.hexdigest()


def _counted(posts: Iterable[Post], told: Callable[[int], None]) -> Iterator[Post]:
    for rows, post in enumerate(posts, 1):
        yield post
        if rows % 500 == 0:
            told(rows)


def coverage(runs: Iterable[Run], person: Person) -> tuple[LastRun, ...]:
    """The newest run of each source and firm among `runs` (newest first) that `person` may know of, by source and firm."""
    newest: dict[tuple[str, str | None], Run] = {}
    for run in runs:
        if run.firm is None or person.firms is None or run.firm in person.firms:
            newest.setdefault((run.source, run.firm), run)
    return tuple(
        LastRun(source=run.source, firm=run.firm, ended=run.ended, state=run.state, announced=run.announced,
                held=run.new + run.known + run.changed, rejected=run.rejected, missing=run.missing, alarms=run.alarms)
        for _, run in sorted(newest.items(), key=lambda item: (item[0][0], item[0][1] or ""))
    )  # fmt: skip


def tree_json(node: Node) -> Any:
    """A query as JSON values: one object for each node, named by its kind."""
    match node:
        case And(of):
            return {"and": [tree_json(part) for part in of]}
        case Or(of):
            return {"or": [tree_json(part) for part in of]}
        case Not(of):
            return {"not": tree_json(of)}
        case Range(field, low, high, with_low, with_high):
            return {"range": {"field": field, "low": low, "high": high, "with_low": with_low, "with_high": with_high}}
        case Fuzzy(value, edits, field):
            return {"fuzzy": {"value": value, "edits": edits, "field": field}}
        case Term(value, field) | Phrase(value, field) | Prefix(value, field):
            return {type(node).__name__.lower(): {"value": value, "field": field}}
