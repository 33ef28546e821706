"""How fast the case log is: appends and reading a case beside a bare insert and get, proving it, and deadlines with their traces."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.figures import Figure, best_of
from indexer.connect import connect
from plaint.cases.chain import canonical
from plaint.deadlines.engine import deadlines
from plaint.deadlines.trace import printed
from plaint.desk import acting, log
from plaint.ports import Draft, Stores

AT = "2026-11-24T10:00:00Z"
OPENED = Draft(
    kind="CaseOpened", bodies={"posts": "board:1", "title": "They charged me twice"},
    said={"firm": "northgate", "source": "board", "ownership": "OWNED", "times": {"collected": AT}},
)  # fmt: skip
EVENTS = 10
"""Entries of one case: it was opened, and nine notes."""


def cases(count: int = 2_000) -> list[Figure]:
    """Appends a second and a case read, each beside the same bytes in a bare table; entries proved and deadlines traced a second."""
    with TemporaryDirectory(prefix="plaint-bench-") as folder:
        stores = connect(f"sqlite:///{folder}/plaint.db")
        seconds = _appended(stores, count)
        bare = _bare(f"{folder}/bare.db", count)
        names = [f"c-{number}" for number in range(0, count // EVENTS, max(1, count // EVENTS // 200))]
        ours, get = _read(stores, f"{folder}/bare.db", names)
        began = perf_counter()
        verdict = log.verify(stores)
        proved = verdict.entries / (perf_counter() - began)
        stores.close()
    if not verdict.holds:
        raise RuntimeError(f"the log that was just written does not verify: {verdict.broken}")
    return [
        Figure(part="cases", name=f"{count:,} appends, each on the disk before it is answered", value=count / seconds, unit="appends/s",
               baseline_name="bare insert of the same bytes, the same way", baseline=count / bare, ratio=bare / seconds,
               aim=">= 0.3 of bare", met=bare / seconds >= 0.3),
        Figure(part="cases", name=f"a case of {EVENTS} entries as it stands", value=1000 * ours, unit="ms",
               baseline_name="bare get of the same bytes", baseline=1000 * get, ratio=ours / get, aim="<= 5 ms", met=ours <= 0.005),
        Figure(part="cases", name="entries proved with their texts", value=proved, unit="entries/s"),
        _traced(min(count, 1000)),
    ]  # fmt: skip


def _draft(number: int) -> Draft:
    return OPENED if number % EVENTS == 0 else Draft(kind="Noted", said={"mentions": []}, bodies={"text": f"asked the branch, {number}"})


def _appended(stores: Stores, count: int) -> float:
    """Seconds for appending so many entries, one at a time."""
    began = perf_counter()
    for number in range(count):
        stores.cases.append(f"c-{number // EVENTS}", number % EVENTS, [_draft(number)], at=AT, by="tom", command=f"k{number}")
    return perf_counter() - began


def _bare(path: str, count: int) -> float:
    """Seconds for as many rows of the same bytes in a table of their own, one transaction each."""
    with closing(sqlite3.connect(path, isolation_level=None)) as c:
        c.execute("PRAGMA journal_mode = WAL")
        c.execute("PRAGMA synchronous = FULL")
        c.execute("CREATE TABLE entries (number INTEGER PRIMARY KEY, stream TEXT, said TEXT)")
        c.execute("CREATE INDEX by_stream ON entries (stream)")
        rows = [(number, f"c-{number // EVENTS}", canonical(_draft(number))) for number in range(count)]
        began = perf_counter()
        for row in rows:
            c.execute("BEGIN IMMEDIATE")
            c.execute("INSERT INTO entries VALUES (?, ?, ?)", row)
            c.execute("COMMIT")
        return perf_counter() - began


def _read(stores: Stores, bare: str, names: list[str]) -> tuple[float, float]:
    """Seconds for one case made from its entries, and for the bare rows of one."""
    with closing(sqlite3.connect(bare)) as c:
        ours, get = best_of(
            3,
            lambda: [acting.load_case(stores, name) for name in names],
            lambda: [c.execute("SELECT said FROM entries WHERE stream = ?", (name,)).fetchall() for name in names],
        )
    return ours / len(names), get / len(names)


def _traced(count: int) -> Figure:
    """All deadlines of a complaint with their traces."""
    days = [(date(2026, 1, 1) + timedelta(days=number % 360)).isoformat() for number in range(count)]
    (seconds,) = best_of(2, lambda: [printed(deadlines("UK-DISP", {"received_at": day, "calendar": "GB-ENG"})) for day in days])
    return Figure(part="cases", name="complaints with all UK-DISP deadlines traced", value=count / seconds, unit="traces/s")
