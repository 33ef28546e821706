"""Saved views on the board: each with its count, kept for oneself or for everybody, called otherwise, forgotten."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from dashboard import acts, asked, here
from dashboard.asked import Asked
from dashboard.widgets import board
from dashboard.widgets.html import tag
from dashboard.wording import say
from plaint.desk import shelf
from plaint.model import Firm, Person


def listed(person: Person, wanted: Asked | None, now: datetime) -> None:
    """The views that the person may use, as links with how many cases match now; the one that asks `wanted` is marked."""
    found = shelf.views(here.stores(), person, now)
    if not found:
        return
    people = here.people()
    firms = {firm.key: firm.name for firm in here.firms(person)}
    lines = []
    for one in found:
        leads = asked.from_view(one)
        parameters = None if leads is None else {**leads.parameters(), "firm": firms.get(one.wanted.firm or "")}
        lines.append((one.key, one.count or 0, parameters, people.get(one.owner, one.owner), one.shared))
    here.show(board.views(lines, next((one.key for one in found if asked.from_view(one) == wanted), None)))


def menu(person: Person, wanted: Asked, firm: Firm | None, now: datetime) -> None:
    """Keeping what is looked at as a view; one's own views called otherwise or forgotten."""
    with st.popover(say("views.title"), key="b_views"):
        st.text_input(say("views.name"), key="b_view_name", placeholder="cards-this-week")
        st.checkbox(say("views.everybody"), key="b_view_shared")
        acts.button(say("views.keep"), "view_keep", _keep, (wanted, firm), kind="primary")
        mine = [one for one in shelf.views(here.stores(), person, now) if one.owner == person.key]
        if not mine:
            here.show(tag("p", say("views.none"), class_="soft"))
            return
        st.selectbox(say("views.mine"), [one.key for one in mine], key="b_view_mine")
        st.text_input(say("views.new_name"), key="b_view_new")
        with st.container(horizontal=True, gap="small"):
            acts.button(say("views.rename"), "view_rename", _rename)
            acts.button(say("views.forget"), "view_forget", _forget)


def _done(name: str, key: str) -> None:
    st.session_state.pop(f"command_{name}", None)
    st.session_state[key] = ""


def _keep(wanted: Asked, firm: Firm | None, command: str) -> None:
    person, key = here.visitor(), str(st.session_state.get("b_view_name", "")).strip()
    shared = bool(st.session_state.get("b_view_shared"))

    def keep() -> None:
        shelf.save_view(
            here.stores(), person, key, wanted.kept(firm), shared=shared, due_within=wanted.within, now=here.now(), command=command
        )  # fmt: skip

    if acts.do(keep, say("views.kept", key=key)):
        _done("view_keep", "b_view_name")


def _rename(command: str) -> None:
    person, old, new = here.visitor(), str(st.session_state.get("b_view_mine", "")), str(st.session_state.get("b_view_new", "")).strip()
    if acts.do(
        lambda: shelf.rename_view(here.stores(), person, old, to=new, now=here.now(), command=command), say("views.renamed", old=old, new=new)
    ):
        _done("view_rename", "b_view_new")


def _forget(command: str) -> None:
    person, key = here.visitor(), str(st.session_state.get("b_view_mine", ""))
    if acts.do(lambda: shelf.drop_view(here.stores(), person, key, now=here.now(), command=command), say("views.forgotten", key=key)):
        st.session_state.pop("command_view_forget", None)
