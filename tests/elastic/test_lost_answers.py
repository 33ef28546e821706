"""The server did it, and its answer was lost: what is sent again must not be done again, and must not undo it."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.connect import connect
from plaint.desk import log
from plaint.ports import Draft
from tests.contract.test_posts import post
from tests.elastic.server import Emptied
from tests.elastic.way import LOST, times, way_to

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic")]
AT = "2026-11-24T10:00:00Z"


def test_an_append_whose_answer_was_lost_happens_once_and_keeps_its_texts(emptied: Emptied, tmp_path: Path) -> None:
    address = emptied.address()
    with way_to(emptied.server, times(1, LOST, "/_create/append-")) as way:
        stores = connect(f"{way.address}/{address.rpartition('/')[2]}", evidence=tmp_path)
        done = stores.cases.append("c-a", 0, [Draft(kind="Noted", said={}, bodies={"text": "stays"})], at=AT, by="tom", command="k1")
        assert len(way.troubled) == 1
        assert stores.cases.read("c-a") == done
        assert stores.cases.bodies("c-a") == {(1, "text"): "stays"}
        assert log.verify(stores).holds
        stores.close()
    emptied.take_back()


def test_a_batch_of_posts_whose_answer_was_lost_is_there_once(emptied: Emptied, tmp_path: Path) -> None:
    address = emptied.address()
    with way_to(emptied.server, times(1, LOST, "/_bulk")) as way:
        stores = connect(f"{way.address}/{address.rpartition('/')[2]}", evidence=tmp_path)
        stores.posts.put([post("1"), post("2")])
        assert len(way.troubled) == 1
        assert sorted(stores.posts.refs("board")) == ["1", "2"]
        assert len(stores.posts.revisions("board:1")) == 1
        stores.close()
    emptied.take_back()
