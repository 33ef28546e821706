"""Rules: what happens by itself when a post comes, what it did and why, and trying one on the past. Nothing here is cached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import acts, address, here
from dashboard.widgets import states, times
from dashboard.widgets.chips import Names, link
from dashboard.widgets.html import NOTHING, Html, bdi, tag, text
from dashboard.widgets.tables import Column, table
from dashboard.wording import count, say
from plaint.alerts.rule import Rule
from plaint.cases.work import Priority
from plaint.desk import alerting, ruling
from plaint.desk.rights import Refused, Right, may
from plaint.desk.ruling import DryRun, Firing
from plaint.model import Firm, Person


def page() -> None:
    """Read the address, ask the desk, show."""
    person = here.visitor()
    firm = here.firm(person)
    now, zone, names = here.now(), here.zone(firm), here.names(person)
    here.show(tag("h1", say("page.rules")))
    acts.told()
    if key := address.one("rule"):
        try:
            rule = ruling.rule(here.stores(), person, key)
        except Refused:
            here.show(states.no_such("rule", key))
        else:
            _one(rule, person, names, now, zone)
            return
    here.show(tag("p", say("rules.what"), class_="soft"))
    _all(person, firm, names)
    if may(person, Right.KEEP_FIRMS):
        _new(person, firm, names, now, zone)


def _all(person: Person, firm: Firm | None, names: Names) -> None:
    stores = here.stores()
    mine = ruling.rules(stores, person)
    found = [one for one in (*mine, *ruling.tagged(stores, person)) if firm is None or one.firms is None or firm.key in one.firms]
    if not found:
        here.show(states.empty(say("rules.none"), say("rules.none_why"), say("rules.none_do")))
        return
    known = {one.key for one in mine}
    columns = [Column("Rule"), Column("When a new post answers", grow=True), Column("Then"), Column("Firm", hide=True)]
    rows = [
        [
            link("rules", one.key, rule=one.key) if one.key in known else text(one.key), tag("code", one.query),
            text(say("rules.paused") + f": {one.does}" if one.paused else one.does),
            text("all" if one.firms is None else ", ".join(map(names.firm, one.firms))),
        ]
        for one in found
    ]  # fmt: skip
    here.show(table("Rules", columns, rows, walk=True))


def _one(rule: Rule, person: Person, names: Names, now: datetime, zone: ZoneInfo) -> None:
    here.show(tag("p", link("rules", say("rules.back"))))
    here.show(tag("h2", rule.key))
    here.show(tag("p", link("search", tag("code", rule.query), q=rule.query)))
    here.show(tag("p", rule.does))
    if rule.paused:
        here.show(tag("p", say("rules.paused_what"), class_="soft", role="status"))
    if may(person, Right.KEEP_FIRMS):
        with st.container(key="acts_rule", horizontal=True, gap="small"):
            label = say("rules.resume" if rule.paused else "rules.pause")
            acts.button(label, f"rule_pause_{rule.key}_{rule.paused}", _pause, (rule.key, rule.paused))
            acts.button(say("rules.remove"), f"rule_remove_{rule.key}", _remove, (rule.key,))
    here.show(tag("h2", say("rules.log")))
    fired = ruling.fired(here.stores(), person, rule.key, now)
    here.show(_log(fired[:100], names, now, zone) if fired else tag("p", say("rules.no_log"), class_="soft"))


def _log(fired: Sequence[Firing], names: Names, now: datetime, zone: ZoneInfo) -> Html:
    columns = [Column("At"), Column("Post", grow=True), Column("Firm", hide=True), Column("Did"), Column("Case")]
    rows = [
        [
            times.at(one.at, now, zone), link("post", bdi(one.post, 60), post=one.post), text(names.firm(one.firm)), text(one.did or "not yet done"),
            link("case", one.case, case=one.case) if one.case else NOTHING,
        ]
        for one in fired
    ]  # fmt: skip
    return table("What the rule did, newest first", columns, rows, walk=True)


def _new(person: Person, firm: Firm | None, names: Names, now: datetime, zone: ZoneInfo) -> None:
    """The form of a new rule, with what it would have done."""
    with st.expander(say("rules.new"), expanded="ru_tried" in st.session_state, key="ru_new"):
        st.text_input(say("alerts.name"), key="ru_name", placeholder="blocked-cards", width=300)
        st.text_input(say("rules.when"), key="ru_query", placeholder="card AND (blocked OR declined)", help=say("alerts.query_what"))
        st.checkbox(say("rules.opens"), key="ru_opens", value=True)
        with st.container(horizontal=True, gap="small"):
            st.text_input(say("rules.team"), key="ru_team", width=180)
            levels = [None, *Priority]
            st.selectbox(say("rules.priority"), levels, key="ru_priority", format_func=lambda one: one or say("rules.priority.none"), width=180)
            st.text_input(say("rules.labels"), key="ru_labels", width=240)
            alerts = [None, *(one.alert.key for one in alerting.standings(here.stores(), person, now))]
            st.selectbox(say("rules.notify"), alerts, key="ru_notify", format_func=lambda one: one or say("rules.notify.none"), width=180)
        key = firm.key if firm else None
        with st.container(horizontal=True, gap="small"):
            acts.button(say("rules.try"), "rule_try", _try, (key,))
            acts.button(say("rules.save"), "rule_save", _save, (key,), kind="primary")
        tried = st.session_state.get("ru_tried")
        if isinstance(tried, DryRun):
            _show(tried, names, now, zone)


def _show(tried: DryRun, names: Names, now: datetime, zone: ZoneInfo) -> None:
    said = say("rules.tried" if tried.whole else "rules.tried_at_least", times=count(tried.times, "time"), days=tried.days)
    here.show(tag("p", said, role="status"))
    columns = [Column("Post", grow=True), Column("Firm", hide=True), Column("Published")]
    rows = [
        [
            link("post", bdi(post.title or post.text, 90), post=post.id), text(", ".join(names.firm(about.key) for about in post.firms)),
            times.when(post.published, now, zone),
        ]
        for post in tried.posts
    ]  # fmt: skip
    if rows:
        here.show(table("The newest posts for which it would have fired", columns, rows, shown=True))


def _written(person: Person, firm: str | None, name: str) -> Rule:
    said = st.session_state
    return Rule(
        key=name, owner=person.key, query=str(said.get("ru_query", "")).strip(), firms=(firm,) if firm else None, opens=bool(said.get("ru_opens")),
        team=str(said.get("ru_team", "")).strip() or None, priority=said.get("ru_priority"), labels=tuple(str(said.get("ru_labels", "")).split()),
        notify=said.get("ru_notify"),
    )  # fmt: skip


def _try(firm: str | None, _command: str) -> None:
    person, said = here.visitor(), st.session_state
    said.pop("ru_tried", None)

    def dry() -> None:
        said["ru_tried"] = ruling.dry_run(here.stores(), person, _written(person, firm, "dry-run"), here.now())

    acts.do(dry)


def _save(firm: str | None, command: str) -> None:
    person, said = here.visitor(), st.session_state
    name = str(said.get("ru_name", "")).strip()
    rule = _written(person, firm, name)
    if acts.do(lambda: ruling.save(here.stores(), person, rule, here.now(), command), say("rules.saved", name=name)):
        for key in ("command_rule_save", "ru_name", "ru_query", "ru_team", "ru_labels", "ru_tried"):
            said.pop(key, None)


def _pause(key: str, paused: bool, command: str) -> None:  # noqa: FBT001  (what the button said)
    person = here.visitor()
    done = say("rules.resumed" if paused else "rules.paused_now", name=key)
    acts.do(lambda: ruling.pause(here.stores(), person, key, paused=not paused, now=here.now(), command=command), done)
    st.session_state.pop(f"command_rule_pause_{key}_{paused}", None)


def _remove(key: str, command: str) -> None:
    person = here.visitor()
    if acts.do(lambda: ruling.drop(here.stores(), person, key, here.now(), command), say("rules.removed", name=key)):
        address.change(rule=None)


page()
