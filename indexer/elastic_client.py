"""Talking to an Elasticsearch cluster: one client, patience that ends, and what its troubles mean to a person.

Trouble that passes (a node that went away, a full queue, an index that is being moved) is waited for, with growing
pauses, up to `PATIENCE` seconds; then, and at once for trouble that does not pass, `StoreDown` says what to do.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlsplit

from elastic_transport import ConnectionError as NoConnection
from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elasticsearch import ApiError, AuthenticationException, AuthorizationException, Elasticsearch, NotFoundError, UnsupportedProductError

from indexer.elastic_bulk import Action, Bulk, Flow, NotWritten
from plaint.ports import StoreDown

Json = dict[str, Any]
T = TypeVar("T")

PATIENCE = 40.0
"""Seconds that trouble may last that passes by itself: longer than a cluster needs to replace a node that died."""

ANSWER = 30.0
"""Seconds that one request may take."""

STILL_DOWN = 3.0
"""Seconds to wait for a cluster that patience has ended with and that has answered nothing since."""

ONCE_MORE = 2.0
"""Seconds after which a snapshot that does not answer is given up for a new one."""

PAGE = 1000
"""Documents asked for at once while walking."""

KEEP = "5m"
"""How long a walk may rest between two pages."""

PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""Answers that may be different a moment later."""

