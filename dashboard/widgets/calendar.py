"""Deadlines as a calendar of weeks, as a list, and as the load of each owner and day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.widgets import chips, times
from dashboard.widgets.chips import Names, Parameters
from dashboard.widgets.clocks import due_chip
from dashboard.widgets.hits import short
from dashboard.widgets.html import NOTHING, Html, bdi, icon, join, tag, text
from dashboard.widgets.tables import Column, table
from dashboard.wording import count, say
from plaint.deadlines.calendars import Calendar
from plaint.desk.due import Due, Risk
from plaint.ports import CaseRow

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

COLOURS = {Risk.OVER: "red", Risk.AT_RISK: "amber", Risk.WOULD_BE: "guess", Risk.ON_TRACK: ""}
SIGNS = {Risk.OVER: "warning", Risk.AT_RISK: "clock"}


def status(risk: Risk) -> Html:
    """How a clock stands, as a word with its sign."""
    sign = icon(SIGNS[risk]) if risk in SIGNS else NOTHING
    return tag("span", join([sign, text(say(f"risk.{risk.value}"))]), class_=f"chip {COLOURS[risk]}".strip())


def weeks(
    dues: Sequence[Due], first: date, number: int, today: date, places: Sequence[Calendar], view: Parameters, *, chosen: date | None = None
) -> Html:
    """`number` weeks from the Monday `first`, one a row; a day's counts are links to its list, holidays are named for each calendar."""
    by_day: dict[date, list[Due]] = {}
    for one in dues:
        by_day.setdefault(one.day, []).append(one)
    head = tag("tr", join([tag("th", say("dates.week"), scope="col", class_="wk"), *(tag("th", name, scope="col") for name in DAYS)]))
    rows = []
    for week in range(number):
        start = first + timedelta(days=7 * week)
        cells = [_day(start + timedelta(days=at), by_day, today, places, view, chosen) for at in range(7)]
        rows.append(tag("tr", join([tag("th", f"{start.day} {start:%b}", scope="row", class_="wk"), *cells])))
    last = first + timedelta(days=7 * number - 1)
    caption = tag("caption", say("dates.calendar", first=times.long_day(first), last=times.long_day(last)), class_="quiet")
    return tag("table", join([caption, tag("thead", head), tag("tbody", join(rows))]), class_="cal")


def _day(day: date, by_day: Mapping[date, Sequence[Due]], today: date, places: Sequence[Calendar], view: Parameters, chosen: date | None) -> Html:
    number = tag("span", f"{day.day} {day:%b}" if day.day == 1 else f"{day.day}", class_="n")
    said = [tag("strong", join([number, text(" " + say("dates.today"))])) if day == today else number, closed(day, places)]
    there = by_day.get(day, ())
    if there:
        shown = link(there, day, view)
        said.insert(1, shown)
    free = "off" if day.weekday() >= 5 else ""
    kind = " ".join(word for word in (free, "today" if day == today else "", "chosen" if day == chosen else "") if word)
    return tag("td", join(said), class_=kind or None)


def link(there: Sequence[Due], day: date, view: Parameters) -> Html:
    """How many are due on a day, worst first, as a link to them."""
    number = Counter(one.risk for one in there)
    worst = next((risk for risk in (Risk.OVER, Risk.AT_RISK) if number[risk]), None)
    words = [f"{len(there):,}"]
    if worst:
        words.append(say("dates.of_which", number=f"{number[worst]:,}", what=say(f"risk.{worst.value}")) if number[worst] != len(there)
                     else say(f"risk.{worst.value}"))  # fmt: skip
    inner = join([icon(SIGNS[worst]) if worst else NOTHING, text(" ".join(words))])
    title = f"{count(len(there), 'case')} due on {times.long_day(day)}"
    return chips.link("deadlines", inner, {**view, "day": day.isoformat(), "start": None}, class_=COLOURS[worst] if worst else None, title=title)


def closed(day: date, places: Sequence[Calendar]) -> Html:
    """The holidays of each calendar, equal ones once; a day outside a calendar says that it is not loaded."""
    named: dict[str, list[str]] = {}
    for place in places:
        if not place.first <= day <= place.last:
            named.setdefault(say("dates.not_loaded"), []).append(place.id)
        elif day in place.holidays:
            holiday = place.holidays[day]
            named.setdefault(holiday.name + ("" if holiday.certainty == "verified" else "?"), []).append(place.id)
    return join(tag("span", f"{name} ({', '.join(ids)})", class_="hol") for name, ids in named.items())


