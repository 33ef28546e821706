"""Charts as specifications: rows in, an Altair chart out. Colours and fonts come from Streamlit's theme.

Bars stand on local wall-clock time written as UTC, so that the browser's own zone cannot move them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import altair as alt

from dashboard.widgets.html import Html, tag
from dashboard.widgets.tables import Column, table
from dashboard.widgets.times import long_day, short_day
from plaint.insight.periods import Step
from plaint.model import moment_of

SMALL, MIDDLE = 74, 190
"""Heights in pixels."""

_UNITS = {
    Step.HOUR: alt.TimeUnitParams(unit="utcyearmonthdatehours"),
    Step.QUARTER_DAY: alt.TimeUnitParams(unit="utcyearmonthdatehours", step=6),
    Step.DAY: alt.TimeUnitParams(unit="utcyearmonthdate"),
    Step.WEEK: alt.TimeUnitParams(unit="utcyearweek"),
    Step.MONTH: alt.TimeUnitParams(unit="utcyearmonth"),
    Step.YEAR: alt.TimeUnitParams(unit="utcyear"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: when it begins (local wall clock), how many, how it is called, and whether it is still growing."""

    at: datetime
    posts: int
    name: str
    so_far: bool = False


def bars(edges: Sequence[str], counts: Sequence[int], step: Step, zone: ZoneInfo, now: datetime) -> list[Bar]:
    """The bars of a histogram in the viewer's zone; the one that holds `now` is marked as unfinished."""
    moments = [moment_of(edge) for edge in edges]
    said = []
    for start, end, number in zip(moments, moments[1:], counts, strict=False):
        local = start.astimezone(zone)
        so_far = start <= now < end
        said.append(Bar(at=local.replace(tzinfo=None), posts=number, name=bar_name(local, step) + (", so far" if so_far else ""), so_far=so_far))
    return said


def bar_name(local: datetime, step: Step) -> str:
    """How a bar is called: `Fri 20 Nov, 06:00`, `Week of Mon 16 Nov 2026`, `Nov 2026`."""
    if step in {Step.HOUR, Step.QUARTER_DAY}:
        return f"{short_day(local)}, {local:%H:%M}"
    if step == Step.DAY:
        return long_day(local)
    if step == Step.WEEK:
        return f"Week of {long_day(local)}"
    return f"{local:%b %Y}" if step == Step.MONTH else f"{local:%Y}"


def histogram(said: Sequence[Bar], step: Step, *, height: int = SMALL, pick: bool = False) -> alt.Chart:
    """Bars over time, from 0, the unfinished one lighter; with `pick` a click on a bar selects it."""
    rows = [{"at": f"{bar.at.isoformat()}Z", "posts": bar.posts, "when": bar.name, "so far": bar.so_far} for bar in said]
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar(cornerRadius=1)
        .encode(
            x=alt.X("at:T", timeUnit=_UNITS[step], title=None, axis=alt.Axis(grid=False, tickCount=6, labelOverlap=True, format=_format(step))),
            y=alt.Y(
                "posts:Q", title=None, scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(tickCount=2, domain=False, tickMinStep=1, format="~s")
            ),
            opacity=alt.condition("datum['so far']", alt.value(0.5), alt.value(1.0)),
            tooltip=[alt.Tooltip("when:N", title="When"), alt.Tooltip("posts:Q", title="Posts", format=",")],
        )
        .properties(height=height)
    )
    if pick:
        chart = chart.add_params(alt.selection_point(name="bar", encodings=["x"]))
    return chart


def _format(step: Step) -> str:
    return {Step.HOUR: "%H:%M", Step.QUARTER_DAY: "%-d %b", Step.DAY: "%-d %b", Step.WEEK: "%-d %b", Step.MONTH: "%b %Y", Step.YEAR: "%Y"}[step]


def finding(said: Sequence[Bar], what: str = "Posts over time") -> str:
    """What the chart shows, for those who cannot see it: `Posts over time, highest 96 on Sat 21 Nov 2026`."""
    top = max(said, key=lambda bar: bar.posts, default=None)
    if top is None or not top.posts:
        return f"{what}: none in this period"
    return f"{what}, highest {top.posts:,} on {top.name}"


def as_table(said: Sequence[Bar], what: str = "Posts over time") -> Html:
    """The very rows of the chart."""
    return table(what, [Column("When"), Column("Posts", number=True)], [[tag("span", bar.name), tag("span", f"{bar.posts:,}")] for bar in said])


def lines(rows: Sequence[tuple[datetime, str, int]], step: Step, *, height: int = MIDDLE) -> alt.Chart:
    """Lines over time, at most five series told apart by dash as well as colour; more belong into "others"."""
    values = [{"at": f"{at.isoformat()}Z", "series": series, "posts": number} for at, series, number in rows]
    order = list(dict.fromkeys(series for _, series, _ in rows))
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_line(strokeWidth=1.5)
        .encode(
            x=alt.X("at:T", timeUnit=_UNITS[step], title=None, axis=alt.Axis(grid=False, tickCount=6, labelOverlap=True, format=_format(step))),
            y=alt.Y("posts:Q", title=None, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=4, domain=False, tickMinStep=1)),
            color=alt.Color("series:N", sort=order, title=None, legend=alt.Legend(orient="top", symbolType="stroke", offset=2, padding=0)),
            strokeDash=alt.StrokeDash("series:N", sort=order, legend=None),
            tooltip=[
                alt.Tooltip("at:T", title="When", format="%a %-d %b %Y"),
                alt.Tooltip("series:N", title=" "),
                alt.Tooltip("posts:Q", title="Posts"),
            ],
        )
        .properties(height=height)
    )
    return chart


def series_table(said: Sequence[Bar], series: Mapping[str, Sequence[int]], what: str = "Posts over time") -> Html:
    """The rows of a chart with several lines."""
    columns = [Column("When"), *(Column(name, number=True) for name in series)]
    rows = [
        [tag("span", bar.name), *(tag("span", f"{numbers[at]:,}" if at < len(numbers) else "") for numbers in series.values())]
        for at, bar in enumerate(said)
    ]
    return table(what, columns, rows)


def series_finding(said: Sequence[Bar], series: Mapping[str, Sequence[int]], what: str = "Posts over time") -> str:
    """What a chart with several lines shows: its highest point."""
    points = [(number, name, at) for name, numbers in series.items() for at, number in enumerate(numbers)]
    number, name, at = max(points, default=(0, "", 0))
    return f"{what} by firm, highest {number:,} for {name} on {said[at].name}" if number else f"{what} by firm: none in this period"
