"""Right or wrong: a person says what a post really is; what the model said stays beside it."""

from __future__ import annotations

import streamlit as st

from dashboard import acts, here
from dashboard.wording import say
from plaint.desk import corrections
from plaint.desk.corrections import Part
from plaint.desk.rights import Refused, Right, may
from plaint.model import Person, Post

PARTS = (Part.COMPLAINT, Part.SEVERITY, Part.SENTIMENT, Part.URGENCY, Part.VULNERABILITY)
"""What can be said here: parts with few values. Products, firms and languages are said on the command line."""


def control(person: Person, post: Post) -> None:
    """The form, for who may work on cases of a firm that the post is about."""
    if not any(may(person, Right.WORK_CASES, about.key) for about in post.firms):
        return
    with st.popover(say("understood.correct"), key=f"u_open_{post.id}"):
        part = st.selectbox(say("understood.part"), PARTS, key="u_part", format_func=lambda one: say(f"understood.{one}"))
        st.selectbox(say("understood.value"), corrections.values_of(part), key=f"u_value_{part}")
        acts.button(say("understood.save"), f"correct_{post.id}", _correct, (post.id, part), kind="primary")


def _correct(post: str, part: Part, command: str) -> None:
    person, said = here.visitor(), str(st.session_state[f"u_value_{part}"])

    def keep() -> None:
        try:
            corrections.correct(here.stores(), person, post, part=part, said=said, now=here.now(), command=command)
        except (LookupError, ValueError) as error:
            raise Refused(str(error)) from error

    if acts.do(keep, say("understood.kept", part=say(f"understood.{part}").lower(), value=said)):
        st.session_state.pop(f"command_correct_{post}", None)
