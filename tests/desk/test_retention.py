"""Posts that are held longer than their retention class says are counted, by source and firm."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from indexer.connect import connect
from plaint.desk.checkup import State, look_over
from plaint.desk.retention import covers_from, overdue
from plaint.model import AboutFirm, Approval, Kind, PartialDate, Post
from plaint.ports import Stores
from plaint.query.tree import CaseMark

TODAY = date(2026, 11, 24)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("complaints-6y", date(2020, 11, 24)),
        ("mentions-18m", date(2025, 5, 24)),
        ("trial-90d", date(2026, 8, 26)),
        ("3Y", date(2023, 11, 24)),
        ("for ever", None),
        ("b2b", None),
    ],
)
def test_a_class_says_its_period_at_its_end(name: str, day: date | None) -> None:
    assert covers_from(name, TODAY) == day


@pytest.mark.pure
def test_a_month_that_is_shorter_ends_sooner() -> None:
    assert covers_from("x-1m", date(2026, 3, 31)) == date(2026, 2, 28)
    assert covers_from("x-1y", date(2028, 2, 29)) == date(2027, 2, 28)


def held(stores: Stores, ref: str, day: str, firm: str) -> None:
    said = PartialDate(earliest=f"{day}T10:00:00Z", latest=f"{day}T10:00:00Z", said=day)
    stores.posts.put(
        [
            Post(
                id=f"peer:{ref}",
                kind=Kind.REVIEW,
                source="peer",
                ref=ref,
                text="The card was blocked.",
                published=said,
                firms=(AboutFirm(key=firm, score=1.0, how="asked"),),
            )
        ]
    )


def test_what_is_past_its_class_is_counted_and_a_complaint_in_a_case_is_not(tmp_path: Path) -> None:
    stores = connect(f"sqlite:///{tmp_path}/plaint.db")
    for ref, day, firm in (("a", "2020-11-23", "acme"), ("b", "2020-11-24", "acme"), ("c", "2019-01-01", "acme"), ("d", "2024-01-01", "other")):
        held(stores, ref, day, firm)
    stores.posts.mark("peer:c", CaseMark(case="c-1", state="OPEN"))
    assert list(overdue(stores, TODAY)) == []
    stores.registers.save_approval(Approval(source="peer", approved=True, retention="complaints-6y"))
    stores.registers.save_approval(Approval(source="peer", firm="other", approved=True, retention="mentions-1y"))
    found = {one.firm: (one.posts, one.before.isoformat()) for one in overdue(stores, TODAY)}
    assert found == {None: (1, "2020-11-24"), "other": (1, "2025-11-24")}
    checks = look_over(stores, datetime(2026, 11, 24, tzinfo=UTC), outside=None, is_at_work=lambda _: True)
    (check,) = (one for one in checks if one.name == "retention")
    assert check.state is State.WARN
    assert "peer: 1 from before 2020-11-24" in check.says
    stores.close()
