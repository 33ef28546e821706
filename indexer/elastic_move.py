"""A new version of an index while the old one serves: filled, caught up, switched. Writers go on but for a moment.

The order is: fill the new index; catch up with what was written meanwhile, by the sequence numbers of each shard, until
little is left; block writes to the old index, which every writer takes as trouble that passes; catch up with the rest;
let the alias name the new index in one step. Documents are never deleted, so there is nothing else to catch up with.
Searches always have a whole index, and no write is lost. Killed before
the switch, it leaves the old index serving; running it again begins a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from elastic_transport import ObjectApiResponse
from elasticsearch import ApiError

from indexer.elastic_client import Cluster, Json
from indexer.elastic_docs import Held, remade
from indexer.elastic_setup import Layout, body_of

BATCH = 500
"""Documents written in one request."""

FEW = 500
"""Documents that may have changed meanwhile and are caught up with while writes wait."""

Told = Callable[[str, int], None]
Made = Callable[[list[Json]], list[Json]]
"""Makes the new documents of some hits, in order; a document that changed meanwhile comes again."""


def as_it_is(hits: list[Json]) -> list[Json]:
    """Documents with the words they have."""
    return [hit["_source"] for hit in hits]


def with_words_of_today(hits: list[Json]) -> list[Json]:
    """The documents of posts with their terms made again."""
    return [remade(Held.of(hit)) for hit in hits]


def move(cluster: Cluster, short: str, layout: Layout, told: Told, *, made: Made = as_it_is) -> int:
    """Put a new index in the place of `short`, as its file is today; how many documents it holds. Raises StoreDown."""
    old = _behind(cluster, short)
    new = f"{cluster.name(short)}-{int(old.rpartition('-')[2]) + 1}"
    _begin(cluster, new, body_of(short, layout))
    done = dict.fromkeys(_reached(cluster, old), -1)
    while (count := _catch_up(cluster, old, new, done, made, told)) > FEW:
        told("documents caught up", count)
    _block(cluster, old, is_blocked=True)
    try:
        while any(done[shard] < last for shard, (_, last) in _reached(cluster, old).items()):
            _catch_up(cluster, old, new, done, made, told)
        _ask(cluster, lambda: cluster.client.indices.refresh(index=new))
        total = int(_ask(cluster, lambda: cluster.client.count(index=new))["count"])
        alias = cluster.name(short)
        _ask(cluster, lambda: cluster.client.indices.update_aliases(actions=[
            {"remove": {"index": old, "alias": alias, "must_exist": True}}, {"add": {"index": new, "alias": alias}},
        ]))  # fmt: skip
    except BaseException:
        _block(cluster, old, is_blocked=False)
        raise
    _ask(cluster, lambda: cluster.client.indices.delete(index=old))
    return total


def _behind(cluster: Cluster, short: str) -> str:
    found = _ask(cluster, lambda: cluster.client.indices.get_alias(name=cluster.name(short)))
    (old,) = found
    return str(old)


def _reached(cluster: Cluster, index: str) -> dict[int, tuple[int, int]]:
    """For each shard: up to which number every write is done everywhere, and the last number that was given out."""
    found = _ask(cluster, lambda: cluster.client.indices.stats(index=index, level="shards"))["indices"][index]["shards"]
    primaries = {int(shard): copy for shard, copies in found.items() for copy in copies if copy["routing"]["primary"]}
    return {shard: (copy["seq_no"]["global_checkpoint"], copy["seq_no"]["max_seq_no"]) for shard, copy in primaries.items()}


def _begin(cluster: Cluster, new: str, body: Json) -> None:
    """Make the new index; one that a killed run left is thrown away."""
    _ask(cluster, lambda: cluster.client.options(ignore_status=404).indices.delete(index=new))
    _ask(cluster, lambda: cluster.client.indices.create(index=new, settings=body["settings"], mappings=body["mappings"]))


def _block(cluster: Cluster, index: str, *, is_blocked: bool) -> None:
    if is_blocked:
        _ask(cluster, lambda: cluster.client.indices.add_block(index=index, block="write"))
    else:
        _ask(cluster, lambda: cluster.client.indices.put_settings(index=index, settings={"index.blocks.write": None}))


def _catch_up(cluster: Cluster, old: str, new: str, done: dict[int, int], made: Made, told: Told) -> int:
    """Copy what each shard of the old index has written since `done`, and move that on; how many documents.

    Only up to the number below which no write is under way: a search may show a write before an earlier one.
    """
    reached = {shard: safe for shard, (safe, _) in _reached(cluster, old).items()}
    _ask(cluster, lambda: cluster.client.indices.refresh(index=old))
    copied = 0
    for shard, safe in reached.items():
        for batch in _between(cluster, old, shard, done[shard], safe):
            _write(cluster, new, batch, made)
            copied += len(batch)
            told("documents", copied)
        done[shard] = max(done[shard], safe)
    return copied


def _between(cluster: Cluster, old: str, shard: int, done: int, safe: int) -> Iterator[list[Json]]:
    """The documents of one shard that were last written after `done` and up to `safe`, in that order."""
    while True:
        asked = {"query": {"range": {"_seq_no": {"gt": done, "lte": safe}}}, "sort": [{"_seq_no": "asc"}], "size": BATCH, "track_total_hits": False,
                 "seq_no_primary_term": True}  # fmt: skip
        found = _ask(
            cluster, partial(cluster.client.search, index=old, body=asked, preference=f"_shards:{shard}", allow_partial_search_results=False)
        )
        hits = found["hits"]["hits"]
        if hits:
            yield hits
        if len(hits) < BATCH:
            return
        done = hits[-1]["_seq_no"]


def _write(cluster: Cluster, new: str, hits: list[Json], made: Made) -> None:
    if not hits:
        return
    lines = [line for hit, doc in zip(hits, made(hits), strict=True) for line in ({"index": {"_index": new, "_id": hit["_id"]}}, doc)]
    answer = _ask(cluster, lambda: cluster.client.bulk(operations=lines))
    failed = [item["index"] for item in answer["items"] if item["index"]["status"] >= 300]
    if failed:
        raise cluster.down(RuntimeError(f"{len(failed)} documents do not fit the new index: {failed[0]['error']}"))


def _ask(cluster: Cluster, call: Callable[[], ObjectApiResponse[Any]]) -> Any:
    try:
        return cluster.ask(call).body
    except ApiError as error:
        raise cluster.down(error) from error
