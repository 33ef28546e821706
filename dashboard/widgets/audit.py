"""What the log says, and whether it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard.widgets import chips, clocks, states, times
from dashboard.widgets.cases import done
from dashboard.widgets.hits import short
from dashboard.widgets.html import NOTHING, Html, bdi, icon, join, tag, text
from dashboard.widgets.tables import Column, table
from dashboard.wording import count, say
from plaint.cases.events import recorded
from plaint.desk.audit import Result, Sort, case_of, sort_of
from plaint.desk.casework import CaseView
from plaint.model import moment_of
from plaint.ports import CASE_STREAM, Entry

COLOURS = {Sort.EXPORT: "", Sort.REFUSED: "red", Sort.READ: "", Sort.WRITE: ""}
SIGNS = {Sort.EXPORT: "flag", Sort.REFUSED: "warning", Sort.READ: "eye", Sort.WRITE: "tick"}


def verdict(said: Result, people: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Html:
    """The result of a verification: holds or not, the first broken place by its name, what was looked at."""
    who = people.get(said.by, said.by)
    when = times.moment_text(said.at, now, zone)
    looked = [count(said.entries, "entry", "entries"), count(said.bodies, "text"), count(said.seals, "seal")]
    if said.posts is not None:
        looked += [count(said.posts, "post"), count(said.captures or 0, "capture")]
    body = [tag("p", say("audit.looked", looked=", ".join(looked), who=who, when=when))]
    if said.broken:
        body.insert(0, tag("p", join([text(say("audit.first")), tag("strong", bdi(said.broken, 500))], " ")))
    body += [tag("p", f"{number:,}: {what}") for what, number in said.faults.items()]
    if said.places:
        body.append(tag("ul", join(tag("li", text(f"{one.what}: {one.post or ''} {one.warc or ''}".strip(), 300)) for one in said.places[:10])))
    if said.posts is None:
        body.append(tag("p", say("audit.log_only"), class_="soft"))
    if said.holds:
        title = join([tag("span", join([icon("tick"), text(say("audit.holds"))]), class_="chip green")])
        return tag("div", join([tag("p", title, class_="h"), tag("div", join(body))]), class_="box-note", role="status")
    return states.box(say("audit.broken"), join(body), kind="bad", role="alert")


def seal_age(last: str | None, covered: int, end: int, now: datetime, *, folder: bool) -> Html:
    """How old the last seal outside is, and how many entries came after it."""
    if last is None:
        return states.box(say("audit.no_seal"), say("audit.no_seal_why" if folder else "audit.no_folder"), kind="late")
    age = times.length((now - moment_of(last)).total_seconds())
    return tag("p", say("audit.seal", age=age, covered=f"{covered:,}", since=f"{max(0, end - covered):,}"))


def log(entries: Sequence[Entry], people: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Html:
    """Entries as a table: when, who, what kind of act, what, which case, and where in the chain."""
    columns = [
        Column("When", tight=True),
        Column("Who", tight=True),
        Column("Act", tight=True, hide=True),
        Column("What", grow=True),
        Column("About", tight=True),
        Column("Place in the log", tight=True, hide=True),
    ]
    rows = [
        [
            times.at(one.at, now, zone),
            bdi(people.get(one.by, one.by), 30),
            tag(
                "span", join([icon(SIGNS[sort_of(one)]), text(say(f"act_sort.{sort_of(one).value}"))]), class_=f"chip {COLOURS[sort_of(one)]}".strip()
            ),
            text(what(one, people), 240),
            about(one),
            tag("span", f"{one.position:,}", class_="soft", title=f"{one.stream} version {one.version}, {one.hash}"),
        ]
        for one in entries
    ]
    return table(say("audit.log"), columns, rows, walk=True)


def what(entry: Entry, people: Mapping[str, str]) -> str:
    """What an entry says, in words; never what somebody wrote."""
    if entry.stream.startswith(CASE_STREAM):
        return done(recorded(entry, {}).event, people)
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in entry.kind).strip()
    named = [f"{name} {value}" for name, value in entry.said.items() if name in _NAMED and isinstance(value, str | int) and value != ""]
    return words + (f": {', '.join(named)}" if named else "")


_NAMED = ("source", "firm", "key", "form", "period", "format", "rows", "name", "post", "entries", "stream", "version")
"""Fields of entries outside cases that are shown: names and numbers, nothing that was written."""


def about(entry: Entry) -> Html:
    """The case, as a link; else the stream."""
    case = case_of(entry)
    return chips.link("case", text(f"Case {short(case)}"), case=case) if case else tag("span", text(entry.stream, 30), class_="soft")


def then_and_now(then: CaseView, now_: CaseView, people: Mapping[str, str], at: str, now: datetime, zone: ZoneInfo) -> Html:
    """A case as it stood at a moment beside how it stands now; what differs is marked with a word."""
    rows = []
    for name, before, after in (
        (say("as_of.state"), chips.state(then.case.state.value), chips.state(now_.case.state.value)),
        (say("as_of.version"), text(then.case.version), text(now_.case.version)),
        (say("as_of.owner"), _who(then, people), _who(now_, people)),
        (say("as_of.posts"), text(len(then.case.posts)), text(len(now_.case.posts))),
        (say("as_of.due"), _due(then, moment_of(at), zone), _due(now_, now, zone)),
        (say("as_of.start"), _start(then, now, zone), _start(now_, now, zone)),
    ):
        rows.append([tag("strong", name), before, after, tag("span", "changed", class_="chip") if before != after else NOTHING])
    columns = [Column(""), Column(say("as_of.then")), Column(say("as_of.now")), Column(say("as_of.difference"))]
    columns[0] = Column(say("as_of.what"))
    return table(say("as_of.table"), columns, rows)


def _who(view: CaseView, people: Mapping[str, str]) -> Html:
    return bdi(people.get(view.case.assignee, view.case.assignee), 40) if view.case.assignee else tag("span", say("dates.nobody"), class_="soft")


def _due(view: CaseView, at: datetime, zone: ZoneInfo) -> Html:
    return join([clocks.status_chip(view.due, at, zone), text(clocks.capital(view.due.deadline.clock.label), 60)], " ") if view.due else text("none")


def _start(view: CaseView, now: datetime, zone: ZoneInfo) -> Html:
    return text(times.moment_text(view.clocks.start.at, now, zone)) if view.clocks.start else text("none")


__all__ = ["about", "log", "seal_age", "then_and_now", "verdict", "what"]
