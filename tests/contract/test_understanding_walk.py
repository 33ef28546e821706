"""Posts are understood as they come in, and an archive again: one walk at a time, taken up where it was ended, and only what is older."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from structlog.testing import capture_logs

from plaint.desk import understanding
from plaint.desk.intake import Heard, receive_all
from plaint.desk.rights import Refused
from plaint.desk.understanding import HELD, Walked, present_models, read_archive
from plaint.leases import LeaseLost
from plaint.model import Capture, Kind, Ownership, Person, RawPost, Site
from plaint.ports import Stores
from plaint.posts.brands import Names
from plaint.understand.reading import Said, read
from plaint.understand.understanding import Understanding
from tests.contract.test_posts import post

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
THREAT = "I will take you to the ombudsman and my lawyer will write to you"
SITE = Site(key="board", name="Board", home="https://board.example", kind=Kind.REVIEW, access="made up", ownership=Ownership.THIRD_PARTY)


def silent(_what: str, _count: int) -> None:
    """Hears nothing."""


def walk(stores: Stores, *, query: str = "", older: bool = True, owner: str = "one", at: datetime = AT) -> Walked:
    return read_archive(stores, None, query, only_older=older, owner=owner, clock=lambda: at, told=silent)


def come(stores: Stores, *texts: str, hour: int = 8) -> None:
    """A page with these texts comes in."""
    capture = Capture(url="https://board.example/1", at=f"2026-03-01T{hour:02}:00:00Z", sha256="0" * 64)
    said = [RawPost(ref=str(number), text=text) for number, text in enumerate(texts)]
    receive_all(stores, [Heard(site=SITE, capture=capture, said=said, run="r", asked=None)], names=Names([]), now=AT)


def test_what_comes_in_is_understood_and_so_is_what_was_edited(stores: Stores) -> None:
    come(stores, THREAT, "All is well")
    held = stores.posts.understood(["board:0", "board:1"])
    assert held == dict(zip(held, read([Said(text=THREAT, source="board"), Said(text="All is well", source="board")]), strict=True))
    assert len(held) == 2
    come(stores, "Everything was settled", hour=9)
    assert stores.posts.understood(["board:0"])["board:0"] == read([Said(text="Everything was settled", source="board")])[0]


def test_a_post_that_cannot_be_understood_is_stored_all_the_same(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks_on_one(batch: Sequence[Said]) -> list[Understanding]:
        if any("odd" in said.text for said in batch):
            raise ValueError("odd words")
        return read(batch)

    monkeypatch.setattr(understanding, "read", breaks_on_one)
    structlog.reset_defaults()  # a command that ran before may have raised the level
    with capture_logs() as events:
        come(stores, "an odd text", "All is well")
    assert len(stores.posts.get(["board:0", "board:1"])) == 2
    assert list(stores.posts.understood(["board:0", "board:1"])) == ["board:1"]
    assert [(event["event"], event["post"], event["error"]) for event in events] == [("understanding_failed", "board:0", "ValueError")]
    assert "odd" not in str(events)


def test_only_posts_of_which_older_models_spoke_are_read_again(stores: Stores) -> None:
    stores.posts.put([post(str(number)) for number in range(4)])
    stores.posts.note({"board:1": Understanding(models={"urgency": "urgency 0"}), "board:2": Understanding(models=present_models())},
                      stores.posts.get(["board:1", "board:2"]))  # fmt: skip
    assert walk(stores) == Walked(looked_at=4, read=3, changed=3)
    assert walk(stores) == Walked(looked_at=4)
    assert walk(stores, older=False) == Walked(looked_at=4, read=4, changed=1)
    assert stores.posts.understood(["board:1"])["board:1"].models == present_models()


def test_a_walk_that_is_ended_is_taken_up_where_it_was(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(understanding, "BATCH", 2)
    stores.posts.put([post(str(number)) for number in range(6)])
    steps: list[int] = []

    def ends(_what: str, count: int) -> None:
        steps.append(count)
        if count == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_archive(stores, None, "", only_older=False, owner="one", clock=lambda: AT, told=ends)
    assert walk(stores, older=False, owner="two") == Walked(looked_at=4, read=4, changed=2, resumed=True)
    assert walk(stores, older=False) == Walked(looked_at=6, read=6)


def test_one_process_walks_at_a_time_and_a_dead_one_keeps_others_away_for_a_while(stores: Stores) -> None:
    stores.posts.put([post()])
    stores.leases.take("understand", "dead", AT, AT + HELD)
    with pytest.raises(Refused, match="another process"):
        walk(stores, owner="two", at=AT + HELD / 2)
    assert walk(stores, owner="two", at=AT + HELD + timedelta(seconds=1)) == Walked(looked_at=1, read=1, changed=1)


def test_who_was_taken_for_dead_writes_nothing_more(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(understanding, "BATCH", 1)
    stores.posts.put([post(), post("2")])

    def sleeps_too_long(_what: str, _count: int) -> None:
        stores.leases.take("understand", "two", AT + 2 * HELD, AT + 3 * HELD)

    with pytest.raises(LeaseLost):
        read_archive(stores, None, "", only_older=True, owner="one", clock=lambda: AT, told=sleeps_too_long)
    assert len(stores.posts.understood(["board:1", "board:2"])) == 1
    assert next(lease.owner for lease in stores.leases.all() if lease.name == "understand") == "two"


def test_an_agent_may_not_set_it_off(stores: Stores) -> None:
    with pytest.raises(Refused, match="may not back up"):
        read_archive(stores, Person(key="tom", name="Tom", roles=("agent",)), "", only_older=True, owner="o", clock=lambda: AT, told=silent)
