"""Case: what happened, what is due and why, what was decided. Nothing on this page is ever cached."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import acts, address, answering, around, arranging, casebook, company, deeds, here, showing
from dashboard.widgets import cases, chips, clocks, states, threads, times
from dashboard.widgets.hits import short
from dashboard.widgets.html import NOTHING, Html, bdi, icon, join, tag, text
from dashboard.widgets.tables import facts
from dashboard.wording import say
from plaint.cases.case import Case, State
from plaint.cases.events import Noted
from plaint.cases.outcomes import SCHEME
from plaint.cases.taxonomies import taxonomies
from plaint.desk import archive, casework, packs
from plaint.desk.casework import CaseView
from plaint.desk.rights import Refused, Right, may
from plaint.model import Ownership, Person, Post, moment_of

OWNERSHIP = {
    Ownership.OWNED: "the firm's own", Ownership.CLAIMED: "claimed by the firm", Ownership.THIRD_PARTY: "somebody else's",
    Ownership.REGULATOR: "a regulator's", Ownership.DIRECT: "sent to the firm",
}  # fmt: skip


def page() -> None:
    """Read the address, ask the desk, show."""
    person = here.visitor()
    id = address.one("case")  # noqa: A001
    try:
        view = casework.load(here.stores(), person, id, here.now())
    except Refused:
        here.show(Html(tag("h1", say("page.case")) + states.no_such("case", id)))
        return
    now, zone = here.now(), here.zone(view.firm)
    names = here.names(person)
    _head(view, person, now, zone)
    acts.told()
    deeds.undo_line(person)
    company.company(person, view.case.id, view.case.version)
    left, right = st.columns([1.7, 1], gap="medium")
    with right:
        here.show(join([tag("h2", say("case.clocks")), clocks.clocks(view.clocks, now, zone, open_traces=address.one("print") == "1")]))
        here.show(join([tag("h2", say("case.facts")), facts(_facts(view, person, now, zone))]))
    with left:
        shown = showing.is_shown(person, view.case.id)
        thread, hidden = _thread(view, person, show=shown)
        title = tag("h2", say("case.conversation", source=names.source(view.case.source)))
        first = view.case.posts[0] if view.case.posts else ""
        said = (
            threads.thread(thread, first, names, now, zone, firm=address.one("firm") or None)
            if thread
            else tag("p", say("case.no_posts"), class_="soft")
        )
        here.show(join([title, said]))
        showing.control(person, view.case.id, hidden=hidden, shown=shown)
        _tabs(view, person, now, zone)
    acts.dialogs(person)


def _head(view: CaseView, person: Person, now: datetime, zone: ZoneInfo) -> None:
    case, names, people = view.case, here.names(person), here.people()
    title = tag("h1", case.title or say("case.title", case=short(case.id)), class_="casetitle", dir="auto")
    stand = [chips.firm_key(case.firm, names), chips.state(case.status.value), *cases.sorted_as(case)]
    if case.state is State.CLOSED:
        stand.append(chips.state(State.CLOSED.value))
    who = say("case.who", who=people.get(case.assignee, case.assignee)) if case.assignee else say("case.nobody")
    if case.lease_until and case.assignee and moment_of(case.lease_until) > now:
        who = say("case.leased", who=people.get(case.assignee, case.assignee), until=times.moment_text(case.lease_until, now, zone))
    opened = say("case.opened", when=times.moment_text(case.opened_at, now, zone), who=people.get(case.opened_by, case.opened_by))
    line = states.trail([text(say("case.title", case=short(case.id))), text(who), text(opened), text(say("case.version", version=case.version))])
    here.show(
        join([tag("div", join([title, tag("div", join(stand, " "), class_="stand")]), class_="row"), line, clocks.in_lines(view.clocks, now, zone)])
    )
    with st.container(key="acts_case", horizontal=True, gap="small", vertical_alignment="center"):
        if may(person, Right.WORK_CASES, case.firm):
            _acts(view, person)
        if may(person, Right.SEE_AUTHORS):
            around.peek_button(case, person, now, zone)
        if may(person, Right.EXPORT, case.firm):
            _pack(case.id, person)


def _pack(id: str, person: Person) -> None:
    """The evidence of the case as a ZIP, made when it is asked for."""

    def make() -> bytes:
        return packs.pack(here.stores(), person, id, version=version("plaint"), now=here.now(), command=here.command())

    st.download_button(say("case.pack"), data=make, file_name=f"{id}.zip", mime="application/zip", key="c_pack", on_click="ignore")
    if may(person, Right.READ_LOG):
        here.show(tag("p", chips.link("audit", say("case.as_of"), tab="as_of", about=id)))


def _acts(view: CaseView, person: Person) -> None:
    case = view.case
    mark = f"{case.id}_{case.version}"
    if case.state is State.CLOSED:
        arranging.menu(case, person)
        st.button(say("act.reopen"), key="c_reopen", type="primary", on_click=acts.ask, args=("reopen", case.id, case.version))
        return
    if case.status is State.CANDIDATE:
        st.button(say("act.confirm"), key="c_yes", type="primary", shortcut="Y", on_click=acts.ask, args=("confirm", case.id, case.version))
        st.button(say("act.reject"), key="c_no", shortcut="X", on_click=acts.ask, args=("reject", case.id, case.version))
    if case.status is State.CONFIRMED_COMPLAINT and "acknowledged" not in case.done:
        acts.button(say("act.acknowledge"), f"ack_{mark}", acts.acknowledge, (case.id, case.version), kind="primary", shortcut="E")
    if case.assignee != person.key:
        done = say("act.assigned", who=person.name)
        acts.button(say("act.mine"), f"mine_{mark}", acts.assign, (case.id, case.version, person.key, done))
    st.button(say("act.assign"), key="c_assign", shortcut="A", on_click=acts.ask, args=("assign", case.id, case.version))
    if case.status is State.CONFIRMED_COMPLAINT:
        st.button(say("act.classify"), key="c_about", on_click=acts.ask, args=("classify", case.id, case.version))
        if case.resolved_at is None:
            st.button(say("act.resolve"), key="c_resolve", on_click=acts.ask, args=("resolve", case.id, case.version))
    for tab, label, letter in (("replies", "act.write", "W"), ("notes", "act.to_note", "M")):
        st.button(say(label), key=f"c_go_{tab}", shortcut=letter, on_click=address.change, kwargs={"tab": tab})
    st.button(say("act.snooze"), key="c_snooze", shortcut="S", on_click=acts.ask, args=("snooze", case.id, case.version))
    if view.clocks.start and may(person, Right.MOVE_CLOCKS, case.firm):
        st.button(say("act.move"), key="c_move", on_click=acts.ask, args=("move", case.id, case.version))
    arranging.menu(case, person)
    if case.status is not State.CANDIDATE:
        st.button(say("act.close"), key="c_close", on_click=acts.ask, args=("close", case.id, case.version))


def _thread(view: CaseView, person: Person, *, show: bool) -> tuple[tuple[Post, ...], bool]:
    """The conversation around the case's first post, with its other posts, and whether personal data in them is hidden."""
    said: dict[str, Post] = {}
    hidden = False
    for id in view.case.posts[:20]:  # noqa: A001
        try:
            opened = archive.read_post(here.stores(), person, id, here.now(), show=show)
        except (LookupError, Refused):
            continue
        hidden = hidden or opened.hidden
        said.update({post.id: post for post in (*opened.thread, opened.post)})
    return tuple(sorted(said.values(), key=lambda post: (post.published.earliest if post.published else "9", post.id))), hidden


