"""Which stores the contract is tried on: the embedded one, and Elasticsearch where there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from plaint.ports import Stores

Fresh = Callable[[], Stores]


@pytest.fixture(params=["sqlite", pytest.param("elastic", marks=[pytest.mark.elastic, pytest.mark.xdist_group("elastic")])])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """Makes empty stores, as many as wanted."""
    from indexer.connect import connect

    made: list[Stores] = []
    numbers = count()
    emptied = request.getfixturevalue("emptied") if request.param == "elastic" else None

    def make() -> Stores:
        number = next(numbers)
        address = f"sqlite:///{tmp_path}/{number}.db" if emptied is None else emptied.address()
        made.append(connect(address, evidence=tmp_path / f"{number}.evidence"))
        return made[-1]

    yield make
    for stores in made:
        stores.close()
    if emptied is not None:
        emptied.take_back()


@pytest.fixture
def stores(fresh: Fresh) -> Stores:
    """One empty store."""
    return fresh()
