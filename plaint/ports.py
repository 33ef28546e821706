"""What the rules need of the edges: Protocols, so that nothing here knows a database, a file or a socket.

`indexer.connect(address)` gives a `Stores`. Every method may be called from several processes at once. A store that
cannot be reached raises `StoreDown`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from plaint.leases import Lease
from plaint.model import Approval, Capture, Firm, Person, Post, Quarantined, Revision, Run
from plaint.posts.copies import Kind as CopyKind
from plaint.query.tree import CaseMark, Found, Search
from plaint.reference import Figure, Table
from plaint.understand.understanding import Understanding

CASE_STREAM = "c-"
"""How the streams of cases begin; all other streams (`sources`, `people`, `access`…) have no projection."""


class StoreDown(Exception):
    """The store did not answer; the message says which address and what to try."""


class Conflict(Exception):
    """Somebody appended first. `entries` are what they wrote, so that the refusal can name what changed."""

    def __init__(self, case: str, entries: Sequence[Entry]) -> None:
        super().__init__(f"{case} changed meanwhile")
        self.case, self.entries = case, tuple(entries)


class Outcome(StrEnum):
    """What became of a post that was put."""

    NEW = "new"
    KNOWN = "known"
    CHANGED = "changed"
    GONE = "gone"
    STALE = "stale"


class NotTaken(Exception):
    """The store does not take some posts of a batch for what they are; the others are stored.

    `reasons` say why, by post id; `outcomes` are as `put` would return them, None for those.
    """

    def __init__(self, reasons: Mapping[str, str], outcomes: Sequence[Outcome | None]) -> None:
        key, reason = next(iter(reasons.items()))
        super().__init__(f"{len(reasons)} posts were refused; {key[:80]}: {reason}")
        self.reasons, self.outcomes = dict(reasons), tuple(outcomes)


Reader = Callable[[Sequence[Post]], Mapping[str, Understanding]]
"""Understands posts; by id, without those that could not be understood. It never raises."""


class Posts(Protocol):
    """The archive of posts with its search.

    What was understood of a post is a part of its own: whatever else is written leaves it as it is, unless title or text
    change, since it speaks of those it was read from.
    """

    def put(self, posts: Sequence[Post], read: Reader | None = None) -> list[Outcome]:
        """Store a batch in one transaction; one outcome for each, in order. What is new or changed is understood by `read` in the same step.

        Equal `fingerprint`: KNOWN (counters and the newest capture are kept). Another: a new revision, unless the
        capture is older than the one held (STALE: kept as an earlier revision, the present stays). A post with `gone`
        marks a known one (GONE) and never creates one. A batch with the same id twice keeps the last. Raises NotTaken.
        """

    def get(self, ids: Sequence[str]) -> list[Post]:
        """The posts that exist among `ids`, in that order."""

    def revisions(self, id: str) -> list[Revision]:
        """All states of a post's words, oldest first; empty for an unknown post."""

    def thread(self, id: str, limit: int = 200) -> list[Post]:
        """The conversation of a post, itself included, oldest first: same source and thread, or tied by `reply_to` or `within`."""

    def search(self, search: Search) -> Found:
        """Answer one question; raises ValueError for a cursor that is not this question's."""

    def scan(self, search: Search) -> Iterator[Post]:
        """Every match in the question's order, none missing or twice while others write; `limit` is ignored."""

    def refs(self, source: str, firm: str | None = None) -> Iterator[str]:
        """The refs of a source's posts that are not gone, for telling which vanished."""

    def vanish(self, ids: Sequence[str], at: str) -> int:
        """Mark posts that are no longer at their source; how many were not marked before."""

    def mark(self, id: str, mark: CaseMark | None) -> None:
        """Tie a post to its case (casework only)."""

    def understood(self, ids: Sequence[str]) -> dict[str, Understanding]:
        """What was understood of posts, by id; without those of which nothing is kept."""

    def note(self, understandings: Mapping[str, Understanding], of: Sequence[Post]) -> int:
        """Keep what was understood, in the place of what was; of how many posts that was other than before.

        `of` are the posts as they were read; unknown ones, and those that say something else by now, are left alone.
        """

    def newest(self, source: str, firm: str | None = None) -> str | None:
        """The newest `earliest` held for a source, for incremental crawls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyGroup:
    """Posts of one text: its name and kind, how many posts, how many people by name, how many posts name nobody, on how many sources."""

    name: str
    kind: CopyKind
    posts: int
    people: int
    nameless: int
    sources: int


class Copies(Protocol):
    """Which posts are copies of one text (`plaint.posts.grouping`). It is kept by whatever writes posts, within the same step.

    All of it follows from the posts. A search has it as the fields `same` and `copies`; here is what stands behind these.
    """

    def group(self, name: str) -> CopyGroup | None:
        """One group, of one post or more; None for an unknown name."""

    def of(self, ids: Sequence[str]) -> dict[str, str]:
        """The name of the group of each post; without those that say too little to have one, and unknown ones."""

    def walk(self) -> Iterator[tuple[str, str]]:
        """(post, group) of all posts that have one, the posts of a group one after the other."""

    def join(self, posts: Sequence[Post]) -> int:
        """Find the groups of posts that have none yet, as in a store of an earlier version; how many these were."""


class Runs(Protocol):
    """The run ledger and the quarantine."""

    def save(self, run: Run) -> None:
        """Write the state of a run; the last one saved counts."""

    def get(self, id: str) -> Run | None:
        """One run."""

    def newest(self, source: str | None = None, limit: int = 50) -> list[Run]:
        """The newest runs first."""

    def quarantine(self, items: Sequence[Quarantined]) -> None:
        """Keep rejected items; an item with a known id replaces it."""

    def quarantined(self, source: str | None = None, state: str = "open", limit: int = 200) -> list[Quarantined]:
        """Rejected items, newest first."""

    def quarantine_counts(self) -> dict[tuple[str, str], int]:
        """How many open items by (source, reason)."""

    def settle(self, ids: Sequence[str], state: str) -> None:
        """Mark items as `retried` or `dismissed`."""

    def seen_page(self, url: str) -> Mapping[str, str]:
        """The validators (`etag`, `last_modified`, `sha256`, `at`, `warc`) of the last fetch of `url`; empty when unknown."""

    def note_page(self, url: str, validators: Mapping[str, str]) -> None:
        """Remember the validators of a fetch."""


class Registers(Protocol):
    """Who is who: firms, approvals of sources, people."""

    def firms(self) -> list[Firm]:
        """All firms by key."""

    def save_firms(self, firms: Sequence[Firm]) -> None:
        """Add or replace firms by key."""

    def approvals(self) -> list[Approval]:
        """The present decision for each source and firm."""

    def save_approval(self, approval: Approval) -> None:
        """Replace the present decision (the event itself goes to the case log)."""

    def people(self) -> list[Person]:
        """All accounts."""

    def save_person(self, person: Person, secret: str | None = None) -> None:
        """Add or replace an account; `secret` is a password's hash and stays as it was when None."""

    def secret(self, key: str) -> str | None:
        """The hash of an account's password."""

    def tables(self) -> list[Table]:
        """The tables of published figures, by publisher, name and time, the newest last."""

    def save_table(self, table: Table, figures: Sequence[Figure]) -> None:
        """Keep a table with all its figures (`table.figures` says how many); one with the same digest is replaced."""

    def figures(self, digest: str) -> list[Figure]:
        """The figures of a table in the order of its file; empty for an unknown one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry before it has its place: `kind` is an event's name, `said` its fields as plain JSON values.

    `bodies` are texts kept outside the chain (notes, names, drafts), by the name under which `said` refers to them;
    the log replaces each by a keyed digest.
    """

    kind: str
    said: Mapping[str, Any]
    bodies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log. `stream` is a case id (or `sources`, `people`, `access`), `version` its number from 1.

    `hash` covers every field and `before`, the hash of the stream's entry before it (64 zeros for the first).
    `digests` maps a body's name to its keyed digest; `position` is the order in which the store took it.
    """

    stream: str
    version: int
    at: str
    by: str
    command: str
    kind: str
    said: Mapping[str, Any]
    digests: Mapping[str, str]
    before: str
    hash: str
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A seal over all chain heads at one moment, itself chained.

    `heads` maps each stream that grew since the seal before to its (version, hash): all seals together hold all heads.
    `order` is the SHA-256 over the hashes of the entries since the seal before, by position; `position` is the last of them.
    """

    number: int
    at: str
    position: int
    heads: Mapping[str, tuple[int, str]]
    before: str
    hash: str
    order: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A text outside the chain as it is stored: `secret` (hex) keys its digest; both are None once erased."""

    position: int
    stream: str
    version: int
    name: str
    secret: str | None
    text: str | None


class CaseLog(Protocol):
    """The append-only log of everything people did; the truth about cases."""

    def append(self, stream: str, expected: int | None, drafts: Sequence[Draft], *, at: str, by: str, command: str) -> list[Entry]:
        """Append in one transaction if the stream's version is `expected` (None: wherever it stands); else raises Conflict.

        A `command` that is already in the log is not done again: its entries are returned.
        """

    def read(self, stream: str, after: int = 0) -> list[Entry]:
        """The entries of a stream that come after a version, oldest first."""

    def standing(self, stream: str, command: str | None = None) -> Standing:
        """A stream with its texts, and whether a command was done: for an act, whose `append` may then cost less."""

    def version(self, stream: str) -> int:
        """The number of the stream's last entry; 0 for an unknown stream."""

    def bodies(self, stream: str, after: int = 0) -> dict[tuple[int, str], str | None]:
        """Texts of the entries after a version, by (version, name); None where erased."""

    def erase(self, stream: str, version: int, name: str) -> None:
        """Drop a body and its key; the chain stays valid."""

    def streams(self, prefix: str = "") -> Iterator[str]:
        """All stream names."""

    def walk(self, after: int = 0) -> Iterator[Entry]:
        """All entries in the order of `position`."""

    def walk_bodies(self, after: int = 0) -> Iterator[Body]:
        """All bodies in the order of `position`, then name, for checking digests and for backups."""

    def seal(self, at: str) -> Seal:
        """Seal all chain heads."""

    def seals(self) -> list[Seal]:
        """All seals, oldest first."""

    def save_case(self, row: CaseRow) -> None:
        """Write the projection of one case, unless a newer version is there."""

    def behind(self) -> list[str]:
        """Cases whose projection lacks their newest entries, as after a crash between the two writes."""

    def cases(self, wanted: CaseFilter) -> tuple[list[CaseRow], int]:
        """Projected cases and the exact number of all that match, soonest due first, then id."""

    def each_case(self, wanted: CaseFilter) -> Iterator[CaseRow]:
        """All projected cases that match, by id, however many: one that matches all the while comes once, whatever others write.

        The filter's limit and offset are ignored.
        """

    def tally(self, wanted: CaseFilter, by: Sequence[str]) -> dict[tuple[str | None, ...], int]:
        """How many of all cases that match have which values of `by`, in its order; exact.

        A part of `by` is `firm`, `state` or `assignee` (None: nobody), or how marks begin, such as `team:`: then the value
        is the rest of the mark, a case with several counts under each, and a case with none is not counted. The filter's
        limit and offset are ignored.
        """

    def command_done(self, command: str) -> bool:
        """Whether the log has this command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A stream as it stands, with what an act on it must know besides.

    `bodies` are as `CaseLog.bodies` gives them; `is_done` says that the log has the command that was asked about;
    `is_listed` that the lists have the stream's newest entry.
    """

    entries: tuple[Entry, ...]
    bodies: Mapping[tuple[int, str], str | None]
    is_done: bool
    is_listed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RowClock:
    """An open clock of a case whose passing would be a breach. `due` is its last moment, ISO 8601 in UTC.

    `day` is the last local day as the rule counts it; `risky_from` the moment from which it is at risk; `provisional`
    says that nobody has decided yet whether it is a complaint.
    """

    regime: str
    key: str
    label: str
    rule: str
    due: str
    day: str
    risky_from: str
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowComplaint:
    """What returns count of a confirmed complaint, so that they need not read the log.

    `start` is where its clocks start, `ended` when it was answered or closed (ISO 8601), `redress` decimal text in
    `currency`; `about` maps a taxonomy to its version, the product and the cause.
    """

    start: str
    regimes: tuple[str, ...]
    ended: str | None = None
    withdrawn: bool = False
    outcome: str | None = None
    redress: str | None = None
    currency: str | None = None
    about: Mapping[str, tuple[str, str | None, str | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case as lists show it; made again from the log at any time. `due` is the soonest open deadline, `clocks` are all, soonest first.

    `marks` are what it can be filtered by besides: `label:refund`, `priority:high`, `team:cards`, `product:…`, `day:2026-12-03`
    for each day on which a clock is due.
    """

    case: str
    version: int
    firm: str
    state: str
    title: str
    source: str
    posts: tuple[str, ...]
    opened: str
    changed: str
    assignee: str | None = None
    due: str | None = None
    due_clock: str | None = None
    clocks: tuple[RowClock, ...] = ()
    complaint: RowComplaint | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases: each part narrows; `scope` is the firms the asker may see; a case must have all of `marks` and none of `without`."""

    scope: tuple[str, ...] | None = None
    firm: str | None = None
    states: tuple[str, ...] = ()
    assignee: str | None = None
    unassigned: bool = False
    post: str | None = None
    due_before: str | None = None
    marks: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Somebody on a case of a firm until a moment (ISO 8601 in UTC); `doing` is a word of `plaint.desk.presence.Doing`."""

    case: str
    firm: str
    person: str
    doing: str
    until: str


class Presence(Protocol):
    """Who is on a case now. No act, so not in the log; a sign that is not given again lapses, and nothing is kept of it."""

    def here(self, present: Present, *, now: str) -> None:
        """Show somebody on a case until the moment it says; the last sign of a person on a case counts."""

    def left(self, case: str, person: str) -> None:
        """Show somebody on a case no more; nothing when they were not on it."""

    def who(self, cases: Sequence[str], *, now: str) -> list[Present]:
        """Who is on any of these cases, by case, then by person; signs that have lapsed at `now` are left out."""


class Leases(Protocol):
    """Work that one owner does at a time. Owners are named by processes; moments are aware."""

    def take(self, name: str, owner: str, now: datetime, until: datetime) -> Lease | None:
        """Have the work until a moment; None while somebody else has it. With a new owner the token grows."""

    def keep(self, lease: Lease, until: datetime, said: Mapping[str, str] | None = None) -> Lease:
        """Have it longer, and note `said` with it (None: what was noted stays); raises LeaseLost when it has another owner."""

    def release(self, lease: Lease) -> None:
        """Let go of it, so that another may have it at once; nothing when it was lost before."""

    def all(self) -> list[Lease]:
        """All leases by name, lapsed and released ones too."""


class Evidence(Protocol):
    """What was fetched, as it was."""

    def keep(self, fetch: Fetched) -> Capture:
        """Write the request and response as WARC records; the capture says where. Equal bytes are kept once, as a revisit.

        A picture of a capture raises LookupError when that capture is not there.
        """

    def fetch(self, warc: str) -> Fetched:
        """Read one record back by its position; raises LookupError when it is not there or damaged."""

    def walk(self) -> Iterator[tuple[str, Fetched]]:
        """All response records and pictures with their positions."""

    def picture(self, warc: str) -> Fetched | None:
        """The last picture of the capture at a position; None where none was taken, or where it is not there or damaged."""

    def sync(self) -> None:
        """Make sure that what was kept survives a power cut; called before posts that point to it are stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One exchange with the web, secrets already struck out. `at` is ISO 8601 in UTC.

    `body` is as it was sent: still compressed where the headers say so. `status` 0 means that there was no exchange
    (a file that somebody saved). A picture (PNG) of how a captured page looks says in `picture_of` at which position that
    capture is.
    """

    url: str
    at: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    method: str = "GET"
    request_headers: tuple[tuple[str, str], ...] = ()
    request_body: bytes = b""
    robots: str | None = None
    source: str | None = None
    picture_of: str | None = None


class Stores(Protocol):
    """Everything that is kept, behind one address."""

    address: str
    posts: Posts
    copies: Copies
    runs: Runs
    registers: Registers
    cases: CaseLog
    presence: Presence
    evidence: Evidence
    leases: Leases

    def fenced(self, lease: Lease) -> Stores:
        """The same stores for the owner of a lease: once it has another owner, writes to posts, runs and the log raise LeaseLost.

        On SQLite posts and runs ask within the transaction that writes; the log, in a file of its own, and a cluster ask just
        before. What may slip through there is a repetition: posts, runs and rule-made cases have ids that the new owner uses too.
        Evidence is only ever added to and is not fenced.
        """

    def close(self) -> None:
        """Let go of files and sockets; safe to call twice."""
