"""What a post becomes as a document of Elasticsearch, and what seeing it again makes of the one that is held. Pure; sends nothing.

A document has parts with one owner each: words, tags and capture belong to intake, `case` and `state` to casework,
`reply` to whoever writes the answers, `understood` with the fields of MEANT to whoever understands posts, those of COPIED to
`elastic_copies`. What replaces
a document keeps the parts of the others and is written only if the document is still the one that was read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from indexer.copying import Record
from indexer.restated import Restated
from indexer.sqlite_rows import Row, known_again, placed, same_words, tied
from plaint.model import Post, post_from_json, post_json
from plaint.ports import Outcome
from plaint.posts.copies import Kind
from plaint.posts.grouping import tags
from plaint.posts.words import key_of
from plaint.query.fields import COPIED, KEYS, MEANT, TAGS, UNDATED, has, micros, reach_of, stars_of
from plaint.query.meanings import meant, p_of
from plaint.understand.understanding import Understanding

FIELDS = 3
"""The version of the fields of a post's document: 2 has what was understood of it, 3 its reach and its copies."""

COPIED_PARTS = tuple(f"{name}{end}" for name in COPIED for end in ("", "_key"))
"""The fields of a document that tell of a post's copies."""

LONGEST_ID = 512
"""Bytes of the longest name that a document can have."""

Json = dict[str, Any]


