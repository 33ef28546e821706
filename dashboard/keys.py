"""The list of keys, opened with `?` or by its button: every letter also stands on its own button."""

from __future__ import annotations

import streamlit as st

from dashboard import here
from dashboard.widgets.html import join, tag
from dashboard.widgets.tables import Column, table
from dashboard.wording import say

KEYS = {
    "anywhere": ("?", "/", "J K", "Enter", "Esc"),
    "work": ("Y", "X", "A", "T", "E", "S", "W", "M", "N", "U"),
    "case": ("Y", "X", "E", "A", "W", "M", "S", "H", "L", "P", "U"),
    "board": ("A", "U"),
}
"""Which letters do something where; what they do is in the words."""

_SIGNS = {"?": "help", "/": "find", "J K": "JK"}


def button() -> None:
    """The button that opens the list."""
    if st.button(say("keys.open"), key="all_keys", type="tertiary"):
        _listed()


@st.dialog("Keys", position="right")
def _listed() -> None:
    parts = [tag("p", say("keys.what"), class_="soft")]
    for place, letters in KEYS.items():
        rows = [[tag("kbd", letter), tag("span", say(f"keys.{place}.{_SIGNS.get(letter, letter)}"))] for letter in letters]
        parts += [tag("h2", say(f"keys.{place}")), table(say(f"keys.{place}"), [Column("Key", tight=True), Column("Does", grow=True)], rows)]
    here.show(tag("div", join(parts), tabindex="0", role="region", aria_label=say("keys.list")))  # it scrolls, so the keyboard has to get into it
