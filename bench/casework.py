"""How fast casework is on a log of any size: appends and a case read beside a bare insert and get, proving it, acts, deadlines."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count as numbers
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from bench.clustering import opened
from bench.figures import Figure, best_of, percentile
from bench.made import NOW
from bench.manycases import AT, FIRM, OPENED, fill, later, name
from indexer.connect import connect
from indexer.elastic_stores import ElasticStores
from plaint.cases.chain import canonical
from plaint.deadlines.engine import deadlines
from plaint.deadlines.trace import printed
from plaint.desk import acting, casework, log, teamwork
from plaint.model import AboutFirm, Approval, Kind, Ownership, PartialDate, Person, Post
from plaint.ports import CaseFilter, Stores

EACH = 10
"""Entries of one case: it was opened, and nine notes."""

APPENDS = 500
"""Appends that are timed on top of the log."""

READ = 200
"""Cases that are read."""

TURNS = 20
"""How often each act is done."""

LIMIT = 300
"""Milliseconds that an act may take."""

AGENT = Person(key="agent0", name="Agent", roles=("agent",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """The same without any rule: what the engine itself takes. `get` is given the number of a case of the filled log."""

    insert: Callable[[str, str], object]
    insert_name: str
    get: Callable[[int], object]
    get_name: str


def cases(posts: int = 2_000, server: str | None = None) -> list[Figure]:
    """All figures for a log of so many entries, in a file and, where a server is named, on a cluster."""
    figures: list[Figure] = []
    with TemporaryDirectory(prefix="plaint-bench-") as folder:
        stores = connect(f"sqlite:///{folder}/plaint.db")
        with _bare_file(Path(folder)) as bare:
            figures += _measured(stores, bare, posts, "file")
        stores.close()
    if server is not None:
        with opened(server) as cluster:
            figures += _measured(cluster, _bare_cluster(cluster, posts // EACH), posts, "cluster")
    return [*figures, _traced(1000)]


def _measured(stores: Stores, bare: Bare, entries: int, where: str) -> Iterator[Figure]:
    fill(stores, entries // EACH, EACH)
    stores.cases.behind()
    size = f"{where}: {entries // EACH:,} cases, {entries:,} entries"
    yield from _acts(stores, entries // EACH, size)
    yield _read(stores, bare, entries // EACH, size)
    yield _appended(stores, bare, size)
    yield _proved(stores, size)


# --- beside the bare engine ----------------------------------------------------------------------------------------


@contextmanager
def _bare_file(folder: Path) -> Iterator[Bare]:
    """A table of its own for inserts, as durable; the log's own rows for reading."""
    with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as c, closing(sqlite3.connect(folder / "plaint.db.cases")) as filled:
        c.execute("PRAGMA journal_mode = WAL")
        c.execute("PRAGMA synchronous = FULL")
        c.execute("CREATE TABLE entries (number INTEGER PRIMARY KEY, stream TEXT, said TEXT)")
        c.execute("CREATE INDEX by_stream ON entries (stream)")

        def insert(stream: str, said: str) -> None:
            c.execute("BEGIN IMMEDIATE")
            c.execute("INSERT INTO entries (stream, said) VALUES (?, ?)", (stream, said))
            c.execute("COMMIT")

        def get(number: int) -> object:
            return filled.execute("SELECT said, digests FROM entries WHERE stream = ?", (name(number),)).fetchall()

        yield Bare(insert=insert, insert_name="bare insert of the same bytes, as durable", get=get, get_name="bare SELECT of its rows")


def _bare_cluster(stores: ElasticStores, cases: int) -> Bare:
    """An index of its own for inserts; the log's own documents for reading."""
    client, raw, log_index = stores.cluster.client, f"{stores.cluster.place.name}-bare", stores.cluster.name("log")
    mapping: dict[str, Any] = {"properties": {"stream": {"type": "keyword"}, "said": {"type": "keyword", "index": False, "doc_values": False}}}
    client.indices.create(index=raw, mappings=mapping)
    fresh = numbers(1)

    def get(number: int) -> object:
        return client.mget(index=log_index, ids=[f"append-{turn * cases + number + 1}" for turn in range(EACH)])

    return Bare(
        insert=lambda stream, said: client.create(index=raw, id=str(next(fresh)), document={"stream": stream, "said": said}),
        insert_name="bare create of the same bytes", get=get, get_name="bare mget of its documents",
    )  # fmt: skip


