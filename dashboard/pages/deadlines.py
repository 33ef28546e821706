"""Deadlines: what falls due when, for whom, at what risk. Eight weeks, and the list below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import address, here, monthly
from dashboard.widgets import calendar, chips, states, times
from dashboard.widgets.html import NOTHING, Html, join, tag, text
from dashboard.wording import count, say
from plaint.deadlines.calendars import Calendar, calendars
from plaint.deadlines.regimes import regimes
from plaint.desk.due import Ahead, Due, Risk, ahead, monday
from plaint.model import Firm, Person

WEEKS = 8
ROWS = 50
"""Lines of one list."""

ANY, NOBODY = "", "-"
VIEWS = ("weeks", "month")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the address asks for; empty parts ask for all, the owner or team `-` for what is nobody's."""

    regime: str = ""
    owner: str = ""
    team: str = ""
    status: str = ""
    day: date | None = None

    def holds(self, one: Due, *, whole: bool = False) -> bool:
        """Whether a line belongs to it; `whole` leaves the day out, as the calendar does."""
        return (
            self.regime in {ANY, one.regime}
            and (not self.owner or self.owner == (one.row.assignee or NOBODY))
            and self.team in {ANY, one.row.facts.get("team") or NOBODY}
            and self.status in {ANY, one.risk.value}
            and (whole or self.day is None or one.day == self.day)
        )


def page() -> None:
    """Read the address, ask the desk, show."""
    person = here.visitor()
    firm = here.firm(person)
    now, zone = here.now(), here.zone(firm)
    today = now.astimezone(zone).date()
    first = monday(today)
    with st.container(key="d_head", horizontal=True, vertical_alignment="center", gap="medium"):
        here.show(tag("h1", say("page.deadlines")))
        keep = address.follows("view", "d_view", "weeks", VIEWS)
        st.segmented_control(say("dates.view"), VIEWS, key="d_view", format_func=lambda view: say(f"dates.view.{view}"), required=True,
                             on_change=keep, label_visibility="collapsed")  # fmt: skip
    if st.session_state["d_view"] == "month":
        monthly.show(person, firm, _places(person, firm), now, zone)
        return
    until = datetime.combine(first + timedelta(days=7 * WEEKS), time(0), zone).astimezone(UTC)
    found = ahead(here.stores(), person, firm=firm.key if firm else None, until=until, now=now, zone=zone)
    if found.uncounted:
        here.show(calendar.uncounted(found.uncounted, here.people(), firm=address.one("firm") or None))
    if not found.dues:
        here.show(states.empty(say("dates.none"), say("dates.none_why"), chips.link("work", say("queue.all"), queue="all")))
        return
    chosen = _filters(found.dues)
    shown = [one for one in found.dues if chosen.holds(one, whole=True)]
    here.show(_summary(found, shown, now, zone))
    view = address.here("firm", "regime", "owner", "team", "status")
    places = _places(person, firm)
    with st.popover(say("dates.defined"), type="tertiary", key="d_defined"):
        here.show(tag("p", say("dates.definition")))
    here.show(calendar.weeks(shown, first, WEEKS, today, places, view, chosen=chosen.day))
    _earlier(shown, first, view)
    _list([one for one in shown if chosen.holds(one)], chosen, person, now, zone)
    here.show(calendar.load([one for one in found.dues if chosen.regime in {ANY, one.regime}], here.people(), today, view))


