"""The stores of a cluster behind one address; opened by `indexer.connect`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from indexer.elastic_cases import ElasticCases
from indexer.elastic_client import Cluster, Place
from indexer.elastic_copies import ElasticCopies
from indexer.elastic_leases import ElasticLeases
from indexer.elastic_posts import ElasticPosts
from indexer.elastic_presence import ElasticPresence
from indexer.elastic_registers import ElasticRegisters
from indexer.elastic_runs import ElasticRuns
from indexer.elastic_setup import Layout, make_missing
from indexer.evidence import WarcFolder
from plaint.leases import Lease
from plaint.ports import CaseLog, Copies, Evidence, Leases, Posts, Presence, Registers, Runs


@dataclass(slots=True, kw_only=True)
class ElasticStores:
    """Everything but the evidence lies in the cluster; that is a folder, shared by the machines that crawl."""

    address: str
    cluster: Cluster
    posts: Posts
    copies: Copies
    runs: Runs
    registers: Registers
    cases: CaseLog
    presence: Presence
    evidence: Evidence
    leases: Leases

    def fenced(self, lease: Lease) -> ElasticStores:
        """See `ports.Stores.fenced`."""
        cluster = self.cluster.guarded(ElasticLeases(self.cluster).guard(lease))
        return replace(self, posts=ElasticPosts(cluster), copies=ElasticCopies(cluster), runs=ElasticRuns(cluster), cases=ElasticCases(cluster))

    def close(self) -> None:
        """Let go of connections and files; safe to call twice."""
        self.cluster.close()
        if isinstance(self.evidence, WarcFolder):
            self.evidence.close()


def opened(address: str, place: Place, layout: Layout, evidence: Path) -> ElasticStores:
    """The stores at a place, made when they are not there yet. Raises StoreDown."""
    cluster = Cluster(place)
    try:
        make_missing(cluster, layout)
    except BaseException:
        cluster.close()
        raise
    return ElasticStores(
        address=address, cluster=cluster, posts=ElasticPosts(cluster), copies=ElasticCopies(cluster), runs=ElasticRuns(cluster),
        registers=ElasticRegisters(cluster),
        cases=ElasticCases(cluster), presence=ElasticPresence(cluster), evidence=WarcFolder(evidence), leases=ElasticLeases(cluster),
    )  # fmt: skip
