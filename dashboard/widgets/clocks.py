"""Clocks: when something is due, how it stands, and why this date, one box for each day that was counted or skipped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dashboard.widgets import times
from dashboard.widgets.html import NOTHING, Html, icon, join, tag, text
from plaint.cases.clocks import CaseClock, Clocks, Status
from plaint.deadlines.engine import Day
from plaint.deadlines.levels import REGIME
from plaint.model import moment_of

COLOURS = {Status.BREACHED: "red", Status.AT_RISK: "amber", Status.MET: "green"}
CERTAINTY = {
    "unverified": "rule text not verified",
    "secondary": "rule text from a second hand",
    "partly verified": "rule text partly verified",
    "missing": "not loaded",
}
"""What stands beside a date whose rule was not checked against its text."""


def due_chip(due: str | None, now: datetime, zone: ZoneInfo, *, provisional: bool = False) -> Html:
    """When something is due: over in red with a sign, within a day in amber, else the date; relative as queues want it."""
    if due is None:
        return tag("span", "no date", class_="soft")
    at = moment_of(due)
    days = (at.astimezone(zone).date() - now.astimezone(zone).date()).days
    title = times.full(at, zone)
    if provisional:
        return tag("span", join([icon("clock"), text(f"would be {_relative(at, now, days)}")]), class_="chip guess", title=title)
    if at < now:
        return tag("span", join([icon("warning"), text(f"{times.length((now - at).total_seconds())} over")]), class_="chip red", title=title)
    colour = "amber" if days <= 1 else ""
    return tag("span", join([icon("clock"), text(_relative(at, now, days))]), class_=f"chip {colour}".strip(), title=title)


def _relative(at: datetime, now: datetime, days: int) -> str:
    if at < now:
        return f"{times.length((now - at).total_seconds())} over"
    if days == 0:
        return f"due in {times.length((at - now).total_seconds())}"
    return "due tomorrow" if days == 1 else f"due in {days} d"


def status_chip(clock: CaseClock, now: datetime, zone: ZoneInfo) -> Html:
    """How one clock stands, as a word with a shape."""
    title = times.full(clock.due, zone) if clock.due else None
    if clock.met_at is not None:
        word = f"{'met' if clock.status is Status.MET else 'met late'} {times.moment_text(clock.met_at, now, zone)}"
        return tag("span", join([icon("tick"), text(word)]), class_=f"chip {'green' if clock.status is Status.MET else 'red'}", title=title)
    if clock.due is None or clock.status is Status.NOT_APPLICABLE:
        return tag("span", _plain_date(clock) or clock.why, class_="chip", title=title)
    if clock.status is Status.BREACHED:
        return tag("span", join([icon("warning"), text(f"{times.length((now - clock.due).total_seconds())} over")]), class_="chip red", title=title)
    local = clock.due.astimezone(zone).date()
    word = f"{'would be ' if clock.provisional else ''}due {times.short_day(local) if (clock.due - now).days < 300 else times.long_day(local)}"
    return tag(
        "span",
        join([icon("clock"), text(word)]),
        class_=f"chip {'guess' if clock.provisional else COLOURS.get(clock.status, '')}".strip(),
        title=title,
    )


def capital(label: str) -> str:
    """A clock's name at the beginning of a line."""
    return label[:1].upper() + label[1:]


def _plain_date(clock: CaseClock) -> str:
    last = clock.deadline.last
    return times.long_day(last) if last else ""


def clocks(said: Clocks, now: datetime, zone: ZoneInfo, *, open_traces: bool = False) -> Html:
    """All clocks of a case, those that run first; then what is for information, apart."""
    running = [clock for clock in said.clocks if clock.deadline.clock.role == "deadline" and (clock.due is not None or clock.met_at)]
    rest = [clock for clock in said.clocks if clock not in running]
    parts = [card(clock, said, now, zone, open_trace=open_traces) for clock in running]
    if said.start is None:
        parts.insert(0, tag("p", "No clock runs yet: it starts when a person confirms that this is a complaint.", class_="soft"))
    if rest:
        rows = [
            tag("li", join([tag("b", capital(clock.deadline.clock.label)), text(f": {_plain_date(clock) or clock.why or 'no date'}")]))
            for clock in rest
        ]
        parts.append(tag("details", join([tag("summary", f"For information: {len(rest)}"), tag("ul", join(rows), class_="trace")])))
    parts += [tag("p", join([icon("warning"), text(trouble)]), class_="soft") for trouble in said.trouble]
    return join(parts)


