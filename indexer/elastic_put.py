"""Writing posts into Elasticsearch: many at once, each only if nobody wrote it since it was read.

The document that is held is read as it is now, not as a search sees it. Whoever loses a race reads again and decides
again, so of two crawlers the newer capture stays, whichever comes last. What the server refuses for what it is raises
`NotTaken` after everything else was written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from indexer.elastic_bulk import Action
from indexer.elastic_client import Cluster, Json
from indexer.elastic_copies import ElasticCopies
from indexer.elastic_docs import COPIED_PARTS, Held, Step, again, doc_id, gone, marked_gone, new, noted, revision_id, understood_parts
from indexer.sqlite_rows import Row, tied
from plaint.model import Capture, Gone, Post, post_json
from plaint.ports import NotTaken, Outcome, Reader, StoreDown
from plaint.posts.words import key_of
from plaint.query.tree import CaseMark
from plaint.understand.understanding import Understanding

TURNS = 100
"""Races for one post that may be lost one after the other before it counts as trouble."""

BATCH = 500
"""Posts looked at or marked in one request."""

TOO_MANY = "too many others write the same posts at once: try again"


class Putter:
    """Writes batches of posts. Safe for many threads and processes."""

    def __init__(self, cluster: Cluster) -> None:
        self._c, self._copies = cluster, ElasticCopies(cluster)

    def put(self, posts: Sequence[Post], read: Reader | None = None) -> list[Outcome]:
        """See `ports.Posts.put`."""
        last = {post.id: place for place, post in enumerate(posts)}
        alive = {post.id: place for place, post in enumerate(posts) if post.gone is None}
        outcomes = [Outcome.KNOWN] * len(posts)
        done, refused = self._put([Row(posts[place]) for place in alive.values()], read)
        for key, outcome in done.items():
            outcomes[alive[key]] = outcome
        self._copies.regroup([posts[alive[key]] for key, outcome in done.items() if outcome in {Outcome.NEW, Outcome.CHANGED}])
        self._mark_gone({key: posts[place] for key, place in last.items() if posts[place].gone is not None})
        outcomes = [Outcome.GONE if post.gone is not None else outcome for post, outcome in zip(posts, outcomes, strict=True)]
        if refused:
            raise NotTaken(refused, [None if post.id in refused else outcome for post, outcome in zip(posts, outcomes, strict=True)])
        return outcomes

    def vanish(self, ids: Sequence[str], at: str) -> int:
        """See `ports.Posts.vanish`."""
        count = 0
        for start in range(0, len(ids), BATCH):
            left = list(dict.fromkeys(ids[start : start + BATCH]))
            for _ in range(TURNS):
                seen = [held for held in self._held(left).values() if held.post.gone is None]
                lost = self._change((held, marked_gone(held, _vanished(held.post, at))) for held in seen)
                count += len(seen) - len(lost)
                left = lost
                if not left:
                    break
            else:
                raise StoreDown(f"{self._c.place.shown}: {TOO_MANY}")
        return count

    def mark(self, id: str, mark: CaseMark | None) -> None:
        """Tie a post to its case, or untie it; an unknown post is left alone."""
        case, state = (mark.case, mark.state) if mark else (None, None)
        parts = {"case": case, "state": state, "state_key": key_of(state) if state else None}
        meta = {"_index": "posts", "_id": doc_id(id), "retry_on_conflict": 10}
        (result,) = self._c.bulk([({"update": meta}, {"doc": parts})])
        if result["status"] not in {200, 201, 404}:
            raise StoreDown(f"{self._c.place.shown}: {id} could not be marked: {_reason(result)}")

    def look_again_who_is_answered(self) -> None:
        """Make `reply` true of every post, after posts were made again that may answer others than before. May be repeated."""
        answered = {"query": {"term": {"reply": "yes"}}, "sort": [{"id": "asc"}], "_source": ["id"]}
        for ids in _batched(hit["_source"]["id"] for hit in self._c.walk("posts", answered)):
            if wrong := set(ids) - self._answered(ids):
                self._leave(wrong)
        answers = {"query": {"exists": {"field": "parent"}}, "sort": [{"id": "asc"}], "_source": ["parent"]}
        for parents in _batched(hit["_source"]["parent"] for hit in self._c.walk("posts", answers)):
            found = self._c.get("posts", [doc_id(parent) for parent in set(parents)], only=["id", "reply"])
            if missed := {doc["_source"]["id"] for doc in found.values() if doc["_source"]["reply"] == "no"}:
                self._note(missed, answered=True)
                self._reply(missed, "yes")

    def note(self, understandings: Mapping[str, Understanding], of: Sequence[Post]) -> int:
        """See `ports.Posts.note`."""
        said = {post.id: Row(post).said.hex() for post in of}
        left, count = [key for key in understandings if key in said], 0
        for _ in range(TURNS):
            if not left:
                return count
            held = [one for one in self._held(left).values() if one.said == said[one.post.id]]
            changed = [(one, parts) for one in held if (parts := noted(one, understandings[one.post.id])) is not None]
            left = self._change(changed)
            count += len(changed) - len(left)
        raise StoreDown(f"{self._c.place.shown}: {TOO_MANY}")

    def _put(self, rows: Sequence[Row], read: Reader | None) -> tuple[dict[str, Outcome], dict[str, str]]:
        """What became of each, and why the server refuses the others."""
        outcomes: dict[str, Outcome] = {}
        refused: dict[str, str] = {}
        parents = {parent for row in rows if (parent := tied(row.post.source, row.post.reply_to)) is not None}
        left = {row.post.id: row for row in rows}
        parents_noted: dict[str, str] = {}
        understood: dict[str, Understanding] = {}
        for _ in range(TURNS):
            held = self._held(list(left))
            self._leave({parent for key, parent in parents_noted.items() if key not in held or held[key].parent != parent})
            steps = {
                key: again(held[key], row) if key in held else Step(outcome=Outcome.NEW, doc=new(row, reply=key in parents))
                for key, row in left.items()
            }
            if read is not None:
                come = [key for key, step in steps.items() if step.outcome in {Outcome.NEW, Outcome.CHANGED}]
                understood |= read([left[key].post for key in come if key not in understood])
                steps |= {key: _with_part(steps[key], understood[key]) for key in come if key in understood}
            refused |= self._keep_earlier(steps)
            written = {key: step for key, step in steps.items() if step.doc is not None and key not in refused}
            lost = set()
            for key, result in self._write(written, held):
                if result["status"] == 409:
                    lost.add(key)
                elif result["status"] >= 300:
                    refused[key] = _reason(result)
            self._answer({key: step for key, step in written.items() if key not in lost and key not in refused})
            self._leave(_parents(step for key, step in written.items() if key in refused))
            parents_noted = {key: str(doc["parent"]) for key in lost if (doc := written[key].doc) is not None and "parent" in doc}
            outcomes |= {key: step.outcome for key, step in steps.items() if key not in lost and key not in refused}
            left = {key: left[key] for key in left if key in lost}
            if not left:
                break
        else:
            raise StoreDown(f"{self._c.place.shown}: {TOO_MANY}")
        return outcomes, refused

    def _write(self, steps: dict[str, Step], held: dict[str, Held]) -> Iterator[tuple[str, Json]]:
        """Write posts, with the notes that those are answered which they answer; what the server says to each post."""
        actions = [_action(key, step, held.get(key)) for key, step in steps.items()]
        notes = _notes(_parents(steps.values()), answered=True)
        results = self._c.bulk([*actions, *notes]) if actions else []
        self._all_done(results[len(actions) :], {200, 201})
        yield from zip(steps, results, strict=False)

    def _keep_earlier(self, steps: dict[str, Step]) -> dict[str, str]:
        """Write the states that are about to be replaced before anything replaces them; by post, why one is refused."""
        actions: list[Action] = []
        refused: dict[str, str] = {}
        for key, step in steps.items():
            if step.kept is not None:
                state, post = step.kept
                doc = {"post_id": key, "seen": state.seen, "said": state.said, "post": post_json(post).decode()}
                actions.append(({"create": {"_index": "revisions", "_id": revision_id(key, state)}}, doc))
        results = self._c.bulk(actions) if actions else []
        for key, result in zip((key for key, step in steps.items() if step.kept is not None), results, strict=True):
            if result["status"] >= 300 and result["status"] != 409:
                refused[key] = f"an earlier state could not be kept: {_reason(result)}"
        return refused

    def _answer(self, written: dict[str, Step]) -> None:
        """Bring `reply` up to date: of the posts that are answered now, of new ones that were answered before they came, of those left.

        That a post is answered was noted under its id before it is looked for, and a new post looks for the note after
        it was written: whichever of the two comes first, one of them sees the other.
        """
        parents = _parents(written.values())
        fresh = [key for key, step in written.items() if step.outcome is Outcome.NEW and step.doc is not None and step.doc["reply"] == "no"]
        notes = self._c.get("ledger", [_note_id(key) for key in fresh], only=["answered"]) if fresh else {}
        early = {key for key in fresh if notes.get(_note_id(key), {}).get("_source", {}).get("answered")}
        self._reply((parents - {key for key, step in written.items() if step.outcome is Outcome.NEW}) | early, "yes")
        self._leave({step.left for step in written.values() if step.left is not None} - parents)

    def _leave(self, parents: set[str]) -> None:
        """Take back that posts are answered when nobody answers them any more."""
        if not parents:
            return
        self._note(parents, answered=False)
        if still := self._answered(parents):
            self._note(still, answered=True)
        self._reply(parents - still, "no")

    def _answered(self, ids: Collection[str]) -> set[str]:
        """Those of the posts that the archive holds an answer to."""
        answer = self._c.search("posts", {"size": 0, "query": {"terms": {"parent": sorted(ids)}},
                                          "aggs": {"parents": {"terms": {"field": "parent", "size": len(ids)}}}})  # fmt: skip
        return {bucket["key"] for bucket in answer["aggregations"]["parents"]["buckets"]}

    def _note(self, parents: Iterable[str], *, answered: bool) -> None:
        self._all_done(self._c.bulk(_notes(parents, answered=answered)), {200, 201})

    def _reply(self, ids: Iterable[str], reply: str) -> None:
        actions: list[Action] = [
            ({"update": {"_index": "posts", "_id": doc_id(key), "retry_on_conflict": 10}}, {"doc": {"reply": reply}}) for key in sorted(ids)
        ]
        if actions:
            self._all_done(self._c.bulk(actions), {200, 201, 404})

    def _mark_gone(self, come: dict[str, Post]) -> None:
        left = list(come)
        for _ in range(TURNS):
            if not left:
                return
            held = self._held(left)
            changed = [(one, parts) for key, one in held.items() if (parts := gone(one, come[key])) is not None]
            left = self._change(changed)
        if left:
            raise StoreDown(f"{self._c.place.shown}: {TOO_MANY}")

    def _change(self, changes: Iterable[tuple[Held, Json]]) -> list[str]:
        """Change parts of documents if they are still as they were read; the ids of those that are not."""
        changes = list(changes)
        actions: list[Action] = [({"update": _if_same(held)}, {"doc": parts}) for held, parts in changes]
        results = self._c.bulk(actions) if actions else []
        lost = [held.post.id for (held, _), result in zip(changes, results, strict=True) if result["status"] == 409]
        self._all_done(results, {200, 201, 404, 409})
        return lost

    def _held(self, ids: Sequence[str]) -> dict[str, Held]:
        only = ["post", "captured", "since", "said", "states", "collected", "edited", "parent", "reply", "case", "state", "gone_at", "understood",
                *COPIED_PARTS]  # fmt: skip
        found = (Held.of(doc) for doc in self._c.get("posts", [doc_id(key) for key in ids], only=only).values())
        return {held.post.id: held for held in found}

    def _all_done(self, results: Sequence[Json], fine: set[int]) -> None:
        for result in results:
            if result["status"] not in fine:
                raise StoreDown(f"{self._c.place.shown}: a document could not be written: {_reason(result)}")


def _batched(names: Iterator[str]) -> Iterator[list[str]]:
    while some := list(islice(names, BATCH)):
        yield some


def _with_part(step: Step, understood: Understanding) -> Step:
    return step if step.doc is None else replace(step, doc={**step.doc, **understood_parts(understood)})


def _action(id: str, step: Step, held: Held | None) -> Action:
    if held is None:
        return {"create": {"_index": "posts", "_id": doc_id(id)}}, step.doc
    return {"index": _if_same(held)}, step.doc


def _parents(steps: Iterable[Step]) -> set[str]:
    """The posts that are answered by what the steps write."""
    return {step.doc["parent"] for step in steps if step.doc is not None and "parent" in step.doc}


def _notes(parents: Iterable[str], *, answered: bool) -> list[Action]:
    return [
        ({"index": {"_index": "ledger", "_id": _note_id(parent)}}, {"what": "answers", "id": parent, "answered": answered})
        for parent in sorted(parents)
    ]


def _if_same(held: Held) -> Json:
    return {"_index": "posts", "_id": doc_id(held.post.id), "if_seq_no": held.seq_no, "if_primary_term": held.primary_term}


def _note_id(id: str) -> str:
    return doc_id(f"answers:{id}")


def _vanished(post: Post, at: str) -> Post:
    return replace(post, gone=Gone.VANISHED, capture=Capture(url=post.url or "", at=at, sha256=""))


def _reason(result: Json) -> str:
    """Why the server refuses a document, without the words that it quotes from it."""
    error = result.get("error") or {}
    said = [error.get("reason"), error.get("caused_by", {}).get("reason")]
    told = [str(reason).partition(" Preview of field's value")[0].partition(" The prefix of the first immense term")[0] for reason in said if reason]
    return "; ".join(told)[:300] or str(result.get("result", "no reason given"))