def _filters(dues: Sequence[Due]) -> Chosen:
    """The filters: each keeps its place in the address; what no line has is not offered."""
    people = here.people()
    options: dict[str, list[str]] = {
        "regime": [ANY, *sorted({one.regime for one in dues})],
        "owner": [ANY, *sorted({one.row.assignee or NOBODY for one in dues}, key=lambda key: (key == NOBODY, people.get(key, key)))],
        "team": [ANY, *sorted({str(one.row.facts.get("team") or NOBODY) for one in dues}, key=lambda key: (key == NOBODY, key))],
        "status": [ANY, *(risk.value for risk in Risk)],
    }
    words: dict[str, Callable[[str], str]] = {
        "regime": lambda key: key or say("dates.all_regimes"),
        "owner": lambda key: say("dates.everybody") if not key else say("queue.nobody") if key == NOBODY else people.get(key, key),
        "team": lambda key: say("board.any.team") if not key else say("board.no_team") if key == NOBODY else key,
        "status": lambda key: say(f"risk.{key}").capitalize() if key else say("dates.any_status"),
    }
    with st.container(key="d_filters", horizontal=True, gap="small"):
        for name, values in options.items():
            keep = address.follows(name, f"d_{name}", ANY, values)
            st.selectbox(say(f"dates.{name}"), values, key=f"d_{name}", format_func=words[name], on_change=keep, width=200)
    said = {name: str(st.session_state[f"d_{name}"]) for name in options}
    unknown = [f"{say(f'dates.{name}')} {address.one(name)}" for name in options if address.one(name) not in options[name]]
    if address.one("day") and address.day("day") is None:
        unknown.append(address.one("day"))
    if unknown:
        here.show(states.note(say("app.ignored", what=", ".join(unknown))))
    return Chosen(**said, day=address.day("day"))


def _summary(found: Ahead, shown: Sequence[Due], now: datetime, zone: ZoneInfo) -> Html:
    number = {risk: sum(one.risk is risk for one in shown) for risk in Risk}
    view = address.here("firm", "regime", "owner", "team")
    cases = {one.row.case for one in shown}
    clocks = sum(one.row.case in cases for one in found.clocks)
    parts = [tag("strong", count(len(shown), "case")), text(count(clocks, "open clock"))]
    parts += [chips.link("deadlines", f"{number[risk]:,} {say(f'risk.{risk.value}')}", view, status=risk.value) for risk in Risk if number[risk]]
    if found.total > len(found.dues):
        parts.append(text(say("dates.cut", shown=f"{len(found.dues):,}", total=f"{found.total:,}")))
    parts.append(text(say("dates.until", day=times.long_day(monday(now.astimezone(zone).date()) + timedelta(days=7 * WEEKS - 1)), zone=zone.key)))
    return states.trail(parts)


def _places(person: Person, firm: Firm | None) -> list[Calendar]:
    """The calendars that the firms' clocks are counted on."""
    firms = [firm] if firm else here.firms(person)
    wanted = {one.calendar for one in firms if one.calendar}
    for one in firms:
        if not one.calendar:
            wanted.update(calendar_ for name in one.regimes if name in regimes() for calendar_ in regimes()[name].calendars[:1])
    return [place for key, place in calendars().items() if key in wanted]


def _earlier(shown: Sequence[Due], first: date, view: chips.Parameters) -> None:
    before = sum(one.day < first for one in shown)
    if before:
        words = say("dates.before.one" if before == 1 else "dates.before", number=f"{before:,}", day=times.short_day(first))
        here.show(tag("p", chips.link("deadlines", words, {**view, "status": Risk.OVER.value}), class_="soft"))


def _list(lines: Sequence[Due], chosen: Chosen, person: Person, now: datetime, zone: ZoneInfo) -> None:
    title = say("dates.on", day=times.long_day(chosen.day)) if chosen.day else say("dates.all")
    back = chips.link("deadlines", say("dates.whole"), {**address.here(), "day": None, "start": None}) if chosen.day else NOTHING
    here.show(tag("div", join([tag("h2", title), back], " "), class_="row"))
    if not lines:
        here.show(tag("p", say("dates.nothing"), class_="soft"))
        return
    said = address.one("start", "0")
    start = min(int(said) if said.isdigit() else 0, (len(lines) - 1) // ROWS * ROWS)
    part = lines[start : start + ROWS]
    list_ = calendar.dues(part, here.names(person), here.people(), now, zone, firm=address.one("firm") or None)
    here.show(join([list_, _pages(start, len(part), len(lines))]))


def _pages(start: int, shown: int, total: int) -> Html:
    if total <= shown:
        return NOTHING
    now = address.here()
    before = chips.link("deadlines", say("post.previous"), {**now, "start": str(max(0, start - ROWS))}) if start else NOTHING
    after = chips.link("deadlines", say("post.next"), {**now, "start": str(start + shown)}) if start + shown < total else NOTHING
    where = tag("span", say("search.where", first=f"{start + 1:,}", last=f"{start + shown:,}", total=f"{total:,}"))
    return tag("nav", join([where, tag("span", join([before, after], " "))]), class_="pager", aria_label=say("search.pages"))


page()
