"""Leases in Elasticsearch, in the index of the ledger, which crawlers may write: each change is made only if nobody changed the lease meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import msgspec
from elasticsearch import ApiError

from indexer.elastic_client import Cluster, Conflicted, Json
from indexer.elastic_docs import doc_id
from plaint.leases import Lease, LeaseLost, holds, kept, taken

_leases = msgspec.json.Decoder(Lease)
_INDEX = "ledger"


class ElasticLeases:
    """`ports.Leases` in a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._c = cluster

    def take(self, name: str, owner: str, now: datetime, until: datetime) -> Lease | None:
        """See `ports.Leases.take`. Who loses a race for it has not got it."""
        held, seen = self._held(name)
        lease = taken(held, name, owner, now, until)
        try:
            return lease and self._written(lease, seen)
        except Conflicted:
            return None

    def keep(self, lease: Lease, until: datetime, said: Mapping[str, str] | None = None) -> Lease:
        """See `ports.Leases.keep`."""
        return self._changed(lease, lambda held: kept(held, lease, until, said))

    def release(self, lease: Lease) -> None:
        """See `ports.Leases.release`."""
        try:
            self._changed(lease, lambda held: replace(holds(held, lease), owner=None))
        except LeaseLost:
            return

    def all(self) -> list[Lease]:
        """See `ports.Leases.all`."""
        asked = {"query": {"term": {"what": "lease"}}, "sort": [{"id": "asc"}], "_source": ["said"]}
        return [_leases.decode(hit["_source"]["said"]) for hit in self._c.walk(_INDEX, asked)]

    def guard(self, lease: Lease) -> Callable[[], None]:
        """A guard for writes: asks just before each request; the server cannot tie a batch to another document."""

        def ask() -> None:
            holds(self._held(lease.name)[0], lease)

        return ask

    def _changed(self, lease: Lease, change: Callable[[Lease | None], Lease]) -> Lease:
        while True:
            held, seen = self._held(lease.name)
            try:
                return self._written(change(held), seen)
            except Conflicted:
                continue  # another thread of this owner, or a new owner: the next look tells

    def _held(self, name: str) -> tuple[Lease | None, Json]:
        """The lease as it is now, and the condition under which it may be replaced."""
        doc = self._c.get(_INDEX, [doc_id(f"lease:{name}")]).get(doc_id(f"lease:{name}"))
        if doc is None:
            return None, {"op_type": "create"}
        return _leases.decode(doc["_source"]["said"]), {"if_seq_no": doc["_seq_no"], "if_primary_term": doc["_primary_term"]}

    def _written(self, lease: Lease, seen: Json) -> Lease:
        doc = {"what": "lease", "id": lease.name, "said": msgspec.json.encode(lease).decode()}
        name, index = doc_id(f"lease:{lease.name}"), self._c.name(_INDEX)
        try:
            self._c.ask(lambda: self._c.client.index(index=index, id=name, document=doc, require_alias=True, **seen))
        except ApiError as error:
            if error.meta.status == 409:
                raise Conflicted(lease.name) from error
            raise
        self._c.wrote(_INDEX)
        return lease
