"""A walk through an HTML fragment, tag by tag and word by word. Loaded when there is markup to read, not before."""

from __future__ import annotations

from collections.abc import Iterator
from warnings import catch_warnings, simplefilter

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning
from bs4.builder import ParserRejectedMarkup
from bs4.element import CData, NavigableString, PageElement, PreformattedString, Tag

SILENT = frozenset({"script", "style", "template", "noscript", "head", "iframe", "object", "svg", "math", "select", "textarea", "button", "canvas"})


def walk(html: str) -> Iterator[tuple[str, str]] | None:
    """The steps through a fragment as `_walk` gives them; None for what the parser does not take (`<![;`)."""
    with catch_warnings():
        simplefilter("ignore", MarkupResemblesLocatorWarning)
        try:
            return _walk(BeautifulSoup(html, "html.parser"))
        except ParserRejectedMarkup:
            return None


def _walk(root: Tag) -> Iterator[tuple[str, str]]:
    """(`open` or `close`, tag) and (`said` or `image`, words) in the order of the text; without recursion, however deep the tree is."""
    ways: list[tuple[Tag, Iterator[PageElement]]] = [(root, iter(root.contents))]
    while ways:
        tag, children = ways[-1]
        child = next(children, None)
        if child is None:
            ways.pop()
            yield "close", tag.name
        elif isinstance(child, Tag):
            if child.name == "img":
                yield "image", str(child.get("alt") or "")
            elif child.name not in SILENT:
                yield "open", child.name
                ways.append((child, iter(child.contents)))
        elif isinstance(child, NavigableString) and (isinstance(child, CData) or not isinstance(child, PreformattedString)):
            yield "said", str(child)
