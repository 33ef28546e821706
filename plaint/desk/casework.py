"""What people do with cases: open one from posts, decide about it, work on it, look at it.

Every act asks for the person's right, is decided by `plaint.cases.decide`, becomes entries of the log, and then shows in
the projection and on the posts. What is refused, and who looked at which case, is logged in the stream `access`.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

import structlog

from plaint.cases import decide as d
from plaint.cases.case import STATE_WORDS, Case, State, case_from
from plaint.cases.clocks import CaseClock, Clocks, clocks_of
from plaint.cases.events import CaseEvent, Recorded, draft, recorded
from plaint.cases.queues import OPEN_STATES, Queued, in_order
from plaint.deadlines.start import Times
from plaint.desk.log import record
from plaint.desk.rights import Refused, Right, in_scope, require, rights_of
from plaint.model import Firm, Ownership, PartialDate, Person, Post, iso
from plaint.ports import CASE_STREAM, CaseFilter, CaseRow, Conflict, StoreDown, Stores
from plaint.query.tree import CaseMark

_events = structlog.get_logger()

_TRIES = 20
"""How often an act that names no version is decided again when others were faster."""

_TITLE = 120
"""Characters of a post's text that stand in for a title."""


class Overtaken(Refused):
    """Somebody changed the case first. `changes` are what they did; `draft` is the text that was about to be written."""

    def __init__(self, case: str, changes: Sequence[Recorded], words: str | None) -> None:
        said = "; ".join(f"{change.by} {spoken(change.event)} at {change.at}" for change in changes) or "it changed"
        super().__init__(f"{case} changed while you were at it: {said}. Look at it again, then repeat what you wanted to do")
        self.case, self.changes, self.draft = case, tuple(changes), words


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
    with_firm = _firm(stores, firm)
    _allowed(stores, person, Right.WORK_CASES, firm, case, now, command)
    if stores.cases.command_done(command):
        return case
    try:
        _open(stores, person, case, posts, firm, now, command)
    except Refused as refusal:
        _note_refusal(stores, person, case, refusal.reason, now, command)
        raise
    _project(stores, case, with_firm, now, newly=True)
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
        _append(stores, person, case, 0, decided, now, command)
    except Conflict as conflict:
        first = conflict.entries[0]
        raise Refused(f"{first.by} opened the case {case} from this post at {first.at}; it is open already") from None


def confirm(
    stores: Stores, person: Person, case: str, *, reason: str, regimes: Sequence[str] | None = None,
    now: datetime, command: str, expected: int | None = None,
) -> Case:  # fmt: skip
    """Decide that it is a complaint. The clocks of `regimes` (None: the firm's) run from the start that ownership gives."""

    def build(found: Case) -> d.Command:
        chosen = _firm(stores, found.firm).regimes if regimes is None else regimes
        return d.Confirm(regimes=tuple(chosen), reason=reason)

    return _act(stores, person, case, build, now, command, expected, words=reason)


def reject(
    stores: Stores, person: Person, case: str, *, code: str, words: str | None = None, now: datetime, command: str, expected: int | None = None
) -> Case:
    """Decide that it is no complaint; `code` is one of `cases.case.NotAComplaint`."""
    return _act(stores, person, case, lambda _: d.Reject(code=code, words=words), now, command, expected, words=words)


def mark_duplicate(stores: Stores, person: Person, case: str, *, of: str, now: datetime, command: str, expected: int | None = None) -> Case:
    """Decide that another case, of the same firm, is about the same."""

    def build(found: Case) -> d.Command:
        other = _load(stores, of)[0]
        if not other.exists or other.firm != found.firm:
            raise Refused(f"no case {of} of {found.firm}")
        return d.Duplicate(of=of)

    return _act(stores, person, case, build, now, command, expected)


def refer(stores: Stores, person: Person, case: str, *, to: str, on: str, now: datetime, command: str, expected: int | None = None) -> Case:
    """Forward it to the firm that is responsible; `on` is the local date, ISO 8601."""
    return _act(stores, person, case, lambda _: d.Refer(to=to, on=on), now, command, expected)


def acknowledge(stores: Stores, person: Person, case: str, *, now: datetime, command: str, expected: int | None = None) -> Case:
    """Note that the person who complained was told that it is being dealt with."""
    return _act(stores, person, case, lambda _: d.Acknowledge(), now, command, expected)


def assign(stores: Stores, person: Person, case: str, *, to: str | None, now: datetime, command: str, expected: int | None = None) -> Case:
    """Give the case to an account that may work on it, or to nobody (None)."""

    def build(found: Case) -> d.Command:
        if to is not None:
            _may_take(stores, to, found.firm)
        return d.Assign(to=to)

    return _act(stores, person, case, build, now, command, expected)


def note(stores: Stores, person: Person, case: str, *, text: str, now: datetime, command: str, expected: int | None = None) -> Case:
    """Write a private note."""
    return _act(stores, person, case, lambda _: d.Note(text=text), now, command, expected, words=text)


