"""The map between taxonomies beside the posts of either store, and changes that two persons make."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from plaint.desk import mapping
from plaint.desk.archive import OPERATOR
from plaint.desk.rights import Refused
from plaint.model import Kind, Person, Post
from plaint.ports import Stores
from plaint.understand.understanding import Code, Understanding

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ANN, TOM = Person(key="ann", name="Ann", roles=("compliance",)), Person(key="tom", name="Tom", roles=("compliance",))
DEBT = "cfpb/Debt collection"


def line_of(stores: Stores, code: str) -> mapping.Line:
    return next(line for line in mapping.lines(stores, OPERATOR) if f"{line.from_taxonomy}/{line.from_code}" == code)


def test_each_line_has_both_labels_its_review_and_its_posts(stores: Stores) -> None:
    post = Post(id="board:1", source="board", ref="1", kind=Kind.POST, text="A card")
    stores.posts.put([post])
    said = Understanding(product={"cfpb": Code(code="Debt collection", score=0.9)})
    stores.posts.note({post.id: said}, [post])
    line = line_of(stores, DEBT)
    assert (line.from_label, line.to_code, line.posts) == ("Debt collection", "", 1)
    assert line.reviewer
    assert line.date


def test_a_change_needs_a_second_person_and_leaves_the_shipped_table(stores: Stores) -> None:
    number = mapping.propose(stores, ANN, DEBT, to="fca/FCA1R-P02", reason="cards only", now=NOW, command="1")
    assert mapping.propose(stores, ANN, DEBT, to="fca/FCA1R-P02", reason="cards only", now=NOW, command="1") == number
    with pytest.raises(Refused, match="second person"):
        mapping.approve(stores, ANN, number, now=NOW, command="2")
    mapping.approve(stores, TOM, number, now=NOW, command="3")
    line = line_of(stores, DEBT)
    assert line.to_code == ""
    assert line.change is not None
    assert (line.change.to_code, line.change.by, line.change.approved_by) == ("FCA1R-P02", "ann", "tom")
    with pytest.raises(Refused, match="already"):
        mapping.approve(stores, TOM, number, now=NOW, command="4")


@pytest.mark.parametrize(("code", "to", "reason", "why"), [
    ("cfpb/Nothing", "fca/FCA1R-P02", "x", "no line"), (DEBT, "fca/P99", "x", "has no product"), (DEBT, "fca/", "x", "already"),
    (DEBT, "fca/FCA1R-P02", " ", "say why"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(stores: Stores, code: str, to: str, reason: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        mapping.propose(stores, ANN, code, to=to, reason=reason, now=NOW, command="1")


def test_who_has_not_the_right_changes_nothing(stores: Stores) -> None:
    reader = Person(key="eve", name="Eve", roles=("agent",))
    with pytest.raises(Refused, match="map between taxonomies"):
        mapping.propose(stores, reader, DEBT, to="fca/FCA1R-P02", reason="x", now=NOW, command="1")
