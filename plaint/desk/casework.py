"""What people do with cases: open one from posts, decide about it, work on it, look at it.

Every act asks for the person's right, is decided by `plaint.cases.decide`, becomes entries of the log, and then shows in
the projection and on the posts. What is refused, and who looked at which case, is logged in the stream `access`.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from plaint.cases import decide as d
from plaint.cases.case import STATE_WORDS, Case, State, case_from
from plaint.cases.clocks import CaseClock, Clocks, clocks_of
from plaint.cases.events import Recorded
from plaint.cases.outcomes import Classify
from plaint.cases.queues import OPEN_STATES, Queued, in_order
from plaint.cases.spoken import spoken as spoken
from plaint.deadlines.start import Times
from plaint.desk.acting import Overtaken as Overtaken
from plaint.desk.acting import act, allowed, append, catch_up, firm_of, load_case, note_refusal, project, scope_of, visible
from plaint.desk.log import record
from plaint.desk.rights import Refused, Right, in_scope, require, rights_of
from plaint.model import Firm, Ownership, PartialDate, Person, Post, moment_of
from plaint.ports import CASE_STREAM, CaseFilter, CaseRow, Conflict, Stores

_TITLE = 120
"""Characters of a post's text that stand in for a title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """One case to look at: as it stands, everything that happened, and its clocks with their traces."""

    case: Case
    history: tuple[Recorded, ...]
    clocks: Clocks
    firm: Firm

    @property
    def due(self) -> CaseClock | None:
        """The clock that is due first."""
        return self.clocks.next_due()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Some cases, and the exact number of all that match."""

    rows: tuple[CaseRow, ...]
    total: int


def case_id(firm: str, post: str) -> str:
    """The id of the case that a post opens for a firm: the same for everybody, so that two openers collide."""
    digest = b32encode(sha256(f"{firm}\0{post}".encode()).digest()).decode().lower()
    return f"{CASE_STREAM}{digest[:4]}-{digest[4:8]}-{digest[8:12]}"


def open_case(stores: Stores, person: Person, *, posts: Sequence[str], firm: str, now: datetime, command: str) -> str:
    """Open a case about `firm` from posts (their ids, the first one names the case); the case's id.

    Refused for unknown posts and firms, and for a post that is in a case of this firm already: the refusal names it.
    """
    if not posts:
        raise Refused("a case is opened from at least one post; give its id, like source:ref")
    case = case_id(firm, posts[0])
    with_firm = firm_of(stores, firm)
    allowed(stores, person, Right.WORK_CASES, firm, case, now, command)
    if stores.cases.command_done(command):
        return case
    try:
        _open(stores, person, case, posts, firm, now, command)
    except Refused as refusal:
        note_refusal(stores, person, case, refusal.reason, now, command)
        raise
    project(stores, case, with_firm, now, newly=True)
    return case


def _open(stores: Stores, person: Person, case: str, posts: Sequence[str], firm: str, now: datetime, command: str) -> None:
    """Append the opening of a case, or say why not."""
    found = stores.posts.get(list(posts))
    missing = set(posts) - {post.id for post in found}
    if missing:
        raise Refused(f"no post {', '.join(sorted(missing))} in the archive; `plaint search` shows the ids")
    for post in posts:
        rows, _ = stores.cases.cases(CaseFilter(firm=firm, post=post, limit=1))
        if rows and rows[0].case != case:
            raise Refused(f"{post} is in the case {rows[0].case} already, which is {STATE_WORDS[State(rows[0].state)]}")
    asked = d.Open(
        firm=firm, source=found[0].source, ownership=_ownership(stores, found[0].source, firm), times=_times(stores, found),
        posts=tuple(dict.fromkeys(posts)), title=_title(found[0]),
    )  # fmt: skip
    decided = d.decide(Case(id=case), asked, now)
    if isinstance(decided, d.Refusal):
        raise Refused(decided.reason)
    try:
        append(stores, person, case, 0, decided, now, command)
    except Conflict as conflict:
        first = conflict.entries[0]
        raise Refused(f"{first.by} opened the case {case} from this post at {first.at}; it is open already") from None


def confirm(
    stores: Stores, person: Person, case: str, *, reason: str, regimes: Sequence[str] | None = None, about: Classify | None = None,
    now: datetime, command: str, expected: int | None = None,
) -> Case:  # fmt: skip
    """Decide that it is a complaint. The clocks of `regimes` (None: the firm's) run from the start that ownership gives.

    `about` may say at once what it is about.
    """

    def build(found: Case) -> d.Command:
        chosen = firm_of(stores, found.firm).regimes if regimes is None else regimes
        return d.Confirm(regimes=tuple(chosen), reason=reason, about=about)

    return act(stores, person, case, build, now, command, expected, words=reason)


def reject(
    stores: Stores, person: Person, case: str, *, code: str, words: str | None = None, now: datetime, command: str, expected: int | None = None
) -> Case:
    """Decide that it is no complaint; `code` is one of `cases.case.NotAComplaint`."""
    return act(stores, person, case, lambda _: d.Reject(code=code, words=words), now, command, expected, words=words)


def mark_duplicate(stores: Stores, person: Person, case: str, *, of: str, now: datetime, command: str, expected: int | None = None) -> Case:
    """Decide that another case, of the same firm, is about the same."""

    def build(found: Case) -> d.Command:
        other = load_case(stores, of)[0]
        if not other.exists or other.firm != found.firm:
            raise Refused(f"no case {of} of {found.firm}")
        return d.Duplicate(of=of)

    return act(stores, person, case, build, now, command, expected)


def refer(stores: Stores, person: Person, case: str, *, to: str, on: str, now: datetime, command: str, expected: int | None = None) -> Case:
    """Forward it to the firm that is responsible; `on` is the local date, ISO 8601."""
    return act(stores, person, case, lambda _: d.Refer(to=to, on=on), now, command, expected)


def acknowledge(stores: Stores, person: Person, case: str, *, now: datetime, command: str, expected: int | None = None) -> Case:
    """Note that the person who complained was told that it is being dealt with."""
    return act(stores, person, case, lambda _: d.Acknowledge(), now, command, expected)


def assign(stores: Stores, person: Person, case: str, *, to: str | None, now: datetime, command: str, expected: int | None = None) -> Case:
    """Give the case to an account that may work on it, or to nobody (None)."""

    def build(found: Case) -> d.Command:
        if to is not None:
            _may_take(stores, to, found.firm)
        return d.Assign(to=to)

    return act(stores, person, case, build, now, command, expected)


def note(stores: Stores, person: Person, case: str, *, text: str, now: datetime, command: str, expected: int | None = None) -> Case:
    """Write a private note."""
    return act(stores, person, case, lambda _: d.Note(text=text), now, command, expected, words=text)


def move_start(
    stores: Stores, person: Person, case: str, *, to: str, reason: str, now: datetime, command: str, expected: int | None = None
) -> Case:  # fmt: skip
    """Move the start of the clocks, with a reason; the old start stays visible. Needs the right to move clocks."""
    return act(stores, person, case, lambda _: d.MoveStart(to=to, reason=reason), now, command, expected, right=Right.MOVE_CLOCKS, words=reason)


def close(
    stores: Stores, person: Person, case: str, *, how: str | None = None, reason: str | None = None, outcome: str | None = None,
    redress: str | None = None, now: datetime, command: str, expected: int | None = None,
) -> Case:  # fmt: skip
    """End the work; `how` is one of `cases.case.Ending` and needed for a complaint that was not resolved before.

    With an `outcome` (`cases.outcomes.Outcome`) the answer is noted at once, with its redress as decimal text.
    """
    asked = d.Close(how=how, reason=reason, outcome=outcome, redress=redress)
    return act(stores, person, case, lambda _: asked, now, command, expected, words=reason)


def perform(
    stores: Stores, person: Person, case: str, asked: d.Command, *, now: datetime, command: str, expected: int | None = None
) -> Case:  # fmt: skip
    """Do any other act: one of the commands of `plaint.cases`, as it is."""
    words = next((said for name in ("text", "reason", "words") if isinstance(said := getattr(asked, name, None), str)), None)
    return act(stores, person, case, lambda _: asked, now, command, expected, right=NEEDS.get(type(asked), Right.WORK_CASES), words=words)


NEEDS: dict[type[d.Command], Right] = {d.MoveStart: Right.MOVE_CLOCKS}
"""Commands that need more than the right to work on cases."""


def reopen(stores: Stores, person: Person, case: str, *, reason: str, now: datetime, command: str, expected: int | None = None) -> Case:
    """Take a closed case up again, or one that was decided to be no complaint; day 0 stays where it was."""
    return act(stores, person, case, lambda _: d.Reopen(reason=reason), now, command, expected, words=reason)


def load(stores: Stores, person: Person, case: str, now: datetime, *, as_of: str | None = None) -> CaseView:
    """A case with its history and clocks; with `as_of` (ISO 8601) as they were at that moment.

    The look is logged, once an hour for each person and case. Texts erased since stay erased.
    """
    found, history = load_case(stores, case)
    visible(stores, person, Right.READ_CASES, found, now, "look")
    seen = f"read:{person.key}:{case}:{now:%Y-%m-%dT%H}"
    if not stores.cases.command_done(seen):
        record(stores, "access", person, "CaseRead", {"case": case}, now, seen)
    if as_of is not None:
        now = moment_of(as_of)
        history = tuple(one for one in history if moment_of(one.at) <= now)
        if not history:
            raise Refused(f"{case} was opened at {found.opened_at}; at {as_of} there was no such case")
        found = case_from(case, history)
    firm = firm_of(stores, found.firm)
    return CaseView(case=found, history=history, clocks=clocks_of(found, firm, now), firm=firm)


def version(stores: Stores, person: Person, case: str) -> int:
    """The present version of a case, for telling whether it changed since it was shown; nothing is logged."""
    require(person, Right.READ_CASES)
    return stores.cases.version(case)


def list_cases(stores: Stores, person: Person, wanted: CaseFilter, now: datetime) -> Listed:
    """Cases that the person may see, soonest due first, and how many there are in all."""
    require(person, Right.READ_CASES)
    catch_up(stores, now)
    rows, total = stores.cases.cases(replace(wanted, scope=scope_of(person, wanted.scope)))
    return Listed(rows=tuple(rows), total=total)


def queue(stores: Stores, person: Person, wanted: CaseFilter, now: datetime) -> tuple[list[Queued], int]:
    """The same for cases that wait for somebody, each with the reasons for its place."""
    listed = list_cases(stores, person, replace(wanted, states=wanted.states or OPEN_STATES), now)
    return in_order(listed.rows, now), listed.total


def _may_take(stores: Stores, key: str, firm: str) -> None:
    """Refuse an assignee who could not work on the case."""
    person = next((one for one in stores.registers.people() if one.key == key), None)
    if person is None:
        raise Refused(f"no account {key!r}; `plaint people list` shows them")
    if Right.WORK_CASES not in rights_of(person) or not in_scope(person, firm):
        raise Refused(f"{key} may not work on cases of {firm}, so it cannot be theirs")


def _ownership(stores: Stores, source: str, firm: str) -> Ownership:
    """Whose channel it is by the source register: the firm's own entry first, then the entry for all firms."""
    entries = {approval.firm: approval for approval in stores.registers.approvals() if approval.source == source}
    entry = entries.get(firm) or entries.get(None)
    return entry.ownership if entry else Ownership.THIRD_PARTY


def _times(stores: Stores, posts: Sequence[Post]) -> Times:
    """The times of the case's posts: each the earliest that any of them has."""
    published = [post.published for post in posts if post.published is not None]
    edited = [post.edited for post in posts if post.edited is not None]
    collected = [revision.seen for post in posts for revision in stores.posts.revisions(post.id)[:1]]
    collected += [post.capture.at for post in posts if post.capture is not None]
    sent = [said for post in posts if (said := _sent(post)) is not None]
    return Times(published=_earliest(published), edited=_earliest(edited), collected=min(collected, default=None), sent=min(sent, default=None))


def _sent(post: Post) -> str | None:
    """When it was sent to the firm, else when it was received, as far as the source states either."""
    return next((said for name in ("sent_to_company", "received") if isinstance(said := post.facts.get(name), str) and _is_date(said)), None)


def _earliest(dates: Sequence[PartialDate]) -> PartialDate | None:
    return min(dates, key=lambda one: one.earliest, default=None)


def _is_date(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None or len(text) == 10
    except ValueError:
        return False


def _title(post: Post) -> str:
    """The post's title, or the beginning of its text."""
    words = " ".join((post.title or post.text).split())
    return words if len(words) <= _TITLE else f"{words[: _TITLE - 1].rstrip()}…"