def move_start(
    stores: Stores, person: Person, case: str, *, to: str, reason: str, now: datetime, command: str, expected: int | None = None
) -> Case:  # fmt: skip
    """Move the start of the clocks, with a reason; the old start stays visible. Needs the right to move clocks."""
    return _act(stores, person, case, lambda _: d.MoveStart(to=to, reason=reason), now, command, expected, right=Right.MOVE_CLOCKS, words=reason)


def close(
    stores: Stores, person: Person, case: str, *, how: str | None = None, reason: str | None = None,
    now: datetime, command: str, expected: int | None = None,
) -> Case:  # fmt: skip
    """End the work; `how` is one of `cases.case.Ending` and needed for a complaint."""
    return _act(stores, person, case, lambda _: d.Close(how=how, reason=reason), now, command, expected, words=reason)


def reopen(stores: Stores, person: Person, case: str, *, reason: str, now: datetime, command: str, expected: int | None = None) -> Case:
    """Take a closed case up again, or one that was decided to be no complaint; day 0 stays where it was."""
    return _act(stores, person, case, lambda _: d.Reopen(reason=reason), now, command, expected, words=reason)


def load(stores: Stores, person: Person, case: str, now: datetime) -> CaseView:
    """A case with its history and clocks. The look is logged, once an hour for each person and case."""
    found, history = _load(stores, case)
    _visible(stores, person, Right.READ_CASES, found, now, "look")
    seen = f"read:{person.key}:{case}:{now:%Y-%m-%dT%H}"
    if not stores.cases.command_done(seen):
        record(stores, "access", person, "CaseRead", {"case": case}, now, seen)
    firm = _firm(stores, found.firm)
    return CaseView(case=found, history=history, clocks=clocks_of(found, firm, now), firm=firm)


def version(stores: Stores, person: Person, case: str) -> int:
    """The present version of a case, for telling whether it changed since it was shown; nothing is logged."""
    require(person, Right.READ_CASES)
    return stores.cases.version(case)


def list_cases(stores: Stores, person: Person, wanted: CaseFilter, now: datetime) -> Listed:
    """Cases that the person may see, soonest due first, and how many there are in all."""
    require(person, Right.READ_CASES)
    catch_up(stores, now)
    rows, total = stores.cases.cases(replace(wanted, scope=_scope(person, wanted.scope)))
    return Listed(rows=tuple(rows), total=total)


def queue(stores: Stores, person: Person, wanted: CaseFilter, now: datetime) -> tuple[list[Queued], int]:
    """The same for cases that wait for somebody, each with the reasons for its place."""
    listed = list_cases(stores, person, replace(wanted, states=wanted.states or OPEN_STATES), now)
    return in_order(listed.rows, now), listed.total


def catch_up(stores: Stores, now: datetime) -> int:
    """Project the cases that a crash left behind their log; how many there were."""
    behind = stores.cases.behind()
    for case in behind:
        found, _ = _load(stores, case)
        _project(stores, case, _firm(stores, found.firm), now, newly=True)
    return len(behind)


def spoken(event: CaseEvent) -> str:
    """What happened, as the verb of a sentence about who did it: `confirmed the complaint`."""
    name = type(event).__name__
    return _VERBS[name].format(to=getattr(event, "to", None) or "nobody", of=getattr(event, "of", ""), how=getattr(event, "how", ""))


_VERBS = {
    "CaseOpened": "opened the case",
    "ComplaintConfirmed": "confirmed the complaint",
    "ComplaintRejected": "decided that it is no complaint",
    "MarkedDuplicate": "marked it a duplicate of {of}",
    "ReferredToFirm": "referred it to {to}",
    "Acknowledged": "acknowledged it",
    "Assigned": "assigned it to {to}",
    "Noted": "wrote a note",
    "ClockStartMoved": "moved the start of the clocks",
    "Closed": "closed it ({how})",
    "Reopened": "reopened it",
}


def _act(
    stores: Stores, person: Person, id: str, build: Callable[[Case], d.Command], now: datetime, command: str, expected: int | None,
    *, right: Right = Right.WORK_CASES, words: str | None = None,
) -> Case:  # fmt: skip
    """Decide and append. With `expected` a case that has changed since is refused; without, it is decided anew."""
    for _ in range(_TRIES):
        case, history = _load(stores, id)
        _visible(stores, person, right, case, now, command)
        behind = id in stores.cases.behind()
        if stores.cases.command_done(command):
            return case
        if expected is not None and expected != case.version:
            raise _overtaken(stores, person, id, [one for one in history if one.version > expected], now, command, words)
        decided = d.decide(case, build(case), now)
        if isinstance(decided, d.Refusal):
            _note_refusal(stores, person, id, decided.reason, now, command)
            raise Refused(decided.reason)
        try:
            _append(stores, person, id, case.version, decided, now, command)
        except Conflict as conflict:
            if expected is not None:
                bodies = stores.cases.bodies(id)
                raise _overtaken(stores, person, id, [recorded(entry, bodies) for entry in conflict.entries], now, command, words) from None
            continue
        return _project(stores, id, _firm(stores, case.firm), now, newly=behind)
    raise Refused(f"{id} is being changed by others again and again; wait a moment and repeat")


