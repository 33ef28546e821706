"""Reaches the Redis over which processes share a walk, and says which walks are the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from plaint.desk.rights import Refused

if TYPE_CHECKING:
    from crawlers.shared_walk import SharedWalk
    from crawlers.spider import Job

PATIENCE = 10.0
"""Seconds to wait for an answer."""


def reached(address: str) -> None:
    """Make sure that the Redis at `address` answers; raises Refused with what to do."""
    try:
        from redis import Redis
        from redis.exceptions import RedisError
    except ImportError:
        raise Refused("PLAINT_REDIS is set, but the package for it is missing: pip install redis") from None
    place = urlsplit(address)
    if place.scheme not in {"redis", "rediss", "unix"}:
        raise Refused(f"PLAINT_REDIS: {place.scheme or 'it'} is no kind of Redis address; give redis://host:port")
    try:
        with Redis.from_url(address, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE) as redis:
            redis.ping()
    except (RedisError, ValueError) as error:
        raise Refused(f"PLAINT_REDIS: no Redis answers at {place.hostname or place.path}:{_port(address)} ({type(error).__name__})") from None


def _port(address: str) -> int:
    try:
        return urlsplit(address).port or 6379
    except ValueError:
        return 0


def shared_walk(address: str, job: Job, lease: float) -> SharedWalk:
    """The walk of that job on the Redis: of the same store, source, home, firm, time and reach for all that share it."""
    from redis.asyncio import Redis

    from crawlers.ledger import worker
    from crawlers.shared_walk import SharedWalk

    ask = job.ask
    handle = ask.firm.handles.get(job.source.site.key, "")
    about = (_place(job.stores.address), job.source.site.key, ask.home, ask.firm.key, handle, ask.since or "", job.reach)
    redis = Redis.from_url(address, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, decode_responses=True)
    return SharedWalk(redis, about, worker(), lease)


def _place(address: str) -> str:
    """The address of a store, the same from whichever folder it is named."""
    file = address.removeprefix("sqlite:///")
    return address if file == address else f"sqlite:///{Path(file).resolve()}"
