"""Sending many documents at once: in requests that the cluster takes, smaller and slower ones while it says that it is full.

A request that is turned away whole (429, too large, unreadable) is sent again in parts; so one document that the server
does not take costs only itself. What passes by itself is tried again as long as anything gets through, and for the
store's patience when nothing does.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from elastic_transport import TransportError
from elasticsearch import ApiError

Json = dict[str, Any]
Action = tuple[Json, Json | None]

MOST = 1_000
"""Documents in one request while the cluster keeps up."""

BYTES = 8 * 1024 * 1024
"""Bytes in one request; a larger document goes alone."""

FULL = 429
"""The server has no room for more work at the moment."""

UNREADABLE = frozenset({400, 413})
"""A request that is refused for what is in it: too large, or not JSON."""


@dataclass(slots=True)
class Flow:
    """How much the cluster takes at once, as far as this process has seen; shared by all its threads.

    `is_down` says that patience with it has ended and nothing was answered since.
    """

    room: int = MOST
    is_down: bool = False

    def narrow(self) -> None:
        """It was too much."""
        self.room = max(1, self.room // 2)

    def widen(self) -> None:
        """It was taken: a little more next time."""
        self.room = min(MOST, self.room + self.room // 4 + 1)


class NotWritten(Exception):
    """Patience ended; `left` documents were not written, the last of them for `error` or with `result`."""

    def __init__(self, left: int, *, error: Exception | None, result: Json) -> None:
        super().__init__(f"{left} documents were not written")
        self.left, self.error, self.result = left, error, result


class Bulk:
    """One call: its documents as they are sent, and what became of each."""

    def __init__(self, actions: Sequence[Action], flow: Flow, *, passes: Callable[[Json], bool], passes_whole: Callable[[Exception], bool]) -> None:
        self._lines = [_lines(action, doc) for action, doc in actions]
        self._flow, self._passes, self._passes_whole = flow, passes, passes_whole
        self._most = MOST
        self._error: Exception | None = None
        self.results: list[Json] = [{"status": 400, "error": {"type": "unreadable", "reason": line}} if isinstance(line, str) else {}
                                    for line in self._lines]  # fmt: skip

    def send(self, request: Callable[[bytes], Sequence[Json]], patience: float) -> list[Json]:
        """Send all; one result for each, in order. `request` sends a body. Raises NotWritten, and what is no trouble of the documents."""
        left = [place for place, line in enumerate(self._lines) if isinstance(line, bytes)]
        end, pause = time.monotonic() + patience, 0.05
        while left:
            batch = self._batch(left)
            again = self._sent(batch, request)
            left = [*again, *left[len(batch) :]]
            if not again:
                self._flow.widen()
            if len(again) < len(batch):
                end, pause = time.monotonic() + patience, 0.05
            if not again or self._is_parted(batch):
                continue
            if time.monotonic() + pause > end:
                raise NotWritten(len(left), error=self._error, result=self.results[again[0]])
            time.sleep(pause * (0.5 + random.random()))
            pause = min(2 * pause, 3.0)
        return self.results

    def _batch(self, left: Sequence[int]) -> list[int]:
        """The next documents: as many as there is room for."""
        batch: list[int] = []
        size = 0
        for place in left[: min(self._flow.room, self._most)]:
            size += len(self._lines[place])
            if batch and size > BYTES:
                break
            batch.append(place)
        return batch

    def _sent(self, batch: Sequence[int], request: Callable[[bytes], Sequence[Json]]) -> list[int]:
        """Send one request; those of its documents that are to be sent again."""
        self._error = None
        try:
            answers = request(b"".join(line for place in batch if isinstance(line := self._lines[place], bytes)))
        except (ApiError, TransportError) as error:
            answers = self._turned_away(batch, error)
        for place, answer in zip(batch, answers, strict=True):
            self.results[place] = answer
        if any(answer.get("status") == FULL for answer in answers):
            self._flow.narrow()
        return [place for place, answer in zip(batch, answers, strict=True) if self._passes(answer)]

    def _turned_away(self, batch: Sequence[int], error: ApiError | TransportError) -> list[Json]:
        """The same result for each document of a request that failed as a whole; raises what has nothing to do with them."""
        status = error.meta.status if isinstance(error, ApiError) else 503
        if status in UNREADABLE and len(batch) > 1:
            self._most = len(batch) // 2
            status = FULL
        elif status not in UNREADABLE and not self._passes_whole(error):
            raise error
        self._error = error
        return [{"status": status, "error": {"type": str(error.message), "reason": str(error)[:300]}}] * len(batch)

    def _is_parted(self, batch: Sequence[int]) -> bool:
        """Whether the same documents can be sent at once in smaller parts, because the server did not say that it is busy."""
        return isinstance(self._error, ApiError) and self._error.meta.status in UNREADABLE and len(batch) > 1


def _lines(action: Json, doc: Json | None) -> bytes | str:
    """An action as the lines that are sent; a sentence when the document cannot be written as JSON."""
    try:
        return b"".join(msgspec.json.encode(part) + b"\n" for part in (action, doc) if part is not None)
    except (UnicodeEncodeError, TypeError) as error:
        return f"no JSON: {error}"
