"""Who says the same as a post, as a person may see it, in either store."""

from __future__ import annotations

import pytest

from plaint.desk.archive import OPERATOR
from plaint.desk.copies import around, listed
from plaint.desk.rights import Refused
from plaint.model import AboutFirm, Author, Capture, Kind, Person, Post, Role
from plaint.ports import Stores
from plaint.posts.copies import Kind as CopyKind
from plaint.query.parse import parse_query
from plaint.query.tree import CaseMark

TEXT = "They charged me twice for the card and nobody answers my mails, four times now since March"
ANN = Person(key="ann", name="Ann", roles=("agent",), firms=("acme",))


def a_post(number: int, author: str, firm: str = "acme", source: str = "board", text: str = TEXT) -> Post:
    return Post(id=f"{source}:{number}", source=source, ref=str(number), kind=Kind.POST, text=text, author=Author(name=author, role=Role.CUSTOMER),
                firms=(AboutFirm(key=firm, score=1, how="alias"),),
                capture=Capture(url="https://a.example", at="2026-03-01T00:00:00Z", sha256="0" * 64))  # fmt: skip


@pytest.fixture
def campaign(stores: Stores) -> Stores:
    stores.posts.put([a_post(1, "A"), a_post(2, "B"), a_post(3, "C", source="stars"), a_post(4, "D", "other"),
                      a_post(5, "E", text="Something else was written here by somebody else altogether")])  # fmt: skip
    return stores


def test_a_post_names_who_says_the_same_and_where(campaign: Stores) -> None:
    found = around(campaign, OPERATOR, "board:1")
    assert found is not None
    assert (found.kind, found.posts, found.people, found.sources) == (CopyKind.CAMPAIGN, 4, 4, 2)
    assert "board:1" not in {hit.post.id for hit in found.others}
    assert around(campaign, OPERATOR, "board:5") is None


def test_who_sees_one_firm_hears_of_its_posts_only(campaign: Stores) -> None:
    found = around(campaign, ANN, "board:1")
    assert found is not None
    assert (found.posts, found.people, found.sources) == (3, None, 2)
    with pytest.raises(Refused):
        around(campaign, ANN, "board:4")
    (one,) = listed(campaign, ANN, kind=CopyKind.CAMPAIGN)
    assert (one.posts, one.people) == (3, None)


def test_a_case_of_another_post_of_the_group_is_named(campaign: Stores) -> None:
    campaign.posts.mark("board:2", CaseMark(case="c-1", state="CANDIDATE"))
    found = around(campaign, OPERATOR, "board:1")
    assert found is not None
    assert [(twin.case, twin.state, twin.post) for twin in found.twins] == [("c-1", "CANDIDATE", "board:2")]


def test_campaigns_are_listed_within_a_query(campaign: Stores) -> None:
    (one,) = listed(campaign, OPERATOR, kind=CopyKind.CAMPAIGN)
    assert (one.posts, one.people, one.sources) == (4, 4, 2)
    assert listed(campaign, OPERATOR, kind=CopyKind.CAMPAIGN, query=parse_query("firm:nobody")) == []
    assert listed(campaign, OPERATOR, kind=CopyKind.REPEAT) == []
