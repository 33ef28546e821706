"""Made-up cases for the tests of this folder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from plaint.cases import decide as d
from plaint.cases.case import Case, evolve
from plaint.cases.events import CaseEvent, Recorded
from plaint.cases.letters import letters
from plaint.cases.work import CheckContent
from plaint.deadlines.start import Times
from plaint.model import Firm, Ownership, PartialDate, iso

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
FIRM = Firm(key="northgate", name="Northgate Bank", zone="Europe/London", calendar="GB-ENG", regimes=("UK-DISP", "UK-PSR"))
PUBLISHED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def opening(ownership: Ownership = Ownership.OWNED, published: PartialDate | None = None) -> d.Open:
    times = Times(published=published or PartialDate.exact(PUBLISHED), collected="2026-11-20T12:00:00Z")
    return d.Open(firm="northgate", source="board", ownership=ownership, times=times, posts=("board:1",), title="Charged twice")


def after(case: Case, *commands: d.Command, now: datetime = NOW, by: str = "tom") -> Case:
    """The case after commands that must not be refused, one minute apart."""
    for number, command in enumerate(commands):
        at = now + timedelta(minutes=number)
        events = d.decide(case, command, at)
        assert not isinstance(events, d.Refusal), events
        for event in events:
            case = evolve(case, recorded(event, case.version + 1, at, by))
    return case


def recorded(event: CaseEvent, version: int, at: datetime = NOW, by: str = "tom") -> Recorded:
    return Recorded(event=event, at=iso(at), by=by, version=version)


def opened(ownership: Ownership = Ownership.OWNED, published: PartialDate | None = None) -> Case:
    return after(Case(id="c-a"), opening(ownership, published))


LETTERS = tuple(CheckContent(letter=letter, items=tuple(letters()[letter].items)) for letter in ("disp-final-response", "disp-summary-resolution"))
"""Everything is checked that the letters of an answer under UK-DISP have to say."""


def ready(ownership: Ownership = Ownership.OWNED) -> Case:
    """A confirmed complaint of which the letters of an answer are checked."""
    return after(confirmed(ownership), *LETTERS)


def confirmed(ownership: Ownership = Ownership.OWNED) -> Case:
    return after(opened(ownership), d.Confirm(regimes=("UK-DISP", "UK-PSR"), reason="charged twice"))
