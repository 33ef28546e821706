"""What stands around a case: the captures of its posts compared with their bytes, posts like them, what else their writer said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from plaint.desk import captured, similar
from plaint.desk.casework import open_case
from plaint.desk.keeping import BENT, LOST, NO_CAPTURE
from plaint.desk.rights import Refused
from plaint.model import AboutFirm, Author, Capture, Post, iso
from plaint.ports import Fetched, Stores
from tests.conftest import NOW
from tests.desk.test_casework import ANNA, OTTO, RITA, TOM, desk, post  # noqa: F401 - the fixture

BODIES = (b"<p>a page</p>", b"<p>the same page, changed</p>")


def kept(stores: Stores, body: bytes, hours: int) -> Capture:
    fetched = Fetched(url="https://board.example/1", at=iso(NOW - timedelta(hours=hours)), status=200, headers=(), body=body)
    return stores.evidence.keep(fetched)


def with_captures(desk: Stores) -> str:  # noqa: F811
    """A case whose post was read twice, from two pages that are kept."""
    first = post(9, text="They keep my deposit", capture=kept(desk, BODIES[0], 9))
    desk.posts.put([first])
    desk.posts.put([replace(first, text="They keep my deposit, still", capture=kept(desk, BODIES[1], 2))])
    return open_case(desk, TOM, posts=["board:9"], firm="northgate", now=NOW, command="nine")


def test_a_case_shows_every_capture_of_its_posts_and_whether_it_holds(desk: Stores) -> None:  # noqa: F811
    case = with_captures(desk)
    shown = captured.captures(desk, TOM, case, NOW)
    assert [one.capture.at for one in shown] == [iso(NOW - timedelta(hours=9)), iso(NOW - timedelta(hours=2))]
    assert all(one.fault is None for one in captured.check(desk, TOM, case, now=NOW, command="look"))
    entry = desk.cases.read("verifications")[-1]
    assert (entry.kind, entry.said) == ("CapturesVerified", {"case": case, "captures": 2, "faults": 0})


def test_a_capture_that_is_lost_or_says_other_bytes_is_named(desk: Stores) -> None:  # noqa: F811
    case = with_captures(desk)
    last = captured.captures(desk, TOM, case, NOW)[-1].capture
    held = desk.posts.get(["board:9"])[0]
    desk.posts.put([replace(held, text="one", capture=replace(last, sha256="f" * 64, at=iso(NOW - timedelta(hours=1))))])
    desk.posts.put([replace(held, text="two", capture=replace(last, warc="nowhere.warc.gz#7", sha256="e" * 64, at=iso(NOW)))])
    desk.posts.put([replace(held, text="three", capture=replace(last, warc=None, sha256="d" * 64, at=iso(NOW + timedelta(hours=1))))])
    faults = [one.fault for one in captured.check(desk, TOM, case, now=NOW, command="look")]
    assert faults == [None, None, BENT, LOST, NO_CAPTURE]
    assert desk.cases.read("verifications")[-1].said["faults"] == 3


def talk(desk: Stores, number: int, text: str, **changes: Any) -> Post:  # noqa: F811
    made = post(number, text=text, **changes)
    desk.posts.put([made])
    return made


def test_what_shares_the_rare_words_comes_first_with_those_words_and_common_ones_count_for_nothing(desk: Stores) -> None:  # noqa: F811
    for number in range(20, 40):
        talk(desk, number, f"the branch was closed again on day {number}")
    talk(desk, 50, "My mortgage overpayment vanished from the statement in the branch")
    talk(desk, 51, "overpayment of the mortgage is not on my statement")
    talk(desk, 52, "the statement came to the branch late")
    talk(desk, 53, "mortgage overpayment vanished, statement wrong", firms=(AboutFirm(key="orbit", score=1, how="asked"),))
    case = open_case(desk, TOM, posts=["board:50"], firm="northgate", now=NOW, command="fifty")
    found = similar.similar(desk, TOM, case, NOW)
    assert [one.post.id for one in found] == ["board:51"], "neither the firm's common words nor another firm's posts"
    assert {"mortgage", "overpayment", "statement"} >= set(found[0].shared)
    assert "mortgage" in found[0].shared
    assert found[0].case is None
    other = open_case(desk, TOM, posts=["board:51"], firm="northgate", now=NOW, command="fiftyone")
    mark = similar.similar(desk, TOM, case, NOW)[0].case
    assert mark is not None
    assert mark.case == other


def test_an_empty_post_is_like_nothing(desk: Stores) -> None:  # noqa: F811
    talk(desk, 60, "!!! 12345")
    case = open_case(desk, TOM, posts=["board:60"], firm="northgate", now=NOW, command="sixty")
    assert similar.similar(desk, TOM, case, NOW) == ()


def test_the_same_account_is_the_same_writer_and_the_same_name_is_not(desk: Stores) -> None:  # noqa: F811
    marit = Author(name="Marit Olsen", id="u1")
    talk(desk, 70, "first", author=marit)
    talk(desk, 71, "second", author=replace(marit, name="Marit Olsen"))
    talk(desk, 72, "a namesake", author=Author(name="Marit Olsen", id="u2"))
    talk(desk, 73, "a name and no more", author=Author(name="Marit Olsen"))
    talk(desk, 74, "elsewhere", author=marit, source="forum", id="forum:74")
    case = open_case(desk, TOM, posts=["board:70"], firm="northgate", now=NOW, command="seventy")
    assert [hit.post.id for hit in similar.by_same_writer(desk, TOM, case, NOW)] == ["board:71"]
    nobody = open_case(desk, TOM, posts=["board:73"], firm="northgate", now=NOW, command="nobody")
    assert similar.by_same_writer(desk, TOM, nobody, NOW) == ()


@pytest.mark.parametrize("ask", [captured.captures, similar.similar, similar.by_same_writer])
def test_a_case_of_another_firm_looks_like_none(desk: Stores, ask: Any) -> None:  # noqa: F811
    case = with_captures(desk)
    with pytest.raises(Refused, match="no case"):
        ask(desk, OTTO, case, NOW)
    with pytest.raises(Refused, match="may not read cases"):
        ask(desk, RITA, case, NOW)
    with pytest.raises(Refused, match="no case c-none"):
        ask(desk, ANNA, "c-none", NOW)
