"""Handing on what Search shows: the same question as one line of text, and all its matches as a file with its manifest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from io import BytesIO
from tempfile import SpooledTemporaryFile
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
import streamlit as st

from dashboard import here
from dashboard.widgets.chips import link
from dashboard.widgets.html import tag
from dashboard.wording import say
from plaint.desk import exports
from plaint.desk.rights import Right, may
from plaint.insight.periods import Period
from plaint.model import Person
from plaint.query.tree import Sort
from plaint.reports.export import Format

FORMATS = (Format.CSV, Format.XLSX, Format.NDJSON)
IN_MEMORY = 32_000_000
"""Bytes of an export that are held in memory before it goes to a temporary file."""


def as_text(
    typed: str, include: Mapping[str, tuple[str, ...]], exclude: Mapping[str, tuple[str, ...]], period: Period | None, firm: str | None
) -> str:  # fmt: skip
    """What was typed, together with all filters and the period, as a query that can be typed, kept and given to `plaint export`."""
    parts = [f"({typed.strip()})"] if typed.strip() and typed.strip() != "*" else []
    parts += [f"firm:{_quoted(firm)}"] if firm else []
    parts += [_any(field, values) for field, values in include.items()]
    parts += [f"NOT {_any(field, values)}" for field, values in exclude.items()]
    if period is not None:
        edges = period.edges()
        parts.append(f"published:[{edges[0]} TO {edges[-1]}}}")
    return " ".join(parts)


def _any(field: str, values: tuple[str, ...]) -> str:
    said = [_one(field, value) for value in values]
    return said[0] if len(said) == 1 else f"({' OR '.join(said)})"


def _one(field: str, value: str) -> str:
    if field == "rating":
        stars = int(value)
        low, high = (stars - 0.5 if stars > 1 else 1), stars + 0.5
        return f"rating:[{low} TO {high}}}"
    if field == "reply":
        return "has:reply" if value == "yes" else "(NOT has:reply)"
    return "is:gone" if field == "gone" else f"{field}:{_quoted(value)}"


def _quoted(value: str) -> str:
    return f'"{value}"' if not value.replace("-", "").replace("_", "").isalnum() else value


def more(person: Person, query: str, order: Sort, *, alert: str, can_be_typed: bool = True) -> None:
    """The menu beside the list: the question as text, an alert on it (`alert` is the question without its period), and the export."""
    with st.popover(say("more.title"), key="more"):
        st.caption(say("more.query"))
        st.code(query or "*", language=None, wrap_lines=True)
        if may(person, Right.WORK_CASES) and can_be_typed:
            here.show(tag("p", link("alerts", say("more.alert"), q=alert or "*")))
        if not may(person, Right.EXPORT) or not can_be_typed:
            return
        st.caption(say("more.export"))
        kept = order if order in exports.ORDERS else Sort.NEWEST
        with st.container(horizontal=True, gap="small"):
            for format_ in FORMATS:
                name = f"plaint-{here.now():%Y-%m-%d-%H%M}.{format_.value}"
                st.download_button(
                    format_.value.upper(),
                    data=_made(person, query, format_, name, kept),
                    file_name=f"{name}.zip",
                    mime="application/zip",
                    key=f"more_{format_.value}",
                    on_click="ignore",
                )


def _made(person: Person, query: str, format_: Format, name: str, order: Sort) -> Callable[[], bytes]:
    """A function that makes the ZIP when it is asked for: the file and beside it its manifest."""

    def make() -> bytes:
        wanted = exports.Wanted(query=query, format=format_, name=name, sort=order)
        whole = BytesIO()
        with SpooledTemporaryFile(max_size=IN_MEMORY) as out:
            manifest = exports.export(here.stores(), person, wanted, out, version=version("plaint"), now=here.now(), command=here.command())
            out.seek(0)
            with ZipFile(whole, "w", ZIP_DEFLATED) as packed:
                packed.writestr(name, out.read())
                packed.writestr(f"{name}.manifest.json", msgspec.json.format(msgspec.json.encode(manifest), indent=2))
        return whole.getvalue()

    return make
