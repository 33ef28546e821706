"""One append to the log in Elasticsearch: its document, its texts, and what has to be known before it can be made."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import msgspec

from indexer.elastic_client import Cluster, Json
from plaint.cases.chain import GENESIS, body_digest, canonical, entry_hash
from plaint.ports import Draft, Entry, StoreDown

KEPT = 500
"""Streams whose state is remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An entry as it is stored: `said` and `digests` as canonical text, `bodies` the documents of its texts by name."""

    position: int
    version: int
    kind: str
    said: str
    digests: str
    before: str
    hash: str
    bodies: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """One append: its lines, with what they have in common."""

    number: int
    stream: str
    at: str
    by: str
    command: str
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, doc: Json) -> Append:
        """From its document."""
        said = msgspec.json.decode(doc["said"])
        return msgspec.convert({**said, "number": doc["number"], "stream": doc["stream"], "command": doc["command"]}, type=cls)

    def doc(self) -> Json:
        """Its document without the number."""
        said = {"at": self.at, "by": self.by, "lines": self.lines}
        return {"stream": self.stream, "command": self.command, "said": msgspec.json.encode(said).decode()}

    def entries(self) -> list[Entry]:
        """Its entries."""
        return [
            Entry(stream=self.stream, version=line.version, at=self.at, by=self.by, command=self.command, kind=line.kind, said=_object(line.said),
                  digests=_object(line.digests), before=line.before, hash=line.hash, position=line.position)
            for line in self.lines
        ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The log up to a number, as far as one append must know it."""

    number: int = 0
    position: int = 0
    version: int = 0
    before: str = GENESIS
    done: tuple[Append, ...] = ()

    def after(self, append: Append, stream: str | None, command: str | None) -> State:
        """The same one append later; one that was seen already changes nothing."""
        last = append.lines[-1]
        state = replace(self, number=max(self.number, append.number), position=max(self.position, last.position))
        if append.stream == stream and last.version > self.version:
            state = replace(state, version=last.version, before=last.hash)
        if append.command == command and append not in self.done:
            state = replace(state, done=(*state.done, append))
        return state


class Heads:
    """What was last known of streams, so that an act need not search for what the look before it found.

    Old knowledge is no danger: an append that is made from it takes a number that somebody has, and is told so.
    """

    def __init__(self) -> None:
        self._turn = Lock()
        self._states: dict[tuple[str, str | None], State] = {}

    def keep(self, stream: str, command: str | None, state: State) -> None:
        """Remember the state of a stream: for the act with a command, or (None) for whoever asks for its version."""
        with self._turn:
            self._states.pop((stream, command), None)
            self._states[stream, command] = state
            if len(self._states) > KEPT:
                del self._states[next(iter(self._states))]

    def take(self, stream: str, command: str | None, *, since: int) -> State | None:
        """The state that was kept, once; None where there is none or it is from before the number `since`."""
        with self._turn:
            state = self._states.pop((stream, command), None)
        return state if state is not None and state.number >= since else None


class Texts:
    """The texts of an append under fresh secrets: written once, before the append that names them."""

    def __init__(self, cluster: Cluster, stream: str, command: str, drafts: Sequence[Draft]) -> None:
        self._c, self._is_kept = cluster, False
        self._stream, self._command = stream, command
        self.of = [{name: (secrets.token_hex(16), secrets.token_hex(32), text) for name, text in draft.bodies.items()} for draft in drafts]

    def keep(self) -> None:
        """Write them, once."""
        if not self._is_kept:
            self._write(self._names(), [{"secret": secret, "text": text} for texts in self.of for _, secret, text in texts.values()])
            self._is_kept = True

    def drop(self, but: Set[str] = frozenset()) -> None:
        """Empty them when nothing names them after all; those named `but` were appended though the answer was lost."""
        if self._is_kept:
            self._write([kept for kept in self._names() if kept not in but], [{} for kept in self._names() if kept not in but])

    def _names(self) -> list[str]:
        return [kept for texts in self.of for kept, _, _ in texts.values()]

    def _write(self, names: Sequence[str], docs: Sequence[Json]) -> None:
        origin = {"stream": self._stream, "command": self._command}
        actions = [({"index": {"_index": "bodies", "_id": name}}, {**origin, **doc}) for name, doc in zip(names, docs, strict=True)]
        for result in self._c.bulk(actions) if actions else ():
            if result["status"] not in {200, 201}:
                raise StoreDown(f"{self._c.place.shown}: a text of the log could not be written: {result.get('error')}")


def chained(drafts: Sequence[Draft], texts: Texts, state: State, *, stream: str, at: str, by: str, command: str) -> Iterator[Line]:
    """The drafts in their places after `state`."""
    before = state.before
    for number, (draft, kept) in enumerate(zip(drafts, texts.of, strict=True), 1):
        digests = {name: body_digest(secret, text) for name, (_, secret, text) in kept.items()}
        version = state.version + number
        own = entry_hash(stream=stream, version=version, at=at, by=by, command=command, kind=draft.kind, said=draft.said, digests=digests,
                         before=before)  # fmt: skip
        yield Line(position=state.position + number, version=version, kind=draft.kind, said=canonical(draft.said), digests=canonical(digests),
                   before=before, hash=own, bodies={name: stored for name, (stored, _, _) in kept.items()})  # fmt: skip
        before = own


def _object(text: str) -> dict[str, Any]:
    """A stored JSON object. Text that is not exactly as it was written is given back so that its hash cannot be right."""
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        value = None
    return value if isinstance(value, dict) and canonical(value) == text else {"unreadable": [text]}