_BLOCKED = "cluster_block_exception"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a store is: the nodes to ask, and the name before each of its indices."""

    nodes: tuple[str, ...]
    name: str
    user: str | None = None
    password: str | None = None
    ca: Path | None = None

    @property
    def shown(self) -> str:
        """The address for people, without secrets."""
        return f"{','.join(self.nodes)}/{self.name}"


def place_of(address: str, *, user: str | None = None, password: str | None = None, ca: Path | None = None) -> Place:
    """The place that `http(s)://[user:password@]node[,node…][/name]` means; ValueError says what is wrong with it.

    Without a name it is `plaint`. A user in the address wins over the one given.
    """
    scheme, _, rest = address.partition("://")
    hosts, _, name = rest.partition("/")
    login, at, hosts = hosts.rpartition("@")
    if at:
        user, _, password = login.partition(":")
    name = name.strip("/") or "plaint"
    if not name.replace("-", "").replace("_", "").isalnum() or name != name.lower() or name[0] in "-_" or not name.isascii():
        raise ValueError(f"{name!r} cannot name a store: write small letters, digits, - and _, as http://127.0.0.1:9200/plaint")
    nodes = tuple(_node(f"{scheme}://{host}") for host in hosts.split(",") if host)
    if not nodes:
        raise ValueError("the address names no node: write http://HOST:9200, for example http://127.0.0.1:9200/plaint")
    if ca is not None and not ca.is_file():
        raise ValueError(f"{ca} is not a file: PLAINT_ELASTIC_CA names the certificate of the authority that signed the cluster's own")
    return Place(nodes=nodes, name=name, user=user, password=password, ca=ca)


def _node(url: str) -> str:
    parts = urlsplit(url)
    try:
        port = parts.port or 9200
    except ValueError:
        port = 0
    if not parts.hostname or not port:
        raise ValueError(f"{url!r} is not the address of a node: write http://HOST:9200")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}"


class Conflicted(Exception):
    """Somebody else wrote the document first."""


class Cluster:
    """The indices of one store, by their short names (`posts`, `log`…). Safe for many threads."""

    def __init__(self, place: Place, *, patience: float = PATIENCE) -> None:
        self.place, self.patience = place, patience
        self._turn = Lock()
        self._written: dict[str, int] = {}
        self._refreshed: dict[str, int] = {}
        self._guard: Callable[[], None] | None = None
        self._flow = Flow()
        self._process, self._client = os.getpid(), self._connected()

    @property
    def client(self) -> Elasticsearch:
        """The client of this process: a forked one must not speak over the sockets of the other."""
        if self._process != os.getpid():
            self._process, self._client = os.getpid(), self._connected()
        return self._client

    def _connected(self) -> Elasticsearch:
        place = self.place
        login: Json = {"basic_auth": (place.user, place.password or "")} if place.user else {}
        trust: Json = {"ca_certs": str(place.ca)} if place.ca is not None else {}
        try:
            return Elasticsearch(list(place.nodes), request_timeout=ANSWER, max_retries=len(place.nodes) - 1, retry_on_timeout=False,
                                 retry_on_status=(), http_compress=False, **login, **trust)  # fmt: skip
        except (ValueError, OSError) as error:
            raise ValueError(f"{place.shown}: {error}") from error

    def close(self) -> None:
        """Let the searches of others see at once what was written, and close the connections; safe to call twice."""
        names = [self.name(short) for short, written in self._written.items() if written != self._refreshed.get(short, 0)]
        self._written.clear()
        for name in names:
            with suppress(ApiError, TransportError):
                self.client.options(request_timeout=5, max_retries=0).indices.refresh(index=name)
        self.client.close()

    def guarded(self, guard: Callable[[], None]) -> Cluster:
        """The same cluster for a writer whom `guard` may turn away: it is asked before each request that writes."""
        other = copy(self)
        other._guard = guard
        return other

    def name(self, short: str) -> str:
        """The alias of an index."""
        return f"{self.place.name}-{short}"

    def ask(self, call: Callable[[], T], *, patience: float | None = None) -> T:
        """The answer of a call, after waiting for what passes; StoreDown when it does not. Other refusals pass through."""
        end, pause = time.monotonic() + self._patience(patience), 0.05
        while True:
            try:
                answer = call()
            except (ApiError, TransportError) as error:
                if not _passes(error):
                    if _is_answer(error):
                        raise
                    raise self.down(error) from error
                if time.monotonic() + pause > end:
                    self._flow.is_down = self._flow.is_down or patience is None
                    raise self.down(error) from error
            else:
                self._flow.is_down = False
                return answer
            time.sleep(pause * (0.5 + random.random()))
            pause = min(2 * pause, 3.0)

    def _patience(self, asked: float | None) -> float:
        """Seconds to wait for what passes: as many as were asked for, few while the cluster is known to be down."""
        wanted = self.patience if asked is None else asked
        return min(wanted, STILL_DOWN) if self._flow.is_down else wanted

    def down(self, error: Exception) -> StoreDown:
        """What a trouble means, in one line, with what to try."""
        return StoreDown(f"{self.place.shown}: {_advice(error)}")

    # --- reading -----------------------------------------------------------------------------------------------------

    def get(self, short: str, ids: Sequence[str], *, only: Sequence[str] | None = None) -> dict[str, Json]:
        """The documents that exist among `ids`, as they are now, whether or not a search sees them yet."""
        found: dict[str, Json] = {}
        for start in range(0, len(ids), PAGE):
            some = list(ids[start : start + PAGE])
            chosen: Json = {} if only is None else {"source": list(only) or False}
            answer = self.ask(lambda some=some, chosen=chosen: self.client.mget(index=self.name(short), ids=some, **chosen))  # type: ignore[misc]
            for doc in answer["docs"]:
                if "error" in doc:
                    raise StoreDown(f"{self.place.shown}: {doc['error'].get('reason', doc['error'])}")
                if doc.get("found"):
                    found[doc["_id"]] = doc
        return found

    def together(self, wanted: Mapping[str, tuple[Sequence[str], Sequence[str] | None]]) -> dict[str, dict[str, Json]]:
        """What `get` finds in several indices, by index, in one request for a thousand documents: for each its ids and (None: all) fields."""
        asked = [
            (short, {"_index": self.name(short), "_id": key, **({} if only is None else {"_source": list(only)})})
            for short, (keys, only) in wanted.items() for key in keys
        ]  # fmt: skip
        found: dict[str, dict[str, Json]] = {short: {} for short in wanted}
        for start in range(0, len(asked), PAGE):
            some = asked[start : start + PAGE]
            docs = self.ask(lambda some=some: self.client.mget(docs=[doc for _, doc in some]))["docs"]  # type: ignore[misc]
            for (short, _), doc in zip(some, docs, strict=True):
                if "error" in doc:
                    raise StoreDown(f"{self.place.shown}: {doc['error'].get('reason', doc['error'])}")
                if doc.get("found"):
                    found[short][doc["_id"]] = doc
        return found

    def search(self, short: str, body: Mapping[str, Any], *, patience: float | None = None) -> Json:
        """The answer of a search over all shards, never over some of them; it sees what this process has written.

        With a `pit` in the body it sees what was there when that was opened.
        """
        target: Json = {} if "pit" in body else {"index": self.name(short)}
        if target:
            self.refresh(short)
        answer: Json = self.ask(
            lambda: self.client.search(**target, body=dict(body), allow_partial_search_results=False).body, patience=patience
        )  # fmt: skip
        return answer

    def walk(self, short: str, body: Mapping[str, Any], *, size: int = PAGE) -> Iterator[Json]:
        """All hits in the order of `body["sort"]`, which must tell any two apart: as they are when it begins.

        A walk whose node died goes on from the last hit in a new snapshot.
        """
        pit, after, since = self.open(short), None, time.monotonic()
        try:
            while True:
                asked = {**body, "size": size, "track_total_hits": False, "pit": {"id": pit, "keep_alive": KEEP}}
                if after is not None:
                    asked["search_after"] = after
                try:
                    answer = self.search(short, asked, patience=ONCE_MORE)
                except (NotFoundError, StoreDown):
                    if time.monotonic() - since > self.patience:
                        raise
                    pit = self.open(short)
                    continue
                pit, since = answer.get("pit_id", pit), time.monotonic()
                hits = answer["hits"]["hits"]
                yield from hits
                if len(hits) < size:
                    return
                after = hits[-1]["sort"]
        finally:
            self.shut(pit)

    def open(self, short: str, keep: str = KEEP) -> str:
        """Open a snapshot of an index for paging, with all that this process has written."""
        self.refresh(short)
        answer = self.ask(lambda: self.client.open_point_in_time(index=self.name(short), keep_alive=keep))
        return str(answer["id"])

    def shut(self, pit: str) -> None:
        """Let go of a snapshot; one that is gone already does not matter."""
        with suppress(ApiError, TransportError):
            self.client.options(request_timeout=5).close_point_in_time(id=pit)

    # --- writing -----------------------------------------------------------------------------------------------------

    def refresh(self, short: str) -> None:
        """Make what this process wrote into an index visible to its searches; nothing when it wrote nothing."""
        with self._turn:
            written = self._written.get(short, 0)
            if written == self._refreshed.get(short, 0):
                return
            self.ask(lambda: self.client.indices.refresh(index=self.name(short)))
            self._refreshed[short] = written

    def wrote(self, short: str) -> None:
        """Note that searches of an index must be refreshed first."""
        with self._turn:
            self._written[short] = self._written.get(short, 0) + 1

    def create(self, short: str, id: str, doc: Mapping[str, Any]) -> None:
        """Write a document that must not exist yet; raises Conflicted."""
        if self._guard is not None:
            self._guard()
        try:
            self.ask(lambda: self.client.create(index=self.name(short), id=id, document=doc, require_alias=True))
        except ApiError as error:
            if error.meta.status == 409:
                raise Conflicted(id) from error
            raise
        self.wrote(short)

    def bulk(self, actions: Sequence[Action]) -> list[Json]:
        """Write many documents, each with its action (`{"index": {"_index": short, "_id": …}}`); one result for each, in order.

        Results that pass by themselves are tried again until nothing got through for as long as patience lasts
        (StoreDown). Others, conflicts and refusals among them, are the caller's to look at: `status`, `error`.
        """
        named = [({verb: {**meta, "_index": self.name(meta["_index"])}}, doc) for action, doc in actions for verb, meta in action.items()]
        sender = Bulk(named, self._flow, passes=_passes_in_bulk, passes_whole=_passes)
        try:
            results = sender.send(self._send, self._patience(None))
        except NotWritten as trouble:
            self._flow.is_down = True
            said = _of_item(trouble.result) if trouble.error is None else _advice(trouble.error)
            raise StoreDown(f"{self.place.shown}: {said}; {trouble.left} of {len(actions)} documents were not written") from trouble.error
        except (ApiError, TransportError) as error:
            raise self.down(error) from error
        finally:
            for short in {next(iter(action.values()))["_index"] for action, _ in actions}:
                self.wrote(short)
        self._flow.is_down = False
        return results

    def _send(self, body: bytes) -> list[Json]:
        if self._guard is not None:
            self._guard()
        answer = self.client.bulk(operations=body, require_alias=True)  # type: ignore[arg-type]  # lines that are made already
        return [next(iter(item.values())) for item in answer["items"]]


def _passes(error: Exception) -> bool:
    if isinstance(error, ApiError):
        return error.meta.status in PASSING or (error.meta.status == 403 and _BLOCKED in str(error.body))
    return isinstance(error, TransportError) and not isinstance(error, TlsError)


def _is_answer(error: Exception) -> bool:
    """Whether a refusal is about the question and so for whoever asked it, rather than about the store."""
    return isinstance(error, ApiError) and error.meta.status in {400, 404, 409} and "index_not_found" not in str(error.body)


def _passes_in_bulk(result: Json) -> bool:
    return result.get("status") in PASSING or (result.get("status") == 403 and _BLOCKED in str(result.get("error")))


def _of_item(result: Json) -> str:
    return _said(str(result.get("error", {}).get("type")), str(result.get("error", {}).get("reason")))


def _advice(error: Exception) -> str:
    match error:
        case ConnectionTimeout():
            return f"no answer within {ANSWER:.0f} s: is the cluster overloaded or red? Look at its _cluster/health"
        case TlsError():
            return f"the encrypted connection failed ({error.message}): does PLAINT_ELASTIC_CA name the authority of the cluster's certificate?"
        case NoConnection():
            return "nothing answers there: is Elasticsearch running, and is the address right?"
        case AuthenticationException():
            return "the user or the password is wrong: set PLAINT_ELASTIC_USER and PLAINT_ELASTIC_PASSWORD"
        case AuthorizationException() if _BLOCKED not in str(error.body):
            return f"the user may not do this ({_reason(error)[:160]}): docs/elasticsearch.md lists the roles"
        case UnsupportedProductError():
            return "what answers there is not Elasticsearch"
        case ApiError() if "index_not_found" in str(error.body):
            return f"its indices are not there ({_reason(error)[:120]}): open the store once with a user that may make them"
        case ApiError():
            return _said(str(error.message), _reason(error))
        case _:
            return str(error)


def _said(kind: str, reason: str) -> str:
    said = f"{kind} {reason}"
    if "flood-stage" in said or "read-only-allow-delete" in said:
        return "the cluster's disk is nearly full, so it takes no more documents: make room; it goes on by itself"
    if _BLOCKED in said:
        return f"it is read-only at the moment ({reason[:120]}): try again, or lift the block"
    if "rejected_execution" in said or "circuit_breaking" in said:
        return "it is overloaded and turns requests away: send less at once, or give it more nodes"
    if "no_shard_available" in said or "all shards failed" in said or "unavailable_shards" in said:
        return "some of its shards are not there (red): bring the missing nodes back; look at its _cluster/health"
    return f"{kind}: {reason[:200]}"


def _reason(error: ApiError) -> str:
    body = error.body
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        causes = body["error"].get("root_cause") or [body["error"]]
        return str(causes[0].get("reason"))
    return str(body)
