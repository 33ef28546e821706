"""The things Plaint speaks of, as frozen types: posts, firms, sources, runs, people.

`None` always means "the source does not say". The JSON of a `Post` is published as `docs/post.schema.json`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

import msgspec

from plaint.deadlines.service import ServiceLevel


class Kind(StrEnum):
    """What sort of public text a post is."""

    REVIEW = "review"
    POST = "post"
    COMMENT = "comment"
    REPLY = "reply"
    QUESTION = "question"
    CASE = "case"


class Role(StrEnum):
    """Who wrote a post, as seen from the firm it is about."""

    CUSTOMER = "customer"
    FIRM = "firm"
    OTHER = "other"


class Ownership(StrEnum):
    """Whose channel a source is (`channel_ownership` of the regulation tables); decides where a clock starts."""

    OWNED = "OWNED"
    CLAIMED = "CLAIMED"
    THIRD_PARTY = "THIRD_PARTY"
    REGULATOR = "REGULATOR"
    DIRECT = "DIRECT"


class Gone(StrEnum):
    """Why a known post can no longer be seen at its source."""

    REMOVED = "removed"
    VANISHED = "vanished"


ENGAGEMENT = frozenset({"likes", "dislikes", "replies", "shares", "quotes", "views", "helpful", "unhelpful", "bookmarks",
                        "score", "reactions", "reviews"})  # fmt: skip
"""What `Post.engagement` may count. `reviews` is the number of reviews that the author has written."""

FACTS = frozenset({
    "product", "sub_product", "issue", "sub_issue", "company", "company_response", "company_public_response",
    "timely", "disputed", "consent", "state", "zip_code", "tags", "submitted_via", "sent_to_company", "received",
    "app_version", "app", "recommendation", "experienced", "verified_purchase", "incentivised", "status", "resolved",
    "reference", "order_value", "visit_type", "sub_ratings", "language_as_said", "translated_from", "source_name",
    "item", "item_kind", "flair", "category", "topic", "answered", "accepted", "edited_note", "device", "outcome",
    "desired_outcome", "loss", "edit_history", "visibility", "quoted",
    "invited", "pros", "cons", "advice", "votes", "decision", "podcast", "in_forum",
    "date_as_said",
})  # fmt: skip
"""What `Post.facts` may hold: things that only some kinds of source say, under names that are the same for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialDate:
    """A date as precisely as the source gave it.

    `earliest` and `latest` are ISO 8601 in UTC ending in `Z`, or a bare date that means its whole day (UTC);
    they are equal when the moment is exact. `said` keeps the source's own words.
    """

    earliest: str
    latest: str
    said: str | None = None

    @classmethod
    def exact(cls, moment: datetime, said: str | None = None) -> PartialDate:
        """The date of an aware `moment`."""
        text = iso(moment)
        return cls(earliest=text, latest=text, said=said)

    @classmethod
    def day(cls, day: date, said: str | None = None) -> PartialDate:
        """A whole day, for sources that give no time."""
        return cls(earliest=day.isoformat(), latest=day.isoformat(), said=said)

    @property
    def start(self) -> datetime:
        """The first moment it can mean, aware, in UTC."""
        return moment_of(self.earliest)

    @property
    def end(self) -> datetime:
        """The last moment it can mean, aware, in UTC."""
        return moment_of(self.latest, end=True)

    @property
    def is_exact(self) -> bool:
        """Whether it names one moment rather than a span."""
        return self.earliest == self.latest and "T" in self.earliest


