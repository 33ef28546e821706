"""Opens the stores at an address: the one door to everything that is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from plaint.ports import CaseLog, Copies, Evidence, Leases, Posts, Presence, Registers, Runs, StoreDown

if TYPE_CHECKING:
    from indexer.elastic_client import Place
    from indexer.sqlite_cases import SqliteCases
    from indexer.sqlite_file import SqliteFile
    from plaint.leases import Lease
    from plaint.ports import Stores


@dataclass(slots=True, kw_only=True)
class SqliteStores:
    """The embedded stores: posts in one file, logs and registers in another, evidence in a folder."""

    address: str
    posts: Posts
    copies: Copies
    runs: Runs
    registers: Registers
    cases: CaseLog
    presence: Presence
    evidence: Evidence
    leases: Leases
    file: SqliteFile
    log: SqliteCases

    def fenced(self, lease: Lease) -> SqliteStores:
        """See `ports.Stores.fenced`."""
        from indexer.sqlite_copies import SqliteCopies
        from indexer.sqlite_leases import before, within
        from indexer.sqlite_posts import SqlitePosts
        from indexer.sqlite_runs import SqliteRuns

        file, log = self.file.guarded(within(lease)), self.log.guarded(before(lease, self.file))
        return replace(self, posts=SqlitePosts(file), copies=SqliteCopies(file), runs=SqliteRuns(file), cases=log)

    def close(self) -> None:
        """Let go of all files; safe to call twice."""
        for part in (self.posts, self.registers, self.cases, self.presence, self.evidence):
            close = getattr(part, "close", None)
            if close is not None:
                close()


def connect(address: str, *, evidence: Path | None = None) -> Stores:
    """The stores at `address`, made when they are not there yet.

    `sqlite:///plaint.db` is a file in the working folder, `sqlite:////var/plaint.db` an absolute one; the logs lie in
    `FILE.cases`, the evidence in `FILE.evidence` unless a folder is given. `http(s)://node[,node…][/name]` is an
    Elasticsearch cluster, with the evidence in the folder `NAME.evidence` unless one is given. ValueError: no such kind
    of address; StoreDown: it did not answer.
    """
    kind, _, rest = address.partition("://")
    if is_cluster(address):
        return _cluster(address, evidence)
    if kind != "sqlite" or not rest.startswith("/") or len(rest) == 1:
        raise ValueError(
            f"{address!r} is not the address of a store: write sqlite:///FILE (sqlite:///plaint.db) or http://HOST:9200 for Elasticsearch"
        )
    return _embedded(address, Path(rest[1:]), evidence)


def is_there(address: str) -> bool:
    """Whether a store is at `address` already; looks only, makes nothing. ValueError and StoreDown as for `connect`."""
    if not is_cluster(address):
        kind, _, file = address.partition(":///")
        return kind != "sqlite" or not file or Path(file).exists()
    place = _place(address)
    from indexer.elastic_client import Cluster
    from indexer.elastic_setup import made

    cluster = Cluster(place)
    try:
        return bool(made(cluster))
    finally:
        cluster.close()


def is_cluster(address: str) -> bool:
    """Whether an address is that of an Elasticsearch cluster rather than of a file."""
    return address.startswith(("http://", "https://"))


def shown(address: str) -> str:
    """An address for people: without who logs in there."""
    kind, mark, rest = address.partition("://")
    return f"{kind}{mark}{rest.rpartition('@')[2]}" if is_cluster(address) else address


def evidence_beside(address: str) -> Path:
    """The folder of the evidence where no other is given. ValueError and StoreDown as for `connect`."""
    name = _place(address).name if is_cluster(address) else address.partition(":///")[2]
    return Path(f"{name}.evidence")


def _cluster(address: str, evidence: Path | None) -> Stores:
    place = _place(address)
    from indexer.elastic_setup import Layout
    from indexer.elastic_stores import opened
    from settings import settings

    layout = Layout(shards=settings().elastic_shards, replicas=settings().elastic_replicas)
    return opened(place.shown, place, layout, evidence or evidence_beside(address))


def _place(address: str) -> Place:
    try:
        from indexer.elastic_client import place_of
    except ImportError as error:
        if not (error.name or "").startswith("elastic"):
            raise
        raise StoreDown(f"{shown(address)}: the client is not installed: pip install 'elasticsearch>=8.19,<9'") from error
    from settings import settings

    given = settings()
    return place_of(address, user=given.elastic_user, password=given.elastic_password, ca=given.elastic_ca)


def _embedded(address: str, path: Path, evidence: Path | None) -> SqliteStores:
    from indexer.evidence import WarcFolder
    from indexer.sqlite_cases import SqliteCases
    from indexer.sqlite_copies import SqliteCopies
    from indexer.sqlite_file import SqliteFile
    from indexer.sqlite_leases import SqliteLeases
    from indexer.sqlite_posts import SqlitePosts
    from indexer.sqlite_presence import SqlitePresence
    from indexer.sqlite_registers import SqliteRegisters
    from indexer.sqlite_runs import SqliteRuns

    if not path.parent.is_dir():
        raise StoreDown(f"{address}: there is no folder {path.parent}; make it, or give another address")
    file, beside = SqliteFile(path, "posts"), path.with_name(f"{path.name}.cases")
    log = SqliteCases(beside)
    return SqliteStores(
        address=address,
        posts=SqlitePosts(file),
        copies=SqliteCopies(file),
        runs=SqliteRuns(file),
        registers=SqliteRegisters(beside),
        cases=log,
        presence=SqlitePresence(path.with_name(f"{path.name}.here")),
        evidence=WarcFolder(evidence or path.with_name(f"{path.name}.evidence")),
        leases=SqliteLeases(file),
        file=file,
        log=log,
    )
