"""One walk of `plaint watch`, in a process of its own: a crawl whose stores take nothing once the walk has another owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

from crawlers.registry import source
from crawlers.run import Manners, crawl_sources
from indexer.connect import connect
from plaint.desk.rights import Refused
from plaint.leases import Lease, LeaseLost
from plaint.ports import StoreDown, Stores
from settings.events import log_to_stderr


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a walk writes, and from which level on it says what happens."""

    address: str
    evidence: Path | None
    log: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Walking:
    """What to walk, under which lease; `watched` is since when, `cursor` where a stream broke off."""

    source: str
    firm: str
    lease: Lease
    manners: Manners
    watched: datetime | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a walk ended: the state of its run, or `refused` where it could not begin; `reason` names its troubles."""

    state: str
    run: str | None = None
    reason: str | None = None


DIED = Ended(state="failed", reason="the process ended without a word")
"""What is said of a walk whose process says nothing."""


def walk(place: Place, given: Walking, out: Connection) -> None:
    """The body of the process: walks, and says through `out` how it ended."""
    log_to_stderr(place.log)
    try:
        stores = connect(place.address, evidence=place.evidence)
    except StoreDown as down:
        out.send(Ended(state="failed", reason=str(down)))
        return
    out.send(_walked(stores.fenced(given.lease), given))
    stores.close()


def _walked(stores: Stores, given: Walking) -> Ended:
    try:
        (run,) = crawl_sources(
            stores, [source(given.source)], [given.firm], manners=given.manners, watched=given.watched, cursor=given.cursor
        )  # fmt: skip
    except (Refused, LookupError) as error:
        return Ended(state="refused", reason=str(error.args[0]))
    except (StoreDown, LeaseLost) as error:
        return Ended(state="failed", reason=str(error))
    return Ended(state=run.state, run=run.id, reason=", ".join(run.alarms) or None)
