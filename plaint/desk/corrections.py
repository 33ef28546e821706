"""Persons who say what is right: each correction of a part of an understanding is an event, never a change of what the model said.

`corrections` gives them to whoever trains; `drift` compares what the models say month by month. Which post it was is a body
beside the log, because the ids of posts hold what sources call people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice

from rapidfuzz.process import extractOne

from plaint.desk.archive import may_see, visible
from plaint.desk.log import record
from plaint.desk.rights import Right, require
from plaint.insight.drift import Month, Spoken, drifted
from plaint.model import Person, Post
from plaint.ports import Entry, Stores
from plaint.query.meanings import p_of, verdict
from plaint.query.tree import Search
from plaint.understand.understanding import Code, Driver, Level, Queue, Understanding

STREAM, CORRECTED = "understanding", "UnderstandingCorrected"
"""Where corrections stand in the log, and the kind of the entry."""

NOTHING = "none"
"""What a person says where nothing of the kind is there: no firm, no product, no urgency."""

BATCH = 500


class Part(StrEnum):
    """What of an understanding, and of a post, a person can say is right or wrong."""

    COMPLAINT = "complaint"
    SEVERITY = "severity"
    SENTIMENT = "sentiment"
    PRODUCT = "product"
    ISSUE = "issue"
    URGENCY = "urgency"
    VULNERABILITY = "vulnerability"
    FIRM = "firm"
    LANG = "lang"


_VALUES = {
    Part.COMPLAINT: ("yes", "no"),
    Part.SEVERITY: tuple(map(str, Level)),
    Part.SENTIMENT: ("negative", "neutral", "positive"),
    Part.URGENCY: (*map(str, Queue), NOTHING),
    Part.VULNERABILITY: (*map(str, Driver), NOTHING),
}
"""What can be said of a part that has few values."""


def values_of(part: Part) -> tuple[str, ...]:
    """What can be said of a part, for a part with few values."""
    return _VALUES[part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person said of a part of a post (None: the post was erased from the log).

    `proposed` is what the model had said, None for nothing; several values are joined by "; ", products and issues are `taxonomy/code`.
    `model` is the version that said it, `p` its probability where the part is `complaint`; `is_right` whether it was what the
    person says, None where no model had spoken.
    """

    at: str
    by: str
    post: str | None
    part: Part
    said: str
    proposed: str | None
    model: str | None
    p: float | None
    is_right: bool | None


def correct(stores: Stores, person: Person, id: str, *, part: Part, said: str, now: datetime, command: str) -> Correction:
    """Note what a person says of a part of a post, beside what is proposed now; the same command is done once.

    Raises Refused without the right to work on cases or for a post of other firms, LookupError for a post that is not there,
    ValueError for a value that the part cannot have.
    """
    require(person, Right.WORK_CASES)
    post = visible(stores, person, id)
    value = _value(stores, part, said)
    understood = stores.posts.understood([id]).get(id, Understanding())
    values = _proposed(post, understood, part)
    model = understood.models.get(_MODEL.get(part, str(part)))
    is_told = bool(values) or model is not None
    event = {"part": str(part), "said": value, "proposed": "; ".join(values) or None, "model": model,
             "p": p_of(understood) if part is Part.COMPLAINT else None, "is_right": value in (values or [NOTHING]) if is_told else None}  # fmt: skip
    (entry,) = record(stores, STREAM, person, CORRECTED, event, now, command, bodies={"post": id})
    return _correction(entry, id)


_MODEL = {Part.FIRM: "firms"}
"""The name of a part in `Understanding.models` where it is another."""


def corrections(stores: Stores) -> Iterator[Correction]:
    """All corrections, oldest first: of one part of one post the last one counts (`standing`)."""
    bodies = stores.cases.bodies(STREAM)
    for entry in stores.cases.read(STREAM):
        if entry.kind == CORRECTED:
            yield _correction(entry, bodies.get((entry.version, "post")))


