"""A query put to one post has the answer that the archive gives once it holds the post."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from plaint.query.matching import Asked, askable
from plaint.query.parse import parse_query
from plaint.query.tree import Search
from tests.agreeing import Archive
from tests.made_up import archives, searches
from tests.oracle import Oracle

pytestmark = pytest.mark.pure


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(archive=archives(), asked=searches)
def test_each_post_answers_as_it_does_in_the_archive(archive: Archive, asked: Search) -> None:
    if askable(asked.query) is not None:
        return
    oracle = Oracle(archive[0])
    for post in archive[0]:
        assert Asked(post).answers(asked.query) == oracle.holds(post, asked.query)


@pytest.mark.parametrize(
    "query", ["state:CANDIDATE", "refund -is:case", "has:reply", "collected:2026", "(a OR case:c-1)", "is:gone", "is:edited", "collected:[2026 TO *]"]
)
def test_what_is_known_only_later_is_not_asked_of_a_new_post(query: str) -> None:
    said = askable(parse_query(query))
    assert said is not None
    assert "a post that has just come" in said


def test_what_a_post_says_itself_can_be_asked() -> None:
    assert askable(parse_query('refund OR "late fee" -hashtag:fail has:rating is:reply rating:<3 published:2026 firm:orbit acount~')) is None
