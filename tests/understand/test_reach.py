"""Reach is the sum of its parts, never falls when more is heard, and is unknown where a source says nothing of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaint.model import ENGAGEMENT, Author, Capture, Kind, PartialDate, Post
from plaint.understand.reach import REACTIONS, WEIGHTS, Part, reach

pytestmark = pytest.mark.pure

BARE = Post(id="chirp:1", source="chirp", ref="1", kind=Kind.POST, text="late again")
COUNTS = st.integers(min_value=0, max_value=10**12)
HEARD = st.sampled_from([*REACTIONS])


def said(followers: int | None = None, *, verified: bool | None = None, engagement: dict[str, int] | None = None, kind: Kind = Kind.POST) -> Post:
    return replace(BARE, author=Author(followers=followers, verified=verified), engagement=engagement or {}, kind=kind)


def test_a_source_that_says_nothing_of_reach_leaves_it_unknown() -> None:
    assert reach(BARE) is None
    assert reach(said(engagement={"reviews": 40})) is None


def test_each_part_says_its_points_and_they_add_up() -> None:
    found = reach(said(1_000_000, verified=True, engagement={"shares": 8_000}))
    assert found is not None
    assert [(part.part, part.points) for part in found.parts] == [("followers", 40.0), ("speed", 30.0), ("place", 15.0), ("verified", 10.0)]
    assert found.score == 95
    assert [part.counted for part in found.parts] == [1_000_000, 1_000, 0.75, 1]


def test_a_hundredfold_of_followers_gives_as_much_more_each_time() -> None:
    found = [reach(said(count)) for count in (99, 9_999, 999_999)]
    points = [part.points for one in found if one for part in one.parts if part.part is Part.FOLLOWERS]
    assert points == [13.3, 26.7, 40.0]


def test_the_same_reactions_in_less_time_reach_farther() -> None:
    capture = Capture(url="https://chirp.example/1", at="2026-03-10T12:00:00Z", sha256="0" * 64)
    post = replace(said(engagement={"likes": 240}), capture=capture)
    times = ("2026-03-10T11:58:00Z", "2026-03-10T11:00:00Z", "2026-03-09T12:00:00Z", "2026-02-01")
    scores = [reach(replace(post, published=PartialDate(earliest=time, latest=time))) for time in times]
    speeds = [next(part.counted for part in found.parts if part.part is Part.SPEED) for found in scores if found]
    assert speeds[:3] == [240, 240, 10]
    assert speeds[3] < 1
    assert reach(post) == scores[2]


def test_a_place_that_few_read_gives_fewer_points() -> None:
    full, half = reach(said(10)), reach(said(10), source_weight=0.5)
    assert full is not None
    assert half is not None
    assert full.score - half.score in {7, 8}
    with pytest.raises(ValueError, match=r"source_weight 1\.5"):
        reach(said(10), source_weight=1.5)


@given(COUNTS, COUNTS, st.booleans(), HEARD, st.sampled_from(Kind))
def test_more_followers_reactions_or_a_verified_account_never_lower_it(few: int, more: int, verified: bool, heard: str, kind: Kind) -> None:
    few, more = sorted((few, more))
    less = reach(said(few, verified=False, engagement={heard: few}, kind=kind))
    assert less is not None
    for post in (
        said(more, verified=False, engagement={heard: few}, kind=kind), said(few, verified=verified, engagement={heard: few}, kind=kind),
        said(few, verified=False, engagement={heard: more}, kind=kind),
        said(few, verified=False, engagement=dict.fromkeys((heard, *REACTIONS), few), kind=kind),
    ):  # fmt: skip
        found = reach(post)
        assert found is not None
        assert 0 <= less.score <= found.score <= 100


@given(st.dictionaries(st.sampled_from(sorted(ENGAGEMENT)), st.integers()), st.none() | st.integers(), st.sampled_from(Kind))
def test_any_counts_are_answered_within_bounds(counts: dict[str, int], followers: int | None, kind: Kind) -> None:
    found = reach(said(followers, engagement=counts, kind=kind))
    if found is not None:
        assert 0 <= found.score <= 100
        assert all(0 <= part.points <= WEIGHTS[part.part] for part in found.parts)
