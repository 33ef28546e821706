"""Watch: what is walked and listened to right now, when what is next, and how soon a post is known. What needs somebody first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from crawlers import watch_plan
from dashboard import here
from dashboard.widgets import states, times
from dashboard.widgets.chips import Names
from dashboard.widgets.html import Html, icon, join, tag, text
from dashboard.widgets.tables import Column, table
from dashboard.wording import count, say
from plaint.desk.rights import in_scope
from plaint.desk.watched import Watched, watched
from plaint.desk.watching import span
from plaint.insight import time_to_identify
from plaint.model import Firm, Person, moment_of
from settings import settings

WORDS = {
    "done": "as planned", "running": "at work", "following": "following", "stopped": "stopped", "failed": "failed", "refused": "could not begin",
    "never": "not yet walked", "connecting": "connecting", "broken off": "broken off", "waits": "waits", "waiting": "waits",
}  # fmt: skip
"""How a state of the watching is called on the screen."""

GREEN = frozenset({"done", "running", "following", "waits"})


def page() -> None:
    """Read who is here, ask the desk, show; again every five seconds."""
    person = here.visitor()
    firm = here.firm(person)
    here.show(tag("h1", say("page.watch")))
    _live(person, firm)
    with st.popover(say("watch.defined"), type="tertiary", key="w_defined"):
        defined = (
            (say("watch.time"), time_to_identify.DEFINITION),
            (say("watch.lag"), say("watch.lag_what")),
            (say("watch.rhythm"), say("watch.rhythm_what")),
        )
        here.show(tag("dl", join(join([tag("dt", name), tag("dd", what)]) for name, what in defined), class_="defs"))


@st.fragment(run_every="5s")
def _live(person: Person, firm: Firm | None) -> None:
    now, names, zone = here.now(), here.names(person), here.zone(firm)
    rows = [row for row in _asked(now) if _is_mine(row, person, firm)]
    if not rows:
        here.show(states.empty(say("watch.none"), say("watch.none_why"), text(say("watch.none_do"))))
        st.code("plaint watch", language="bash")
        return
    alarms = sum(row.alarm is not None for row in rows)
    key = "watch.alarms" if alarms > 1 else "watch.alarms.one" if alarms else "watch.well"
    said = say(key, alarms=alarms, all=len(rows))
    here.show(join([tag("p", said, class_="soft", role="status"), _table(rows, names, now, zone)]))


def _asked(now: datetime) -> list[Watched]:
    given = watch_plan.Given(rhythms=settings().rhythms, homes=settings().homes, streams=settings().streams)
    stores = here.stores()
    return watched(stores, watch_plan.plans(stores, given, now), stores.leases.all(), watch_plan.delivered(stores, now), now)


def _is_mine(row: Watched, person: Person, firm: Firm | None) -> bool:
    """Whether a row is about a firm that the person may see, and that was chosen."""
    firms = (row.firm or "").split(", ")
    return any(in_scope(person, key) and (firm is None or key == firm.key) for key in firms)


def _table(rows: Sequence[Watched], names: Names, now: datetime, zone: ZoneInfo) -> Html:
    hidden = [Column(name, number=True, hide=True) for name in ("Lag", "Known within", "Quota left", "Errors")]
    columns = [
        Column("Source"),
        Column("State"),
        Column("Every", hide=True),
        Column("Last", hide=True),
        Column("Next"),
        *hidden,
        Column("Newest post", hide=True),
        Column("Owner", hide=True),
    ]
    return table("What is watched, what needs somebody first", columns, [_row(row, names, now, zone) for row in rows], walk=True)


def _row(row: Watched, names: Names, now: datetime, zone: ZoneInfo) -> list[Html]:
    keys = [key for key in (row.firm or "").split(", ") if key]
    firms = ", ".join(map(names.firm, keys)) if len(keys) < 3 else count(len(keys), "firm")
    source = tag("span", join([tag("span", names.source(row.source)), tag("span", firms, class_="soft")], " "))
    known = "" if row.usual is None else f"{_length(row.usual)} / {_length(row.slowest)}"
    return [
        source,
        _state(row),
        text(span(row.rhythm) if row.rhythm is not None else say("watch.as_it_comes")),
        times.at(row.last, now, zone, relative=True) if row.last else Html(),
        _next(row, now, zone),
        text(_length(row.lag) if row.lag else ""),
        tag("span", known, title=_stages(row)) if known else Html(),
        text("" if row.quota is None else f"{row.quota_left:,} of {row.quota:,}"),
        text(f"{row.errors:,}" if row.errors else ""),
        times.at(row.newest, now, zone, relative=True) if row.newest else Html(),
        tag("span", row.owner.partition(":")[0], title=row.owner) if row.owner else Html(),
    ]


def _state(row: Watched) -> Html:
    """How it stands, in a word with a shape, and why; an alarm says what is wrong."""
    word = WORDS.get(row.state, row.state)
    if row.alarm is not None:
        chip = tag("span", join([icon("warning"), text(word)]), class_="chip red")
        return tag("span", join([chip, tag("span", row.alarm, class_="soft")], " "))
    if row.state in GREEN:
        return tag("span", join([icon("tick"), text(word)]), class_="chip green")
    return tag("span", join([tag("span", word, class_="chip amber"), tag("span", row.why, class_="soft")], " "))


def _next(row: Watched, now: datetime, zone: ZoneInfo) -> Html:
    if row.next is None:
        return text(say("watch.at_work") if row.kind == "walks" else "")
    if moment_of(row.next) <= now:
        return text(say("watch.due"))
    seconds = (moment_of(row.next) - now).total_seconds()
    return text(f"in {seconds:.0f} s") if seconds < 120 else times.at(row.next, now, zone, relative=True)


def _length(seconds: float | None) -> str:
    """A short length as `0.5 s`, a long one in its largest unit; beyond what is counted as `> 1 d`."""
    if seconds is None:
        return ""
    if seconds == float("inf"):
        return "> 1 d"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s" if seconds < 120 else times.length(seconds)


def _stages(row: Watched) -> str:
    """Where the time goes, by stage, of half of the posts."""
    return "; ".join(f"{stage} {_length(took)}" for stage, took in (row.stages or {}).items())


page()
