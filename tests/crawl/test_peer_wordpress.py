"""A real WordPress blog on loopback is collected: comments, answers, edits, deletions, and nothing new the second time."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.crawl.real_peers import Server, basic, crawl, held, prepare, revisions, roles, running, thread

pytestmark = [pytest.mark.crawl, pytest.mark.xdist_group("wordpress")]

FIRST_ARTICLE = 1
COMMENTS = "/index.php?rest_route=/wp/v2/comments"


class Blog(Server):
    """The blog; `keeper` is the header by which its API knows the one who keeps it."""

    def __init__(self, port: int, keeper: dict[str, str]) -> None:
        super().__init__(port)
        self.keeper = keeper

    def comment(self, text: str, name: str, parent: int = 0) -> int:
        """Comment by the form under the first article, as visitors do; the number of the comment."""
        said = {"comment": text, "author": name, "email": f"{name.lower()}@example.com", "comment_post_ID": FIRST_ARTICLE, "comment_parent": parent}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("POST", "/wp-comments-post.php", urlencode(said), {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        assert answer.status == 302, answer.read()[:500]
        return int((answer.getheader("Location") or "").rpartition("#comment-")[2])

    def keep(self, method: str, number: int | None, said: dict[str, Any] | None = None) -> int:
        """What the keeper does by the API: answer (no number), change or delete a comment."""
        answer, _ = self.ask(method, COMMENTS + (f"/{number}" if number else ""), said, self.keeper)
        return int(answer["id"])


@pytest.fixture(scope="module")
def blog() -> Iterator[Blog]:
    with running("wordpress") as said:
        yield Blog(int(urlsplit(said["address"]).port or 0), basic(said["user"], said["password"]))


def test_a_wordpress_blog_is_collected_with_answers_edits_and_deletions(blog: Blog, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/plaint.db"
    first = blog.comment("My card <b>is blocked</b> since May & nobody answers", "Ann")
    answer = blog.keep("POST", None, {"post": FIRST_ARTICLE, "parent": first, "content": "We are looking into it."})
    other = blog.comment("Same for me", "Bob", answer)
    last = blog.comment("Closed my account", "Cem")
    prepare(store, "wordpress", "/, 1")

    run = crawl(store, "wordpress", blog.address, tmp_path)
    there = 5  # with the one that every new blog has
    assert (run["state"], run["announced"], run["new"], run["alarms"]) == ("done", there, there, [])
    assert held(store, f"wordpress:{first}").text == "My card is blocked since May & nobody answers"
    assert held(store, f"wordpress:{other}").reply_to == str(answer)
    assert {str(first), str(answer), str(other), str(last)} <= set(thread(store, f"wordpress:{first}"))
    assert "firm" in roles(store, f"wordpress:{answer}")

    run = crawl(store, "wordpress", blog.address, tmp_path)
    assert (run["known"], run["new"], run["changed"], run["gone"]) == (there, 0, 0, 0)

    blog.keep("POST", other, {"content": "Same for me, since June"})
    blog.keep("DELETE", last)
    run = crawl(store, "wordpress", blog.address, tmp_path)
    assert (run["new"], run["changed"], run["gone"]) == (0, 1, 1)
    assert revisions(store, f"wordpress:{other}") == ["Same for me", "Same for me, since June"]
    gone = held(store, f"wordpress:{last}")
    assert (gone.gone, gone.text) == ("vanished", "Closed my account")
