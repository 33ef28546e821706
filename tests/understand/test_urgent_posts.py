"""How many urgent posts and vulnerable customers the phrases find, on made-up posts labelled by somebody who had not seen the phrases.

The first set is no longer unseen: its misses were told to who wrote the second version of the phrases. The second set was measured once,
after the third version was final, and no phrase is changed with it in view. The floors stand a little under what is found; they say what
is kept, not what is good. `pytest -s` prints the tables.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from plaint.understand.understanding import Driver, Queue
from plaint.understand.urgency import flags

pytestmark = pytest.mark.pure

POSTS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("urgent_posts.json").read_text(encoding="utf-8"))
UNSEEN: list[dict[str, Any]] = json.loads(Path(__file__).with_name("urgent_posts_2.json").read_text(encoding="utf-8"))
LABELS = (*map(str, Queue), *map(str, Driver))
RECALL = {
    "self-harm": 0.72,
    "fraud and theft": 0.70,
    "adverse event": 0.79,
    "data protection": 0.52,
    "legal threat": 0.81,
    "media threat": 0.77,
    "health": 0.78,
    "life events": 0.70,
    "resilience": 0.58,
    "capability": 0.70,
}
PRECISION = 0.78


@dataclass(frozen=True, slots=True)
class Found:
    right: int
    labelled: int
    flagged: int

    @property
    def recall(self) -> float:
        return self.right / self.labelled

    @property
    def precision(self) -> float:
        return self.right / self.flagged


def wilson(right: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The interval in which the true share lies 95 of 100 times."""
    share, spread = right / of, z * z / of
    middle, half = share + spread / 2, z * sqrt(share * (1 - share) / of + spread / (4 * of))
    return (middle - half) / (1 + spread), (middle + half) / (1 + spread)


@pytest.fixture(scope="module")
def found() -> Mapping[str, Found]:
    return found_in(POSTS)


def found_in(posts: Sequence[Mapping[str, Any]]) -> Mapping[str, Found]:
    right, labelled, flagged = Counter[str](), Counter[str](), Counter[str]()
    for post in posts:
        said = {flag.name for some in flags(post["text"]) for flag in some}
        meant = {*post["urgency"], *post["vulnerability"]}
        right.update(said & meant)
        labelled.update(meant)
        flagged.update(said)
    each = {name: Found(right[name], labelled[name], flagged[name]) for name in LABELS}
    print("\n" + "\n".join(_line(name, one) for name, one in {**each, "all": _sum(each)}.items()))
    return each


def _sum(each: Mapping[str, Found]) -> Found:
    return Found(*(sum(getattr(one, part) for one in each.values()) for part in ("right", "labelled", "flagged")))


def _line(name: str, one: Found) -> str:
    low, high = wilson(one.right, one.labelled)
    recall = f"recall {one.recall:.2f} ({low:.2f} to {high:.2f}) {one.right} of {one.labelled}"
    precision = f"precision {one.right / one.flagged:.2f} {one.right} of {one.flagged}" if one.flagged else "never flagged"
    return f"{name:16} {recall:38} {precision}"


@pytest.mark.parametrize("name", LABELS)
def test_as_many_are_found_as_were(found: Mapping[str, Found], name: str) -> None:
    assert found[name].recall >= RECALL[name]


def test_what_is_flagged_is_right_as_often_as_it_was(found: Mapping[str, Found]) -> None:
    assert _sum(found).precision >= PRECISION


def test_of_posts_that_nobody_looked_at_as_many_are_found_and_rightly() -> None:
    whole = _sum(found_in(UNSEEN))
    assert whole.recall >= 0.80
    assert whole.precision >= 0.76


def test_the_set_has_enough_of_each_and_of_none() -> None:
    counts = Counter(name for post in POSTS for name in (*post["urgency"], *post["vulnerability"]))
    assert set(counts) == set(LABELS)
    assert min(counts.values()) >= 22
    assert sum(not post["urgency"] and not post["vulnerability"] for post in POSTS) >= 120
    assert len({post["id"] for post in POSTS}) == len({post["text"] for post in POSTS}) == len(POSTS)
