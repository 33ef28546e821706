"""A real Bluesky network on loopback is collected: threads, edits, deletions, late answers, and nothing new the second time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.crawl.real_peers import Server, crawl_with_key, held, prepare, revisions, roles, running, thread, until

pytestmark = [pytest.mark.crawl, pytest.mark.xdist_group("bluesky")]

POST = "app.bsky.feed.post"
WRITTEN = "2026-11-20T10:00:00.000Z"


@pytest.fixture(scope="module")
def network() -> Iterator[Server]:
    with running("bluesky") as said:
        yield Server(int(urlsplit(said["address"]).port or 0))


class Account:
    """Somebody made up with an account in the network."""

    def __init__(self, server: Server, name: str) -> None:
        told = {"handle": f"{name}.test", "email": f"{name}@example.com", "password": "only-for-tests"}
        made, _ = server.ask("POST", "/xrpc/com.atproto.server.createAccount", told)
        self.server, self.did, self.bearer = server, made["did"], {"Authorization": f"Bearer {made['accessJwt']}"}

    def write(self, text: str, answers: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Write a post; `answers` is the post that it answers, as this method gave it."""
        record = {"$type": POST, "text": text, "createdAt": WRITTEN, **more}
        if answers:
            parent = {"uri": answers["uri"], "cid": answers["cid"]}
            record["reply"] = {"root": answers.get("root", parent), "parent": parent}
        said = self._act("createRecord", {"record": record})
        return {"uri": said["uri"], "cid": said["cid"], **({"root": record["reply"]["root"]} if answers else {})}

    def write_many(self, texts: list[str]) -> None:
        writes = [{"$type": "com.atproto.repo.applyWrites#create", "collection": POST, "value": {"$type": POST, "text": text, "createdAt": WRITTEN}}
                  for text in texts]  # fmt: skip
        self.server.ask("POST", "/xrpc/com.atproto.repo.applyWrites", {"repo": self.did, "writes": writes}, self.bearer)

    def change(self, post: dict[str, Any], text: str) -> None:
        self._act("putRecord", {"rkey": post["uri"].rsplit("/", 1)[1], "record": {"$type": POST, "text": text, "createdAt": WRITTEN}})

    def delete(self, post: dict[str, Any]) -> None:
        self._act("deleteRecord", {"rkey": post["uri"].rsplit("/", 1)[1]})

    def _act(self, what: str, said: dict[str, Any]) -> dict[str, Any]:
        answer, _ = self.server.ask("POST", f"/xrpc/com.atproto.repo.{what}", {"repo": self.did, "collection": POST, **said}, self.bearer)
        return dict(answer)

    def shown(self, *posts: dict[str, Any]) -> list[str]:
        """The texts of those posts that the network shows."""
        named = "&".join(f"uris={quote(post['uri'], safe='')}" for post in posts)
        said, _ = self.server.ask("GET", f"/xrpc/app.bsky.feed.getPosts?{named}", None, self.bearer)
        return [post["record"]["text"] for post in said["posts"]]


def test_a_bluesky_network_is_followed_with_its_conversations(network: Server, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/plaint.db"
    ann, bob, bank = (Account(network, name) for name in ("ann", "bob", "acmebank"))
    ann.write_many([f"Card blocked, day {day} #acmefail" for day in range(105)])
    first = ann.write("Nobody answers #acmefail")
    answer = bank.write("We are looking into it.", first)
    other = bob.write("Same for me", answer)
    thanks = ann.write("Thank you!", answer)
    facet = {"index": {"byteStart": 0, "byteEnd": 14}, "features": [{"$type": "app.bsky.richtext.facet#mention", "did": bank.did}]}
    called = bob.write("@acmebank.test is your app down?", facets=[facet])
    until(lambda: len(ann.shown(first, answer, other, thanks, called)) == 5)
    prepare(store, "bluesky", "#acmefail, @, @acmebank.test")

    run = crawl_with_key(store, "bluesky", network, tmp_path, bank.bearer)
    assert (run["state"], run["new"], run["rejected"], run["alarms"]) == ("done", 110, 0, [])
    whole = thread(store, f"bluesky:{other['uri']}")
    assert set(whole) == {first["uri"], answer["uri"], other["uri"], thanks["uri"]}
    assert held(store, f"bluesky:{other['uri']}").reply_to == answer["uri"]
    assert held(store, f"bluesky:{called['uri']}").mentions == ("acmebank.test",)
    assert sorted(roles(store, f"bluesky:{first['uri']}")) == ["customer", "customer", "firm", "other"]

    run = crawl_with_key(store, "bluesky", network, tmp_path, bank.bearer)
    assert (run["new"], run["changed"], run["gone"]) == (0, 0, 0)

    ann.change(first, "Nobody answers for a week #acmefail")
    bob.delete(other)
    late = ann.write("Still nothing", answer)
    until(lambda: ann.shown(first, other, late) == ["Nobody answers for a week #acmefail", "Still nothing"])
    run = crawl_with_key(store, "bluesky", network, tmp_path, bank.bearer)
    assert (run["new"], run["changed"], run["gone"]) == (1, 1, 1)
    assert revisions(store, f"bluesky:{first['uri']}") == ["Nobody answers #acmefail", "Nobody answers for a week #acmefail"]
    removed = held(store, f"bluesky:{other['uri']}")
    assert (removed.gone, removed.text) == ("removed", "Same for me")
    assert set(thread(store, f"bluesky:{first['uri']}")) == {*whole, late["uri"]}
