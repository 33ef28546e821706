"""Documents that are only ever added, each under the next number: what the log of a store and its seals are made of.

The number is the document's name and is taken by creating it, so two writers cannot both have it, and no number is left
out. The server needs no right but to create. What a search sees is one moment of the index, which lies on one shard:
if it holds a number it holds all before it. What came later is read by its number, as it is now, so nobody waits for a
refresh and nobody misses what was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from indexer.elastic_client import PAGE, Cluster, Json
from indexer.elastic_query import ALL

AHEAD = 64
"""Numbers that are looked for in one request."""

_LAST = "last"
_MAX = {"max": {"field": "number"}}


class Numbered:
    """The documents of one kind (`what`) in the index `short`."""

    def __init__(self, cluster: Cluster, short: str, what: str) -> None:
        self._c, self._short, self.what = cluster, short, what
        self._known = 0
        """A number that is there: searches count the last one from here, so that they need not look at all before it."""
        self._recent: dict[int, Json] = {}
        """What this process wrote or read by number, as far as no search has shown it yet. Documents never change."""

    @property
    def known(self) -> int:
        """A number that is there, near the last one; 0 when nothing was looked for."""
        return self._known

    def create(self, number: int, doc: Json) -> None:
        """Add the document of a number; raises Conflicted when somebody has it."""
        whole = {"what": self.what, "number": number, **doc}
        self._c.create(self._short, f"{self.what}-{number}", whole)
        self._recent[number] = whole

    def recent(self, after: int) -> Iterator[Json]:
        """The documents after a number that this process has; others may have written more since."""
        while (doc := self._recent.get(after + 1)) is not None:
            yield doc
            after += 1

    def tail(self, after: int) -> Iterator[Json]:
        """The documents after a number, oldest first, as they are now."""
        for doc in self.recent(after):
            yield doc
            after = doc["number"]
        while True:
            names = [f"{self.what}-{number}" for number in range(after + 1, after + 1 + AHEAD)]
            found = self._c.get(self._short, names)
            for name in names:
                if name not in found:
                    return
                doc = found[name]["_source"]
                self._recent[doc["number"]] = doc
                yield doc
            after += AHEAD

    def seen(self, wanted: Mapping[str, Json]) -> tuple[int, dict[str, Json]]:
        """The newest document of each query by its name, where there is one, out of one moment of the index; and its last number."""
        _, newest, last = self._of_one_moment({}, wanted, [])
        return last, newest

    def _of_one_moment(self, body: Json, wanted: Mapping[str, Json], also: Sequence[Json]) -> tuple[list[Json], dict[str, Json], int]:
        """The hits of a body that is about what `also` says, the newest document of each query, and the last number."""
        newest = {"newest": {"top_hits": {"size": 1, "sort": [{"number": "desc"}]}}}
        aggs = {f"in {name}": {"filter": query, "aggs": newest} for name, query in wanted.items()}
        answer, last = self._counted({**body, "aggs": aggs}, [*also, *(query for query in wanted.values() if query != ALL)])
        found = {name: answer["aggregations"][f"in {name}"]["newest"]["hits"]["hits"] for name in wanted}
        return [hit["_source"] for hit in answer["hits"]["hits"]], {name: hits[0]["_source"] for name, hits in found.items() if hits}, last

    def with_newest(self, query: Json, wanted: Mapping[str, Json]) -> tuple[list[Json], dict[str, Json], int]:
        """All documents that match, oldest first, with what `seen` gives for other queries: out of one moment of the index.

        Of more than a page some may be among the later ones that do not match.
        """
        body = {"sort": [{"number": "asc"}], "size": PAGE, "post_filter": query}
        hits, newest, last = self._of_one_moment(body, wanted, [query])
        if len(hits) == PAGE:
            hits += [doc for doc in self.all(query, after=hits[-1]["number"]) if doc["number"] <= last]
        return hits, newest, last

    def all(self, query: Json | None = None, *, after: int = 0) -> Iterator[Json]:
        """All documents that match and come after a number, oldest first; then those that no search sees yet, matching or not.

        Numbers that are not there although later ones are do not end it: who reads sees the gap.
        """
        while True:
            asked: Json = {"sort": [{"number": "asc"}], "size": PAGE}
            if query is None:
                found = [hit["_source"] for hit in self._asked(asked, after)["hits"]["hits"]]
                last = found[-1]["number"] if found else after
            else:
                answer, last = self._counted(asked | {"post_filter": query}, [query], after)
                found = [hit["_source"] for hit in answer["hits"]["hits"]]
            yield from found
            if len(found) < PAGE:
                yield from self.tail(max(after, last))
                return
            after = found[-1]["number"]

    def _counted(self, body: Json, queries: Sequence[Json], after: int = 0) -> tuple[Json, int]:
        """The answer over what matches one of the queries, and the last number of the moment of the index that it is from.

        Beside the matches it is only asked for what came since a number that is known. Where that one is not seen, as on
        a copy of the index that is behind, all of it is looked at.
        """
        if not self._known:
            newest = self._asked({"sort": [{"number": "desc"}], "size": 1, "_source": ["number"]})["hits"]["hits"]
            self._known = newest[0]["_source"]["number"] if newest else 0
        aggs = {**body.get("aggs", {}), _LAST: _MAX}
        near = {"bool": {"should": [*queries, {"range": {"number": {"gte": self._known}}}], "minimum_should_match": 1}}
        if self._known > after:
            answer = self._asked({**body, "aggs": aggs}, after, near)
            if (last := _last_of(answer)) >= self._known:
                self._known = last
                self._recent = {number: doc for number, doc in list(self._recent.items()) if number > last}
                return answer, last
        answer = self._asked({**body, "aggs": aggs}, after)
        return answer, _last_of(answer)

    def values(self, field: str) -> set[str]:
        """All values of a field, up to this moment."""
        values: set[str] = set()
        ends: list[int] = []
        after: Json = {}
        while True:
            composite = {"size": PAGE, "sources": [{"value": {"terms": {"field": field}}}], **after}
            answer = self._asked({"aggs": {_LAST: _MAX, "values": {"composite": composite}}})
            found = answer["aggregations"]["values"]
            values.update(bucket["key"]["value"] for bucket in found["buckets"])
            ends.append(_last_of(answer))
            if "after_key" not in found:
                return values | {doc[field] for doc in self.tail(min(ends))}
            after = {"after": found["after_key"]}

    def _asked(self, body: Json, after: int = 0, *more: Json) -> Json:
        """One search of this kind's documents after a number; no refresh is waited for."""
        filters = [{"term": {"what": self.what}}, {"range": {"number": {"gt": after}}}, *more]
        whole = {"size": 0, "track_total_hits": False, "query": {"bool": {"filter": filters}}, **body}
        name = self._c.name(self._short)
        answer: Json = self._c.ask(lambda: self._c.client.search(index=name, body=whole, allow_partial_search_results=False).body)
        return answer


def _last_of(answer: Json) -> int:
    return int(answer["aggregations"][_LAST]["value"] or 0)
