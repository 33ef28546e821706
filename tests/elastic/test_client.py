"""Addresses of clusters, and what is said when one does not answer, answers wrongly or may not be written."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from indexer.connect import connect
from indexer.elastic_client import Cluster, Place, place_of
from plaint.ports import NotTaken, Outcome, StoreDown
from plaint.query.tree import Search, Term
from tests.contract.test_posts import post
from tests.elastic.server import Emptied, asked


@pytest.mark.pure
@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("http://127.0.0.1:9200", Place(nodes=("http://127.0.0.1:9200",), name="plaint")),
        ("https://a.example,b.example:9201/shop-1/", Place(nodes=("https://a.example:9200", "https://b.example:9201"), name="shop-1")),
        ("http://ann:se:cret@[::1]:9200/x", Place(nodes=("http://[::1]:9200",), name="x", user="ann", password="se:cret")),
    ],
)
def test_an_address_names_nodes_and_the_store(address: str, place: Place) -> None:
    assert place_of(address) == place
    assert "cret" not in place_of(address).shown


@pytest.mark.pure
@pytest.mark.parametrize(
    ("address", "said"),
    [("http:///x", "no node"), ("http://a/Big", "cannot name"), ("http://a/-x", "cannot name"), ("http://a:b/x", "address of a node")],
)
def test_an_address_that_is_none_says_what_to_write(address: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        place_of(address)


@pytest.mark.pure
def test_a_certificate_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="PLAINT_ELASTIC_CA"):
        place_of("https://a", ca=Path("/nowhere.pem"))


def test_a_cluster_that_is_down_says_so_at_once() -> None:
    with pytest.raises(StoreDown, match=r"127\.0\.0\.1:9.*nothing answers there"):
        connect("http://127.0.0.1:9/plaint")


@contextmanager
def _answering(status: int, body: bytes) -> Iterator[tuple[str, list[str]]]:
    """A server that gives everybody the same answer, and what it was asked."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "reason", "said", "is_tried_again"),
    [
        (429, "es_rejected_execution_exception", "overloaded", True),
        (503, "no_shard_available_action_exception", "red", True),
        (429, "index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark]", "disk is nearly full", True),
        (401, "security_exception", "PLAINT_ELASTIC_PASSWORD", False),
        (403, "security_exception", r"docs/elasticsearch\.md", False),
    ],
)
def test_each_trouble_has_its_advice_and_only_what_passes_is_tried_again(status: int, reason: str, said: str, is_tried_again: bool) -> None:
    body = f'{{"error": {{"type": "{reason}", "reason": "{reason}"}}, "status": {status}}}'.encode()
    with _answering(status, body) as (address, heard):
        cluster = Cluster(place_of(address), patience=0.5)
        with pytest.raises(StoreDown, match=said):
            cluster.ask(lambda: cluster.client.indices.get_alias(index="x"))
        cluster.close()
    assert (len(heard) > 1) is is_tried_again


def test_what_answers_but_is_no_elasticsearch_is_told() -> None:
    class Plain(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Plain)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with pytest.raises(StoreDown, match="not Elasticsearch"):
        connect(f"http://127.0.0.1:{server.server_port}/x")
    server.shutdown()
    server.server_close()


@pytest.mark.elastic
@pytest.mark.xdist_group("elastic")
def test_a_store_that_is_read_only_is_waited_for_then_told(emptied: Emptied) -> None:
    address = emptied.address()
    place = place_of(address)
    asked(emptied.server, "PUT", f"/{place.name}-posts/_settings", {"index.blocks.write": True})
    impatient = Cluster(place, patience=0.3)
    from indexer.elastic_posts import ElasticPosts

    with pytest.raises(StoreDown, match=r"read-only at the moment"):
        ElasticPosts(impatient).put([post()])
    patient = Cluster(replace(place), patience=20)
    lifted = threading.Timer(1.0, asked, (emptied.server, "PUT", f"/{place.name}-posts/_settings", {"index.blocks.write": None}))
    lifted.start()
    assert [str(outcome) for outcome in ElasticPosts(patient).put([post()])] == ["new"]
    lifted.join()
    impatient.close()
    patient.close()
    emptied.take_back()


@pytest.mark.elastic
@pytest.mark.xdist_group("elastic")
def test_one_document_that_is_refused_costs_only_itself(emptied: Emptied, tmp_path: Path) -> None:
    stores = connect(emptied.address(), evidence=tmp_path)
    endless = replace(post("x" * 40_000), id="board:" + "x" * 40_000, reply_to="1")
    with pytest.raises(NotTaken, match="1 posts were refused; board:xxx") as some:
        stores.posts.put([post("1"), endless, post("2")])
    assert some.value.outcomes == (Outcome.NEW, None, Outcome.NEW)
    assert sorted(stores.posts.refs("board")) == ["1", "2"]
    assert stores.posts.search(Search(query=Term(field="has", value="reply"))).total == 0
    assert stores.posts.put([post("3", reply_to="1")]) == [Outcome.NEW]
    assert stores.posts.search(Search(query=Term(field="has", value="reply"))).total == 1
    stores.close()
    emptied.take_back()
