"""The board: columns of cards, each card a case with its due date, risk, owner, priority and labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard.widgets import calendar, chips
from dashboard.widgets.chips import Names, Parameters
from dashboard.widgets.clocks import due_chip
from dashboard.widgets.hits import short
from dashboard.widgets.html import NOTHING, Html, bdi, icon, join, tag, text
from dashboard.wording import count, say
from plaint.desk.due import Risk, risk
from plaint.model import moment_of
from plaint.ports import CaseRow

FLAGGED = ("urgent", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What every card needs to be drawn: names, the moment, the view that links keep, what is chosen, who is on which case now."""

    names: Names
    people: Mapping[str, str]
    now: datetime
    zone: ZoneInfo
    view: Parameters
    picked: tuple[str, ...] = ()
    present: Mapping[str, str] | None = None
    can_pick: bool = True


def column(title: str, key: str, rows: Sequence[CaseRow], total: int, look: Look, *, pager: Html = NOTHING) -> Html:
    """One column: its heading with the exact number, its cards, and the way to the rest."""
    number = chips.link("board", f"{total:,}", look.view, column=key, start=None, title=say("board.all_of", cases=count(total, "case"), column=title))
    head = tag("h2", join([text(title, 40), Html(" "), number]), class_="colhead")
    cards = join(tag("li", card(row, look)) for row in rows) if rows else tag("li", say("board.none"), class_="soft")
    rest = NOTHING
    if total > len(rows) and not pager:
        rest = tag("p", chips.link("board", say("board.more", more=f"{total - len(rows):,}"), look.view, column=key, start=None))
    inner = join([head, tag("ol", cards, class_="cards"), rest, pager])
    return tag("section", inner, class_="boardcol", aria_label=f"{title}, {count(total, 'case')}")


def columns(parts: Sequence[Html]) -> Html:
    """The columns side by side; when it is narrow, one under the other."""
    return tag("div", join(parts), class_=f"boardcols of{len(parts)}")


def card(row: CaseRow, look: Look) -> Html:
    """One case. The title is the link to it; a second link chooses it for acting."""
    said = [due_chip(row.due, look.now, look.zone, provisional=bool(row.facts.get("provisional"))), _risk(row, look.now), _priority(row)]
    title = chips.link("case", text(row.title or say("case.title", case=short(row.case)), 90), case=row.case, firm=look.view.get("firm"))
    labels = [tag("span", text(label, 40), class_="chip") for label in row.facts.get("labels") or ()]
    team = row.facts.get("team")
    marks = [tag("span", text(say("board.in_team", team=team)), class_="chip") if team else NOTHING, *labels]
    where = [tag("span", text(look.names.firm(row.firm), 40)), chips.source(row.source, look.names)]
    body = [
        tag("div", join(said, " "), class_="by"), tag("h3", title, dir="auto"), tag("div", join(where, " "), class_="soft by"),
        tag("div", join(marks, " "), class_="by") if any(marks) else NOTHING,
        tag("div", join([_whose(row, look), _pick(row, look)]), class_="row"),
    ]  # fmt: skip
    return tag("article", join(body), class_="bcard picked" if row.case in look.picked else "bcard")


def _risk(row: CaseRow, now: datetime) -> Html:
    """At risk in a word and a sign; that it is over says the due date itself."""
    if row.due is None or risk(row, moment_of(row.due), now) is not Risk.AT_RISK:
        return NOTHING
    return calendar.status(Risk.AT_RISK)


def _priority(row: CaseRow) -> Html:
    level = row.facts.get("priority")
    if not level:
        return NOTHING
    return tag("span", join([icon("flag") if level in FLAGGED else NOTHING, text(level, 20)]), class_="chip")


def _whose(row: CaseRow, look: Look) -> Html:
    """Whose it is, until when a claim holds, who else has it open."""
    said = [bdi(look.people.get(row.assignee, row.assignee), 30) if row.assignee else text(say("dates.nobody"))]
    lease = row.facts.get("lease_until")
    if lease and moment_of(lease) > look.now:
        said.append(text(say("work.lease", until=f"{moment_of(lease).astimezone(look.zone):%H:%M}")))
    if row.facts.get("snoozed_until"):
        said.append(text(say("board.aside")))
    if look.present and row.case in look.present:
        said.append(tag("span", join([icon("eye"), text(look.present[row.case], 80)])))
    return tag("span", join(said, ' <span class="dot">·</span> '), class_="soft")


def _pick(row: CaseRow, look: Look) -> Html:
    if not look.can_pick:
        return NOTHING
    chosen = row.case in look.picked
    left = tuple(case for case in look.picked if case != row.case) if chosen else (*look.picked, row.case)
    said = join([icon("tick") if chosen else NOTHING, text(say("board.picked" if chosen else "board.pick")),
                 tag("span", text(f" {row.title or short(row.case)}", 90), class_="vh")])  # fmt: skip
    return chips.link("board", said, look.view, pick=left, class_="pick")


def views(said: Sequence[tuple[str, int, Parameters | None, str, bool]], chosen: str | None) -> Html:
    """Saved views as links with their counts: key, count, where it leads (None: only in the terminal), whose, whether everybody's."""
    items = []
    for key, number, leads, owner, shared in said:
        whose = tag("span", text(say("views.shared", who=owner), 60), class_="soft") if shared else NOTHING
        name = text(f"{key} {number:,}")
        shown = chips.link("board", name, leads) if leads is not None else join([name, Html(" "), tag("code", f"plaint case list --view {key}")])
        items.append(tag("li", join([shown, whose], " "), aria_current="true" if key == chosen else None))
    return tag("nav", tag("ul", join(items), class_="viewlist"), aria_label=say("views.title"))


def outcome(done: int, refused: Mapping[str, str], what: str, titles: Mapping[str, str]) -> Html:
    """What an act on many came to: how many, and each that was left alone with its reason."""
    head = tag("p", say("bulk.done", cases=count(done, "case"), what=what), class_="h")
    if not refused:
        return tag("div", head, class_="box-note", role="status")
    rows = [tag("li", join([chips.link("case", text(titles.get(case) or short(case), 90), case=case), text(f": {why}", 240)]))
            for case, why in list(refused.items())[:20]]  # fmt: skip
    more = tag("p", say("bulk.more", more=f"{len(refused) - 20:,}")) if len(refused) > 20 else NOTHING
    left = tag("p", say("bulk.left", cases=count(len(refused), "case")))
    return tag("div", join([head, left, tag("ul", join(rows)), more]), class_="box-late", role="status")
