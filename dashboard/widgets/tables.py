"""Real tables: a caption for screen readers, columns that go when it is narrow, rows that J and K can walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.widgets.html import Html, join, tag


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `number` sets it right, `tight` keeps it narrow, `grow` lets it wrap.

    `hide` drops it below 640 px; the caption then says so.
    """

    name: str
    number: bool = False
    hide: bool = False
    grow: bool = False
    tight: bool = False

    @property
    def classes(self) -> str | None:
        """The CSS classes of its cells."""
        said = [name for name, wanted in (("num", self.number), ("hide-s", self.hide), ("grow", self.grow), ("tight", self.tight)) if wanted]
        return " ".join(said) or None


def table(caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Html]], *, walk: bool = False, shown: bool = False) -> Html:
    """A table; `walk` makes its rows reachable by J and K, `shown` shows the caption (else screen readers only)."""
    hidden = [column.name for column in columns if column.hide]
    note = tag("span", f" Not shown when narrow: {', '.join(hidden)}.", class_="only-s") if hidden else Html()
    head = tag("tr", join(tag("th", column.name, scope="col", class_=column.classes) for column in columns))
    body = join(_row(columns, row, walk=walk) for row in rows)
    whole = [tag("caption", join([tag("span", caption), note]), class_=None if shown else "quiet"), tag("thead", head), tag("tbody", body)]
    return tag("table", join(whole), class_="t")


def _row(columns: Sequence[Column], row: Sequence[Html], *, walk: bool) -> Html:
    cells = join(tag("td", cell, class_=column.classes) for column, cell in zip(columns, row, strict=True))
    return tag("tr", cells, data_row=True if walk else None)


def facts(pairs: Sequence[tuple[str, Html]]) -> Html:
    """Name and value, one pair a line; pairs without a value are left out."""
    said = [join([tag("dt", name), tag("dd", value)]) for name, value in pairs if value]
    return tag("dl", join(said), class_="facts")


def bar(part: float, word: str, *, colour: str = "") -> Html:
    """A share from 0 to 1 as a bar with its word beside it."""
    width = max(0.0, min(1.0, part)) * 100
    fill = tag("span", class_="fill", style=f"width:{width:.0f}%")
    return tag("span", join([tag("span", fill, class_=f"bar {colour}".strip(), aria_hidden="true"), tag("span", word)]), class_="barred")
