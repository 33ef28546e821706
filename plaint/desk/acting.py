"""How a person's act on a case is done: the right asked for, the command decided, the log appended to, the lists brought up.

What is refused is logged in the stream `access`. The acts themselves are in the modules beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import structlog

from plaint.cases import decide as d
from plaint.cases.case import Case, case_from, evolve
from plaint.cases.clocks import Clocks, clocks_of
from plaint.cases.events import CaseEvent, Recorded, draft, recorded
from plaint.cases.judging import is_sampled
from plaint.cases.spoken import spoken
from plaint.desk.log import record
from plaint.desk.rights import Refused, Right, in_scope, require
from plaint.model import Firm, Person, iso, moment_of
from plaint.ports import CASE_STREAM, CaseRow, Conflict, Draft, Entry, RowClock, Standing, StoreDown, Stores
from plaint.query.tree import CaseMark
from plaint.reports.counting import counted_in

_events = structlog.get_logger()

_TRIES = 20
"""How often an act that names no version is decided again when others were faster."""


class Overtaken(Refused):
    """Somebody changed the case first. `changes` are what they did; `draft` is the text that was about to be written."""

    def __init__(self, case: str, changes: Sequence[Recorded], words: str | None) -> None:
        said = "; ".join(f"{change.by} {spoken(change.event)} at {change.at}" for change in changes) or "it changed"
        super().__init__(f"{case} changed while you were at it: {said}. Look at it again, then repeat what you wanted to do")
        self.case, self.changes, self.draft = case, tuple(changes), words


def act(
    stores: Stores, person: Person, id: str, build: Callable[[Case], d.Command], now: datetime, command: str, expected: int | None,
    *, right: Right = Right.WORK_CASES, words: str | None = None,
) -> Case:  # fmt: skip
    """Decide and append. With `expected` a case that has changed since is refused; without, it is decided anew."""
    for _ in range(_TRIES):
        standing = standing_of(stores, id, command)
        case, history = made_from(id, standing)
        visible(stores, person, right, case, now, command)
        if standing.is_done:
            return case
        if expected is not None and expected != case.version:
            raise _overtaken(stores, person, id, [one for one in history if one.version > expected], now, command, words)
        decided = d.decide(case, build(case), now)
        if isinstance(decided, d.Refusal):
            note_refusal(stores, person, id, decided.reason, now, command)
            raise Refused(decided.reason)
        drafts = [draft(event) for event in decided]
        try:
            entries = stores.cases.append(id, case.version, drafts, at=iso(now), by=person.key, command=command)
        except Conflict as conflict:
            if expected is not None:
                bodies = stores.cases.bodies(id)
                raise _overtaken(stores, person, id, [recorded(entry, bodies) for entry in conflict.entries], now, command, words) from None
            continue
        after = _continued(case, entries, drafts)
        if after is None:
            return project(stores, id, firm_of(stores, case.firm), now, newly=True)
        return _show(stores, after, firm_of(stores, case.firm), now, is_marked=case.state is not after.state or not standing.is_listed)
    raise Refused(f"{id} is being changed by others again and again; wait a moment and repeat")


def _overtaken(stores: Stores, person: Person, id: str, changes: Sequence[Recorded], now: datetime, command: str, words: str | None) -> Overtaken:
    refusal = Overtaken(id, changes, words)
    note_refusal(stores, person, id, refusal.reason, now, command)
    return refusal


def visible(stores: Stores, person: Person, right: Right, case: Case, now: datetime, command: str) -> None:
    """Require a right for a case; a case of another firm looks like one that is not there."""
    if not case.exists or not in_scope(person, case.firm):
        require(person, right)
        if case.exists:
            note_refusal(stores, person, case.id, "outside the firms of the account", now, command)
        raise Refused(f"there is no case {case.id} that you may see")
    allowed(stores, person, right, case.firm, case.id, now, command)


def allowed(stores: Stores, person: Person, right: Right, firm: str, id: str, now: datetime, command: str) -> None:
    """Require a right, and log it where it is refused."""
    try:
        require(person, right, firm)
    except Refused as refusal:
        note_refusal(stores, person, id, refusal.reason, now, command)
        raise


def note_refusal(stores: Stores, person: Person, id: str, reason: str, now: datetime, command: str) -> None:
    """The reason may quote what was typed or a post's id, so it is a body."""
    record(stores, "access", person, "ActRefused", {"case": id}, now, f"{command}:refused:{person.key}:{iso(now)}", bodies={"reason": reason})


