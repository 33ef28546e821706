"""Addresses of the next page: the same address with another page number, and whether a link leads to one."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawlers.page import Page

_TAG = 2000
"""Characters that one tag may have on each side of its `rel`."""
_REL_NEXT = re.compile(r"rel\s*=\s*[\"']?(?:[\w-]+\s+)*next\b")
_HREF = re.compile(r"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_PAGE_PARAMETER = re.compile(r"(?:^|[?&])(?:page|p|pg|start|offset|from|after|cursor|pagenumber|currentpage|paged|reviewpage)=", re.IGNORECASE)
_PAGE_PATH = re.compile(r"(?:/|-|_)?(?:(?:page|p|seite|pagina|or)[-/_=]?)?\d+(?=/|\.html?$|$)", re.IGNORECASE)


def with_query(url: str, **changed: str | int | None) -> str:
    """`url` with some query parameters changed, the others in their order; None takes one away."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in changed]
    query += [(name, str(value)) for name, value in changed.items() if value is not None]
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))


def query_value(url: str, name: str) -> str | None:
    """The value of a query parameter, None where the address has none."""
    return dict(parse_qsl(urlsplit(url).query)).get(name)


def next_link(page: Page) -> str | None:
    """The page's own `rel=next`, when it is another page of the same list and not the next article of a blog. Builds no tree."""
    for found in _REL_NEXT.finditer(page.text):
        start = page.text.rfind("<", max(0, found.start() - _TAG), found.start())
        end = page.text.find(">", found.end(), found.end() + _TAG)
        href = _HREF.search(page.text, start, end) if start >= 0 and end >= 0 else None
        link = page.link(unescape(href[1] or href[2] or href[3])) if href else None
        if link and link != page.url and is_same_list(page.url, link):
            return link
    return None


def is_same_list(here: str, there: str) -> bool:
    """Whether two addresses differ in page numbers only; with no address of the first, whether the second has a page parameter."""
    if not here:
        return bool(_PAGE_PARAMETER.search(urlsplit(there).query))
    one, other = urlsplit(here), urlsplit(there)
    same_place = one.netloc == other.netloc and _PAGE_PATH.sub("", one.path).rstrip("/") == _PAGE_PATH.sub("", other.path).rstrip("/")
    return same_place and (one.path != other.path or one.query != other.query)