def in_lines(said: Clocks, now: datetime, zone: ZoneInfo) -> Html:
    """The open clocks as one line each, for where it is narrow and the cards stand far below."""
    lines = [
        tag("li", join([status_chip(one, now, zone), text(capital(one.deadline.clock.label), 60)], " "))
        for one in said.clocks
        if one.is_open and one.due
    ]
    return tag("ul", join(lines), class_="duelines only-s") if lines else NOTHING


def card(clock: CaseClock, said: Clocks, now: datetime, zone: ZoneInfo, *, open_trace: bool = False) -> Html:
    """One clock: name, how it stands, its rule, how much is used, and the trace in place."""
    deadline = clock.deadline
    colour = "" if clock.provisional else COLOURS.get(clock.status, "")
    head = tag("div", join([tag("strong", capital(deadline.clock.label)), status_chip(clock, now, zone)]), class_="row")
    unsure = CERTAINTY.get(deadline.clock.certainty)
    rule = [text(f"{deadline.regime}, {deadline.clock.rule}")]
    if unsure:
        rule.append(tag("span", unsure, class_="chip guess"))
    span = NOTHING
    if clock.due_latest and clock.due_latest != clock.due:
        span = tag(
            "p",
            f"The start is a span; counted from its later end it is due {times.long_day(clock.due_latest.astimezone(zone).date())}.",
            class_="soft",
        )
    why = tag("p", text(clock.why), class_="soft") if clock.met_at is None and clock.due else NOTHING
    body = join([head, tag("p", join(rule, " "), class_="soft"), why, span, trace(clock, said, open_=open_trace)])
    return tag("div", body, class_=f"clockcard {colour}".strip())


def trace(clock: CaseClock, said: Clocks, *, open_: bool = False) -> Html:
    """Why this date: the start and why there, each step, rule and calendar with their versions, one box a day."""
    deadline = clock.deadline
    own = deadline.regime == REGIME
    steps = [] if own else [("Starts", said.start.because if said.start else "not yet")]
    steps += [("Day 0", receipt.partition(": ")[2]) for receipt in said.receipts if receipt.startswith(f"{deadline.regime}:")]
    steps += [("Counts", step) for step in deadline.steps]
    steps.append(("Rule", f"{deadline.clock.rule}, version {deadline.version}" + (f". {deadline.clock.note}" if deadline.clock.note else "")))
    if deadline.calendar:
        steps.append(("Calendar", f"{deadline.calendar} {deadline.calendar_version or ''}".strip()))
    lines = join(tag("li", join([tag("b", name), text(f" {words}")])) for name, words in steps)
    inner = join([tag("summary", "Why this date"), tag("ul", lines, class_="trace"), days(deadline.days, deadline.start, deadline.last)])
    return tag("details", inner, open=open_)


SHOWN = 70
"""Boxes that are drawn; a longer count shows its beginning and its end."""


def days(said: Sequence[Day], start: date | None, last: date | None) -> Html:
    """One box a day: counted ones with their number in the title, skipped ones struck with the reason."""
    if not said:
        return NOTHING
    first = [tag("li", f"{start.day}", class_="day start", title=f"{times.long_day(start)}: day 0")] if start and said[0].day != start else []
    boxes = [*first, *(_box(day, last) for day in said)]
    if len(boxes) > SHOWN:
        left = len(boxes) - SHOWN
        boxes = [*boxes[: SHOWN - 10], tag("li", f"{left} more days", class_="day skip"), *boxes[-10:]]
    return tag("ol", join(boxes), class_="days", aria_label="Days counted and skipped")


def _box(day: Day, last: date | None) -> Html:
    named = times.long_day(day.day)
    if day.day == last:
        return tag(
            "li", f"{day.day.day}", class_="day due", title=f"{named}: day {day.number}, the last" if day.number is not None else f"{named}: the last"
        )
    if day.number is None:
        return tag("li", f"{day.day.day}", class_="day skip", title=f"{named}: not counted, {day.skipped}")
    if day.number == 0:
        return tag("li", f"{day.day.day}", class_="day start", title=f"{named}: day 0")
    return tag("li", f"{day.day.day}", class_="day", title=f"{named}: day {day.number}")


__all__ = ["card", "clocks", "days", "due_chip", "status_chip", "trace"]
