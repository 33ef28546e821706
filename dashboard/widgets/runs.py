"""Runs of sources: what was announced, what became of it, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard.widgets import chips, times
from dashboard.widgets.chips import Names
from dashboard.widgets.html import NOTHING, Html, icon, join, tag, text
from dashboard.widgets.tables import Column, bar, table
from plaint.insight import metrics
from plaint.model import Run

ALARMS = {
    "layout changed": "The page no longer looks as the parser expects",
    "fewer than expected": "Fewer posts than this source usually has",
    "login wall": "The source asks for a sign-in",
    "challenge page": "The source asks to prove that a person reads",
    "endless list": "The list of pages does not end",
    "refused by robots.txt": "robots.txt forbids this page",
    "not this source": "The page is not from this source",
    "error answer": "The source answered with an error",
}
"""What each alarm means."""


def state(run: Run) -> Html:
    """How a run stands, in a word with a shape: late and broken ones coloured."""
    if run.state == "running":
        return tag("span", "collecting", class_="chip guess")
    if run.state == "failed":
        return tag("span", join([icon("warning"), text("failed")]), class_="chip red")
    if run.alarms or run.state == "stopped":
        return tag("span", join([icon("warning"), text(run.alarms[0] if run.alarms else "stopped")]), class_="chip amber")
    return tag("span", join([icon("tick"), text("complete" if metrics.balance(run) == 0 and not run.missing else "done")]), class_="chip green")


def worst_first(runs: Sequence[Run]) -> list[Run]:
    """Failed ones, then those with alarms, then the least covered, then the oldest."""

    def rank(run: Run) -> tuple[int, float, str]:
        trouble = 0 if run.state == "failed" else 1 if run.alarms or run.state == "stopped" else 2
        return (trouble, metrics.held(run) / run.announced if run.announced else 1.0, run.ended or run.started)

    return sorted(runs, key=rank)


def share(run: Run) -> Html:
    """How much of what was announced is held, as a bar; a source that announces nothing says so."""
    if not run.announced:
        return tag("span", "not announced", class_="soft")
    part = min(1.0, metrics.held(run) / run.announced)
    return bar(part, f"{int(part * 100)} %", colour="red" if part < 0.5 else "amber" if part < 0.9 else "")


def collected(runs: Sequence[Run], names: Names, now: datetime, zone: ZoneInfo, *, limit: int) -> Html:
    """The sources that need a look, worst first."""
    rows = [
        [
            tag(
                "span",
                join(
                    [
                        chips.link("sources", names.source(run.source), run=run.id),
                        tag("span", names.firm(run.firm) if run.firm else "", class_="soft"),
                    ],
                    " ",
                ),
            ),
            times.at(run.ended or run.started, now, zone, relative=True),
            share(run),
            state(run),
        ]
        for run in worst_first(metrics.latest_runs(runs))[:limit]
    ]
    if not rows:
        return tag("p", "No source has been read yet.", class_="soft")
    return table(
        "Sources, those that need a look first",
        [Column("Source"), Column("Last run"), Column("Held", hide=True), Column("State", tight=True)],
        rows,
        walk=True,
    )


def health(runs: Sequence[Run], names: Names, now: datetime, zone: ZoneInfo) -> Html:
    """The last run of every source and firm with its whole ledger."""
    columns = [
        Column("Source"),
        Column("Firm", hide=True),
        Column("Last run"),
        Column("Announced", number=True, hide=True),
        Column("New", number=True),
        Column("Known", number=True, hide=True),
        Column("Changed", number=True, hide=True),
        Column("Rejected", number=True, hide=True),
        Column("Missing", number=True, hide=True),
        Column("Held", hide=True),
        Column("State", tight=True),
    ]
    rows = [
        [
            chips.link("sources", names.source(run.source), tab="runs", run=run.id),
            tag("span", names.firm(run.firm) if run.firm else "all"),
            times.at(run.ended or run.started, now, zone, relative=True),
            tag("span", "" if run.announced is None else f"{run.announced:,}"),
            *(tag("span", f"{number:,}") for number in (run.new, run.known, run.changed)),
            *(tag("span", f"{number:,}", class_="danger" if number else None) for number in (run.rejected, run.missing)),
            share(run),
            state(run),
        ]
        for run in worst_first(metrics.latest_runs(runs))
    ]
    return table("Last run of each source, late or broken first", columns, rows, walk=True)


def ledger(run: Run) -> Html:
    """The equation of one run: announced = new + known + changed + rejected + missing, and whether it closes."""
    parts = [("new", run.new), ("known", run.known), ("changed", run.changed), ("rejected", run.rejected), ("missing", run.missing)]
    right = join([tag("span", join([tag("strong", f"{number:,}"), text(f" {name}")])) for name, number in parts], " + ")
    if run.announced is None:
        return tag("p", join([text("The source announces no number: "), right]), class_="ledger")
    gap = metrics.balance(run)
    said = (
        NOTHING
        if gap == 0
        else tag("span", f"{abs(gap or 0):,} {'not accounted for' if (gap or 0) > 0 else 'more than announced'}", class_="chip amber")
    )
    return tag("p", join([tag("strong", f"{run.announced:,}"), text(" announced = "), right, Html(" "), said]), class_="ledger")


def alarms(run: Run) -> Html:
    """Each alarm with what it means."""
    said = [join([tag("dt", name), tag("dd", ALARMS.get(name, "See the log of the run."))]) for name in run.alarms]
    return tag("dl", join(said), class_="defs") if said else tag("p", "No alarm.", class_="soft")


def history(runs: Sequence[Run], names: Names, now: datetime, zone: ZoneInfo, *, here: str | None, carry: Mapping[str, str | None]) -> Html:
    """Runs, newest first."""
    columns = [
        Column("Started"),
        Column("Source"),
        Column("Firm", hide=True),
        Column("Announced", number=True, hide=True),
        Column("New", number=True),
        Column("Held", hide=True),
        Column("State", tight=True),
    ]
    rows = [
        [
            tag(
                "span",
                join(
                    [
                        chips.link("sources", times.moment_text(run.started, now, zone), {**carry, "run": run.id}),
                        tag("span", "shown above", class_="chip") if run.id == here else NOTHING,
                    ],
                    " ",
                ),
            ),
            tag("span", names.source(run.source)),
            tag("span", names.firm(run.firm) if run.firm else "all"),
            tag("span", "" if run.announced is None else f"{run.announced:,}"),
            tag("span", f"{run.new:,}"),
            share(run),
            state(run),
        ]
        for run in runs
    ]
    return table("Runs, newest first", columns, rows, walk=True)
