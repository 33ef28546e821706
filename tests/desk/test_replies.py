"""A public reply: its room, the second person, posted by hand, and the answer that the collector sees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from plaint.cases.case import Case
from plaint.cases.replying import ApproveReply, DraftReply, PostedReply, SendBackReply
from plaint.desk import answers, casework, drafts, intake, log
from plaint.desk.rights import Refused
from plaint.model import Author, Capture, Kind, Person, RawPost, Role, Site, iso
from plaint.ports import CaseFilter, Stores
from plaint.posts.brands import Names
from tests.conftest import NOW
from tests.desk.test_casework import ANNA, TOM, desk, opened, post, refusal

__all__ = ["desk"]
PAUL = Person(key="paul", name="Paul Weiss", roles=("approver",))
TEXT = "We are sorry. We have written to you."
SITE = Site(key="board", name="Board", home="https://board.example", kind=Kind.REVIEW, access="made up")


@pytest.fixture
def case(desk: Stores) -> str:
    return opened(desk)


def do(desk: Stores, person: Person, case: str, asked: Any, command: str) -> Case:
    return casework.perform(desk, person, case, asked, now=NOW, command=command)


def published(desk: Stores, text: str, ref: str = "1-answer", **fields: Any) -> None:
    """The collector takes in a page with the firm's answer to board:1."""
    said = RawPost(ref=ref, text=text, kind=Kind.REPLY, role=Role.FIRM, **{"reply_to": "1", **fields})
    capture = Capture(url="https://board.example/1", at="2026-11-24T12:00:00Z", sha256="0" * 64)
    names = Names(desk.registers.firms())
    intake.receive(desk, site=SITE, capture=capture, said=[said], run="r", asked=desk.registers.firms()[0], names=names, now=NOW)


def test_a_reply_needs_a_second_person(desk: Stores, case: str) -> None:
    do(desk, PAUL, case, DraftReply(text=TEXT), "k1")
    assert "a second person" in refusal(lambda: do(desk, PAUL, case, ApproveReply(number=1, by="paul"), "k2"))
    assert "may not approve replies" in refusal(lambda: do(desk, TOM, case, ApproveReply(number=1, by="tom"), "k3"))
    approved = do(desk, ANNA, case, ApproveReply(number=1, by="anna"), "k4")
    assert (approved.replies[1].state, approved.replies[1].approved_by) == ("approved", "anna")


def test_who_approves_is_who_asks_and_nobody_else(desk: Stores, case: str) -> None:
    do(desk, PAUL, case, DraftReply(text=TEXT), "k1")
    assert "a second person" in refusal(lambda: do(desk, PAUL, case, ApproveReply(number=1, by="anna"), "k2"))


def test_only_what_was_approved_is_posted(desk: Stores, case: str) -> None:
    do(desk, TOM, case, DraftReply(text=TEXT), "k1")
    assert "is drafted" in refusal(lambda: do(desk, TOM, case, PostedReply(number=1, url="https://board.example/1#a"), "k2"))
    do(desk, PAUL, case, ApproveReply(number=1, by="paul"), "k3")
    assert "no web address" in refusal(lambda: do(desk, TOM, case, PostedReply(number=1, url="javascript:x"), "k4"))
    assert do(desk, TOM, case, PostedReply(number=1, url="https://board.example/1#a"), "k5").replies[1].state == "posted"
    assert casework.list_cases(desk, TOM, CaseFilter(marks=("reply:posted",)), NOW).total == 1


def test_a_draft_sent_back_is_replaced_by_the_next(desk: Stores, case: str) -> None:
    do(desk, TOM, case, DraftReply(text=TEXT), "k1")
    assert "say what" in refusal(lambda: do(desk, PAUL, case, SendBackReply(number=1, reason=" "), "k2"))
    do(desk, PAUL, case, SendBackReply(number=1, reason="no amounts"), "k3")
    replies = do(desk, TOM, case, DraftReply(text="Better."), "k4").replies
    assert [reply.state for reply in replies.values()] == ["replaced", "drafted"]
    assert "no reply 7" in refusal(lambda: do(desk, PAUL, case, ApproveReply(number=7, by="paul"), "k5"))


def test_a_draft_longer_than_its_channel_takes_is_refused(desk: Stores) -> None:
    desk.posts.put([post(0, id="bluesky:0", source="bluesky", ref="0")])
    made = casework.open_case(desk, TOM, posts=["bluesky:0"], firm="northgate", now=NOW, command="o")
    assert "bluesky takes 300 characters, this has 301: cut 1" in refusal(lambda: do(desk, TOM, made, DraftReply(text="x" * 301), "k1"))
    assert "is not in" in refusal(lambda: do(desk, TOM, made, DraftReply(text="x", post="bluesky:9"), "k2"))


