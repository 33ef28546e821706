"""The figures of a page: each a link to exactly what it counts, each with its definition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dashboard.widgets import chips
from dashboard.widgets.html import NOTHING, Html, icon, join, tag
from dashboard.widgets.tables import Column, bar, table

MANY = 8
"""Figures that fit side by side where it is wide; more stand in rows of five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure as it is shown: `page` and `parameters` are its drill-down, `beside` the second line, `danger` red or amber.

    `is_words` says that there is no number: the value is words, set smaller.
    """

    label: str
    value: str
    definition: str
    page: str
    parameters: dict[str, str | tuple[str, ...] | None] = field(default_factory=dict)
    beside: str = ""
    danger: str | None = None
    line: Sequence[int] = ()
    is_words: bool = False


def figure(said: Figure) -> Html:
    """One figure: label, the linked number, a second line, a sparkline where there is one."""
    value = chips.link(said.page, said.value, said.parameters, class_="figure words" if said.is_words else "figure", title=said.definition)
    sign = icon("warning") if said.danger else NOTHING
    beside = tag("div", join([sign, Html(tag("span", said.beside))]), class_=f"beside {said.danger or ''}".strip()) if said.beside else NOTHING
    return tag("div", join([tag("dt", said.label), tag("dd", join([value, beside, spark(said.line)]))]), class_="box")


def figures(said: Sequence[Figure]) -> Html:
    """All figures side by side, two by two where it is narrow."""
    return tag("dl", join(figure(one) for one in said), class_="figures many" if len(said) > MANY else "figures")


def spark(line: Sequence[int]) -> Html:
    """A line of the last values, as a mask in a style attribute; the table below the chart has the numbers."""
    if len(line) < 2 or not max(line):
        return NOTHING
    top, step = max(line), 100 / (len(line) - 1)
    path = " ".join(f"{'M' if i == 0 else 'L'}{i * step:.1f} {18 - 16 * value / top:.1f}" for i, value in enumerate(line))
    svg = (
        "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 20' preserveAspectRatio='none'%3E"
        f"%3Cpath d='{path}' fill='none' stroke='black' stroke-width='1.5' vector-effect='non-scaling-stroke'/%3E%3C/svg%3E"
    )
    mask = f'url("data:image/svg+xml,{svg}")'
    return tag("span", class_="spark", aria_hidden="true", style=f"-webkit-mask-image:{mask};mask-image:{mask}")


def definitions(said: Sequence[Figure]) -> Html:
    """What each figure counts, for the popover beside the heading."""
    return tag("dl", join(join([tag("dt", one.label), tag("dd", one.definition)]) for one in said), class_="defs")


def ranking(caption: str, rows: Sequence[tuple[str, int]], address: Callable[[str], str]) -> Html:
    """Values with a bar and their number, each a link to what it counts."""
    top = max((number for _, number in rows), default=0)
    said = [
        [tag("a", value, href=address(value), data_page="search"), bar(number / top if top else 0, ""), tag("span", f"{number:,}")]
        for value, number in rows
    ]
    return table(caption, [Column(caption, grow=True), Column("Share of the most", hide=True), Column("Posts", number=True)], said, walk=True)


def definition(label: str, words: str) -> Html:
    """One definition."""
    return tag("dl", join([tag("dt", label), tag("dd", words)]), class_="defs")


__all__ = ["Figure", "definition", "definitions", "figure", "figures", "ranking", "spark"]
