"""Intake and register: one batch a page, stable ids in the quarantine, nothing without an approval."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from crawlers.ledger import Ledger
from plaint.desk import intake, register
from plaint.desk.rights import Refused
from plaint.model import Approval, Capture, Firm, Gone, Kind, Person, RawPost, Rejection, Role, Site
from plaint.ports import Stores
from plaint.posts.brands import Names

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SITE = Site(key="peer", name="Peer", home="https://peer.example", kind=Kind.REVIEW, access="pages")
CAPTURE = Capture(url="https://peer.example/1", at="2026-11-24T10:00:00Z", sha256="0" * 64)
ADA = Person(key="ada", name="Ada", roles=("compliance",))


def raw(ref: str, text: str = "The card was blocked.", **more: Any) -> RawPost:
    return RawPost(**{"ref": ref, "text": text, "lang": "en", "published": "2026-10-01T10:00:00Z", **more})


def receive(stores: Stores, *said: RawPost | Rejection, **more: Any) -> intake.Tally:
    given: dict[str, Any] = {"site": SITE, "capture": CAPTURE, "run": "run", "asked": None, "names": Names(()), "now": NOW}
    return intake.receive(stores, said=said, **{**given, **more})


def counts(tally: intake.Tally) -> tuple[int, ...]:
    return tally.new, tally.known, tally.changed, tally.rejected


def test_a_broken_item_never_costs_the_others(stores: Stores) -> None:
    tally = receive(stores, raw("a"), raw("b", rating="seven bananas"), Rejection(reason="no text", ref="c"), raw("d"))
    assert counts(tally) == (2, 0, 0, 2)
    assert sorted(stores.posts.refs("peer")) == ["a", "d"]
    assert tally.refs == {"a", "b", "c", "d"}


def test_an_item_that_surprises_the_normaliser_is_set_aside(stores: Stores) -> None:
    tally = receive(stores, raw("a", engagement={"likes": object()}), raw("b"))  # type: ignore[dict-item]
    assert counts(tally) == (1, 0, 0, 1)


def test_the_same_rejection_has_the_same_id_in_every_run(stores: Stores) -> None:
    first = receive(stores, Rejection(reason="no date", field="published", seen="soon", ref="a"))
    second = receive(stores, Rejection(reason="no date", field="published", seen="soon", ref="a"), run="later")
    assert first.set_aside == second.set_aside
    (item,) = stores.runs.quarantined("peer")
    assert (item.run, item.url, {item.id}) == ("later", CAPTURE.url, first.set_aside)


def test_an_item_shown_twice_counts_once_and_a_firms_answer_not_at_all(stores: Stores) -> None:
    answer = raw("a/1", within="a", reply_to="a", kind=Kind.REPLY, role=Role.FIRM)
    first = receive(stores, raw("a"), answer, raw("a"))
    assert (counts(first), first.within) == ((1, 0, 0, 0), 1)
    again = receive(stores, raw("a"), raw("b"), seen=first.refs)
    assert counts(again) == (1, 0, 0, 0)


FIRST, SECOND, THIRD = (
    {"text": "Works.", "published": "2025-01-01T10:00:00Z"},
    {"text": "Works less.", "published": "2025-06-01T10:00:00Z"},
    {"text": "Keeps logging me out.", "published": "2026-03-01T10:00:00Z"},
)


@pytest.mark.parametrize(
    "order", [(THIRD, SECOND, FIRST), (FIRST, SECOND, THIRD), (SECOND, THIRD, FIRST)], ids=["newest first", "oldest first", "mixed"]
)
def test_of_an_edit_history_the_latest_state_is_the_post_and_the_others_what_it_was(stores: Stores, order: tuple[dict[str, str], ...]) -> None:
    tally = receive(stores, *(raw("a", **state) for state in order))
    assert counts(tally) == (1, 0, 0, 0)
    (post,) = stores.posts.get(["peer:a"])
    assert (post.text, post.capture) == ("Keeps logging me out.", CAPTURE)
    assert [one.post.text for one in stores.posts.revisions("peer:a")] == ["Works.", "Works less.", "Keeps logging me out."]


def test_an_edit_history_that_is_read_again_adds_nothing(stores: Stores) -> None:
    for day in (24, 25, 26):
        capture = replace(CAPTURE, at=f"2026-11-{day}T10:00:00Z")
        tally = receive(stores, *(raw("a", **state) for state in (THIRD, SECOND, FIRST)), capture=capture)
        assert tally.changed == 0
    (post,) = stores.posts.get(["peer:a"])
    assert post.text == "Keeps logging me out."
    assert len(stores.posts.revisions("peer:a")) == 3


def test_an_edit_history_may_go_on_over_the_page(stores: Stores) -> None:
    first = receive(stores, raw("a", **THIRD))
    receive(stores, raw("a", **FIRST), seen=first.refs)
    (post,) = stores.posts.get(["peer:a"])
    assert post.text == "Keeps logging me out."
    assert [one.post.text for one in stores.posts.revisions("peer:a")] == ["Works.", "Keeps logging me out."]


def test_a_rest_of_a_page_is_no_item(stores: Stores) -> None:
    tally = receive(stores, raw("a"), Rejection(reason="the rest could not be read", field=intake.PAGE))
    assert (counts(tally), tally.broken, tally.nameless) == ((1, 0, 0, 0), 1, 1)


def test_posts_before_the_asked_date_are_left_out(stores: Stores) -> None:
    tally = receive(stores, raw("a", published="2026-09-30"), raw("b", published="2026-10-01"), raw("c", published=None), since="2026-10-01")
    assert (counts(tally), tally.older) == ((2, 0, 0, 0), 1)


def test_the_firm_that_was_asked_for_is_noted(stores: Stores) -> None:
    firm = Firm(key="acme", name="Acme Bank")
    receive(stores, raw("a"), asked=firm)
    assert list(stores.posts.refs("peer", "acme")) == ["a"]


def approval(**more: Any) -> Approval:
    said = {"source": "peer", "owner": "Complaints", "access": "pages", "terms": "v3", "lawful_basis": "legitimate interests",
            "approved": True, "review_on": "2027-05-01"}  # fmt: skip
    return Approval(**{**said, **more})


def test_nothing_runs_unapproved_and_the_refusal_says_how_to_approve(stores: Stores) -> None:
    with pytest.raises(Refused, match=r"plaint sources approve peer --firm acme .*--as"):
        register.allowed(stores, "peer", "acme", NOW)


def test_an_approval_is_in_force_until_its_review_date(stores: Stores) -> None:
    decided = register.approve(stores, ADA, approval(), NOW, "c1")
    assert (decided.by, decided.at) == ("ada", "2026-11-24T10:00:00Z")
    assert register.allowed(stores, "peer", "acme", NOW) == decided
    last_day = datetime.combine(date(2027, 5, 1), NOW.timetz())
    register.allowed(stores, "peer", "acme", last_day)
    with pytest.raises(Refused, match="to be reviewed on 2027-05-01"):
        register.allowed(stores, "peer", "acme", last_day + timedelta(days=1))


def test_a_decision_for_the_firm_counts_before_the_one_for_all(stores: Stores) -> None:
    register.approve(stores, ADA, approval(), NOW, "c1")
    register.approve(stores, ADA, replace(approval(), firm="acme", approved=False, note="they asked us not to"), NOW, "c2")
    register.allowed(stores, "peer", "other", NOW)
    with pytest.raises(Refused, match="refused by ada: they asked us not to"):
        register.allowed(stores, "peer", "acme", NOW)


@pytest.mark.parametrize("more", [{"owner": None}, {"lawful_basis": ""}, {"review_on": None}, {"review_on": "soon"}, {"review_on": "2026-11-24"}])
def test_an_approval_that_says_too_little_is_refused(stores: Stores, more: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        register.approve(stores, ADA, approval(**more), NOW, "c1")
    assert stores.registers.approvals() == []
    assert stores.cases.read("sources") == []


def test_a_decision_needs_the_right_and_is_in_the_log(stores: Stores) -> None:
    with pytest.raises(Refused, match="may not approve sources"):
        register.approve(stores, Person(key="bo", name="Bo", roles=("reader",)), approval(), NOW, "c1")
    register.approve(stores, ADA, approval(), NOW, "c2")
    (entry,) = stores.cases.read("sources")
    assert (entry.kind, entry.by, entry.said["source"], entry.said["review_on"]) == ("SourceApproved", "ada", "peer", "2027-05-01")


def test_a_post_that_was_removed_before_it_was_held_is_neither_known_nor_gone(stores: Stores) -> None:
    receive(stores, raw("a"))
    tally = receive(stores, raw("a", gone=Gone.REMOVED), raw("b", gone=Gone.REMOVED), raw("c"))
    assert (counts(tally), tally.gone, tally.absent, tally.refs) == ((1, 1, 0, 0), 1, 1, {"a", "b", "c"})
    assert stores.posts.get(["peer:b"]) == []


def test_what_was_removed_before_is_not_missing_from_what_was_announced(stores: Stores) -> None:
    ledger = Ledger(stores, "peer", None, NOW)
    ledger.announce(3)
    ledger.add(receive(stores, raw("a"), raw("b", gone=Gone.REMOVED), raw("c")))
    run = ledger.close("done", NOW)
    assert (run.announced, run.new, run.missing) == (2, 2, 0)
