"""Groups of copies in Elasticsearch: `ports.Copies` over the index `copies`, with what a search knows of them in `posts`.

A post has one document here: its group, and the bands under which it stands for that. It is written after the post, so a process that dies
between the two leaves a post without a group, which `join` finds. Two that write copies of one text at once each look again after they
wrote: whichever looks last sees both, and makes their groups one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from indexer.elastic_bulk import Action
from indexer.elastic_client import Cluster, Json
from indexer.elastic_docs import copied_parts, doc_id
from indexer.sqlite_rows import Row
from plaint.model import Post, post_from_json
from plaint.ports import CopyGroup, StoreDown
from plaint.posts import sameness
from plaint.posts.copies import CAMPAIGN, Kind
from plaint.posts.grouping import EXACT, FEW, TRIED, Come, Head, Look, Plan, kind_by, label_of, plan, words_of

ASKED = 10_000
"""Bands in one request."""


class ElasticCopies:
    """Groups of copies in a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._c = cluster

    def group(self, name: str) -> CopyGroup | None:
        """See `ports.Copies.group`."""
        look = self._looks([name], people=40_000).get(name)
        if look is None:
            return None
        nameless = self._c.search("copies", _counted(_of(name, must_not=[{"exists": {"field": "author"}}])))["hits"]["total"]["value"]
        return CopyGroup(name=name, kind=kind_by(look), posts=look.posts, people=look.people, nameless=nameless, sources=look.sources)

    def of(self, ids: Sequence[str]) -> dict[str, str]:
        """See `ports.Copies.of`."""
        found = self._c.get("copies", list(dict.fromkeys(map(doc_id, ids))), only=["post", "group"])
        return {doc["_source"]["post"]: doc["_source"]["group"] for doc in found.values() if doc["_source"].get("group")}

    def walk(self) -> Iterator[tuple[str, str]]:
        """See `ports.Copies.walk`."""
        asked = {"query": {"exists": {"field": "group"}}, "sort": [{"group": "asc"}, {"post": "asc"}], "_source": ["post", "group"]}
        yield from ((hit["_source"]["post"], hit["_source"]["group"]) for hit in self._c.walk("copies", asked))

    def join(self, posts: Sequence[Post]) -> int:
        """See `ports.Copies.join`."""
        there = self.of([post.id for post in posts])
        lacking = [post for post in posts if post.id not in there]
        self.regroup(lacking)
        return sum(Row(post).come is not None for post in lacking)

    def regroup(self, posts: Sequence[Post]) -> None:
        """Find the groups of posts that are new or say something else than before."""
        rows = [Row(post) for post in posts]
        come = {row.post.id: row.come for row in rows if row.come is not None}
        if rows:
            come |= self._leave([row.post.id for row in rows])
        if not come:
            return
        made = self._plan(come.values())
        before = self._kinds(set(made.groups.values()) - {one.name for one in come.values()})
        self._write(come, made)
        merged = set(map(made.now, made.merged)) | self._look_again(come, made)
        groups = self.of(list(come))
        self._label(come, groups, before, merged)

    def _leave(self, ids: Sequence[str]) -> dict[str, Come]:
        """Take posts out of the groups that they were in; what is to be joined again besides them.

        Those of a group of few are taken out too, since what they were copies of may be gone: the first of them keeps the name of
        the group. In a large group others stand in for those that left.
        """
        found = self._c.get("copies", list(map(doc_id, ids)), only=["post", "group", "bands"])
        held = [doc["_source"] for doc in found.values() if doc["_source"].get("group")]
        if not held:
            return {}
        self._take_out([doc["post"] for doc in held])
        again: dict[str, Come] = {}
        for group in sorted({doc["group"] for doc in held}):
            if self._size(group) <= FEW:
                again |= self._few(group)
                continue
            self._stand_in(group, {band for doc in held if doc["group"] == group for band in doc.get("bands", ())})
            self._apply(self._whole_group(group, self._kinds([group])[group]))
        self._take_out(list(again))
        return again

    def _take_out(self, ids: Sequence[str]) -> None:
        nothing: Json = {"doc": copied_parts("", Kind.SINGLE, exact=False)}
        emptied: list[Action] = [({"index": {"_index": "copies", "_id": doc_id(key)}}, {"post": key}) for key in ids]
        untagged: list[Action] = [({"update": {"_index": "posts", "_id": doc_id(key)}}, nothing) for key in ids]
        self._done([*emptied, *untagged])

    def _few(self, group: str) -> dict[str, Come]:
        """The posts of a small group, to be joined again."""
        hits = self._c.walk("copies", {"query": _of(group), "sort": [{"post": "asc"}], "_source": ["post"]})
        found = self._c.get("posts", [hit["_id"] for hit in hits], only=["post"])
        rows = [Row(post_from_json(doc["_source"]["post"])) for doc in found.values()]
        come = [row.come for row in rows if row.come is not None]
        return {one.key: one if place else replace(one, name=group) for place, one in enumerate(come)}

    def _stand_in(self, group: str, bands: set[str]) -> None:
        hits = self._c.search("copies", {"query": _of(group), "size": TRIED, "_source": ["post", "bands"]})["hits"]["hits"]
        texts = self._texts([hit["_source"]["post"] for hit in hits])
        actions: list[Action] = []
        for hit in hits:
            mine = bands & set(sameness.bands(texts.get(hit["_source"]["post"], "")))
            if mine:
                actions.append(({"update": {"_index": "copies", "_id": hit["_id"]}}, {"doc": {"bands": [*hit["_source"].get("bands", ()), *mine]}}))
                bands = bands - mine
        self._done(actions)

    def _plan(self, come: Iterable[Come]) -> Plan:
        posts = list(come)
        return plan(posts, self._heads(sorted({band for one in posts for band in one.bands})), self._size)

    def _heads(self, bands: Sequence[str], *, but: Sequence[str] = ()) -> dict[str, list[Head]]:
        """The posts that stand for groups under bands, without those of the batch itself (`but`)."""
        self._c.wrote("copies")
        docs: dict[str, Json] = {}
        for start in range(0, len(bands), ASKED):
            asked = {
                "query": {
                    "bool": {"filter": [{"terms": {"bands": list(bands[start : start + ASKED])}}], "must_not": [{"terms": {"post": list(but)}}]}
                },
                "sort": [{"post": "asc"}],
                "_source": ["post", "group", "bands"],
            }
            docs |= {hit["_source"]["post"]: hit["_source"] for hit in self._c.walk("copies", asked)}
        pairs = {key: sameness.pairs_of(text) for key, text in self._texts(list(docs)).items()}
        wanted, found = set(bands), dict[str, list[Head]]()
        for key, doc in docs.items():
            if key in pairs and doc.get("group"):
                for band in wanted.intersection(doc.get("bands", ())):
                    found.setdefault(band, []).append(Head(key=key, group=doc["group"], pairs=pairs[key]))
        return found

    def _texts(self, ids: Sequence[str]) -> dict[str, str]:
        found = self._c.get("posts", list(map(doc_id, ids)), only=["id", "post"]) if ids else {}
        return {doc["_source"]["id"]: words_of(post_from_json(doc["_source"]["post"])) for doc in found.values()}

    def _size(self, group: str) -> int:
        return int(self._c.search("copies", _counted(_of(group)))["hits"]["total"]["value"])

    def _write(self, come: Mapping[str, Come], made: Plan) -> None:
        for old in made.merged:
            self._rename(old, made.now(old))
        self._done([
            ({"index": {"_index": "copies", "_id": doc_id(key)}},
             {"post": key, "group": made.groups[key], "source": one.source, "whole": one.whole, "bands": made.heads[key],
              **({} if one.author is None else {"author": one.author})})
            for key, one in come.items()
        ])  # fmt: skip

    def _rename(self, old: str, new: str) -> None:
        hits = self._c.walk("copies", {"query": _of(old), "sort": [{"post": "asc"}], "_source": False})
        self._done([({"update": {"_index": "copies", "_id": hit["_id"]}}, {"doc": {"group": new}}) for hit in hits])

    def _look_again(self, come: Mapping[str, Come], made: Plan) -> set[str]:
        """Make groups one that were founded at the same time for the same text; what they are called."""
        founders = [one for key, one in come.items() if made.groups[key] == one.name]
        others = self._heads(sorted({band for one in founders for band in one.bands}), but=list(come)) if founders else {}
        again, merged = plan(founders, others, self._size), set[str]()
        for one in founders:
            other = again.now(again.groups[one.key])
            if other != one.name:
                self._rename(max(one.name, other), min(one.name, other))
                merged.add(min(one.name, other))
        return merged

    def _label(self, come: Mapping[str, Come], groups: Mapping[str, str], before: Mapping[str, Kind], merged: set[str]) -> None:
        """Write what a search knows of those that came, of their twins in words, and of all of a group that is another or of another kind now."""
        after = self._kinds(set(groups.values()) | merged)
        turned = {group for group, kind in after.items() if kind is not Kind.SINGLE and before.get(group) != kind} | merged
        labels = [label for group in sorted(turned) for label in self._whole_group(group, after[group])]
        same_words = {(group, come[key].whole) for key, group in groups.items() if group in after and group not in turned}
        for group, whole in sorted(same_words):
            if after[group] is not Kind.SINGLE:
                hits = self._c.search("copies", {"query": _of(group, filter=[{"term": {"whole": whole}}]), "size": 2, "sort": [{"post": "asc"}],
                                                 "_source": ["post", "label"]})["hits"]["hits"]  # fmt: skip
                mine = [key for key, of in groups.items() if of == group and come[key].whole == whole]
                others = [hit["_source"]["post"] for hit in hits if not hit["_source"].get("label", "").endswith(f" {EXACT}")]
                labels += [(key, group, after[group], len(hits) > 1) for key in dict.fromkeys([*mine, *(others if len(hits) > 1 else ())])]
        self._apply(labels)

    def _whole_group(self, group: str, kind: Kind) -> list[tuple[str, str, Kind, bool]]:
        hits = [hit["_source"] for hit in self._c.walk("copies", {"query": _of(group), "sort": [{"post": "asc"}], "_source": ["post", "whole"]})]
        wholes = Counter(hit["whole"] for hit in hits)
        return [(hit["post"], group, kind, wholes[hit["whole"]] > 1) for hit in hits]

    def _apply(self, labels: Sequence[tuple[str, str, Kind, bool]]) -> None:
        actions: list[Action] = []
        for key, group, kind, is_exact in labels:
            said = label_of(group, kind, exact=is_exact)
            actions.append(({"update": {"_index": "copies", "_id": doc_id(key), "retry_on_conflict": 10}}, {"doc": {"label": said}}))
            actions.append(
                ({"update": {"_index": "posts", "_id": doc_id(key), "retry_on_conflict": 10}}, {"doc": copied_parts(group, kind, exact=is_exact)})
            )
        self._done(actions)

    def _kinds(self, groups: Iterable[str]) -> dict[str, Kind]:
        return {group: kind_by(look) for group, look in self._looks(groups, people=CAMPAIGN).items()}

    def _looks(self, groups: Iterable[str], *, people: int) -> dict[str, Look]:
        asked = sorted(set(groups))
        if not asked:
            return {}
        parts = {"people": {"cardinality": {"field": "author", "precision_threshold": max(people, 100)}},
                 "sources": {"cardinality": {"field": "source"}}, "nameless": {"missing": {"field": "author"}}}  # fmt: skip
        answer = self._c.search("copies", {"size": 0, "query": {"terms": {"group": asked}},
                                           "aggs": {"groups": {"terms": {"field": "group", "size": len(asked)}, "aggs": parts}}})  # fmt: skip
        return {
            bucket["key"]: Look(posts=bucket["doc_count"], people=bucket["people"]["value"], sources=bucket["sources"]["value"],
                                nameless=bucket["nameless"]["doc_count"] > 0)
            for bucket in answer["aggregations"]["groups"]["buckets"]
        }  # fmt: skip

    def _done(self, actions: Sequence[Action]) -> None:
        for result in self._c.bulk(actions) if actions else ():
            if result["status"] not in {200, 201, 404}:
                raise StoreDown(f"{self._c.place.shown}: a group of copies could not be written: {result.get('error', {}).get('type')}")


def _of(group: str, **parts: list[Json]) -> Json:
    return {"bool": {"filter": [{"term": {"group": group}}, *parts.pop("filter", [])], **parts}}


def _counted(query: Json) -> Json:
    return {"size": 0, "track_total_hits": True, "query": query}
