"""A cluster of three nodes for the tests that kill them; started only where PLAINT_TEST_FAULTS asks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import need
from tests.elastic.server import elastic_server, folder_for_nodes, need_server

FAULTS = "PLAINT_TEST_FAULTS"


@pytest.fixture(scope="session")
def three() -> Iterator[Any]:
    """A cluster of three nodes: a new one, or the one whose folder PLAINT_TEST_FAULTS names."""
    given = os.environ.get(FAULTS, "")
    need("faults", bool(given), f"set {FAULTS}=1 to kill nodes of a real cluster; takes minutes")
    need_server()
    if Path(given).is_dir():
        cluster = elastic_server().Cluster(Path(given), 3)
        cluster.wait(60)
        yield cluster
        return
    with folder_for_nodes() as folder:
        cluster = elastic_server().Cluster(folder, 3)
        try:
            cluster.start(240)
            yield cluster
        finally:
            cluster.stop()


@pytest.fixture
def addresses(three: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a store of its own on all three nodes, which are all there again afterwards."""
    nodes = ",".join(address.removeprefix("http://") for address in three.addresses)
    yield f"http://{nodes}/f{three.nodes[0].http}-{abs(hash((request.node.name, os.getpid()))) % 10**8}"
    bring_back(three)


def bring_back(three: Any) -> None:
    """Start the nodes that were killed, and wait until everything is there twice again."""
    for node in three.nodes:
        if node.pid is None:
            three.start_node(node)
    three.wait(240)
