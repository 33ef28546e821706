"""Who is on a case now, in Elasticsearch: one document for each case, read by its name and so without waiting for a refresh."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from elasticsearch import ApiError

from indexer.elastic_client import Cluster, Json
from indexer.elastic_docs import doc_id
from plaint.ports import Present

TURNS = 20
"""Races with others on the same case that may be lost one after the other; then the sign is left out, as it is soon given again."""


class ElasticPresence:
    """`ports.Presence` in a cluster. Safe for many threads and processes."""

    def __init__(self, cluster: Cluster) -> None:
        self._c = cluster

    def here(self, present: Present, *, now: str) -> None:
        """See `ports.Presence.here`."""
        self._change(present.case, present.person, present, now)

    def left(self, case: str, person: str) -> None:
        """See `ports.Presence.left`."""
        self._change(case, person, None, "")

    def who(self, cases: Sequence[str], *, now: str) -> list[Present]:
        """See `ports.Presence.who`."""
        names = {doc_id(case): case for case in cases}
        docs = self._c.get("presence", list(names))
        found = [one for doc in docs.values() for one in _said(doc) if one.until > now]
        return sorted(found, key=lambda one: (one.case, one.person))

    def _change(self, case: str, person: str, present: Present | None, now: str) -> None:
        """Write who is on a case with one person's sign put in or taken out; what has lapsed goes."""
        name, index = doc_id(case), self._c.name("presence")
        for _ in range(TURNS):
            doc = self._c.get("presence", [name]).get(name)
            others = [one for one in _said(doc) if one.person != person and one.until > now] if doc else []
            if present is None and not doc:
                return
            said = {"said": msgspec.json.encode([*others, *([present] if present else [])]).decode()}
            at: Json = {"if_seq_no": doc["_seq_no"], "if_primary_term": doc["_primary_term"]} if doc else {"op_type": "create"}
            try:
                self._c.ask(lambda said=said, at=at: self._c.client.index(index=index, id=name, document=said, require_alias=True, **at))  # type: ignore[misc]
            except ApiError as error:
                if error.meta.status == 409:
                    continue
                raise
            return


def _said(doc: Json) -> list[Present]:
    return msgspec.json.decode(doc["_source"]["said"], type=list[Present])
