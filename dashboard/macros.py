"""Texts for many cases beside the field for an answer: put one in with its blanks filled, keep what is written as one, forget one."""

from __future__ import annotations

import streamlit as st

from dashboard import acts, here
from dashboard.widgets.html import tag
from dashboard.wording import say
from plaint.desk import shelf
from plaint.desk.rights import Refused
from plaint.model import Person


def use(person: Person, case: str, field: str) -> None:
    """Choose a text: it is added to what stands in the field, which is kept."""
    known = [one.key for one in shelf.macros(here.stores(), person)]
    with st.container(key="c_macros", horizontal=True, gap="small", vertical_alignment="bottom"):
        if known:
            st.selectbox(say("macro.use"), ["", *known], key="c_macro", on_change=_put_in, args=(case, field), width=220,
                         format_func=lambda key: key or say("macro.none"))  # fmt: skip
        with st.popover(say("macro.keep_title"), key="c_macro_keep"):
            here.show(tag("p", say("macro.blanks", blanks=" ".join(f"{{{blank}}}" for blank in shelf.BLANKS)), class_="soft"))
            st.text_input(say("macro.name"), key="c_macro_name", placeholder="sorry-first")
            acts.button(say("macro.keep"), "macro_keep", _keep, (field,))
            if known:
                st.selectbox(say("macro.which"), known, key="c_macro_drop")
                acts.button(say("macro.forget"), "macro_forget", _forget)


def _put_in(case: str, field: str) -> None:
    key, person = str(st.session_state.get("c_macro") or ""), here.visitor()
    if not key:
        return
    try:
        said = shelf.filled(here.stores(), person, key, case, here.now())
    except Refused:
        said = ""
    before = str(st.session_state.get(field) or "").rstrip()
    st.session_state[field] = f"{before}\n\n{said}".strip()
    st.session_state["c_macro"] = ""


def _keep(field: str, command: str) -> None:
    person, key, words = here.visitor(), str(st.session_state.get("c_macro_name", "")).strip(), str(st.session_state.get(field) or "")
    if acts.do(lambda: shelf.save_macro(here.stores(), person, key, words, now=here.now(), command=command), say("macro.kept", key=key)):
        st.session_state.pop("command_macro_keep", None)
        st.session_state["c_macro_name"] = ""


def _forget(command: str) -> None:
    person, key = here.visitor(), str(st.session_state.get("c_macro_drop", ""))
    if acts.do(lambda: shelf.drop_macro(here.stores(), person, key, now=here.now(), command=command), say("macro.forgotten", key=key)):
        st.session_state.pop("command_macro_forget", None)