def dues(said: Sequence[Due], names: Names, people: Mapping[str, str], now: datetime, zone: ZoneInfo, *, firm: str | None = None) -> Html:
    """The list: due, clock, case, owner, status, rule."""
    columns = [
        Column("Due", tight=True), Column("Clock", hide=True), Column("Case", grow=True), Column("Firm", hide=True, tight=True),
        Column("Owner", hide=True, tight=True),
        Column("Status", tight=True), Column("Rule", hide=True),
    ]  # fmt: skip
    rows = [
        [
            join([due_chip(one.row.due, now, zone, provisional=one.risk is Risk.WOULD_BE), tag("div", times.short_day(one.day), class_="soft")]),
            text(one.label, 80), case_link(one.row, firm), text(names.firm(one.row.firm), 40), owner(one.row, people), status(one.risk),
            chips.link("case", text(f"{one.regime} {one.rule}".strip() or say("dates.why"), 60), case=one.row.case, print="1", firm=firm,
                       title=say("dates.why")),
        ]
        for one in said
    ]  # fmt: skip
    return table(say("dates.list"), columns, rows, walk=True)


def case_link(row: CaseRow, firm: str | None) -> Html:
    """A case by its title."""
    return chips.link("case", text(row.title or f"Case {short(row.case)}", 110), case=row.case, firm=firm)


def owner(row: CaseRow, people: Mapping[str, str]) -> Html:
    """Whose it is."""
    return bdi(people.get(row.assignee, row.assignee), 30) if row.assignee else tag("span", say("dates.nobody"), class_="soft")


def uncounted(rows: Sequence[CaseRow], people: Mapping[str, str], *, firm: str | None = None) -> Html:
    """Cases of which a clock has no date because a day lies outside the loaded calendars: an error row each, never a guess."""
    said = [[case_link(row, firm), owner(row, people), _why(row)] for row in rows]
    return table(
        say("dates.uncounted"), [Column("Case"), Column("Owner", hide=True, tight=True), Column("Why there is no date", grow=True)], said, shown=True
    )


def _why(row: CaseRow) -> Html:
    reasons = row.facts.get("trouble") or ()
    return join(tag("div", join([icon("warning"), text(reason, 240)]), class_="red") for reason in reasons)


def load(said: Sequence[Due], people: Mapping[str, str], today: date, view: Parameters) -> Html:
    """Who will be late next week if nobody acts: one row an owner, one column a day, each figure a link."""
    days = [today + timedelta(days=at) for at in range(7)]
    owners: dict[str, list[Due]] = {}
    for one in said:
        owners.setdefault(one.row.assignee or "", []).append(one)
    columns = [
        Column("Owner", grow=True), Column(say("risk.over").capitalize(), number=True),
        *(Column(times.short_day(day).rsplit(" ", 1)[0], number=True, hide=at > 1) for at, day in enumerate(days)),
        Column("In 7 days", number=True),
    ]  # fmt: skip
    rows = []
    for key, theirs in sorted(owners.items(), key=lambda pair: (-_within(pair[1], days), pair[0])):
        own = {**view, "owner": key or "-", "day": None, "start": None}
        whose = bdi(people.get(key, key), 30) if key else tag("span", say("dates.nobody"), class_="soft")
        over = sum(one.risk is Risk.OVER for one in theirs)
        shown = [tag("span", join([icon("warning"), _figure(over, {**own, "status": Risk.OVER.value})])) if over else text("0")]
        shown += [_figure(sum(one.day == day for one in theirs), {**own, "day": day.isoformat()}) for day in days]
        rows.append([whose, *shown, text(f"{_within(theirs, days):,}")])
    return table(say("dates.load"), columns, rows, shown=True)


def _within(said: Sequence[Due], days: Sequence[date]) -> int:
    return sum(days[0] <= one.day <= days[-1] for one in said)


def _figure(number: int, view: Parameters) -> Html:
    return chips.link("deadlines", f"{number:,}", view) if number else tag("span", "0", class_="soft")
