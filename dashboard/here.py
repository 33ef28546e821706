"""Who is here, at which store, in which firm, at what time: what every page starts from."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st

from crawlers import registry
from dashboard.widgets.chips import Names
from dashboard.widgets.html import Html, tag
from indexer.connect import connect, shown
from plaint.desk.rights import Right, in_scope, may
from plaint.model import Firm, Person, Run
from plaint.ports import StoreDown, Stores
from settings import settings


@st.cache_resource(max_entries=8, show_spinner=False)
def _opened(address: str, evidence: str | None) -> Stores:
    from pathlib import Path

    return connect(address, evidence=Path(evidence) if evidence else None)


def address() -> str:
    """The address of the store, from the settings."""
    return settings().store


def shown_address() -> str:
    """The address for people: without who logs in there."""
    return shown(address())


def stores() -> Stores:
    """The stores of this process; raises StoreDown."""
    kept = settings().evidence
    try:
        return _opened(address(), str(kept) if kept else None)
    except ValueError as error:
        raise StoreDown(str(error)) from None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def command() -> str:
    """A new command id, drawn with a form: pressing its button twice happens once."""
    return secrets.token_hex(12)


def people() -> dict[str, str]:
    """The names of all accounts, by key."""
    return {one.key: one.name for one in stores().registers.people()}


def firms(person: Person) -> list[Firm]:
    """The firms a person may see, by name."""
    known = stores().registers.firms()
    return sorted((firm for firm in known if person.firms is None or firm.key in person.firms), key=lambda firm: firm.name.casefold())


def names(person: Person) -> Names:
    """How firms and sources are called for this person."""
    return Names(
        firms={firm.key: firm.name for firm in firms(person)},
        sources={key: source.site.name for key, source in registry.sources().items()},
        authors=may(person, Right.SEE_AUTHORS),
    )


def visitor() -> Person:
    """Who is signed in, on a page (the frame has let nobody else through)."""
    key = st.session_state["here"]
    return next(person for person in stores().registers.people() if person.key == key)


def firm(person: Person) -> Firm | None:
    """The firm that is chosen in the sidebar, the only one of a person who has one, or None for all of theirs."""
    mine = firms(person)
    if len(mine) == 1:
        return mine[0]
    chosen = st.session_state.get("firm")
    return next((firm for firm in mine if firm.name == chosen), None)


def collecting(person: Person) -> list[Run]:
    """The runs that are at work now, within the person's firms; never from a cache."""
    return [run for run in stores().runs.newest(limit=30) if run.state == "running" and in_scope(person, run.firm)]


def is_phone() -> bool:
    """Whether the browser says it is a phone: the server cannot see the width."""
    headers = st.context.headers
    return headers.get("Sec-CH-UA-Mobile") == "?1" or "Mobi" in (headers.get("User-Agent") or "")


def remember(ids: list[str]) -> None:
    """Keep the list that was last shown, so that a post can be left for its neighbours."""
    st.session_state["list"] = ids


def zone(firm: Firm | None) -> ZoneInfo:
    """The zone in which days are counted: the firm's, else the one of the settings."""
    return ZoneInfo(firm.zone if firm else settings().zone)


def show(html: Html) -> None:
    """Put markup on the page; takes nothing but Html, so that no foreign text gets there unescaped."""
    if not isinstance(html, Html):
        raise TypeError(f"show takes Html, not {type(html).__name__}: pass text through widgets.html.text")
    st.html(tag("div", html, class_="pl"))