class State(NamedTuple):
    """An earlier state of a post: when it was first captured (microseconds since 1970), and the fingerprint of its words in hex."""

    seen: int
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A document as it was read, with the place in its shard's history by which a writer shows that nobody wrote meanwhile."""

    post: Post
    captured: int
    since: int
    said: str
    states: tuple[State, ...]
    collected: int | None
    edited: bool
    parent: str | None
    reply: str
    case: str | None
    state: str | None
    gone_at: str | None
    understood: Understanding | None
    copied: Json
    seq_no: int
    primary_term: int

    @classmethod
    def of(cls, found: Json) -> Held:
        """From a document of an answer to `get` or `mget`."""
        doc = found["_source"]
        return cls(
            post=post_from_json(doc["post"]), captured=doc["captured"], since=doc["since"], said=doc["said"],
            states=tuple(State(*state) for state in doc["states"]["of"]), collected=doc.get("collected"), edited=doc["edited"],
            parent=doc.get("parent"), reply=doc["reply"], case=doc.get("case"), state=doc.get("state"), gone_at=doc.get("gone_at"),
            understood=understanding_of(doc), copied={name: doc[name] for name in COPIED_PARTS if doc.get(name)},
            seq_no=found["_seq_no"], primary_term=found["_primary_term"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to write for one post: its outcome, its document (None: nothing), and an earlier state to keep first."""

    outcome: Outcome
    doc: Json | None = None
    kept: tuple[State, Post] | None = None
    left: str | None = None
    """The post that this one no longer answers."""


def doc_id(name: str) -> str:
    """The name of the document for an id, a url, a run: itself, or its SHA-256 when it is too long for one."""
    return name if len(name.encode()) <= LONGEST_ID else f"sha256:{sha256(name.encode()).hexdigest()}"


def revision_id(post: str, state: State) -> str:
    """The name of the document that keeps an earlier state."""
    return sha256(f"{post}\x1f{state.seen}\x1f{state.said}".encode()).hexdigest()


def new(row: Row, *, reply: bool) -> Json:
    """The document of a post that is not known yet; `reply` is whether the archive holds an answer to it."""
    return _document(row, since=row.captured, captured=row.captured, states=(), collected=row.captured or None, edited=row.post.edited is not None,
                     reply="yes" if reply else "no")  # fmt: skip


def again(held: Held, row: Row) -> Step:
    """What a known post becomes when it is seen again: the rules of `ports.Posts.put`."""
    if held.said == row.said.hex():
        return _seen_again(held, row)
    if row.captured < held.captured:
        return _earlier(held, row)
    if row.captured == held.captured and State(row.captured, row.said.hex()) in held.states:
        return Step(outcome=Outcome.KNOWN)
    return _revised(held, row)


def gone(held: Held, come: Post) -> Json | None:
    """The changed parts of a document whose source says that the post is gone; None when that changes nothing."""
    if come.gone is None or held.post.gone == come.gone or Row(come).captured < held.captured:
        return None
    return marked_gone(held, come)


def marked_gone(held: Held, come: Post) -> Json:
    """The changed parts of a document for a post that is gone as `come` says, at the moment of its capture."""
    marked = replace(held.post, gone=come.gone)
    return {"post": post_json(marked).decode(), "gone": str(come.gone), "gone_at": come.capture.at if come.capture else None}


def remade(held: Held) -> Json:
    """The document made again with the words of today; everything else as it is held."""
    return _kept(held, Row(held.post), since=held.since, states=held.states, edited=held.edited)


def corrected(held: Held, now: Restated) -> Json | None:
    """The document of a post as its captures give it; None when it is held so."""
    states = tuple(State(state.seen, state.said.hex()) for state in now.earlier)
    if now.present.post == held.post and states == tuple(sorted(held.states)) and now.since == held.since:
        return None
    return _kept(held, now.present, since=now.since, states=states, edited=bool(states))


def _seen_again(held: Held, row: Row) -> Step:
    merged = known_again(held.post, row.post)
    if row.captured < held.captured:
        merged = replace(held.post, firms=merged.firms)
    if _is_before_the_end(held, row):
        merged = replace(merged, gone=held.post.gone)
    since = min(held.since, row.captured)
    if merged == held.post and since == held.since:
        return Step(outcome=Outcome.KNOWN)
    row = Row(merged)
    return Step(outcome=Outcome.KNOWN, doc=_kept(held, row, since=since, states=held.states, edited=held.edited), left=_left(held, row))


def _is_before_the_end(held: Held, row: Row) -> bool:
    """Whether a post was captured before it was found to be gone, so that it has not come back."""
    return held.gone_at is not None and row.captured < micros(held.gone_at)


def _earlier(held: Held, row: Row) -> Step:
    state = State(row.captured, row.said.hex())
    before = [one for one in (*sorted(held.states), State(held.since, held.said)) if one.seen <= row.captured]
    if before and before[-1].said == state.said:
        return Step(outcome=Outcome.KNOWN)
    doc = _kept(held, Row(held.post), since=held.since, states=_with(held.states, state), edited=True)
    return Step(outcome=Outcome.STALE, doc=doc, kept=(state, row.post))


def _revised(held: Held, row: Row) -> Step:
    state = State(held.since, held.said)
    gone = held.post.gone if _is_before_the_end(held, row) else None
    come = Row(replace(placed(held.post, row.post), firms=known_again(held.post, row.post).firms, gone=gone))
    doc = _kept(held, come, since=row.captured, states=_with(held.states, state), edited=True)
    return Step(outcome=Outcome.CHANGED, doc=doc, kept=(state, replace(held.post, gone=None)), left=_left(held, come))


def _left(held: Held, row: Row) -> str | None:
    return held.parent if held.parent != tied(row.post.source, row.post.reply_to) else None


def _with(states: tuple[State, ...], state: State) -> tuple[State, ...]:
    return states if state in states else (*states, state)


def _kept(held: Held, row: Row, *, since: int, states: tuple[State, ...], edited: bool) -> Json:
    """A document in the place of the one held, with the parts that are not intake's."""
    doc = _document(row, since=since, captured=max(held.captured, row.captured), states=states, collected=held.collected,
                    edited=edited or row.post.edited is not None, reply=held.reply)  # fmt: skip
    if row.post.gone is not None and held.gone_at is not None:
        doc |= {"gone_at": held.gone_at}
    if held.case is not None:
        doc |= {"case": held.case, "state": held.state, "state_key": key_of(held.state or "")}
    if same_words(held.post, row.post):
        doc |= held.copied | ({} if held.understood is None else understood_parts(held.understood))
    return doc


def copied_parts(group: str, kind: Kind, *, exact: bool) -> Json:
    """The part of a document that tells of its post's copies; None where there is nothing to tell (any more)."""
    parts: Json = dict.fromkeys(COPIED_PARTS)
    for name, value in tags(group, kind, exact=exact):
        parts[name] = [*(parts[name] or ()), value]
        parts[f"{name}_key"] = [*(parts[f"{name}_key"] or ()), key_of(value)]
    return parts


def understood_parts(understood: Understanding) -> Json:
    """The part of a document that says what was understood of its post."""
    doc: Json = {"understood": msgspec.json.encode(understood, order="deterministic").decode()}
    if (p := p_of(understood)) is not None:
        doc["chance"] = p
    for name, value in meant(understood):
        doc.setdefault(name, []).append(value)
        doc.setdefault(f"{name}_key", []).append(key_of(value))
    return doc


def noted(held: Held, understood: Understanding) -> Json | None:
    """The changed parts of a document once something else is understood of its post; None when it is held so."""
    if understood == held.understood:
        return None
    nothing = dict.fromkeys(["chance", *(f"{name}{end}" for name in MEANT for end in ("", "_key"))])
    return nothing | understood_parts(understood)


def understanding_of(doc: Json) -> Understanding | None:
    """What a document says was understood of its post."""
    return None if doc.get("understood") is None else msgspec.json.decode(doc["understood"], type=Understanding)


def _document(row: Row, *, since: int, captured: int, states: tuple[State, ...], collected: int | None, edited: bool, reply: str) -> Json:
    post, drawn = row.post, row.drawn
    terms = drawn.terms
    doc: Json = {
        "id": post.id, "ref": post.ref, "source": post.source, "kind": post.kind.value, "lang": post.lang.code if post.lang else None,
        "role": post.author.role.value if post.author else None, "rating": _figure(stars_of(post)), "reply": reply,
        "gone": post.gone.value if post.gone else None, "has": sorted(has(post, drawn.tags)), "edited": edited,
        "at": None if drawn.at == UNDATED else drawn.at, "collected": collected, "stars": post.rating.stars if post.rating else None,
        "points": reach_of(post),
        "url": post.url, "thread": tied(post.source, post.thread), "thread_ref": post.thread, "parent": tied(post.source, post.reply_to),
        "inside": tied(post.source, post.within), "title": terms.title, "text": terms.text, "author": terms.author, "stems": terms.stems,
    }  # fmt: skip
    doc |= {f"{field}_key": key_of(doc[field]) for field in KEYS if doc.get(field)}
    for field in TAGS:
        values = [value for name, value in drawn.tags if name == field]
        doc |= {field: values, f"{field}_key": [key_of(value) for value in values]} if values else {}
    shown = {name: value for name, value in doc.items() if value not in (None, "", [])}
    return shown | {"captured": captured, "since": since, "said": row.said.hex(), "states": {"of": states}, "post": drawn.json.decode()}


def _figure(stars: int | None) -> str | None:
    return None if stars is None else str(stars)


def adopted(record: Record, *, reply: bool) -> Json:
    """The document of a post as another store kept it."""
    row = Row(record.post)
    states = tuple(State(seen, said) for seen, said, _ in record.states)
    doc = _document(row, since=record.since, captured=record.captured, states=states, collected=record.collected or None, edited=record.edited,
                    reply="yes" if reply else "no")  # fmt: skip
    doc |= {} if record.gone_at is None else {"gone_at": record.gone_at}
    doc |= {} if record.understood is None else understood_parts(record.understood)
    return doc if record.case is None else doc | {"case": record.case, "state": record.state, "state_key": key_of(record.state or "")}