def _appended(stores: Stores, bare: Bare, size: str) -> Figure:
    """Appends a second to cases of their own, each on the disk before it is answered, in turns with bare inserts."""
    spent = [0.0, 0.0]
    for number in range(APPENDS):
        stream, draft = f"c-bench-{number // EACH}", later(number) if number % EACH else OPENED
        began = perf_counter()
        stores.cases.append(stream, number % EACH, [draft], at=AT, by="tom", command=f"appended {number}")
        between = perf_counter()
        bare.insert(stream, canonical(draft))
        spent[0] += between - began
        spent[1] += perf_counter() - between
    rate, least = spent[1] / spent[0], 0.3
    return Figure(part="cases", name=f"{size}: appends, each on the disk before it is answered", value=APPENDS / spent[0], unit="appends/s",
                  baseline_name=bare.insert_name, baseline=APPENDS / spent[1], ratio=rate, aim=f">= {least} of bare", met=rate >= least)  # fmt: skip


def _read(stores: Stores, bare: Bare, cases: int, size: str) -> Figure:
    """Milliseconds for one case as it stands, made from its entries."""
    some = range(0, cases, max(1, cases // READ))
    ours, get = best_of(
        3, lambda: [acting.load_case(stores, name(number)) for number in some], lambda: [bare.get(number) for number in some]
    )  # fmt: skip
    ours, get = 1000 * ours / len(some), 1000 * get / len(some)
    return Figure(part="cases", name=f"{size}: a case of {EACH} entries as it stands", value=ours, unit="ms", baseline_name=bare.get_name,
                  baseline=get, ratio=ours / get, aim="<= 5 ms", met=ours <= 5)  # fmt: skip


def _proved(stores: Stores, size: str) -> Figure:
    began = perf_counter()
    verdict = log.verify(stores)
    seconds = perf_counter() - began
    if not verdict.holds:
        raise RuntimeError(f"the log that was just written does not verify: {verdict.broken}")
    return Figure(part="cases", name=f"{size}: entries proved with their texts", value=verdict.entries / seconds, unit="entries/s")


# --- acts ----------------------------------------------------------------------------------------------------------


def _acts(stores: Stores, cases: int, size: str) -> Iterator[Figure]:
    """Server time of what people do all day, as the desk does it: the first list of a process, then each act again and again."""
    stores.registers.save_firms([FIRM])
    stores.registers.save_approval(Approval(source="board", ownership=Ownership.OWNED, approved=True))
    stores.registers.save_person(AGENT)
    stores.posts.put([_post(number) for number in range(TURNS)])
    with TemporaryDirectory(prefix="plaint-bench-") as folder:
        began = perf_counter()
        other = connect(stores.address, evidence=Path(folder))
        casework.queue(other, AGENT, CaseFilter(assignee=AGENT.key), NOW)
        yield _within(f"{size}: a store opened, and My work in it", [perf_counter() - began])
        other.close()
    taken = [name(number) for number in range(1, cases) if number % 10][:TURNS]
    acts: dict[str, Callable[[int], object]] = {
        "open": lambda turn: casework.open_case(stores, AGENT, posts=[f"desk:{turn}"], firm=FIRM.key, now=NOW, command=f"open {turn}"),
        "note": lambda turn: casework.note(stores, AGENT, taken[turn], text="asked the branch", now=NOW, command=f"note {turn}"),
        "claim": lambda turn: teamwork.claim(stores, AGENT, taken[turn], now=NOW, command=f"claim {turn}"),
        "confirm": lambda turn: casework.confirm(stores, AGENT, taken[turn], reason="charged twice", now=NOW, command=f"confirm {turn}"),
        "My work": lambda _: casework.queue(stores, AGENT, CaseFilter(assignee=AGENT.key), NOW),
        "nobody's": lambda _: casework.queue(stores, AGENT, CaseFilter(unassigned=True), NOW),
    }
    for act, do in acts.items():
        times = []
        for turn in range(min(TURNS, len(taken))):
            began = perf_counter()
            do(turn)
            times.append(perf_counter() - began)
        yield _within(f"{size}: {act}", times)


def _post(number: int) -> Post:
    return Post(id=f"desk:{number}", source="desk", ref=str(number), kind=Kind.REVIEW, text="They charged me twice",
                published=PartialDate.exact(NOW - timedelta(days=2)), firms=(AboutFirm(key=FIRM.key, score=1, how="asked"),))  # fmt: skip


def _within(act: str, times: list[float]) -> Figure:
    slowest = 1000 * percentile(times, 0.95)
    return Figure(part="cases", name=f"{act}, p95", value=slowest, unit="ms", aim=f"< {LIMIT} ms", met=slowest < LIMIT,
                  note=None if len(times) == 1 else f"p50 {1000 * percentile(times, 0.5):.1f} ms")  # fmt: skip


def _traced(count: int) -> Figure:
    """All deadlines of a complaint with their traces."""
    days = [(date(2026, 1, 1) + timedelta(days=number % 360)).isoformat() for number in range(count)]
    (seconds,) = best_of(2, lambda: [printed(deadlines("UK-DISP", {"received_at": day, "calendar": "GB-ENG"})) for day in days])
    return Figure(part="cases", name="complaints with all UK-DISP deadlines traced", value=count / seconds, unit="traces/s")
