"""Structured data in pages: JSON in scripts, JSON-LD blocks, microdata items. Finds them; knows no vocabulary.

Microdata items come out in the shape of JSON-LD (`@type`, `@id`, lists of values), so that one reader serves both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from crawlers.loose_json import loads
from crawlers.page import Broken, Page
from crawlers.words import words_of

_SCRIPT = re.compile(r"<!--(?:.*?-->|.*)|<script\b([^>]{0,2000})>(.*?)(?:</script|\Z)", re.DOTALL | re.IGNORECASE)
_LD_JSON = re.compile(r"ld\+json", re.IGNORECASE)
_PREFIXED_KEY = re.compile(r'"(?:https?://(?:www\.)?schema\.org/|schema:)(\w+)"(?=\s*:)')
DEPTH = 8
"""How many items deep microdata is read: a review's comment's author is three; only hostile pages go further."""
_ADDRESS_PROPERTIES = frozenset({"url", "sameas", "image", "logo", "thumbnailurl", "contenturl", "itemcondition", "availability", "discussionurl"})


def scripts(page: Page) -> Iterator[tuple[str, str]]:
    """Attributes and content of every script element that is not commented out, in order; the last one may be cut off."""
    for found in _SCRIPT.finditer(page.text):
        if found[2] is not None:
            yield found[1], found[2]


def script_json(page: Page, id: str) -> Any:
    """The JSON of the script element with that id, None where the page has none; raises Broken when it is no JSON."""
    start = re.search(rf"<script\b[^>]*\bid\s*=\s*[\"']?{re.escape(id)}\b[^>]*>", page.text, re.IGNORECASE)
    if start is None:
        return None
    end = page.text.find("</script", start.end())
    try:
        return loads(page.text[start.end() : end if end >= 0 else None])
    except ValueError as error:
        raise Broken(f"script #{id} is no whole JSON: {error}; is the page cut off?") from None


def json_ld(page: Page) -> Iterator[tuple[str, Any]]:
    """Every JSON-LD block that is not empty: its text and its value, or the ValueError that says why it has none."""
    if not _LD_JSON.search(page.text):
        return
    for attributes, content in scripts(page):
        if not _LD_JSON.search(attributes) or not (block := content.strip()):
            continue
        block = _PREFIXED_KEY.sub(r'"\1"', block)
        try:
            yield block, loads(block)
        except (ValueError, RecursionError) as error:
            yield block, error if isinstance(error, ValueError) else ValueError("nested too deeply")


def type_names(types: Any) -> list[str]:
    """Type names without their vocabulary: `https://schema.org/Review` and `schema:Review` are both `Review`."""
    if isinstance(types, str):
        types = types.split()
    if not isinstance(types, list):
        return []
    return [_without_vocabulary(name) for name in types if isinstance(name, str)]


@lru_cache(maxsize=1024)
def _without_vocabulary(name: str) -> str:
    return re.split(r"[/#:]", name.strip().rstrip("/#"))[-1]


def microdata_item(element: Any, *, leave_out: Sequence[str] = (), depth: int = DEPTH) -> dict[str, Any]:
    """The microdata item that an lxml element opens. Items in it are read to `depth`, those of a property in `leave_out` not at all."""
    item: dict[str, Any] = {"@type": type_names(element.get("itemtype"))}
    if depth < 0:
        return item
    if element.get("itemid"):
        item["@id"] = element.get("itemid")
    for found in _properties(element):
        names = found.get("itemprop").split()
        if any(name in leave_out for name in names):
            continue
        value = microdata_item(found, leave_out=leave_out, depth=depth - 1) if _opens_item(found) else _value(found, names)
        for name in names:
            item.setdefault(name, []).append(value)
    return item


def _opens_item(element: Any) -> bool:
    return "itemscope" in element.attrib or "itemtype" in element.attrib


def _properties(element: Any) -> Iterator[Any]:
    """Elements with `itemprop` that belong to the item of `element`, by position and by `itemref`."""
    roots = list(element)
    if named := element.get("itemref"):
        ids = named.split()
        roots += [other for other in element.getroottree().iterfind(".//*[@id]") if other.get("id") in ids]
    waiting = roots[::-1]
    seen = {element}
    while waiting:
        found = waiting.pop()
        if not isinstance(found.tag, str) or found in seen:
            continue
        seen.add(found)
        if found.get("itemprop"):
            yield found
        if not _opens_item(found):
            waiting.extend(reversed(found))


def _value(element: Any, names: Sequence[str]) -> Any:
    """The value of a property: a machine-readable attribute before the words."""
    for attribute in ("content", "datetime"):
        if (value := element.get(attribute)) is not None and (value.strip() or element.tag == "meta"):
            return value
    if element.tag in {"data", "meter"} and element.get("value"):
        return element.get("value")
    if element.tag in {"a", "area", "link"}:
        address = element.get("href", "").strip()
        words = words_of(element)
        if not words or any(name.lower() in _ADDRESS_PROPERTIES for name in names):
            return address
        return {"name": words, "url": address}
    if element.tag in {"img", "audio", "embed", "iframe", "source", "track", "video"}:
        return element.get("src", "")
    if element.tag == "object":
        return element.get("data", "")
    return words_of(element)
