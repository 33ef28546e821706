"""Pages out of web archives: the original address and the moment of the capture count."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.importing import Importer
from crawlers.saved import as_it_was, saved_pages
from plaint.ports import Fetched

PAGE = b"""<html><body><div class="hreview"><span class="item"><span class="fn">Sorrel Mobile</span></span><span class="reviewer">Ines</span>
<abbr class="dtreviewed" title="2011-03-01">1 March 2011</abbr><p class="description">Twice charged, never answered.</p></div></body></html>"""


@pytest.mark.pure
@pytest.mark.parametrize(
    ("url", "original"),
    [
        ("https://web.archive.org/web/20160102030405id_/http://www.dead.example/x?y=1", "http://www.dead.example/x?y=1"),
        ("https://web.archive.org/web/20160102030405/https:/dead.example/x", "https://dead.example/x"),
        ("https://archive.other.example/wayback/20160102030405/http://dead.example/", "http://dead.example/"),
    ],
)
def test_an_archived_page_is_the_page_that_was_captured(url: str, original: str) -> None:
    was = as_it_was(Fetched(url=url, at="2026-11-24T00:00:00Z", status=200, headers=(), body=b"x"))
    assert (was.url, was.at) == (original, "2016-01-02T03:04:05Z")
    assert ("Plaint-Archived-As", url) in was.headers


@pytest.mark.pure
@pytest.mark.parametrize("url", ["https://a.example/web/2016/http://b.example", "https://a.example/web/20169999999999/http://b.example", "file:x"])
def test_any_other_address_stays(url: str) -> None:
    fetched = Fetched(url=url, at="2026-11-24T00:00:00Z", status=200, headers=(), body=b"x")
    assert as_it_was(fetched) is fetched


def test_a_page_of_a_dead_site_is_imported_as_of_its_capture(stores: Any, now: datetime, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(PAGE)
    pages = saved_pages([file], url="https://web.archive.org/web/20120102030405id_/http://www.dead.example/sorrel")
    done = Importer(stores, source=None, firm=None, now=now).take_in(pages)
    assert [(run.source, run.new) for run in done.runs] == [("hreview", 1)]
    (ref,) = stores.posts.refs("hreview")
    (post,) = stores.posts.get([f"hreview:{ref}"])
    assert post.capture is not None
    assert (post.capture.url, post.capture.at) == ("http://www.dead.example/sorrel", "2012-01-02T03:04:05Z")
