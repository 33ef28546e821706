"""The filters of Search: which values a field has, which are chosen, and the address that holds them by key.

A value with `-` before it excludes. Chosen values stand first, so that they stay in sight when their count is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard import address
from dashboard.widgets.chips import Names
from dashboard.wording import WORDS, count, say
from plaint.model import Kind, Role
from plaint.posts.grouping import LABELS
from plaint.query.tree import Found
from plaint.understand.reach import Band
from plaint.understand.taxonomy import name_of
from plaint.understand.understanding import Driver, Level, Queue

FIELDS = ("about", "source", "state", "complaint", "urgency", "severity", "sentiment", "vulnerability", "rating", "kind", "lang", "reply", "role",
          "reach", "copies", "code", "product", "issue", "place", "hashtag", "gone")  # fmt: skip
"""The parameters of the filters, in their order: `about` filters by firm, as `firm` is the choice of the sidebar, `code` by the field `about`."""
SHOWN = 8
"""Values shown before "All 212…"."""

CLOSED: Mapping[str, frozenset[str]] = {
    "rating": frozenset("12345"),
    "reply": frozenset({"yes", "no"}),
    "kind": frozenset(kind.value for kind in Kind),
    "role": frozenset(role.value for role in Role),
    "state": frozenset(key.removeprefix("state.") for key in WORDS if key.startswith("state.")),
    "gone": frozenset({"removed", "vanished"}),
    "complaint": frozenset({"yes", "unsure", "no"}),
    "urgency": frozenset(map(str, Queue)),
    "severity": frozenset(map(str, Level)),
    "sentiment": frozenset({"negative", "neutral", "positive"}),
    "vulnerability": frozenset(map(str, Driver)),
    "reach": frozenset(map(str, Band)),
    "copies": frozenset(map(str, LABELS)),
}


def field_of(parameter: str) -> str:
    """The field behind a parameter of the address."""
    return {"about": "firm", "code": "about"}.get(parameter, parameter)


def chosen(names: Names) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]], list[str]]:
    """What the address includes and excludes, by field, and what it names that is not known here."""
    include: dict[str, tuple[str, ...]] = {}
    exclude: dict[str, tuple[str, ...]] = {}
    ignored = []
    for parameter in FIELDS:
        field = field_of(parameter)
        for value in address.many(parameter):
            bare = value.removeprefix("-")
            if not _is_known(field, bare, names):
                ignored.append(f"{say('facet.' + field).lower()} {bare}")
                continue
            side = exclude if value.startswith("-") else include
            side[field] = (*side.get(field, ()), bare)
    return include, exclude, ignored


def _is_known(field: str, value: str, names: Names) -> bool:
    if field == "firm":
        return value in names.firms
    if field == "source":
        return value in names.sources
    return value in CLOSED[field] if field in CLOSED else bool(value)


def label(field: str, value: str, names: Names) -> str:
    """How a value is called."""
    if field == "firm":
        return names.firm(value)
    if field == "source":
        return names.source(value)
    if field == "rating":
        return "★" * int(value)
    if field == "reply":
        return value.capitalize()
    if field == "about":
        return name_of(value)
    if field == "lang":
        return LANGUAGES.get(value, value.upper())
    return WORDS.get(f"{field}.{value}", value).capitalize() if field in CLOSED else value


LANGUAGES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fi": "Finnish",
    "fr": "French", "hi": "Hindi", "hu": "Hungarian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nb": "Norwegian", "nl": "Dutch",
    "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def ordered(counts: Mapping[str, int], chosen_values: tuple[str, ...], *, by_name: Callable[[str], str] | None = None) -> list[str]:
    """Chosen values first, then the others by count; a value that is chosen and has no hits stays."""
    rest = sorted((value for value in counts if value not in chosen_values), key=lambda value: (-counts[value], value))
    if by_name:
        rest.sort(key=by_name)
    return [*chosen_values, *rest]


def column(found: Found, names: Names, include: Mapping[str, tuple[str, ...]], exclude: Mapping[str, tuple[str, ...]]) -> None:
    """All filters that this answer has values for, below each other."""
    if include or exclude:
        st.button(say("facet.clear"), key="clear_filters", type="tertiary", on_click=clear)
    for parameter in FIELDS:
        field = field_of(parameter)
        counts, picked, not_these = found.facets.get(field, {}), include.get(field, ()), exclude.get(field, ())
        if picked or not_these or len(counts) > 1:
            _facet(parameter, counts, picked, not_these, names, bounded=field in found.bounded)


def clear() -> None:
    """Drop every filter; the words, the period and the order stay."""
    address.change(**dict.fromkeys(FIELDS))


def _facet(parameter: str, counts: Mapping[str, int], picked: tuple[str, ...], not_these: tuple[str, ...], names: Names, *, bounded: bool) -> None:
    field, widget = field_of(parameter), f"facet_{parameter}"
    values = ordered(counts, picked)
    shown = values[: max(SHOWN, len(picked))]
    st.session_state[widget] = list(picked)

    def keep() -> None:
        address.change(**{parameter: [*st.session_state[widget], *(f"-{value}" for value in not_these)]})

    st.pills(
        say(f"facet.{field}"),
        shown,
        selection_mode="multi",
        key=widget,
        width="stretch",
        on_change=keep,
        format_func=lambda value: f"{_plain(label(field, value, names), 19)} :gray[{counts.get(value, 0):,}]",
    )
    if not_these:
        said = ", ".join(label(field, value, names) for value in not_these)
        st.button(f"Not: {_plain(said)} ✕", key=f"not_{parameter}", type="tertiary", on_click=_drop_excluded, args=(parameter, picked))
    if len(values) > len(shown) or bounded:
        st.button(say("facet.all", count=f"{len(values):,}"), key=f"all_{parameter}", type="tertiary", on_click=_open, args=(parameter,))


def _drop_excluded(parameter: str, picked: tuple[str, ...]) -> None:
    address.change(**{parameter: picked})


def _open(parameter: str) -> None:
    st.session_state["facet_asked"] = parameter


def picker(found: Found, names: Names, include: Mapping[str, tuple[str, ...]], exclude: Mapping[str, tuple[str, ...]]) -> None:
    """The dialog with all values of one field, where "All 212…" was pressed."""
    parameter = st.session_state.get("facet_asked")
    if parameter not in FIELDS:
        return
    field = field_of(parameter)

    @st.dialog(say(f"facet.{field}"), position="right", on_dismiss=_closed)
    def drawer() -> None:
        if st.session_state.get("facet_asked") is None:
            st.rerun()
        counts = found.facets.get(field, {})
        by_name = st.segmented_control(say("facet.sort"), [say("facet.by_count"), say("facet.by_name")], default=say("facet.by_count"), required=True)
        sorter = (lambda value: label(field, value, names).casefold()) if by_name == say("facet.by_name") else None
        values = ordered(counts, include.get(field, ()), by_name=sorter)
        values += [value for value in exclude.get(field, ()) if value not in values]
        if field in found.bounded:
            st.caption(say("facet.bounded"))
        for side, now in (("include", include), ("exclude", exclude)):
            st.multiselect(
                say(f"facet.{side}"), values, default=list(now.get(field, ())), key=f"pick_{side}",
                format_func=lambda value: f"{label(field, value, names)} ({count(counts.get(value, 0), 'post')})",
            )  # fmt: skip
        st.button(say("facet.use"), type="primary", on_click=_use, args=(parameter,))

    drawer()


def _use(parameter: str) -> None:
    taken = [*st.session_state.get("pick_include", ()), *(f"-{value}" for value in st.session_state.get("pick_exclude", ()))]
    _closed()
    address.change(**{parameter: taken})


def _closed() -> None:
    st.session_state["facet_asked"] = None


def _plain(said: str, longest: int = 60) -> str:
    """A value from outside as it may stand in a label, which is Markdown: signs that mean something are escaped."""
    whole = " ".join(said.split())
    cut = whole if len(whole) <= longest else whole[: longest - 1].rstrip() + "…"
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!|~<>:$" else sign for sign in cut)
