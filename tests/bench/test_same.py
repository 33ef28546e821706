"""The bench of copies plants what it says and finds it."""

from __future__ import annotations

import pytest

from bench.sameness import EVERY, planted, same


@pytest.mark.pure
def test_copies_are_planted_and_the_same_each_time():
    texts = list(planted(90))
    assert texts == list(planted(90))
    copies = [(place, one) for place, one in enumerate(texts) if one.how != "own"]
    assert [place for place, _ in copies] == list(range(EVERY - 1, 90, EVERY))
    assert {one.how for _, one in copies} == {"exact", "changed", "cut"}
    assert all(one.text != texts[one.of].text for _, one in copies)


def test_nearly_all_planted_copies_are_found():
    figures = {figure.name: figure.value for figure in same(600)}
    assert figures["exact copies found"] == 100
    assert figures["changed copies found"] >= 90
    assert figures["cut copies found"] >= 90
    assert figures["texts put wrongly into a cluster"] <= 1
    assert 0 < figures["memory"] < 1024
