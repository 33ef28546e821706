"""The case log in Elasticsearch: `ports.CaseLog` over the indices `log`, `bodies` and `cases`.

One document for each append, under the next number of the whole log (`elastic_numbers`): an append that was created
came after all before it and knows them all, so the expected version, the command and the place in the order hold
together without a transaction. Texts go first, under names that nobody knows until the append names them. Lists are a
projection that never goes back to an older version of a case.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from indexer.elastic_append import KEPT, Append, Heads, Line, State, Texts, chained
from indexer.elastic_client import Cluster, Conflicted, Json
from indexer.elastic_docs import doc_id
from indexer.elastic_numbers import AHEAD, Numbered
from indexer.elastic_tally import asked, counted
from plaint.cases.chain import GENESIS, canonical, order_hash, seal_hash
from plaint.ports import CASE_STREAM, Body, CaseFilter, CaseRow, Conflict, Draft, Entry, Seal, Standing, StoreDown

TURNS = 1000
"""Races for the next number that may be lost one after the other."""

STALE = 4 * AHEAD
"""Numbers behind the newest one known from which on a search is quicker than reading what came since."""

NOTED_EVERY = 200
"""Appends after which it is noted anew how far the lists are known to be complete."""

_MARK = "listed"
"""The name of that note in the index of the lists; no case is called so, and it has no `case`."""

_rows = msgspec.json.Decoder(CaseRow)


class ElasticCases:
    """The log in a cluster. Safe for many threads and processes."""

    def __init__(self, cluster: Cluster) -> None:
        self._c = cluster
        self._log, self._seals = Numbered(cluster, "log", "append"), Numbered(cluster, "log", "seal")
        self._heads = Heads()
        self._ends: dict[str, tuple[tuple[int, int], ...]] = {}
        """Version and number of the appends at which streams were read to their end, the last two: who reads on does not begin anew."""
        self._listed, self._noted = 0, 0
        """Up to here every case was seen in the lists; up to here that is noted for the next process."""

    def append(self, stream: str, expected: int | None, drafts: Sequence[Draft], *, at: str, by: str, command: str) -> list[Entry]:
        """See `ports.CaseLog.append`."""
        texts = Texts(self._c, stream, command, drafts)
        state = self._heads.take(stream, command, since=self._log.known - STALE) or self._seen(stream, command)
        for turn in range(TURNS):
            time.sleep(min(0.05, 0.005 * turn) * random.random())
            if turn or expected not in {None, state.version}:
                state = self._followed(state, stream, command)
            if state.done:
                texts.drop(but={kept for append in state.done for line in append.lines for kept in line.bodies.values()})
                return [entry for append in state.done for entry in append.entries()]
            if expected is not None and expected != state.version:
                texts.drop()
                raise Conflict(stream, [entry for entry in self.read(stream) if entry.version > expected])
            if not drafts:
                return []
            lines = tuple(chained(drafts, texts, state, stream=stream, at=at, by=by, command=command))
            texts.keep()
            made = Append(number=state.number + 1, stream=stream, at=at, by=by, command=command, lines=lines)
            try:
                self._log.create(made.number, made.doc())
            except Conflicted:
                continue
            self._heads.keep(stream, None, state.after(made, stream, None))
            return made.entries()
        raise StoreDown(f"{self._c.place.shown}: too many others write into the log at once: try again")

    def read(self, stream: str, after: int = 0) -> list[Entry]:
        """See `ports.CaseLog.read`."""
        return [entry for append in self._appends(stream, after) for entry in append.entries() if entry.version > after]

    def version(self, stream: str) -> int:
        """See `ports.CaseLog.version`."""
        kept = self._heads.take(stream, None, since=self._log.known - STALE)
        state = self._followed(kept or self._seen(stream, None), stream, None)
        self._heads.keep(stream, None, state)
        return state.version

    def standing(self, stream: str, command: str | None = None) -> Standing:
        """See `ports.CaseLog.standing`. Three requests: a search, what came since, the texts with the list's own version."""
        appends, state = self._looked(stream, command)
        self._heads.keep(stream, command, state)
        names = _names(appends)
        found = self._c.together({"bodies": ([kept for *_, kept in names], None), "cases": ([doc_id(stream)], ["version"])}) if appends else {}
        bodies = {(body.version, body.name): body.text for body in _texts(names, found.get("bodies", {}))}
        listed = found.get("cases", {}).get(doc_id(stream), {}).get("_source", {}).get("version", 0)
        return Standing(entries=tuple(entry for append in appends for entry in append.entries()), bodies=bodies, is_done=bool(state.done),
                        is_listed=listed >= state.version)  # fmt: skip

    def bodies(self, stream: str, after: int = 0) -> dict[tuple[int, str], str | None]:
        """See `ports.CaseLog.bodies`."""
        return {(body.version, body.name): body.text for body in self._bodies_of(self._appends(stream, after)) if body.version > after}

    def erase(self, stream: str, version: int, name: str) -> None:
        """See `ports.CaseLog.erase`. The old bytes leave the disk when the server merges their segment, which is asked for."""
        for append in self._appends(stream):
            for line in append.lines:
                if line.version == version and name in line.bodies:
                    (result,) = self._c.bulk([({"index": {"_index": "bodies", "_id": line.bodies[name]}}, {"stream": stream})])
                    if result["status"] != 200:
                        raise StoreDown(f"{self._c.place.shown}: the text could not be erased: {result.get('error', result)}")
                    self._c.ask(lambda: self._c.client.indices.forcemerge(index=self._c.name("bodies"), only_expunge_deletes=True))

    def streams(self, prefix: str = "") -> Iterator[str]:
        """See `ports.CaseLog.streams`."""
        yield from sorted({stream for stream in self._log.values("stream") if stream.startswith(prefix)})

    def walk(self, after: int = 0) -> Iterator[Entry]:
        """See `ports.CaseLog.walk`."""
        for append in self._after(after):
            yield from (entry for entry in append.entries() if entry.position > after)

    def walk_bodies(self, after: int = 0) -> Iterator[Body]:
        """See `ports.CaseLog.walk_bodies`."""
        yield from (body for body in self._bodies_of(self._after(after)) if body.position > after)

    def seal(self, at: str) -> Seal:
        """See `ports.CaseLog.seal`."""
        for _ in range(TURNS):
            sealed = self.seals()
            since, number, before = (sealed[-1].position, sealed[-1].number + 1, sealed[-1].hash) if sealed else (0, 1, GENESIS)
            grown = list(self.walk(since))
            heads = {entry.stream: (entry.version, entry.hash) for entry in grown}
            position, order = grown[-1].position if grown else since, order_hash(entry.hash for entry in grown)
            own = seal_hash(number=number, at=at, position=position, heads=heads, order=order, before=before)
            seal = Seal(number=number, at=at, position=position, heads=heads, order=order, before=before, hash=own)
            try:
                self._seals.create(number, {"said": msgspec.json.encode(seal).decode()})
            except Conflicted:
                continue
            return seal
        raise StoreDown(f"{self._c.place.shown}: too many others seal the log at once: try again")

    def seals(self) -> list[Seal]:
        """See `ports.CaseLog.seals`."""
        return [msgspec.json.decode(doc["said"], type=Seal) for doc in self._seals.all()]

    def save_case(self, row: CaseRow) -> None:
        """See `ports.CaseLog.save_case`."""
        (result,) = self._c.bulk([listing(row)])
        if result["status"] not in {200, 201, 409}:
            raise StoreDown(f"{self._c.place.shown}: {row.case} could not be listed: {result.get('error')}")

    def behind(self) -> list[str]:
        """See `ports.CaseLog.behind`. Looks at the appends since everything was last seen in the lists, by this process or another."""
        if not self._listed:
            self._listed = self._noted = self._listed_before()
        heads: dict[str, tuple[int, int]] = {}
        last = self._listed
        for append in map(Append.of, self._log.all(after=self._listed)):
            last = append.number
            if append.stream.startswith(CASE_STREAM):
                first = heads.get(append.stream, (0, append.number))[1]
                heads[append.stream] = (append.lines[-1].version, first)
        listed = self._c.get("cases", [doc_id(case) for case in heads], only=["version"])
        late = {case for case, (version, _) in heads.items() if listed.get(doc_id(case), {}).get("_source", {}).get("version", 0) < version}
        self._listed = min([last, *(heads[case][1] - 1 for case in late)])
        if self._listed >= self._noted + NOTED_EVERY:
            self._c.bulk([({"index": {"_index": "cases", "_id": _MARK}}, {"version": self._listed})])
            self._noted = self._listed
        return sorted(late)

    def _listed_before(self) -> int:
        """The note of an earlier process. It lies among the lists, so that lists made anew begin without one."""
        found = self._c.get("cases", [_MARK])
        return int(found[_MARK]["_source"]["version"]) if found else 0

    def cases(self, wanted: CaseFilter) -> tuple[list[CaseRow], int]:
        """See `ports.CaseLog.cases`."""
        body = {"query": _where(wanted), "sort": [{"due": {"order": "asc", "missing": "_last"}}, {"case": "asc"}], "_source": ["shown"],
                "track_total_hits": True, "from": wanted.offset, "size": wanted.limit}  # fmt: skip
        answer = self._c.search("cases", body)
        return [_rows.decode(hit["_source"]["shown"]) for hit in answer["hits"]["hits"]], answer["hits"]["total"]["value"]

    def each_case(self, wanted: CaseFilter) -> Iterator[CaseRow]:
        """See `ports.CaseLog.each_case`."""
        for hit in self._c.walk("cases", {"query": _where(wanted), "sort": [{"case": "asc"}], "_source": ["shown"]}):
            yield _rows.decode(hit["_source"]["shown"])

    def tally(self, wanted: CaseFilter, by: Sequence[str]) -> dict[tuple[str | None, ...], int]:
        """See `ports.CaseLog.tally`."""
        answer = self._c.search("cases", {"query": _where(wanted), "size": 0, "track_total_hits": False, "aggs": asked(by)})
        return dict(counted(answer["aggregations"], by))

    def command_done(self, command: str) -> bool:
        """See `ports.CaseLog.command_done`."""
        return bool(self._followed(self._seen(None, command), None, command).done)

    def _seen(self, stream: str | None, command: str | None) -> State:
        """The stream's head, and whether a command was done, as of a number that a search sees or this process has read."""
        wanted: dict[str, Json] = {"all": {"match_all": {}}}
        wanted |= {} if stream is None else {"stream": {"term": {"stream": stream}}}
        wanted |= {} if command is None else {"command": {"term": {"command": command}}}
        last, seen = self._log.seen(wanted)
        state = State(number=last)
        for append in map(Append.of, (*seen.values(), *self._log.recent(last))):
            state = state.after(append, stream, command)
        return state

    def _followed(self, state: State, stream: str | None, command: str | None) -> State:
        """The same as of the last number there is."""
        for append in map(Append.of, self._log.tail(state.number)):
            state = state.after(append, stream, command)
        return state

    def _looked(self, stream: str, command: str | None) -> tuple[list[Append], State]:
        """All appends of a stream, and what the next one has to know, as of the last number."""
        newest: dict[str, Json] = {"all": {"match_all": {}}}
        newest |= {} if command is None else {"command": {"term": {"command": command}}}
        found, others, last = self._log.with_newest({"term": {"stream": stream}}, newest)
        appends, state = [append for append in map(Append.of, found) if append.stream == stream], State(number=last)
        for append in (*map(Append.of, others.values()), *appends):
            state = state.after(append, stream, command)
        for append in map(Append.of, self._log.tail(last)):
            state = state.after(append, stream, command)
            appends += [append] if append.stream == stream else []
        return appends, state

    def _appends(self, stream: str, after: int = 0) -> Iterator[Append]:
        """The appends of a stream with entries after a version; those that no search sees yet are picked out of the newest numbers."""
        ends = self._ends.get(stream, ())
        first = max((number for version, number in ends if version <= after), default=0)
        last = ends[-1] if ends else (0, 0)
        for append in map(Append.of, self._log.all({"term": {"stream": stream}}, after=first)):
            if append.stream == stream and append.lines[-1].version > after:
                last = max(last, (append.lines[-1].version, append.number))
                yield append
        if last not in ends:
            if len(self._ends) >= KEPT:
                self._ends.clear()
            self._ends[stream] = (*ends[-1:], last)

    def _after(self, position: int) -> Iterator[Append]:
        """The appends with entries after a position. An append's number is never larger than the position of its last entry."""
        first = self._number_at(position)
        yield from map(Append.of, self._log.all(after=first))

    def _number_at(self, position: int) -> int:
        """The number of an append that ends at or before a position, as near to it as a few looks find."""
        low, high = 0, position
        while high - low > 1:
            middle = (low + high) // 2
            found = self._c.get("log", [f"{self._log.what}-{middle}"])
            ends = [Append.of(doc["_source"]).lines[-1].position for doc in found.values()]
            low, high = (middle, high) if ends and ends[0] <= position else (low, middle)
        return low

    def _bodies_of(self, appends: Iterator[Append]) -> Iterator[Body]:
        waiting: list[_Name] = []
        for append in appends:
            waiting += _names([append])
            if len(waiting) >= 500:
                yield from _texts(waiting, self._c.get("bodies", [kept for *_, kept in waiting]))
                waiting = []
        yield from _texts(waiting, self._c.get("bodies", [kept for *_, kept in waiting]))


