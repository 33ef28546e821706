"""Who else is on the case that is looked at, and whether somebody has changed it: looked up while the page is open, never kept."""

from __future__ import annotations

import streamlit as st

from dashboard import here
from dashboard.widgets import cases, states
from dashboard.widgets.html import NOTHING, Html, bdi, icon, join, tag, text
from dashboard.wording import say
from plaint.desk import casework, presence
from plaint.desk.presence import Colleague, Doing
from plaint.model import Person

WRITES = 45
"""Seconds after the last key for which somebody counts as writing."""


@st.fragment(run_every="5s")
def company(person: Person, case: str, shown: int) -> None:
    """The line that says who else is here, and the bar that says who changed the case since it was shown; the page is left alone."""
    here.show(line(_sign(person, case), here.people()))
    if casework.version(here.stores(), person, case) != shown:
        _changed(person, case, shown)


def _sign(person: Person, case: str) -> list[Colleague]:
    """Give one's own sign and read those of others; leaving another case takes the sign there back."""
    before = st.session_state.get("on_case")
    if before is not None and before != case:
        presence.left(here.stores(), person, before)
    st.session_state["on_case"] = case
    wrote = st.session_state.get(f"wrote_{case}", 0.0)
    doing = Doing.WRITING if here.now().timestamp() - wrote < WRITES else Doing.READING
    return presence.here(here.stores(), person, case, doing, here.now())


def writes(case: str) -> None:
    """Somebody types an answer on this page now: shown to others at once."""
    person = here.visitor()
    st.session_state[f"wrote_{case}"] = here.now().timestamp()
    presence.here(here.stores(), person, case, Doing.WRITING, here.now())


def line(others: list[Colleague], people: dict[str, str]) -> Html:
    """Who writes and who reads, writers first; an empty place when nobody else is here, so that nothing jumps."""
    ordered = sorted(others, key=lambda one: (one.doing is not Doing.WRITING, one.person))
    said = [join([bdi(people.get(one.person, one.person), 40), text(" " + say(f"company.{one.doing.value}"))]) for one in ordered]
    inner = join([icon("eye"), join(said, ' <span class="dot">·</span> ')]) if said else NOTHING
    return tag("p", inner, class_="company", role="status")


def _changed(person: Person, case: str, shown: int) -> None:
    view = casework.load(here.stores(), person, case, here.now())
    since = [one for one in view.history if one.version > shown]
    who, what = cases.overtaken(since, here.people(), here.now(), here.zone(view.firm))
    with st.container(key="c_changed", horizontal=True, vertical_alignment="center"):
        here.show(states.box(say("case.changed", who=who), what, kind="late", role="status"))
        if st.button(say("case.show"), key="c_show"):
            st.rerun()
