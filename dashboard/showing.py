"""Personal data in texts on Post and Case: hidden until somebody asks, shown for as long as they stay on that page."""

from __future__ import annotations

import streamlit as st

from dashboard.wording import say
from plaint.desk.rights import Right, may
from plaint.model import Person

_KEY = "shown"
"""Which post or case is shown as it is, in the session."""


def is_shown(person: Person, about: str) -> bool:
    """Whether the person asked to see the texts of this post or case, and still may; another one is hidden again."""
    if st.session_state.get(_KEY) != about:
        st.session_state.pop(_KEY, None)
    return _KEY in st.session_state and may(person, Right.SEE_AUTHORS)


def control(person: Person, about: str, *, hidden: bool, shown: bool) -> None:
    """The button that shows or hides; nothing where nothing is hidden, and the reason where the right is missing."""
    if shown:
        st.button(say("pii.hide"), key="pii_hide", on_click=_change, args=(None,))
    elif hidden and may(person, Right.SEE_AUTHORS):
        st.button(say("pii.show"), key="pii_show", on_click=_change, args=(about,))
    elif hidden:
        st.caption(say("pii.not_yours"))


def _change(about: str | None) -> None:
    """Show this one, or none; the page reads again and the reading is logged."""
    st.session_state[_KEY] = about
