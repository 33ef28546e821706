"""The run ledger, the quarantine and the validators of fetched pages in Elasticsearch, all in the index `ledger`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import msgspec

from indexer.elastic_client import PAGE, Cluster, Json
from indexer.elastic_docs import doc_id
from plaint.model import Quarantined, Run
from plaint.ports import StoreDown

BATCH = 500
"""Documents in one request."""


class ElasticRuns:
    """The ledger in a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._c = cluster

    def save(self, run: Run) -> None:
        """Write the state of a run; the last one saved counts."""
        self._write([(f"run:{run.id}", {"what": "run", "id": run.id, "source": run.source, "moment": run.started, "said": _json(run)})])

    def get(self, id: str) -> Run | None:
        """One run."""
        said = self._said(f"run:{id}")
        return None if said is None else msgspec.json.decode(said, type=Run)

    def newest(self, source: str | None = None, limit: int = 50) -> list[Run]:
        """The newest runs first."""
        filters = [{"term": {"what": "run"}}, *([] if source is None else [{"term": {"source": source}}])]
        found = self._found(filters, [{"moment": "desc"}, {"id": "desc"}], limit)
        return [msgspec.json.decode(doc["said"], type=Run) for doc in found]

    def quarantine(self, items: Sequence[Quarantined]) -> None:
        """Keep rejected items; an item with a known id replaces it."""
        self._write([
            (f"item:{item.id}", {"what": "item", "id": item.id, "source": item.source, "reason": item.rejection.reason, "state": item.state,
                                 "moment": item.at, "said": _json(item)})
            for item in items
        ])  # fmt: skip

    def quarantined(self, source: str | None = None, state: str = "open", limit: int = 200) -> list[Quarantined]:
        """Rejected items in `state`, newest first."""
        filters = [{"term": {"what": "item"}}, {"term": {"state": state}}, *([] if source is None else [{"term": {"source": source}}])]
        found = self._found(filters, [{"moment": "desc"}, {"id": "asc"}], limit)
        return [replace(msgspec.json.decode(doc["said"], type=Quarantined), state=state) for doc in found]

    def quarantine_counts(self) -> dict[tuple[str, str], int]:
        """How many open items by (source, reason)."""
        counts: dict[tuple[str, str], int] = {}
        after: Json = {}
        query = {"bool": {"filter": [{"term": {"what": "item"}}, {"term": {"state": "open"}}]}}
        while True:
            sources = [{field: {"terms": {"field": field}}} for field in ("source", "reason")]
            asked = {"size": 0, "query": query, "aggs": {"counts": {"composite": {"size": PAGE, "sources": sources, **after}}}}
            answer = self._c.search("ledger", asked)["aggregations"]["counts"]
            counts |= {(bucket["key"]["source"], bucket["key"]["reason"]): bucket["doc_count"] for bucket in answer["buckets"]}
            if "after_key" not in answer:
                return counts
            after = {"after": answer["after_key"]}

    def settle(self, ids: Sequence[str], state: str) -> None:
        """Mark items as `retried` or `dismissed`."""
        for start in range(0, len(ids), BATCH):
            actions = [
                ({"update": _named(f"item:{item}") | {"retry_on_conflict": 10}}, {"doc": {"state": state}}) for item in ids[start : start + BATCH]
            ]
            self._all_done(self._c.bulk(actions), {200, 404})

    def seen_page(self, url: str) -> Mapping[str, str]:
        """The validators of the last fetch of `url`; empty when unknown."""
        said = self._said(f"page:{url}")
        return {} if said is None else msgspec.json.decode(said, type=dict[str, str])

    def note_page(self, url: str, validators: Mapping[str, str]) -> None:
        """Remember the validators of a fetch."""
        self._write([(f"page:{url}", {"what": "page", "id": url, "said": _json(dict(validators))})])

    def _said(self, name: str) -> str | None:
        found = self._c.get("ledger", [doc_id(name)], only=["said"])
        return str(found[doc_id(name)]["_source"]["said"]) if found else None

    def _found(self, filters: list[Json], order: list[Json], limit: int) -> Iterator[Json]:
        """The first documents in an order, as many as wanted, be they one page or many."""
        asked: Json = {"query": {"bool": {"filter": filters}}, "sort": order, "_source": ["said"]}
        if limit <= PAGE:
            hits = self._c.search("ledger", {**asked, "size": limit, "track_total_hits": False})["hits"]["hits"]
        else:
            hits = islice(self._c.walk("ledger", asked), limit)
        yield from (hit["_source"] for hit in hits)

    def _write(self, docs: Sequence[tuple[str, Json]]) -> None:
        for start in range(0, len(docs), BATCH):
            self._all_done(self._c.bulk([({"index": _named(name)}, doc) for name, doc in docs[start : start + BATCH]]), {200, 201})

    def _all_done(self, results: Sequence[Json], fine: set[int]) -> None:
        for result in results:
            if result["status"] not in fine:
                raise StoreDown(f"{self._c.place.shown}: the ledger could not be written: {result.get('error')}")


def _named(name: str) -> Json:
    return {"_index": "ledger", "_id": doc_id(name)}


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
