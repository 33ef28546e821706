"""Audit: whether the log holds, who did, read and took away what, and how a case stood at a moment. Nothing here is cached."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import acts, address, here
from dashboard.widgets import audit as shown
from dashboard.widgets import cases, chips, clocks, states, times
from dashboard.widgets.html import NOTHING, Html, join, tag, text
from dashboard.wording import count, say
from plaint.desk import audit, casework, log
from plaint.desk.audit import Asked, Sort
from plaint.desk.rights import Refused, Right, may
from plaint.model import Person, iso
from settings import settings

TABS = ("verify", "log", "as_of")
ANY = ""


def page() -> None:
    """Read the address, ask the desk, show."""
    person = here.visitor()
    now, zone = here.now(), here.zone(here.firm(person))
    here.show(tag("h1", say("page.audit")))
    keep = address.follows("tab", "a_tab", "verify", TABS)
    st.segmented_control(
        say("audit.tabs"), TABS, key="a_tab", format_func=lambda tab: say(f"audit.tab.{tab}"), required=True, on_change=keep,
        label_visibility="collapsed",
    )  # fmt: skip
    {"verify": _verify, "log": _log, "as_of": _as_of}[st.session_state["a_tab"]](person, now, zone)


def _verify(person: Person, now: datetime, zone: ZoneInfo) -> None:
    here.show(tag("p", say("audit.what"), class_="soft"))
    with st.container(key="acts_audit", horizontal=True, gap="small"):
        quick = st.button(say("audit.run"), key="a_run", type="primary")
        whole = st.button(say("audit.run_all"), key="a_run_all")
        if may(person, Right.SEAL_LOG):
            st.button(say("audit.seal_now"), key="a_seal", on_click=_seal)
    acts.told()
    if quick or whole:
        _run(person, now, captures=whole)
    result = st.session_state.pop("a_result", None)
    earlier = list(audit.results(here.stores(), person))
    last = result or next(iter(earlier), None)
    if last is None:
        here.show(states.empty(say("audit.never"), say("audit.never_why")))
        return
    end = audit.entries(here.stores(), person, Asked(before=1)).end
    here.show(shown.verdict(last, here.people(), now, zone))
    here.show(shown.seal_age(last.last_outside, last.covered, end, now, folder=settings().seals is not None))
    if len(earlier) > 1:
        rows = [
            f"{times.moment_text(one.at, now, zone)}: {say('audit.holds') if one.holds else one.broken or say('audit.broken')}"
            for one in earlier[1:11]
        ]
        here.show(join([tag("h2", say("audit.earlier")), tag("ul", join(tag("li", text(row, 300)) for row in rows), class_="trace")]))


def _seal() -> None:
    """Seal all chain heads, and write the copy outside where there is a folder for it."""
    person, folder = here.visitor(), settings().seals

    def seal() -> None:
        try:
            log.seal(here.stores(), person, here.now(), folder)
        except FileExistsError as there:
            raise Refused(f"{there.filename} is there already: another store seals into this folder") from None

    acts.do(seal, say("audit.sealed" if folder else "audit.sealed_inside"))


def _run(person: Person, now: datetime, *, captures: bool) -> None:
    """Verify while saying how far it is."""
    with st.status(say("audit.running")) as progress:

        def told(what: str, number: int) -> None:
            progress.update(label=say("audit.progress", number=f"{number:,}", what=what))

        st.session_state["a_result"] = audit.verify(
            here.stores(), person, outside=settings().seals, captures=captures, now=now, command=here.command(), told=told
        )
        progress.update(label=say("audit.ended"), state="complete")


def _log(person: Person, now: datetime, zone: ZoneInfo) -> None:
    asked = _asked()
    found = audit.entries(here.stores(), person, asked)
    if not found.entries:
        more = _older(found.older)
        here.show(states.empty(say("audit.none"), say("audit.none_why", looked=count(found.looked, "entry", "entries")), more))
        return
    here.show(tag("p", say("audit.shown", shown=count(len(found.entries), "entry", "entries"), end=f"{found.end:,}"), class_="soft"))
    newest = chips.link("audit", say("audit.newest"), {**address.here(), "before": None}) if asked.before else NOTHING
    links = tag("span", join([newest, _older(found.older)], " "))
    pager = tag("nav", join([tag("span", say("audit.looked_at", looked=f"{found.looked:,}")), links]), class_="pager", aria_label=say("search.pages"))
    here.show(join([shown.log(found.entries, here.people(), now, zone), pager]))


def _older(position: int | None) -> Html:
    return chips.link("audit", say("audit.older"), {**address.here(), "before": str(position)}) if position else NOTHING


def _asked() -> Asked:
    people = here.people()
    options = {"by": [ANY, *sorted(people, key=lambda key: people[key].casefold())], "act": [ANY, *(one.value for one in Sort)]}
    with st.container(key="a_filters", horizontal=True, gap="small", vertical_alignment="bottom"):
        keep = address.follows("by", "a_by", ANY, options["by"])
        st.selectbox(say("audit.by"), options["by"], key="a_by", format_func=lambda key: people[key] if key else say("dates.everybody"),
                     on_change=_first_page(keep), width=220)  # fmt: skip
        keep = address.follows("act", "a_act", ANY, options["act"])
        st.selectbox(say("audit.act"), options["act"], key="a_act", format_func=lambda key: say(f"act_sort.{key}") if key else say("audit.any_act"),
                     on_change=_first_page(keep), width=220)  # fmt: skip
        keep = address.follows("about", "a_about", ANY)
        st.text_input(say("audit.case"), key="a_about", on_change=_first_page(keep), width=260)
    act, before = str(st.session_state["a_act"]), address.one("before")
    return Asked(
        by=str(st.session_state["a_by"]) or None, sort=Sort(act) if act else None, case=str(st.session_state["a_about"]).strip() or None,
        before=int(before) if before.isdigit() else None,
    )  # fmt: skip


def _first_page(keep: Callable[[], None]) -> Callable[[], None]:
    """A change of a filter begins at the newest entry again."""

    def change() -> None:
        keep()
        address.change(before=None)

    return change


def _as_of(person: Person, now: datetime, zone: ZoneInfo) -> None:
    here.show(tag("p", say("as_of.how"), class_="soft"))
    with st.container(key="a_as_of", horizontal=True, gap="small", vertical_alignment="bottom"):
        keep = address.follows("about", "a_case", ANY)
        st.text_input(say("audit.case"), key="a_case", on_change=keep, width=260)
        keep = address.follows("at", "a_at", ANY)
        st.text_input(say("as_of.at", zone=zone.key), key="a_at", on_change=keep, width=300, placeholder=f"{now.astimezone(zone):%Y-%m-%d %H:%M}")
        st.button(say("as_of.show"), key="a_show", type="primary")
    case, said = str(st.session_state["a_case"]).strip(), str(st.session_state["a_at"]).strip()
    if not case or not said:
        here.show(states.empty(say("as_of.none"), say("as_of.none_why")))
        return
    moment = _moment(said, zone)
    if moment is None:
        here.show(states.refusal(say("as_of.unreadable", said=said)))
        return
    try:
        then = casework.load(here.stores(), person, case, now, as_of=iso(moment))
        present = casework.load(here.stores(), person, case, now)
    except Refused as refused:
        here.show(states.refusal(refused.reason))
        return
    people = here.people()
    title = tag("h2", chips.link("case", text(then.case.title or case, 120), case=case))
    here.show(join([title, tag("p", say("as_of.stood", when=times.full(moment, zone)), class_="soft"),
                    shown.then_and_now(then, present, people, iso(moment), now, zone)]))  # fmt: skip
    left, right = st.columns([1.4, 1], gap="medium")
    with left:
        here.show(join([tag("h2", say("as_of.history", number=len(then.history))), cases.timeline(then.history, people, now, zone)]))
    with right:
        here.show(join([tag("h2", say("case.clocks")), clocks.clocks(then.clocks, moment, zone)]))


def _moment(said: str, zone: ZoneInfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


page()