def _facts(view: CaseView, person: Person, now: datetime, zone: ZoneInfo) -> list[tuple[str, Html]]:
    case, names, start = view.case, here.names(person), view.clocks.start
    decided = NOTHING
    if case.decided_at and case.decided_by:
        decided = join([times.at(case.decided_at, now, zone), text(f" by {here.people().get(case.decided_by, case.decided_by)}")])
    return [
        (say("case.firm"), text(names.firm(case.firm))),
        (say("case.source"), chips.source(case.source, names)),
        (say("case.channel"), text(OWNERSHIP[case.ownership])),
        (say("case.published"), times.when(case.times.published, now, zone, plain=True)),
        (say("case.collected"), times.at(case.times.collected, now, zone) if case.times.collected else NOTHING),
        (say("case.aware"), times.at(case.times.aware, now, zone) if case.times.aware else NOTHING),
        (say("case.start"), text(f"{times.moment_text(start.at, now, zone)}: {start.because}.") if start else text("when it is confirmed")),
        (say("case.done"), decided),
        *_about(view),
        *_family(case, person),
        (say("case.regimes"), text(", ".join(case.regimes if case.regimes is not None else view.firm.regimes) or "none")),
        (say("case.id"), tag("code", case.id)),
    ]


def _about(view: CaseView) -> list[tuple[str, Html]]:
    """What it is about and how it was answered."""
    case, taxonomy = view.case, taxonomies()[SCHEME]
    known = case.classified.get(SCHEME)
    product = taxonomy.products.get(known.product or "") if known else None
    cause = taxonomy.causes.get(known.cause or "") if known else None
    answer = f"{case.resolved_how}, {case.outcome}".replace("_", " ") if case.resolved_how and case.outcome else ""
    return [
        (say("about.product"), text(product.label) if product else NOTHING),
        (say("about.cause"), text(cause.label) if cause else NOTHING),
        (say("about.root_cause"), bdi(case.root_cause, 200) if case.root_cause else NOTHING),
        (say("about.vulnerability"), tag("span", join([icon("flag"), text(", ".join(case.vulnerability).replace("_", " "))]), class_="chip violet")
         if case.vulnerability else NOTHING),
        (say("case.answered"), text(answer)),
        (say("resolve.redress"), text(f"{case.redress} {case.currency}") if case.redress else NOTHING),
    ]  # fmt: skip


