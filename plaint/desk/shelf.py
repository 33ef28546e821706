"""What people keep for later: views (questions about cases, with their counts) and macros (texts with blanks to fill).

Both are kept in the log, in streams of their own: the last entry under a key counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from plaint.desk.acting import firm_of, load_case, visible
from plaint.desk.casework import list_cases
from plaint.desk.log import record
from plaint.desk.rights import Refused, Right, require
from plaint.model import Person, iso
from plaint.ports import CaseFilter, Stores

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_NARROWING = ("firm", "states", "assignee", "unassigned", "post", "due_before", "marks", "without")

ME = "me"
"""An assignee in a view that means whoever looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A saved question. `due_within` is in days from whenever one looks; `count` how many cases match now."""

    key: str
    owner: str
    shared: bool
    wanted: CaseFilter
    due_within: int | None = None
    count: int | None = None

    def filter(self, person: Person, now: datetime) -> CaseFilter:
        """The question as it is asked by somebody now."""
        asked = self.wanted
        if asked.assignee == ME:
            asked = replace(asked, assignee=person.key)
        if self.due_within is not None:
            asked = replace(asked, due_before=iso(now + timedelta(days=self.due_within)))
        return asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """A text for many cases. Blanks: `{case}` `{title}` `{firm}` `{due}` `{me}`."""

    key: str
    owner: str
    text: str


BLANKS = ("case", "title", "firm", "due", "me")


def save_view(
    stores: Stores, person: Person, key: str, wanted: CaseFilter, *, shared: bool = False, due_within: int | None = None,
    now: datetime, command: str,
) -> None:  # fmt: skip
    """Keep a question under a key, for oneself or for everybody; an older one of one's own is replaced."""
    require(person, Right.READ_CASES)
    _check_key(key)
    known = _views(stores).get(key)
    if known is not None and known.owner != person.key:
        raise Refused(f"{key} is {known.owner}'s view; choose another name")
    asked = {name: getattr(wanted, name) for name in _NARROWING}
    said = {"key": key, "shared": shared, "due_within": due_within, "dropped": False}
    record(stores, "views", person, "ViewSaved", said, now, command, bodies={"asked": msgspec.json.encode(asked).decode()})


def rename_view(stores: Stores, person: Person, key: str, *, to: str, now: datetime, command: str) -> None:
    """Call a view of one's own by another key; refused where that one is taken."""
    known = view(stores, person, key)
    if known.owner != person.key:
        raise Refused(f"{key} is not your view")
    if to in _views(stores):
        raise Refused(f"there is a view {to} already; choose another name")
    save_view(stores, person, to, known.wanted, shared=known.shared, due_within=known.due_within, now=now, command=f"{command}:to")
    drop_view(stores, person, key, now=now, command=f"{command}:from")


def drop_view(stores: Stores, person: Person, key: str, *, now: datetime, command: str) -> None:
    """Forget a view of one's own."""
    if view(stores, person, key).owner != person.key:
        raise Refused(f"{key} is not your view")
    record(stores, "views", person, "ViewDropped", {"key": key, "dropped": True}, now, command)


def view(stores: Stores, person: Person, key: str) -> View:
    """A view that the person may use; Refused where there is none."""
    require(person, Right.READ_CASES)
    found = _views(stores).get(key)
    if found is None or not (found.shared or found.owner == person.key):
        raise Refused(f"there is no view {key!r}; `plaint case views` shows them")
    return found


def views(stores: Stores, person: Person, now: datetime) -> list[View]:
    """All views that the person may use, by key, each with how many cases match for them."""
    require(person, Right.READ_CASES)
    mine = [one for _, one in sorted(_views(stores).items()) if one.shared or one.owner == person.key]
    return [replace(one, count=list_cases(stores, person, replace(one.filter(person, now), limit=0), now).total) for one in mine]


def _views(stores: Stores) -> dict[str, View]:
    found: dict[str, View] = {}
    for owner, said, text in _shelf(stores, "views", "asked"):
        key = str(said["key"])
        if said["dropped"] or text is None:
            found.pop(key, None)
        else:
            wanted = msgspec.json.decode(text, type=CaseFilter)
            found[key] = View(key=key, owner=owner, shared=bool(said["shared"]), due_within=said["due_within"], wanted=wanted)
    return found


def save_macro(stores: Stores, person: Person, key: str, text: str, *, now: datetime, command: str) -> None:
    """Keep a text under a key for everybody; an older one is replaced and stays in the log."""
    require(person, Right.WORK_CASES)
    _check_key(key)
    if not text.strip():
        raise Refused("an empty macro says nothing")
    for blank in re.findall(r"\{(\w*)\}", text):
        if blank not in BLANKS:
            raise Refused(f"there is no blank {{{blank}}}; there are {', '.join(BLANKS)}")
    record(stores, "macros", person, "MacroSaved", {"key": key, "dropped": False}, now, command, bodies={"text": text.strip()})


def drop_macro(stores: Stores, person: Person, key: str, *, now: datetime, command: str) -> None:
    """Forget a macro."""
    require(person, Right.WORK_CASES)
    _macro(stores, key)
    record(stores, "macros", person, "MacroDropped", {"key": key, "dropped": True}, now, command)


def macros(stores: Stores, person: Person) -> list[Macro]:
    """All macros by key."""
    require(person, Right.READ_CASES)
    return [one for _, one in sorted(_macros(stores).items())]


def filled(stores: Stores, person: Person, key: str, case: str, now: datetime) -> str:
    """A macro's text for a case, its blanks filled."""
    found, _ = load_case(stores, case)
    visible(stores, person, Right.READ_CASES, found, now, f"macro:{key}")
    rows = list_cases(stores, person, CaseFilter(post=found.posts[0], firm=found.firm), now).rows if found.posts else ()
    due = next((row.facts.get("due_day") for row in rows if row.case == case), None)
    said = {"case": case, "title": found.title or "", "firm": firm_of(stores, found.firm).name, "due": due or "no date", "me": person.name}
    text = _macro(stores, key).text
    return re.sub(r"\{(\w+)\}", lambda blank: said[blank[1]], text)


def _macro(stores: Stores, key: str) -> Macro:
    found = _macros(stores).get(key)
    if found is None:
        raise Refused(f"there is no macro {key!r}; `plaint case macros` shows them")
    return found


def _macros(stores: Stores) -> dict[str, Macro]:
    found: dict[str, Macro] = {}
    for owner, said, text in _shelf(stores, "macros", "text"):
        key = str(said["key"])
        if said["dropped"] or text is None:
            found.pop(key, None)
        else:
            found[key] = Macro(key=key, owner=owner, text=text)
    return found


def _shelf(stores: Stores, stream: str, body: str) -> list[tuple[str, Mapping[str, Any], str | None]]:
    """Who kept what, in order, with its text."""
    entries = stores.cases.read(stream)
    bodies = stores.cases.bodies(stream) if entries else {}
    return [(entry.by, entry.said, bodies.get((entry.version, body))) for entry in entries]


def _check_key(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise Refused(f"a key is small letters, digits, dashes and underscores, at most 40; got {key!r}")
