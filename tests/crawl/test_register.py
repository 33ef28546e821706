"""The register decides what runs, and what of it is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.registry import source
from plaint.desk import intake, register
from plaint.desk.rights import Refused
from plaint.model import Approval, Author, Capture, Kind, Person, Place, Post, Rating, RawPost, Role
from plaint.posts.allowed import MAY_BE_DROPPED, only, unknown
from plaint.posts.brands import Names
from tests.crawl.test_commands import APPROVE, plaint, store

__all__ = ["store"]

BOSS = Person(key="boss", name="Boss", roles=("compliance",))
POST = Post(
    id="peer:1", source="peer", ref="1", kind=Kind.REVIEW, text="Blocked.", title="No", rating=Rating(value=1, worst=1, best=5, unit=0),
    author=Author(name="Ann", followers=3, place="Leeds"), place=Place(name="Leeds"), engagement={"likes": 1}, facts={"item": "Card"},
    links=("https://x.example",), media=("https://x.example/a.png",), hashtags=("fail",), mentions=("bank",),
)  # fmt: skip


@pytest.mark.pure
def test_nothing_is_dropped_while_all_is_allowed() -> None:
    assert only(POST, None) is POST
    assert only(POST, MAY_BE_DROPPED) == POST


@pytest.mark.pure
def test_only_what_is_allowed_is_left() -> None:
    bare = only(POST, ())
    assert bare == Post(id="peer:1", source="peer", ref="1", kind=Kind.REVIEW, text="Blocked.")
    assert only(POST, ("rating", "author")).author == Author(name="Ann")
    assert only(POST, ("rating",)).rating == POST.rating


@pytest.mark.pure
def test_that_a_firm_wrote_it_is_never_dropped() -> None:
    assert only(replace(POST, author=Author(name="Bank", role=Role.FIRM)), ()).author == Author(role=Role.FIRM)


@pytest.mark.pure
def test_what_makes_a_post_is_no_matter_of_decision() -> None:
    assert unknown(["text", "published", "rating"]) == ["published", "text"]


@pytest.mark.pure
def test_the_decision_for_the_firm_comes_first_and_without_a_firm_all_count() -> None:
    every, acme = (
        Approval(source="peer", firm=firm, approved=True, fields=fields)
        for firm, fields in ((None, ("rating", "title")), ("acme", ("title", "author")))
    )
    assert register.fields_allowed([every, acme], "peer", "acme") == {"title", "author"}
    assert register.fields_allowed([every, acme], "peer", "other") == {"rating", "title"}
    assert register.fields_allowed([every, acme], "peer", None) == {"title"}
    assert register.fields_allowed([every, acme], "else", "acme") is None


def test_fields_that_are_not_allowed_never_reach_the_store(stores: Any, now: datetime) -> None:
    stores.registers.save_approval(Approval(source="cfpb", approved=True, fields=("title",), review_on="2099-01-01"))
    raw = RawPost(ref="1", text="They kept my money.", title="Card", author="Ann Onymous", published="2026-11-01", facts={"product": "Card"})
    capture = Capture(url="https://x.example", at="2026-11-24T10:00:00Z", sha256="0" * 64)
    tally = intake.receive(
        stores, site=source("cfpb").site, capture=capture, said=[raw], run="r", asked=None, names=Names(()), now=now.astimezone(UTC)
    )
    assert tally.new == 1
    (post,) = stores.posts.get(["cfpb:1"])
    assert (post.title, post.author, post.facts) == ("Card", None, {})
    assert post.published is not None


@pytest.mark.parametrize(
    ("more", "said"),
    [({"fields": ("text",)}, "no field text"), ({"jurisdictions": ("UK ",)}, "two capital letters"), ({"owner": None}, "must state owner")],
)
def test_a_decision_that_says_nonsense_is_refused(stores: Any, now: datetime, more: dict[str, Any], said: str) -> None:
    whole = Approval(source="cfpb", owner="Team", access="API", terms="t", lawful_basis="legitimate interests", review_on="2099-01-01", approved=True)
    with pytest.raises(Refused, match=said):
        register.approve(stores, BOSS, replace(whole, **more), now, "c")


def test_every_part_of_a_decision_is_printed_and_in_the_log(store: str, tmp_path: Path) -> None:
    words = ("--terms-version", "2026-03", "--terms-decision", "reading is allowed", "--fields", "rating, title", "--retention", "complaints-6y",
             "--jurisdictions", "GB,US", "--robots", "kept", "--assessment", "LIA-7")  # fmt: skip
    done = plaint("sources", "approve", "cfpb", *APPROVE, *words, "--as", "ada", "--store", store)
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["fields"], said["jurisdictions"], said["retention"], said["terms_version"]) == (
        ["rating", "title"],
        ["GB", "US"],
        "complaints-6y",
        "2026-03",
    )
    from indexer.connect import connect

    stores = connect(store)
    (entry,) = stores.cases.read(register.STREAM)
    assert (entry.kind, entry.by, entry.said["fields"], entry.said["terms_decision"]) == (
        "SourceApproved",
        "ada",
        ["rating", "title"],
        "reading is allowed",
    )
    stores.close()
    shown = json.loads(plaint("sources", "show", "cfpb", "--store", store).stdout)
    assert (shown["proposal"]["approved"], shown["proof"], shown["approvals"][0]["assessment"]) == (False, "recorded", "LIA-7")
    wrong = plaint("sources", "approve", "cfpb", *APPROVE, "--fields", "ratting", "--as", "ada", "--store", store)
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert "no field ratting" in wrong.stderr