_Name = tuple[str, Line, str, str]
"""A text of the log: its stream, its line, what the line calls it, and the name of its document."""


def _names(appends: Iterable[Append]) -> list[_Name]:
    return [(append.stream, line, name, line.bodies[name]) for append in appends for line in append.lines for name in sorted(line.bodies)]


def _texts(wanted: Sequence[_Name], found: Mapping[str, Json]) -> Iterator[Body]:
    for stream, line, name, kept in wanted:
        if kept in found:
            doc = found[kept]["_source"]
            yield Body(position=line.position, stream=stream, version=line.version, name=name, secret=doc.get("secret"), text=doc.get("text"))


def listing(row: CaseRow) -> tuple[Json, Json]:
    """What brings a case up in the lists unless a newer version of it is there: the action and the document of a bulk request."""
    doc = {"case": row.case, "version": row.version, "firm": row.firm, "state": row.state, "assignee": row.assignee, "due": row.due,
           "posts": list(row.posts), "marks": list(row.marks), "shown": canonical(row)}  # fmt: skip
    return {"index": {"_index": "cases", "_id": doc_id(row.case), "version": row.version, "version_type": "external_gte"}}, doc


def _where(wanted: CaseFilter) -> Json:
    """The filter as a query."""
    filters: list[Json] = [{"exists": {"field": "case"}}]
    equal: Mapping[str, str | None] = {"firm": wanted.firm, "assignee": wanted.assignee, "posts": wanted.post}
    filters += [{"term": {field: value}} for field, value in equal.items() if value is not None]
    filters += [{"terms": {"firm": list(wanted.scope)}}] if wanted.scope is not None else []
    filters += [{"terms": {"state": list(wanted.states)}}] if wanted.states else []
    filters += [{"range": {"due": {"lt": wanted.due_before}}}] if wanted.due_before is not None else []
    filters += [{"term": {"marks": mark}} for mark in wanted.marks]
    without: list[Json] = [{"exists": {"field": "assignee"}}] if wanted.unassigned else []
    without += [{"terms": {"marks": list(wanted.without)}}] if wanted.without else []
    return {"bool": {"filter": filters, "must_not": without}}
