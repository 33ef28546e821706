"""Every source reads its made-up pages as their `expected.json` says. A new case is a folder; nothing is listed here.

`tests/sites/SOURCE/CASE/page.*` is read with the `url`, `headers`, `status` and `meta` of `expected.json`, which holds either `broken` (the alarm's
name) or `posts`, `rejected` (the field of each), `follow` and `announced`. Of a post all that is not a default is compared.
"""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from msgspec.structs import fields

from crawlers.page import Announced, Ask, Broken, Follow, Page, RawPost
from crawlers.reading import Reading, read
from crawlers.registry import keys, source, sources
from plaint.model import ENGAGEMENT, FACTS, Firm, Rejection

pytestmark = pytest.mark.pure

HERE = Path(__file__).parent
CASES = sorted(page.parent for page in HERE.glob("*/*/page.*"))
SLOW = 1.0
"""Seconds: a parser that needs longer for a small page is broken."""


def asked_of(case: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((case / "expected.json").read_text())
    return found


def page_of(case: Path) -> Page:
    said = asked_of(case)
    (file,) = case.glob("page.*")
    facts = {name: said[name] for name in ("url", "headers", "status", "meta") if name in said}
    return Page(file.read_bytes(), at="2026-11-24T10:00:00Z", **facts)


def shown(post: RawPost) -> dict[str, Any]:
    """All of a raw post that is not a default, as JSON has it."""
    bare = RawPost(ref="", text=None)
    said = {f.name: getattr(post, f.name) for f in fields(post) if getattr(post, f.name) != getattr(bare, f.name)}
    if "place" in said:
        said["place"] = {name: value for name in ("name", "country", "lat", "lon") if (value := getattr(post.place, name)) is not None}
    if "engagement" in said:
        said["engagement"] = {name: value for name, value in said["engagement"].items() if value is not None}
    return dict(json.loads(json.dumps({name: value for name, value in said.items() if value not in ({}, [], ())})))


def shown_reading(reading: Reading) -> dict[str, Any]:
    return {
        "posts": [shown(post) for post in reading.posts],
        "rejected": [one.field for one in reading.rejected],
        "follow": [request.token or request.url for request in reading.follow],
        "announced": reading.announced,
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_made_up_page_is_read_as_expected(case: Path) -> None:
    expected, began = asked_of(case), process_time()
    if "broken" in expected:
        with pytest.raises(Broken) as broken:
            read(source(case.parent.name), page_of(case))
        assert broken.value.alarm == expected["broken"]
        return
    reading = read(source(case.parent.name), page_of(case))
    assert process_time() - began < SLOW
    got = shown_reading(reading)
    for name, wanted in (("rejected", []), ("follow", []), ("announced", None)):
        assert got[name] == expected.get(name, wanted), name
    assert got["posts"] == expected["posts"]


@pytest.mark.parametrize("key", keys())
def test_every_source_has_a_page_with_posts_and_one_without(key: str) -> None:
    own = [asked_of(case) for case in CASES if case.parent.name == key]
    assert any(said.get("posts") for said in own), "add tests/sites/SOURCE/CASE/{page.html, expected.json}"
    assert any(not said.get("posts") for said in own), "add a page with no posts, or a broken one"


@pytest.mark.parametrize("key", keys())
def test_a_source_says_what_it_is(key: str) -> None:
    site = source(key).site
    assert site.key == key, "the file is named after the key"
    assert site.proof in {"recorded", "documented", "described"}
    assert site.home.startswith("https://")
    assert site.access
    assert all(name in site.access for name in site.needs), "access says what each secret is and how to get it"
    assert set(site.never_says) <= {f.name for f in fields(RawPost)} | FACTS | ENGAGEMENT
    assert source(key).start is not None or not site.live, "a source without start() reads saved pages only: live=False"


@pytest.mark.parametrize("key", keys())
def test_a_source_never_says_what_it_claims_never_to_say(key: str) -> None:
    site = source(key).site
    for case in CASES:
        if case.parent.name == key:
            for post in asked_of(case).get("posts", []):
                said = set(post) | set(post.get("facts", {})) | set(post.get("engagement", {}))
                assert not said & set(site.never_says) or post.get("within"), case.name


@pytest.mark.parametrize("key", keys())
def test_names_of_facts_and_counts_are_the_models(key: str) -> None:
    for case in CASES:
        if case.parent.name == key and "broken" not in asked_of(case):
            for post in read(source(key), page_of(case)).posts:
                assert set(post.facts) <= FACTS
                assert set(post.engagement) <= ENGAGEMENT
                assert post.within is None or post.within != post.ref


@pytest.mark.parametrize("key", keys())
def test_a_walk_begins_at_the_home_that_was_set(key: str) -> None:
    begin = source(key).start
    if begin is None:
        return
    firm = Firm(key="fennel", name="Fennel", handles={key: "gb/555001"})
    requests = [said for said in begin(Ask(firm=firm, home="http://127.0.0.1:9", since="2026-01-01T00:00:00Z")) if isinstance(said, Follow)]
    assert requests
    for request in requests:
        assert request.url.startswith("http://127.0.0.1:9/")


def test_an_unknown_source_names_the_nearest() -> None:
    with pytest.raises(LookupError, match="did you mean trustpilot"):
        source("trustpilt")


def test_all_sources_are_found_by_their_files() -> None:
    assert set(sources()) == {file.stem for file in (HERE.parents[1] / "crawlers" / "sites").glob("*.py")} - {"__init__"}


def _failing(page: Page, *, first: object) -> Reading:
    from crawlers.registry import Source

    def parse(_: Page):  # type: ignore[no-untyped-def]
        if first is not None:
            yield first
        raise KeyError("reviews")

    return read(Source(site=source("schema_org").site, parse=parse), page)


def test_what_was_read_before_a_failure_is_kept() -> None:
    reading = _failing(Page(b"<html></html>"), first=RawPost(ref="1", text="kept"))
    assert [post.ref for post in reading.posts] == ["1"]
    assert "no 'reviews'" in reading.rejected[0].reason


@pytest.mark.parametrize("first", [None, Announced(5)], ids=["nothing", "only a number"])
def test_a_failure_before_anything_was_read_breaks_the_page(first: object) -> None:
    with pytest.raises(Broken, match="layout changed"):
        _failing(Page(b"<html>"), first=first)


def test_a_rejection_counts_as_something_read() -> None:
    assert len(_failing(Page(b"<html>"), first=Rejection(reason="odd")).rejected) == 2
