"""Cases in lists, and what happened to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard.widgets import chips, times
from dashboard.widgets.chips import Names
from dashboard.widgets.clocks import due_chip
from dashboard.widgets.hits import short
from dashboard.widgets.html import NOTHING, Html, bdi, icon, join, paragraphs, tag, text
from dashboard.widgets.states import sentence
from dashboard.widgets.tables import Column, table
from dashboard.wording import say
from plaint.cases import events as e
from plaint.cases.case import Case
from plaint.cases.events import Recorded
from plaint.cases.queues import Queued
from plaint.cases.spoken import spoken
from plaint.ports import CaseRow


def due_soon(rows: Sequence[CaseRow], now: datetime, zone: ZoneInfo, *, firm: str | None = None) -> Html:
    """A few cases, soonest due first."""
    if not rows:
        return tag("p", say("case.none_due"), class_="soft")
    said = [[_due(row, now, zone), join([_link(row, firm), tag("div", text(row.due_clock or ""), class_="soft hide-s")])] for row in rows]
    return table(say("overview.due"), [Column("Due", tight=True), Column("Case", grow=True)], said, walk=True)


def listed(
    rows: Sequence[CaseRow], names: Names, people: Mapping[str, str], now: datetime, zone: ZoneInfo, *, caption: str, firm: str | None = None
) -> Html:
    """Cases as a table: due, item, firm, source, state, whose."""
    columns = [
        Column("Due", tight=True),
        Column("Item", grow=True),
        Column("Firm", hide=True),
        Column("Source", hide=True),
        Column("State", hide=True),
        Column("Whose", hide=True),
        Column("Opened", hide=True),
    ]
    said = [
        [
            _due(row, now, zone),
            _link(row, firm),
            tag("span", text(names.firm(row.firm), 40)),
            chips.source(row.source, names),
            chips.state(row.state),
            bdi(people.get(row.assignee, row.assignee), 30) if row.assignee else tag("span", "nobody's", class_="soft"),
            times.at(row.opened, now, zone, relative=True),
        ]
        for row in rows
    ]
    return table(caption, columns, said, walk=True)


def _link(row: CaseRow, firm: str | None) -> Html:
    return chips.link("case", text(row.title or f"Case {short(row.case)}", 110), case=row.case, firm=firm)


def _due(row: CaseRow, now: datetime, zone: ZoneInfo) -> Html:
    return due_chip(row.due, now, zone, provisional=bool(row.facts.get("provisional")))


def sorted_as(case: Case) -> list[Html]:
    """Priority, team and labels of a case, as words."""
    level = tag("span", join([icon("flag"), text(case.priority)]), class_="chip") if case.priority != "normal" else NOTHING
    team = tag("span", text(say("board.in_team", team=case.team)), class_="chip") if case.team else NOTHING
    return [level, team, *(tag("span", text(label, 40), class_="chip") for label in case.labels)]


def reasons(item: Queued) -> Html:
    """`First because` with the reasons of the queue itself."""
    return tag("p", join([tag("strong", "First because "), text("; ".join(item.reasons) + ".")]), class_="because")


def timeline(history: Sequence[Recorded], people: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Html:
    """Everything that happened, newest first: when, who, what, with the words where they are kept."""
    items = [
        tag(
            "li",
            join(
                [
                    times.at(one.at, now, zone),
                    tag("div", join([tag("strong", bdi(people.get(one.by, one.by), 40)), text(f" {done(one.event, people)}"), _words(one.event)])),
                ]
            ),
        )
        for one in reversed(history)
    ]
    return tag("ol", join(items), class_="timeline")


def done(event: e.CaseEvent, people: Mapping[str, str]) -> str:
    """What happened, as the verb of a sentence about who did it."""
    match event:
        case e.CaseOpened():
            return "opened the case."
        case e.ComplaintConfirmed(regimes=regimes):
            return "confirmed that it is a complaint" + (f"; clocks of {', '.join(regimes)} run." if regimes else "; no clock runs for this firm.")
        case e.ComplaintRejected(code=code):
            return f"decided that it is no complaint: {REJECTED.get(code, code)}."
        case e.MarkedDuplicate(of=of):
            return f"marked it a duplicate of case {short(of)}."
        case e.ReferredToFirm(to=to, on=on):
            return f"passed it on to {to} on {on}."
        case e.Acknowledged():
            return "noted that it was acknowledged."
        case e.Assigned(to=to):
            return f"gave it to {people.get(to, to)}." if to else "gave it back; it is nobody's."
        case e.Noted():
            return "wrote a private note."
        case e.ClockStartMoved(start=start, before=before):
            return f"moved the start of its clocks from {before.at} to {start.at}."
        case e.Closed(how=how):
            return f"closed it: {ENDED.get(how, how)}."
        case e.Reopened():
            return "took it up again."
        case _:
            return f"{spoken(event)}."


def _words(event: e.CaseEvent) -> Html:
    for name in ("reason", "words", "text"):
        said = getattr(event, name, None)
        if isinstance(said, str):
            return paragraphs(said)
    return NOTHING


def notes(history: Sequence[Recorded], people: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Html:
    """The private notes, newest first; an erased one says so."""
    said = []
    for one in reversed(history):
        if isinstance(one.event, e.Noted):
            body = paragraphs(one.event.text) if one.event.text is not None else tag("p", "This note was erased.", class_="soft")
            who = tag("div", join([tag("strong", bdi(people.get(one.by, one.by), 40)), times.at(one.at, now, zone)], " "), class_="who")
            said.append(tag("li", join([who, body]), class_="turn"))
    return tag("ol", join(said), class_="thread") if said else NOTHING


REJECTED = {
    "praise": "praise",
    "question": "a question",
    "information_only": "information only",
    "not_about_this_firm": "not about this firm",
    "staff_grievance": "a grievance of staff",
    "survey_without_expected_answer": "a survey that expects no answer",
    "spam_or_advertising": "spam or advertising",
    "not_genuine": "not genuine",
    "other": "another reason",
}
"""The reasons why something is no complaint, in words."""

ENDED = {
    "final_response": "final response sent",
    "summary_resolution": "resolved, summary resolution communication sent",
    "withdrawn": "withdrawn by the customer",
    "no_response_needed": "no response needed",
}
"""How a case ends, in words."""

CONFIRMED = (
    "says they are dissatisfied and expects something to be done",
    "says they lost money, time or access",
    "says an earlier complaint was not answered",
    "asks for compensation or an apology",
)
"""Reasons for confirming that one key gives; own words can stand instead."""


def overtaken(changes: Sequence[Recorded], people: Mapping[str, str], now: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """Who was faster, and a sentence on what they did."""
    if not changes:
        return "Somebody", "The case is not as it was."
    who = people.get(changes[-1].by, changes[-1].by)
    return who, " ".join(
        sentence(f"{people.get(one.by, one.by)} {done(one.event, people)} ({times.moment_text(one.at, now, zone)})") for one in changes
    )