def append(stores: Stores, person: Person, id: str, expected: int, events: Sequence[CaseEvent], now: datetime, command: str) -> None:
    """Append events of one act; raises Conflict where somebody was first."""
    stores.cases.append(id, expected, [draft(event) for event in events], at=iso(now), by=person.key, command=command)


def begin(stores: Stores, person: Person, id: str, events: Sequence[CaseEvent], firm: Firm, now: datetime, command: str) -> Case:
    """Append the first events of a case and show it; raises Conflict where somebody was first."""
    drafts = [draft(event) for event in events]
    entries = stores.cases.append(id, 0, drafts, at=iso(now), by=person.key, command=command)
    after = _continued(Case(id=id), entries, drafts)
    return project(stores, id, firm, now, newly=True) if after is None else _show(stores, after, firm, now, is_marked=True)


def load_case(stores: Stores, id: str) -> tuple[Case, tuple[Recorded, ...]]:
    """A case with its history, whoever asks; one that is not there does not exist and has none."""
    return made_from(id, standing_of(stores, id))


def standing_of(stores: Stores, id: str, command: str | None = None) -> Standing:
    """What the log has of a case; of what cannot be one it has nothing."""
    if not id.startswith(CASE_STREAM):
        return Standing(entries=(), bodies={}, is_done=command is not None and stores.cases.command_done(command), is_listed=True)
    return stores.cases.standing(id, command)


def made_from(id: str, standing: Standing) -> tuple[Case, tuple[Recorded, ...]]:
    """A case with its history out of what the log has of it."""
    history = tuple(recorded(entry, standing.bodies) for entry in standing.entries)
    return case_from(id, history), history


def _continued(case: Case, entries: Sequence[Entry], drafts: Sequence[Draft]) -> Case | None:
    """The case after what was just appended to it; None where that is not what comes next, as when the command was done at that moment."""
    if [(entry.version, entry.kind) for entry in entries] != [(case.version + number, one.kind) for number, one in enumerate(drafts, 1)]:
        return None
    bodies: Mapping[tuple[int, str], str] = {
        (entry.version, name): text for entry, one in zip(entries, drafts, strict=True) for name, text in one.bodies.items()
    }  # fmt: skip
    for entry in entries:
        case = evolve(case, recorded(entry, bodies))
    return case


def project(stores: Stores, id: str, firm: Firm, now: datetime, *, newly: bool = False) -> Case:
    """Show what the log says in lists and on the posts.

    `newly` marks the posts whatever the last event was.
    """
    case, history = load_case(stores, id)
    return _show(stores, case, firm, now, is_marked=newly or case_from(id, history[:-1]).state is not case.state)


def _show(stores: Stores, case: Case, firm: Firm, now: datetime, *, is_marked: bool) -> Case:
    """Show a case in lists and (`is_marked`) on its posts; the case as it was shown, which may be newer.

    The log has it already, so an archive that is busy or down only delays this: the case stays marked as behind.
    Lists never go back to an older version by themselves. Posts do, so who marked them looks whether the case went on meanwhile.
    """
    try:
        while is_marked:
            for post in case.posts:
                stores.posts.mark(post, CaseMark(case=case.id, state=case.state.value))
            if stores.cases.version(case.id) == case.version:
                break
            case, _ = load_case(stores, case.id)
        stores.cases.save_case(row_of(case, firm, now))
    except StoreDown as down:
        _events.warning("case_shown_late", case=case.id, reason=str(down))
    return case


