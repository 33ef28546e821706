"""Which source a saved page is from, when neither its address nor the person who saved it says so."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest

from crawlers.guess import guess
from crawlers.page import Broken, Page
from crawlers.reading import read
from crawlers.registry import sources

pytestmark = pytest.mark.pure

AT = "2026-03-01T10:00:00Z"


def _page(body: str, url: str = "file:saved") -> Page:
    return Page(body.encode(), url=url, at=AT)


def _key(answer: Any) -> str | None:
    found = guess(_page(json.dumps(answer)))
    return found.source.site.key if found.source else None


def test_of_sources_that_read_the_same_posts_the_one_that_reads_most_about_them_is_chosen() -> None:
    said = {
        "id": "1501",
        "text": "no answer for a week",
        "created_at": "2026-02-01T09:00:00.000Z",
        "author_id": "77",
        "public_metrics": {"like_count": 2},
    }
    assert _key({"data": [said]}) == "x"


def test_a_timeline_of_mastodon_is_no_list_of_app_reviews() -> None:
    person = {"id": "3", "acct": "otto@social.example", "username": "otto", "display_name": "Otto", "url": "https://social.example/@otto"}
    said = {"id": "88", "uri": "https://social.example/88", "url": "https://social.example/@otto/88", "content": "<p>Still no refund.</p>",
            "created_at": "2026-02-01T09:00:00.000Z", "account": person, "language": "en"}  # fmt: skip
    assert _key([said]) == "mastodon"


def test_an_id_alone_is_no_post_of_anybody() -> None:
    found = guess(_page('{"id": "122_161"}'))
    assert found.source is None
    assert "--source" in str(found.reason)


def test_where_nothing_tells_sources_apart_a_person_is_asked() -> None:
    found = guess(_page('{"data": [{"id": "5", "text": "charged twice", "timestamp": "2026-02-01T09:00:00+0000"}]}'))
    assert (found.source, found.alarm) == (None, "ambiguous")
    assert "instagram or threads" in str(found.reason)


def test_a_page_marked_up_by_schema_org_is_not_given_to_a_made_up_site() -> None:
    review = {"@type": "Review", "author": "Ida", "reviewBody": "Leaks.", "reviewRating": {"@type": "Rating", "ratingValue": 1}}
    block = {"@context": "https://schema.org", "@type": "Product", "name": "Kettle", "review": review}
    found = guess(_page(f'<html><head><script type="application/ld+json">{json.dumps(block)}</script></head><body></body></html>'))
    assert found.source is not None
    assert found.source.site.key == "schema_org"


@pytest.mark.parametrize(
    "body",
    [b"", b" \n", b"\x00" * 50, b"\xff\xfe<", b"<", b"<?xml", b"<feed", b"<rss/>", b"{", b"[]", b"[[]]", b"null", b"5", b'"words"', b"{}",
     b"[" * 50_000, b'{"data": null}', b'{"data": [null, 1, [], {}]}', b'{"hits": {"hits": {}}}', b"<html></html>", b"<div>" * 500],
)  # fmt: skip
def test_no_page_is_so_odd_that_a_source_file_fails_on_it(body: bytes) -> None:
    for one in sources().values():
        with contextlib.suppress(Broken):
            read(one, Page(body, url="file:odd", at=AT))
    assert guess(Page(body, url="file:odd", at=AT)).source is None
