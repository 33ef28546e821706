"""Follows one stream: hears its messages over a websocket, keeps those that concern a firm as evidence, and takes them in.

A connection that breaks is made again, and the stream goes on where it broke off: by the cursor of the stream, else by
fetching what was missed. The position is noted only after what came before it is stored, so that nothing is left
out; what comes twice is known by its id.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic, time

import structlog
from msgspec.structs import replace as changed
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from crawlers.captured import page_of
from crawlers.ledger import DIED, Ledger
from crawlers.loose_json import decode
from crawlers.named_secrets import MissingSecret, values
from crawlers.page import RawPost, Rejection
from crawlers.paging import with_query
from crawlers.politeness import is_loopback
from crawlers.reading import SURPRISES, read
from crawlers.registry import Source
from crawlers.stream_page import LINES, Listen, Overheard
from crawlers.stream_standing import Message, Standing, reason_of
from plaint.desk import intake
from plaint.leases import LeaseLost
from plaint.model import iso, moment_of
from plaint.ports import Fetched, StoreDown, Stores
from plaint.posts.brands import Names

log = structlog.get_logger()

GATHER = 0.2
"""Seconds for which messages are gathered after the first one, to be stored together."""

MOST = 500
"""Messages that are stored together."""

LARGEST = 4 * 1024 * 1024
"""Bytes of one message; a connection that sends a larger one is broken off."""

IDLE = 1.0
"""Seconds after which one looks up from a silent stream, and at most between two notes of the position."""

ROTATE = 3600.0
"""Seconds after which a run of a stream is closed and another one begun."""

SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
"""Seconds between two tries to connect: they grow while nothing is heard in between."""


Note = Callable[[dict[str, str]], None]
Fill = Callable[[int | None], Awaitable[bool]]


class Follower:
    """One stream, followed by the owner of its lease. `stores` are fenced by it; `note` writes what is noted with it.

    `fill` fetches what came after a position by a walk, and says whether that worked; `agent` says who listens.
    """

    def __init__(self, stores: Stores, source: Source, listen: Listen, before: dict[str, str], *, note: Note, fill: Fill, agent: str | None) -> None:
        self._stores, self._source, self.listen = stores, source, listen
        self._note, self._fill, self._agent = note, fill, agent
        self._firms = {firm.key: firm for firm in stores.registers.firms()}
        self._names = Names(list(self._firms.values()))
        now = iso(datetime.now(UTC))
        self._at = Standing(
            firms=", ".join(listen.firms), silent_after=listen.silent_after, since=before.get("since", now), breaks=int(before.get("breaks", 0)),
            heard=before.get("heard", now), newest=before.get("newest", ""),
        )  # fmt: skip
        self._at.position = int(before["position"]) if "position" in before else listen.start_at and listen.start_at(time())
        self._is_new = "since" not in before
        self._left = before.get("run")
        self._stop = asyncio.Event()
        self._noted = self._begun = 0.0
        self._filling: asyncio.Task[bool] | None = None
        self._ledger: Ledger | None = None

    def stop(self) -> None:
        """End after the messages in hand."""
        self._stop.set()

    async def run(self) -> None:
        """Follow until told to stop, or until the lease is lost (LeaseLost)."""
        pause = SHORTEST_PAUSE
        await asyncio.to_thread(self._close_left)
        try:
            while not self._stop.is_set():
                heard = self._at.heard
                try:
                    await self._once()
                except (OSError, TimeoutError, WebSocketException, StoreDown, MissingSecret) as error:
                    await self._broke(error)
                pause = SHORTEST_PAUSE if self._at.heard != heard else min(2 * pause, LONGEST_PAUSE)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), pause * (0.5 + random.random()))
        finally:
            if self._filling is not None:
                self._filling.cancel()
            with suppress(LeaseLost, StoreDown):
                await asyncio.to_thread(self._close)

    async def _broke(self, error: Exception) -> None:
        self._at.breaks += 1
        self._at.state, self._at.reason = "broken off", reason_of(error)
        log.warning("stream_broke", source=self._source.site.key, stream=self.listen.name, reason=self._at.reason)
        with suppress(StoreDown):
            await asyncio.to_thread(self._write)

    async def _once(self) -> None:
        """One connection, until it ends."""
        if self._agent is None and not is_loopback(self.listen.url):
            raise MissingSecret("who listens? Set PLAINT_CONTACT to an address or page at which a site can reach you")
        headers = values(self.listen.secrets.values())
        given = {name: headers[secret] for name, secret in self.listen.secrets.items()}
        async with connect(
            self._url(), additional_headers=given, user_agent_header=self._agent, max_size=LARGEST, max_queue=1024, open_timeout=20, close_timeout=3
        ) as line:
            self._at.state, self._at.reason = "following", ""
            self._look_for_gap()
            await asyncio.to_thread(self._write)
            while not self._stop.is_set():
                messages = await self._gather(line)
                if messages:
                    await asyncio.to_thread(self._take_in, messages)
                self._look_at_filling()
                if monotonic() - self._noted >= IDLE:
                    await asyncio.to_thread(self._write)

    def _url(self) -> str:
        position = self._at.position
        if self.listen.cursor is None or position is None:
            return self.listen.url
        return with_query(self.listen.url, **{self.listen.cursor: max(0, position - self.listen.overlap)})

    async def _gather(self, line: ClientConnection) -> list[Message]:
        """The messages of a moment; none when the stream is silent."""
        messages: list[Message] = []
        wait = IDLE
        while len(messages) < MOST and wait > 0:
            try:
                async with asyncio.timeout(wait):
                    said = await line.recv()
            except TimeoutError:
                break
            message = self._message(said.encode() if isinstance(said, str) else said)
            messages.append(message)
            wait = GATHER - (datetime.now(UTC) - messages[0].at).total_seconds()
        return messages

    def _message(self, body: bytes) -> Message:
        """A message with what it is about; what nobody foresaw is kept for the quarantine."""
        now = datetime.now(UTC)
        try:
            about = self.listen.hear(decode(body))
        except SURPRISES:
            about = Overheard(firms=self.listen.firms[:1])
        return Message(b" ".join(body.split(b"\n")), now, about)

    # --- storing -----------------------------------------------------------------------------------------------------

    def _take_in(self, messages: Sequence[Message]) -> None:
        """Store what concerns somebody, then move the position."""
        for firm, group in self._grouped(messages).items():
            self._store(firm, group)
        last = messages[-1]
        self._at.heard = iso(last.at)
        positions = [message.about.position for message in messages if message.about.position is not None]
        self._at.position = max([*positions, *([] if self._at.position is None else [self._at.position])], default=None)
        if last.about.at is not None:
            self._at.lag = round(max(0.0, datetime.now(UTC).timestamp() - last.about.at), 3)

    def _grouped(self, messages: Iterable[Message]) -> dict[str | None, list[Message]]:
        """The messages by firm, in order; under None those that change a post that we hold and name no firm."""
        groups: dict[str | None, list[Message]] = {}
        key, orphans = self._source.site.key, []
        for message in messages:
            for firm in message.about.firms:
                groups.setdefault(firm, []).append(message)
            if message.about.changes is not None and not message.about.firms:
                orphans.append(message)
        if orphans:
            held = {post.ref for post in self._stores.posts.get([f"{key}:{message.about.changes}" for message in orphans])}
            arriving = {ref for group in groups.values() for ref in self._refs(group)} if groups else set()
            if mine := [message for message in orphans if message.about.changes in held | arriving]:
                groups[None] = mine
        return groups

    def _refs(self, group: Sequence[Message]) -> set[str]:
        """The refs of posts that come in the same moment as a message that removes one of them."""
        page = page_of(Fetched(url=self.listen.url, at=iso(group[0].at), status=0, headers=(("Content-Type", LINES),), body=_body(group)))
        return {post.ref for post in read(self._source, page).posts}

    def _store(self, firm: str | None, group: Sequence[Message]) -> None:
        site, ledger = self._source.site, self._opened()
        fetched = Fetched(url=self.listen.url, at=iso(group[0].at), status=0, headers=(("Content-Type", LINES),), body=_body(group), source=site.key)
        capture = replace(self._stores.evidence.keep(fetched), parser=f"{site.key}@{site.version}")
        reading = read(self._source, page_of(fetched))
        said: list[RawPost | Rejection] = [*self._completed(reading.posts), *reading.rejected]
        tally = intake.receive(
            self._stores, site=site, capture=capture, said=said, run=ledger.run.id, asked=self._firms.get(firm or ""), names=self._names,
            now=datetime.now(UTC),
        )  # fmt: skip
        ledger.page(len(fetched.body))
        ledger.add(tally)
        if tally.appeared:
            self._at.newest = max(published for published, _ in tally.appeared)

    def _completed(self, posts: Sequence[RawPost]) -> list[RawPost]:
        """The posts with what a stream leaves out and we know from a walk: the author's name, so that a repetition is no edit."""
        bare = [post.ref for post in posts if post.author_handle is None and post.author_id is not None]
        held = {post.ref: post for post in self._stores.posts.get([f"{self._source.site.key}:{ref}" for ref in bare])} if bare else {}
        known = {ref: post.author for ref, post in held.items() if post.author is not None and post.author.handle}
        return [
            changed(post, author_handle=author.handle, author=author.name, author_url=author.url)
            if (author := known.get(post.ref)) is not None and author.id == post.author_id
            else post
            for post in posts
        ]

    # --- what is missing -----------------------------------------------------------------------------------------------

    def _look_for_gap(self) -> None:
        """After a break of a stream without a cursor: fetch what was missed; until that is done the position stays before it."""
        if self.listen.cursor is not None or self._is_new:
            self._is_new = False
            return
        if self._at.gap is None:
            self._at.gap = max(0, (self._at.position or 0) - self.listen.overlap)
        if self._filling is not None:
            self._filling.cancel()
        self._filling = asyncio.ensure_future(self._fill(self._at.gap or None))

    def _look_at_filling(self) -> None:
        if self._filling is None or not self._filling.done():
            return
        done, self._filling = self._filling, None
        if not done.cancelled() and done.exception() is None and done.result():
            self._at.gap = None
            return
        log.warning("stream_not_filled", source=self._source.site.key, stream=self.listen.name)
        self._filling = asyncio.ensure_future(self._again())

    async def _again(self) -> bool:
        await asyncio.sleep(5)
        return await self._fill(self._at.gap or None)

    # --- what is noted -------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        """Note where the stream stands, and how far its run is; raises LeaseLost."""
        self._noted = monotonic()
        if self._ledger is not None and self._noted - self._begun > ROTATE:
            self._close()
        if self._ledger is not None:
            self._ledger.save()
        self._at.run = self._ledger.run.id if self._ledger is not None else ""
        said = self._at.said()
        if self._at.gap is not None:
            said["position"] = str(self._at.gap)
        self._note(said)

    def _opened(self) -> Ledger:
        if self._ledger is None:
            firm = self.listen.firms[0] if len(self.listen.firms) == 1 else None
            self._ledger, self._begun = Ledger(self._stores, self._source.site.key, firm, datetime.now(UTC)), monotonic()
            self._ledger.watched = moment_of(self._at.since)
            self._ledger.run = replace(self._ledger.run, cursor=f"{self.listen.name} ")
            self._write()  # so that whoever takes over knows which run was left
        return self._ledger

    def _close(self) -> None:
        if self._ledger is not None:
            ledger, self._ledger = self._ledger, None
            ledger.close("done", datetime.now(UTC), cursor=f"{self.listen.name} {self._at.position or ''}")

    def _close_left(self) -> None:
        """Close the run of an owner that died at the stream."""
        run = self._stores.runs.get(self._left) if self._left else None
        if run is not None and run.state == "running":
            self._stores.runs.save(replace(run, state="failed", ended=iso(datetime.now(UTC)), alarms=(*run.alarms, DIED)))


def _body(group: Sequence[Message]) -> bytes:
    return b"\n".join(message.body for message in group) + b"\n"
