"""Reads kept evidence again: the posts that a capture gives by the source files of today."""

from __future__ import annotations

from collections.abc import Callable

from crawlers.captured import page_of
from crawlers.page import Broken
from crawlers.reading import read
from crawlers.registry import keys, source
from plaint.model import Capture, Post
from plaint.ports import Fetched
from plaint.posts.brands import Names
from plaint.posts.normalise import normalise


def rereader(names: Names) -> Callable[[Capture, Fetched], list[Post]]:
    """A function from a capture and its bytes to the posts in it; none for robots.txt, error pages and sources that are no longer here."""

    def reread(capture: Capture, fetched: Fetched) -> list[Post]:
        if fetched.source not in keys():
            return []
        of = source(fetched.source)
        try:
            raws = read(of, page_of(fetched)).posts
        except Broken:
            return []
        return [post for raw in raws if isinstance(post := normalise(raw, site=of.site, capture=capture, names=names), Post)]

    return reread
