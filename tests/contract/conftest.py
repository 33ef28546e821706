"""Which stores the contract is tried on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from plaint.ports import Stores

Fresh = Callable[[], Stores]


@pytest.fixture(params=["sqlite"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """Makes empty stores, as many as wanted."""
    made: list[Stores] = []

    def make() -> Stores:
        from indexer.connect import connect

        made.append(connect(f"sqlite:///{tmp_path}/{len(made)}.db"))
        return made[-1]

    yield make
    for stores in made:
        stores.close()


@pytest.fixture
def stores(fresh: Fresh) -> Stores:
    """One empty store."""
    return fresh()
