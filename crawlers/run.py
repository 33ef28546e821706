"""Runs walks: asks the register, opens the ledger of each, and lets one Scrapy process do them side by side.

A process can do this once, because Twisted's reactor cannot be started again; long-lived programs start `plaint crawl`.
"""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawlers.ledger import Ledger, Progress, close_dead, worker
from crawlers.pace import Pace
from crawlers.page import Ask
from crawlers.politeness import is_loopback, user_agent
from crawlers.registry import Source, keys, source
from crawlers.secrecy import MissingSecret, values
from plaint.desk import register, sweeps
from plaint.desk.rights import Refused
from plaint.model import Firm, Run, moment_of
from plaint.posts.brands import Names

if TYPE_CHECKING:
    from crawlers.pictures import Studio
    from plaint.ports import Stores


LOOKED_UP = 500
"""Held posts that a full walk looks up again, so that edits and deletions are learned; older ones rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How this crawl behaves: `contact` for the User-Agent, `delay` in seconds, other homes by source key, limits.

    `full` reads every list to its end, where a walk may else stop at what is known. `hashtags` (without `#`) are followed
    instead of what the firms' handles say. `chromium` takes pictures of the pages that are read (None: none are taken).
    Walks without a `limit` are shared with all processes that are given the same `redis` (`redis://host:port`), which take what
    another had in hand `lease` seconds after it gave its last sign.
    """

    contact: str | None = None
    delay: float | None = None
    homes: Mapping[str, str] | None = None
    max_pages: int | None = None
    pause: float | None = None
    full: bool = False
    hashtags: tuple[str, ...] = ()
    chromium: Path | None = None
    redis: str | None = None
    lease: float = 30.0


def crawl(
    address: str,
    source_keys: Sequence[str],
    firm: str | Sequence[str],
    since: str | None = None,
    limit: int | None = None,
    *,
    evidence: Path | None = None,
    manners: Manners | None = None,
    progress: Progress | None = None,
) -> list[Run]:
    """Crawl each source for each firm and give the closed ledgers, in that order.

    Raises Refused, before anything is fetched, when a source may not be crawled, and LookupError for an unknown
    source or firm. SIGINT and SIGTERM end the walks after the page at hand; their ledgers say `stopped`.
    """
    from indexer.connect import connect

    stores = connect(address, evidence=evidence)
    try:
        return crawl_sources(
            stores,
            [source(key) for key in source_keys],
            [firm] if isinstance(firm, str) else firm,
            since=since,
            limit=limit,
            manners=manners or Manners(),
            progress=progress,
        )
    finally:
        stores.close()


def crawl_sources(
    stores: Stores,
    sources: Sequence[Source],
    firms: Sequence[str],
    *,
    since: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
    watched: datetime | None = None,
    manners: Manners,
    progress: Progress | None = None,
) -> list[Run]:
    """As `crawl`, on stores that are open and sources that may be no files of `crawlers/sites/`.

    `cursor` is where a stream broke off, so that only what came after it is asked for; `watched` is since when posts are
    awaited, for measuring how long they take.
    """
    now = datetime.now(UTC)
    if manners.redis is not None:
        from crawlers.sharing import reached

        reached(manners.redis)
    close_dead(stores, now)
    asks = [(one, replace(ask, cursor=cursor)) for one in sources for ask in _asks(stores, one, firms, since, limit, manners, now)]
    names = Names(stores.registers.firms())
    ledgers = [Ledger(stores, one.site.key, ask.firm.key, now, progress) for one, ask in asks]
    for ledger in ledgers:
        ledger.watched = watched
    for (one, ask), ledger in zip(asks, ledgers, strict=True):
        ledger.reaches(_reach(stores, one, ask, manners, now))
    _run(stores, asks, ledgers, names, manners)
    return [ledger.run if ledger.run.state != "running" else ledger.close("stopped", datetime.now(UTC)) for ledger in ledgers]


def _reach(stores: Stores, one: Source, ask: Ask, manners: Manners, now: datetime) -> sweeps.Reach:
    if ask.since is not None or ask.limit is not None or manners.hashtags:
        return sweeps.Reach.PART
    return sweeps.Reach.FULL if manners.full else sweeps.reach_of(stores, one.site, ask.firm.key, now)


def firm_named(stores: Stores, key: str) -> Firm:
    """The registered firm with that key; raises LookupError that names the nearest spelling."""
    firms = {firm.key: firm for firm in stores.registers.firms()}
    if key in firms:
        return firms[key]
    from difflib import get_close_matches

    near = get_close_matches(key, firms, 1)
    raise LookupError(f"no firm {key!r}" + (f"; did you mean {near[0]}?" if near else "; `plaint firms list` shows the register"))


