"""A door that stands open on an empty store."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from doors.server import Door, server_of
from plaint.model import Firm
from tests.doors.visiting import ACME, APPROVED, Clock, Visitor


@pytest.fixture
def visitor(stores: Any) -> Iterator[Visitor]:
    with visiting(stores) as one:
        yield one


@contextmanager
def visiting(stores: Any) -> Iterator[Visitor]:
    """Somebody before the open door of those stores."""
    stores.registers.save_firms([ACME, Firm(key="shut", name="Shut Bank")])
    stores.registers.save_approval(APPROVED)
    clock = Clock()
    with server_of(Door(stores, clock=clock), "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield Visitor(server.server_address[1], clock, stores)
        server.shutdown()
        thread.join()
