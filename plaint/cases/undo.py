"""Taking back what a bulk act did to a case: by another act, since nothing in the log is ever undone.

What somebody has changed again since is left as they made it.
"""

from __future__ import annotations

from plaint.cases import work_events as w
from plaint.cases.case import Case
from plaint.cases.commands import Assign, Command, Reopen
from plaint.cases.events import Assigned, CaseEvent, Closed, ComplaintRejected
from plaint.cases.refusal import Refusal
from plaint.cases.work import Label, Prioritise, Route, Snooze

_CHANGED = "was changed again since, and is left so"


def counter_to(event: CaseEvent, before: Case, present: Case) -> Command | Refusal:
    """The command that brings back what `event` changed; `before` is the case before it, `present` as it is now."""
    match event:
        case Assigned(to=to):
            return Assign(to=before.assignee) if present.assignee == to else Refusal(_CHANGED)
        case w.Routed(team=team):
            return Route(team=before.team) if present.team == team else Refusal(_CHANGED)
        case w.Prioritised(priority=priority):
            return Prioritise(priority=before.priority) if present.priority == priority else Refusal(_CHANGED)
        case w.Labelled(added=added, removed=removed):
            return Label(add=removed, remove=added)
        case w.Snoozed(until=until):
            return Snooze(until=before.snoozed_until, reason="taken back") if present.snoozed_until == until else Refusal(_CHANGED)
        case Closed():
            return Reopen(reason="taken back") if present.closed_at is not None else Refusal(_CHANGED)
        case ComplaintRejected():
            return Reopen(reason="taken back") if present.status == "NOT_A_COMPLAINT" else Refusal(_CHANGED)
        case _:
            return Refusal(f"a {type(event).__name__} cannot be taken back")