def test_the_published_answer_is_tied_when_it_is_collected(desk: Stores, case: str) -> None:
    do(desk, TOM, case, DraftReply(text=TEXT), "k1")
    do(desk, PAUL, case, ApproveReply(number=1, by="paul"), "k2")
    do(desk, TOM, case, PostedReply(number=1, url="https://board.example/1#a"), "k3")
    published(desk, TEXT.replace(" ", "  "))
    found = casework.load(desk, TOM, case, NOW).case
    assert (found.replies[1].state, found.replies[1].as_approved, found.answers) == ("seen", True, ("board:1-answer",))
    version = found.version
    published(desk, TEXT.replace(" ", "  "))
    assert casework.load(desk, TOM, case, NOW).case.version == version
    assert log.verify(desk).holds


def test_an_answer_in_other_words_says_so_and_one_of_nobody_here_is_kept_too(desk: Stores, case: str) -> None:
    published(desk, "Somebody answered before us.", ref="early")
    assert casework.load(desk, TOM, case, NOW).case.answers == ("board:early",)
    do(desk, TOM, case, DraftReply(text=TEXT), "k1")
    do(desk, PAUL, case, ApproveReply(number=1, by="paul"), "k2")
    published(desk, "We owe you nothing.")
    reply = casework.load(desk, TOM, case, NOW).case.replies[1]
    assert (reply.state, reply.as_approved) == ("seen", False)


def test_a_customers_comment_is_no_answer(desk: Stores, case: str) -> None:
    assert answers.tie(desk, [post(3, reply_to="1", author=Author(name="x", role=Role.CUSTOMER))], NOW) == 0
    assert casework.load(desk, TOM, case, NOW).case.answers == ()


def test_words_and_links_stay_outside_the_chain(desk: Stores, case: str) -> None:
    do(desk, TOM, case, DraftReply(text=TEXT), "k1")
    (entry,) = [entry for entry in desk.cases.read(case) if entry.kind == "ReplyDrafted"]
    assert set(entry.digests) == {"text", "post"}
    assert "sorry" not in str(entry.said)
    log.erase(desk, ANNA, case, entry.version, "text", reason="asked to", now=NOW, command="e")
    with pytest.raises(Refused, match="erased"):
        do(desk, PAUL, case, ApproveReply(number=1, by="paul"), "k2")


def test_what_was_published_at_an_exact_moment_is_dated_by_it(desk: Stores, case: str) -> None:
    published(desk, TEXT, ref="1-day", published="2026-11-23")
    assert casework.load(desk, TOM, case, NOW).case.done["first_answer"] == iso(NOW)
    published(desk, TEXT, ref="1-moment", published="2026-11-23T15:04:05Z")
    assert casework.load(desk, TOM, case, NOW).case.done["first_answer"] == "2026-11-23T15:04:05Z"
    published(desk, TEXT, ref="1-ahead", published="2026-11-29T15:04:05Z")
    assert casework.load(desk, TOM, case, NOW).case.done["first_answer"] == "2026-11-23T15:04:05Z"


def test_what_names_a_person_is_taken_out_before_it_is_approved(desk: Stores, case: str) -> None:
    do(desk, TOM, case, DraftReply(text="Write to a.person@mail.example, it was our fault."), "k1")
    assert "“a.person@mail.example” (e-mail address" in refusal(lambda: do(desk, ANNA, case, ApproveReply(number=1, by="anna"), "k2"))
    assert "our fault" not in refusal(lambda: do(desk, ANNA, case, ApproveReply(number=1, by="anna"), "k3")), "what only warns is hers to judge"
    do(desk, TOM, case, DraftReply(text="It was our fault."), "k4")
    assert do(desk, ANNA, case, ApproveReply(number=2, by="anna"), "k5").replies[2].state == "approved"


def test_an_address_at_the_firm_s_own_site_is_no_person_s(desk: Stores, case: str) -> None:
    firm = desk.registers.firms()[0]
    desk.registers.save_firms([replace(firm, sites=("https://help.example",))])
    do(desk, TOM, case, DraftReply(text="Write to care@help.example"), "k1")
    assert do(desk, ANNA, case, ApproveReply(number=1, by="anna"), "k2").replies[1].state == "approved"


def test_checks_are_for_those_who_work_on_the_case_and_know_the_customer(desk: Stores, case: str) -> None:
    first = desk.posts.get(["board:1"])[0]
    desk.posts.put([replace(first, author=Author(name="Marit Olsen"), text=f"{first.text} Again.")])
    assert [one.words for one in drafts.check(desk, TOM, case, "Dear Marit Olsen", NOW)] == ["Marit Olsen"]
    assert "is not in" in refusal(lambda: drafts.check(desk, TOM, case, "x", NOW, post="board:none"))
    reader = Person(key="rui", name="Rui Costa", roles=("reader",))
    assert refusal(lambda: drafts.check(desk, reader, case, "x", NOW))
