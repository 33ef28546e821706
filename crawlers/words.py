"""The words of a piece of a page, as a reader sees them: blocks and `br` break lines, scripts are left out."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from lxml import etree

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
_GAP = re.compile(rf" *[\n{_LINE}{_PARAGRAPH}][ \n{_LINE}{_PARAGRAPH}]*| {{2,}}")
"""White space that is more than the one space between two words."""


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
    return _GAP.sub(_white_space, "".join(pieces)).strip()


def _white_space(gap: re.Match[str]) -> str:
    if _PARAGRAPH in gap[0]:
        return "\n\n"
    return "\n" if _LINE in gap[0] else "\n" * gap[0].count("\n") or " "


def _collect(element: Any, pieces: list[str], without: Collection[Any]) -> None:
    """The texts below an element with the edges of its blocks; without recursion, however deep it is."""
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, part in walk:
        if event == "start":
            if part.tag in UNSEEN or part in without:
                walk.skip_subtree()
                continue
            pieces.append("\n" if part.tag == "br" else _edge(part.tag))
            if part.text:
                pieces.append(_RUN.sub(" ", part.text))
            continue
        if event == "end" and part.tag not in UNSEEN and part not in without:
            pieces.append(_edge(part.tag))
        if part.tail and part is not element:
            pieces.append(_RUN.sub(" ", part.tail))


def _edge(tag: str) -> str:
    return _PARAGRAPH if tag == "p" else _LINE if tag in BLOCKS else ""
