"""The words of a piece of a page, as a reader sees them: blocks and `br` break lines, scripts are left out."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from parsel import Selector, SelectorList

BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "center", "dd", "details", "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
UNSEEN = frozenset({"script", "style", "noscript", "template", "head", "svg"})

_RUN = re.compile(r"[ \t\r\n\f\v]+")
_LINE, _PARAGRAPH = "\u2028", "\u2029"
"""The edge of a block, and of a paragraph; edges that meet are one."""
_EDGES = re.compile(rf"[ \n{_LINE}{_PARAGRAPH}]*[{_LINE}{_PARAGRAPH}][ \n{_LINE}{_PARAGRAPH}]*")
_AROUND_BREAKS = re.compile(r" *\n *")
_SPACES = re.compile(r" {2,}")


def words_of(found: Selector | SelectorList[Selector] | Any, *, without: Collection[Any] = ()) -> str | None:
    """The words of a selector, of all elements of a list, or of an lxml element; None where nothing is found.

    `without` are lxml elements whose words do not belong to it.
    """
    if isinstance(found, list):
        texts = [text for part in found if (text := words_of(part, without=without))]
        return "\n".join(texts) if texts else ("" if found else None)
    element = getattr(found, "root", found)
    if isinstance(element, str):
        return _RUN.sub(" ", element).strip()
    pieces: list[str] = []
    _collect(element, pieces, without)
    text = _EDGES.sub(lambda edges: "\n\n" if _PARAGRAPH in edges[0] else "\n", "".join(pieces))
    return _AROUND_BREAKS.sub("\n", _SPACES.sub(" ", text)).strip()


def _collect(element: Any, pieces: list[str], without: Collection[Any]) -> None:
    tag = element.tag
    if not isinstance(tag, str) or tag in UNSEEN or element in without:
        return
    if tag == "br":
        pieces.append("\n")
        return
    edge = _PARAGRAPH if tag == "p" else _LINE if tag in BLOCKS else ""
    pieces.append(edge)
    if element.text:
        pieces.append(_RUN.sub(" ", element.text))
    for child in element:
        _collect(child, pieces, without)
        if child.tail:
            pieces.append(_RUN.sub(" ", child.tail))
    pieces.append(edge)
