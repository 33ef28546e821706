"""Search: who said what about us, where, since when. The list behind every figure of the dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import address, facets, handing, here, reads
from dashboard.widgets import charts, chips, hits, states
from dashboard.widgets.begin import commands
from dashboard.widgets.coverage import coverage_line
from dashboard.widgets.html import Html, join, tag
from dashboard.wording import count, say
from plaint.desk import explaining
from plaint.desk.rights import Refused
from plaint.insight import periods
from plaint.insight.periods import Period
from plaint.model import Firm, Person
from plaint.query.parse import Unreadable, parse_query
from plaint.query.tree import EVERYTHING, And, Found, Node, Search, Sort, Term

PAGE = 25
PERIODS = {"24h": "24 h", "7d": "7 d", "30d": "30 d", "12m": "12 m", "all": "All", "dates": "Dates"}
ORDERS = {sort.value: say(f"sort.{sort.value}") for sort in Sort}


def page() -> None:
    """Read the address, ask the desk, show."""
    person = here.visitor()
    firm = here.firm(person)
    names, now, zone = here.names(person), here.now(), here.zone(firm)
    with st.container(key="h1"):
        here.show(tag("h1", say("page.search"), class_="vh"))
    _controls()
    include, exclude, ignored = facets.chosen(names)
    if ignored:
        here.show(states.note(say("app.ignored", what=", ".join(ignored))))
    try:
        query = _query(firm)
        period = _period(person, firm, now, zone)
        search = Search(
            query=periods.within(query, None if _is_open() else period), include=include, exclude=exclude, sort=_order(), limit=PAGE,
            cursor=(address.many("after") or (None,))[-1], facets=tuple(facets.field_of(name) for name in facets.FIELDS),
            edges=period.edges() if period else (),
        )  # fmt: skip
        found, search = _look_up(person, search)
    except Unreadable as error:
        here.show(states.unreadable(address.one("q"), error.message, error.position, error.hint))
        _last_good(person, now, zone)
    except (Refused, ValueError) as refused:
        here.show(states.refusal(str(refused)))
        _last_good(person, now, zone)
    else:
        st.session_state["good"] = (person.key, search)
        _answer(found, search, period, person, now, zone)


def _query(firm: Firm | None) -> Node:
    """What was typed, within the firm of the sidebar; raises Unreadable."""
    typed = parse_query(address.one("q"))
    return typed if firm is None else And((typed, Term(firm.key, "firm")))


def _order() -> Sort:
    name = address.one("sort", Sort.NEWEST.value)
    return Sort(name) if name in ORDERS else Sort.NEWEST


def _is_open() -> bool:
    """Whether the period is open at both ends, so that undated posts belong to it."""
    name = address.one("per", "all")
    return name not in PERIODS or name == "all" or (name == "dates" and not (address.day("from") or address.day("to")))


def _controls() -> None:
    with st.container(key="controls", horizontal=True, vertical_alignment="center", gap="small"):
        st.text_input(
            say("page.search"), key="q", type="search", placeholder=say("search.placeholder"), label_visibility="collapsed",
            on_change=address.follows("q", "q", ""), width=420,
        )  # fmt: skip
        keep = address.follows("per", "s_per", "all", list(PERIODS))
        st.segmented_control(
            say("search.period"), list(PERIODS), key="s_per", format_func=PERIODS.__getitem__, required=True, on_change=keep,
            label_visibility="collapsed",
        )  # fmt: skip
        keep = address.follows("sort", "s_sort", "newest", list(ORDERS))
        st.selectbox(
            say("search.order"), list(ORDERS), key="s_sort", format_func=ORDERS.__getitem__, on_change=keep, label_visibility="collapsed", width=150
        )
        with st.popover(say("search.help"), key="keys"):
            _help()
    if address.one("per") == "dates":
        _dates()


def _dates() -> None:
    with st.container(key="dates", horizontal=True, gap="small"):
        for name in ("from", "to"):
            widget, there = f"s_{name}", address.day(name)
            wrong = st.session_state.pop(f"{widget}_wrong", "")
            st.session_state[widget] = wrong or (there.isoformat() if there else "")
            st.text_input(say(f"search.{name}"), key=widget, on_change=_keep_date, args=(name, widget), width=190, placeholder="2026-11-20")
            if wrong:
                here.show(states.refusal(say("search.not_a_day", said=wrong)))


def _keep_date(name: str, widget: str) -> None:
    """What cannot be read as a day stays in its field, and the address as it was."""
    said = str(st.session_state[widget]).strip()
    if said and address.day_of(said) is None:
        st.session_state[f"{widget}_wrong"] = said
        return
    address.change(**{f"{name}_": said or None})


def _help() -> None:
    here.show(tag("h2", say("search.how")))
    rows = [
        join([tag("dt", chips.link("search", tag("code", example), q=example)), tag("dd", say(f"search.example.{number}"))])
        for number, example in enumerate(EXAMPLES, 1)
    ]
    here.show(tag("dl", join(rows), class_="defs"))
    here.show(tag("p", say("search.keys"), class_="soft"))


EXAMPLES = (
    'refund "late fee"', "locked AND (account OR card)", "refund -voucher", "overcharg*", "acount~", "rating:<3", "source:trustpilot has:reply",
    "published:[2026-01-01 TO 2026-02-01]", "author:marit", "is:case",
)  # fmt: skip


OLDEST_BAR = timedelta(days=3650)
"""How far back the bars of "All" reach at most: one post dated 1970 must not press all others into one bar."""


def _period(person: Person, firm: Firm | None, now: datetime, zone: ZoneInfo) -> Period | None:
    """The days that are looked at; for "All" those from the first dated post of the archive to now."""
    name = address.one("per", "all")
    if name in {"24h", "7d", "30d", "12m"}:
        return periods.last(PERIODS[name], now, zone)
    if not _is_open():
        today = now.astimezone(zone).date()
        first, until = address.day("from") or address.day("to") or today, address.day("to") or today
        return periods.days(min(first, until), max(first, until), zone)
    oldest = reads.look_up(person, Search(query=Term(firm.key, "firm") if firm else EVERYTHING, sort=Sort.OLDEST, limit=1)).hits
    dated = [hit.post.published.start for hit in oldest if hit.post.published]
    return periods.spanning(max(dated[0], now - OLDEST_BAR), now, zone) if dated and dated[0] < now else None


def _look_up(person: Person, search: Search) -> tuple[Found, Search]:
    """The answer, and what it answers: a cursor of another question is dropped and said so."""
    try:
        return reads.look_up(person, search), search
    except ValueError:
        if search.cursor is None:
            raise
        here.show(states.note(say("search.cursor_gone")))
        first = replace(search, cursor=None)
        return reads.look_up(person, first), first


def _answer(found: Found, search: Search, period: Period | None, person: Person, now: datetime, zone: ZoneInfo) -> None:
    names = here.names(person)
    side, main = st.columns([1, 4.2], gap="medium")
    chosen = sum(map(len, search.include.values())) + sum(map(len, search.exclude.values()))
    with side, st.container(key="filters"):
        title = say("facet.filters.some", count=chosen) if chosen else say("facet.filters")
        with st.expander(title, expanded=not here.is_phone(), key="filters_open"), st.container(key="facets"):
            facets.column(found, names, search.include, search.exclude)
    with main:
        with st.container(key="total", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            here.show(_total(found, person))
            if found.total:
                _more(person, search, None if _is_open() else period)
        if found.total == 0:
            _nothing(search, person)
            return
        if period:
            _histogram(found, period, now, zone)
        here.remember([hit.post.id for hit in found.hits])
        known = explaining.known_of(here.stores(), person, [hit.post for hit in found.hits])
        listed = hits.hits(found.hits, names, now, zone, carry={"firm": address.one("firm") or None}, known=known)
        here.show(join([tag("h2", say("search.list"), class_="vh"), listed]))
        here.show(_pager(found, address.many("after") if search.cursor else ()))
    facets.picker(found, names, search.include, search.exclude)


def _more(person: Person, search: Search, period: Period | None) -> None:
    firm = here.firm(person)
    query = handing.as_text(address.one("q"), search.include, search.exclude, period, firm.key if firm else None)
    alert = handing.as_text(address.one("q"), search.include, search.exclude, None, firm.key if firm else None)
    handing.more(person, query, search.sort, alert=alert, can_be_typed="gone" not in search.include and "gone" not in search.exclude)


def _total(found: Found, person: Person) -> Html:
    decided = found.facets.get("state", {})
    said = [tag("strong", count(found.total, "post"))]
    for state in ("CONFIRMED_COMPLAINT", "CANDIDATE"):
        if number := decided.get(state):
            word = say(f"state.{state}").lower()
            said.append(chips.link("search", count(number, word), {**address.here(), "state": state, "after": None}))
    said.append(coverage_line(person))
    return tag("p", join(said, ' <span class="dot">·</span> '), role="status")


def _histogram(found: Found, period: Period, now: datetime, zone: ZoneInfo) -> None:
    said = charts.bars(period.edges(), found.histogram, period.step, zone, now)

    def pick() -> None:
        points = st.session_state["bars"].selection.get("bar", [])
        if points:
            _choose_bar(points[0], said, period)

    outside = found.total - sum(found.histogram)
    with st.container(key="histogram", gap=None):
        st.altair_chart(charts.histogram(said, period.step, pick=True), key="bars", on_select=pick, alt=charts.finding(said), width="stretch")
        if outside:
            here.show(tag("p", say("search.outside", posts=count(outside, "post")), class_="soft"))
        with st.expander(say("chart.table"), key="bars_table", on_change="rerun") as shown:
            if shown.open:
                here.show(charts.as_table(said))


def _choose_bar(point: dict[str, object], said: list[charts.Bar], period: Period) -> None:
    """Narrow to the days of the bar that was clicked; within one day there is nothing narrower to set."""
    at = point.get("utcyearmonthdate_at") or next((value for key, value in point.items() if key.endswith("at")), None)
    if not isinstance(at, int | float):
        return
    starts = [bar.at.date() for bar in said]
    first = datetime.fromtimestamp(at / 1000, tz=ZoneInfo("UTC")).date()
    later = [day for day in starts if day > first]
    until = date.fromordinal(later[0].toordinal() - 1) if later else period.end.astimezone(period.zone).date()
    address.change(per="dates", from_=first.isoformat(), to=until.isoformat())


def _pager(found: Found, trail: tuple[str, ...]) -> Html:
    """Newer and Older by cursor; the trail of cursors in the address is the way back."""
    first = len(trail) * PAGE + 1
    here_ = address.here()
    newer = chips.link("search", say("search.newer"), {**here_, "after": trail[:-1]}) if trail else Html()
    older = chips.link("search", say("search.older"), {**here_, "after": (*trail[-50:], found.next)}) if found.next else Html()
    where = tag("span", say("search.where", first=f"{first:,}", last=f"{first + len(found.hits) - 1:,}", total=f"{found.total:,}"))
    return tag("nav", join([where, tag("span", join([newer, older], " "))]), class_="pager", aria_label=say("search.pages"))


def _nothing(search: Search, person: Person) -> None:
    """How big the archive is, and the one filter whose removal finds most."""
    everything = reads.look_up(person, Search(limit=0)).total
    if everything == 0:
        commands()
        return
    best = max(_without(search, person), default=None, key=lambda found: found[1])
    offer: Html | str = ""
    if best and best[1]:
        parameter, total = best
        said = say("period") if parameter == "per" else say(f"facet.{facets.field_of(parameter)}")
        link = chips.link("search", say("search.without", what=said, posts=count(total, "post")), {**address.here(), parameter: None, "after": None})
        offer = link
    here.show(states.empty(say("search.nothing"), say("search.archive", posts=count(everything, "post")), offer))


def _without(search: Search, person: Person) -> list[tuple[str, int]]:
    """For each filter, how much there would be without it."""
    found = []
    for parameter in facets.FIELDS:
        field = facets.field_of(parameter)
        if field in search.include or field in search.exclude:
            less = replace(
                search, include=_but(search.include, field), exclude=_but(search.exclude, field), limit=0, cursor=None, facets=(), edges=()
            )
            found.append((parameter, reads.look_up(person, less).total))
    if not _is_open() and isinstance(search.query, And):
        less = replace(search, query=search.query.of[0], limit=0, cursor=None, facets=(), edges=())
        found.append(("per", reads.look_up(person, less).total))
    return found


def _but(filters: Mapping[str, tuple[str, ...]], field: str) -> dict[str, tuple[str, ...]]:
    return {name: values for name, values in filters.items() if name != field}


def _last_good(person: Person, now: datetime, zone: ZoneInfo) -> None:
    """The hits of the last search that could be read, greyed, so that nothing is lost."""
    kept = st.session_state.get("good")
    if kept and kept[0] == person.key:
        found = reads.look_up(person, kept[1])
        here.show(tag("div", join([tag("h2", say("search.before")), hits.hits(found.hits, here.names(person), now, zone)]), class_="old"))


page()
