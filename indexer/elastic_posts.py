"""The archive of posts in Elasticsearch: `ports.Posts` over the indices `posts`, `revisions` and the answers in `ledger`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from elasticsearch import NotFoundError

from indexer.elastic_client import Cluster, Json
from indexer.elastic_docs import FIELDS, Held, doc_id, revision_id, understanding_of
from indexer.elastic_put import Putter
from indexer.elastic_query import BUCKETS, body_of, filters_of, is_about_words, most_frequent, paged_facet, query_of, sort_of
from plaint.model import Post, Revision, iso, post_from_json
from plaint.ports import Outcome, Reader, StoreDown
from plaint.posts import words
from plaint.query.cursors import Place, read_cursor, write_cursor
from plaint.query.fields import EPOCH
from plaint.query.snippets import Spotter
from plaint.query.tree import CaseMark, Found, Hit, Search, Sort
from plaint.understand.understanding import Understanding

SCANNED = 2000
"""Posts read in one go while scanning."""

WALK = "10m"
"""How long an order by relevance is kept for the next page."""

LOOKED = 5.0
"""Seconds for which the version of the index's words is believed."""

_GONE = "this list by relevance is no longer kept: leave the cursor out to start at the first page"


class ElasticPosts:
    """Posts, their revisions and their search in a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._c, self._putter = cluster, Putter(cluster)
        self._looked = -LOOKED

    def put(self, posts: Sequence[Post], read: Reader | None = None) -> list[Outcome]:
        """See `ports.Posts.put`. Of a post that its source calls gone, only the mark is taken.

        Each post is written by itself; when this raises, some of the batch may be stored, and putting it again is right.
        """
        self._need_same_words()
        return self._putter.put(posts, read)

    def get(self, ids: Sequence[str]) -> list[Post]:
        """See `ports.Posts.get`."""
        found = self._c.get("posts", list(dict.fromkeys(map(doc_id, ids))), only=["post"])
        return [post_from_json(found[name]["_source"]["post"]) for name in map(doc_id, ids) if name in found]

    def revisions(self, id: str) -> list[Revision]:
        """See `ports.Posts.revisions`."""
        found = self._c.get("posts", [doc_id(id)])
        if not found:
            return []
        held = Held.of(found[doc_id(id)])
        names = {state: revision_id(id, state) for state in sorted(held.states)}
        kept = self._c.get("revisions", list(names.values()), only=["post"])
        states = [(state.seen, state.said, post_from_json(kept[name]["_source"]["post"])) for state, name in names.items() if name in kept]
        states.append((held.since, held.said, held.post))
        told = [state for before, state in zip([None, *states[:-1]], states, strict=True) if before is None or before[1] != state[1]]
        return [Revision(number=number, seen=iso(EPOCH + timedelta(microseconds=seen)), post=post) for number, (seen, _, post) in enumerate(told, 1)]

    def thread(self, id: str, limit: int = 200) -> list[Post]:
        """See `ports.Posts.thread`. The oldest are kept when there are more than `limit`."""
        found = self._conversation(id, limit)
        oldest = sorted(found.values(), key=lambda doc: (doc.get("at") is None, doc.get("at") or 0, doc["id"]))
        kept = oldest[:limit]
        if found and id not in {doc["id"] for doc in kept}:
            kept = [*kept[:-1], found[id]]
        return [post_from_json(doc["post"]) for doc in kept]

    def search(self, search: Search) -> Found:
        """See `ports.Posts.search`: one request, two by relevance. An order by relevance holds for ten minutes after each page."""
        after = read_cursor(search)
        self._need_same_words()
        is_ranked = search.sort is Sort.RELEVANCE and is_about_words(search.query)
        if is_ranked:
            return self._ranked(search, after)
        body = body_of(search, size=search.limit + 1 if search.limit else 0, after=after, is_ranked=False)
        answer = self._c.search("posts", body)
        hits = answer["hits"]["hits"]
        more = None
        if len(hits) > search.limit:
            hits = hits[: search.limit]
            more = write_cursor(search, tuple(hits[-1]["sort"])) if hits else None
        return self._found(search, answer, hits, more)

    def scan(self, search: Search) -> Iterator[Post]:
        """See `ports.Posts.scan`: the posts as they are when the scan begins."""
        self._need_same_words()
        filters = [part for parts in filters_of(search).values() for part in parts]
        asked: Json = {"query": {"bool": {"must": [query_of(search)], "filter": filters}}, "_source": ["post"]}
        if search.sort is Sort.RELEVANCE and is_about_words(search.query):
            asked["sort"] = sort_of(search.sort, is_ranked=True)
        else:
            asked["sort"] = sort_of(search.sort, is_ranked=False)
        for hit in self._c.walk("posts", asked, size=SCANNED):
            yield post_from_json(hit["_source"]["post"])

    def refs(self, source: str, firm: str | None = None) -> Iterator[str]:
        """See `ports.Posts.refs`."""
        filters: list[Json] = [{"term": {"source": source}}, *([] if firm is None else [{"term": {"firm": firm}}])]
        query = {"bool": {"filter": filters, "must_not": [{"exists": {"field": "gone"}}]}}
        asked = {"query": query, "_source": False, "docvalue_fields": ["id"], "sort": [{"id": "asc"}]}
        for hit in self._c.walk("posts", asked, size=10_000):
            yield hit["fields"]["id"][0].removeprefix(f"{source}:")

    def vanish(self, ids: Sequence[str], at: str) -> int:
        """See `ports.Posts.vanish`."""
        return self._putter.vanish(ids, at)

    def mark(self, id: str, mark: CaseMark | None) -> None:
        """See `ports.Posts.mark`. An unknown post is left alone."""
        self._putter.mark(id, mark)

    def understood(self, ids: Sequence[str]) -> dict[str, Understanding]:
        """See `ports.Posts.understood`."""
        found = self._c.get("posts", list(dict.fromkeys(map(doc_id, ids))), only=["id", "understood"])
        told = ((doc["_source"]["id"], understanding_of(doc["_source"])) for doc in found.values())
        return {key: understood for key, understood in told if understood is not None}

    def note(self, understandings: Mapping[str, Understanding], of: Sequence[Post]) -> int:
        """See `ports.Posts.note`."""
        self._need_same_words()
        return self._putter.note(understandings, of)

    def newest(self, source: str, firm: str | None = None) -> str | None:
        """See `ports.Posts.newest`."""
        filters: list[Json] = [{"term": {"source": source}}, {"exists": {"field": "at"}}, *([] if firm is None else [{"term": {"firm": firm}}])]
        answer = self._c.search("posts", {"query": {"bool": {"filter": filters}}, "size": 1, "sort": [{"at": "desc"}, {"id": "asc"}],
                                          "_source": ["post"]})  # fmt: skip
        posts = [post_from_json(hit["_source"]["post"]) for hit in answer["hits"]["hits"]]
        return posts[0].published.earliest if posts and posts[0].published else None

    def _ranked(self, search: Search, after: Place | None) -> Found:
        """A page by relevance out of a snapshot that is kept while it goes on; the cursor names it."""
        if after is None:
            pit, place = self._c.open("posts", WALK), None
        else:
            pit, (said, _, last) = str(after[0]), str(after[1]).partition(" ")
            place = (float(said), last)
        body = body_of(search, size=search.limit + 1, after=place, is_ranked=True)
        try:
            answer = self._c.search("posts", body | {"pit": {"id": pit, "keep_alive": WALK}})
        except NotFoundError:
            raise ValueError(_GONE) from None
        hits, kept = answer["hits"]["hits"], answer.get("pit_id", pit)
        if len(hits) <= search.limit or not search.limit:
            self._c.shut(kept)
            return self._found(search, answer, hits[: search.limit], None)
        hits = hits[: search.limit]
        score, name = hits[-1]["sort"][:2]
        return self._found(search, answer, hits, write_cursor(search, (kept, f"{score!r} {name}")))

    def _found(self, search: Search, answer: Json, hits: Sequence[Json], more: str | None) -> Found:
        facets, bounded = self._facets(search, answer.get("aggregations", {}))
        bars = answer.get("aggregations", {}).get("histogram", {}).get("bars", {}).get("buckets", ())
        spotter = Spotter(search.query)
        shown = []
        for hit in hits:
            doc = hit["_source"]
            post = post_from_json(doc["post"])
            snippet, lit = spotter.cut(post)
            case = CaseMark(case=doc["case"], state=doc.get("state") or "") if doc.get("case") is not None else None
            shown.append(Hit(post=post, snippet=snippet, marks=lit, case=case))
        return Found(total=answer["hits"]["total"]["value"], hits=tuple(shown), facets=facets, histogram=tuple(bar["doc_count"] for bar in bars),
                     next=more, bounded=bounded)  # fmt: skip

    def _facets(self, search: Search, counted: Json) -> tuple[dict[str, dict[str, int]], tuple[str, ...]]:
        found: dict[str, dict[str, int]] = {}
        bounded: list[str] = []
        for name in search.facets:
            values = counted[f"facet {name}"]["values"]
            if values["sum_other_doc_count"]:
                pairs = list(self._all_values(search, name))
            else:
                pairs = [(bucket["key"], bucket["doc_count"]) for bucket in values["buckets"]]
            found[name], is_cut = most_frequent(pairs)
            bounded += [name] if is_cut else []
        return found, tuple(bounded)

    def _all_values(self, search: Search, name: str) -> Iterator[tuple[str, int]]:
        """Every value of a facet with its exact count, page by page to the end."""
        after: Json | None = None
        while True:
            values = self._c.search("posts", paged_facet(search, name, after))["aggregations"]["values"]
            yield from ((bucket["key"]["value"], bucket["doc_count"]) for bucket in values["buckets"])
            if len(values["buckets"]) < BUCKETS:
                return
            after = values["after_key"]

    def _conversation(self, id: str, limit: int) -> dict[str, Json]:
        """The documents of what hangs together with a post, by id, widened until nothing is added or there is enough."""
        self._c.refresh("posts")
        found: dict[str, Json] = {}
        fresh = [doc["_source"] for doc in self._c.get("posts", [doc_id(id)]).values()]
        while fresh and len(found) < limit:
            found |= {doc["id"]: doc for doc in fresh}
            ids, threads = [doc["id"] for doc in fresh], sorted({doc["thread"] for doc in fresh if doc.get("thread")})
            above = sorted({doc[tie] for doc in fresh for tie in ("parent", "inside") if doc.get(tie)})
            near = [{"terms": {field: values}} for field, values in (("thread", threads), ("parent", ids), ("inside", ids), ("id", above)) if values]
            asked = {"query": {"bool": {"should": near, "minimum_should_match": 1}}, "size": min(limit + len(found), 10_000),
                     "sort": [{"at": {"order": "asc", "missing": "_first"}}, {"id": "asc"}],
                     "_source": ["id", "at", "thread", "parent", "inside", "post"]}  # fmt: skip
            fresh = [hit["_source"] for hit in self._c.search("posts", asked)["hits"]["hits"] if hit["_source"]["id"] not in found]
        return found

    def _need_same_words(self) -> None:
        """Raise StoreDown when the index was made by another analysis of words: its terms cannot be compared with ours."""
        if time.monotonic() - self._looked < LOOKED:
            return
        found = self._c.ask(lambda: self._c.client.indices.get_mapping(index=self._c.name("posts")))
        for mapping in found.body.values():
            made = mapping["mappings"].get("_meta", {})
            if made.get("words") != words.VERSION:
                raise StoreDown(f"the search index was made by {made.get('words')!r}, this is {words.VERSION!r}: run `plaint rebuild`")
            if made.get("fields", 1) < FIELDS:
                raise StoreDown("the search index has no place for what is known of posts by now: run `plaint rebuild`, which moves it meanwhile")
        self._looked = time.monotonic()
