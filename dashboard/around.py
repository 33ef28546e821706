"""What stands around a case: the captures of its posts and whether they hold, posts like it, what else its writer said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import acts, address, here
from dashboard.widgets import chips, hits, states, times
from dashboard.widgets.html import NOTHING, Html, bdi, icon, join, tag, text
from dashboard.widgets.tables import Column, facts, table
from dashboard.wording import count, say
from plaint.cases.case import Case
from plaint.desk import captured, similar
from plaint.desk.captured import Held
from plaint.desk.rights import Refused
from plaint.model import Person, Post
from plaint.query.tree import CaseMark


def evidence(case: Case, person: Person, now: datetime, zone: ZoneInfo) -> None:
    """The captures of the case's posts, each with its digest and place; Verify compares them with the bytes that are kept."""
    checked: tuple[Held, ...] | None = st.session_state.get(f"checked_{case.id}")
    held = checked if checked is not None else captured.captures(here.stores(), person, case.id, now)
    if not held:
        here.show(states.empty(say("evidence.none"), say("evidence.none_why")))
        return
    acts.button(say("evidence.verify"), f"verify_{case.id}", _verify, (case.id,))
    if checked is not None:
        faults = sum(one.fault is not None for one in held)
        here.show(states.note(say("evidence.broken", faults=faults) if faults else say("evidence.whole", captures=count(len(held), "capture"))))
    here.show(join(_capture(one, now, zone, checked=checked is not None) for one in held))


def _verify(case: str, command: str) -> None:
    person = here.visitor()

    def check() -> None:
        st.session_state[f"checked_{case}"] = captured.check(here.stores(), person, case, now=here.now(), command=command)

    acts.do(check)
    st.session_state.pop(f"command_verify_{case}", None)


def _capture(one: Held, now: datetime, zone: ZoneInfo, *, checked: bool) -> Html:
    kept = one.capture
    verdict = NOTHING
    if one.fault is not None:
        verdict = tag("span", join([icon("warning"), text(one.fault)]), class_="chip red")
    elif checked:
        verdict = tag("span", join([icon("tick"), text(say("evidence.same"))]), class_="chip green")
    link = chips.link("post", bdi(one.post), post=one.post, tab="evidence", firm=address.one("firm") or None)
    return join([tag("div", join([tag("h3", link), verdict]), class_="row"), facts([
        (say("evidence.at"), times.at(kept.at, now, zone)),
        (say("evidence.url"), tag("code", text(kept.url, 500))),
        (say("evidence.sha256"), tag("code", kept.sha256)),
        (say("evidence.warc"), tag("code", kept.warc) if kept.warc else text(say("evidence.no_warc"))),
        (say("evidence.robots"), text(kept.robots or say("evidence.no_robots"), 200)),
        (say("evidence.parser"), text(kept.parser or say("evidence.no_parser"), 100)),
    ])])  # fmt: skip


def alike(case: Case, person: Person) -> None:
    """Posts of the same firm that share the telling words of the case's first post, with the words."""
    try:
        found = similar.similar(here.stores(), person, case.id, here.now())
    except Refused as refusal:
        here.show(states.refusal(refusal.reason))
        return
    if not found:
        here.show(states.empty(say("similar.none"), say("similar.none_why")))
        return
    columns = [Column(say("similar.post"), grow=True), Column(say("similar.share"), number=True), Column(say("similar.state"), hide=True)]
    rows = [[_named(one.post, one.shared), text(f"{one.share:.0%}".replace("%", " %")), _mark(one.case)] for one in found]
    here.show(join([tag("p", say("similar.what"), class_="soft"), table(say("similar.listed"), columns, rows, walk=True)]))


def _named(post: Post, shared: Sequence[str] = ()) -> Html:
    link = chips.link("post", hits.title_of(post), post=post.id, firm=address.one("firm") or None)
    name = tag("span", link, lang=chips.lang_of(post), dir="auto")
    return join([name, tag("span", join([text(" "), bdi(", ".join(shared))]), class_="soft")]) if shared else name


def _mark(mark: CaseMark | None) -> Html:
    if mark is None:
        return text(say("similar.no_case"))
    return join([chips.state(mark.state), chips.link("case", hits.short(mark.case), case=mark.case, firm=address.one("firm") or None)], " ")


def peek_button(case: Case, person: Person, now: datetime, zone: ZoneInfo) -> None:
    """P opens what else the writer of the case said about the firm, beside the case."""

    @st.dialog(say("peek.title"), position="right")
    def drawer() -> None:
        found = similar.by_same_writer(here.stores(), person, case.id, now)
        if not found:
            here.show(states.empty(say("peek.none"), say("peek.none_why")))
            return
        columns = [Column(say("peek.when"), tight=True), Column(say("similar.post"), grow=True), Column(say("similar.state"))]
        rows = [[times.when(one.post.published, now, zone, plain=True), _named(one.post), _mark(one.case)] for one in found]
        here.show(table(say("peek.title"), columns, rows, walk=True))

    if st.button(say("act.peek"), key="c_peek", shortcut="P"):
        drawer()
