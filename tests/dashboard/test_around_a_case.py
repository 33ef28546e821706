"""The tabs Evidence and Similar of a case, and what else its writer said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from plaint.desk import casework
from plaint.model import Author
from plaint.ports import CaseFilter
from tests.dashboard import made
from tests.dashboard.conftest import Open, words
from tests.dashboard.test_daily_work import ask, case_in, press


def test_evidence_names_each_capture_and_says_which_is_lost(full: Any, open_page: Open) -> None:
    case = case_in(full, "CANDIDATE")
    (post,) = full.posts.get(casework.load(full, made.person(full, "anika"), case, made.NOW).case.posts)
    at = open_page("case", case=case, tab="evidence")
    assert post.capture.sha256 in words(at)
    assert "the same bytes" not in words(at)
    press(at, "Verify")
    assert "Captures that do not hold: 1" in words(at), "the made-up archive keeps no bytes"
    assert full.cases.read("verifications")[-1].said["case"] == case
    press(at, "Verify")
    assert len([one for one in full.cases.read("verifications") if one.kind == "CapturesVerified"]) == 2


def test_similar_posts_stand_with_the_words_they_share(full: Any, open_page: Open) -> None:
    case = case_in(full, "CANDIDATE")
    (post,) = full.posts.get(casework.load(full, made.person(full, "anika"), case, made.NOW).case.posts)
    full.posts.put([
        replace(post, id=f"appstore:{ref}", source="appstore", ref=ref, text=f"The kiosk swallowed my passbook {ref}", title=None)
        for ref in ("a", "b")
    ])  # fmt: skip
    mine = casework.open_case(full, made.person(full, "anika"), posts=["appstore:a"], firm="northgate", now=made.NOW, command="kiosk")
    at = open_page("case", case=mine, tab="similar")
    assert "The kiosk swallowed my passbook b" in words(at)
    assert "passbook" in words(at).split("The kiosk swallowed my passbook b")[1][:200]


def test_p_shows_what_else_the_same_account_said_to_who_may_see_authors(full: Any, open_page: Open) -> None:
    marit = Author(name="Marit O.", id="m1")
    some = next(post for post in full.posts.scan(made.Search(include={"firm": ("northgate",)})))
    full.posts.put([replace(some, id=f"board:{ref}", source="board", ref=ref, author=marit, title=f"The till says {ref}") for ref in ("x", "y")])
    mine = casework.open_case(full, made.person(full, "anika"), posts=["board:x"], firm="northgate", now=made.NOW, command="marit")
    at = open_page("case", case=mine)
    ask(at, "c_peek")
    assert "The till says y" in words(at)
    row = full.cases.cases(CaseFilter(states=("CANDIDATE",)))[0][-1].case
    other = open_page("case", case=row if row != mine else case_in(full, "CONFIRMED_COMPLAINT"))
    ask(other, "c_peek")
    assert "Nothing else is known of this writer" in words(other)
