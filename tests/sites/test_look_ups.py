"""Held posts are looked up again at their sources: what was removed is told from what is there, and from an answer that is an error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawlers.page import Ask, Broken, Follow, Gone, Page
from crawlers.reading import read
from crawlers.registry import keys, source
from plaint.model import Firm

pytestmark = pytest.mark.pure

GRAPH_LOST = {"error": {"message": "Unsupported get request.", "type": "GraphMethodException", "code": 100, "error_subcode": 33}}
GRAPH_TOKEN = {"error": {"message": "Session has expired", "type": "OAuthException", "code": 190, "error_subcode": 463}}
YOUTUBE = {"kind": "youtube#commentListResponse", "items": [{"kind": "youtube#comment", "id": "here", "snippet": {
    "textDisplay": "Charged twice", "textOriginal": "Charged twice", "authorDisplayName": "@ann", "publishedAt": "2026-11-20T08:00:00Z",
    "updatedAt": "2026-11-20T08:00:00Z"}}]}  # fmt: skip
ANSWER = {"answer_id": 5, "question_id": 1, "creation_date": 1795160000, "body": "<p>Ask them</p>", "owner": {"display_name": "Bob"}}


def looked_up(key: str, said: Any, *asked: str, status: int = 200, url: str = "https://api.example/x") -> list[tuple[str, Gone | None]]:
    page = Page(json.dumps(said).encode(), url=url, at="2026-11-24T10:00:00Z", status=status, meta={"asked": list(asked)})
    return [(post.ref, post.gone) for post in read(source(key), page).posts]


def ask(key: str, handle: str, *held: str) -> Ask:
    return Ask(firm=Firm(key="acme", name="Acme", handles={key: handle}), home="https://api.example", held=held)


def requests(key: str, handle: str, *held: str) -> list[Follow]:
    begin = source(key).start
    assert begin is not None
    return [said for said in begin(ask(key, handle, *held)) if isinstance(said, Follow) and "asked" in said.meta]


def test_youtube_leaves_out_a_comment_that_is_gone() -> None:
    assert looked_up("youtube", YOUTUBE, "here", "lost") == [("here", None), ("lost", Gone.REMOVED)]


def test_hacker_news_knows_no_item_that_is_gone_and_shows_no_words_of_a_deleted_one() -> None:
    assert looked_up("hackernews", {"status": 404, "error": "Not Found"}, "7", status=404) == [("7", Gone.REMOVED)]
    assert looked_up("hackernews", {"id": 7, "author": None, "text": None, "children": []}, "7") == [("7", Gone.REMOVED)]


def test_stack_exchange_leaves_out_an_answer_that_is_gone() -> None:
    assert looked_up("stackexchange", {"items": [ANSWER]}, "answer-5", "answer-6") == [("answer-5", None), ("answer-6", Gone.REMOVED)]


def test_a_comment_that_is_looked_up_alone_is_not_taken_for_one_that_answers_nothing() -> None:
    comment = {"comment_id": 8, "post_id": 5, "creation_date": 1795160000, "body": "Same", "owner": {"display_name": "Cem"}}
    assert looked_up("stackexchange", {"items": [comment]}, "comment-8", "comment-9") == [("comment-9", Gone.REMOVED)]
    page = Page(json.dumps({"items": [comment]}).encode(), url="https://api.example/2.3/answers/5/comments?site=money", at="2026-11-24T10:00:00Z")
    (post,) = read(source("stackexchange"), page).posts
    assert (post.reply_to, post.thread) == ("answer-5", None)


def test_a_question_is_followed_to_its_answers_and_all_comments() -> None:
    question = {"question_id": 1, "creation_date": 1795160000, "title": "Card", "body": "<p>Blocked</p>", "owner": {"display_name": "Ann"}}
    page = Page(
        json.dumps({"items": [question]}).encode(), url="https://api.example/2.3/search/advanced?site=money&q=acme", at="2026-11-24T10:00:00Z"
    )
    assert [one.url.partition("?")[0] for one in read(source("stackexchange"), page).follow] == [
        "https://api.example/2.3/questions/1/answers",
        "https://api.example/2.3/questions/1/comments",
    ]
    page = Page(json.dumps({"items": [ANSWER]}).encode(), url="https://api.example/2.3/questions/1/answers?site=money", at="2026-11-24T10:00:00Z")
    reading = read(source("stackexchange"), page)
    assert [one.url.partition("?")[0] for one in reading.follow] == ["https://api.example/2.3/answers/5/comments"]
    assert (reading.posts[0].reply_to, reading.posts[0].thread) == ("1", "1")


def test_discourse_knows_no_post_that_is_gone_and_reads_the_topic_of_one_that_is_there() -> None:
    assert looked_up("discourse", {"errors": ["gone"], "error_type": "not_found"}, "31", status=404) == [("31", Gone.REMOVED)]
    there = Page(b'{"id": 31, "topic_id": 4}', url="https://forum.example/posts/31.json", meta={"asked": ["31"]})
    assert [one.url for one in read(source("discourse"), there).follow] == ["https://forum.example/t/4.json"]


@pytest.mark.parametrize("key", ["facebook", "instagram", "threads"])
def test_a_post_that_the_graph_api_does_not_show_keeps_no_mark_and_is_noted(key: str) -> None:
    page = Page(json.dumps(GRAPH_LOST).encode(), url="https://api.example/x", at="2026-11-24T10:00:00Z", status=400, meta={"asked": ["17"]})
    reading = read(source(key), page)
    assert (reading.posts, [(note.ref, note.field) for note in reading.rejected]) == ((), [("17", "gone")])
    assert "which the API does not tell" in reading.rejected[0].reason
    assert looked_up(key, {"id": "17"}, "17") == []


@pytest.mark.parametrize("key", ["facebook", "instagram", "threads", "youtube", "hackernews", "stackexchange", "discourse"])
def test_an_answer_that_is_an_error_takes_no_post_away(key: str) -> None:
    said = GRAPH_TOKEN if key in {"facebook", "instagram", "threads"} else {"error": {"code": 403, "message": "quota"}, "error_message": "throttled"}
    with pytest.raises(Broken):
        looked_up(key, said, "17", status=400)


def test_each_source_looks_up_what_it_can_name() -> None:
    (one,) = requests("youtube", "UCx", "a", "b")
    assert "id=a,b" in one.url
    assert [one.url.partition("?")[0] for one in requests("facebook", "1", "1_2", "3f5c0e0d1b2a3c4d5e6f")] == ["https://api.example/v21.0/1_2"]
    assert [one.meta["asked"] for one in requests("stackexchange", "money/Acme", "1", "answer-5", "comment-8")] == [
        ["1"],
        ["answer-5"],
        ["comment-8"],
    ]
    assert len(requests("hackernews", "acme", *map(str, range(80)))) == 50


def test_every_source_that_can_look_posts_up_asks_for_them() -> None:
    asking = {key for key in keys() if source(key).site.revisits}
    assert asking >= {"x", "reddit", "bluesky", "mastodon", "youtube", "hackernews", "stackexchange", "discourse", "facebook", "instagram", "threads"}


def test_numbers_of_different_telegram_groups_do_not_collide() -> None:
    def update(chat: dict[str, Any]) -> dict[str, Any]:
        return {"update_id": 1, "message": {"message_id": 3, "chat": chat, "date": 1795160000, "text": "Card blocked"}}

    said = {
        "ok": True,
        "result": [update({"id": -1001, "type": "supergroup"}), update({"id": -1002, "type": "supergroup"}), update({"id": -5, "type": "group"})],
    }
    page = Page(json.dumps(said).encode(), at="2026-11-24T10:00:00Z")
    assert [post.ref for post in read(source("telegram"), page).posts] == ["-1001/3", "-1002/3", "3"]


def begun(key: str, handle: str) -> list[str]:
    begin = source(key).start
    assert begin is not None
    return [said.url for said in begin(ask(key, handle)) if isinstance(said, Follow)]


def test_threads_is_searched_for_words_and_tags_beside_its_mentions() -> None:
    mentions, words, tag = begun("threads", "178, late card ,#bankfail")
    assert mentions.startswith("https://api.example/v1.0/178/mentions?")
    assert words.startswith("https://api.example/v1.0/keyword_search?q=late%20card&search_type=RECENT&search_mode=KEYWORD&fields=id,text,")
    assert tag.startswith("https://api.example/v1.0/keyword_search?q=bankfail&search_type=RECENT&search_mode=TAG&")


def test_the_mentions_of_an_account_at_x_are_asked_for_by_its_number() -> None:
    search, mentions = begun("x", "@acme, 12345")
    assert "/2/tweets/search/recent?query=%40acme" in search
    assert mentions.startswith("https://api.example/2/users/12345/mentions?max_results=100&tweet.fields=")


def test_linkedin_answers_to_a_comment_are_read_once_and_count_for_no_other_list() -> None:
    comment = {"$URN": "urn:li:comment:(urn:li:activity:700,703)", "id": "703", "actor": "urn:li:person:abc", "object": "urn:li:activity:700",
               "created": {"time": 1763625600000}, "message": {"text": "Me too"}, "parentComment": "urn:li:comment:(urn:li:activity:700,701)",
               "commentsSummary": {"aggregatedTotalComments": 1}}  # fmt: skip
    answers = "https://api.example/v2/socialActions/urn%3Ali%3Acomment%3A%28urn%3Ali%3Aactivity%3A700%2C701%29/comments?start=0&count=100"
    said = {"paging": {"start": 0, "count": 100, "total": 1}, "elements": [comment]}
    reading = read(source("linkedin"), Page(json.dumps(said).encode(), url=answers))
    assert ([(post.ref, post.reply_to) for post in reading.posts], reading.follow, reading.announced) == ([("703", "701")], (), None)
    first = read(
        source("linkedin"), Page(json.dumps(said).encode(), url="https://api.example/v2/socialActions/urn%3Ali%3Ashare%3A9/comments?start=0")
    )
    assert ([(one.url, one.next) for one in first.follow], first.announced) == ([(answers.replace("701", "703"), False)], 1)
