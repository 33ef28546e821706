"""The fast tier: what is understood of posts as they come in, a batch at a time, with nothing but what is shipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from plaint.model import Post
from plaint.posts.language import tongue
from plaint.understand import complaint, personal, polarity, severity, topics, urgency
from plaint.understand.deep import embed
from plaint.understand.features import Numbers, grams
from plaint.understand.linear import sum_together
from plaint.understand.understanding import Tongue, Understanding

FEWEST_WORDS, LONG = 3, 40
"""Words, or characters where words are not set apart, from which on a text is given a vector."""


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
    if not batch:
        return []
    texts = [read_text(said) for said in batch]
    private = personal.find(texts)
    seen = grams(texts)
    sum_together(_heads(deep=vectors is not None), seen)
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


def read_deeply(batch: Sequence[Said]) -> list[Understanding]:
    """The same with vectors where the extra `deep` is installed; texts of a word or two, of which a vector tells nothing, go without."""
    worth = [_is_worth(read_text(said)) for said in batch]
    vectors = embed([read_text(said) for said, is_worth in zip(batch, worth, strict=True) if is_worth])
    if vectors is None:
        return read(batch)
    deep = iter(read([said for said, is_worth in zip(batch, worth, strict=True) if is_worth], vectors))
    fast = iter(read([said for said, is_worth in zip(batch, worth, strict=True) if not is_worth]))
    return [next(deep if is_worth else fast) for is_worth in worth]


def _is_worth(text: str) -> bool:
    return len(text) >= LONG or len(text.split()) >= FEWEST_WORDS


def _understood(said: Said, text: str) -> Understanding:
    urgent, vulnerable = urgency.flags(text)
    return Understanding(lang=_tongue(said, text), urgency=urgent, vulnerability=vulnerable)


def _heads(*, deep: bool) -> tuple[str, ...]:
    each = (complaint.speaker(deep=deep), severity.speaker(deep=deep), polarity.speaker(deep=deep))
    return tuple(one.name for one in (*each, *(topics.speaker(kind, deep=deep) for kind in ("product", "reason"))))


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
