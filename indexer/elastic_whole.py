"""A store on a cluster as a whole: all that it keeps, given out and taken in as it is stored (`indexer.copying`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from secrets import token_hex

import msgspec

from indexer.copying import BATCH, Record
from indexer.elastic_append import Append, Line
from indexer.elastic_client import Conflicted, Json
from indexer.elastic_copies import ElasticCopies
from indexer.elastic_docs import Held, State, adopted, doc_id, revision_id
from indexer.elastic_numbers import Numbered
from indexer.elastic_stores import ElasticStores
from indexer.sqlite_rows import tied
from plaint.cases.chain import canonical
from plaint.model import post_from_json, post_json
from plaint.ports import Body, Entry, Seal, StoreDown, Stores


class ElasticWhole:
    """All of a store on a cluster."""

    def __init__(self, stores: Stores) -> None:
        if not isinstance(stores, ElasticStores):
            raise TypeError(f"{stores.address} is not on a cluster")
        self._c = stores.cluster
        self._log, self._seals = Numbered(self._c, "log", "append"), Numbered(self._c, "log", "seal")
        self._last: int | None = None

    def records(self) -> Iterator[Record]:
        """See `copying.Whole.records`."""
        asked = {
            "query": {"match_all": {}},
            "sort": [{"id": "asc"}],
            "seq_no_primary_term": True,
            "_source": {"excludes": ["title", "text", "stems"]},
        }
        waiting: list[Held] = []
        for hit in self._c.walk("posts", asked, size=BATCH):
            waiting.append(Held.of(hit))
            if len(waiting) == BATCH:
                yield from self._with_states(waiting)
                waiting = []
        yield from self._with_states(waiting)

    def _with_states(self, several: Sequence[Held]) -> Iterator[Record]:
        names = {(held.post.id, state): revision_id(held.post.id, state) for held in several for state in held.states}
        kept = self._c.get("revisions", list(names.values()), only=["post"]) if names else {}
        for held in several:
            states = [(state.seen, state.said, kept[names[held.post.id, state]]["_source"]["post"]) for state in sorted(held.states)]
            yield Record(post=held.post, captured=held.captured, since=held.since, collected=held.collected or 0, edited=held.edited,
                         gone_at=held.gone_at, case=held.case, state=held.state, understood=held.understood,
                         states=tuple((seen, said, post_from_json(json)) for seen, said, json in states))  # fmt: skip

    def adopt(self, records: Sequence[Record]) -> None:
        """See `copying.Whole.adopt`."""
        revisions = [
            ({"index": {"_index": "revisions", "_id": revision_id(record.post.id, State(seen, said))}},
             {"post_id": record.post.id, "seen": seen, "said": said, "post": post_json(post).decode()})
            for record in records for seen, said, post in record.states
        ]  # fmt: skip
        self._written(revisions)
        parents = {parent for record in records if (parent := tied(record.post.source, record.post.reply_to)) is not None}
        self._written([({"index": {"_index": "ledger", "_id": doc_id(f"answers:{parent}")}}, {"what": "answers", "id": parent, "answered": True})
                       for parent in sorted(parents)])  # fmt: skip
        notes = self._c.get("ledger", [doc_id(f"answers:{record.post.id}") for record in records], only=["answered"])
        answered = {record.post.id for record in records if doc_id(f"answers:{record.post.id}") in notes} | parents
        docs = [adopted(record, reply=record.post.id in answered) for record in records]
        self._written([({"index": {"_index": "posts", "_id": doc_id(record.post.id)}}, doc) for record, doc in zip(records, docs, strict=True)])
        earlier = parents - {record.post.id for record in records}
        self._written(
            [({"update": {"_index": "posts", "_id": doc_id(parent)}}, {"doc": {"reply": "yes"}}) for parent in sorted(earlier)], missing=True
        )
        ElasticCopies(self._c).regroup([record.post for record in records])

    def pages(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """See `copying.Whole.pages`."""
        for hit in self._c.walk("ledger", {"query": {"term": {"what": "page"}}, "sort": [{"id": "asc"}], "_source": ["id", "said"]}):
            yield hit["_source"]["id"], msgspec.json.decode(hit["_source"]["said"], type=dict[str, str])

    def adopt_log(self, entries: Sequence[Entry], bodies: Sequence[Body]) -> None:
        """See `copying.Whole.adopt_log`."""
        if self._last is None:
            self._last = max([0, *(doc["number"] for doc in self._log.all())])
        names = {(body.position, body.name): token_hex(16) for body in bodies}
        self._written([
            ({"index": {"_index": "bodies", "_id": names[body.position, body.name]}},
             {"stream": body.stream, "command": entries[0].command, "secret": body.secret, "text": body.text})
            for body in bodies
        ])  # fmt: skip
        lines = tuple(
            Line(position=entry.position, version=entry.version, kind=entry.kind, said=canonical(entry.said), digests=canonical(entry.digests),
                 before=entry.before, hash=entry.hash,
                 bodies={name: names[entry.position, name] for name in entry.digests if (entry.position, name) in names})
            for entry in entries
        )  # fmt: skip
        first = entries[0]
        made = Append(number=self._last + 1, stream=first.stream, at=first.at, by=first.by, command=first.command, lines=lines)
        try:
            self._log.create(made.number, made.doc())
        except Conflicted:
            raise StoreDown(f"{self._c.place.shown}: somebody writes into the log while it is copied: stop that, and copy again") from None
        self._last += 1

    def adopt_seal(self, seal: Seal) -> None:
        """See `copying.Whole.adopt_seal`."""
        self._seals.create(seal.number, {"said": msgspec.json.encode(seal).decode()})

    def _written(self, actions: Sequence[tuple[Json, Json | None]], *, missing: bool = False) -> None:
        for result in self._c.bulk(actions) if actions else ():
            if result["status"] not in {200, 201} and not (missing and result["status"] == 404):
                raise StoreDown(f"{self._c.place.shown}: a document could not be written: {result.get('error')}")
