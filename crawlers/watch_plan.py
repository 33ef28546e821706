"""What is to be watched: every source and firm that the register lets be read and that can be started, each with its next walk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crawlers.page import Ask, Firm
from crawlers.registry import Source, keys, source
from crawlers.stream_page import Listen
from plaint.desk import register, watching
from plaint.desk.watched import STREAM
from plaint.desk.watching import Plan
from plaint.ports import Stores

RUNS = 2000
"""Runs that are looked at to tell what is left of a quota."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the settings say: rhythms in seconds, other homes and other addresses for streams, each by source key."""

    rhythms: Mapping[str, float] = field(default_factory=dict)
    homes: Mapping[str, str] = field(default_factory=dict)
    streams: Mapping[str, str] = field(default_factory=dict)


def plans(stores: Stores, given: Given, now: datetime) -> list[Plan]:
    """The next walk of each source and firm, the soonest first, those at work before them."""
    leases = {lease.name: lease for lease in stores.leases.all()}
    used: dict[str, watching.Used | None] = {}
    found = []
    for one, firm in readable(stores, given, now):
        site = one.site
        if site.key not in used:
            used[site.key] = watching.used(site.quota, stores.runs.newest(site.key, RUNS) if site.quota else (), now)
        lease = leases.get(watching.name_of(site.key, firm.key))
        found.append(watching.plan(site, firm.key, rhythm=given.rhythms.get(site.key), lease=lease, used=used[site.key], now=now))
    return sorted(found, key=lambda plan: (plan.next is not None, plan.next or now, plan.source, plan.firm))


def listens(stores: Stores, given: Given, now: datetime) -> dict[str, tuple[Source, Listen]]:
    """The streams to follow, by the names of their leases: those of the sources and firms that may be read."""
    asks: dict[str, list[Ask]] = {}
    for one, firm in readable(stores, given, now):
        if one.streams is not None:
            asks.setdefault(one.site.key, []).append(ask_of(one, firm, given))
    found = {}
    for key, asked in asks.items():
        one = source(key)
        for listen in one.streams(asked, given.streams.get(key)) if one.streams is not None else ():
            found[f"{STREAM}{key} {listen.name}"] = (one, listen)
    return found


def delivered(stores: Stores, now: datetime) -> list[tuple[str, str]]:
    """The sources and firms of which posts may be brought to us: by webhooks, and through the front door."""
    approvals, firms = stores.registers.approvals(), stores.registers.firms()
    decided = [
        (key, firm.key, register.decision(approvals, key, firm.key))
        for key in sorted({approval.source for approval in approvals if approval.approved} & set(keys()))
        if source(key).site.delivers
        for firm in firms
    ]
    return [(key, firm) for key, firm, one in decided if one is not None and register.standing(one, now) == "approved"]


def readable(stores: Stores, given: Given, now: datetime) -> Iterator[tuple[Source, Firm]]:
    """The sources and firms that may be read now and can be started: the firm has whatever name the source needs."""
    approvals, firms = stores.registers.approvals(), stores.registers.firms()
    for key in sorted({approval.source for approval in approvals if approval.approved} & set(keys())):
        one = source(key)
        for firm in firms if one.start is not None and one.site.live else ():
            approval = register.decision(approvals, key, firm.key)
            if approval is not None and register.standing(approval, now) == "approved" and _can_start(one, firm, given):
                yield one, firm


def ask_of(one: Source, firm: Firm, given: Given) -> Ask:
    """What to ask of a source for a firm, at the home that the settings give."""
    return Ask(firm=firm, home=given.homes.get(one.site.key, one.site.home).rstrip("/"))


def _can_start(one: Source, firm: Firm, given: Given) -> bool:
    try:
        return one.start is not None and list(one.start(ask_of(one, firm, given))) is not None
    except LookupError:
        return False
