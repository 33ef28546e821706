"""The published shape of a post is the type's own, and posts keep to it."""

import importlib.util
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from plaint.model import Capture, Kind, Post, RawPost, Role, Site, post_from_json, post_json
from plaint.posts.brands import Names
from plaint.posts.normalise import normalise

ROOT = Path(__file__).parents[2]
SITE = Site(key="board", name="Board", home="https://board.example", kind=Kind.REVIEW, access="made up", languages=("en",))
CAPTURE = Capture(url="https://board.example/1", at="2026-11-24T10:00:00Z", sha256="0" * 64)


def published() -> dict[str, Any]:
    return json.loads((ROOT / "docs" / "post.schema.json").read_text("utf-8"))


@pytest.mark.pure
def test_the_schema_is_current() -> None:
    spec = importlib.util.spec_from_file_location("post_schema", ROOT / "scripts" / "post_schema.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert (ROOT / "docs" / "post.schema.json").read_text("utf-8") == script.text(), "run: python scripts/post_schema.py"


@pytest.mark.pure
def test_a_full_and_a_bare_post_fit_the_schema() -> None:
    full = RawPost(
        ref="1", text="Late again", title="Never", rating="2/5", author="Ida", followers="1.2K", role=Role.OTHER, published="3 days ago",
        edited="2026-11-23", engagement={"likes": "3"}, facts={"sub_ratings": {"Service": 1}, "loss": 12.5}, links=["https://a.example"], lang="en",
    )  # fmt: skip
    for raw in (full, RawPost(ref="2", text="x")):
        post = normalise(raw, site=SITE, capture=CAPTURE, names=Names(()))
        assert isinstance(post, Post)
        jsonschema.validate(json.loads(post_json(post)), published())
        assert post_from_json(post_json(post)) == post


@pytest.mark.pure
def test_a_fact_outside_the_list_does_not_fit() -> None:
    post = normalise(RawPost(ref="1", text="x"), site=SITE, capture=CAPTURE, names=Names(()))
    assert isinstance(post, Post)
    shape = json.loads(post_json(post)) | {"facts": {"made_up": 1}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(shape, published())


def test_a_recorded_page_gives_posts_of_this_shape() -> None:
    from crawlers.page import Broken, Page
    from crawlers.reading import read
    from crawlers.registry import sources

    seen = 0
    for folder in sorted((ROOT / "tests" / "sites").glob("*/*/")):
        pages = list(folder.glob("page.*"))
        known = sources().get(folder.parent.name)
        if known is None or not pages:
            continue
        page = Page(pages[0].read_bytes(), url=known.site.home, at=datetime(2026, 11, 24, tzinfo=UTC).isoformat())
        try:
            raws = read(known, page).posts
        except Broken:
            continue
        for raw in raws[:3]:
            post = normalise(raw, site=known.site, capture=CAPTURE, names=Names(()))
            if isinstance(post, Post):
                jsonschema.validate(json.loads(post_json(post)), published())
                seen += 1
    assert seen
