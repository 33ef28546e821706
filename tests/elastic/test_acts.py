"""What an act on a case costs on a cluster: requests, one after the other, however long the log is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.casework import AGENT, OPENED
from bench.clustering import opened, requests_sent
from bench.made import NOW
from bench.manycases import AT, FIRM, fill, name
from plaint.desk import acting, casework, log, teamwork
from plaint.model import Kind, Post

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic")]


def test_an_act_takes_few_requests(elastic: str) -> None:
    with opened(elastic) as stores:
        fill(stores, 20, 3)
        stores.registers.save_firms([FIRM])
        stores.registers.save_person(AGENT)
        acts: dict[str, tuple[int, Callable[[str, str], object]]] = {
            "note": (7, lambda case, command: casework.note(stores, AGENT, case, text="asked the branch", now=NOW, command=command)),
            "claim": (6, lambda case, command: teamwork.claim(stores, AGENT, case, now=NOW, command=command)),
            "confirm": (10, lambda case, command: casework.confirm(stores, AGENT, case, reason="charged twice", now=NOW, command=command)),
            "load": (3, lambda case, _: acting.load_case(stores, case)),
            "version": (1, lambda case, _: casework.version(stores, AGENT, case)),
            "append": (3, lambda case, command: stores.cases.append(f"{case}-b", 0, [OPENED], at=AT, by="tom", command=command)),
        }
        for act, (most, do) in acts.items():
            do(name(1), f"{act} first")
            with requests_sent() as sent:
                do(name(1) if act in {"note", "version"} else name(2), f"{act} second")
            assert len(sent) <= most, (act, sent)
        assert log.verify(stores).holds


def test_opening_a_case_takes_few_requests(elastic: str) -> None:
    with opened(elastic) as stores:
        stores.registers.save_firms([FIRM])
        posts = [Post(id=f"board:{n}", source="board", ref=f"{n}", kind=Kind.REVIEW, text="charged twice") for n in range(2)]
        stores.posts.put(posts)
        casework.open_case(stores, AGENT, posts=[posts[0].id], firm=FIRM.key, now=NOW, command="first")
        with requests_sent() as sent:
            casework.open_case(stores, AGENT, posts=[posts[1].id], firm=FIRM.key, now=NOW, command="second")
        assert len(sent) <= 14, sent
        assert stores.cases.behind() == []
