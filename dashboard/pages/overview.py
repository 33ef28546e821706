"""Overview: what changed, what is due, and whether the figures can be trusted. Thirty seconds, standing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import address, casebook, here, reads
from dashboard.widgets import cases, charts, chips, figures, hits, states, times
from dashboard.widgets import copies as same_text
from dashboard.widgets.begin import commands
from dashboard.widgets.chips import Parameters
from dashboard.widgets.coverage import coverage_line, percent, runs
from dashboard.widgets.figures import Figure
from dashboard.widgets.html import join, tag
from dashboard.widgets.runs import collected
from dashboard.wording import count, say
from plaint.desk.goodwill import MOST
from plaint.desk.rights import Right, may
from plaint.insight import goodwill, metrics, periods
from plaint.insight.periods import Period
from plaint.model import Firm, Person
from plaint.query.parse import parse_query
from plaint.query.tree import EVERYTHING, And, Found, Node, Search, Term

PERIODS = {"24h": "24 h", "7d": "7 d", "30d": "30 d", "12m": "12 m"}
DEFAULT = "30d"
SERIES = 5
"""Lines in the chart at most; the other firms are one line together."""


def page() -> None:
    """Read the address, ask the desk, show."""
    person = here.visitor()
    firm = here.firm(person)
    now, zone = here.now(), here.zone(firm)
    head = st.container(key="o_head", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
    with head:
        here.show(tag("h1", say("page.overview")))
        keep = address.follows("period", "o_period", DEFAULT, list(PERIODS))
        st.segmented_control(
            say("search.period"), list(PERIODS), key="o_period", format_func=PERIODS.__getitem__, required=True, on_change=keep,
            label_visibility="collapsed",
        )  # fmt: skip
    query: Node = Term(firm.key, "firm") if firm else EVERYTHING
    if reads.look_up(person, Search(query=query, limit=0)).total == 0 and not here.collecting(person):
        commands()
        return
    _collecting_now(person)
    name = address.one("period", DEFAULT)
    name = name if name in PERIODS else DEFAULT
    period = periods.last(PERIODS[name], now, zone)
    found = _ask(person, query, period)
    shown = _figures(person, query, found, period, name, firm)
    here.show(figures.figures(shown))
    with st.popover(say("overview.defined"), type="tertiary", key="o_defined"):
        here.show(figures.definitions(shown))
        here.show(tag("p", say("overview.zone", zone=zone.key, at=times.moment(now, now, zone)), class_="soft"))
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        _volumes(person, query, found, period, now, zone, firm)
        _issues(found, name)
        _newest(person, query, now, zone)
    with right:
        here.show(same_text.campaigns(reads.campaigns(person, periods.within(query, period)), per=name, firm=address.one("firm") or None))
        if may(person, Right.READ_CASES):
            here.show(
                join(
                    [tag("h2", say("overview.due")), cases.due_soon(casebook.due(person, firm, limit=6), now, zone, firm=address.one("firm") or None)]
                )
            )
        here.show(join([tag("h2", say("overview.collected")), collected(runs(person), here.names(person), now, zone, limit=5)]))


def _ask(person: Person, query: Node, period: Period) -> Found:
    return reads.look_up(person, Search(query=periods.within(query, period), limit=0, facets=(*metrics.FACETS, "issue"), edges=period.edges()))


def _figures(person: Person, query: Node, found: Found, period: Period, name: str, firm: Firm | None) -> list[Figure]:
    base: Parameters = {"per": name, "firm": firm.name if firm else None}
    posts = found.total
    share = metrics.decided_share(found)
    values = {metric.key: metric.of(found) if metric.is_one_facet else _count(person, metric, query, period) for metric in metrics.POST_METRICS}
    beside = {
        "posts": say("figure.posts", firms=count(len(found.facets.get("firm", {})), "firm")),
        "low": say("figure.of_posts", share=percent(values["low"] / posts)) if posts else "",
        "unanswered": say("figure.of_posts", share=percent(values["unanswered"] / posts)) if posts else "",
        "confirmed": say("figure.decided", share=percent(share)) if share is not None else say("figure.undecided"),
    }
    said = [_goodwill(person, query, period, base), _at_once(person, query, period, base), *_campaigns(person, query, period, base)]
    for metric in metrics.POST_METRICS:
        value = values[metric.key]
        if metric.key in {"likely", "rejected"} and not value:
            continue
        said.append(Figure(
            label=metric.label, value=f"{value:,}", definition=metric.definition, page="search",
            parameters={**base, **metric.include}, beside=beside.get(metric.key, ""), line=found.histogram if metric.key == "posts" else (),
        ))  # fmt: skip
    if may(person, Right.READ_CASES):
        said.append(_due(person, firm, base["firm"]))
    ledger = metrics.coverage(runs(person))
    if ledger.share is not None:
        said.append(Figure(
            label=say("figure.coverage"), value=percent(ledger.share), definition=metrics.COVERAGE, page="sources",
            parameters={"firm": base["firm"]}, beside=say("figure.announced", number=f"{ledger.announced:,}"),
        ))  # fmt: skip
    return said


def _goodwill(person: Person, query: Node, period: Period, base: Parameters) -> Figure:
    told = reads.goodwill(person, periods.within(query, period))
    known, voices = told.goodwill, count(told.goodwill.voices, "voice")
    if known.value is None:
        value, beside = say("figure.too_few"), voices
    else:
        value, beside = f"{known.value:.0f}", say("figure.range", low=f"{known.low:.0f}", high=f"{known.high:.0f}", voices=voices)
    if told.looked_at < told.of:
        beside += ", " + say("figure.newest", posts=f"{told.looked_at:,}", of=f"{told.of:,}")
    if known.unread:
        beside += ", " + say("figure.unread", posts=count(known.unread, "post"))
    words = goodwill.DEFINITION + " " + say("figure.goodwill_most", posts=f"{MOST:,}")
    return Figure(
        label=say("figure.goodwill"), value=value, definition=words, page="search", parameters={**base, "role": "-firm"}, beside=beside,
        is_words=known.value is None,
    )  # fmt: skip


def _at_once(person: Person, query: Node, period: Period, base: Parameters) -> Figure:
    asked = And((query, parse_query(metrics.URGENT)))
    number = reads.look_up(person, Search(query=periods.within(asked, period), limit=0)).total
    return Figure(
        label=say("figure.at_once"), value=f"{number:,}", definition=metrics.AT_ONCE, page="search", parameters={**base, "q": metrics.URGENT},
        beside=say("figure.proposed"),
    )  # fmt: skip


def _campaigns(person: Person, query: Node, period: Period, base: Parameters) -> list[Figure]:
    """How many posts belong to campaigns, where there is one."""
    asked = Search(query=periods.within(And((query, parse_query(metrics.CAMPAIGN))), period), limit=0, facets=("same",))
    found = reads.look_up(person, asked)
    if not found.total:
        return []
    return [Figure(
        label=say("figure.campaigns"), value=f"{found.total:,}", definition=metrics.CAMPAIGNS, page="search",
        parameters={**base, "q": metrics.CAMPAIGN}, beside=say("figure.campaign_texts", texts=count(len(found.facets["same"]), "text")),
    )]  # fmt: skip


def _count(person: Person, metric: metrics.Metric, query: Node, period: Period) -> int:
    return reads.look_up(person, Search(query=periods.within(query, period), include=metric.include, limit=0)).total


def _due(person: Person, firm: Firm | None, chosen: str | tuple[str, ...] | None) -> Figure:
    tally = casebook.due_tally(person, firm)
    beside = say("figure.over", number=tally.over) if tally.over else say("figure.none_over")
    return Figure(
        label=say("figure.due"), value=f"{tally.cases:,}", definition=metrics.DUE, page="work", parameters={"queue": "due", "firm": chosen},
        beside=beside, danger="red" if tally.over else None,
    )  # fmt: skip


def _volumes(person: Person, query: Node, found: Found, period: Period, now: datetime, zone: ZoneInfo, firm: Firm | None) -> None:
    here.show(tag("h2", say("overview.volumes")))
    if firm is not None or len(found.facets.get("firm", {})) < 2:
        said = charts.bars(period.edges(), found.histogram, period.step, zone, now)
        chart, alt, table = charts.histogram(said, period.step, height=charts.MIDDLE), charts.finding(said), charts.as_table(said)
    else:
        series = _by_firm(person, query, found, period)
        edges = charts.bars(period.edges(), [0] * (len(period.edges()) - 1), period.step, zone, now)
        rows = [(bar.at, name, number) for name, numbers in series.items() for bar, number in zip(edges, numbers, strict=False)]
        chart, table = charts.lines(rows, period.step), charts.series_table(edges, series)
        alt = charts.series_finding(edges, series)
    st.altair_chart(chart, key="o_volumes", alt=alt, width="stretch")
    with st.expander(say("chart.table"), key="o_table", on_change="rerun") as shown:
        if shown.open:
            here.show(table)


def _by_firm(person: Person, query: Node, found: Found, period: Period) -> dict[str, Sequence[int]]:
    """The bars of each of the most spoken-of firms, and of the others together."""
    names = here.names(person)
    counts = found.facets.get("firm", {})
    keys = sorted((key for key in counts if key in names.firms), key=lambda key: -counts[key])
    drawn = keys[:SERIES] if len(keys) <= SERIES else keys[: SERIES - 1]
    series: dict[str, Sequence[int]] = {}
    for key in drawn:
        asked = Search(query=periods.within(query, period), include={"firm": (key,)}, limit=0, edges=period.edges())
        series[names.firm(key)] = reads.look_up(person, asked).histogram
    if len(keys) > len(drawn):
        asked = Search(query=periods.within(query, period), include={"firm": tuple(keys[len(drawn) :])}, limit=0, edges=period.edges())
        series[say("chart.others")] = reads.look_up(person, asked).histogram
    return series


def _issues(found: Found, name: str) -> None:
    counts = found.facets.get("issue", {})
    if not counts:
        return
    top = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:8]
    here.show(
        join(
            [
                tag("h2", say("overview.issues")),
                figures.ranking(say("overview.issues"), top, lambda value: chips.href("search", per=name, issue=value)),
            ]
        )
    )


def _newest(person: Person, query: Node, now: datetime, zone: ZoneInfo) -> None:
    found = reads.look_up(person, Search(query=query, exclude={"role": ("firm",)}, limit=6))
    every = chips.link("search", say("overview.all_posts", posts=count(found.total, "post")), role="-firm", firm=address.one("firm") or None)
    title = tag(
        "div", join([tag("h2", say("overview.newest")), tag("span", join([every, coverage_line(person)], " · "), class_="soft")]), class_="row"
    )
    here.show(join([title, hits.hits(found.hits, here.names(person), now, zone, carry={"firm": address.one("firm") or None})]))


@st.fragment(run_every="5s")
def _collecting_now(person: Person) -> None:
    at_work = here.collecting(person)
    if at_work:
        posts = sum(metrics.held(run) for run in at_work)
        names = here.names(person)
        said = ", ".join(sorted({names.source(run.source) for run in at_work}))
        here.show(states.note(say("overview.collecting", posts=count(posts, "post"), sources=said)))


page()
