"""A case log of any size, made past the acts on cases: chained, with texts, seen in the lists; what acts are measured on.

Entries come round by round, the first of every case, then the second, as a log grows that many people write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from elasticsearch.helpers import streaming_bulk

from bench.made import NOW
from indexer.elastic_append import Append, Line
from indexer.elastic_cases import listing
from indexer.elastic_stores import ElasticStores
from indexer.sqlite_cases import list_case
from indexer.sqlite_file import SqliteFile
from plaint.cases.case import case_from
from plaint.cases.chain import GENESIS, body_digest, canonical, entry_hash
from plaint.cases.events import recorded
from plaint.desk.acting import row_of
from plaint.model import Firm, iso
from plaint.ports import CASE_STREAM, CaseRow, Draft, Entry, Stores

BATCH = 2_000
AT = iso(NOW - timedelta(days=5))
FIRM = Firm(key="northgate", name="Northgate Bank", zone="Europe/London", calendar="GB-ENG", regimes=("UK-DISP",))
OPENED = Draft(
    kind="CaseOpened", bodies={"posts": "board:1", "title": "They charged me twice"},
    said={"firm": FIRM.key, "source": "board", "ownership": "OWNED", "times": {"collected": AT}},
)  # fmt: skip

T = TypeVar("T")


def name(number: int) -> str:
    """The id of a case."""
    digest = sha256(str(number).encode()).hexdigest()
    return f"{CASE_STREAM}{digest[:4]}-{digest[4:8]}-{digest[8:12]}"


def later(number: int) -> Draft:
    """An entry that is not the first of its case: a note."""
    return Draft(kind="Noted", said={"mentions": []}, bodies={"text": f"asked the branch, {number}"})


def fill(stores: Stores, cases: int, each: int) -> None:
    """Write so many cases of `each` entries into a store without any, and list them."""
    write = _to_cluster if isinstance(stores, ElasticStores) else _to_file
    write(stores, _entries(cases, each), _rows(cases, each))


def _entries(cases: int, each: int) -> Iterator[tuple[Entry, dict[str, str]]]:
    """Entries in their places with the texts of each; the secret of a text is made from its place."""
    heads: list[str] = [GENESIS] * cases
    names = [name(number) for number in range(cases)]
    for turn in range(each):
        for number, stream in enumerate(names):
            position = turn * cases + number + 1
            drafted = later(position) if turn else OPENED
            digests = {body: body_digest(_secret(position), text) for body, text in drafted.bodies.items()}
            own = entry_hash(stream=stream, version=turn + 1, at=AT, by="tom", command=f"k{position}", kind=drafted.kind, said=drafted.said,
                             digests=digests, before=heads[number])  # fmt: skip
            yield (
                Entry(stream=stream, version=turn + 1, at=AT, by="tom", command=f"k{position}", kind=drafted.kind, said=dict(drafted.said),
                      digests=digests, before=heads[number], hash=own, position=position),
                dict(drafted.bodies),
            )  # fmt: skip
            heads[number] = own


def _rows(cases: int, each: int) -> Iterator[CaseRow]:
    """The cases as lists show them: due over a year, each tenth one somebody's."""
    history = [recorded(entry, {(entry.version, name): text for name, text in texts.items()}) for entry, texts in _entries(1, each)]
    like = row_of(case_from(name(0), tuple(history)), FIRM, NOW)
    for number in range(cases):
        due = iso(NOW + timedelta(minutes=5 * number))
        yield replace(like, case=name(number), posts=(f"board:{number}",), due=due, assignee=f"agent{number % 100}" if number % 10 == 0 else None)


def _secret(position: int) -> str:
    return f"{position:064x}"


# --- the embedded store --------------------------------------------------------------------------------------------


def _to_file(stores: Stores, entries: Iterator[tuple[Entry, dict[str, str]]], rows: Iterator[CaseRow]) -> None:
    path = Path(stores.address.removeprefix("sqlite:///"))
    file = SqliteFile(path.with_name(f"{path.name}.cases"), "cases")
    for some in _parted(entries):
        with file.writing() as c:
            c.executemany(
                "INSERT INTO entries (position, stream, version, at, by, command, kind, said, digests, before, hash)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(entry.position, entry.stream, entry.version, entry.at, entry.by, entry.command, entry.kind, canonical(entry.said),
                  canonical(entry.digests), entry.before, entry.hash) for entry, _ in some],
            )  # fmt: skip
            c.executemany(
                "INSERT INTO bodies (position, stream, version, name, secret, text) VALUES (?, ?, ?, ?, ?, ?)",
                [(entry.position, entry.stream, entry.version, name, _secret(entry.position), text)
                 for entry, texts in some for name, text in texts.items()],
            )  # fmt: skip
    for listed in _parted(rows):
        with file.writing() as c:
            for row in listed:
                list_case(c, row)
    file.close()


# --- a cluster -----------------------------------------------------------------------------------------------------


def _to_cluster(stores: Stores, entries: Iterator[tuple[Entry, dict[str, str]]], rows: Iterator[CaseRow]) -> None:
    assert isinstance(stores, ElasticStores)
    cluster = stores.cluster
    documents = (
        {"_index": cluster.name(index), "_id": key, "_op_type": "create", "_source": doc}
        for entry, texts in entries
        for index, key, doc in _documents(entry, texts)
    )
    for _ in streaming_bulk(cluster.client, documents, chunk_size=BATCH):
        pass
    for some in _parted(rows):
        cluster.bulk([listing(row) for row in some])
    for index in ("log", "bodies", "cases"):
        cluster.wrote(index)
        cluster.refresh(index)


def _documents(entry: Entry, texts: dict[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    kept = {name: f"{entry.position}-{name}" for name in texts}
    for name, text in texts.items():
        yield "bodies", kept[name], {"stream": entry.stream, "command": entry.command, "secret": _secret(entry.position), "text": text}
    line = Line(position=entry.position, version=entry.version, kind=entry.kind, said=canonical(entry.said), digests=canonical(entry.digests),
                before=entry.before, hash=entry.hash, bodies=kept)  # fmt: skip
    append = Append(number=entry.position, stream=entry.stream, at=entry.at, by=entry.by, command=entry.command, lines=(line,))
    yield "log", f"append-{entry.position}", {"what": "append", "number": entry.position, **append.doc()}


def _parted(items: Iterable[T]) -> Iterator[list[T]]:
    source = iter(items)
    while some := list(islice(source, BATCH)):
        yield some