def iso(moment: datetime) -> str:
    """An aware moment as ISO 8601 in UTC with `Z`; a naive one raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {moment!r}")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment_of(text: str, *, end: bool = False) -> datetime:
    """The moment that an ISO text names; for a bare date the first (or with `end` the last) of its day, in UTC."""
    if "T" in text:
        return datetime.fromisoformat(text)
    day = datetime.combine(date.fromisoformat(text), time(), UTC)
    return day + timedelta(days=1, microseconds=-1) if end else day


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A rating as shown, and on 0 to 1, where 0 is the scale's worst. Unrated is `None`, never 0.

    `unit` is None where the value shown lies outside its scale (a 0 on one to five, a 7 out of 5): such a value is
    kept as shown, counts nowhere and is never bent to fit.
    """

    value: float
    worst: float
    best: float
    unit: float | None

    @property
    def stars(self) -> float | None:
        """The same on one to five, the scale on which people search; None where `unit` is."""
        return None if self.unit is None else 1 + 4 * self.unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A BCP 47 primary code with how sure it is (0 to 1); `how` is `stated` or `detected`."""

    code: str
    score: float
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote a post, as far as the source says."""

    name: str | None = None
    handle: str | None = None
    id: str | None = None
    url: str | None = None
    followers: int | None = None
    verified: bool | None = None
    place: str | None = None
    role: Role = Role.CUSTOMER


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutFirm:
    """That a post is about a registered firm, how sure (0 to 1), and how it was seen (`asked`, `alias`, `handle`…).

    `why` are the words that decided where its name is also a word, or has several firms.
    """

    key: str
    score: float
    how: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Where a post was read from: what makes it evidence. `warc` is the position of the record, `file#offset`."""

    url: str
    at: str
    sha256: str
    warc: str | None = None
    parser: str = ""
    robots: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where, as far as the source states it."""

    name: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One public post about one or more firms. `id` is `source:ref` and stays the same for ever."""

    id: str
    source: str
    ref: str
    kind: Kind
    text: str
    url: str | None = None
    within: str | None = None
    title: str | None = None
    lang: Language | None = None
    author: Author | None = None
    rating: Rating | None = None
    published: PartialDate | None = None
    edited: PartialDate | None = None
    reply_to: str | None = None
    thread: str | None = None
    hashtags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    engagement: Mapping[str, int] = field(default_factory=dict)
    gone: Gone | None = None
    place: Place | None = None
    links: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    firms: tuple[AboutFirm, ...] = ()
    capture: Capture | None = None


SAID = ("kind", "title", "text", "author", "rating", "published", "edited", "reply_to", "facts", "gone")
"""The parts of a post whose change makes a new revision; counters, place in a page and capture do not."""


def fingerprint(post: Post) -> str:
    """The SHA-256 of what the post says, 64 hex digits: equal when nothing a reader would call an edit has happened.

    Followers, and the span and words of a relative date, move by themselves and do not count.
    """
    said = {name: getattr(post, name) for name in SAID}
    if post.author is not None:
        said["author"] = (post.author.name, post.author.handle, post.author.id, post.author.role)
    if post.rating is not None:
        said["rating"] = tuple(map(float, (post.rating.value, post.rating.worst, post.rating.best)))
    for name in ("published", "edited"):
        when: PartialDate | None = said[name]
        said[name] = when.earliest if when is not None and when.earliest == when.latest else None
    return sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()


class RawPost(msgspec.Struct, frozen=True, kw_only=True):
    """What a source file read on a page: strings as the page has them; nothing parsed, nothing cleaned.

    A Struct and no dataclass, because making one is what reading a page costs most: 1 µs instead of 8.
    `msgspec.structs.replace` changes parts of it.

    `text` and `title` may hold HTML when `markup` is true. `published` and `edited` may be ISO text, words, or
    epoch seconds or milliseconds. `facts` and `engagement` use the names listed in this module.
    """

    ref: str
    text: str | None
    url: str | None = None
    kind: Kind | None = None
    within: str | None = None
    title: str | None = None
    markup: bool = False
    lang: str | None = None
    author: str | None = None
    author_handle: str | None = None
    author_id: str | None = None
    author_url: str | None = None
    author_place: str | None = None
    followers: int | str | None = None
    verified: bool | None = None
    role: Role = Role.CUSTOMER
    rating: str | float | None = None
    worst: str | float | None = None
    best: str | float | None = None
    published: str | int | float | None = None
    edited: str | int | float | None = None
    reply_to: str | None = None
    thread: str | None = None
    hashtags: Sequence[str] | None = None
    mentions: Sequence[str] | None = None
    engagement: Mapping[str, int | str | None] = msgspec.field(default_factory=dict)
    gone: Gone | None = None
    place: Place | None = None
    links: Sequence[str] = ()
    media: Sequence[str] = ()
    facts: Mapping[str, Any] = msgspec.field(default_factory=dict)
    firm: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Something that could not be understood, kept in the quarantine with its reason.

    `field` is the part that was wrong, `seen` what stood there (cut to 500 characters), `ref` the post where known.
    """

    reason: str
    field: str | None = None
    seen: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The facts of one source: what it is, how it may be read, what it never says and how much to expect.

    `access` is said in words for the register; `proof` is `recorded`, `documented` or `described`; `delay` is in
    seconds between requests; `expect` is the least and most posts of one full run for one firm; `zone` is the IANA
    zone of its dates without one; `worst` and `best` are the scale where a page does not name it; `date_order` is
    `DMY`, `MDY` or `YMD` for dates in figures; `strip` are phrases before or after its dates; `live` says whether a
    crawl may start at all (else saved pages only); `newest_first` that its listing is in that order, so that a walk
    with `--since`, or one that meets what is known, may end early; `sweep` are the days after which it is read to its end
    all the same (0: always), so that edits and vanished posts are learned; `whole` that a full walk shows every post
    that is still there, so that one it no longer shows has vanished (a search of the last seven days is not whole);
    `revisits` that held posts can be looked up again by their refs; `hashtags` that a firm's handle may be a hashtag, which is followed;
    `delivers` that posts are brought to us (webhooks, the front door);
    `rhythm` is how many seconds `plaint watch` lets pass between two walks and `quota` how
    many requests the site allows in how many seconds (None: it names no number); `needs` are the names of the secrets it
    reads from the environment.
    """

    key: str
    name: str
    home: str
    kind: Kind
    access: str
    proof: str = "recorded"
    terms: str | None = None
    languages: tuple[str, ...] = ()
    delay: float = 5.0
    never_says: tuple[str, ...] = ()
    expect: tuple[int, int] | None = None
    ownership: Ownership = Ownership.THIRD_PARTY
    zone: str | None = None
    worst: float = 1
    best: float = 5
    date_order: str | None = None
    date_formats: tuple[str, ...] = ()
    strip: tuple[str, ...] = ()
    version: int = 1
    live: bool = True
    newest_first: bool = False
    sweep: float = 7.0
    whole: bool = True
    revisits: bool = False
    hashtags: bool = False
    delivers: bool = False
    rhythm: float = 3600.0
    quota: tuple[int, float] | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """A registered firm. `handles` maps a source key to the firm's name there (`{"trustpilot": "bank.example"}`).

    `hashtags` (without `#`) are those whose posts are complaints about it: each opens a case for a person to decide.
    `zone` (IANA), `calendar` (`GB-ENG`…) and `regimes` say which clocks run for its complaints. `closures` are days (ISO 8601) on which
    the firm itself is closed, `closes` is its close of business (local, `HH:MM`), and `at_risk` the share of a clock's
    time after which it is at risk. `levels` are its own service levels, all versions (`plaint levels import`).
    `sector` is its kind of business (`plaint.posts.context.sectors`), by which words around its name speak for it; `group` is the
    group of firms it belongs to, `legal` the names of its legal entities.
    """

    key: str
    name: str
    country: str | None = None
    aliases: tuple[str, ...] = ()
    handles: Mapping[str, str] = field(default_factory=dict)
    sites: tuple[str, ...] = ()
    zone: str = "UTC"
    calendar: str | None = None
    regimes: tuple[str, ...] = ()
    closures: tuple[str, ...] = ()
    closes: str = "17:00"
    at_risk: float = 0.75
    hashtags: tuple[str, ...] = ()
    levels: tuple[ServiceLevel, ...] = ()
    sector: str | None = None
    group: str | None = None
    legal: tuple[str, ...] = ()

    def handle(self, source: str) -> str:
        """The firm's name at `source`; raises LookupError that says what to add where it has none."""
        try:
            return self.handles[source]
        except KeyError:
            raise LookupError(f"{self.key} has no handle at {source}: add it to its handles in the firms register") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """The register's decision about one source (for one firm, or for all when `firm` is None).

    `terms` are the terms that were read, `terms_version` which ones (a version or date), `terms_decision` what was made of
    them; `fields` are those that may be kept beside what makes a post (`plaint.posts.allowed`), None for all; `retention`
    is the name of a retention class; `jurisdictions` are ISO 3166 codes of where the people are whose words are kept.
    """

    source: str
    firm: str | None = None
    owner: str | None = None
    ownership: Ownership = Ownership.THIRD_PARTY
    access: str | None = None
    terms: str | None = None
    robots: str | None = None
    lawful_basis: str | None = None
    assessment: str | None = None
    approved: bool = False
    by: str | None = None
    at: str | None = None
    review_on: str | None = None
    note: str | None = None
    terms_version: str | None = None
    terms_decision: str | None = None
    fields: tuple[str, ...] | None = None
    retention: str | None = None
    jurisdictions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The ledger of one crawl or import: what the source announced and what became of each item.

    `announced` = `new` + `known` + `changed` + `rejected` + `missing` where the source announces a number.
    These count the source's own items; `within` counts the posts that came inside another one (a firm's answer).
    `state` is `running`, `done`, `failed` or `stopped`; `alarms` are named troubles; times are ISO 8601 in UTC.
    `filled` counts how many of `new + known + changed` had each field, `scales` how many ratings stood on each scale.
    `times` counts how long new posts took to be known, by stage (`plaint.insight.time_to_identify`).
    `reach` is how far a crawl went (`plaint.desk.sweeps.Reach`), None for an import; one that ends at what is known announces nothing.
    `worker` names the process that runs it (`host:pid:start`), so that a run that died can be told from one at work.
    """

    id: str
    source: str
    firm: str | None
    started: str
    ended: str | None = None
    state: str = "running"
    announced: int | None = None
    new: int = 0
    known: int = 0
    changed: int = 0
    rejected: int = 0
    missing: int = 0
    gone: int = 0
    within: int = 0
    pages: int = 0
    bytes: int = 0
    errors: int = 0
    alarms: tuple[str, ...] = ()
    filled: Mapping[str, int] = field(default_factory=dict)
    scales: Mapping[str, int] = field(default_factory=dict)
    times: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    cursor: str | None = None
    worker: str | None = None
    reach: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A rejected item as it is kept: with its run and page, so that it can be looked at and tried again."""

    id: str
    run: str
    source: str
    at: str
    rejection: Rejection
    url: str | None = None
    warc: str | None = None
    state: str = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One state of a post's words: the first has number 1. `seen` is when it was captured, ISO 8601 in UTC."""

    number: int
    seen: str
    post: Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone with an account: what they may do (roles) and for which firms (`None`: all)."""

    key: str
    name: str
    roles: tuple[str, ...]
    firms: tuple[str, ...] | None = None
    active: bool = True


_post_decoder = msgspec.json.Decoder(Post)
_encoder = msgspec.json.Encoder()


def post_json(post: Post) -> bytes:
    """The published JSON of a post, UTF-8."""
    return _encoder.encode(post)


def post_from_json(raw: bytes | str) -> Post:
    """A post from its JSON; raises msgspec.ValidationError, which names the field, for what does not fit."""
    return _post_decoder.decode(raw)
