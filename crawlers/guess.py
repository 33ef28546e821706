"""Which source a saved page is from: by its address where it has one, else by which source file reads posts on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawlers.page import Broken, Page, RawPost
from crawlers.reading import Reading, read
from crawlers.registry import Source, sources

ENGINES = ("schema_org", "hreview", "feed")
"""Sources that read a way of marking up and no site of their own: asked only when no site's own file reads the page."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The source and what it read; or why none was chosen."""

    source: Source | None
    reading: Reading | None = None
    reason: str | None = None
    alarm: str | None = None


def guess(page: Page) -> Guess:
    """The source of a page. None is chosen when no source reads it, or several do and nothing says which is right."""
    known = {key: one for key, one in sources().items() if not _is_made_up(one.site.home)}
    of_host = [one for key, one in known.items() if key not in ENGINES and _is_home(page.url, one)]
    if of_host:
        return _only(page, of_host) or _by_name(page, of_host)
    own = [one for key, one in known.items() if key not in ENGINES]
    engines = [known[key] for key in ENGINES if key in known]
    return _only(page, own) or _first(page, engines) or Guess(None, reason="no source reads this; name one with --source")


def _only(page: Page, candidates: Iterable[Source]) -> Guess | None:
    """The one candidate that reads most: the most posts, then the most about them. None when none reads any.

    Public interfaces look alike (`data`, `id`, `text`), so a foreign source file often finds the posts of a page; its own
    one finds their authors, dates and addresses too.
    """
    readers = [(_read_by(reading), one, reading) for one in candidates if (reading := _posts_of(page, one)) is not None]
    best = max((much for much, _, _ in readers), default=None)
    chosen = [(one, reading) for much, one, reading in readers if much == best]
    if len(chosen) > 1:
        names = " or ".join(sorted(one.site.key for one, _ in chosen))
        return Guess(None, reason=f"read by {names}: name the right one with --source", alarm="ambiguous")
    return Guess(*chosen[0]) if chosen else None


def _first(page: Page, candidates: Iterable[Source]) -> Guess | None:
    for one in candidates:
        if (reading := _posts_of(page, one)) is not None:
            return Guess(one, reading)
    return None


def _by_name(page: Page, candidates: Sequence[Source]) -> Guess:
    """The source of the page's host though it reads no posts there: an empty page, or one that is broken."""
    first: Guess | None = None
    for one in candidates:
        try:
            return Guess(one, read(one, page))
        except Broken as broken:
            first = first or Guess(one, reason=str(broken), alarm=broken.alarm)
    return first or Guess(None, reason="no source reads this")


def _posts_of(page: Page, one: Source) -> Reading | None:
    """What a source reads on a page; None when that is no post, or nothing but the ids of posts."""
    try:
        reading = read(one, page)
    except Broken:
        return None
    return reading if any(_fields_said(post) for post in reading.posts) else None


def _read_by(reading: Reading) -> tuple[int, int]:
    """How much a reading has: posts, and fields that they fill."""
    return len(reading.posts), sum(map(_fields_said, reading.posts))


def _fields_said(post: RawPost) -> int:
    """How many fields of a post the page fills; its own id, and what a source file says of every post, are no proof."""
    figures = (value for value in post.engagement.values() if value is not None)
    return sum(1 for name in _TELLING if getattr(post, name) not in (None, "")) + sum(1 for _ in figures) + len(post.facts)


_TELLING = (
    "title", "text", "lang", "author", "author_handle", "author_id", "author_url", "author_place", "followers", "url", "rating",
    "published", "edited", "reply_to", "thread", "firm",
)  # fmt: skip
"""Fields that a source file fills only from a page that it understands."""


def _is_made_up(home: str) -> bool:
    """Whether a site exists for the demo or for tests only (RFC 2606: nobody can own these names)."""
    return (urlsplit(home).hostname or "").rpartition(".")[2] in {"example", "test", "invalid", "localhost", "1"}


def _is_home(url: str, one: Source) -> bool:
    """Whether an address belongs to a source's site, whatever the name before it (`www.`, `api.`)."""
    there = _site_name(url)
    return there is not None and there == _site_name(one.site.home)


def _site_name(url: str) -> str | None:
    """The part of a host's name that its owner registered: `bank.co.uk` of `www.bank.co.uk`; None without a host."""
    labels = (urlsplit(url).hostname or "").split(".")
    if len(labels) < 2:
        return None
    size = 3 if len(labels) > 2 and labels[-2] in {"co", "com", "org", "gov", "net", "ac"} and len(labels[-1]) == 2 else 2
    return ".".join(labels[-size:])
