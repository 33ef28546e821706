"""The countries and the retention class of an approval decide what is let in, on every road into the archive."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from plaint.desk import register
from plaint.desk.admission import ELSEWHERE
from plaint.desk.rights import Refused
from plaint.model import Firm, Kind, Place, Role
from plaint.ports import Stores
from tests.crawl.test_intake import ADA, NOW, approval, counts, raw, receive

FR = Firm(key="acme", name="Acme Bank", country="FR")


def decide(stores: Stores, **more: Any) -> None:
    register.approve(stores, ADA, approval(**more), NOW, "c1")


def test_a_firm_in_a_country_that_the_approval_does_not_cover_is_not_crawled(stores: Stores) -> None:
    stores.registers.save_firms([FR, replace(FR, key="brit", country="GB"), replace(FR, key="nowhere", country=None)])
    decide(stores, jurisdictions=("GB", "IE"))
    register.allowed(stores, "peer", "brit", NOW)
    register.allowed(stores, "peer", "nowhere", NOW)
    with pytest.raises(Refused, match="covers people in GB, IE, and acme is in FR"):
        register.allowed(stores, "peer", "acme", NOW)
    register.approve(stores, ADA, approval(firm="acme", jurisdictions=("FR",)), NOW, "c2")
    register.allowed(stores, "peer", "acme", NOW)


def test_words_of_a_person_elsewhere_are_set_aside_without_the_words(stores: Stores) -> None:
    decide(stores, jurisdictions=("GB",))
    reply = {"within": "b", "reply_to": "b", "kind": Kind.REPLY, "role": Role.FIRM}
    tally = receive(
        stores, raw("a", place=Place(country="gb")), raw("b", "Ma carte est bloquée.", place=Place(country="FR")), raw("b/1", **reply),
        raw("c"), raw("d", place=Place(country="Great Britain")),
    )  # fmt: skip
    assert (counts(tally), tally.within_rejected) == ((3, 0, 0, 1), 1)
    assert sorted(stores.posts.refs("peer")) == ["a", "c", "d"]
    kept = {item.rejection.ref: (item.rejection.reason, item.rejection.seen) for item in stores.runs.quarantined("peer")}
    assert kept == {"b": (ELSEWHERE, "FR"), "b/1": (ELSEWHERE, "FR")}


def test_what_is_past_its_class_is_not_taken_in_but_what_is_held_is_kept_up_to_date(stores: Stores) -> None:
    receive(stores, raw("held", published="2020-01-05T10:00:00Z"))
    decide(stores, retention="complaints-6y")
    old = {"published": "2020-11-23T10:00:00Z"}
    reply = {"within": "old", "reply_to": "old", "kind": Kind.REPLY, "role": Role.FIRM}
    tally = receive(
        stores, raw("old", **old), raw("old/1", **reply), raw("held", "Now they have paid.", published="2020-01-05T10:00:00Z"),
        raw("first", published="2020-11-24T00:00:00Z"), raw("undated", published=None),
    )  # fmt: skip
    assert (counts(tally), tally.absent, tally.within) == ((2, 0, 1, 0), 1, 0)
    assert sorted(stores.posts.refs("peer")) == ["first", "held", "undated"]
    assert {"old", "old/1"} <= tally.refs
    assert receive(stores, raw("old", **old)).absent == 1


def test_without_a_decision_or_a_period_everything_is_let_in(stores: Stores) -> None:
    old = raw("old", published="2001-01-01T10:00:00Z", place=Place(country="FR"))
    assert counts(receive(stores, old)) == (1, 0, 0, 0)
    decide(stores, retention="for ever")
    assert counts(receive(stores, raw("older", published="2000-01-01T10:00:00Z", place=Place(country="FR")))) == (1, 0, 0, 0)
