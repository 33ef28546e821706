"""Which cases the board asks for: read from the address, written into links, kept as a view, asked of the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dashboard import address
from plaint.cases.queues import OPEN_STATES
from plaint.cases.work import Priority
from plaint.desk.shelf import ME, View
from plaint.model import Firm, Person, iso
from plaint.ports import CaseFilter

NOBODY = "-"
"""In the address: what is nobody's."""

WITHIN = {"0": 0, "1": 1, "7": 7, "30": 30}
"""How soon something is due, in days from now; 0 is what is over."""

NAMES = ("who", "team", "priority", "label", "due", "state", "aside")
"""The parameters that narrow the board."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks for. `who` is an account, `me` or `-` (nobody's); `due` one of `WITHIN`; `aside` shows what was put aside too."""

    who: str = ""
    team: str = ""
    priority: str = ""
    label: str = ""
    due: str = ""
    state: str = ""
    aside: bool = False

    def filter(self, person: Person, firm: Firm | None, now: datetime) -> CaseFilter:
        """The question for the store."""
        wanted = self.kept(firm)
        if wanted.assignee == ME:
            wanted = replace(wanted, assignee=person.key)
        return replace(wanted, due_before=iso(now + timedelta(days=WITHIN[self.due]))) if self.due else wanted

    def kept(self, firm: Firm | None) -> CaseFilter:
        """The question as a view keeps it: without a moment, and `me` not yet named."""
        pairs = (("team", self.team), ("priority", self.priority), ("label", self.label))
        return CaseFilter(
            firm=firm.key if firm else None, states=(self.state,) if self.state else OPEN_STATES,
            assignee=self.who if self.who not in {"", NOBODY} else None, unassigned=self.who == NOBODY,
            marks=tuple(f"{name}:{value}" for name, value in pairs if value), without=() if self.aside else ("snoozed",),
        )  # fmt: skip

    @property
    def within(self) -> int | None:
        """In how many days it is due, as a view keeps it."""
        return WITHIN[self.due] if self.due else None

    def parameters(self) -> dict[str, str | tuple[str, ...] | None]:
        """The same as parameters of an address; what asks for nothing is None, so that a link drops it."""
        return {name: ("1" if getattr(self, name) is True else getattr(self, name) or None) for name in NAMES}


def asked() -> tuple[Asked, list[str]]:
    """What the address asks for, and which of its values are not known here."""
    said = {name: address.one(name) for name in NAMES}
    known: dict[str, set[str]] = {
        "priority": set(Priority), "due": set(WITHIN), "state": {*OPEN_STATES, "CLOSED", "NOT_A_COMPLAINT"}, "aside": {"1"},
    }  # fmt: skip
    wrong = [f"{name} {said[name]}" for name, values in known.items() if said[name] and said[name] not in values]
    kept = {name: value for name, value in said.items() if f"{name} {value}" not in wrong}
    return Asked(**{**kept, "aside": bool(kept.get("aside"))}), wrong  # type: ignore[arg-type]


def from_view(view: View) -> Asked | None:
    """What a view asks for as the board's address says it; None where it asks for something the board has no filter for."""
    wanted = view.wanted
    marks = dict(mark.partition(":")[::2] for mark in wanted.marks)
    open_ = set(wanted.states) in ({*OPEN_STATES}, set())
    due = next((key for key, days in WITHIN.items() if days == view.due_within), "")
    if (
        len(marks) != len(wanted.marks) or set(marks) - {"team", "priority", "label"} or (not open_ and len(wanted.states) > 1)
        or wanted.post or wanted.due_before or set(wanted.without) - {"snoozed"} or (view.due_within is not None and not due)
    ):  # fmt: skip
        return None
    return Asked(
        who=NOBODY if wanted.unassigned else wanted.assignee or "", team=marks.get("team", ""), priority=marks.get("priority", ""),
        label=marks.get("label", ""), due=due, state="" if open_ else _one(wanted.states), aside="snoozed" not in wanted.without,
    )  # fmt: skip


def _one(values: Iterable[str]) -> str:
    return next(iter(values))
