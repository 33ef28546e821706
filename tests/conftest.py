"""What all tests share: no connection beyond loopback, a fresh store, one fixed present."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("plaint", deadline=None)
settings.load_profile("plaint")
"""No test is timed: on a loaded machine a good example may take longer than any deadline."""

SHARED = Path(os.environ.get("PLAINT_SHARED", Path(__file__).parents[2] / "shared"))
"""Recorded pages and labelled data beside the checkout; tests that read them skip where they are not there."""

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def _is_loopback(address: Any) -> bool:
    host = address[0] if isinstance(address, tuple) else None
    if host is None or host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_connect = socket.socket.connect


def _guarded(self: socket.socket, address: Any) -> Any:
    if not _is_loopback(address):
        raise OSError(f"tests reach loopback only, not {address}")
    return _connect(self, address)


socket.socket.connect = _guarded  # type: ignore[method-assign]


def need(what: str, present: bool, hint: str) -> None:
    """Skip a test that lacks `what`; where PLAINT_TEST_NEED names it (as CI does) lacking it is a failure."""
    if present:
        return
    if what in os.environ.get("PLAINT_TEST_NEED", "").split(","):
        pytest.fail(f"{what} is needed here and was not found: {hint}")
    pytest.skip(f"no {what}: {hint}")


@pytest.fixture
def shared() -> Path:
    """The folder of recorded pages and data."""
    need("shared", SHARED.is_dir(), "recorded pages and data lie in ../shared, or set PLAINT_SHARED")
    return SHARED


@pytest.fixture
def now() -> datetime:
    """The present of the tests."""
    return NOW


@pytest.fixture(scope="session")
def elastic() -> Iterator[str]:
    """The address of an Elasticsearch, started once for all tests of a process."""
    from tests.elastic.server import served

    with served() as address:
        yield address


@pytest.fixture(scope="session")
def emptied(elastic: str) -> Iterator[Any]:
    """Stores of that server, emptied after each test."""
    from tests.elastic.server import Emptied

    stores = Emptied(elastic)
    yield stores
    stores.close()


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Any]:
    """An empty embedded store."""
    from indexer.connect import connect

    opened = connect(f"sqlite:///{tmp_path}/plaint.db")
    yield opened
    opened.close()
