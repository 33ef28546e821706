"""The dashboard: who is here, which pages they may see, and the frame around the page they chose."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from dashboard import doorway, here, keys
from dashboard.moves import moves
from dashboard.widgets import times
from dashboard.widgets.html import Html, tag
from dashboard.widgets.states import not_yours, store_down
from dashboard.wording import WORDS, say
from plaint.desk.rights import Right, may
from plaint.insight import metrics
from plaint.model import Firm, Person, moment_of
from plaint.ports import StoreDown

ROOT = Path(__file__).parent
STATIC = ROOT.parent / "static"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One page: its address, the right it needs, and whether the menu shows it. Overview has no address but `/`."""

    key: str
    right: Right
    listed: bool = True

    @property
    def title(self) -> str:
        """Its name in the menu."""
        return say(f"page.{self.key}")


LEAVES = (
    Leaf(key="overview", right=Right.READ_POSTS),
    Leaf(key="search", right=Right.READ_POSTS),
    Leaf(key="post", right=Right.READ_POSTS, listed=False),
    Leaf(key="work", right=Right.WORK_CASES),
    Leaf(key="board", right=Right.READ_CASES),
    Leaf(key="case", right=Right.READ_CASES, listed=False),
    Leaf(key="deadlines", right=Right.READ_CASES),
    Leaf(key="reports", right=Right.MAKE_RETURNS),
    Leaf(key="sources", right=Right.READ_POSTS),
    Leaf(key="watch", right=Right.READ_POSTS),
    Leaf(key="alerts", right=Right.READ_CASES),
    Leaf(key="rules", right=Right.READ_CASES),
    Leaf(key="mapping", right=Right.READ_POSTS),
    Leaf(key="audit", right=Right.READ_LOG),
)


def show() -> None:
    """Draw the page that the address names, for the person who is signed in."""
    st.set_page_config(page_title=say("app.name"), page_icon=str(STATIC / "plaint.png"), layout="wide", initial_sidebar_state=224)
    st.html(ROOT / "style.css")
    st.logo(str(STATIC / f"logo-{st.context.theme.type or 'light'}.svg"), link=None)
    try:
        person = doorway.person()
        _frame(person)
    except StoreDown as down:
        _down(down)


def _frame(person: Person | None) -> None:
    pages = {leaf.key: _page(leaf, person) for leaf in LEAVES}
    page = st.navigation(list(pages.values()), position="hidden" if person is None else "sidebar")
    leaf = next(leaf for leaf in LEAVES if pages[leaf.key] is page or pages[leaf.key].url_path == page.url_path)
    moves(pages, leaf.key, doorway.cookie())
    if person is not None:
        _sidebar(person)
    with st.container(key="page"):
        if person is None:
            _outside()
        elif not may(person, leaf.right):
            here.show(Html(tag("h1", leaf.title) + not_yours(leaf.title, leaf.right.value)))
        else:
            st.session_state["here"] = person.key
            page.run()


def _page(leaf: Leaf, person: Person | None) -> st.Page:
    listed = leaf.listed and person is not None and may(person, leaf.right)
    return st.Page(
        ROOT / "pages" / f"{leaf.key}.py",
        title=leaf.title,
        url_path=leaf.key,
        default=leaf.key == "overview",
        visibility="visible" if listed else "hidden",
    )


def _outside() -> None:
    if here.stores().registers.people():
        doorway.ask()
    else:
        from dashboard.widgets.begin import first_account

        first_account()


def _sidebar(person: Person) -> None:
    firms = here.firms(person)
    with st.sidebar:
        if len(firms) > 1:
            st.selectbox(say("app.firm"), [say("app.everything"), *(firm.name for firm in firms)], key="firm", bind="query-params")
        here.show(tag("p", _freshness(firms), class_="soft"))
        with st.container(key="account", gap="small"):
            here.show(tag("p", person.name, class_="soft"))
            keys.button()
            st.button(say("app.sign_out"), on_click=doorway.sign_out, type="tertiary", key="sign_out")


def _freshness(firms: list[Firm]) -> str:
    runs = metrics.latest_runs(here.stores().runs.newest(limit=200))
    ended = [run.ended for run in runs if run.ended]
    if not ended:
        return say("app.collected_never")
    zone = here.zone(firms[0] if len(firms) == 1 else None)
    said = say("app.collected", when=times.moment(moment_of(max(ended)), here.now(), zone))
    late = {run.source for run in runs if run.state == "failed" or run.alarms}
    if late:
        key = "app.late.one" if len(late) == 1 else "app.late"
        said += " " + say(key, late=len(late), sources=len({run.source for run in runs}))
    return said


def _down(down: StoreDown) -> None:
    at = times.full(here.now(), here.zone(None))
    here.show(store_down(here.shown_address(), at, str(down)))
    st.button(say("down.retry"), key="retry", on_click=partial(lambda: None))


__all__ = ["LEAVES", "WORDS", "show"]
