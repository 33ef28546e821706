"""Which source a saved page is from: by its address where it has one, else by which source file reads posts on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawlers.page import Broken, Page
from crawlers.reading import Reading, read
from crawlers.registry import Source, sources

ENGINES = ("schema_org", "hreview")
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
    """The one candidate that reads posts; None when none does."""
    readers = [(one, reading) for one in candidates if (reading := _posts_of(page, one)) is not None]
    if len(readers) > 1:
        # A page read as a whole by one file may hold a few things another one takes for posts.
        readers.sort(key=lambda pair: -len(pair[1].posts))
        if len(readers[0][1].posts) == len(readers[1][1].posts):
            names = " or ".join(sorted(one.site.key for one, _ in readers))
            return Guess(None, reason=f"read by {names}: name the right one with --source", alarm="ambiguous")
    return Guess(*readers[0]) if readers else None


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
    try:
        reading = read(one, page)
    except Broken:
        return None
    return reading if reading.posts else None


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
