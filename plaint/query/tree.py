"""The query tree: eight kinds of node, no more, so that both stores can answer all of it.

Building it from text is `plaint.query.parse`; a store turns it into its own language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from plaint.model import Post


@dataclass(frozen=True, slots=True)
class Term:
    """One word. Without `field` it is looked for in the text and the title, also by its stems; `title` and `author` as words; else equality."""

    value: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order, unstemmed."""

    value: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin so."""

    value: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Words at most `edits` (1 or 2) letters away; the first letter is fixed."""

    value: str
    edits: int = 2
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """A field between two values, each with whether it belongs to the range; `None` is open."""

    field: str
    low: str | float | None = None
    high: str | float | None = None
    with_low: bool = True
    with_high: bool = True


@dataclass(frozen=True, slots=True)
class And:
    """All of them; of nothing: every post."""

    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them; of nothing: no post."""

    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Every post but these."""

    of: Node


Node = Term | Phrase | Prefix | Fuzzy | Range | And | Or | Not

EVERYTHING = And(())

FACETS = ("firm", "source", "kind", "lang", "rating", "state", "product", "issue", "place", "role", "reply", "hashtag", "gone",
          "complaint", "severity", "sentiment", "urgency", "vulnerability", "about", "reach", "copies", "same")  # fmt: skip
"""Fields that can be counted. `rating` counts whole stars 1 to 5, `reply` is yes or no, `role` the author's, `reach` its bands."""


class Sort(StrEnum):
    """The orders a list can have; undated posts come last in the first two, equal ones go by id."""

    NEWEST = "newest"
    OLDEST = "oldest"
    RATING_LOW = "rating_low"
    RATING_HIGH = "rating_high"
    COLLECTED = "collected"
    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One question to the archive.

    `include` and `exclude` are facet filters (values of one field are alternatives; excluded ones mean "none of
    them"). `scope` limits to firms the asker may see (`None`: all). `edges` are the limits of the histogram's
    bars, ISO 8601 in UTC, made in Python from the viewer's zone; bar i holds edges[i] <= earliest < edges[i+1].
    """

    query: Node = EVERYTHING
    include: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exclude: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scope: tuple[str, ...] | None = None
    sort: Sort = Sort.NEWEST
    limit: int = 25
    cursor: str | None = None
    facets: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMark:
    """Which case a post belongs to and how that stands; written by casework only."""

    case: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A post that was found, with the words to light up ((start, end) offsets into `snippet`) and its case."""

    post: Post
    snippet: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    case: CaseMark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer: `total` is exact; each facet ignores its own filter; `next` is the cursor of the next page.

    `bounded` names facets whose list was cut.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    histogram: tuple[int, ...] = ()
    next: str | None = None
    bounded: tuple[str, ...] = ()
