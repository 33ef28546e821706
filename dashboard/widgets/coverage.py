"""How complete the archive is, in one line that stands beside every count."""

from __future__ import annotations

import streamlit as st

from dashboard import here
from dashboard.widgets import chips
from dashboard.widgets.html import Html
from dashboard.wording import count, say
from plaint.desk.rights import in_scope
from plaint.insight import metrics
from plaint.model import Person, Run


@st.cache_data(ttl=20, max_entries=50, show_spinner=False)
def _runs(address: str) -> list[Run]:  # noqa: ARG001
    return here.stores().runs.newest(limit=300)


def runs(person: Person) -> list[Run]:
    """The newest runs of the person's firms."""
    return [run for run in _runs(here.address()) if in_scope(person, run.firm)]


def late(said: list[Run]) -> set[str]:
    """Sources whose newest run failed or raised an alarm."""
    return {run.source for run in metrics.latest_runs(said) if run.state == "failed" or run.alarms}


def coverage_line(person: Person) -> Html:
    """`Coverage 97 %, 2 sources late`, as a link to Sources."""
    said = runs(person)
    share = metrics.coverage(said).share
    words = say("coverage.some", share=percent(share)) if share is not None else say("coverage.none")
    behind = late(said)
    if behind:
        words += ", " + say("coverage.late", sources=count(len(behind), "source"))
    return chips.link("sources", words)


def percent(share: float) -> str:
    """`97 %`; what is not quite all never reads as all."""
    whole = int(share * 100)
    return f"{whole if share < 1 else 100} %"
