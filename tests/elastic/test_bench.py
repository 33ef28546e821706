"""The measurement on a cluster runs, names its baselines and leaves nothing behind."""

from __future__ import annotations

import pytest

from bench.clustering import measure
from tests.elastic.server import asked

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic")]


def test_a_measurement_names_its_baselines_and_tidies_up(elastic: str) -> None:
    figures = measure(elastic, 500, turns=1)
    assert [figure.part for figure in figures] == ["ingest", "ingest", "search", "search", "export"]
    assert all(figure.baseline and figure.ratio and figure.baseline_name for figure in figures)
    assert not [index for index in asked(elastic, "GET", "/_alias") if index.startswith("plaint-bench-")]
