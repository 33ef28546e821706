"""Reads kept evidence again: the posts that a capture gives by the source files of today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from crawlers.captured import page_of
from crawlers.guess import guess
from crawlers.page import Broken, Page, RawPost
from crawlers.reading import read
from crawlers.registry import Source, keys, source
from plaint.desk.intake import understood
from plaint.model import Capture, Post
from plaint.ports import Fetched
from plaint.posts.brands import Names


def rereader(names: Names, narrow: Callable[[Post], Post] | None = None) -> Callable[[Capture, Fetched], list[Post]]:
    """A function from a capture and its bytes to the posts in it; none for robots.txt, error pages, pictures and sources that are no longer here.

    `narrow` takes out what may not be kept, for posts that are to be stored again.
    """
    narrow = narrow or _whole

    def reread(capture: Capture, fetched: Fetched) -> list[Post]:
        if fetched.picture_of is not None:
            return []
        try:
            of, raws = _read(fetched.source, page_of(fetched))
        except Broken:
            return []
        if of is None:
            return []
        site, capture = of.site, replace(capture, parser=f"{of.site.key}@{of.site.version}")
        return [narrow(post) for raw in raws if isinstance(post := understood(raw, site, capture, names), Post)]

    return reread


def _whole(post: Post) -> Post:
    return post


def _read(key: str | None, page: Page) -> tuple[Source | None, tuple[RawPost, ...]]:
    """What the page says; an imported page whose source was not named is recognised as it was then."""
    if key is None:
        guessed = guess(page)
        return guessed.source, guessed.reading.posts if guessed.reading else ()
    if key not in keys():
        return None, ()
    return source(key), read(source(key), page).posts
