"""How far a crawl goes: to the end of a list, or until what is known; and when the next full sweep is due.

A list that has its newest items first need not be read to its end each time. Edits and vanished posts further down are learned
by a full sweep, which comes at intervals, and whenever what was read before may have a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from plaint.model import Run, Site, moment_of
from plaint.ports import Stores

LOOKED_AT = 200
"""Runs of a source that are looked at, newest first."""


class Reach(StrEnum):
    """How far a run went: through everything (`full`), until it met what was known (`known`), or as far as it was told (`part`)."""

    FULL = "full"
    KNOWN = "known"
    PART = "part"


def next_sweep(site: Site, runs: Sequence[Run]) -> datetime | None:
    """When the next full sweep of a source for a firm is due; None: with the next crawl.

    `runs` are those of the source and firm, newest first. A run that failed, that went only so far as it was told, or
    that took saved pages in may leave a gap behind posts that are known, so the next one is full.
    """
    if not site.newest_first or site.sweep <= 0:
        return None
    for run in runs:
        if run.state != "done" or run.reach not in {Reach.FULL, Reach.KNOWN}:
            return None
        if run.reach == Reach.FULL:
            return moment_of(run.ended or run.started) + timedelta(days=site.sweep)
    return None


def runs_of(stores: Stores, site: Site, firm: str | None) -> list[Run]:
    """The runs of a source for a firm that have ended, newest first, with those that were for no firm in particular."""
    return [run for run in stores.runs.newest(site.key, LOOKED_AT) if run.firm in {firm, None} and run.state != "running"]


def reach_of(stores: Stores, site: Site, firm: str, now: datetime) -> Reach:
    """How far a crawl that is not limited goes now."""
    due = next_sweep(site, runs_of(stores, site, firm))
    return Reach.KNOWN if due is not None and now < due else Reach.FULL
