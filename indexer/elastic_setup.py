"""The indices of a store on a cluster: made when they are missing, from the JSON files in `indexer/elastic/`.

Every index has a versioned name (`plaint-posts-1`) behind an alias (`plaint-posts`), which is all that the rest of the
program knows. A field that is not in the file is refused by the server, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from elasticsearch import ApiError

from indexer.elastic_client import Cluster, Json
from indexer.elastic_docs import FIELDS
from plaint.posts import words

TEMPLATES = Path(__file__).parent / "elastic"

SHORT = ("posts", "revisions", "ledger", "registers", "log", "bodies", "cases", "presence", "copies")
"""The indices of one store."""

FIRST_ANSWER = 3.0
"""Seconds to wait for a cluster that does not answer when a store is opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the large indices (posts, revisions, ledger) are spread. `replicas` None: one copy as soon as there is a second node."""

    shards: int = 1
    replicas: int | None = None


def template(short: str) -> Json:
    """Settings and mappings of an index as the file says."""
    return msgspec.json.decode((TEMPLATES / f"{short}.json").read_bytes(), type=dict[str, Any])


def body_of(short: str, layout: Layout) -> Json:
    """What an index is made with."""
    body = template(short)
    copies: Json = {"auto_expand_replicas": "0-1"} if layout.replicas is None else {"number_of_replicas": layout.replicas}
    settings = {"number_of_shards": layout.shards, **copies, **body["settings"]}
    mappings = body["mappings"] | ({"_meta": {"words": words.VERSION, "fields": FIELDS}} if short == "posts" else {})
    return {"settings": settings, "mappings": mappings}


def made(cluster: Cluster) -> set[str]:
    """The indices of a store that are there, by their short names. Raises StoreDown at once when nothing answers."""
    there = cluster.ask(lambda: cluster.client.indices.get_alias(index=f"{cluster.place.name}-*", allow_no_indices=True), patience=FIRST_ANSWER)
    aliases = {alias for index in there.body.values() for alias in index["aliases"]}
    return {short for short in SHORT if cluster.name(short) in aliases}


def make_missing(cluster: Cluster, layout: Layout) -> None:
    """Make the indices that are not there. Raises StoreDown at once when nothing answers."""
    there = made(cluster)
    for short in SHORT:
        if short not in there:
            _make(cluster, short, layout)


def _make(cluster: Cluster, short: str, layout: Layout) -> None:
    body = body_of(short, layout)
    try:
        cluster.ask(lambda: cluster.client.indices.create(
            index=f"{cluster.name(short)}-1", settings=body["settings"], mappings=body["mappings"], aliases={cluster.name(short): {}}
        ))  # fmt: skip
    except ApiError as error:
        if "resource_already_exists" not in str(error.body):
            raise cluster.down(error) from error
