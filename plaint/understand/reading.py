"""The fast tier: what is understood of posts as they come in, a batch at a time, with nothing but what is shipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from plaint.model import Post
from plaint.posts.language import tongue
from plaint.understand import complaint, personal, polarity, severity, topics, urgency
from plaint.understand.features import Numbers, grams
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


def read(batch: Sequence[Said], vectors: Numbers | None = None) -> list[Understanding]:
    """What is understood of each, in order; more surely of some parts with `vectors`, a row a text as `deep.embed` gives them."""
    texts = [read_text(said) for said in batch]
    private = personal.find(texts)
    seen = grams(texts)
    reproached = complaint.complaints(seen, [said.stars for said in batch], vectors)
    severe = severity.severities(seen, reproached, vectors)
    moods = polarity.polarities(seen, vectors)
    subjects = topics.topics(texts, seen, vectors)
    models = _models(deep=vectors is not None)
    return [
        replace(
            _understood(said, text), pii=pii, complaint=reproach, severity=level, sentiment=mood,
            product=about.product, issue=about.issue, models=models,
        )
        for said, text, pii, reproach, level, mood, about in zip(batch, texts, private, reproached, severe, moods, subjects, strict=True)
    ]  # fmt: skip


def _understood(said: Said, text: str) -> Understanding:
    urgent, vulnerable = urgency.flags(text)
    return Understanding(lang=_tongue(said, text), urgency=urgent, vulnerability=vulnerable)


def _models(*, deep: bool) -> dict[str, str]:
    return {
        "pii": personal.MODEL, "urgency": urgency.version(),
        "complaint": complaint.speaker(deep=deep).spoken_as, "severity": severity.speaker(deep=deep).spoken_as,
        "sentiment": polarity.speaker(deep=deep).spoken_as,
        "product": topics.speaker("product", deep=deep).spoken_as, "issue": topics.speaker("reason", deep=deep).spoken_as,
    }  # fmt: skip


def _tongue(said: Said, text: str) -> Tongue | None:
    if said.lang:
        return Tongue(code=said.lang.split("-")[0].lower(), score=1.0)
    found = tongue(text)
    return Tongue(code=found.code, score=found.score) if found else None
