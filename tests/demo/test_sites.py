"""The pages of the made-up web, read by the source files without any network: all that is said is found, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawlers.page import Ask, Broken, Follow, Page
from crawlers.reading import Reading, read
from crawlers.registry import source
from demo.cast import CORNER, SOURCES, firms
from demo.paper import Answer, Asked
from demo.sites import SITES
from demo.sites.corner import TOTAL
from demo.sites.reviews import card
from demo.story import FIRMS, Story, tell
from plaint.model import Role

pytestmark = pytest.mark.pure

TODAY = date(2026, 11, 24)
STORY = tell(1, TODAY)
HOME = "http://127.0.0.1:9"
AT = "2026-11-24T10:00:00Z"


def answer(site: str, path: str, story: Story = STORY, step: int = 0) -> Answer:
    parts = urlsplit(path)
    return SITES[site](Asked(path=parts.path, query=parts.query, said=story.at(step), today=datetime(2026, 11, 24, tzinfo=UTC)))


def walk(key: str, firm: str, most: int = 60) -> Iterator[Reading]:
    """The pages of a source for a firm, each once, without looking at robots.txt."""
    begin = source(key).start
    assert begin is not None
    whose = next(one for one in firms() if one.key == firm)
    waiting = [said.url for said in begin(Ask(firm=whose, home=HOME)) if isinstance(said, Follow)]
    seen: set[str] = set()
    while waiting and len(seen) < most:
        url = waiting.pop(0)
        if url in seen:
            continue
        seen.add(url)
        given_back = answer(SOURCES[key], url.removeprefix(HOME))
        assert given_back.status == 200, url
        reading = read(source(key), Page(given_back.body, url=url, at=AT, headers={"content-type": given_back.type}))
        waiting += [follow.url for follow in reading.follow]
        yield reading


@pytest.mark.parametrize("firm", FIRMS)
@pytest.mark.parametrize("key", ["demo_reviews", "schema_org", "appstore", "demo_forum"])
def test_a_source_finds_everything_that_is_said_on_its_site(key: str, firm: str) -> None:
    said = [saying for saying in STORY.at(0) if (saying.site, saying.firm) == (SOURCES[key], firm)]
    readings = list(walk(key, firm))
    posts = [post for reading in readings for post in reading.posts]
    assert not [rejection for reading in readings for rejection in reading.rejected]
    refs = [post.ref.rpartition("/")[2] for post in posts]
    wanted = [saying.ref.removeprefix("a") if key == "appstore" else saying.ref for saying in said]
    assert sorted(refs) == sorted(wanted)
    by_firm = sorted(saying.ref for saying in said if saying.by_firm)
    assert sorted(post.ref.rpartition("/")[2] for post in posts if post.role is Role.FIRM) == by_firm
    announced = next((reading.announced for reading in readings if reading.announced is not None), None)
    assert announced in {None, sum(post.within is None for post in posts)}


def test_the_corner_is_read_whole_with_what_is_wrong_set_aside() -> None:
    readings = list(walk("demo_hostile", CORNER, most=8))
    posts = {post.ref: post for reading in readings for post in reading.posts}
    reasons = [rejection.reason for reading in readings for rejection in reading.rejected]
    assert readings[0].announced == TOTAL
    assert {"c-101", "c-20101", "c-20102", "c-20103", "c-301", "c-401", "c-501", "c-503"} <= posts.keys()
    assert "c-302" not in posts, "half a review is none"
    assert "<script" not in (posts["c-101"].text or "")
    assert posts["c-101"].author == "<b>Bobby</b>"
    assert posts["c-105"].title is not None
    assert posts["c-105"].title.startswith("=")
    assert any("ends in the middle" in reason for reason in reasons)
    assert any("broken JSON-LD" in reason for reason in reasons)
    assert any(reading.follow and "/endless" in reading.follow[0].url for reading in readings[-1:]), "its next link never ends"


def test_a_site_for_other_firms_is_not_asked_about_them() -> None:
    begin = source("demo_hostile").start
    assert begin is not None
    assert [list(begin(Ask(firm=firm, home=HOME))) for firm in firms() if firm.key != CORNER] == [[], [], []]


@pytest.mark.parametrize("site", SITES)
def test_every_site_says_in_robots_txt_what_is_shut_and_how_fast_to_come(site: str) -> None:
    from protego import Protego

    robots = Protego.parse(answer(site, "/robots.txt").body.decode())
    assert 0 < float(robots.crawl_delay("Plaint") or 0) < 1
    assert robots.can_fetch("/", "Plaint")
    assert not all(robots.can_fetch(path, "Plaint") for path in ("/report", "/members/", "/account", "/inbox", "/locked"))


@pytest.mark.parametrize("site", SITES)
def test_a_page_that_is_not_there_says_so(site: str) -> None:
    assert answer(site, "/no/such/page").status == 404
    assert answer(site, "/").status == 200


def test_the_same_seed_gives_the_same_bytes() -> None:
    again = tell(1, TODAY)
    for site, path in [("reviews", "/firm/tern"), ("board", "/about/lumen?page=2"), ("forum", "/c/orbitpay"), ("corner", "/structured")]:
        assert answer(site, path) == answer(site, path, again)


def test_no_page_links_to_another_host() -> None:
    for site in ("reviews", "board", "forum", "corner"):
        body = answer(site, "/").body.decode()
        assert 'href="http' not in body.replace("=HYPERLINK", "")


def test_a_feed_of_apps_ends_where_apples_does() -> None:
    feed = "/gb/rss/customerreviews/page={}/id=700101011/sortby=mostrecent/json"
    assert b"page depth is limited" in answer("apps", feed.format(11)).body
    past = read(source("appstore"), Page(answer("apps", feed.format(9)).body, url=HOME + feed.format(9), at=AT))
    assert past == Reading()
    assert len(read(source("appstore"), Page(answer("apps", feed.format(1)).body, url=HOME + feed.format(1), at=AT)).posts) == 50


VISIBLE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@given(VISIBLE, VISIBLE, VISIBLE)
@example("<b>Bo</b>", "&amp;&lt;p>", "<script>1</script>")
def test_whatever_people_write_stands_on_the_page_as_text(author: str, title: str, text: str) -> None:
    review = replace(next(s for s in STORY.at(0) if s.site == "reviews" and not s.by_firm), author=author, title=title, text=text)
    html = f'<section class="firm" data-total="1"></section>{card(review, None)}'
    (post,) = read(source("demo_reviews"), Page(html.encode(), url=HOME, at=AT, headers={"content-type": "text/html; charset=utf-8"})).posts
    assert (post.author, post.title, post.text) == (author, title, text)


def test_another_page_is_not_taken_for_a_source() -> None:
    for key in ("demo_reviews", "demo_forum", "demo_hostile"):
        with pytest.raises(Broken):
            read(source(key), Page(b"<html><body>parked</body></html>", url=HOME, at=AT))
