"""Which sources there are: every file of `crawlers/sites/` is one, named after its key. Imports no Scrapy.

Nothing is listed by hand; a file that is dropped there is a source. Asking for one source imports that file only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from crawlers import sites
from crawlers.page import Ask, Page, SaidBy, Site
from crawlers.stream_page import Listen


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source file: its facts, how a page is read and, where it can be crawled, where a walk begins.

    `streams` says what to listen to for all that is asked for, at another address where one is given.
    """

    site: Site
    parse: Callable[[Page], SaidBy]
    start: Callable[[Ask], SaidBy] | None = None
    streams: Callable[[Sequence[Ask], str | None], Iterable[Listen]] | None = None


@cache
def keys() -> tuple[str, ...]:
    """The keys of all sources, by name."""
    return tuple(sorted(found.name for found in iter_modules(sites.__path__)))


@cache
def source(key: str) -> Source:
    """The source with that key; an unknown one raises LookupError that names the nearest spelling."""
    if key not in keys():
        from difflib import get_close_matches

        near = get_close_matches(key, keys(), 1)
        raise LookupError(f"no source {key!r}" + (f"; did you mean {near[0]}?" if near else f"; there are {', '.join(keys())}"))
    module = import_module(f"{sites.__name__}.{key}")
    return Source(site=module.site, parse=module.parse, start=getattr(module, "start", None), streams=getattr(module, "streams", None))


def sources() -> dict[str, Source]:
    """All sources by key."""
    return {key: source(key) for key in keys()}
