"""Walks of real source files over made-up pages: lists that overlap, and held posts that are looked up again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawlers.page import Ask, Follow
from crawlers.registry import source
from plaint.model import Firm
from tests.crawl.peer import Peer, serving
from tests.crawl.real_peers import crawl, held, prepare

pytestmark = pytest.mark.crawl

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def site() -> Iterator[Peer]:
    with serving() as peer:
        yield peer


def says(site: Peer, path: str, said: Any, status: int = 200, **headers: str) -> None:
    site.answers[path] = (status, {**JSON, **headers}, json.dumps(said).encode())


def status(number: int) -> dict[str, Any]:
    return {"id": str(number), "created_at": "2026-11-20T08:00:00Z", "content": f"<p>Card blocked, day {number}</p>", "in_reply_to_id": None,
            "replies_count": 0, "visibility": "public", "account": {"id": "1", "acct": "ann", "username": "ann"}}  # fmt: skip


def test_lists_that_show_the_same_posts_are_each_read_to_their_end(site: Peer, tmp_path: Path) -> None:
    store, both = f"sqlite:///{tmp_path}/plaint.db", [status(1), status(2)]
    for tag in ("cards", "acmefail"):
        says(site, f"/api/v1/timelines/tag/{tag}?limit=40", both, Link=f'<{site.address}/api/v1/timelines/tag/{tag}?max_id=1>; rel="next"')
        says(site, f"/api/v1/timelines/tag/{tag}?max_id=1", [status(3 if tag == "cards" else 4)])
    prepare(store, "mastodon", "#cards, #acmefail")
    run = crawl(store, "mastodon", site.address, tmp_path)
    assert (run["state"], run["new"], run["alarms"]) == ("done", 4, [])


def test_a_hashtag_is_followed_instead_of_the_firms_handle(site: Peer, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/plaint.db"
    says(site, "/api/v1/timelines/tag/outage?limit=40", [status(1)])
    prepare(store, "mastodon", "@acmebank, #cards")
    run = crawl(store, "mastodon", site.address, tmp_path, hashtags=("outage",))
    assert (run["state"], run["new"]) == ("done", 1)
    assert site.paths() == ["/api/v1/timelines/tag/outage?limit=40"]


def test_x_is_searched_for_each_account_and_hashtag() -> None:
    start, firm = source("x").start, Firm(key="acme", name="Acme", handles={"x": "@bank, #bankfail"})
    assert start is not None
    asked = [said.url for said in start(Ask(firm=firm, home="https://api.example")) if isinstance(said, Follow)]
    assert [parse_qs(urlsplit(url).query)["query"] for url in asked] == [["@bank -is:retweet"], ["#bankfail -is:retweet"]]


def item(number: int, text: str, *children: dict[str, Any], parent: int | None = None) -> dict[str, Any]:
    return {"id": number, "author": "ann", "text": text, "parent_id": parent, "story_id": 1, "created_at_i": 1795160000, "children": list(children)}


def test_held_items_that_their_source_no_longer_knows_are_marked_and_kept(site: Peer, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/plaint.db"
    first, second = item(2, "Acme blocked my card", parent=1), item(3, "Same here", parent=1)
    found = "/api/v1/search_by_date?query=Acme&tags=(story,comment)&hitsPerPage=100&page=0"
    says(site, found, {"hits": [{**item(1, "Acme Bank?"), "objectID": "1", "story_text": "Acme Bank?"}], "page": 0, "nbPages": 1})
    says(site, "/api/v1/items/1", item(1, "Acme Bank?", first, second))
    prepare(store, "hackernews", "Acme")
    run = crawl(store, "hackernews", site.address, tmp_path)
    assert (run["state"], run["new"]) == ("done", 3)

    says(site, found, {"hits": [], "page": 0, "nbPages": 0})
    says(site, "/api/v1/items/1", item(1, "Acme Bank?", second))
    says(site, "/api/v1/items/2", {"status": 404, "error": "Not Found"}, status=404)
    says(site, "/api/v1/items/3", item(3, "Same here, since May", parent=1))
    run = crawl(store, "hackernews", site.address, tmp_path)
    assert (run["state"], run["new"], run["gone"], run["alarms"]) == ("done", 0, 1, [])
    gone = held(store, "hackernews:2")
    assert (gone.gone, gone.text) == ("removed", "Acme blocked my card")
