"""Signing in with a local account, and staying signed in when a link opens in a new tab.

The browser holds a random token; this process holds its SHA-256 with the account and the last use. Nothing survives
a restart of the dashboard, and the account itself is looked up on every run, so switching it off works at once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256

import streamlit as st

from dashboard import here
from dashboard.widgets.html import tag
from dashboard.widgets.states import box, note
from dashboard.wording import say
from plaint.desk import people
from plaint.desk.rights import Refused
from plaint.model import Person
from settings import settings

PATIENCE, PAUSE = 5, 30
"""Wrong passwords in a row for one account, and the seconds it then has to wait."""


@dataclass(slots=True)
class Visit:
    """One signed-in browser: who, and when it was last used (seconds since 1970)."""

    person: str
    used: float


@dataclass(slots=True)
class Tries:
    """Wrong passwords in a row for one account, and when the last one was."""

    count: int = 0
    last: float = 0


@st.cache_resource(show_spinner=False)
def _visits() -> dict[str, Visit]:
    return {}


@st.cache_resource(show_spinner=False)
def _tries() -> dict[str, Tries]:
    return {}


def cookie_name() -> str:
    """The cookie's name; with the port, so that two dashboards on one machine do not sign each other out."""
    return f"plaint_{st.get_option('server.port')}"


def person() -> Person | None:
    """Who is signed in, from this session or the browser's cookie; None when nobody is, or the session has ended."""
    key = st.session_state.get("person")
    token = _token()
    visit = _visits().get(_digest(token)) if token else None
    at = here.now().timestamp()
    if token and visit is not None and at - visit.used > settings().idle * 60:
        _visits().pop(_digest(token), None)
        st.session_state.pop("person", None)
        st.session_state["ended"] = True
        return None
    if visit is not None:
        visit.used = at
        if key is None and not st.session_state.get("left"):
            key = st.session_state["person"] = visit.person
            st.session_state["token"] = token
    found = next((one for one in here.stores().registers.people() if one.key == key), None)
    return found if found is not None and found.active else None


def _token() -> str | None:
    token = st.session_state.get("token") or st.context.cookies.get(cookie_name())
    return token if isinstance(token, str) and token else None


def cookie() -> dict[str, str | int] | None:
    """What the browser is to remember: the token after signing in, its removal after signing out."""
    if token := st.session_state.get("token"):
        return {"name": cookie_name(), "value": token, "seconds": settings().idle * 60}
    return {"name": cookie_name(), "value": "", "seconds": 0} if st.session_state.get("left") else None


def sign_out() -> None:
    """End this browser's visit."""
    _visits().pop(_digest(st.session_state.pop("token", None) or ""), None)
    st.session_state.pop("person", None)
    st.session_state["left"] = True


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _enter() -> None:
    key = str(st.session_state.get("in_account", "")).strip()
    tries, at = _tries().setdefault(key, Tries()), here.now().timestamp()
    if tries.count >= PATIENCE and at - tries.last < PAUSE:
        st.session_state["in_refused"] = say("sign_in.too_often", seconds=int(PAUSE - (at - tries.last)) + 1)
        return
    try:
        found = people.sign_in(here.stores(), key, str(st.session_state.get("in_password", "")), now=here.now(), command=here.command())
    except Refused:
        tries.count, tries.last = tries.count + 1, at
        st.session_state["in_refused"] = say("sign_in.refused")
        return
    _tries().pop(key, None)
    token = secrets.token_urlsafe(32)
    _visits()[_digest(token)] = Visit(person=found.key, used=at)
    st.session_state.update(person=found.key, token=token)
    for name in ("left", "ended", "in_refused"):
        st.session_state.pop(name, None)


def ask() -> None:
    """The sign-in box, in the place of the page that was asked for; its address stays."""
    with st.container(key="sign_in", width=360):
        here.show(tag("h1", say("page.sign_in")))
        if st.session_state.get("ended"):
            here.show(note(say("sign_in.again", minutes=settings().idle)))
        with st.form("sign_in_form", border=False):
            st.text_input(say("sign_in.account"), key="in_account", autocomplete="username")
            st.text_input(say("sign_in.password"), key="in_password", type="password", autocomplete="current-password")
            st.form_submit_button(say("sign_in.do"), type="primary", on_click=_enter)
        if refused := st.session_state.get("in_refused"):
            here.show(box(refused, "", kind="bad", role="alert"))
