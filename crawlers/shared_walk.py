"""A walk that several processes do together: what is still to be asked, who has it in hand, and what all of them saw, on a Redis.

A request stays in the list until it is done; who takes it holds a claim that lapses unless it is kept. So what a killed process had in
hand is taken by another one, and the walk is over when nothing is left in the list. Each step is one command, or one
transaction without conditions, so that there is no lock to lose and no moment in which a request is known but not listed.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, cast

import msgspec
from redis.asyncio import Redis

from crawlers.addresses import key_of
from crawlers.page import Follow

KEPT = 24 * 3600
"""Seconds for which a walk is remembered that nobody works on; after that it begins anew."""

AT_ONCE = 100
"""Open requests that are looked at in one go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A request of the walk: what to ask, how far it is from the beginning, and of which listing."""

    follow: Follow
    depth: int
    listing: int

    @property
    def name(self) -> str:
        """By what it is known to all: equal for equal requests."""
        method, url, body = key_of(self.follow)
        return hashlib.sha256(msgspec.json.encode((method, url, body))).hexdigest()


@dataclass(slots=True)
class Share:
    """What a process saw and has not told the others yet. `items` are refs of the source's own items, `seen` of all."""

    items: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    words: set[int] = field(default_factory=set)
    said: dict[int, int] = field(default_factory=dict)
    """What listings announce."""
    troubles: set[str] = field(default_factory=set)
    nameless: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What all processes of a walk saw. `troubles` are `cut`, `part` and `error`, as one of them met them."""

    items: int
    seen: frozenset[str]
    words: frozenset[int]
    announced: int | None
    nameless: int
    troubles: frozenset[str]


class SharedWalk:
    """One walk on a Redis that answers in text; `about` are the facts that make two walks the same, `owner` is this process, `lease` in seconds."""

    def __init__(self, redis: Redis, about: Sequence[str], owner: str, lease: float) -> None:
        self._redis, self._owner, self.lease = redis, owner, lease
        self._root = "plaint:" + hashlib.sha256(msgspec.json.encode(tuple(about))).hexdigest()[:32]
        self._id = ""
        self.in_hand: set[str] = set()

    async def join(self) -> None:
        """Become part of the walk that is under way, or begin one. A walk that is over names its successor, the same to all."""
        fresh = secrets.token_hex(8)
        await self._redis.set(f"{self._root}:first", fresh, nx=True, ex=KEPT)
        self._id = await self._text(f"{self._root}:first") or fresh
        while await self._redis.exists(self._key("closed")):
            await self._redis.set(self._key("next"), fresh, nx=True, ex=KEPT)
            self._id = await self._text(self._key("next")) or fresh
            await self._redis.set(f"{self._root}:first", self._id, ex=KEPT)

    async def _text(self, key: str) -> str | None:
        said: str | None = cast("Any", await self._redis.get(key))
        return said

    def _key(self, name: str) -> str:
        return f"{self._root}:{self._id}:{name}"

    async def is_begun(self) -> bool:
        """Whether any process has put the beginning into the list, which it does as a whole."""
        return bool(await self._redis.exists(self._key("requests")))

    async def want(self, wanted: Iterable[Wanted]) -> None:
        """Put requests into the list; one that any process has put there before, done or not, changes nothing. Details come first."""
        async with self._redis.pipeline(transaction=True) as together:
            for one in wanted:
                together.hset(self._key("what"), one.name, msgspec.json.encode(one))
                together.zadd(self._key("requests"), {one.name: 2 if one.follow.next else 1}, nx=True)
            self._remember(together)
            await together.execute()

    async def take(self) -> Wanted | None:
        """A request that nobody has in hand, which is ours now; None where there is none at the moment."""
        start = 0
        while names := cast("list[str]", await self._redis.zrangebyscore(self._key("requests"), "-inf", "(inf", start=start, num=AT_ONCE)):
            claims = await self._redis.mget([self._claim(name) for name in names])
            for name in (name for name, claim in zip(names, claims, strict=True) if claim is None):
                if await self._claimed(name):
                    return msgspec.json.decode(cast("str", await self._redis.hget(self._key("what"), name)), type=Wanted)
            start += AT_ONCE
        return None

    def _claim(self, name: str) -> str:
        return self._key(f"claim:{name}")

    async def _claimed(self, name: str) -> bool:
        """Whether the request is ours now. Another may have done it since we looked: it is marked so before its claim goes."""
        if not await self._redis.set(self._claim(name), self._owner, nx=True, px=int(self.lease * 1000)):
            return False
        if await self._redis.zscore(self._key("requests"), name) == inf:
            await self._redis.delete(self._claim(name))
            return False
        self.in_hand.add(name)
        return True

    async def keep(self) -> None:
        """Hold on to what is in hand; what has lapsed meanwhile, and was taken by another, is asked twice, and stored once."""
        for name in tuple(self.in_hand):
            await self._redis.set(self._claim(name), self._owner, xx=True, px=int(self.lease * 1000))

    async def done(self, name: str, share: Share) -> None:
        """Tell the others what a request brought, and strike it off, in one transaction."""
        async with self._redis.pipeline(transaction=True) as together:
            for key, found in (("items", share.items), ("seen", share.seen), ("words", share.words), ("troubles", share.troubles)):
                if found:
                    together.sadd(self._key(key), *found)
            if share.said:
                together.hset(self._key("said"), mapping={str(listing): count for listing, count in share.said.items()})
            together.incrby(self._key("nameless"), share.nameless)
            together.zadd(self._key("requests"), {name: inf}, xx=True)
            together.delete(self._claim(name))
            self._remember(together)
            await together.execute()
        self.in_hand.discard(name)

    def _remember(self, together: Redis) -> None:
        for key in ("what", "requests", "items", "seen", "words", "troubles", "said", "nameless"):
            together.expire(self._key(key), KEPT)

    async def give_back(self) -> None:
        """Let the others have at once what is in hand."""
        if self.in_hand:
            await self._redis.delete(*map(self._claim, self.in_hand))
        self.in_hand.clear()

    async def is_over(self) -> bool:
        """Whether all that was wanted is done, by whomever."""
        return int(await self._redis.zcount(self._key("requests"), "-inf", "(inf")) == 0

    async def close(self) -> bool:
        """End a walk that is over; whether we are the one that ends it."""
        return bool(await self._redis.set(self._key("closed"), self._owner, nx=True, ex=KEPT))

    async def sum(self) -> Sum:
        """What all processes saw."""
        said = await self._redis.hvals(self._key("said"))
        nameless = int(await self._text(self._key("nameless")) or 0)
        return Sum(
            items=int(await self._redis.scard(self._key("items"))) + nameless,
            seen=await self._members("seen"),
            words=frozenset(map(int, await self._members("words"))),
            announced=sum(map(int, said)) if said else None,
            nameless=nameless,
            troubles=await self._members("troubles"),
        )

    async def _members(self, name: str) -> frozenset[str]:
        return frozenset(cast("set[str]", await self._redis.smembers(self._key(name))))

    async def leave(self) -> None:
        """Let go of the connection."""
        await self._redis.aclose()
