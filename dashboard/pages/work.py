"""My work: never think about what is next. One item with the reasons for its place, and the list below it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import acts, address, casebook, deeds, here, views
from dashboard.widgets import cases, chips, states, times
from dashboard.widgets.clocks import due_chip
from dashboard.widgets.hits import short
from dashboard.widgets.html import NOTHING, Html, join, paragraphs, tag, text
from dashboard.wording import count, say
from plaint.cases.queues import Queued
from plaint.desk import archive
from plaint.desk.rights import Refused, Right, may
from plaint.model import Firm, Person, Post, moment_of
from plaint.query.tree import Search, Term

TEXT = 700
"""Characters of the next item's text."""


def page() -> None:
    """Read the address, ask the desk, show."""
    person = here.visitor()
    firm = here.firm(person)
    now, zone = here.now(), here.zone(firm)
    counts = casebook.counts(person, firm)
    with st.container(key="w_head", horizontal=True, vertical_alignment="center", gap="medium"):
        here.show(tag("h1", say("page.work")))
        keep = address.follows("queue", "w_queue", _first(counts), casebook.QUEUES)
        st.pills(
            say("work.queue"), casebook.QUEUES, key="w_queue", on_change=keep, label_visibility="collapsed", required=True,
            format_func=lambda name: f"{say(f'queue.{name}')} :gray[{counts[name]:,}]",
        )  # fmt: skip
    views.listed(person, None, now)
    with st.container(key="w_told", horizontal=True, gap="small", vertical_alignment="center"):
        acts.told()
        deeds.undo_line(person)
    chosen = str(st.session_state["w_queue"])
    if not counts[chosen]:
        _nothing(chosen, counts)
    elif chosen == "all":
        _all(person, firm, counts["all"], now, zone)
    else:
        _queue(chosen, person, firm, now, zone)
    acts.dialogs(person)


def _first(counts: dict[str, int]) -> str:
    return "mine" if counts["mine"] or not counts["triage"] else "triage"


def _nothing(chosen: str, counts: dict[str, int]) -> None:
    why = say("work.empty_why", triage=f"{counts['triage']:,}", nobody=f"{counts['nobody']:,}") if counts["all"] else say("work.empty_all_why")
    go = chips.link("work", say("queue.triage"), queue="triage") if counts["triage"] and chosen != "triage" else NOTHING
    here.show(states.empty(say(f"work.empty.{chosen}"), why, go))


def _queue(chosen: str, person: Person, firm: Firm | None, now: datetime, zone: ZoneInfo) -> None:
    items, total = casebook.queue(chosen, person, firm)
    skipped: dict[str, int] = st.session_state.setdefault("w_skipped", {})
    waiting = [item for item in items if skipped.get(item.row.case) != item.row.version]
    if waiting:
        _next(waiting[0], person, now, zone)
    else:
        skipped.clear()
        waiting = items
    words = tag("p", say("work.list", items=count(total, "item")), class_="soft")
    rows = [item.row for item in items]
    table = cases.listed(rows, here.names(person), here.people(), now, zone, caption=say(f"queue.{chosen}"), firm=address.one("firm") or None)
    here.show(join([words, table]))


def _all(person: Person, firm: Firm | None, total: int, now: datetime, zone: ZoneInfo) -> None:
    start = int(address.one("start", "0")) if address.one("start", "0").isdigit() else 0
    listed = casebook.every(person, firm, offset=start)
    table = cases.listed(listed.rows, here.names(person), here.people(), now, zone, caption=say("queue.all"), firm=address.one("firm") or None)
    here.show(join([tag("p", say("work.list_all", items=count(total, "case")), class_="soft"), table, _pages(start, len(listed.rows), total)]))


def _pages(start: int, shown: int, total: int) -> Html:
    now = address.here()
    before = chips.link("work", say("post.previous"), {**now, "start": str(max(0, start - casebook.ROWS))}) if start else NOTHING
    after = chips.link("work", say("post.next"), {**now, "start": str(start + shown)}) if start + shown < total else NOTHING
    where = tag("span", say("search.where", first=f"{start + 1:,}", last=f"{start + shown:,}", total=f"{total:,}"))
    return (
        tag("nav", join([where, tag("span", join([before, after], " "))]), class_="pager", aria_label=say("search.pages"))
        if total > shown
        else NOTHING
    )


