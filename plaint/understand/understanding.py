"""What was understood of a post: every part with how sure it is, and which model version said it.

Nothing here is a decision: a model proposes, and only a named person confirms. The JSON of these types is what `plaint understand`
prints and what the stores keep as a part of their own beside a post's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How severely a post reproaches a firm, mildest first (the four levels of Jin and Aletras, NAACL 2021, and none)."""

    NONE = "none"
    NO_EXPLICIT_REPROACH = "no explicit reproach"
    DISAPPROVAL = "disapproval"
    ACCUSATION = "accusation"
    BLAME = "blame"


class Queue(StrEnum):
    """The special queues of urgent posts; `SELF_HARM` always goes to a person at once."""

    SELF_HARM = "self-harm"
    FRAUD = "fraud and theft"
    ADVERSE_EVENT = "adverse event"
    DATA_PROTECTION = "data protection"
    LEGAL_THREAT = "legal threat"
    MEDIA_THREAT = "media threat"


class Driver(StrEnum):
    """The four drivers of vulnerability (FCA FG21/1, chapter 2)."""

    HEALTH = "health"
    LIFE_EVENT = "life events"
    RESILIENCE = "resilience"
    CAPABILITY = "capability"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A stretch of the text that decided: character offsets into it, and its share (positive: for, negative: against)."""

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """The language as a BCP 47 primary code (`hi-Latn` for Hindi in Latin letters), and how sure (0 to 1)."""

    code: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """The calibrated probability `p` that a post is a complaint, and the words that decided, strongest first."""

    p: float
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Severity:
    """How severe, as `Level` says, and how sure of that level (0 to 1). It routes no case by itself."""

    level: Level
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code of a taxonomy and how sure (0 to 1). `how` is `model`, `mapped` (from another taxonomy by a reviewed table)."""

    code: str
    score: float
    how: str = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Polarity:
    """`negative`, `neutral` or `positive`, towards the firm where one is named, and how sure (0 to 1)."""

    label: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Personal data: character offsets into the text, and its kind (`plaint.understand.personal`)."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A reason to look at once: a `Queue` or a `Driver` by name, and where in the text it was seen."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """All that was understood of one post. None or nothing: not told, or not sure enough to say.

    `product` and `issue` hold a code by taxonomy (`cfpb`, `fca`, `banking77`); None there is "looked at, and unsure".
    `models` says which version of which model spoke for each part (`complaint: complaint-fast 1`). Offsets count in the
    text as `read_text` of `plaint.understand.reading` puts title and text together.
    """

    lang: Tongue | None = None
    complaint: Complaint | None = None
    severity: Severity | None = None
    sentiment: Polarity | None = None
    product: Mapping[str, Code | None] = field(default_factory=dict)
    issue: Mapping[str, Code | None] = field(default_factory=dict)
    urgency: tuple[Flag, ...] = ()
    vulnerability: tuple[Flag, ...] = ()
    pii: tuple[Span, ...] = ()
    models: Mapping[str, str] = field(default_factory=dict)
