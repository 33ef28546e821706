"""The fast tier: what is understood of posts as they come in, a batch at a time, with nothing but what is shipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from plaint.model import Post
from plaint.posts.language import tongue
from plaint.understand import complaint, personal, polarity, severity, urgency
from plaint.understand.features import grams
from plaint.understand.understanding import Tongue, Understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is read: a text, with a title, a stated language, its source and its stars (1 to 5) where they are known."""

    text: str
    title: str | None = None
    lang: str | None = None
    source: str | None = None
    stars: float | None = None


def said_of(post: Post) -> Said:
    """What is read of a post."""
    stated = post.lang.code if post.lang is not None and post.lang.how == "stated" else None
    stars = post.rating.stars if post.rating is not None else None
    return Said(text=post.text, title=post.title, lang=stated, source=post.source, stars=stars)


def read_text(said: Said) -> str:
    """Title and text as one: all offsets of an understanding count in it."""
    return f"{said.title}. {said.text}" if said.title else said.text


def read(batch: Sequence[Said]) -> list[Understanding]:
    """What is understood of each, in order."""
    texts = [read_text(said) for said in batch]
    private = personal.find(texts)
    seen = grams(texts)
    reproached = complaint.complaints(seen, [said.stars for said in batch])
    severe = severity.severities(seen, reproached)
    moods = polarity.polarities(seen)
    return [
        replace(_understood(said, text), pii=pii, complaint=reproach, severity=level, sentiment=mood)
        for said, text, pii, reproach, level, mood in zip(batch, texts, private, reproached, severe, moods, strict=True)
    ]


def _understood(said: Said, text: str) -> Understanding:
    urgent, vulnerable = urgency.flags(text)
    models = {
        "pii": personal.MODEL, "urgency": urgency.version(), "sentiment": polarity.speaker(deep=False).spoken_as,
        "complaint": complaint.speaker().spoken_as, "severity": severity.speaker().spoken_as,
    }  # fmt: skip
    return Understanding(lang=_tongue(said, text), urgency=urgent, vulnerability=vulnerable, models=models)


def _tongue(said: Said, text: str) -> Tongue | None:
    if said.lang:
        return Tongue(code=said.lang.split("-")[0].lower(), score=1.0)
    found = tongue(text)
    return Tongue(code=found.code, score=found.score) if found else None