def _asks(
    stores: Stores, one: Source, firms: Sequence[str], since: str | None, limit: int | None, manners: Manners, now: datetime
) -> list[Ask]:  # fmt: skip
    """What to ask of one source, after every reason not to was looked at."""
    site = one.site
    if one.start is None or not site.live:
        raise Refused(f"{site.key} cannot be crawled ({site.access}): give saved pages to `plaint import`")
    chosen = [firm_named(stores, key) for key in firms]
    for firm in chosen:
        register.allowed(stores, site.key, firm.key, now)
    home = (manners.homes or {}).get(site.key, site.home)
    if not is_loopback(home) and not manners.contact:
        raise Refused("who crawls? Set PLAINT_CONTACT to an address or page at which a site can reach you")
    try:
        values(site.needs)
    except MissingSecret as missing:
        raise Refused(f"{site.key}: {missing} ({site.access})") from None
    if manners.hashtags:
        chosen = [_following(one, firm, manners.hashtags) for firm in chosen]
    asks = [
        Ask(
            firm=firm,
            home=home.rstrip("/"),
            since=_in_utc(since),
            limit=limit,
            held=() if since or limit or manners.hashtags else _held(stores, one, firm),
        )
        for firm in chosen
    ]
    for ask in asks:
        list(one.start(ask))  # raises LookupError for a firm without a handle there, before anything runs
    return asks


def _following(one: Source, firm: Firm, tags: Sequence[str]) -> Firm:
    """The firm with hashtags in the place of its handle, on the server that its handle names; raises Refused where no hashtag can be followed."""
    key = one.site.key
    if not one.site.hashtags:
        raise Refused(f"{key} cannot follow a hashtag; those that can: {', '.join(k for k in keys() if source(k).site.hashtags)}")
    server = re.match(r"\s*([\w.-]+\.[\w-]+)[#?@]", firm.handles.get(key, ""))
    return replace(firm, handles={**firm.handles, key: ", ".join(f"{server[1] if server else ''}#{tag}" for tag in tags)})


def _held(stores: Stores, one: Source, firm: Firm) -> tuple[str, ...]:
    """The posts to look up again: those that came last, at sources that can be asked for them."""
    return tuple(deque(stores.posts.refs(one.site.key, firm.key), LOOKED_UP)) if one.site.revisits else ()


def _in_utc(since: str | None) -> str | None:
    """`since` as ISO 8601 in UTC; a bare date stays one. Raises ValueError for what is no date."""
    if since is None:
        return None
    moment = moment_of(since)
    if "T" not in since:
        return since
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat().replace("+00:00", "Z")


def _run(stores: Stores, asks: Sequence[tuple[Source, Ask]], ledgers: Sequence[Ledger], names: Names, manners: Manners) -> None:
    """Let one Scrapy process do all walks."""
    from scrapy.crawler import AsyncCrawlerProcess

    from crawlers.outbox import Outbox
    from crawlers.slips import Round
    from crawlers.spider import MAX_PAGES, Job, WalkSpider
    from plaint.desk.sweeps import Reach

    pace = Pace(leases=stores.leases, owner=worker())

    class Process(AsyncCrawlerProcess):
        """Wakes whoever waits for a turn when the crawl is to stop, so that a long pause does not hold it up."""

        async def stop(self) -> None:
            pace.stop()
            await super().stop()

    rounds = [
        Round(run=ledger.run.id, site=one.site, asked=ask.firm, since=ask.since) for (one, ask), ledger in zip(asks, ledgers, strict=True)
    ]  # fmt: skip
    outbox = Outbox(stores, names, rounds)
    studio = _studio(manners, ledgers)
    process = Process(_scrapy_settings(manners))
    for name in ("scrapy", "twisted"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is booked as an alarm or logged as an event of ours
    for number, ((one, ask), ledger) in enumerate(zip(asks, ledgers, strict=True)):
        job = Job(
            source=one,
            ask=ask,
            stores=stores,
            names=names,
            ledger=ledger,
            pace=pace,
            outbox=outbox,
            round=number,
            reach=Reach(ledger.run.reach or Reach.FULL),
            delay=manners.delay,
            max_pages=manners.max_pages or MAX_PAGES,
            studio=studio,
        )
        if manners.redis is None or ask.limit is not None:
            process.crawl(WalkSpider, job=job)
            continue
        from crawlers.shared_spider import SharedSpider
        from crawlers.sharing import shared_walk

        process.crawl(SharedSpider, job=job, walk=shared_walk(manners.redis, job, manners.lease))
    try:
        process.start()
    finally:
        outbox.close()


def _studio(manners: Manners, ledgers: Sequence[Ledger]) -> Studio | None:
    """Where pictures are taken, if they are to be; None and an alarm in each ledger where there is no Chromium."""
    from crawlers import pictures

    if manners.chromium is None:
        return None
    try:
        return pictures.studio(manners.chromium, len(ledgers))
    except pictures.NoPicture as none:
        for ledger in ledgers:
            ledger.alarm(none.alarm, str(none))
        return None


def _scrapy_settings(manners: Manners) -> dict[str, Any]:
    from crawlers import settings

    given = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
    given["USER_AGENT"] = user_agent(manners.contact)
    if manners.pause is not None:
        given["PLAINT_PAUSE"] = manners.pause
    return given
