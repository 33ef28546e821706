"""The roles of the manual are enough, and no more than they say: on a server with users of its file realm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import ApiError

from indexer.connect import connect
from indexer.elastic_stores import ElasticStores
from plaint.model import Firm, Person, Run
from plaint.ports import Draft, Outcome, StoreDown
from plaint.query.parse import parse_query
from plaint.query.tree import CaseMark, Search, Sort
from tests.contract.test_posts import post
from tests.elastic.server import elastic_server, folder_for_nodes, need_server

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic-roles")]
AT = "2026-11-24T10:00:00Z"
MANUAL = Path(__file__).parents[2] / "docs/elasticsearch.md"
USERS = {"root": ["superuser"], "admin": ["plaint_admin"], "crawler": ["plaint_crawler"], "dashboard": ["plaint_dashboard"]}


@pytest.fixture(scope="module")
def secured() -> Iterator[str]:
    """The address (host and port) of a server with the roles of the manual; every user's password is its name twice."""
    need_server()
    roles = re.findall(r"```yaml\n(.*?)```", MANUAL.read_text(), re.DOTALL)[0]
    users = {name: (name * 2, has) for name, has in USERS.items()}
    with folder_for_nodes() as folder:
        cluster = elastic_server().Cluster(folder, secure=True, roles=roles, users=users)
        try:
            cluster.start(240)
            yield cluster.addresses[0].removeprefix("http://")
        finally:
            cluster.stop()


@pytest.fixture
def opened(secured: str, tmp_path: Path) -> Iterator[Any]:
    """Opens the store as a user."""
    made: list[ElasticStores] = []

    def as_user(name: str, password: str | None = None) -> ElasticStores:
        stores = connect(f"http://{name}:{password or name * 2}@{secured}/plaint", evidence=tmp_path)
        assert isinstance(stores, ElasticStores)
        made.append(stores)
        return stores

    as_user("admin")
    yield as_user
    for stores in made:
        stores.close()


def refused(call: Any) -> bool:
    try:
        call()
    except ApiError as error:
        return bool(error.meta.status == 403)
    return False


def test_a_crawler_adds_and_changes_and_deletes_nothing(opened: Any) -> None:
    stores = opened("crawler")
    assert stores.posts.put([post(), post("2", reply_to="1")]) == [Outcome.NEW, Outcome.NEW]
    assert stores.posts.put([post(text="changed", day=2)]) == [Outcome.CHANGED]
    stores.runs.save(Run(id="r", source="board", firm=None, started=AT))
    assert stores.posts.search(Search(query=parse_query("changed"), sort=Sort.RELEVANCE, limit=1)).total == 1
    assert sorted(stores.posts.refs("board")) == ["1", "2"]
    client = stores.cluster.client
    assert refused(lambda: client.delete(index="plaint-posts", id="board:1"))
    assert refused(lambda: client.indices.delete(index="plaint-posts-1"))
    with pytest.raises(StoreDown, match=r"docs/elasticsearch\.md"):
        stores.registers.save_firms([Firm(key="orbit", name="Orbit")])


def test_the_dashboard_adds_to_the_log_and_cannot_touch_its_past(opened: Any) -> None:
    stores = opened("dashboard")
    opened("crawler").posts.put([post()])
    stores.registers.save_person(Person(key="tom", name="Tom", roles=("agent",)), "hash")
    first = stores.cases.append("c-a", 0, [Draft(kind="Noted", said={}, bodies={"text": "her number"})], at=AT, by="tom", command="k1")
    stores.cases.erase("c-a", 1, "text")
    stores.cases.seal(AT)
    stores.posts.mark("board:1", CaseMark(case="c-a", state="CANDIDATE"))
    assert stores.cases.bodies("c-a") == {(1, "text"): None}
    assert stores.posts.search(Search(query=parse_query("is:case"))).total == 1
    client = stores.cluster.client
    assert refused(lambda: client.index(index="plaint-log", id="append-1", document={"what": "append", "number": 1}))
    assert refused(lambda: client.update(index="plaint-log", id="append-1", doc={"stream": "c-b"}))
    assert refused(lambda: client.delete(index="plaint-log", id="append-1"))
    assert stores.cases.read("c-a") == first


def test_a_wrong_password_is_told_and_no_password_is_shown(opened: Any) -> None:
    with pytest.raises(StoreDown, match="PLAINT_ELASTIC_PASSWORD") as told:
        opened("crawler", "secretly")
    assert "secretly" not in str(told.value)