def _family(case: Case, person: Person) -> list[tuple[str, Html]]:
    """The cases it belongs with: the one it is under, those under it, those merged into it, the one it was merged into."""
    under = [chips.link("case", bdi(row.title or short(row.case), 90), case=row.case) for row in casebook.under(person, case.id)]
    merged = [chips.link("case", short(one), case=one) for one in case.absorbed]
    return [
        (say("case.parent"), chips.link("case", short(case.parent), case=case.parent) if case.parent else NOTHING),
        (say("case.children"), join(under, "<br>")),
        (say("case.absorbed"), join(merged, ", ")),
        (say("case.duplicate_of"), chips.link("case", short(case.duplicate_of), case=case.duplicate_of) if case.duplicate_of else NOTHING),
    ]


def _tabs(view: CaseView, person: Person, now: datetime, zone: ZoneInfo) -> None:
    noted = sum(isinstance(one.event, Noted) for one in view.history)
    said = {"history": say("case.tab.history", number=len(view.history)), "notes": say("case.tab.notes", number=noted)}
    said["replies"] = say("case.tab.replies", number=len(view.case.replies))
    if answering.letters_of(view.case):
        said["letters"] = say("case.tab.letters", number=len(view.case.sent))
    said |= {"evidence": say("case.tab.evidence"), "similar": say("case.tab.similar")}
    keep = address.follows("tab", "c_tab", "history", list(said))
    st.segmented_control(
        say("case.tabs"), list(said), key="c_tab", format_func=said.__getitem__, required=True, on_change=keep, label_visibility="collapsed"
    )
    match st.session_state["c_tab"]:
        case "history":
            here.show(cases.timeline(view.history, here.people(), now, zone))
        case "replies":
            answering.replies(view.case, person, now, zone, here.names(person).source(view.case.source))
        case "letters":
            answering.checklist(view.case, person, now, zone)
        case "evidence":
            around.evidence(view.case, person, now, zone)
        case "similar":
            around.alike(view.case, person)
        case _:
            _notes(view, person, now, zone)


def _notes(view: CaseView, person: Person, now: datetime, zone: ZoneInfo) -> None:
    if may(person, Right.WORK_CASES, view.case.firm):
        field, mark = f"note_{view.case.id}", f"note_{view.case.id}_{view.case.version}"
        st.text_area(say("case.note"), key=field, height=90, persist_state="session")
        acts.button(say("act.note"), mark, acts.note, (view.case.id, view.case.version, field))
    here.show(cases.notes(view.history, here.people(), now, zone) or tag("p", say("case.no_notes"), class_="soft"))


page()
