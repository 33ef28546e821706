"""Who and what the demo registers: four firms, five accounts, and the decision that each made-up source may be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from crawlers.registry import source
from demo.sites.apps import NUMBERS
from demo.story import FIRMS, NAMES
from plaint.desk.register import proposal
from plaint.model import Approval, Firm, Ownership

PASSWORD = "plaint-demo"  # noqa: S105 - printed for everybody to see: it opens made-up accounts only
"""The password of every demo account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A demo account: its key, its name, what it may do and for which firms (None: all)."""

    key: str
    name: str
    roles: tuple[str, ...]
    firms: tuple[str, ...] | None = None


ADMIN = Played(key="root", name="Robin Root (demo account)", roles=("admin",))
PEOPLE = (
    Played(key="anika", name="Anika Rao (demo account)", roles=("agent",), firms=("northgate", "orbitpay")),
    Played(key="tom", name="Tom Hale (demo account)", roles=("approver",)),
    Played(key="mara", name="Mara Voss (demo account)", roles=("compliance",)),
    Played(key="ines", name="Ines Duarte (demo account)", roles=("auditor",)),
)
"""Everybody but the admin."""

SOURCES = {"demo_reviews": "reviews", "schema_org": "board", "appstore": "apps", "demo_forum": "forum", "demo_hostile": "corner"}
"""Which source reads which made-up site."""

CORNER = "lumen"
"""The one firm that the hostile corner is about."""

_OWNERSHIP = {"demo_reviews": Ownership.CLAIMED, "appstore": Ownership.OWNED}
_ALIASES = {
    "northgate": ("Northgate", "@northgatebank"),
    "orbitpay": ("OrbitPay", "@orbitpay"),
    "tern": ("Tern", "@terninsurance"),
    "lumen": ("Lumen", "@lumenmobile"),
}
_REGIMES = {"northgate": ("UK-DISP",), "orbitpay": ("UK-PSR",), "tern": ("UK-DISP",), "lumen": ("UK-OFCOM",)}


def firms() -> list[Firm]:
    """The four firms, each with its name on every made-up site."""
    return [_firm(key) for key in FIRMS]


def _firm(key: str) -> Firm:
    handles = {"demo_reviews": key, "demo_forum": key, "schema_org": f"/about/{key}", "appstore": f"gb/{NUMBERS[key]}"}
    if key == CORNER:
        handles["demo_hostile"] = "/"
    return Firm(
        key=key, name=NAMES[key], country="GB", aliases=_ALIASES[key], handles=handles, sites=(f"https://{key}.example",),
        zone="Europe/London", calendar="GB-ENG", regimes=_REGIMES[key],
    )  # fmt: skip


def approvals(today: date) -> list[Approval]:
    """The decisions under which the made-up sources may be read."""
    return [
        replace(
            proposal(source(key).site), owner="mara", ownership=_OWNERSHIP.get(key, Ownership.THIRD_PARTY), approved=True,
            terms="none: the demo serves these pages itself", lawful_basis="none needed: nobody in these pages is real",
            robots="kept", review_on=(today + timedelta(days=365)).isoformat(), note="for the demo's own pages on 127.0.0.1 only",
        )
        for key in SOURCES
    ]  # fmt: skip
