"""What pages ask the desk for lists and counts, kept for some seconds per question and per person's scope.

Cases, forms and logs are never kept. The key holds the store's address, the scope and the rights, so that nobody
is shown what was read for somebody else.
"""

from __future__ import annotations

import msgspec
import streamlit as st

from dashboard import here
from plaint.desk import archive
from plaint.desk.copies import Listed, listed
from plaint.desk.goodwill import Told, told
from plaint.model import Person
from plaint.posts.copies import Kind
from plaint.query.tree import Found, Node, Search

CAMPAIGNS = 5
"""Campaigns that Overview names."""


def goodwill(person: Person, query: Node) -> Told:
    """The goodwill of a query's posts within the person's scope, kept for 60 seconds."""
    return _goodwill(_key(person, query), person, query)


def look_up(person: Person, search: Search, *, fresh: bool = False) -> Found:
    """The answer to a search within the person's scope: hits for 15 seconds, mere counts for 60; `fresh` asks anew."""
    if fresh:
        return archive.look_up(here.stores(), person, search)
    return (_hits if search.limit > 0 else _counts)(_key(person, search), person, search)


def campaigns(person: Person, query: Node) -> list[Listed]:
    """The largest campaigns among the posts of a query within the person's scope, kept for 60 seconds."""
    return _campaigns(_key(person, query), person, query)


def _key(person: Person, asked: Search | Node) -> str:
    return msgspec.json.encode((here.address(), person.key, person.roles, person.firms, repr(asked))).decode()


# Streamlit leaves arguments that begin with an underscore out of the key: `key` alone tells two answers apart.
@st.cache_data(ttl=15, max_entries=200, show_spinner=False)
def _hits(key: str, _person: Person, _search: Search) -> Found:  # noqa: ARG001
    return archive.look_up(here.stores(), _person, _search)


@st.cache_data(ttl=60, max_entries=500, show_spinner=False)
def _counts(key: str, _person: Person, _search: Search) -> Found:  # noqa: ARG001
    return archive.look_up(here.stores(), _person, _search)


@st.cache_data(ttl=60, max_entries=100, show_spinner=False)
def _goodwill(key: str, _person: Person, _query: Node) -> Told:  # noqa: ARG001
    return told(here.stores(), _person, _query)


@st.cache_data(ttl=60, max_entries=100, show_spinner=False)
def _campaigns(key: str, _person: Person, _query: Node) -> list[Listed]:  # noqa: ARG001
    return listed(here.stores(), _person, kind=Kind.CAMPAIGN, query=_query, limit=CAMPAIGNS)
