"""Mounts the small script beside the field for a public answer: a live count, the checks of what is typed, "is writing" for others."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import company, here
from dashboard.widgets import drafts
from dashboard.wording import say
from plaint.replies.checks import Around, findings
from plaint.replies.limits import Limit

_pen = st.components.v2.component("plaint_pen", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"), html="<span></span>\n")


@st.fragment
def pen(case: str, field: str, limit: Limit | None, around: Around) -> None:
    """Count and check in the field with the key `field`; only this fragment runs while somebody types, so that nothing typed is disturbed."""
    most = limit.most if limit else None
    known = {"most": f"{most:,}" if most is not None else "", "counts": limit.counts if limit else "graphemes"}
    words = {
        "used": say("reply.no_limit", used="{n}"), "left": say("reply.left", left="{n}", **known),
        "over": say("reply.too_long", over="{n}", most=known["most"]),
    }  # fmt: skip
    data = {"field": field, "most": most, "counts": known["counts"], "link": limit.link if limit else None, "words": words}
    with st.container(key="pen_slot", height=1, border=False, gap=None):
        said = _pen(key=f"pen_{case}", data=data, on_writing_change=lambda: company.writes(case), on_typed_change=lambda: None, height=1)
    draft = _latest(field, said.get("typed")).strip()
    here.show(drafts.checks(draft, findings(draft, around)))


def _latest(field: str, typed: str | None) -> str:
    """The newer of what the script saw typed and what the field gave when it was left; either may be behind the other."""
    key, left = f"latest_{field}", str(st.session_state.get(field) or "")
    before = st.session_state.get(key, (None, None, ""))
    newest = typed if typed is not None and typed != before[1] else left if left != before[0] else before[2]
    st.session_state[key] = (left, typed, newest)
    return str(newest)
