"""The fields that can be asked for, and what a post says in each: one definition for the parser and every store.

A field of *words* is matched like text; a field of *keys* by equality of the whole value, case and accents folded;
`id`, `url`, `thread` and `case` letter by letter; a *measure* by ranges.
What was understood of a post is asked for by the fields of MEANT, and the measure `p`; `plaint.query.meanings` says what they hold.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from plaint.model import Author, Post, moment_of
from plaint.posts.words import key_of
from plaint.query.tree import Range, Term
from plaint.understand.reach import Band, band, reach

WORDS = ("title", "author")
"""Fields of words; `author` holds the name and the handle."""

KEYS = ("source", "kind", "lang", "role", "state")
"""Fields with one of few values for each post."""

MEANT = ("complaint", "severity", "sentiment", "urgency", "vulnerability", "about", "pii")
"""Fields that hold what was understood of a post; a post of which nothing was told yet has none."""

COPIED = ("same", "copies")
"""Fields that tell of a post's copies: `same` is the name of its group, `copies` what kind of group that is (`plaint.posts.grouping`)."""

TAGS = ("firm", "product", "issue", "place", "hashtag", "mention", *MEANT, "reach", *COPIED)
"""Fields with many values, or several for one post. The order is part of the stored index."""

EXACT = ("id", "url", "thread", "case")
"""Names given by a source or by us; capitals belong to them."""

MEASURES = ("rating", "published", "collected", "p", "reach")
"""Fields that have an order. `rating` is on one to five, whatever the source's scale; `p` is how likely a complaint, 0 to 1.

`reach` is how far a post reaches, 0 to 100, and among TAGS the band of that (`plaint.understand.reach.Band`).
"""

FIGURES = ("rating", "p", "reach")
"""The measures that are numbers; the others are moments."""

HAS = ("reply", "rating", "text", "title", "author", "date", "place", "media", "links", "hashtag", "mention", "product", "issue", "firm",
       "lang", "thread")  # fmt: skip
"""What `has:` asks of a post: `reply` is whether the archive holds an answer to it, by anybody. The order is part of the stored index."""

TOLD = (*MEANT, "reach", *COPIED)
"""TAGS that are asked for by `has:` without a flag of their own: whether the post has any such tag."""

CLAIMED = (*HAS, *TOLD)
"""All that `has:` asks: of MEANT, whether anything of the kind was understood; of COPIED, whether others say the same."""

IS = ("case", "gone", "edited", "reply")
"""What `is:` asks: tied to a case; removed or vanished; edited at the source or held in several revisions; an answer itself."""

FIELDS = tuple(dict.fromkeys((*WORDS, *KEYS, *TAGS, *EXACT, *MEASURES, "has", "is")))

ALIASES = {"brand": "firm", "company": "firm", "language": "lang", "stars": "rating", "date": "published", "tag": "hashtag", "site": "source"}
"""Other words that people use for a field."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

UNDATED = -(1 << 62)
"""Stands for no date where moments are numbers; before every date."""


def micros(text: str) -> int:
    """The first moment that an ISO text names, in microseconds since 1970."""
    return (moment_of(text) - EPOCH) // timedelta(microseconds=1)


def moment_key(post: Post) -> int:
    """The earliest moment of publication in microseconds since 1970, UNDATED where the source does not say."""
    return UNDATED if post.published is None else micros(post.published.earliest)


def stars_of(post: Post) -> int | None:
    """The rating in whole stars, 1 to 5, halves upwards."""
    stars = None if post.rating is None else post.rating.stars
    return None if stars is None else min(5, max(1, int(stars + 0.5)))


def tags_of(post: Post) -> list[tuple[str, str]]:
    """(field, value) for all TAGS, each pair once."""
    said = [("firm", firm.key) for firm in post.firms]
    if post.facts:
        said += [(name, str(post.facts[name])) for name in ("product", "issue") if post.facts.get(name) is not None]
    said += [("place", name) for name in _places(post)]
    said += [("hashtag", key_of(tag.lstrip("#"))) for tag in post.hashtags]
    said += [("mention", key_of(name.lstrip("@"))) for name in post.mentions]
    said += [("reach", str(band(told.score)))] if (told := reach(post)) is not None else []
    return list(dict.fromkeys((field, " ".join(value.split())) for field, value in said if value.strip()))


def has(post: Post, tags: Iterable[tuple[str, str]]) -> set[str]:
    """Which of HAS are true of the post alone, and which fields its `tags` are of; `reply` depends on other posts."""
    present = (("rating", stars_of(post)), ("text", post.text.strip()), ("title", post.title), ("author", post.author), ("date", post.published),
               ("media", post.media), ("links", post.links), ("lang", post.lang), ("thread", post.thread))  # fmt: skip
    return {name for name, value in present if value}.union(field for field, _ in tags)


def reach_of(post: Post) -> int | None:
    """How far a post reaches, 0 to 100; None where its source tells nothing of it."""
    told = reach(post)
    return None if told is None else told.score


def author_words(author: Author | None) -> str:
    """What is searched as `author:`: name and handle."""
    return "" if author is None else " ".join(part for part in (author.name, author.handle) if part)


def span_of(asked: str) -> tuple[int, int]:
    """First microsecond of what a date in a query names, and the first one after it: `2026`, `2026-02`, `2026-02-01` or a moment.

    Raises ValueError with the forms that are understood.
    """
    try:
        if len(asked) == 4:
            return micros(f"{asked}-01-01"), micros(f"{int(asked) + 1:04}-01-01")
        if len(asked) == 7:
            year, month = int(asked[:4]), int(asked[5:])
            return micros(f"{asked}-01"), micros(f"{year + month // 12:04}-{month % 12 + 1:02}-01")
        moment = datetime.fromisoformat(asked)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        after = moment + (timedelta(days=1) if "T" not in asked and " " not in asked else timedelta(microseconds=1))
    except (ValueError, OverflowError):
        raise ValueError(f"{asked!r} is not a date: write 2026, 2026-02, 2026-02-01 or 2026-02-01T09:30Z") from None
    return (moment - EPOCH) // timedelta(microseconds=1), (after - EPOCH) // timedelta(microseconds=1)


def moments_of(asked: Range | Term) -> tuple[int | None, int | None]:
    """The half-open span of microseconds that a question about `published` or `collected` means; None is open."""
    if isinstance(asked, Term):
        return span_of(asked.value)
    low = None if asked.low is None else span_of(str(asked.low))[0 if asked.with_low else 1]
    high = None if asked.high is None else span_of(str(asked.high))[1 if asked.with_high else 0]
    return low, high


def stars_asked(value: str | float) -> float:
    """A number of stars as asked; raises ValueError for what is no number."""
    if (stars := _number(value)) is None:
        raise ValueError(f"{value!r} is not a number of stars: write 1 to 5, for example rating:<3")
    return stars


def figure_asked(field: str, value: str | float) -> float:
    """A value of one of FIGURES as asked; raises ValueError for what is none."""
    if field == "rating":
        return stars_asked(value)
    if field == "reach":
        if (points := _number(value)) is None or not 0 <= points <= 100:
            raise ValueError(f"{value!r} is not a reach: write 0 to 100, for example reach:>=60, or one of {', '.join(map(str, Band))}")
        return points
    if (p := _number(value)) is None or not 0 <= p <= 1:
        raise ValueError(f"{value!r} is not a probability: write 0 to 1, for example p:>0.8")
    return p


def _number(value: str | float) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _places(post: Post) -> list[str]:
    if post.place is not None:
        return [part for part in (post.place.name, post.place.country) if part]
    return [post.author.place] if post.author is not None and post.author.place else []
