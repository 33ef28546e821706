"""The registers in Elasticsearch: firms, approvals of sources, people and the hashes of their passwords, published figures.

Every write is visible to all searches when it returns: they are few, and a right that was taken away is gone at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from indexer.elastic_client import PAGE, Cluster, Json
from indexer.elastic_docs import doc_id
from plaint.model import Approval, Firm, Person
from plaint.reference import PART, Figure, Table, parts

T = TypeVar("T")


class ElasticRegisters:
    """The registers in a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._c = cluster

    def firms(self) -> list[Firm]:
        """All firms by key."""
        return self._all("firm", Firm)

    def save_firms(self, firms: Sequence[Firm]) -> None:
        """Add or replace firms by key."""
        for firm in firms:
            self._save("firm", firm.key, firm)
        self._c.refresh("registers")

    def approvals(self) -> list[Approval]:
        """The present decision for each source and firm."""
        return sorted(self._all("approval", Approval), key=lambda one: (one.source, one.firm or ""))

    def save_approval(self, approval: Approval) -> None:
        """Replace the present decision."""
        self._save("approval", f"{approval.source}\x1f{approval.firm or ''}", approval)
        self._c.refresh("registers")

    def people(self) -> list[Person]:
        """All accounts."""
        return self._all("person", Person)

    def save_person(self, person: Person, secret: str | None = None) -> None:
        """Add or replace an account; without `secret` the hash of its password stays as it was."""
        self._save("person", person.key, person, {} if secret is None else {"secret": secret})
        self._c.refresh("registers")

    def secret(self, key: str) -> str | None:
        """The hash of an account's password."""
        found = self._c.get("registers", [doc_id(f"person:{key}")], only=["secret"])
        return next((doc["_source"].get("secret") for doc in found.values()), None)

    def tables(self) -> list[Table]:
        """See `ports.Registers.tables`."""
        return sorted(self._all("table", Table), key=lambda one: (one.publisher, one.name, one.at, one.digest))

    def save_table(self, table: Table, figures: Sequence[Figure]) -> None:
        """See `ports.Registers.save_table`. The table comes last, so that none is seen without its figures."""
        for part in parts(table):
            self._save("figures", f"{table.digest}\x1f{part}", figures[part * PART : (part + 1) * PART])
        self._save("table", table.digest, table)
        self._c.refresh("registers")

    def figures(self, digest: str) -> list[Figure]:
        """See `ports.Registers.figures`."""
        of = [table for table in self.tables() if table.digest == digest]
        names = [doc_id(f"figures:{digest}\x1f{part}") for table in of for part in parts(table)]
        found = self._c.get("registers", names, only=["said"])
        return [figure for name in names for figure in msgspec.json.decode(found[name]["_source"]["said"], type=list[Figure])]

    def _all(self, what: str, kind: type[T]) -> list[T]:
        asked = {"query": {"term": {"what": what}}, "sort": [{"key": "asc"}], "_source": ["said"]}
        hits = self._c.search("registers", {**asked, "size": PAGE, "track_total_hits": False})["hits"]["hits"]
        if len(hits) == PAGE:
            hits = list(self._c.walk("registers", asked))
        return [msgspec.json.decode(hit["_source"]["said"], type=kind) for hit in hits]

    def _save(self, what: str, key: str, value: Any, more: Json | None = None) -> None:
        doc = {"what": what, "key": key, "said": msgspec.json.encode(value).decode(), **(more or {})}
        name, index = doc_id(f"{what}:{key}"), self._c.name("registers")
        self._c.ask(lambda: self._c.client.update(index=index, id=name, doc=doc, doc_as_upsert=True, retry_on_conflict=10, require_alias=True))
        self._c.wrote("registers")