def row_of(case: Case, firm: Firm, now: datetime) -> CaseRow:
    """A case as lists show it."""
    clocks = clocks_of(case, firm, now)
    due = clocks.next_due()
    open_clocks = tuple(_row_clocks(clocks))
    trouble = _uncounted(clocks)
    facts = {
        "status": case.status.value, "acknowledged": case.done.get("acknowledged"), "closed_how": case.closed_how,
        "code": case.code, "notes": case.notes, "opened_by": case.opened_by, "provisional": due.provisional if due else None,
        "due_day": due.deadline.last.isoformat() if due and due.deadline.last else None,
        "due_label": due.deadline.clock.label if due else None, "due_rule": due.deadline.clock.rule if due else None,
        "risky_from": iso(due.risky_from) if due and due.risky_from else None,
        "start": clocks.start.at if clocks.start else None, "proposed_by": case.proposed_by, "proposed_score": case.proposed_score,
        "outcome": case.outcome, "resolved": case.resolved_at,
        "team": case.team, "priority": None if case.priority == "normal" else case.priority, "labels": list(case.labels) or None,
        "snoozed_until": case.snoozed_until, "lease_until": case.lease_until, "parent": case.parent,
        "about": {scheme: {"product": one.product, "cause": one.cause} for scheme, one in case.classified.items()} or None,
        "trouble": trouble or None,
    }  # fmt: skip
    return CaseRow(
        case=case.id, version=case.version, firm=case.firm, state=case.state.value, title=case.title or "", source=case.source,
        posts=case.posts, opened=case.opened_at, changed=case.changed_at, assignee=case.assignee,
        due=iso(due.due) if due and due.due else None,
        due_clock=f"{due.deadline.regime} {due.deadline.clock.label}" if due else None, clocks=open_clocks, complaint=counted_in(case),
        facts={name: value for name, value in facts.items() if value is not None},
        marks=(*marks_of(case, now), *_days(open_clocks), *(("trouble",) if trouble else ())),
    )  # fmt: skip


def _row_clocks(clocks: Clocks) -> Iterator[RowClock]:
    """The open clocks as lists show them."""
    for one in clocks.waiting():
        if one.due is not None:
            clock, last = one.deadline.clock, one.deadline.last or one.due.date()
            yield RowClock(
                regime=one.deadline.regime, key=one.deadline.key, label=clock.label, rule=clock.rule, due=iso(one.due), day=last.isoformat(),
                risky_from=iso(one.risky_from or one.due), provisional=one.provisional,
            )  # fmt: skip


def _days(clocks: Sequence[RowClock]) -> tuple[str, ...]:
    """The marks by which days are counted: each day with a clock once, and each clock with its day."""
    days = dict.fromkeys(f"day:{one.day}" for one in clocks)
    return (*days, *(f"clock:{one.day}:{one.regime}:{one.key}" for one in clocks))


def _uncounted(clocks: Clocks) -> list[str]:
    """Why clocks of a case have no date although they should: a day outside the loaded calendars, a regime that is not there."""
    refused = [clock.deadline for clock in clocks.clocks if clock.deadline.refused]
    return [*clocks.trouble, *(f"{one.regime} {one.clock.label}: {one.no_date}" for one in refused)]


def marks_of(case: Case, now: datetime) -> tuple[str, ...]:
    """What lists can be filtered by besides firm, state, assignee and due date."""
    said = {
        "team": case.team, "priority": None if case.priority == "normal" else case.priority, "parent": case.parent,
        "outcome": case.outcome, "ended": case.closed_how,
    }  # fmt: skip
    marks = [f"{name}:{value}" for name, value in said.items() if value is not None]
    marks += [f"label:{label}" for label in case.labels]
    marks += [f"mention:{key}" for key in case.mentioned]
    marks += [f"regime:{regime}" for regime in case.regimes or ()]
    for one in case.classified.values():
        marks += [f"{name}:{value}" for name, value in (("product", one.product), ("cause", one.cause)) if value is not None]
    marks += sorted({f"reply:{reply.state.replace(' ', '_')}" for reply in case.replies.values() if reply.state != "replaced"})
    if is_sampled(case) and case.reviewed_by is None:
        marks.append("review:due")
    if case.snoozed_until is not None and moment_of(case.snoozed_until) > now:
        marks.append("snoozed")
    return tuple(marks)


def scope_of(person: Person, wanted: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The firms both the person and the question allow."""
    if person.firms is None:
        return wanted
    return person.firms if wanted is None else tuple(firm for firm in wanted if firm in person.firms)


def firm_of(stores: Stores, key: str) -> Firm:
    """A registered firm; Refused, with a near spelling, where there is none."""
    firms = {firm.key: firm for firm in stores.registers.firms()}
    if key not in firms:
        from rapidfuzz.process import extractOne

        near = extractOne(key, list(firms), score_cutoff=60)
        raise Refused(f"no firm {key!r} in the firms register" + (f"; did you mean {near[0]}?" if near else "; `plaint firms list` shows them"))
    return firms[key]


def catch_up(stores: Stores, now: datetime) -> int:
    """Project the cases that a crash left behind their log; how many there were."""
    behind = stores.cases.behind()
    for case in behind:
        found, _ = load_case(stores, case)
        project(stores, case, firm_of(stores, found.firm), now, newly=True)
    return len(behind)
