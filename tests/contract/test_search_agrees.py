"""The embedded store gives the answer that looking at every post gives: ids, totals, order, pages, facets, histogram.

Elasticsearch is compared with both in `tests/elastic/test_agrees.py`, many questions to each archive.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from plaint.query.tree import Search
from tests.agreeing import Archive, answered, fill, listed_whole, oracle_of
from tests.contract.conftest import Fresh
from tests.made_up import archives, searches


@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(archive=archives(), asked=searches)
def test_a_store_answers_as_if_it_had_looked_at_every_post(fresh: Fresh, archive: Archive, asked: Search) -> None:
    stores, oracle = fresh(), oracle_of(archive)
    fill(stores, archive)
    answered(stores, oracle, asked)
    listed_whole(stores, oracle, asked)
    stores.close()
