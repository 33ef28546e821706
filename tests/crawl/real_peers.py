"""Real comment servers on loopback, and crawls of them: what made-up customers write there is collected as it would be outside."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import msgspec
import pytest

from crawlers.registry import source
from crawlers.run import Manners, crawl_sources
from indexer.connect import connect
from plaint.desk.archive import OPERATOR, read_post
from plaint.model import Approval, Firm, Person, Post
from scripts.peers import bluesky as bluesky_peer
from scripts.peers import wordpress as wordpress_peer
from tests.conftest import need

ROOT = Path(__file__).parents[2]
TOOLS = Path(os.environ.get("PLAINT_TEST_PEERS", Path.home() / ".cache" / "plaint-peers"))
"""A virtual environment with the servers, outside the checkout: they are no dependency of ours."""

HINT = f"python3 -m venv {TOOLS} && {TOOLS}/bin/pip install mastodon-mock==0.6.1 isso==0.14.0, or set PLAINT_TEST_PEERS"


def tool(name: str) -> str:
    """The program of a server; skips (or fails, where `peers` is needed) when it is not there."""
    found = shutil.which(name, path=f"{TOOLS / 'bin'}:{os.environ.get('PATH', '')}")
    need("peers", found is not None, HINT)
    return str(found)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A server at work on a port of loopback."""

    def __init__(self, port: int) -> None:
        self.port, self.address = port, f"http://127.0.0.1:{port}"

    def ask(self, method: str, path: str, said: Any = None, headers: Mapping[str, str] | None = None) -> tuple[Any, Mapping[str, str]]:
        """One request with JSON; the answer and its headers. An error is an assertion."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        body = None if said is None else json.dumps(said)
        connection.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status < 300, (method, path, answer.status, text[:300])
        return (json.loads(text) if text else None), {name.lower(): value for name, value in answer.getheaders()}


@contextmanager
def started(command: list[str], port: int, folder: Path) -> Iterator[Server]:
    """Run a server until the test is done with it."""
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        _wait(process, port, folder)
        yield Server(port)
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def running(peer: str) -> Iterator[dict[str, str]]:
    """What a peer of `scripts/peers` says of itself once it is at work; skips (or fails, where `peers` is needed) without it.

    It ends when this process does, however that happens: it watches the pipe that it is given.
    """
    why = {"bluesky": bluesky_peer, "wordpress": wordpress_peer}[peer].missing()
    need("peers", why is None, str(why))
    command = [sys.executable, "-m", "scripts.peers", peer, "--while-open"]
    with TemporaryFile() as trouble:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=trouble, cwd=ROOT, start_new_session=True)
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
            trouble.seek(0)
            need("peers", bool(said), trouble.read().decode(errors="replace")[-1500:])
            yield json.loads(said)
        finally:
            process.stdin.close()
            assert process.wait(60) == 0, "the peer did not end cleanly"


def until(seen: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until a server has worked through what it was told."""
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "the server is not done"
        time.sleep(0.1)


def basic(user: str, password: str) -> dict[str, str]:
    """The header of a user with a password."""
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def _wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"the server did not start: {(folder / 'server.log').read_text()[-1500:]}")


def prepare(address: str, key: str, handle: str) -> None:
    """A store with one firm, one person, and the source approved."""
    stores = connect(address)
    stores.registers.save_firms([Firm(key="acme", name="Acme Bank", handles={key: handle})])
    stores.registers.save_person(Person(key="boss", name="Boss", roles=("compliance",)))
    review = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
    stores.registers.save_approval(Approval(source=key, approved=True, by="boss", review_on=review))
    stores.close()


def crawl(address: str, key: str, home: str, folder: Path, **manners: Any) -> dict[str, Any]:
    """One crawl in a process of its own; its ledger."""
    pid = os.fork()
    if not pid:
        _child(address, key, home, folder, manners)
    assert os.waitpid(pid, 0)[1] == 0, (folder / "crawl.log").read_text()[-3000:]
    (ledger,) = json.loads((folder / "runs.json").read_bytes())
    return dict(ledger)


def crawl_with_key(address: str, key: str, server: Server, folder: Path, bearer: Mapping[str, str]) -> dict[str, Any]:
    """One crawl by somebody who is signed in there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(f"{key.upper()}_AUTHORIZATION", bearer["Authorization"])
        return crawl(address, key, server.address, folder)


def held(store: str, id: str) -> Post:
    """A post as the archive has it."""
    stores = connect(store)
    (post,) = stores.posts.get([id])
    stores.close()
    return post


def revisions(store: str, id: str) -> list[str]:
    """What a post said, oldest first."""
    stores = connect(store)
    texts = [revision.post.text for revision in stores.posts.revisions(id)]
    stores.close()
    return texts


def thread(store: str, id: str) -> list[str]:
    """The refs of a conversation in its order."""
    stores = connect(store)
    found = [post.ref for post in stores.posts.thread(id)]
    stores.close()
    return found


def roles(store: str, id: str) -> list[str]:
    """Who speaks in a conversation, as a person reads it."""
    stores = connect(store)
    said = read_post(stores, OPERATOR, id, datetime.now(UTC)).thread
    stores.close()
    return [post.author.role.value for post in said if post.author]


def _child(address: str, key: str, home: str, folder: Path, more: Mapping[str, Any]) -> None:
    status = 1
    try:
        for number in (1, 2):
            os.dup2(os.open(folder / "crawl.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        stores = connect(address)
        manners = Manners(homes={key: home}, pause=0.05, delay=0, contact="mailto:crawl@collector.example", **more)
        runs = crawl_sources(stores, [source(key)], ["acme"], manners=manners)
        stores.close()
        (folder / "runs.json").write_bytes(msgspec.json.encode(runs))
        status = 0
    except BaseException:  # noqa: BLE001 - a forked child must never return into pytest
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
