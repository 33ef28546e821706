"""Real servers on loopback are collected twice: posts, answers, edits and deletions, and nothing new the second time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crawl.real_peers import Server, crawl, crawl_with_key, free_port, held, prepare, roles, started, thread, tool

pytestmark = pytest.mark.crawl

ISSO = """[general]
dbpath = {folder}/comments.db
host = {address}
[server]
listen = {address}
[guard]
enabled = false
[moderation]
enabled = false
"""


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/plaint.db"


@pytest.fixture
def mastodon(tmp_path: Path) -> Iterator[Server]:
    port = free_port()
    command = [tool("mastodon_mock"), "serve", "--in-memory", "--host", "127.0.0.1", "--port", str(port), "--log-level", "error"]
    with started(command, port, tmp_path) as server:
        yield server


@pytest.fixture
def isso(tmp_path: Path) -> Iterator[Server]:
    program, port = tool("isso"), free_port()
    (tmp_path / "isso.cfg").write_text(ISSO.format(folder=tmp_path, address=f"http://127.0.0.1:{port}/"))
    with started([program, "-c", str(tmp_path / "isso.cfg"), "run"], port, tmp_path) as server:
        yield server


class Customer:
    """Somebody made up with an account on a Mastodon server."""

    def __init__(self, server: Server, name: str) -> None:
        account, _ = server.ask("POST", "/api/v1/_mock/dev_user", {"username": name})
        self.server, self.bearer = server, {"Authorization": f"Bearer {account['access_token']}"}

    def write(self, text: str, **more: Any) -> str:
        said, _ = self.server.ask("POST", "/api/v1/statuses", {"status": text, **more}, self.bearer)
        return str(said["id"])


def test_a_mastodon_server_is_followed_with_its_conversations(mastodon: Server, store: str, tmp_path: Path) -> None:
    ann, bob, bank = (Customer(mastodon, name) for name in ("ann", "bob", "acmebank"))
    many = [ann.write(f"Card blocked, day {day} #acmefail") for day in range(45)]
    first = ann.write("Nobody answers #acmefail")
    answer = bank.write("@ann We are looking into it.", in_reply_to_id=first)
    other = bob.write("@acmebank same for me", in_reply_to_id=answer)
    hidden = ann.write("@acmebank my number is 12", in_reply_to_id=answer, visibility="direct")
    prepare(store, "mastodon", "#acmefail, @, @acmebank")

    run = crawl_with_key(store, "mastodon", mastodon, tmp_path, bank.bearer)
    assert (run["state"], run["new"], run["alarms"]) == ("done", 49, [])
    assert thread(store, f"mastodon:{first}") == [first, answer, other, hidden]
    assert held(store, f"mastodon:{hidden}").facts["visibility"] == "direct"
    assert roles(store, f"mastodon:{first}") == ["customer", "firm", "other", "customer"]

    run = crawl_with_key(store, "mastodon", mastodon, tmp_path, bank.bearer)
    assert (run["new"], run["changed"], run["gone"]) == (0, 0, 0)

    mastodon.ask("PUT", f"/api/v1/statuses/{first}", {"status": "Nobody answers for a week #acmefail"}, ann.bearer)
    mastodon.ask("DELETE", f"/api/v1/statuses/{other}", None, bob.bearer)
    mastodon.ask("DELETE", f"/api/v1/statuses/{many[0]}", None, ann.bearer)
    run = crawl_with_key(store, "mastodon", mastodon, tmp_path, bank.bearer)
    assert (run["new"], run["changed"], run["gone"]) == (0, 1, 2)
    assert held(store, f"mastodon:{first}").text.startswith("Nobody answers for a week")
    assert held(store, f"mastodon:{other}").gone == held(store, f"mastodon:{many[0]}").gone == "removed"
    assert "same for me" in held(store, f"mastodon:{other}").text


def test_an_isso_server_is_collected_with_answers_edits_and_deletions(isso: Server, store: str, tmp_path: Path) -> None:
    def write(text: str, parent: int | None = None) -> tuple[int, dict[str, str]]:
        said, headers = isso.ask("POST", "/new?uri=/bank/", {"text": text, "author": "Ann", "title": "Bank", "parent": parent})
        return said["id"], {"Cookie": headers["set-cookie"].partition(";")[0]}

    first, of_first = write("Card blocked again")
    answer, of_answer = write("Same for me", first)
    last, of_last = write("Closed my account")
    prepare(store, "isso", "#/bank/")

    run = crawl(store, "isso", isso.address, tmp_path)
    assert (run["state"], run["announced"], run["new"], run["alarms"]) == ("done", 3, 3, [])
    assert thread(store, f"isso:{answer}") == [str(first), str(answer), str(last)]

    run = crawl(store, "isso", isso.address, tmp_path)
    assert (run["new"], run["changed"], run["gone"]) == (0, 0, 0)

    isso.ask("PUT", f"/id/{answer}", {"text": "Same for me, since May", "author": "Bob"}, of_answer)
    isso.ask("DELETE", f"/id/{first}", None, of_first)
    isso.ask("DELETE", f"/id/{last}", None, of_last)
    run = crawl(store, "isso", isso.address, tmp_path)
    assert run["new"] == 0
    assert held(store, f"isso:{answer}").text == "Same for me, since May"
    assert held(store, f"isso:{first}").gone == "removed"
    assert held(store, f"isso:{last}").gone == "vanished"
    assert held(store, f"isso:{first}").text == "Card blocked again"
