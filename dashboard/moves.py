"""Mounts the one script of the dashboard (`moves.js`): links without reload, J and K, `/`, `?`, and a Back that works."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import streamlit as st

from dashboard import address

_moves = st.components.v2.component("plaint_moves", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"), html="<span></span>\n")


def moves(pages: dict[str, Any], here: str, cookie: dict[str, str | int] | None) -> None:
    """Listen on the page `here`; `pages` are all pages by address, `cookie` is set in the browser when given."""

    def go() -> None:
        asked = st.session_state["moves"].get("go")
        if not asked or asked.get("page") not in pages:
            return
        query = parse_qs(str(asked.get("query", "")).removeprefix("?"))
        firm = query.pop("firm", [None])[0]
        if firm and st.session_state.get("firm") != firm:
            st.session_state["firm"] = firm
        if asked["page"] == here:
            address.put(query)
        else:
            st.switch_page(pages[asked["page"]], query_params=query)

    with st.container(key="moves_slot", height=1, border=False, gap=None):
        _moves(key="moves", data={"pages": list(pages), "cookie": cookie}, on_go_change=go, height=1)
