"""Sources: what we collect, whether we may, and whether it is complete and fresh. Late or broken first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from crawlers import registry
from dashboard import acts, address, here
from dashboard.widgets import runs, states, times
from dashboard.widgets.chips import Names
from dashboard.widgets.coverage import percent
from dashboard.widgets.html import Html, bdi, icon, join, tag, text
from dashboard.widgets.tables import Column, facts, table
from dashboard.wording import say
from plaint.desk import quarantine, register
from plaint.desk.rights import Refused, Right, in_scope, may
from plaint.insight import metrics
from plaint.model import Approval, Ownership, Person, Quarantined, Run

TABS = ("health", "register", "quarantine", "runs")


def page() -> None:
    """Read the address, ask the desk, show."""
    person = here.visitor()
    firm = here.firm(person)
    names, now, zone = here.names(person), here.now(), here.zone(firm)
    ledger = [run for run in here.stores().runs.newest(limit=300) if in_scope(person, run.firm) and (firm is None or run.firm in {firm.key, None})]
    waiting = [one for one in here.stores().runs.quarantined(limit=500) if _is_mine(one, ledger, person)]
    here.show(tag("h1", say("page.sources")))
    acts.told()
    labels = {tab: say(f"sources.tab.{tab}", number=len(waiting)) if tab == "quarantine" else say(f"sources.tab.{tab}") for tab in TABS}
    chosen = "runs" if address.one("run") and not address.one("tab") else "health"
    keep = address.follows("tab", "r_tab", chosen, TABS)
    st.segmented_control(
        say("sources.tabs"), TABS, key="r_tab", format_func=labels.__getitem__, required=True, on_change=keep, label_visibility="collapsed"
    )
    match st.session_state["r_tab"]:
        case "register":
            _register(person, names, now, zone)
        case "quarantine":
            _quarantine(person, waiting, names, now, zone)
        case "runs":
            _runs(ledger, names, now, zone)
        case _:
            _health(ledger, names, now, zone)


def _is_mine(one: Quarantined, ledger: Sequence[Run], person: Person) -> bool:
    """A rejected item belongs to the firm of its run; without the run only those who see all firms see it."""
    return person.firms is None or one.run in {run.id for run in ledger}


def _health(ledger: Sequence[Run], names: Names, now: datetime, zone: ZoneInfo) -> None:
    if not ledger:
        here.show(states.empty(say("sources.none"), say("sources.none_why")))
        return
    held = metrics.coverage(ledger)
    said = []
    if held.share is not None:
        said.append(text(say("sources.coverage_line", held=f"{held.held:,}", announced=f"{held.announced:,}", share=percent(held.share))))
    if held.silent:
        said.append(text(say("sources.silent", sources=", ".join(names.source(key) for key in held.silent))))
    here.show(tag("p", join(said, " "), class_="soft"))
    with st.popover(say("overview.defined"), type="tertiary", key="r_defined"):
        here.show(tag("dl", join([tag("dt", say("sources.coverage")), tag("dd", metrics.COVERAGE)]), class_="defs"))
    here.show(runs.health(ledger, names, now, zone))


def _runs(ledger: Sequence[Run], names: Names, now: datetime, zone: ZoneInfo) -> None:
    if not ledger:
        here.show(states.empty(say("sources.none"), say("sources.none_why")))
        return
    run = next((one for one in ledger if one.id == address.one("run")), None)
    if run is None and address.one("run"):
        here.show(states.no_such("run", address.one("run")))
    if run is not None:
        here.show(_one(run, names, now, zone))
    here.show(runs.history(ledger[:50], names, now, zone, here=run.id if run else None, carry={"tab": "runs", "firm": address.one("firm") or None}))


def _one(run: Run, names: Names, now: datetime, zone: ZoneInfo) -> Html:
    title = say("sources.run", source=names.source(run.source), when=times.moment_text(run.started, now, zone))
    rows = [
        ("State", runs.state(run)),
        ("Firm", text(names.firm(run.firm) if run.firm else "all")),
        ("Started", times.at(run.started, now, zone)),
        ("Ended", times.at(run.ended, now, zone) if run.ended else text("still at work")),
        ("Pages", text(f"{run.pages:,}")),
        ("Bytes", text(f"{run.bytes:,}")),
        ("Came inside others", text(f"{run.within:,}") if run.within else Html()),
        ("Marked as gone", text(f"{run.gone:,}") if run.gone else Html()),
        ("Errors", text(f"{run.errors:,}") if run.errors else Html()),
        ("Id", tag("code", run.id)),
    ]
    return tag("section", join([tag("h2", title), runs.ledger(run), runs.alarms(run), facts(rows)]), class_="onerun")


def _quarantine(person: Person, waiting: Sequence[Quarantined], names: Names, now: datetime, zone: ZoneInfo) -> None:
    if not waiting:
        here.show(states.empty(say("sources.no_quarantine"), say("sources.no_quarantine_why")))
        return
    reasons = Counter((one.source, one.rejection.reason) for one in waiting)
    rows = [[tag("span", names.source(source)), text(reason, 200), tag("span", f"{number:,}")] for (source, reason), number in reasons.most_common()]
    here.show(table("Waiting, by reason", [Column("Source"), Column("Reason", grow=True), Column("Items", number=True)], rows, shown=True))
    items = [
        [
            times.at(one.at, now, zone),
            tag("span", names.source(one.source)),
            text(one.rejection.reason, 200),
            tag("code", text(one.rejection.field or "")),
            bdi(one.rejection.seen or "", 160),
            bdi(one.rejection.ref or "", 60),
        ]
        for one in waiting[:50]
    ]
    columns = [
        Column("When", hide=True),
        Column("Source"),
        Column("Reason"),
        Column("Field", hide=True),
        Column("What stood there", grow=True),
        Column("Item", hide=True),
    ]
    here.show(table("The newest 50 items", columns, items, shown=True))
    here.show(tag("p", say("sources.retry"), class_="soft"))
    st.code("plaint quarantine retry", language="bash")
    if may(person, Right.COLLECT):
        by_reason = sorted(reasons)
        with st.container(key="acts_quarantine", horizontal=True, vertical_alignment="bottom"):
            st.selectbox("Items", by_reason, key="r_dismiss", format_func=lambda pair: f"{names.source(pair[0])}: {pair[1]}", width=420)
            st.button(say("sources.dismiss"), key="r_dismiss_do", on_click=_dismiss, args=(list(waiting), here.command()))
        here.show(tag("p", say("sources.dismiss_what"), class_="soft"))


def _dismiss(waiting: Sequence[Quarantined], command: str) -> None:
    person, chosen = here.visitor(), tuple(st.session_state.get("r_dismiss") or ())
    items = [one.id for one in waiting if (one.source, one.rejection.reason) == chosen]
    acts.do(lambda: quarantine.dismiss(here.stores(), person, items, now=here.now(), command=command), say("sources.dismissed"))


def _register(person: Person, names: Names, now: datetime, zone: ZoneInfo) -> None:
    here.show(tag("p", say("sources.register_what"), class_="soft"))
    approvals = [one for one in here.stores().registers.approvals() if in_scope(person, one.firm)]
    here.show(_decisions(approvals, names, now, zone))
    if may(person, Right.APPROVE_SOURCES):
        with st.expander(say("sources.decide"), key="r_decide", on_change="rerun") as shown:
            if shown.open:
                _decide(person, names, now)


def _decisions(approvals: Sequence[Approval], names: Names, now: datetime, zone: ZoneInfo) -> Html:
    decided = {(one.source, one.firm): one for one in approvals}
    rows = [_decision(source, firm, decided.get((source, firm)), names, now, zone) for source, firm in _lines(decided)]
    columns = [
        Column("Source"),
        Column("For", hide=True),
        Column("Decision"),
        Column("Whose channel", hide=True),
        Column("Lawful basis", hide=True),
        Column("Owner", hide=True),
        Column("By", hide=True),
        Column("Review"),
    ]
    return table("Sources and whether they may be read", columns, rows)


def _lines(decided: dict[tuple[str, str | None], Approval]) -> list[tuple[str, str | None]]:
    """Every decision, and every source about which nobody has decided."""
    told = {source for source, _ in decided}
    return [*sorted(decided, key=lambda key: (key[0], key[1] or "")), *((key, None) for key in sorted(registry.sources()) if key not in told)]


def _decision(source: str, firm: str | None, approval: Approval | None, names: Names, now: datetime, zone: ZoneInfo) -> list[Html]:
    word = tag("span", "not decided", class_="chip guess")
    review = Html()
    if approval is not None:
        word = (
            tag("span", join([icon("tick"), text("approved")]), class_="chip green")
            if approval.approved
            else tag("span", "refused", class_="chip red")
        )
        if approval.review_on:
            past = date.fromisoformat(approval.review_on) < now.date()
            review = tag(
                "span",
                join([icon("warning") if past else Html(), text(times.long_day(date.fromisoformat(approval.review_on)))]),
                class_="chip amber" if past else None,
            )
    said = approval or Approval(source=source)
    at = tag("span", join([bdi(said.by), times.at(said.at, now, zone)], " ")) if said.by and said.at else Html()
    return [
        tag("span", names.source(source)),
        text(names.firm(firm) if firm else "all firms" if approval else ""),
        word,
        text(OWNERSHIP[said.ownership] if approval else ""),
        text(said.lawful_basis),
        text(said.owner, 60),
        at,
        review,
    ]


OWNERSHIP = {
    Ownership.OWNED: "the firm's own",
    Ownership.CLAIMED: "claimed by the firm",
    Ownership.THIRD_PARTY: "somebody else's",
    Ownership.REGULATOR: "a regulator's",
    Ownership.DIRECT: "sent to the firm",
}


def _decide(person: Person, names: Names, now: datetime) -> None:
    source = st.selectbox(say("sources.source"), sorted(registry.sources()), format_func=names.source, key="r_source")
    proposed = register.proposal(registry.source(source).site)
    firms = [None, *names.firms] if person.firms is None else list(names.firms)
    with st.form(f"decide_{source}", border=True):
        left, right = st.columns(2)
        with left:
            st.selectbox(say("sources.for"), firms, format_func=lambda key: names.firm(key) if key else "all firms", key="r_for")
            st.text_input(say("sources.owner"), key="r_owner")
            st.selectbox(
                say("sources.ownership"),
                list(Ownership),
                index=list(Ownership).index(proposed.ownership),
                format_func=OWNERSHIP.__getitem__,
                key="r_ownership",
            )
            st.text_input(say("sources.access"), value=proposed.access or "", key="r_access")
        with right:
            st.text_input(say("sources.terms"), value=proposed.terms or "", key="r_terms")
            st.text_input(say("sources.basis"), key="r_basis")
            st.text_input(say("sources.assessment"), key="r_assessment")
            st.text_input(say("sources.review_on"), value=(now.date() + timedelta(days=365)).isoformat(), key="r_review")
        st.text_input(say("sources.note"), key="r_note")
        with st.container(horizontal=True):
            st.form_submit_button(say("sources.approve"), type="primary", key="r_yes", on_click=_save, args=(source,), kwargs={"approved": True})
            st.form_submit_button(say("sources.refuse"), key="r_no", on_click=_save, args=(source,), kwargs={"approved": False})


def _save(source: str, *, approved: bool) -> None:
    state = st.session_state

    def said(name: str) -> str | None:
        return str(state.get(name) or "").strip() or None

    approval = Approval(
        source=source,
        firm=state.get("r_for"),
        owner=said("r_owner"),
        ownership=state["r_ownership"],
        access=said("r_access"),
        terms=said("r_terms"),
        lawful_basis=said("r_basis"),
        assessment=said("r_assessment"),
        approved=approved,
        note=said("r_note"),
        review_on=said("r_review"),
    )
    person = here.visitor()

    def approve() -> None:
        if address.day_of(approval.review_on or "") is None:
            raise Refused(say("search.not_a_day", said=approval.review_on or ""))
        register.approve(here.stores(), person, approval, here.now(), here.command())

    acts.do(approve, say("sources.approved", source=source))


page()