def _correction(entry: Entry, post: str | None) -> Correction:
    said = entry.said
    return Correction(at=entry.at, by=entry.by, post=post, part=Part(said["part"]), said=said["said"], proposed=said["proposed"],
                      model=said["model"], p=said["p"], is_right=said["is_right"])  # fmt: skip


def standing(stores: Stores) -> dict[tuple[str, Part], Correction]:
    """The last correction of each part of each post that is not erased."""
    return {(one.post, one.part): one for one in corrections(stores) if one.post is not None}


def listed(stores: Stores, person: Person) -> list[Correction]:
    """All corrections, for a person who may read cases: those of posts of their own firms."""
    require(person, Right.READ_CASES)
    found = list(corrections(stores))
    if person.firms is None:
        return found
    ids = sorted({one.post for one in found if one.post is not None})
    seen = {post.id for post in stores.posts.get(ids) if may_see(person, post)}
    return [one for one in found if one.post in seen]


def drift(stores: Stores, person: Person) -> list[Month]:
    """What each version of the complaint model said, month by month (`plaint.insight.drift` defines the figures); reads the whole archive."""
    require(person, Right.READ_CASES)
    said = {key: one.said == "yes" for (key, part), one in standing(stores).items() if part is Part.COMPLAINT}
    return drifted(_spoken(stores, person, said))


def _spoken(stores: Stores, person: Person, said: dict[str, bool]) -> Iterator[Spoken]:
    posts = stores.posts.scan(Search(scope=person.firms))
    while batch := list(islice(posts, BATCH)):
        understood = stores.posts.understood([post.id for post in batch])
        for post in batch:
            moment = post.published.earliest if post.published else post.capture.at if post.capture else None
            one = understood.get(post.id)
            if moment is not None and one is not None:
                yield Spoken(month=moment[:7], model=one.models.get(str(Part.COMPLAINT)), p=p_of(one), person=said.get(post.id))


def _value(stores: Stores, part: Part, said: str) -> str:
    """What was said, as the part has it; raises ValueError with what is near."""
    value = " ".join(said.split())
    known: tuple[str, ...] = _VALUES.get(part, ())
    if part is Part.FIRM:
        known = (*(firm.key for firm in stores.registers.firms()), NOTHING)
    if known:
        if value.lower() in known:
            return value.lower()
        near = extractOne(value.lower(), known, score_cutoff=60)
        hint = f"did you mean {near[0]}?" if near else f"say one of {', '.join(known[:12])}"
        raise ValueError(f"{part}: {value!r} is not known; {hint}")
    is_whole = bool(value) if part is Part.LANG else value == NOTHING or all(piece.strip() for piece in value.partition("/"))
    if not is_whole:
        raise ValueError(f"{part}: {value!r} cannot be said; write " + ("a language code, as en" if part is Part.LANG else "taxonomy/code, or none"))
    return value


def _proposed(post: Post, said: Understanding, part: Part) -> list[str]:
    """What is proposed for a part now; empty where nothing is."""
    match part:
        case Part.COMPLAINT:
            return [] if (p := p_of(said)) is None else [verdict(p)]
        case Part.SEVERITY:
            return [str(said.severity.level)] if said.severity else []
        case Part.SENTIMENT:
            return [said.sentiment.label] if said.sentiment else []
        case Part.PRODUCT:
            return _codes(said.product)
        case Part.ISSUE:
            return _codes(said.issue)
        case Part.URGENCY:
            return list(dict.fromkeys(flag.name for flag in said.urgency))
        case Part.VULNERABILITY:
            return list(dict.fromkeys(flag.name for flag in said.vulnerability))
        case Part.FIRM:
            return [firm.key for firm in post.firms]
        case Part.LANG:
            return [said.lang.code] if said.lang else []


def _codes(of: Mapping[str, Code | None]) -> list[str]:
    return [f"{taxonomy}/{code.code}" for taxonomy, code in sorted(of.items()) if code is not None]
