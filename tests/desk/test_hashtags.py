"""A firm's hashtag of complaint opens a case, once, for a person to decide."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from indexer.connect import connect
from plaint.desk import intake
from plaint.model import Capture, Firm, Kind, RawPost, Site, iso
from plaint.ports import CaseFilter, Draft
from plaint.posts.brands import Names
from plaint.posts.register import firm_of

SITE = Site(key="x", name="X", home="https://x.example", kind=Kind.POST, access="made up")
FENNEL = Firm(key="fennel", name="Fennel Bank", handles={"x": "@FennelHelp"}, hashtags=("fennelfail",))
CARD = RawPost(ref="1", text="Card blocked again #FennelFail", author_handle="ann", published="2026-11-20T08:00:00Z", hashtags=["FennelFail"])


def take_in(stores: Any, now: datetime, *posts: RawPost) -> intake.Tally:
    stores.registers.save_firms([FENNEL])
    return intake.receive(
        stores, site=SITE, capture=Capture(url="https://x.example/search", at=iso(now), sha256="0" * 64), said=posts, run="run", asked=None,
        names=Names([FENNEL]), now=now,
    )  # fmt: skip


def cases(stores: Any) -> list[Any]:
    return list(stores.cases.cases(CaseFilter(limit=10))[0])


def test_a_post_with_the_firms_hashtag_opens_a_case_that_nobody_has_decided(stores: Any, now: datetime) -> None:
    take_in(stores, now, CARD)
    (row,) = cases(stores)
    assert (row.firm, row.state) == ("fennel", "CANDIDATE")
    (post,) = stores.posts.get(["x:1"])
    assert [(firm.key, firm.how) for firm in post.firms] == [("fennel", "hashtag")]


def test_the_same_post_again_opens_nothing(stores: Any, now: datetime) -> None:
    take_in(stores, now, CARD)
    take_in(stores, now, replace(CARD, text="Card blocked again, a week now #FennelFail"))
    assert len(cases(stores)) == 1


@pytest.mark.parametrize(
    "post",
    [
        replace(CARD, hashtags=["fennel"], text="#fennel is a plant"),
        replace(CARD, author_handle="FennelHelp"),
        replace(CARD, facts={"item_kind": "retweet"}),
        replace(CARD, hashtags=["fennelfails"], text="#fennelfails"),
    ],
    ids=["another tag", "the firm itself", "a repeat", "a longer tag"],
)
def test_no_case_comes_of_other_posts(stores: Any, now: datetime, post: RawPost) -> None:
    take_in(stores, now, post)
    assert cases(stores) == []


def test_a_row_of_the_firms_register_names_hashtags_with_or_without_their_sign() -> None:
    assert firm_of({"key": "fennel", "name": "Fennel", "hashtags": ["#fennelfail", "fennelhelp"]}).hashtags == ("fennelfail", "fennelhelp")
    with pytest.raises(ValueError, match="one word"):
        firm_of({"key": "fennel", "name": "Fennel", "hashtags": ["fennel fail"]})


def test_a_case_that_whoever_opened_it_was_killed_before_listing_is_listed_when_the_post_comes_again(
    stores: Any, now: datetime, tmp_path: Path
) -> None:  # fmt: skip
    with closing(connect(f"sqlite:///{tmp_path}/first.db")) as first:
        take_in(first, now, CARD)
        (row,) = cases(first)
        (entry,) = first.cases.read(row.case)
        bodies = {name: text for (_, name), text in first.cases.bodies(row.case).items() if text is not None}
    stores.registers.save_firms([FENNEL])
    stores.cases.append(row.case, 0, [Draft(kind=entry.kind, said=entry.said, bodies=bodies)], at=entry.at, by=entry.by, command=entry.command)
    assert cases(stores) == []
    take_in(stores, now, CARD)
    assert [one.case for one in cases(stores)] == [row.case]
    assert len(stores.cases.read(row.case)) == 1