def _overtaken(stores: Stores, person: Person, id: str, changes: Sequence[Recorded], now: datetime, command: str, words: str | None) -> Overtaken:
    refusal = Overtaken(id, changes, words)
    _note_refusal(stores, person, id, refusal.reason, now, command)
    return refusal


def _visible(stores: Stores, person: Person, right: Right, case: Case, now: datetime, command: str) -> None:
    """Require a right for a case; a case of another firm looks like one that is not there."""
    if not case.exists or not in_scope(person, case.firm):
        require(person, right)
        if case.exists:
            _note_refusal(stores, person, case.id, "outside the firms of the account", now, command)
        raise Refused(f"there is no case {case.id} that you may see")
    _allowed(stores, person, right, case.firm, case.id, now, command)


def _allowed(stores: Stores, person: Person, right: Right, firm: str, id: str, now: datetime, command: str) -> None:
    """Require a right, and log it where it is refused."""
    try:
        require(person, right, firm)
    except Refused as refusal:
        _note_refusal(stores, person, id, refusal.reason, now, command)
        raise


def _note_refusal(stores: Stores, person: Person, id: str, reason: str, now: datetime, command: str) -> None:
    """The reason may quote what was typed or a post's id, so it is a body."""
    record(stores, "access", person, "ActRefused", {"case": id}, now, f"{command}:refused:{person.key}:{iso(now)}", bodies={"reason": reason})


def _append(stores: Stores, person: Person, id: str, expected: int, events: Sequence[CaseEvent], now: datetime, command: str) -> None:
    stores.cases.append(id, expected, [draft(event) for event in events], at=iso(now), by=person.key, command=command)


def _load(stores: Stores, id: str) -> tuple[Case, tuple[Recorded, ...]]:
    entries = stores.cases.read(id) if id.startswith(CASE_STREAM) else []
    bodies = stores.cases.bodies(id) if entries else {}
    history = tuple(recorded(entry, bodies) for entry in entries)
    return case_from(id, history), history


def _project(stores: Stores, id: str, firm: Firm, now: datetime, *, newly: bool = False) -> Case:
    """Show what the log says in lists and on the posts.

    The log has it already, so an archive that is busy or down only delays this: the case stays marked as behind.
    `newly` marks the posts whatever the last event was.
    """
    case, history = _load(stores, id)
    before = case_from(id, history[:-1])
    try:
        if newly or before.state is not case.state:
            for post in case.posts:
                stores.posts.mark(post, CaseMark(case=id, state=case.state.value))
        stores.cases.save_case(row_of(case, firm, now))
    except StoreDown as down:
        _events.warning("case_shown_late", case=id, reason=str(down))
    return case


def row_of(case: Case, firm: Firm, now: datetime) -> CaseRow:
    """A case as lists show it."""
    clocks = clocks_of(case, firm, now)
    due = clocks.next_due()
    facts = {
        "status": case.status.value, "acknowledged": case.done.get("acknowledged"), "closed_how": case.closed_how,
        "code": case.code, "notes": case.notes, "opened_by": case.opened_by, "provisional": due.provisional if due else None,
        "due_day": due.deadline.last.isoformat() if due and due.deadline.last else None,
        "due_label": due.deadline.clock.label if due else None, "due_rule": due.deadline.clock.rule if due else None,
        "start": clocks.start.at if clocks.start else None,
    }  # fmt: skip
    return CaseRow(
        case=case.id, version=case.version, firm=case.firm, state=case.state.value, title=case.title or "", source=case.source,
        posts=case.posts, opened=case.opened_at, changed=case.changed_at, assignee=case.assignee,
        due=iso(due.due) if due and due.due else None,
        due_clock=f"{due.deadline.regime} {due.deadline.clock.label}" if due else None,
        facts={name: value for name, value in facts.items() if value is not None},
    )  # fmt: skip


def _scope(person: Person, wanted: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The firms both the person and the question allow."""
    if person.firms is None:
        return wanted
    return person.firms if wanted is None else tuple(firm for firm in wanted if firm in person.firms)


def _firm(stores: Stores, key: str) -> Firm:
    """A registered firm; Refused, with a near spelling, where there is none."""
    firms = {firm.key: firm for firm in stores.registers.firms()}
    if key not in firms:
        from rapidfuzz.process import extractOne

        near = extractOne(key, list(firms), score_cutoff=60)
        raise Refused(f"no firm {key!r} in the firms register" + (f"; did you mean {near[0]}?" if near else "; `plaint firms list` shows them"))
    return firms[key]


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