def _next(item: Queued, person: Person, now: datetime, zone: ZoneInfo) -> None:
    row = item.row
    post = _post(person, row.posts)
    with st.container(key="card_next", border=True, gap="small"):
        here.show(_card(item, post, person, now, zone))
        if not may(person, Right.WORK_CASES, row.firm):
            return
        with st.container(key="acts_next", horizontal=True, gap="small"):
            if row.state == "CANDIDATE":
                st.button(say("act.confirm"), key="w_yes", type="primary", shortcut="Y", on_click=acts.ask, args=("confirm", row.case, row.version))
                st.button(say("act.reject"), key="w_no", shortcut="X", on_click=acts.ask, args=("reject", row.case, row.version))
            elif not row.facts.get("acknowledged"):
                acts.button(
                    say("act.acknowledge"), f"ack_{row.case}_{row.version}", acts.acknowledge, (row.case, row.version), kind="primary", shortcut="E"
                )
            if row.assignee != person.key:
                done = say("act.assigned", who=person.name)
                acts.button(say("act.mine"), f"mine_{row.case}_{row.version}", acts.assign, (row.case, row.version, person.key, done), shortcut="A")
            if row.assignee in {None, person.key}:
                acts.button(say("act.claim"), f"claim_{row.case}_{row.version}", deeds.claim, (row.case, row.version), shortcut="T")
            st.button(say("act.snooze"), key="w_snooze", shortcut="S", on_click=acts.ask, args=("snooze", row.case, row.version))
            st.button(say("act.write"), key="w_write", type="tertiary", shortcut="W", on_click=_open, args=(row.case, "replies"))
            st.button(say("act.to_note"), key="w_note", type="tertiary", shortcut="M", on_click=_open, args=(row.case, "notes"))
            st.button(say("act.skip"), key="w_skip", type="tertiary", shortcut="N", on_click=_skip, args=(row.case, row.version))


def _skip(case: str, version: int) -> None:
    st.session_state.setdefault("w_skipped", {})[case] = version


def _open(case: str, tab: str) -> None:
    """Go to the case, where one writes."""
    st.switch_page("dashboard/pages/case.py", query_params={"case": case, "tab": tab})


def _post(person: Person, posts: Sequence[str]) -> Post | None:
    if not posts:
        return None
    try:
        hits = archive.look_up(here.stores(), person, Search(query=Term(posts[0], "id"), limit=1)).hits
    except Refused:
        return None
    return hits[0].post if hits else None


def _card(item: Queued, post: Post | None, person: Person, now: datetime, zone: ZoneInfo) -> Html:
    row, names = item.row, here.names(person)
    by = [tag("strong", say("work.next")), chips.firm_key(row.firm, names), chips.source(row.source, names)]
    if post is not None:
        by += [chips.rating(post.rating), chips.author(post.author), times.when(post.published, now, zone), chips.language(post)]
    stand = [due_chip(row.due, now, zone, provisional=bool(row.facts.get("provisional"))), chips.state(row.state)]
    if row.assignee and row.assignee != person.key:
        stand.append(text(say("case.who", who=here.people().get(row.assignee, row.assignee))))
    lease = row.facts.get("lease_until")
    if lease and moment_of(lease) > now:
        stand.append(tag("span", say("work.lease", until=times.moment_text(lease, now, zone)), class_="chip"))
    head = tag("div", join([tag("div", join(by, " "), class_="by"), tag("div", join(stand, " "), class_="stand")]), class_="row")
    lang = chips.lang_of(post) if post else None
    title = tag(
        "h2",
        chips.link("case", text(row.title or f"Case {short(row.case)}", 200), case=row.case, firm=address.one("firm") or None),
        lang=lang,
        dir="auto",
    )
    body = paragraphs(post.text[:TEXT] + ("…" if len(post.text) > TEXT else ""), lang=lang) if post else NOTHING
    return tag("article", join([head, title, body, cases.reasons(item)]), class_="card")


page()
